"""Triage: ask the referrer, say how complex a case is, judge its existing tests, discard a draft.

Flush only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from boardroom import audit, discarded, live
from boardroom.boards.definition import BoardDefinition
from boardroom.cases import rules
from boardroom.cases.accepted import tests_of
from boardroom.cases.earlier import earlier_of
from boardroom.cases.fields import clean
from boardroom.cases.models import Case, CaseStatus, InformationRequest, TestJudgement
from boardroom.cases.operations import move
from boardroom.cases.saving import touch
from boardroom.db import db, now
from boardroom.people.models import Person
from boardroom.refusals import IllegalTransition, Refused

NOTE = 2_000
REASON = 300
LONGEST = dt.timedelta(days=366)
COMPLEXITIES = ("simple", "complex")


def ask_for_information(
    case: Case,
    board: BoardDefinition,
    note: str,
    *,
    items: Collection[str] = (),
    due: str = "",
    today: dt.date,
    actor: Person | None,
) -> InformationRequest:
    """Send the case back to its referrer, saying what is needed and by when.

    `items`: readiness items; `due`: a day as a form sends it, the board's usual time without.
    Raises Refused where nothing is asked, an item is none, or the day cannot be met.
    """
    rules.move_case(case.status, CaseStatus.NEEDS_INFORMATION)
    needs = {
        need.item: need.missing
        for need in board.needs_for(case.diagnosis or None)
        if need.owner == "referrer"  # what the board sees to, no referrer can give
    }
    if not set(items) <= set(needs):
        raise Refused("Choose among what the referring hospital gives for this diagnosis.")
    text = clean(note, lines=True)
    if not text and not items:
        raise Refused("Write what is needed.")
    if len(text) > NOTE:
        raise Refused(f"That is too long: {NOTE} characters at most.")
    asked = InformationRequest(
        asked_by_id=actor.id if actor is not None else None,
        asked_at=now(),
        due_on=_due(due, board, today),
        note=text,
        items=[{"item": key, "label": label} for key, label in needs.items() if key in items],
    )
    case.requests.append(asked)
    words = text or "; ".join(one["label"] for one in asked.items)
    move(case, CaseStatus.NEEDS_INFORMATION, words, "asked for information", actor)
    return asked


def say_cannot(case: Case, reasons: Mapping[str, str], *, actor: Person | None) -> bool:
    """Keep why the referrer cannot get what is asked, by item; "" takes a reason back.

    Returns whether that changed anything. Raises Refused for a reason that is too long.
    """
    request = open_request(case)
    if request is None:
        return False
    said = {item: clean(text, lines=False) for item, text in reasons.items()}
    if any(len(text) > REASON for text in said.values()):
        raise Refused(f"A reason is too long: {REASON} characters at most.")
    before = {one["item"]: one.get("cannot", "") for one in request.items}
    after = {item: said.get(item, why) for item, why in before.items()}
    if after == before:
        return False
    request.items = [{**one, "cannot": after[one["item"]]} for one in request.items]
    db.session.flush()
    touch(case, actor=actor, action="said what cannot be got")
    return True


def note_what_came(case: Case, missing: Collection[str]) -> None:
    """Note of each thing asked whether it is there, before the request ends. `missing`: items."""
    request = open_request(case)
    if request is not None:
        request.items = [{**one, "given": one["item"] not in missing} for one in request.items]
        db.session.flush()


def open_request(case: Case) -> InformationRequest | None:
    """What the case's referrer is asked at present."""
    return next((one for one in reversed(case.requests) if one.ended_at is None), None)


def _due(text: str, board: BoardDefinition, today: dt.date) -> dt.date:
    try:
        day = rules.day(text, "The day by which it is needed", today, future=True)
    except rules.ValueRefused as refused:
        raise Refused(refused.reason) from None
    if day is None:
        return today + dt.timedelta(days=board.referral.answer_days)
    if not today <= day <= today + LONGEST:
        raise Refused("Choose a day from today on, within a year.")
    return day


def set_complexity(case: Case, complexity: str, *, actor: Person) -> None:
    """Say whether the case is simple or complex; "" takes that back. Raises Refused."""
    rules.must_be_open(case.status)
    if complexity not in ("", *COMPLEXITIES):
        raise Refused("Choose simple or complex.")
    if case.complexity == complexity:
        return
    case.complexity = complexity
    db.session.flush()
    audit.record(
        "said how complex a case is", board=case.board, case_id=case.id, actor=actor,
        complexity=complexity,
    )  # fmt: skip
    live.announce_case(case.id, "case_changed", {"agenda"}, actor=actor)


def judge_test(
    case: Case,
    board: BoardDefinition,
    test: str,
    said: str,
    reason: str,
    *,
    today: dt.date,
    actor: Person,
) -> None:
    """Accept an existing test by hand, ask for it anew with a reason, or leave it to the rule ("").

    Raises Refused for a test that the case does not have, and for "anew" without a reason.
    """
    rules.must_be_open(case.status)
    tests = tests_of(case, board, today, earlier_of(case))
    known = next((one for one in tests if one.key == test), None)
    if known is None:
        raise Refused("This test is not in the case any more. Reload the page.")
    why = clean(reason, lines=False)
    if said not in ("", "accepted", "anew"):
        raise Refused("Choose accepted or needed anew.")
    if said == "anew" and not why:
        raise Refused("Write why the test is needed anew: the referring hospital reads it.")
    if len(why) > REASON:
        raise Refused(f"That is too long: {REASON} characters at most.")
    present = {one.test: one for one in case.judgements}
    names = [test, *known.files]  # what is said of an examination is said of the files that hold it
    if not said and not present.keys() & set(names):
        return
    for name in names:
        judged = present.get(name)
        if not said:
            if judged is not None:
                case.judgements.remove(judged)
                db.session.delete(judged)
            continue
        if judged is None:
            judged = TestJudgement(test=name)
            case.judgements.append(judged)
        judged.accepted, judged.reason = said == "accepted", why
        judged.by_id, judged.at = actor.id, now()
    db.session.flush()
    touch(case, actor=actor, action="judged an existing test")


def discard(case: Case, *, actor: Person) -> list[str]:
    """Throw away a draft that was begun by mistake; the audit trail keeps what stood in it.

    Returns the digests of its documents, whose bytes can go once this is committed.
    Raises IllegalTransition for a case that was handed in, Refused where others have worked on it.
    """
    if case.status != CaseStatus.DRAFT:
        raise IllegalTransition("Only a draft can be discarded. This case is with the board.")
    audit.record(discarded.ACTION, board=case.board, case_id=case.id, actor=actor, code=case.code)
    patient = case.patient
    digests = [document.sha256 for document in case.documents]
    others = exists().where(Case.patient_id == patient.id, Case.id != case.id)
    shared = db.session.scalar(select(others))
    db.session.delete(case)
    if not shared:
        db.session.delete(patient)
    try:
        db.session.flush()
    except IntegrityError:
        raise Refused(
            "Somebody has commented on this draft, given an opinion or read its images. "
            "Submit it, and let the coordinator decline it with a reason."
        ) from None
    return digests
