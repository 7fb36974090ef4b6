"""The first opinion beside the board's answer, as the referring hospital reads it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import another_reason, another_way, left_open, reclassify

_WORDS = {
    "upgraded": "More can be done than was thought at first.",
    "confirmed": "The first opinion is confirmed.",
    "downgraded": "Less can be done than was thought at first.",
    "undetermined": "It cannot be compared with the first opinion yet.",
}


@dataclass(frozen=True)
class FirstOpinion:
    """`heading`: whose it was; `compared`: what became of it, in a sentence or nothing."""

    heading: str
    compared: str


def beside_the_answer(
    first: str, ours: str, board: BoardDefinition, *, theirs: bool, by: str, again: bool
) -> FirstOpinion:
    """How the verdict `first` is named and compared with `ours`. `theirs`: the reader's hospital
    gave it; `again`: the case came back, and its answer is no answer to the first opinion."""
    heading = "Your first opinion" if theirs else f"First opinion{f', {by}' if by else ''}"
    outcome = reclassify(first, ours, board)
    if outcome is None or again:
        return FirstOpinion(heading, "")
    if another_way(first, ours, board):
        return FirstOpinion(heading, "Same aim, another way.")
    if another_reason(first, ours, board):
        return FirstOpinion(heading, "The first opinion is confirmed, for another reason.")
    if outcome == "undetermined" and not left_open(ours, board):
        return FirstOpinion(heading, "The first opinion had left it open.")
    return FirstOpinion(heading, _WORDS[outcome])
