"""Reading what became of decisions: who is asked, what was answered, what comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, CaseStatus, Fact
from boardroom.cases.queries import visible_to
from boardroom.cases.round_queries import rounds_of
from boardroom.consensus.awaiting import awaited, needed_words
from boardroom.consensus.models import Consensus, SignOff, SignOffKind
from boardroom.consensus.queries import confirmations_by_item, consensus_of, left_open
from boardroom.consensus.rules import Fate, content_of
from boardroom.db import db, now
from boardroom.followup import rules
from boardroom.followup.models import CaseReturn, FollowUp, Progress
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.people.models import Person, Role
from boardroom.web import local

DECIDED = (CaseStatus.DECIDED, CaseStatus.FOLLOWED_UP)
CLOSED_WITH = (ItemStatus.DONE, ItemStatus.PROVISIONAL)


def board_of(case: Case) -> BoardDefinition:
    """The definition of the case's board."""
    found: BoardDefinition = current_app.extensions["boards"][case.board]
    return found


def today_of(board: str) -> dt.date:
    """The day on the board's clock."""
    return local(now(), board).date()


def decision_of(case_id: int) -> AgendaItem | None:
    """The item with which the case was last decided, finally or provisionally; None before that."""
    query = (
        select(AgendaItem)
        .where(AgendaItem.case_id == case_id, AgendaItem.status.in_(CLOSED_WITH))
        .order_by(AgendaItem.ended_at.desc().nulls_last(), AgendaItem.id.desc())
        .limit(1)
        .options(joinedload(AgendaItem.meeting))
    )
    return db.session.scalars(query).unique().first()


def decided_on(item: AgendaItem) -> dt.date:
    """The day of the decision on the board's clock."""
    return local(item.ended_at or item.meeting.starts_at, item.meeting.board).date()


def plan_of(item: AgendaItem) -> rules.Plan:
    """The treatments that the decision chose, and those it falls back on."""
    board, content = board_of(item.case), content_of(consensus_of(item))

    def with_fate(fate: str) -> dict[str, str]:
        return {
            option.key: option.name
            for option in board.options
            if content.dispositions.get(option.key, Fate()).disposition == fate
        }

    return rules.Plan(with_fate("chosen"), with_fate("fallback"))


def answers_of(case_id: int) -> list[FollowUp]:
    """What was answered about the case, the earliest question first."""
    query = select(FollowUp).where(FollowUp.case_id == case_id).order_by(FollowUp.days)
    return list(db.session.scalars(query))


def answers_by_case(case_ids: Iterable[int]) -> dict[int, list[FollowUp]]:
    """`answers_of` for several cases, in one query; a case without any is left out."""
    found: dict[int, list[FollowUp]] = {}
    query = select(FollowUp).where(FollowUp.case_id.in_(list(case_ids))).order_by(FollowUp.days)
    for one in db.session.scalars(query):
        found.setdefault(one.case_id, []).append(one)
    return found


def progress_of(case_id: int) -> list[Progress]:
    """What was reported about a decided case, the latest first."""
    query = (
        select(Progress)
        .where(Progress.case_id == case_id)
        .order_by(Progress.taken_on.desc(), Progress.id.desc())
    )
    return list(db.session.scalars(query))


def cycles_of(case_id: int) -> list[Progress]:
    """The totals of cycles that were told and stand, the latest first."""
    return [one for one in progress_of(case_id) if not one.fact and one.stands]


@dataclass(frozen=True)
class FinalOutcome:
    """In words, an outcome after which nothing is asked any more, such as a death, and the day on
    which it was told: when it happened, at the latest."""

    name: str
    on: dt.date


def final_told(case: Case) -> FinalOutcome | None:
    """The final outcome that was told of the case; None before one."""
    final = {word.key: word.name for word in board_of(case).outcomes if word.final}
    return next(
        (
            FinalOutcome(final[one.outcome], local(one.answered_at, case.board).date())
            for one in answers_of(case.id)
            if one.outcome in final
        ),
        None,
    )


def final_outcome(case: Case) -> str:
    """The words of `final_told`; "" before it."""
    told = final_told(case)
    return told.name if told is not None else ""


def return_of(case_id: int) -> CaseReturn | None:
    """Why this round began by itself or from a dissent; None for any other."""
    query = (
        select(CaseReturn).where(CaseReturn.case_id == case_id).options(joinedload(CaseReturn.by))
    )
    return db.session.scalar(query)


def also_reported(result: Progress) -> bool:
    """Whether another result that stands says the same, of any round of its case."""
    query = select(Progress.id).where(
        Progress.case_id.in_([one.id for one in rounds_of(result.case)]),
        Progress.fact == result.fact,
        Progress.value == result.value,
        Progress.unit == result.unit,
        Progress.taken_on == result.taken_on,
        Progress.mistyped_at.is_(None),
    )
    return db.session.scalars(query.limit(1)).first() is not None


