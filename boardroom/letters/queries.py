"""Reading letters, what they are made of, and what waits for somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, PatientQuestion
from boardroom.consensus.later_words import final_since
from boardroom.consensus.made_final import said_of
from boardroom.consensus.models import Confirmation, Consensus
from boardroom.consensus.queries import confirmations_by_item, still_provisional
from boardroom.db import db, now
from boardroom.letters import rules
from boardroom.letters.models import ApprovedLetter, Letter, LetterKind
from boardroom.letters.phrases import PhraseLibrary
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting
from boardroom.people.models import Membership, Person, Role
from boardroom.people.queries import members_of

SETTLED = (ItemStatus.DONE, ItemStatus.PROVISIONAL)
SHOWN_FOR = dt.timedelta(days=90)
"""How long a decision without its letter stays on somebody's home page."""


def board_of(key: str) -> BoardDefinition:
    """The board's definition."""
    found: BoardDefinition = current_app.extensions["boards"][key]
    return found


def phrases_of(board: str) -> PhraseLibrary | None:
    """The board's phrase library; a board without one has no letters."""
    found: PhraseLibrary | None = current_app.extensions["letters"].get(board)
    return found


def decided_item(case_id: int) -> AgendaItem | None:
    """The item of the case's latest decision, final or provisional, or None."""
    return db.session.scalar(
        select(AgendaItem)
        .join(Consensus, Consensus.item_id == AgendaItem.id)
        .where(AgendaItem.case_id == case_id, AgendaItem.status.in_(SETTLED))
        .order_by(AgendaItem.ended_at.desc().nulls_last(), AgendaItem.id.desc())
        .options(joinedload(AgendaItem.meeting), joinedload(AgendaItem.case))
        .limit(1)
    )


def consensus_of(item: AgendaItem) -> Consensus:
    """The consensus of a decided item. Raises NoResultFound."""
    return db.session.scalars(select(Consensus).where(Consensus.item_id == item.id)).one()


def letter_of(item: AgendaItem, kind: str) -> Letter | None:
    """The letter about this decision with its approved versions, or None before it is begun."""
    return letters_of(item).get(kind)


def letters_of(item: AgendaItem) -> dict[str, Letter]:
    """The letters about this decision that are begun, by kind, with their approved versions."""
    query = (
        select(Letter)
        .where(Letter.item_id == item.id)
        .options(
            selectinload(Letter.approved).joinedload(ApprovedLetter.approved_by),
            joinedload(Letter.saved_by),
        )
        .execution_options(populate_existing=True)
    )
    return {str(letter.kind): letter for letter in db.session.scalars(query)}


def question_of(case_id: int, question_id: int) -> PatientQuestion:
    """A question of this case's patient and no other. Raises NoResultFound."""
    return db.session.scalars(
        select(PatientQuestion).where(
            PatientQuestion.id == question_id, PatientQuestion.case_id == case_id
        )
    ).one()


def asked(case: Case) -> list[PatientQuestion]:
    """The patient's questions that say something."""
    return [q for q in case.questions if q.text.strip()]


def unanswered(case: Case) -> list[PatientQuestion]:
    """The patient's questions without an answer."""
    return [q for q in asked(case) if not q.answer.strip()]


# ---- Who tells the patient ----------------------------------------------------------------------


def _seats(board: str) -> list[rules.Seat]:
    seats = []
    for person in members_of(board):
        place = person.on(board)
        if place is None or place.role in (Role.REFERRER, Role.OBSERVER):
            continue
        seats.append(rules.Seat(person.id, person.name, place.specialty or ""))
    return seats


def _tellers(teller: str, board: BoardDefinition, seats: Iterable[rules.Seat]) -> tuple[int, ...]:
    library = phrases_of(board.key)
    if library is None:
        return ()
    words = {t.key: t.name for t in board.tellers}
    return rules.tellers(teller, seats, words, library.tellers)


def tellers_of(item: AgendaItem) -> tuple[int, ...]:
    """Keys of the people of the board whom the consensus can mean; empty for an outsider."""
    board = board_of(item.meeting.board)
    return _tellers(consensus_of(item).teller, board, _seats(board.key))


