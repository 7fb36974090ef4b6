"""A case read for its cards, with what a list of lesions cannot say: that none was seen.

An empty list is that of a case that nobody has read, and of one in whose images there is nothing.
"""

from __future__ import annotations

import datetime as dt

from boardroom.aids.reading import Reading, read_aids
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case
from boardroom.tumour_map.models import Side
from boardroom.tumour_map.queries import readings_of
from boardroom.tumour_map.rules import SIDES
from boardroom.web import local


def read_case(case: Case, board: BoardDefinition, on: dt.date) -> Reading:
    """`read_aids`, and where the reading of the images that counts has no lesion:

    "none_seen": {"by": "the board’s reading", "on": day of the images, or on which it was saved}
    """
    reading = read_aids(case, board, on)
    if case.lesions:
        return reading
    sides = readings_of(case.id)
    counts = sides.get(Side.BOARD) or sides.get(Side.REFERRING)
    if counts is None or counts.said.lesions:
        return reading
    day = counts.imaged_on or local(counts.saved_at, case.board).date()
    by = f"the {SIDES[counts.side]}’s reading"
    return {**reading, "none_seen": {"by": by, "on": day.isoformat()}}
