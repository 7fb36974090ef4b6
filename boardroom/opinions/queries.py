"""Reading opinions. What they say is loaded only where somebody may see it (see rules.py)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from boardroom.cases.models import Case, CaseStatus
from boardroom.db import db
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.opinions.models import Opinion, OpinionStatus
from boardroom.people.models import Person

GIVEN = (OpinionStatus.SUBMITTED, OpinionStatus.REVEALED)

COMING = (MeetingStatus.PLANNED, MeetingStatus.LIVE)
STILL_OPEN = (
    ItemStatus.WAITING,
    ItemStatus.PRESENTING,
    ItemStatus.DECIDING,
    ItemStatus.LEFT_OPEN,
)


@dataclass(frozen=True)
class Arrival:
    """That somebody gave an opinion, and when. It has no place for what the opinion says."""

    person_id: int
    name: str
    specialty: str
    submitted_at: dt.datetime | None
    revealed: bool


@dataclass(frozen=True)
class Wanted:
    """A case that waits for one person's opinion. ``due``: when its meeting starts, if listed."""

    case: Case
    due: dt.datetime | None
    meeting_id: int | None
    begun: bool
    live: bool


def opinions_in(case_id: int) -> list[Arrival]:
    """Whose opinions on a case are in, first come first. Reads no column of their content."""
    return arrivals_of([case_id]).get(case_id, [])


def arrivals_of(case_ids: Iterable[int]) -> dict[int, list[Arrival]]:
    """`opinions_in` for several cases, in one query; a case without any is left out."""
    query = (
        select(
            Opinion.case_id,
            Opinion.person_id,
            Person.name,
            Opinion.specialty,
            Opinion.submitted_at,
            Opinion.status,
        )
        .join(Person, Opinion.person_id == Person.id)
        .where(Opinion.case_id.in_(list(case_ids)), Opinion.status.in_(GIVEN))
        .order_by(Opinion.submitted_at.nulls_first(), Opinion.id)
    )
    found: dict[int, list[Arrival]] = {}
    for case_id, person_id, name, specialty, at, status in db.session.execute(query):
        found.setdefault(case_id, []).append(
            Arrival(person_id, name, specialty, at, status == OpinionStatus.REVEALED)
        )
    return found


def counts_in(case_ids: Iterable[int]) -> dict[int, int]:
    """How many opinions each case has, in one query; a case without any is left out."""
    query = (
        select(Opinion.case_id, func.count())
        .where(Opinion.case_id.in_(list(case_ids)), Opinion.status.in_(GIVEN))
        .group_by(Opinion.case_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def revealed_opinions(case_id: int) -> list[Opinion]:
    """The opinions on a case that are open to the board, with their shifts."""
    return revealed_by_case([case_id]).get(case_id, [])


def revealed_by_case(case_ids: Iterable[int]) -> dict[int, list[Opinion]]:
    """`revealed_opinions` for several cases, in two queries; a case without any is left out."""
    query = (
        select(Opinion)
        .where(Opinion.case_id.in_(list(case_ids)), Opinion.status == OpinionStatus.REVEALED)
        .options(joinedload(Opinion.person), selectinload(Opinion.shifts))
        .order_by(Opinion.submitted_at.nulls_first(), Opinion.id)
    )
    found: dict[int, list[Opinion]] = {}
    for opinion in db.session.scalars(query):
        found.setdefault(opinion.case_id, []).append(opinion)
    return found


def my_opinion(case_id: int, person_id: int) -> Opinion | None:
    """A person's own opinion on a case, in any state; nobody else may be given it."""
    query = (
        select(Opinion)
        .where(Opinion.case_id == case_id, Opinion.person_id == person_id)
        .options(joinedload(Opinion.person), selectinload(Opinion.shifts))
    )
    return db.session.scalar(query)


def opened_at(case_id: int) -> dt.datetime | None:
    """When the opinions on a case were first revealed in a meeting; None: in none so far."""
    found: dt.datetime | None = db.session.scalar(
        select(func.min(AgendaItem.revealed_at)).where(AgendaItem.case_id == case_id)
    )
    return found


def opened(case_id: int) -> bool:
    """Whether the opinions on a case were revealed, even if there were none to reveal."""
    return bool(
        db.session.scalar(
            select(
                or_(
                    exists().where(
                        AgendaItem.case_id == case_id, AgendaItem.revealed_at.is_not(None)
                    ),
                    exists().where(
                        Opinion.case_id == case_id, Opinion.status == OpinionStatus.REVEALED
                    ),
                )
            )
        )
    )


def live_meeting_of(case_id: int) -> int | None:
    """Key of the live meeting that has the case on its agenda, or None."""
    found: int | None = db.session.scalar(
        select(Meeting.id)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(AgendaItem.case_id == case_id, Meeting.status == MeetingStatus.LIVE)
        .order_by(Meeting.id)
    )
    return found


def has_given_on_open_cases(person: Person) -> bool:
    """Whether an opinion of this person is in on a case that waits for its discussion."""
    query = (
        select(Opinion.id)
        .join(Case, Opinion.case_id == Case.id)
        .where(
            Opinion.person_id == person.id,
            Opinion.status != OpinionStatus.DRAFT,
            Case.status.in_((CaseStatus.LISTED, CaseStatus.SUBMITTED)),
        )
        .limit(1)
    )
    return db.session.scalar(query) is not None


def waiting_for(person: Person) -> list[Wanted]:
    """Cases that still want this person's opinion, soonest meeting first. One query.

    They are on the agenda of a planned or live meeting of a board on which the person has a vote,
    or submitted to it and not listed yet.
    """
    boards = [m.board for m in person.memberships if m.votes]
    if not boards:
        return []
    query = (
        select(Case, Meeting.starts_at, Meeting.id, Meeting.status, Opinion.id)
        .outerjoin(
            AgendaItem, and_(AgendaItem.case_id == Case.id, AgendaItem.status.in_(STILL_OPEN))
        )
        .outerjoin(Meeting, and_(AgendaItem.meeting_id == Meeting.id, Meeting.status.in_(COMING)))
        # Only that there is a draft is read, not a word of it.
        .outerjoin(Opinion, and_(Opinion.case_id == Case.id, Opinion.person_id == person.id))
        .where(
            Case.board.in_(boards),
            Case.status.in_((CaseStatus.LISTED, CaseStatus.SUBMITTED)),
            or_(Case.status == CaseStatus.SUBMITTED, Meeting.id.is_not(None)),
            or_(Opinion.id.is_(None), Opinion.status == OpinionStatus.DRAFT),
        )
        .order_by(
            Meeting.starts_at.is_(None),
            Meeting.starts_at,
            AgendaItem.position.nulls_first(),
            Case.id,
        )
    )
    found: dict[int, Wanted] = {}
    for case, starts_at, meeting_id, status, draft in db.session.execute(query):
        found.setdefault(
            case.id,
            Wanted(case, starts_at, meeting_id, draft is not None, status == MeetingStatus.LIVE),
        )
    return list(found.values())
