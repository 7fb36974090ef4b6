"""Who made a provisional decision final, in the short words of a line of progress."""

from __future__ import annotations

from collections.abc import Iterable

from boardroom.consensus.later_words import Said
from boardroom.consensus.models import Confirmation
from boardroom.web import day, label


def said_of(confirmed: Iterable[Confirmation], board: str) -> list[Said]:
    """The later words on a decision of this board, in their order; for `later_words.since`."""
    return [
        Said(
            label(one.specialty, board, "specialties"),
            one.kind,
            day(one.at, board),
            one.by_chair,
        )
        for one in confirmed
    ]
