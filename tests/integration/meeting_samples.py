"""Cases and meetings for the tests of what happens before and in a meeting."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask

from boardroom.cases.models import Case, CaseStatus, Patient
from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, Attendance, ItemStatus, Meeting, MeetingStatus
from boardroom.people.models import Person

CORE = ("surgery", "oncology", "radiology", "hepatology")


def make_case(app: Flask, code: str, **more: Any) -> int:
    """A submitted case; returns its id."""
    values: dict[str, Any] = {
        "board": "liver",
        "status": CaseStatus.SUBMITTED,
        "question": f"What can be done for {code}?",
        "diagnosis": "hcc",
        "first_verdict": "unresectable_remnant",
        "referrer_hospital": "St Example",
    } | more
    with app.app_context(), write_transaction() as session:
        case = Case(code=code, patient=Patient(name=f"Patient {code}", sex="female"), **values)
        session.add(case)
        session.flush()
        return case.id


def make_meeting(app: Flask, *case_ids: int, **more: Any) -> tuple[int, list[int]]:
    """A planned meeting with these cases, eight minutes each: its id and those of its items."""
    values: dict[str, Any] = {
        "board": "liver",
        "title": "Liver board",
        "starts_at": now() + dt.timedelta(days=2),
        "length_minutes": 60,
    } | more
    with app.app_context(), write_transaction() as session:
        meeting = Meeting(**values)
        for number, case_id in enumerate(case_ids, 1):
            meeting.items.append(AgendaItem(case_id=case_id, position=number, minutes=8))
            session.get_one(Case, case_id).status = CaseStatus.LISTED
        session.add(meeting)
        session.flush()
        return meeting.id, [item.id for item in meeting.items]


def begin(
    app: Flask, meeting_id: int, item_id: int, *, pen: int | None, here: tuple[int, ...] = ()
) -> None:
    """Put a meeting live with one case being decided, the pen in a hand, and people in the room."""
    with app.app_context(), write_transaction() as session:
        meeting = session.get_one(Meeting, meeting_id)
        meeting.status = MeetingStatus.LIVE
        meeting.started_at = now()
        meeting.current_item_id = item_id
        meeting.pen_holder_id = pen
        item = session.get_one(AgendaItem, item_id)
        item.status = ItemStatus.DECIDING
        item.revealed_at = now()
        for person_id in here:
            place = session.get_one(Person, person_id).on(meeting.board)
            session.add(
                Attendance(
                    meeting_id=meeting_id,
                    person_id=person_id,
                    specialty=place.specialty if place else None,
                )
            )
