"""Signing minutes, amending them, and making files of them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem, Meeting, MeetingStatus
from boardroom.meetings.rules import move_meeting
from boardroom.minutes.brief import clean
from boardroom.minutes.document import content_hash, record_of
from boardroom.minutes.formats import FORMATS
from boardroom.minutes.models import Amendment, Export, Minutes
from boardroom.minutes.queries import meetings_between
from boardroom.minutes.record import gather
from boardroom.people.models import Person
from boardroom.refusals import Refused

LONGEST_TEXT = 4000
LONGEST_RANGE = dt.timedelta(days=5 * 366)


def sign(meeting: Meeting, board: BoardDefinition, *, actor: Person, seen: str) -> Minutes:
    """Sign the minutes: from now on they never change.

    ``seen`` is the hash of the record that the chair read; the record that is signed must be that
    one. Raises IllegalTransition before the meeting is closed or when it is signed, Refused where
    the record changed after it was read.
    """
    move_meeting(meeting.status, MeetingStatus.SIGNED)
    record = gather(meeting, board)
    digest = content_hash(record)
    if seen != digest:
        raise Refused(
            "The record has changed since you opened this page. Read it again, then sign."
        )
    minutes = Minutes(
        meeting_id=meeting.id,
        content=record_of(record),
        content_hash=digest,
        signed_by_id=actor.id,
        signed_at=now(),
    )
    meeting.status = MeetingStatus.SIGNED
    db.session.add(minutes)
    db.session.flush()
    audit.record("signed minutes", board=meeting.board, meeting_id=meeting.id, hash=digest)
    live.announce(meeting, "minutes_signed", {"bar", "case", "controls"}, actor=actor)
    return minutes


def amend(
    minutes: Minutes, *, actor: Person, text: str, reason: str, case_code: str = ""
) -> Amendment:
    """Set an amendment beside signed minutes. Raises Refused for an empty or overlong one."""
    text, reason = clean(text), clean(reason)
    if not text or not reason:
        raise Refused("Write what is corrected or added, and why.")
    if len(text) > LONGEST_TEXT or len(reason) > LONGEST_TEXT:
        raise Refused(f"Use at most {LONGEST_TEXT:,} characters for each, text and reason.")
    number = db.session.scalar(
        select(func.coalesce(func.max(Amendment.number), 0) + 1).where(
            Amendment.minutes_id == minutes.id
        )
    )
    amendment = Amendment(
        minutes_id=minutes.id,
        number=number or 1,
        case_id=_case_of(minutes, case_code),
        text=text,
        reason=reason,
        by_id=actor.id,
        at=now(),
    )
    db.session.add(amendment)
    db.session.flush()
    audit.record(
        "amended minutes",
        board=minutes.meeting.board,
        meeting_id=minutes.meeting_id,
        case_id=amendment.case_id,
    )
    return amendment


def _case_of(minutes: Minutes, code: str) -> int | None:
    if not code:
        return None
    found = db.session.scalar(
        select(Case.id)
        .join(AgendaItem, AgendaItem.case_id == Case.id)
        .where(AgendaItem.meeting_id == minutes.meeting_id, Case.code == code)
    )
    if found is None:
        raise Refused("Choose a case of this meeting, or none.")
    return found


def begin_export(
    board: BoardDefinition,
    *,
    actor: Person,
    first: dt.date,
    last: dt.date,
    format_: str,
    without_names: bool,
) -> Export:
    """Note an export of the meetings of some days; `exporting.run` then makes the file."""
    if format_ not in FORMATS:
        raise Refused("Choose one of the formats.")
    if last < first:
        raise Refused("The last day lies before the first.")
    if last - first > LONGEST_RANGE:
        raise Refused("Choose five years at the most.")
    if first.year < 1900 or last.year > 9000:  # nor does the calendar reach a day beyond its last
        raise Refused("No meeting was closed between these days.")
    export = Export(
        board=board.key,
        first_day=first,
        last_day=last,
        format=format_,
        without_names=without_names,
        by_id=actor.id,
        process=live.process_name(),
        total=len(meetings_between(board.key, first, last)),
    )
    if export.total == 0:
        raise Refused("No meeting was closed between these days.")
    db.session.add(export)
    db.session.flush()
    audit.record(
        "exported minutes",
        board=board.key,
        first=first,
        last=last,
        format=format_,
        names="withheld" if without_names else "included",
    )
    return export
