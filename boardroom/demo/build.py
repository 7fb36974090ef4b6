"""The demonstration: made once in an empty folder, by doing what people do.

Everything goes through the same operations as in real use, as the right person and at a moment of
the past weeks, so that rules, audit trail and event log hold for it too.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select

from boardroom import audit
from boardroom.audit import AuditEntry
from boardroom.boards.definition import BoardDefinition
from boardroom.db import at_time, db, now, write_transaction
from boardroom.demo.afterwards import Afterwards
from boardroom.demo.content import DemoCase, DemoContent, DemoMeeting, load_content
from boardroom.demo.earlier import MEETING
from boardroom.demo.letters import Letters
from boardroom.demo.referrals import COORDINATOR, DemoMistake, Referrals
from boardroom.demo.sitting import Sitting
from boardroom.demo.timeline import Timeline
from boardroom.meetings import operations as meetings
from boardroom.meetings.models import Meeting
from boardroom.minutes import operations as minutes
from boardroom.minutes.document import content_hash
from boardroom.minutes.record import gather
from boardroom.people.models import Person
from boardroom.people.operations import add_person
from boardroom.people.queries import anybody
from boardroom.people.sign_in import hash_password
from boardroom.refusals import Refused

BOARD = "liver"
PASSWORD = "liver board demo 2026"  # shown on the terminal and never used elsewhere
MADE = "made the demonstration"
_UNLISTED_IN = dt.timedelta(days=1)  # a referral without a meeting is dated as if for tomorrow


def build(app: Flask) -> dict[str, Any]:
    """Make the demonstration, or find it. Returns meeting, past_meeting (their ids) and accounts.

    Raises Refused for a folder that holds something else: whoever runs it in demo mode could sign
    in as anybody.
    """
    content = load_content()
    found = _found(content)
    if found is None:
        if BOARD not in app.extensions["boards"]:
            raise Refused(f"The demonstration needs the definition of the board '{BOARD}'.")
        found = _make(app, content)
    accounts = [
        {
            "email": person.email,
            "password": PASSWORD,
            "role": person.role,
            "specialty": person.specialty or None,
        }
        for person in content.people
    ]
    return {**found, "accounts": accounts}


def _found(content: DemoContent) -> dict[str, int] | None:
    """The meetings of a demonstration that is there already, None in an empty database."""
    if not anybody():
        return None
    made = db.session.scalars(select(AuditEntry).where(AuditEntry.action == MADE)).first()
    if made is not None:
        return {name: int(made.details[name]) for name in ("meeting", "past_meeting")}
    emails = set(db.session.scalars(select(Person.email)))
    if emails <= {person.email for person in content.people}:
        raise Refused(
            "The making of the demonstration in this folder was interrupted. "
            "Delete the folder and start again."
        )
    raise Refused(
        "This folder holds a real database, not a demonstration. In a demonstration anybody can "
        "sign in as anybody: choose another folder with --data."
    )


def _make(app: Flask, content: DemoContent) -> dict[str, int]:
    board: BoardDefinition = app.extensions["boards"][BOARD]
    end = now().replace(microsecond=0)
    line = Timeline(ZoneInfo(board.time_zone), end)
    coming = _next_quarter(end.astimezone(line.zone))
    past_day, earlier_day = (
        coming.date() - dt.timedelta(days=content.meeting(key).days_ago)
        for key in ("past", MEETING)
    )
    _add_people(line, board, content, line.at(earlier_day - dt.timedelta(days=45), 9))
    referrals = Referrals(line, board, app.config["DOCUMENTS_DIR"])
    made: dict[str, Meeting] = {}
    starts = (
        (MEETING, line.at(earlier_day, 16, 30)),
        ("past", line.at(past_day, 16, 30)),
        ("next", coming),
    )
    for key, start in starts:
        for case in content.cases_of(key):
            referrals.plan(case, start.date())
        _plan_agenda(line, board, content, content.meeting(key), start, referrals, made)
    for case in content.cases_of(""):
        referrals.plan(case, (coming + _UNLISTED_IN).date())

    for key, day in ((MEETING, earlier_day), ("past", past_day)):
        _hold(line, board, content.meeting(key), day, content, referrals, made)
    for case in content.cases_of(MEETING):
        Afterwards(line, referrals, case).plan(earlier_day)
    if BOARD in app.extensions["letters"]:
        past = content.meeting("past")
        Letters(line, referrals, past.chair).plan(past_day, content.cases_of("past"))
    with _without_waiting_for_the_disk():
        line.run()
    if unfinished := [c.key for c in content.cases if c.key not in referrals.cases]:
        raise DemoMistake(f"never came in: {unfinished}")
    found = {"meeting": made["next"].id, "past_meeting": made["past"].id}
    with write_transaction():
        audit.record(
            MADE, board=board.key, meeting=found["meeting"], past_meeting=found["past_meeting"]
        )
    return found


@contextlib.contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    """Some hundred small transactions, without a flush to the disk after each.

    Nothing is lost by it: a making that was interrupted is refused and begun anew.
    """
    if db.engine.dialect.name != "sqlite":
        yield
        return
    _pragma("synchronous=OFF")
    try:
        yield
    finally:
        db.session.rollback()
        _pragma("synchronous=FULL")


def _pragma(what: str) -> None:
    # The pool holds one connection here, so that it is the one that is worked with.
    connection = db.engine.raw_connection()
    try:
        connection.cursor().execute(f"PRAGMA {what}")
    finally:
        connection.close()


def _hold(
    line: Timeline,
    board: BoardDefinition,
    meeting: DemoMeeting,
    on: dt.date,
    content: DemoContent,
    referrals: Referrals,
    made: dict[str, Meeting],
) -> None:
    """A past meeting, and the chair's signature on the morning after."""
    sitting = Sitting(line, board, referrals, meeting, lambda: made[meeting.key])
    sitting.plan(line.at(on, 16, 30), content.cases_of(meeting.key))
    line.add(
        line.at(on + dt.timedelta(days=1), 8, 40),
        meeting.chair,
        lambda actor: _sign(made[meeting.key], board, actor),
    )