def facts_of(case_id: int, result: Progress) -> list[Fact]:
    """What a later round holds of a result."""
    query = select(Fact).where(
        Fact.case_id == case_id,
        Fact.key == result.fact,
        Fact.value == result.value,
        Fact.unit == result.unit,
        Fact.taken_on == result.taken_on,
    )
    return list(db.session.scalars(query))


def dissents_of(item: AgendaItem) -> Sequence[SignOff]:
    """The dissents that say when to open the case again."""
    return db.session.scalars(
        select(SignOff)
        .where(
            SignOff.item_id == item.id,
            SignOff.kind == SignOffKind.DISSENT,
            SignOff.reopen_condition != "",
        )
        .order_by(SignOff.id)
    ).all()


# ---- Who is asked -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question that waits: was the plan of this case carried out?"""

    case: Case
    days: int
    due: dt.date
    teller: str


def asked_of(person: Person) -> list[Asked]:
    """Questions that wait for this person, the longest waiting first.

    A coordinator or chair is asked about every case of the board, a specialist about those of
    which they tell the patient, a referrer about those of their own hospital.
    """
    if not person.memberships:
        return []
    query = (
        select(Consensus.teller, AgendaItem)
        .join(AgendaItem, Consensus.item_id == AgendaItem.id)
        .join(Case, AgendaItem.case_id == Case.id)
        .join(Meeting, AgendaItem.meeting_id == Meeting.id)
        .options(contains_eager(AgendaItem.case), contains_eager(AgendaItem.meeting))
        .where(
            Meeting.board.in_([m.board for m in person.memberships]),
            Case.status == CaseStatus.DECIDED,
            AgendaItem.status.in_(CLOSED_WITH),
            AgendaItem.ended_at.is_not(None),
            visible_to(person),
        )
        .order_by(AgendaItem.ended_at.nulls_first(), AgendaItem.id)
    )
    # Decided at several meetings: the last decision is the one that stands, and counts.
    last = {item.case_id: (teller, item) for teller, item in db.session.execute(query).unique()}
    found = [(teller, item) for teller, item in last.values() if _is_asked(person, item, teller)]
    answered = answers_by_case(item.case_id for _, item in found) if found else {}
    lines = []
    for teller, item in found:
        board = board_of(item.case)
        given = {one.days for one in answered.get(item.case_id, [])}
        day = decided_on(item)
        for days in rules.days_due(day, today_of(board.key), board.follow_up.days, given):
            lines.append(Asked(item.case, days, day + dt.timedelta(days=days), teller))
    return sorted(lines, key=lambda line: (line.due, line.case.id))


def _is_asked(person: Person, item: AgendaItem, teller: str) -> bool:
    place = person.on(item.meeting.board)
    if place is None:
        return False
    if place.role in (Role.COORDINATOR, Role.CHAIR, Role.REFERRER):
        return True  # a referrer sees no case but their own hospital's
    return place.votes and tells(person, teller, board_of(item.case))


def tells(person: Person, teller: str, board: BoardDefinition) -> bool:
    """Whether "who tells the patient" means this person: by name, or as one of their specialty."""
    if not teller:
        return False
    if person.name and person.name.casefold() in teller.casefold():
        return True
    place = person.on(board.key)
    known = next((t for t in board.tellers if t.name.casefold() == teller.casefold()), None)
    return (
        known is not None
        and bool(known.specialty)
        and place is not None
        and place.specialty == known.specialty
    )


def to_confirm(person: Person) -> list[AgendaItem]:
    """Provisional decisions that the word of this person's specialty can close, the oldest first.

    Chairs find them on the case and in the minutes: a specialty is asked before a chair stands in.
    """
    places = {m.board: m.specialty for m in person.memberships if m.votes}
    query = (
        select(AgendaItem)
        .join(Meeting, AgendaItem.meeting_id == Meeting.id)
        .join(Case, AgendaItem.case_id == Case.id)
        .options(contains_eager(AgendaItem.case), contains_eager(AgendaItem.meeting))
        .where(
            Meeting.board.in_(places),
            Meeting.status.in_((MeetingStatus.CLOSED, MeetingStatus.SIGNED)),
            AgendaItem.status == ItemStatus.PROVISIONAL,
            Case.status == CaseStatus.DISCUSSED,
        )
        .order_by(AgendaItem.ended_at.nulls_first(), AgendaItem.id)
    )
    items = list(db.session.scalars(query).unique())
    said = confirmations_by_item(item.id for item in items) if items else {}

    def waits_for(item: AgendaItem) -> tuple[str, ...]:
        needed = needed_words(item.quorum, item.provisional_reasons, board_of(item.case))
        return awaited(needed, {one.specialty for one in said.get(item.id, [])}) or ()

    return [
        item
        for item in items
        if places[item.meeting.board] in waits_for(item) and not left_open(item)
    ]
