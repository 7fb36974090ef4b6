"""Tell what became of a plan. Flush only; the request commits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select

from boardroom import audit, live
from boardroom.cases.models import Case, CaseStatus
from boardroom.cases.operations import hold
from boardroom.cases.round_queries import later_round, rounds_after
from boardroom.cases.rules import move_case
from boardroom.clinical.facts import FactError
from boardroom.consensus.represent import MOST_CYCLES, checked_value
from boardroom.db import db, now
from boardroom.followup import queries, rules
from boardroom.followup.models import FollowUp, Progress
from boardroom.followup.return_operations import bring_back_if_due
from boardroom.followup.rules import Answer
from boardroom.meetings.models import AgendaItem
from boardroom.people.models import Person
from boardroom.refusals import Forbidden, IllegalTransition, Refused
from boardroom.text import in_sentence
from boardroom.web import day

LONGEST = 2000


class NotAnswered(Refused):
    """An answer that cannot be taken. `fields`: {field: what is wrong with it}."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


def wrong_in(case: Case, item: AgendaItem, days: int, given: Answer) -> dict[str, str]:
    """{field: what is wrong with it} of an answer so many days after this decision."""
    board = queries.board_of(case)
    final = {word.key for word in board.outcomes if word.final}
    wrong = rules.problems(
        given,
        decided_on=queries.decided_on(item),
        today=queries.today_of(case.board),
        plan=queries.plan_of(item),
        final=final,
    )
    outcomes = {word.key: word.name for word in board.outcomes}
    others = queries.answers_of(case.id)
    wrong = rules.against_others(given, days, others, outcomes, final) | wrong
    for name, vocabulary in (
        ("treatment", "options"),
        ("deviation", "deviations"),
        ("outcome", "outcomes"),
    ):
        value = getattr(given, name)
        if value and value not in {entry.key for entry in getattr(board, vocabulary)}:
            wrong[name] = "Choose one of the words offered here."
    for name in ("treatment_detail", "deviation_note"):
        if len(getattr(given, name)) > LONGEST:
            wrong[name] = f"At most {LONGEST:,} characters."
    return wrong


def answer(case: Case, days: int, given: Answer, *, actor: Person) -> FollowUp:
    """Answer, or correct, what became of the plan so many days after the decision.

    Raises IllegalTransition where nothing is asked, NotAnswered naming the fields.
    """
    case = hold(case.id)
    board = queries.board_of(case)
    item = queries.decision_of(case.id)
    if item is None or case.status not in rules.ASKED_STATUSES:
        raise IllegalTransition("This case has no final decision to ask about yet.")
    if days not in board.follow_up.days:
        raise IllegalTransition("The board does not ask at this time.")
    decided_on, today = queries.decided_on(item), queries.today_of(case.board)
    if today < decided_on + dt.timedelta(days=days):
        raise IllegalTransition("It is too early to ask: the question comes later.")
    if wrong := wrong_in(case, item, days, given):
        raise NotAnswered(wrong)
    given = rules.tidy(given)
    found = db.session.scalar(
        select(FollowUp).where(FollowUp.case_id == case.id, FollowUp.days == days)
    )
    if found is None:
        found = FollowUp(case_id=case.id, days=days)
        db.session.add(found)
    for name, value in given.__dict__.items():
        setattr(found, name, value)
    found.answered_by_id = actor.id
    found.answered_at = now()
    db.session.flush()
    _finish(case)
    audit.record(
        "told what became of a plan", board=case.board, case_id=case.id, actor=actor, days=days
    )
    _show_later_round(case, actor)
    return found


def _show_later_round(case: Case, actor: Person) -> None:
    """A stage that shows the next round shows what is told about this one as well."""
    later = later_round(case.id)
    if later is not None:
        live.announce_case(later.id, "case_reported", {"case"}, actor=actor)


def _finish(case: Case) -> None:
    """A case is followed up once its last question is answered, or its outcome is final."""
    board = queries.board_of(case)
    given = queries.answers_of(case.id)
    final = {word.key for word in board.outcomes if word.final}
    over = rules.is_over(
        board.follow_up.days,
        {one.days for one in given},
        final=any(one.outcome in final for one in given),
    )
    if over and case.status == CaseStatus.DECIDED:
        move_case(case.status, CaseStatus.FOLLOWED_UP)
        case.status = CaseStatus.FOLLOWED_UP
        db.session.flush()


