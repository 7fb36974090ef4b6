"""Reads about meetings and their agendas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from flask import current_app
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.parts import Specialty
from boardroom.cases.earlier import NOTHING, earlier_of_cases
from boardroom.cases.models import Case, Patient
from boardroom.cases.queries import cases_with_everything
from boardroom.cases.rules import Readiness
from boardroom.cases.view import cannot_get, readiness_of
from boardroom.db import db, now
from boardroom.meetings import rules
from boardroom.meetings.models import AgendaItem, Attendance, Meeting, MeetingStatus
from boardroom.opinions.queries import Arrival, arrivals_of
from boardroom.people.models import Membership, Person, Role
from boardroom.people.queries import members_of
from boardroom.tumour_map.queries import latest
from boardroom.web import local, moment

PAST_PER_PAGE = 20
MOST_WAITING = 25


def board_of(meeting: Meeting) -> BoardDefinition:
    """The definition of the meeting's board."""
    board: BoardDefinition = current_app.extensions["boards"][meeting.board]
    return board


def code_of(board: str, case_id: int) -> str | None:
    """A case's code, or None where the board has no such case."""
    return db.session.scalar(select(Case.code).where(Case.id == case_id, Case.board == board))


def votes_here(meeting: Meeting) -> list[str]:
    """The specialty of everybody in the live meeting who has a vote, one entry for each person."""
    return [specialty for _, specialty in voters_here(meeting)]


def voters_here(meeting: Meeting) -> list[tuple[int, str]]:
    """(person's number, specialty) of everybody in the live meeting who has a vote."""
    here = select(Attendance.person_id).where(
        Attendance.meeting_id == meeting.id, Attendance.left_at.is_(None)
    )
    places = db.session.scalars(
        select(Membership).where(Membership.board == meeting.board, Membership.person_id.in_(here))
    )
    return [(p.person_id, p.specialty) for p in places if p.votes and p.specialty]


def sequence_of(meeting: Meeting) -> int:
    """The number of the meeting's last change, as this transaction sees it."""
    return db.session.scalars(select(Meeting.seq).where(Meeting.id == meeting.id)).one()


# ---- The list of meetings -----------------------------------------------------------------------


@dataclass(frozen=True)
class MeetingLine:
    """A meeting in the list, with what its agenda holds."""

    meeting: Meeting
    cases: int
    minutes: int


@dataclass(frozen=True)
class MeetingList:
    """Meetings of a person's boards: live, coming (soonest first), and one page of the past."""

    live: tuple[MeetingLine, ...]
    coming: tuple[MeetingLine, ...]
    past: tuple[MeetingLine, ...]
    page: int
    pages: int


def meetings_of(boards: Sequence[str], page: int = 1) -> MeetingList:
    """Every coming meeting of the boards, and the past ones page by page (from 1)."""
    ours = select(Meeting).where(Meeting.board.in_(boards))
    past = ours.where(Meeting.status.in_((MeetingStatus.CLOSED, MeetingStatus.SIGNED)))
    count = db.session.scalar(select(func.count()).select_from(past.subquery())) or 0
    pages = max(1, ceil(count / PAST_PER_PAGE))
    page = max(1, min(page, pages))
    coming = _lines(
        ours.where(Meeting.status.in_((MeetingStatus.LIVE, MeetingStatus.PLANNED))).order_by(
            Meeting.starts_at
        )
    )
    return MeetingList(
        live=tuple(line for line in coming if line.meeting.status == MeetingStatus.LIVE),
        coming=tuple(line for line in coming if line.meeting.status == MeetingStatus.PLANNED),
        past=_lines(
            past.order_by(Meeting.starts_at.desc(), Meeting.id.desc())
            .limit(PAST_PER_PAGE)
            .offset((page - 1) * PAST_PER_PAGE)
        ),
        page=page,
        pages=pages,
    )


