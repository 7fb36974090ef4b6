"""What a home page shows: few queries, whatever the number of cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from boardroom.cases.models import Case, CaseStatus
from boardroom.cases.queries import visible_to
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem, Meeting, MeetingStatus
from boardroom.people.models import Membership, Person, Role
from boardroom.people.queries import administrator_names

LATE = dt.timedelta(hours=12)
"""How long after its planned start a meeting that was never begun still counts as the next one."""


def inside_boards(person: Person) -> list[str]:
    """Boards on which the person is more than a referrer."""
    return [m.board for m in person.memberships if m.role != Role.REFERRER]


@dataclass(frozen=True)
class PastBoard:
    """A board that the person sits on and that has no definition here any more.

    `administrators`: who may be asked, by name; nobody where the person is one of them, or refers.
    """

    key: str
    role: Role
    administrators: list[str]


def past_boards(person: Person, set_up: Collection[str]) -> list[PastBoard]:
    """Boards of the person that are not among those `set_up`; their memberships are not loaded."""
    query = (
        select(Membership.board, Membership.role)
        .where(Membership.person_id == person.id, Membership.board.not_in(set_up))
        .order_by(Membership.board)
    )
    return [
        PastBoard(key, Role(role), administrator_names(key) if role in _ASKING else [])
        for key, role in db.session.execute(query)
    ]


_ASKING = frozenset({Role.CHAIR, Role.COORDINATOR, Role.SPECIALIST, Role.OBSERVER})


def next_meetings(person: Person) -> list[Meeting]:
    """Live meetings of the person's boards and the next planned one, with their agendas."""
    boards = inside_boards(person)
    if not boards:
        return []
    query = (
        select(Meeting)
        .where(
            Meeting.board.in_(boards),
            or_(
                Meeting.status == MeetingStatus.LIVE,
                (Meeting.status == MeetingStatus.PLANNED) & (Meeting.starts_at > now() - LATE),
            ),
        )
        .options(selectinload(Meeting.items).joinedload(AgendaItem.case).joinedload(Case.patient))
        .order_by(Meeting.status != MeetingStatus.LIVE, Meeting.starts_at)
        .limit(4)
    )
    found = list(db.session.scalars(query).unique())
    live = [meeting for meeting in found if meeting.status == MeetingStatus.LIVE]
    return live + [m for m in found if m.status == MeetingStatus.PLANNED][:1]


def next_meetings_of_referrer(person: Person) -> list[tuple[Meeting, list[int]]]:
    """The next planned meeting of each board that the person refers to, with the ids of those of
    its cases that their hospital sent; meetings without any are left out."""
    query = (
        select(Meeting, Case.id)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .join(Case, AgendaItem.case_id == Case.id)
        .where(
            Meeting.board.in_(person.boards(Role.REFERRER)),
            Meeting.status == MeetingStatus.PLANNED,
            Meeting.starts_at > now() - LATE,
            visible_to(person),
        )
        .order_by(Meeting.starts_at, Meeting.id, AgendaItem.position)
    )
    found: dict[str, tuple[Meeting, list[int]]] = {}
    for meeting, case_id in db.session.execute(query).unique():
        first, ids = found.setdefault(meeting.board, (meeting, []))
        if first.id == meeting.id:
            ids.append(case_id)
    return list(found.values())


def with_parts(case_ids: set[int]) -> dict[int, Case]:
    """Cases with everything that readiness looks at, by key."""
    if not case_ids:
        return {}
    query = (
        select(Case)
        .where(Case.id.in_(case_ids))
        .options(
            joinedload(Case.patient),
            selectinload(Case.facts),
            selectinload(Case.lesions),
            selectinload(Case.treatments),
            selectinload(Case.investigations),
            selectinload(Case.questions),
            selectinload(Case.judgements),
            selectinload(Case.requests),
            selectinload(Case.documents),
        )
    )
    return {case.id: case for case in db.session.scalars(query).unique()}


def to_sign(person: Person) -> list[Meeting]:
    """Meetings that ended and whose minutes wait for this chair's signature, the oldest first."""
    boards = person.boards(Role.CHAIR)
    if not boards:
        return []
    query = (
        select(Meeting)
        .where(Meeting.board.in_(boards), Meeting.status == MeetingStatus.CLOSED)
        .order_by(Meeting.starts_at)
    )
    return list(db.session.scalars(query))


def recent_meetings(person: Person, most: int = 3) -> list[Meeting]:
    """Past meetings of the person's boards, the latest first."""
    query = (
        select(Meeting)
        .where(
            Meeting.board.in_(inside_boards(person)),
            Meeting.status.in_((MeetingStatus.CLOSED, MeetingStatus.SIGNED)),
        )
        .order_by(Meeting.starts_at.desc())
        .limit(most)
    )
    return list(db.session.scalars(query))


def received(person: Person, most: int = 8) -> list[int]:
    """Keys of cases that wait for triage or a place on an agenda of the person's boards, those
    longest with the board first; before a registry's rows those that somebody sent."""
    boards = person.boards(Role.COORDINATOR, Role.CHAIR)
    if not boards:
        return []
    query = (
        select(Case.id)
        .where(Case.board.in_(boards), Case.status == CaseStatus.SUBMITTED)
        .order_by(
            Case.source.is_not(None),
            func.coalesce(Case.moved_at, Case.submitted_at).nulls_first(),
            Case.id,
        )
        .limit(most)
    )
    return list(db.session.scalars(query))


def cases_by_status(person: Person) -> dict[str, int]:
    """How many cases of the boards that the person prepares, and may read, are in each state."""
    boards = person.boards(Role.COORDINATOR, Role.CHAIR)
    if not boards:
        return {}
    theirs = and_(Case.board.in_(boards), visible_to(person))
    query = select(Case.status, func.count()).where(theirs).group_by(Case.status)
    return {str(CaseStatus(status)): count for status, count in db.session.execute(query)}


def places_on(board: str) -> list[tuple[str, str | None]]:
    """Role and specialty of everybody who is on a board, invited or there; deactivated left out."""
    query = (
        select(Membership.role, Membership.specialty)
        .join(Person, Membership.person_id == Person.id)
        .where(Membership.board == board, Person.active)
    )
    return [(str(role), specialty) for role, specialty in db.session.execute(query)]


def begun(board: str) -> tuple[bool, bool]:
    """Whether a board has had any case, and any meeting."""
    cases = exists().where(Case.board == board)
    meetings = exists().where(Meeting.board == board)
    has_cases, has_meetings = db.session.execute(select(cases, meetings)).one()
    return bool(has_cases), bool(has_meetings)


def invitations_open(person: Person) -> int:
    """How many people invited to boards that the person administers have not come yet."""
    boards = person.boards(Role.ADMINISTRATOR)
    if not boards:
        return 0
    return (
        db.session.scalar(
            select(func.count(func.distinct(Person.id)))
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.board.in_(boards), Person.active, Person.invitation_hash.is_not(None))
        )
        or 0
    )