def writes(person: Person, item: AgendaItem) -> bool:
    """Whether the person may edit the letters about this decision and answer for it.

    Chairs and coordinators of the board may, and who tells the patient.
    """
    place = person.on(item.meeting.board)
    if place is None:
        return False
    return place.role in (Role.CHAIR, Role.COORDINATOR) or person.id in tellers_of(item)


def approves(person: Person, item: AgendaItem, kind: str) -> bool:
    """Whether the person may approve: the patient's letter by who tells the patient (the chair
    where the consensus names nobody of the board), the referrer's by a chair."""
    place = person.on(item.meeting.board)
    if place is None:
        return False
    told_by = tellers_of(item) if kind == LetterKind.PATIENT else ()
    return person.id in told_by if told_by else place.role == Role.CHAIR


# ---- What waits ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """A letter that somebody is to write or approve. `unanswered`: how many questions are open.

    `final_since`: it went out as provisional, and by whom the decision was made final since, in
    words; empty otherwise.
    """

    case: Case
    kind: str
    begun: bool
    correcting: bool
    tell_by: dt.date | None
    unanswered: int
    final_since: str = ""


def waiting_for(person: Person) -> list[Waiting]:
    """The letters that the person is to approve, the earliest promise first.

    The patient's for who tells the patient, the referrer's for the chair; of the last 90 days.
    """
    boards = [
        m.board
        for m in person.memberships
        if (m.votes or m.role == Role.CHAIR) and phrases_of(m.board) is not None
    ]
    if not boards:
        return []
    rows = db.session.execute(
        select(AgendaItem, Consensus)
        .join(Consensus, Consensus.item_id == AgendaItem.id)
        .join(AgendaItem.meeting)
        .where(
            Meeting.board.in_(boards),
            AgendaItem.status.in_(SETTLED),
            AgendaItem.ended_at > now() - SHOWN_FOR,
        )
        .order_by(AgendaItem.ended_at.nulls_first(), AgendaItem.id)
        .options(joinedload(AgendaItem.case).selectinload(Case.questions))
    ).unique()
    latest = {item.case_id: (item, consensus) for item, consensus in rows}
    if not latest:
        return []
    letters = {
        (found.item_id, str(found.kind)): found
        for found in db.session.scalars(
            select(Letter)
            .where(Letter.item_id.in_([item.id for item, _ in latest.values()]))
            .options(selectinload(Letter.approved))
        )
    }
    open_ = [item.id for item, _ in latest.values() if item.status == ItemStatus.PROVISIONAL]
    since = confirmations_by_item(open_) if open_ else {}
    seats = {board: _seats(board) for board in boards}
    waiting = []
    for item, consensus in latest.values():
        board = board_of(item.case.board)
        told_by = _tellers(consensus.teller, board, seats[board.key])
        chairs = _is_chair(person.on(board.key))
        said = since.get(item.id, [])
        for kind in LetterKind:
            mine = person.id in told_by if kind == LetterKind.PATIENT and told_by else chairs
            letter = letters.get((item.id, kind))
            confirmed = letter is not None and outrun(item, letter, said)
            if not mine or (letter is not None and not letter.open and not confirmed):
                continue
            missing = len(unanswered(item.case)) if kind == LetterKind.PATIENT else 0
            waiting.append(
                Waiting(
                    item.case,
                    str(kind),
                    letter is not None,
                    bool(letter is not None and letter.correction),
                    consensus.tell_by,
                    missing,
                    final_since(said_of(said, board.key)) if confirmed else "",
                )
            )
    return sorted(waiting, key=lambda w: (w.tell_by or dt.date.max, w.case.id, w.kind))


def outrun(
    item: AgendaItem, letter: Letter, confirmed: Sequence[Confirmation] | None = None
) -> bool:
    """Whether the approved letter calls provisional what was confirmed since."""
    said = letter.latest is not None and bool(letter.latest.content.get("provisional"))
    return said and not still_provisional(item, confirmed)


def _is_chair(place: Membership | None) -> bool:
    return place is not None and place.role == Role.CHAIR