def _sign(meeting: Meeting, board: BoardDefinition, actor: Person) -> None:
    minutes.sign(meeting, board, actor=actor, seen=content_hash(gather(meeting, board)))


def _next_quarter(moment: dt.datetime) -> dt.datetime:
    """The next quarter of an hour that leaves at least five minutes to look around."""
    instant = moment.astimezone(dt.UTC) + dt.timedelta(minutes=5)
    late = dt.timedelta(
        minutes=instant.minute % 15, seconds=instant.second, microseconds=instant.microsecond
    )
    if late:
        instant += dt.timedelta(minutes=15) - late
    return instant.astimezone(moment.tzinfo)


def _add_people(
    line: Timeline, board: BoardDefinition, content: DemoContent, at: dt.datetime
) -> None:
    """Accounts first: everything later has an actor."""
    # Everybody can read the one password, so nothing is lost where its hash is the same too.
    hashed = hash_password(PASSWORD)
    with at_time(at), write_transaction():
        for entry in content.people:
            person, _ = add_person(
                board=board,
                email=entry.email,
                name=entry.name,
                role=entry.role,
                specialty=entry.specialty or None,
                hospital=entry.hospital,
            )
            person.password_hash = hashed
            person.invitation_hash = person.invitation_expires_at = None
            line.people[entry.key] = person


def _plan_agenda(
    line: Timeline,
    board: BoardDefinition,
    content: DemoContent,
    meeting: DemoMeeting,
    start: dt.datetime,
    referrals: Referrals,
    made: dict[str, Meeting],
) -> None:
    """The coordinator plans the meeting and lists its cases when they are complete."""

    def announce(actor: Person) -> None:
        made[meeting.key] = meetings.plan(
            board.key,
            title=meeting.title,
            place=meeting.place,
            starts_at=start,
            length_minutes=board.meeting.length_minutes,
            chair=line.people[meeting.chair],
            actor=actor,
        )

    line.add(line.at(start.date() - dt.timedelta(days=20), 10), COORDINATOR, announce)
    for case in content.cases_of(meeting.key):

        def put_on(actor: Person, case: DemoCase = case) -> None:
            item = meetings.list_case(
                made[meeting.key],
                referrals.cases[case.key].id,
                minutes=case.minutes,
                override=case.listed_without,
                actor=actor,
            )
            if case.presenter:
                presenter = line.people[case.presenter]
                meetings.allot(item, minutes=case.minutes, presenter=presenter, actor=actor)

        before = min(2, case.referral.days_before - 1)
        line.add(
            line.at(start.date() - dt.timedelta(days=before), 14, 3 * case.position),
            COORDINATOR,
            put_on,
        )