def _lines(query: Select[Any]) -> tuple[MeetingLine, ...]:
    """Meetings with the number and the minutes of their cases, in one query."""
    here = AgendaItem.meeting_id == Meeting.id
    cases = select(func.count()).where(here).correlate(Meeting).scalar_subquery()
    minutes = select(func.sum(AgendaItem.minutes)).where(here).correlate(Meeting).scalar_subquery()
    lines = query.add_columns(cases, func.coalesce(minutes, 0)).options(joinedload(Meeting.chair))
    return tuple(MeetingLine(*row) for row in db.session.execute(lines))


# ---- One meeting's details ----------------------------------------------------------------------


def present_details(meeting: Meeting) -> dict[str, Any]:
    """What the meeting's form edits, as it is."""
    return {
        "title": meeting.title,
        "place": meeting.place,
        "starts_at": meeting.starts_at,
        "length_minutes": meeting.length_minutes,
        "chair": meeting.chair,
    }


def details_in_words(board: str, values: Mapping[str, Any]) -> dict[str, str]:
    """{label: text} of a meeting's details, for two versions side by side."""
    chair: Person | None = values.get("chair")
    return {
        "Title": values["title"],
        "Place": values["place"],
        "Begins": moment(values["starts_at"], board),
        "Length": rules.duration(values["length_minutes"]),
        "Chair": chair.name if chair is not None else "",
    }


def chairs_of(board: str) -> list[Person]:
    """Who can chair a meeting of the board, by name."""
    return [p for p in members_of(board) if (m := p.on(board)) and m.role == Role.CHAIR]


def presenters_of(board: str) -> list[Person]:
    """Who can put a case before the board, by name: everybody who takes part."""
    return [
        person
        for person in members_of(board)
        if (place := person.on(board))
        and (place.votes or place.role in (Role.CHAIR, Role.COORDINATOR))
    ]


def minutes_of(case: Case, board: BoardDefinition) -> int:
    """The board's usual time for a case of its kind, in minutes."""
    return rules.suggested_minutes(
        board,
        first_verdict=case.first_verdict,
        lesions=len(case.lesions),
        treatments=len(case.treatments),
        said=case.complexity,
    )


def complexity_of(case: Case, board: BoardDefinition) -> str:
    """ "simple" or "complex", as triage said or as the case looks."""
    return rules.suggested_complexity(
        board,
        first_verdict=case.first_verdict,
        lesions=len(case.lesions),
        treatments=len(case.treatments),
        said=case.complexity,
    )


# ---- The agenda ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """One specialty and whether its opinion is in; it has no place for what the opinion says."""

    mark: str
    specialty: str
    arrived: bool
    name: str = ""


@dataclass(frozen=True)
class AgendaLine:
    """One case of the agenda, ready to be shown."""

    item: AgendaItem
    case: Case
    place: int
    begins: dt.datetime
    pause_before: bool
    readiness: Readiness
    marks: tuple[Mark, ...]
    opinions: int
    """How many people's opinions are in."""
    complexity: str

    @property
    def removable(self) -> bool:
        return rules.removable(self.item.status) and self.item.started_at is None

    @property
    def open(self) -> bool:
        return self.item.status in rules.OPEN_ITEM

    @property
    def cannot(self) -> dict[str, str]:
        """{item: why} of what the referrer said that they cannot get."""
        return cannot_get(self.case)


@dataclass(frozen=True)
class Agenda:
    """A meeting's agenda with its times."""

    lines: tuple[AgendaLine, ...]
    times: rules.Times
    ends: dt.datetime

    @property
    def ready(self) -> int:
        """How many cases lack nothing essential."""
        return sum(line.readiness.ready for line in self.lines)