def report(
    case: Case, fact: str, value: str, unit: str, taken_on: dt.date, *, actor: Person
) -> Case | None:
    """Record something new about a decided case; returns the round that it brought about, if any.

    `fact` empty: `value` cycles of treatment were given in all since the decision. Raises
    Refused for a value or a day that cannot be.
    """
    case = hold(case.id)
    item = queries.decision_of(case.id)
    if item is None or case.status not in rules.ASKED_STATUSES:
        raise IllegalTransition("This case is not decided. Put the value into the case itself.")
    wrong = {}
    if not queries.decided_on(item) <= taken_on <= queries.today_of(case.board):
        wrong["taken_on"] = "The day has to lie between the decision and today."
    elif (end := queries.final_told(case)) and taken_on > end.on:
        wrong["taken_on"] = (
            f"On {day(end.on)} it was recorded: {in_sentence(end.name)}. Is this day right? If it "
            "is, correct what was told of the patient first."
        )
    if fact:
        try:
            value = checked_value(fact, value, unit)
        except FactError as error:
            wrong["value"] = error.reason
    elif not (value.isascii() and value.isdecimal() and 0 < int(value[:4]) <= MOST_CYCLES):
        wrong["value"] = f"Write how many cycles were given, from 1 to {MOST_CYCLES}."
    elif outcome := queries.final_outcome(case):
        wrong["what"] = f"It is recorded: {in_sentence(outcome)}. No more cycles are asked for."
    else:
        told = [(one.taken_on, int(one.value)) for one in queries.cycles_of(case.id)]
        if against := rules.cycles_problem(int(value), taken_on, told):
            total, on = against
            wrong["value"] = (
                f"On {day(on)} the total was {total}. Is {int(value)} the total since the "
                "decision, or only what was given since then? Write the total. If the one before "
                "was mistyped, mark it so first."
            )
    if wrong:
        raise NotAnswered(wrong)
    db.session.add(
        Progress(
            case_id=case.id, fact=fact, value=value, unit=unit, taken_on=taken_on, by_id=actor.id,
            at=now(),
        )
    )  # fmt: skip
    db.session.flush()
    audit.record("reported on a decided case", board=case.board, case_id=case.id, actor=actor)
    live.announce_case(case.id, "case_reported", {"case"}, actor=actor)
    _show_later_round(case, actor)
    return bring_back_if_due(case, actor=actor)


def mark_mistyped(found: Progress, *, actor: Person) -> Case | None:
    """Say that a reported result was mistyped: it stays in the list and counts for nothing.

    Returns the later round, if one has begun: it holds the value, which is marked there too, and
    says so where it began by it.
    Raises Forbidden for whoever neither entered it nor coordinates or chairs the board.
    """
    case = hold(found.case_id)
    if not may_mark_mistyped(found, actor):
        raise Forbidden("Who entered a result, a coordinator or a chair marks it as mistyped.")
    later = later_round(case.id)
    if not found.stands:
        return later
    found.mistyped_at = now()
    db.session.flush()
    rounds = rounds_after(case)
    if not queries.also_reported(found):
        _mark_in(rounds, found)
    audit.record(
        "marked a result as mistyped", board=case.board, case_id=case.id, actor=actor,
        result=found.id,
    )  # fmt: skip
    live.announce_case(case.id, "case_reported", {"case"}, actor=actor)
    for one in rounds:
        # What a later round lacks, and what its chair is cautioned about, can depend on the value
        shown = {"case", "agenda"}
        live.announce_case(one.id, "case_reported", {*shown, "controls"}, actor=actor, before=shown)
    return later


def _mark_in(rounds: Iterable[Case], found: Progress) -> None:
    """Mark the result where a round had begun with it, so that nothing there counts it."""
    for later in rounds:
        hold(later.id)
        for fact in queries.facts_of(later.id, found):
            fact.mistyped_at = found.mistyped_at
    db.session.flush()


def may_mark_mistyped(found: Progress, person: Person) -> bool:
    """Whether this person may mark the result as mistyped; also for showing the button."""
    place = person.on(found.case.board)
    return place is not None and rules.may_mark_mistyped(
        place.role, entered=found.by_id == person.id
    )
