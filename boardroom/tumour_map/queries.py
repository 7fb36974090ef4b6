"""Reading the readings: the newest of each side, or as they stood at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy import func, select

from boardroom.db import db
from boardroom.tumour_map.models import Reading, Side

Sides = dict[str, Reading]
"""The readings of one case by side, the referring hospital's first; without those not made."""


def readings_of(case_id: int) -> Sides:
    """The newest reading of each side, with who saved it, in one query."""
    return latest([case_id]).get(case_id, {})


def latest(case_ids: Iterable[int]) -> dict[int, Sides]:
    """`readings_of` for several cases, in one query."""
    newest = (select(func.max(Reading.id)).where(Reading.case_id.in_(list(case_ids)))).group_by(
        Reading.case_id, Reading.side
    )
    return _by_case(db.session.scalars(select(Reading).where(Reading.id.in_(newest))))


def that_counts(sides: Sides) -> Reading | None:
    """The board's reading, else the referring hospital's; None without any."""
    return sides.get(Side.BOARD) or sides.get(Side.REFERRING)


def that_lists(sides: Sides) -> Reading | None:
    """The reading by which the case's list goes: the board's where it lists lesions or says that
    there are none, else the referring hospital's; None where neither does."""
    for side in (Side.BOARD, Side.REFERRING):
        found = sides.get(side)
        if found is not None and (found.said.lesions or found.said.none_seen):
            return found
        if found is not None and found.said.uncountable:
            return None
    return None


def as_at(moments: Mapping[int, dt.datetime | None]) -> dict[int, Sides]:
    """Case → its readings as they stood at a moment; the newest where none is named.

    A decision is kept with the reading that it was taken on.
    """
    query = select(Reading).where(Reading.case_id.in_(list(moments))).order_by(Reading.version)
    before = [
        reading
        for reading in db.session.scalars(query)
        if (until := moments[reading.case_id]) is None or reading.saved_at <= until
    ]
    return _by_case(before)


def _by_case(readings: Iterable[Reading]) -> dict[int, Sides]:
    """Later ones replace earlier ones of the same side."""
    found: dict[int, Sides] = {}
    for reading in readings:
        found.setdefault(reading.case_id, {})[reading.side] = reading
    return {
        case_id: {side: sides[side] for side in Side if side in sides}
        for case_id, sides in found.items()
    }


def history_of(case_id: int, side: Side) -> list[Reading]:
    """Every version of one side's reading, the newest first."""
    query = (
        select(Reading)
        .where(Reading.case_id == case_id, Reading.side == side)
        .order_by(Reading.version.desc())
    )
    return list(db.session.scalars(query))
