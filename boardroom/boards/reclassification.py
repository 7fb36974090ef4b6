"""The board's verdict against the first opinion's: the one place that compares them. Pure.

The order of verdicts is the board's data (`rank` in its definition: higher is nearer to cure), so
that a page, the wall, the minutes, every export and the figures say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from boardroom.boards.definition import BoardDefinition, UnknownKeyError

Outcome = Literal["upgraded", "confirmed", "downgraded", "undetermined"]

OUTCOMES: tuple[Outcome, ...] = ("upgraded", "confirmed", "downgraded", "undetermined")

WORDS: Mapping[str, str] = {
    "upgraded": "Upgraded",
    "confirmed": "Confirmed",
    "downgraded": "Downgraded",
    "undetermined": "Undetermined",
}

MEANINGS: Mapping[str, str] = {
    "upgraded": "nearer to cure than the first opinion said",
    # Worth as much as a change: the patient knows that nothing was overlooked.
    "confirmed": "as near to cure as the first opinion said, after a full second look",
    "downgraded": "further from cure than the first opinion said",
    "undetermined": "one of the two opinions leaves it open",
}
"""What each outcome says about the first opinion, as the end of a sentence."""


def reclassify(first: str, ours: str, board: BoardDefinition) -> Outcome | None:
    """The verdict `ours` against the verdict `first`; keys of the board's verdicts.

    None while either is missing. Undetermined where either has no rank, or is not (or no longer)
    a word of this board.
    """
    if not first or not ours:
        return None
    before, after = _rank(first, board), _rank(ours, board)
    if before is None or after is None:
        return "undetermined"
    if after == before:
        return "confirmed"
    return "upgraded" if after > before else "downgraded"


def left_open(verdict: str, board: BoardDefinition) -> bool:
    """Whether a verdict leaves open what can be done: it has no rank."""
    return _rank(verdict, board) is None


def another_way(first: str, ours: str, board: BoardDefinition) -> bool:
    """Whether the verdict `ours` confirms the aim of `first` by another way: ablation, not surgery.

    Verdicts whose names differ only after a colon say the same for another reason ("Unresectable:
    technical", "Unresectable: remnant").
    """
    if reclassify(first, ours, board) != "confirmed":
        return False
    before, after = (_kind(key, board) for key in (first, ours))
    return before != after


def another_reason(first: str, ours: str, board: BoardDefinition) -> bool:
    """Whether the verdict `ours` confirms `first` for another reason; see `another_way`."""
    confirmed = first != ours and reclassify(first, ours, board) == "confirmed"
    return confirmed and not another_way(first, ours, board)


def _kind(verdict: str, board: BoardDefinition) -> str:
    return board.verdict(verdict).name.partition(":")[0]


def _rank(verdict: str, board: BoardDefinition) -> int | None:
    try:
        return board.verdict(verdict).rank
    except UnknownKeyError:
        return None
