"""Reading cases. What is loaded with them is said in each query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import joinedload, load_only, selectinload

from boardroom.cases.models import Case, CaseStatus, Document, Patient
from boardroom.cases.round_queries import rounds_of
from boardroom.cases.rules import OPEN_STATUSES, WAITING_STATUSES
from boardroom.cases.search import Said, having, said_in_comments, words_of
from boardroom.db import db
from boardroom.meetings.models import AgendaItem
from boardroom.opinions.models import Opinion, OpinionStatus
from boardroom.people.models import Membership, Person, Role

PAGE = 25
MOST_FOUND = 1000  # by words; whoever finds more adds a word


def load_case(case_id: int) -> Case:
    """A case with its patient, parts and documents, for showing it without another query.

    Raises NoResultFound.
    """
    return db.session.scalars(_whole_cases().where(Case.id == case_id)).unique().one()


def cases_with_everything(case_ids: Iterable[int]) -> dict[int, Case]:
    """`load_case` for several cases in a fixed number of queries, by id."""
    query = _whole_cases().where(Case.id.in_(list(case_ids)))
    return {case.id: case for case in db.session.scalars(query).unique()}


def _whole_cases() -> Select[Case]:
    return select(Case).options(
        joinedload(Case.patient),
        joinedload(Case.earlier_case),
        selectinload(Case.facts),
        selectinload(Case.lesions),
        selectinload(Case.treatments),
        selectinload(Case.investigations),
        selectinload(Case.questions),
        selectinload(Case.needed),
        selectinload(Case.judgements),
        selectinload(Case.requests),
        selectinload(Case.documents).joinedload(Document.uploaded_by),
    )


def document_of(case_id: int, document_id: int) -> Document:
    """A document of this case and no other. Raises NoResultFound."""
    return db.session.scalars(
        select(Document).where(Document.id == document_id, Document.case_id == case_id)
    ).one()


def agenda_of(case_id: int) -> list[AgendaItem]:
    """Where the case was or will be discussed, the latest first, with the meetings."""
    query = (
        select(AgendaItem)
        .where(AgendaItem.case_id == case_id)
        .options(joinedload(AgendaItem.meeting))
        .order_by(AgendaItem.id.desc())
    )
    return list(db.session.scalars(query).unique())


def own_opinion_status(case_id: int, person_id: int) -> str | None:
    """How far this person's own opinion on the case is."""
    status: str | None = db.session.scalar(
        select(Opinion.status).where(Opinion.case_id == case_id, Opinion.person_id == person_id)
    )
    return status


def case_of_source(source: str) -> Case | None:
    """The case that was imported from this registry and row, or None."""
    return db.session.scalars(select(Case).where(Case.source == source)).unique().first()


# ---- The list -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to. An unknown word narrows it to nothing, never to everything."""

    text: str = ""
    status: str = ""
    board: str = ""
    waiting: bool = False  # for the person's own opinion
    page: int = 1


@dataclass(frozen=True)
class Found:
    """One page of the list."""

    cases: list[Case]
    count: int
    more: bool  # than are counted
    page: int
    pages: int
    said: Mapping[int, Said]  # by case, the comment in which a word stands


def visible_to(person: Person) -> ColumnElement[bool]:
    """The cases that the person may read.

    A member of a board, an observer too, sees its cases, though a referrer's draft only as its
    coordinator; a referrer sees those of that board which their own hospital sent, and nobody
    else's. The same rule as READ_CASE, for lists.
    """
    of_board = _inside_of(person)
    sending = person.boards(Role.REFERRER) if person.hospital else []
    if not sending:
        return of_board
    # Compared here as the permission compares: the database's lower() knows ASCII only.
    spellings = [
        name for name in hospitals_sending() if name.casefold() == person.hospital.casefold()
    ]
    own = and_(Case.board.in_(sending), Case.referrer_hospital.in_(spellings))
    # An alternative that never holds would keep the database from its index
    return own if len(sending) == len(person.memberships) else or_(of_board, own)


def hospitals_sending(among: ColumnElement[bool] = true()) -> list[str]:  # noqa: B008
    """Every spelling of a hospital that sent a case; only those cases count that are `among`.

    The database goes from one name to the next in its index, however many cases each has sent.
    """
    name = Case.referrer_hospital
    known = select(func.min(name).label("name")).cte("hospital", recursive=True)
    after = select(func.min(name)).where(name > known.c.name).scalar_subquery()
    known = known.union_all(select(after).where(known.c.name.is_not(None)))
    sent = exists().where(name == known.c.name, among)
    return list(db.session.scalars(select(known.c.name).where(known.c.name.is_not(None), sent)))


