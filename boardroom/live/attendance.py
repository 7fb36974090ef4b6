"""Attendance: a stay opens when somebody joins a live meeting and closes when they have gone."""

from __future__ import annotations

import time

from sqlalchemy import exists, select, update

from boardroom import audit
from boardroom.db import db, now, write_transaction
from boardroom.live import elsewhere
from boardroom.live.presence import audience_of, presence
from boardroom.live.push import announce, publish
from boardroom.meetings.models import Attendance, Meeting, MeetingStatus, Screen
from boardroom.people.models import Person, Role

LEFT_AFTER = 6.0  # seconds without a connection until somebody counts as gone


def count_in(meeting: Meeting) -> None:
    """Open a stay for everybody whose screen waited for the meeting, inside its start."""
    for person_id in sorted(elsewhere.people(meeting.id)):
        person = db.session.get(Person, person_id)
        place = person.on(meeting.board) if person is not None else None
        if place is not None:
            db.session.add(
                Attendance(meeting_id=meeting.id, person_id=person_id, specialty=place.specialty)
            )


def arrive(person: Person, meeting: Meeting) -> None:
    """Open a stay in the attendance of a live meeting, unless one is open or they may not watch."""
    if audience_of(person, meeting) is None:
        return
    place = person.on(meeting.board)
    open_stay = select(Attendance).where(
        Attendance.meeting_id == meeting.id,
        Attendance.person_id == person.id,
        Attendance.left_at.is_(None),
    )
    if db.session.scalars(open_stay).first() is not None:
        return
    with write_transaction():
        if db.session.scalars(open_stay).first() is not None:
            return
        db.session.add(
            Attendance(
                meeting_id=meeting.id,
                person_id=person.id,
                specialty=place.specialty if place else None,
            )
        )
        audit.record("joined a meeting", board=meeting.board, meeting_id=meeting.id, actor=person)
        announce(meeting, "joined", {"bar", "people"}, actor=person)
    publish()


def stays_in(person: Person, board: str) -> int | None:
    """Key of the board's live meeting that the person is in, or None."""
    found: int | None = db.session.scalar(
        select(Meeting.id)
        .join(Attendance, Attendance.meeting_id == Meeting.id)
        .where(
            Meeting.board == board,
            Meeting.status == MeetingStatus.LIVE,
            Attendance.person_id == person.id,
            Attendance.left_at.is_(None),
        )
    )
    return found


def close_stale_stays() -> None:
    """At start: whoever was connected to a process that died left with it.

    Who has a screen open at another process stays, and so do those of a process that died a moment
    ago: the others see to them once they are sure.
    """
    elsewhere_now = exists().where(
        Screen.meeting_id == Attendance.meeting_id, Screen.person_id == Attendance.person_id
    )
    with write_transaction() as session:
        left = set(
            session.scalars(
                update(Attendance)
                .where(Attendance.left_at.is_(None), ~elsewhere_now)
                .values(left_at=now())
                .returning(Attendance.meeting_id)
                .execution_options(synchronize_session=False)
            )
        )
        # A number for it: a screen that comes back, such as the wall, still shows them as here.
        for meeting in session.scalars(
            select(Meeting)
            .where(Meeting.id.in_(left), Meeting.status == MeetingStatus.LIVE)
            .order_by(Meeting.id)
        ):
            announce(meeting, "left", {"bar", "people"}, actor=None)
    publish()


def sweep() -> None:
    """Close the stays of those who have been gone for a while."""
    due = [
        who for who, since in list(presence.gone.items()) if time.monotonic() - since > LEFT_AFTER
    ]
    for person_id, meeting_id in due:
        presence.gone.pop((person_id, meeting_id), None)
        see_off(person_id, meeting_id)


def see_off(person_id: int, meeting_id: int) -> None:
    """Close the stay of somebody whose screens are all gone."""
    if not elsewhere.is_here(person_id, meeting_id):
        leave(person_id, meeting_id)


def leave(person_id: int, meeting_id: int) -> None:
    """Close a person's stay in the attendance of a meeting."""
    with write_transaction() as session:
        stays = session.scalars(
            select(Attendance).where(
                Attendance.meeting_id == meeting_id,
                Attendance.person_id == person_id,
                Attendance.left_at.is_(None),
            )
        ).all()
        meeting = session.get(Meeting, meeting_id)
        person = session.get(Person, person_id)
        for stay in stays:
            stay.left_at = now()
        if stays and meeting is not None:
            audit.record("left a meeting", board=meeting.board, meeting_id=meeting.id, actor=person)
            announce(meeting, "left", {"bar", "people"}, actor=person)
    publish()


def see_out(person: Person) -> None:
    """End a person's part in the live meetings in which they have none any more, at once.

    Their stay ends, the pen and the presenter's place are free. Part of the transaction that takes
    their place away or changes it.
    """
    for meeting in db.session.scalars(select(Meeting).where(Meeting.status == MeetingStatus.LIVE)):
        place = person.on(meeting.board) if person.active else None
        gone = place is None or place.role == Role.REFERRER
        watches = gone or (place is not None and place.role == Role.OBSERVER)
        parts: set[str] = set()
        own: list[int] = []
        if gone:
            for stay in db.session.scalars(
                select(Attendance).where(
                    Attendance.meeting_id == meeting.id,
                    Attendance.person_id == person.id,
                    Attendance.left_at.is_(None),
                )
            ):
                stay.left_at = now()
                parts |= {"bar", "people"}
        if watches and person.id in (meeting.pen_holder_id, meeting.pen_asked_by_id):
            if meeting.pen_holder_id == person.id:
                own += [meeting.pen_asked_by_id] if meeting.pen_asked_by_id is not None else []
                meeting.pen_holder_id = None
            else:
                own += [meeting.pen_holder_id] if meeting.pen_holder_id is not None else []
            meeting.pen_asked_by_id = None
            parts.add("consensus")
        if watches and meeting.presenter_id == person.id:
            meeting.presenter_id = None
            parts |= {"case", "people"}
        if parts:
            announce(meeting, "left", parts, actor=person, own=own)


def open_missing_stays() -> None:
    """Whoever has a screen of a live meeting open is there, however their joining went."""
    meetings = {meeting_id for _, meeting_id, _ in list(presence.sockets.values())}
    if not meetings:
        return
    live_ones = db.session.scalars(
        select(Meeting).where(Meeting.id.in_(meetings), Meeting.status == MeetingStatus.LIVE)
    ).all()
    counted = set(
        db.session.execute(
            select(Attendance.person_id, Attendance.meeting_id).where(
                Attendance.meeting_id.in_([m.id for m in live_ones]), Attendance.left_at.is_(None)
            )
        ).tuples()
    )
    absent = [
        (person_id, meeting.id)
        for meeting in live_ones
        for person_id in presence.people(meeting.id)
        if (person_id, meeting.id) not in counted
    ]
    db.session.rollback()
    for person_id, meeting_id in absent:
        person, meeting = db.session.get(Person, person_id), db.session.get(Meeting, meeting_id)
        if person is not None and meeting is not None:
            arrive(person, meeting)
