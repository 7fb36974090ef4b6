"""Gathers what was recorded of a meeting into its minutes.

Nothing is written for the minutes alone: attendance, opinions, consensus and times are those of
the tables and of the event log.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from boardroom.aids.queries import kept_by_item
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case
from boardroom.cases.queries import cases_with_everything
from boardroom.consensus.models import Confirmation, Consensus, SignOff
from boardroom.db import db, now
from boardroom.followup.return_queries import earlier_rounds
from boardroom.meetings.models import AgendaItem, Attendance, ItemStatus, Meeting
from boardroom.minutes import brief, document, times
from boardroom.minutes.at_close import briefs_by_item
from boardroom.minutes.record_case import minutes_case
from boardroom.minutes.terms import board_info, specialty
from boardroom.opinions.queries import revealed_by_case
from boardroom.tumour_map.queries import as_at
from boardroom.web import local

RELOADED = dt.timedelta(minutes=1)


def gather(meeting: Meeting, board: BoardDefinition) -> document.MinutesDocument:
    """The record of a meeting as it stands now, unsigned."""
    items = list(
        db.session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id)
            .order_by(AgendaItem.position, AgendaItem.id)
            .options(joinedload(AgendaItem.presented_by))
        )
    )
    cases = cases_with_everything([item.case_id for item in items])
    opinions = revealed_by_case(cases)
    ids = [item.id for item in items]
    read = as_at({item.case_id: item.ended_at for item in items})
    consensus = {
        c.item_id: c
        for c in db.session.scalars(select(Consensus).where(Consensus.item_id.in_(ids)))
    }
    sign_offs: dict[int, list[SignOff]] = {}
    for found in db.session.scalars(
        select(SignOff).where(SignOff.item_id.in_(ids)).order_by(SignOff.id)
    ):
        sign_offs.setdefault(found.item_id, []).append(found)
    aids = kept_by_item(ids)
    discussed = briefs_by_item(ids)
    earlier = earlier_rounds(cases.values())
    people = {stay.person_id: stay.person.name for stay in _stays(meeting)}
    on = local(meeting.started_at or meeting.starts_at, board.key).date()
    return document.MinutesDocument(
        board=board_info(board),
        meeting=document.MeetingInfo(
            id=str(meeting.id),
            title=meeting.title,
            place=meeting.place,
            planned_start=meeting.starts_at,
            length_minutes=meeting.length_minutes,
            started_at=meeting.started_at,
            closed_at=meeting.closed_at,
        ),
        chair=meeting.chair.name if meeting.chair is not None else "",
        attendance=tuple(attendance(meeting, board)),
        core_specialties=tuple(specialty(board, s.key) for s in board.core),
        core_missing=tuple(specialty(board, k) for k in _never_there(meeting, board)),
        options=tuple(brief.Option(key=o.key, name=o.name, short=o.short) for o in board.options),
        cases=tuple(
            minutes_case(
                item,
                cases[item.case_id],
                board,
                place,
                on,
                opinions.get(item.case_id, []),
                consensus.get(item.id),
                sign_offs.get(item.id, []),
                people,
                read.get(item.case_id, {}),
                aids.get(item.id),
                discussed.get(item.id),
                earlier.get(item.case_id),
            )
            for place, item in enumerate(items, start=1)
        ),
        confirmations=confirmations(meeting, board),
        generated_at=now(),
    )


def _stays(meeting: Meeting) -> list[Attendance]:
    return list(
        db.session.scalars(
            select(Attendance)
            .where(Attendance.meeting_id == meeting.id)
            .order_by(Attendance.joined_at, Attendance.id)
            .options(selectinload(Attendance.person))
        )
    )


def attendance(meeting: Meeting, board: BoardDefinition) -> list[document.Attendee]:
    """Who was there, in the order in which they came, with every stay."""
    people: dict[int, list[Attendance]] = {}
    for stay in _stays(meeting):
        people.setdefault(stay.person_id, []).append(stay)
    found = []
    for stays in people.values():
        place = stays[0].person.on(meeting.board)
        intervals = tuple(_intervals(stays))
        end = meeting.closed_at or now()
        found.append(
            document.Attendee(
                name=stays[0].person.name,
                role=str(place.role) if place is not None else "",
                specialty=specialty(board, stays[0].specialty) if stays[0].specialty else None,
                intervals=intervals,
                minutes=sum(times.minutes_between(i.joined, i.left or end) for i in intervals),
            )
        )
    return found


def _intervals(stays: list[Attendance]) -> list[document.Interval]:
    """The stays of one person; a page that was loaded anew is not a leaving."""
    merged: list[tuple[dt.datetime, dt.datetime | None]] = []
    for stay in stays:
        if merged:
            joined, left = merged[-1]
            if left is None or stay.joined_at - left <= RELOADED:
                merged[-1] = (joined, stay.left_at)
                continue
        merged.append((stay.joined_at, stay.left_at))
    return [document.Interval(joined=joined, left=left) for joined, left in merged]


def _never_there(meeting: Meeting, board: BoardDefinition) -> tuple[str, ...]:
    there = {s.specialty for s in _stays(meeting) if s.specialty}
    if meeting.started_at is None:
        return ()
    # Of all core specialties: quorum may ask for fewer, and a deputy is another specialty.
    return tuple(s.key for s in board.core if s.key not in there)


def confirmations(
    meeting: Meeting, board: BoardDefinition | None
) -> tuple[document.Confirmation, ...]:
    """Who confirmed provisional decisions of the meeting since; beside the record, not in it."""
    query = (
        select(Confirmation, Case.code)
        .join(AgendaItem, Confirmation.item_id == AgendaItem.id)
        .join(Case, AgendaItem.case_id == Case.id)
        .where(AgendaItem.meeting_id == meeting.id, AgendaItem.status == ItemStatus.PROVISIONAL)
        .order_by(Confirmation.id)
    )
    return tuple(
        document.Confirmation(
            case=code,
            specialty=specialty(board, one.specialty) if one.specialty else None,
            person=one.person.name,
            at=one.at,
            text=one.text,
            kind="signed" if one.kind == "agree" else one.kind,  # type: ignore[arg-type]
            by_chair=one.by_chair,
            reopen_condition=one.reopen_condition,
            against=tuple(map(str, one.against)),
        )
        for one, code in db.session.execute(query)
    )