def _inside_of(person: Person) -> ColumnElement[bool]:
    """The cases that the person may read as a member of their board."""
    helping = person.boards(Role.COORDINATOR)
    others = [
        m.board for m in person.memberships if m.role != Role.REFERRER and m.board not in helping
    ]
    if not others:
        return Case.board.in_(helping)
    # The board stands first and by itself: an alternative would keep the database from its index
    inside = Case.board.in_([*helping, *others])
    begun_there = exists().where(
        Membership.person_id == Case.created_by_id,
        Membership.board == Case.board,
        Membership.role == Role.REFERRER,
    )
    handed_in = or_(Case.status != CaseStatus.DRAFT, ~begun_there)
    if helping:
        handed_in = or_(Case.board.in_(helping), handed_in)
    return and_(inside, handed_in)


def _waiting_for(person: Person) -> ColumnElement[bool]:
    """Open cases of boards where the person votes, without an opinion of theirs handed in."""
    given = exists().where(
        Opinion.case_id == Case.id,
        Opinion.person_id == person.id,
        Opinion.status != OpinionStatus.DRAFT,
    )
    return and_(
        Case.board.in_([m.board for m in person.memberships if m.votes]),
        type_coerce(Case.status, String).in_(
            sorted((OPEN_STATUSES | WAITING_STATUSES) - {"draft"})
        ),
        ~given,
    )


def _matching(person: Person, filters: Filters) -> ColumnElement[bool]:
    wanted = [visible_to(person)]
    if filters.board:
        wanted.append(Case.board == filters.board)
    if filters.status:
        wanted.append(type_coerce(Case.status, String) == filters.status)
    if filters.waiting:
        wanted.append(_waiting_for(person))
    if filters.text.strip():
        words = words_of(filters.text)
        wanted.append(having(words, person) if words else false())
    return and_(*wanted)


def find_cases(person: Person, filters: Filters, per_page: int = PAGE) -> Found:
    """One page of the cases that the person may read, the newest first, with their patients.

    What is found by words is counted and paged up to MOST_FOUND.
    """
    matching = _matching(person, filters)
    keys = select(Case.id).where(matching).order_by(Case.id.desc())
    if filters.text.strip():
        found = list(db.session.scalars(keys.limit(MOST_FOUND + 1)))
        count, more = min(len(found), MOST_FOUND), len(found) > MOST_FOUND
    else:
        count, more = db.session.scalar(select(func.count(Case.id)).where(matching)) or 0, False
    pages = max(1, ceil(count / per_page))
    page = min(max(1, filters.page), pages)
    first = (page - 1) * per_page
    if filters.text.strip():
        here = Case.id.in_(found[:count][first : first + per_page])
    else:
        here = Case.id.in_(keys.limit(per_page).offset(first).subquery().select())
    query = (
        select(Case)
        .where(here)
        .options(
            load_only(
                Case.code, Case.board, Case.status, Case.question, Case.diagnosis,
                Case.referrer_hospital,
                # Where each stands (cases/standing.py)
                Case.submitted_at, Case.moved_at, Case.created_at, Case.source, Case.referred_on,
            ),
            joinedload(Case.patient).load_only(Patient.name),
        )
        .order_by(Case.id.desc())
    )  # fmt: skip
    cases = list(db.session.scalars(query).unique())
    said = said_in_comments([case.id for case in cases], words_of(filters.text), person)
    return Found(cases, count, more, page, pages, said)


def same_patient(case: Case, person: Person) -> list[Case]:
    """Other cases of the board whose patient has the same record number, rounds left out.

    Only those that the person may read: a record number tells nothing of another hospital.
    """
    number = case.patient.record_number.strip()
    if not number:
        return []
    query = (
        select(Case)
        .join(Case.patient)
        .where(
            Case.board == case.board,
            Patient.record_number == number,
            Case.id != case.id,
            visible_to(person),
        )
        .order_by(Case.id.desc())
        .limit(5)
    )
    rounds = {one.id for one in rounds_of(case)}
    return [one for one in db.session.scalars(query).unique() if one.id not in rounds]
