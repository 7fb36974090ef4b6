"""The scribe's pen: held by one person at a time while a case is decided, and can be asked for."""

from __future__ import annotations

from sqlalchemy import select

from boardroom.db import db
from boardroom.meetings.models import Attendance, ItemStatus, Meeting
from boardroom.meetings.rules import OPENS_WITH_THE_REVEAL
from boardroom.meetings.stage_operations import ENDED, current_item, note_change
from boardroom.people.models import Person, Role
from boardroom.refusals import IllegalTransition, PenElsewhere, Refused


def take_pen(meeting: Meeting, *, actor: Person) -> None:
    """Take the pen when nobody holds it; the chair may take it from anybody."""
    _must_be_deciding(meeting)
    place = actor.on(meeting.board)
    chair = place is not None and place.role == Role.CHAIR
    holder = meeting.pen_holder_id
    if holder not in (None, actor.id) and not chair and _is_here(meeting, holder):
        raise _elsewhere(meeting)
    _hand_pen(meeting, actor, actor)


def ask_pen(meeting: Meeting, *, actor: Person) -> None:
    """Ask whoever holds the pen; a free pen is taken at once."""
    _must_be_deciding(meeting)
    if meeting.pen_holder_id in (None, actor.id) or not _is_here(meeting, meeting.pen_holder_id):
        _hand_pen(meeting, actor, actor)
        return
    meeting.pen_asked_by_id = actor.id
    db.session.flush()
    both = [actor.id, meeting.pen_holder_id]
    note_change(meeting, "pen_asked", "asked for the pen", actor, parts={"consensus"}, own=both)


def give_pen(meeting: Meeting, to: Person | None, *, actor: Person) -> None:
    """Hand the pen to somebody, or lay it down (None)."""
    if meeting.pen_holder_id != actor.id:
        raise _elsewhere(meeting)
    if to is not None:
        place = to.on(meeting.board)
        if not to.active or place is None or place.role in (Role.OBSERVER, Role.REFERRER):
            raise Refused("The pen can only go to somebody who takes part.", field="person")
    _hand_pen(meeting, to, actor)


def _elsewhere(meeting: Meeting) -> PenElsewhere:
    holder = meeting.pen_holder
    return PenElsewhere(holder.name if holder is not None else None, meeting.id)


def _must_be_deciding(meeting: Meeting) -> None:
    item = current_item(meeting)
    if item is None or item.status in ENDED:
        raise IllegalTransition("No case is being decided now.")
    if item.status != ItemStatus.DECIDING:
        raise IllegalTransition(OPENS_WITH_THE_REVEAL)


def _hand_pen(meeting: Meeting, to: Person | None, actor: Person) -> None:
    waiting = {actor.id, meeting.pen_holder_id, to.id if to is not None else None}
    meeting.pen_holder_id = to.id if to is not None else None
    meeting.pen_asked_by_id = None
    db.session.flush()
    note_change(
        meeting,
        "pen_handed",
        "handed the pen on",
        actor,
        parts={"consensus"},
        own=[person_id for person_id in waiting if person_id is not None],
        to=meeting.pen_holder_id,
    )


def _is_here(meeting: Meeting, person_id: int | None) -> bool:
    query = select(Attendance.id).where(
        Attendance.meeting_id == meeting.id,
        Attendance.person_id == person_id,
        Attendance.left_at.is_(None),
    )
    return db.session.scalars(query).first() is not None
