"""The time line of a case, from its rounds and treatments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from boardroom.aids.record import record_of
from boardroom.aids.trends import Mark, TimeLine, time_line
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, CaseStatus
from boardroom.web import label


def time_line_of(
    case: Case, rounds: Sequence[Case], board: BoardDefinition, on: dt.date, units: str
) -> TimeLine | None:
    """What is dated in the case: a later round carries the earlier ones' treatments and values."""
    treatments = [
        Mark(
            one.on_date,
            label(one.kind, board.key, "treatment_kinds") or "Treatment",
            label(one.response, board.key, "treatment_responses"),
        )
        for one in case.treatments
        if one.on_date is not None
    ]
    visits: dict[str, list[Mark]] = {}
    for one in rounds:
        if one.referred_on is not None:
            name = "Visit elsewhere" if one.status == CaseStatus.PAST else "Round at the board"
            visits.setdefault(name, []).append(Mark(one.referred_on, one.code))
    return time_line(record_of(case, on), treatments, visits, units)
