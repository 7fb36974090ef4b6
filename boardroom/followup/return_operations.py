"""Cases that come back: by their condition, by a day that has come, from a dissent.

Flush only; who calls commits.
"""

from __future__ import annotations

import datetime as dt

from boardroom import audit, live
from boardroom.cases import operations as cases
from boardroom.cases import round_operations
from boardroom.cases.models import Case, CaseStatus, Fact
from boardroom.cases.round_queries import later_round
from boardroom.cases.rules import move_case
from boardroom.cases.standing import why_deferred
from boardroom.consensus.models import SignOff, SignOffKind
from boardroom.db import db, now
from boardroom.followup import queries, rules
from boardroom.followup.deferred_queries import deferred_until
from boardroom.followup.due_queries import due_again
from boardroom.followup.models import CaseReturn
from boardroom.meetings.models import AgendaItem, MeetingStatus
from boardroom.people.models import Person, Role
from boardroom.refusals import Forbidden, IllegalTransition, Refused
from boardroom.text import condition
from boardroom.web import day

LONGEST = 2000


def nothing_due() -> bool:
    """Whether `bring_back_due` would change nothing; reads only."""
    return not due_again() and not any(_has_come(item) for _, item in deferred_until())


def bring_back_due() -> list[Case]:
    """Bring back every case whose condition is met or whose deferral has run out; returns them."""
    found = []
    for due in due_again():
        case = cases.hold(due.item.case_id)
        if later_round(case.id) is None:  # nobody began one while this waited for the case
            found.append(_new_round(case, " ".join(due.reasons), "condition"))
    for case, item in deferred_until():
        if _has_come(item):
            _relist(case, item)
            found.append(case)
    return found


def bring_back_if_due(case: Case, *, actor: Person) -> Case | None:
    """Bring this one case back where its condition is now met; returns the new round."""
    due = due_again(case.id)
    if not due:
        return None
    return _new_round(case, " ".join(due[0].reasons), "condition", actor=actor)


def reopen_from_dissent(found: SignOff, text: str, *, actor: Person) -> Case:
    """Begin a new round because the condition of a dissent is met; returns it.

    Raises Forbidden for who has no say, Refused without words on how it is met, IllegalTransition
    where there is no such condition, RoundBegun where the case was taken up again already.
    """
    case = cases.hold(found.item.case_id)
    place = actor.on(case.board)
    if place is None or not (place.votes or place.role == Role.CHAIR):
        raise Forbidden("A member with a specialty or a chair can reopen a case.")
    if found.kind != SignOffKind.DISSENT or not found.reopen_condition:
        raise IllegalTransition("There is no condition to reopen here.")
    if not text:
        raise Refused("Write how the condition is met.", field="text")
    if len(text) > LONGEST:
        raise Refused(f"Keep it under {LONGEST:,} characters.", field="text")
    board = queries.board_of(case)
    who = board.specialty(found.specialty).name
    when = condition(found.reopen_condition).rstrip(".")
    reason = f"{who} dissented; to be reopened if: {when}. Met: {text}"
    return _new_round(case, reason, "dissent", actor=actor, sign_off=found)


def _new_round(
    case: Case,
    reason: str,
    kind: str,
    *,
    actor: Person | None = None,
    sign_off: SignOff | None = None,
) -> Case:
    """A round that stands on the coordinator's list at once, with what is new since; the case is
    held."""
    made = round_operations.new_round(case, queries.board_of(case), actor=actor)
    for name in (
        "question", "first_verdict", "first_reason_kind", "first_reason", "first_by", "first_on",
        "first_plan", "ecog", "patient_wants", "met_by",
    ):  # fmt: skip
        setattr(made, name, getattr(case, name))
    for one in reversed(queries.progress_of(case.id)):
        if one.fact and one.stands:
            made.facts.append(
                Fact(key=one.fact, value=one.value, unit=one.unit, taken_on=one.taken_on)
            )
    for needed in case.needed:
        made.needed.append(type(needed)(specialty=needed.specialty))
    move_case(made.status, CaseStatus.SUBMITTED)
    made.status = CaseStatus.SUBMITTED
    made.submitted_at = now()
    made.referred_on = queries.today_of(case.board)
    made.status_note = reason
    db.session.add(
        CaseReturn(
            case_id=made.id,
            kind=kind,
            reason=reason,
            sign_off_id=sign_off.id if sign_off is not None else None,
            by_id=actor.id if actor is not None else None,
            at=now(),
        )
    )
    db.session.flush()
    action = "reopened a case from a dissent" if kind == "dissent" else "brought a case back"
    audit.record(action, board=case.board, case_id=made.id, actor=actor, of=case.code)
    return made


# ---- Deferred -----------------------------------------------------------------------------------


def _has_come(item: AgendaItem) -> bool:
    # While its meeting is live the chair may still take it again there.
    return (
        item.deferral_due is not None
        and item.meeting.status != MeetingStatus.LIVE
        and _today(item) >= item.deferral_due
    )


def _today(item: AgendaItem) -> dt.date:
    return queries.today_of(item.meeting.board)


def _relist(case: Case, item: AgendaItem) -> None:
    case = cases.hold(case.id)
    move_case(case.status, CaseStatus.SUBMITTED)
    case.status = CaseStatus.SUBMITTED
    case.moved_at = now()
    until = f"Was deferred until {day(item.deferral_due)}"  # read on any day: never "today"
    case.status_note = ": ".join(filter(None, (until, why_deferred(item, case.board))))
    db.session.flush()
    audit.record("listed itself again", board=case.board, case_id=case.id)
    live.announce_case(case.id, "case_moved", {"case", "agenda"}, actor=None)


def may_reopen(person: Person, case: Case) -> bool:
    """Whether the person has a say on whether a dissent's condition is met; for showing a form."""
    place = person.on(case.board)
    return (
        case.status in rules.ASKED_STATUSES
        and place is not None
        and (place.votes or place.role == Role.CHAIR)
    )
