"""Whose word a provisional decision waits for, and what a later word says. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boardroom.boards.definition import BoardDefinition

NOT_SIGNED, CHANGED_SINCE = "Not signed off by ", "Changed since "


@dataclass(frozen=True)
class LaterWord:
    """What somebody says on a provisional decision. `kind`: of a sign-off, for who speaks for their
    own specialty. `agreed`: {absent specialty: how it agreed}, for a chair."""

    text: str = ""
    kind: str = ""
    reopen_condition: str = ""
    agreed: Mapping[str, str] = field(default_factory=dict)


def unsigned_in(reasons: Sequence[Any], names: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of the specialties that had not signed when the case was closed, in the board's order.

    `reasons`: why the decision is provisional, in the words of `rules.open_points`, which is what
    the record keeps. `names`: {key: name} of specialties.
    """
    found = set()
    for reason in map(str, reasons):
        if not reason.startswith((NOT_SIGNED, CHANGED_SINCE)):
            continue
        # The longest names first: one can be the end of another.
        for key, name in sorted(names.items(), key=lambda one: -len(one[1])):
            if name and name in reason:
                found.add(key)
                reason = reason.replace(name, "")
    return tuple(key for key in names if key in found)


def unsigned_there(
    quorum: Mapping[str, Any], reasons: Sequence[Any], board: BoardDefinition
) -> tuple[str, ...]:
    """Keys of the specialties that were present when the case was closed, and did not sign it.

    Nobody speaks for them: they sign afterwards, or the case is discussed again.
    """
    absent = {str(key) for key in quorum.get("missing", [])}
    names = {s.key: s.name for s in board.specialties}
    return tuple(key for key in unsigned_in(reasons, names) if key not in absent)


def needed_words(
    quorum: Mapping[str, Any], reasons: Sequence[Any], board: BoardDefinition
) -> tuple[str, ...]:
    """Keys of all whose word is needed: those that were absent, and those present and unsigned."""
    absent = tuple(str(key) for key in quorum.get("missing", []))
    return absent + unsigned_there(quorum, reasons, board)


def awaited(needed: Sequence[str], confirmed_by: Collection[str]) -> tuple[str, ...] | None:
    """Whose word a provisional decision still waits for; None where it is confirmed.

    `needed`: see `needed_words`. `confirmed_by`: keys of those that confirmed since; an empty key
    is a chair's word, which stands for all. Where no specialty's word is needed (too few people),
    a chair's is waited for: an empty tuple.
    """
    if "" in confirmed_by:
        return None
    left = tuple(key for key in needed if key not in confirmed_by)
    return left if left or not needed else None