def agenda_of(meeting: Meeting) -> Agenda:
    """The agenda in order. A fixed number of queries, whatever its length."""
    board = board_of(meeting)
    items = db.session.scalars(
        select(AgendaItem)
        .where(AgendaItem.meeting_id == meeting.id)
        .order_by(AgendaItem.position, AgendaItem.id)
        .options(joinedload(AgendaItem.presenter))
    ).all()
    cases = cases_with_everything([item.case_id for item in items])
    read = latest(cases)
    earlier = earlier_of_cases(cases.values())
    arrivals = arrivals_of(cases)
    minutes = [item.minutes for item in items]
    moments = rules.planned_times(meeting.started_at or meeting.starts_at, minutes)
    pauses = rules.pauses_before(minutes, board.meeting.break_after)
    today = local(meeting.starts_at, board.key).date()
    lines = [
        AgendaLine(
            item=item,
            case=cases[item.case_id],
            place=number + 1,
            begins=moments[number],
            pause_before=number in pauses,
            readiness=readiness_of(
                cases[item.case_id],
                board,
                today,
                read=read.get(item.case_id, {}),
                earlier=earlier.get(item.case_id, NOTHING),
            ),
            marks=_marks(board, arrivals.get(item.case_id, [])),
            opinions=len(arrivals.get(item.case_id, [])),
            complexity=complexity_of(cases[item.case_id], board),
        )
        for number, item in enumerate(items)
    ]
    return Agenda(tuple(lines), rules.times(minutes, meeting.length_minutes), moments[-1])


def _marks(board: BoardDefinition, arrivals: Iterable[Arrival]) -> tuple[Mark, ...]:
    """The core specialties, and every other that has given an opinion, in the board's order."""
    by_specialty: dict[str, list[str]] = {}
    for arrival in arrivals:
        by_specialty.setdefault(arrival.specialty, []).append(arrival.name)

    def mark(specialty: Specialty) -> Mark:
        names = by_specialty.get(specialty.key, [])
        return Mark(specialty.mark, specialty.name, bool(names), ", ".join(names))

    return tuple(mark(s) for s in board.specialties if s.core or s.key in by_specialty)


@dataclass(frozen=True)
class WaitingCase:
    """A case that can be listed, with what it still lacks."""

    case: Case
    readiness: Readiness
    minutes: int
    opinions: int


@dataclass(frozen=True)
class Waiting:
    """The cases that wait for a place, as many as a page can show, and how many there are."""

    cases: tuple[WaitingCase, ...]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.cases)


def waiting_for(meeting: Meeting, find: str = "") -> Waiting:
    """Cases that could be listed on the meeting, by when they came; those still put off come last.

    `find`: only those whose code, question or patient's name has this text.
    """
    board = board_of(meeting)
    query = select(Case.id).where(
        Case.board == meeting.board,
        Case.status.in_(rules.LISTABLE_CASE),
        Case.id.not_in(select(AgendaItem.case_id).where(AgendaItem.meeting_id == meeting.id)),
    )
    if find:
        escaped = find.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        like = f"%{escaped}%"
        query = query.where(
            or_(
                Case.code.ilike(like, escape="\\"),
                Case.question.ilike(like, escape="\\"),
                Case.patient.has(Patient.name.ilike(like, escape="\\")),
            )
        )
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ids = db.session.scalars(
        query.order_by(Case.status == "deferred", Case.submitted_at.nulls_first(), Case.id).limit(
            MOST_WAITING
        )
    ).all()
    cases = cases_with_everything(ids)
    read = latest(ids)
    earlier = earlier_of_cases(cases.values())
    arrivals = arrivals_of(ids)
    today = local(now(), board.key).date()
    return Waiting(
        tuple(
            WaitingCase(
                case=cases[one],
                readiness=readiness_of(
                    cases[one],
                    board,
                    today,
                    read=read.get(one, {}),
                    earlier=earlier.get(one, NOTHING),
                ),
                minutes=minutes_of(cases[one], board),
                opinions=len(arrivals.get(one, [])),
            )
            for one in ids
        ),
        count,
    )
