"""After the decision: answers at the set days, new values, a dissent whose condition is met."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, g, render_template, request
from flask_login import current_user
from flask_wtf import FlaskForm

from boardroom import audit
from boardroom.aids.record import suits
from boardroom.cases.case_page import case_page
from boardroom.cases.models import Case
from boardroom.cases.queries import load_case
from boardroom.cases.round_queries import later_round
from boardroom.clinical.facts import FACTS
from boardroom.consensus.confirm_operations import confirmable, speaks_for
from boardroom.consensus.view import consensus_view
from boardroom.followup import operations, queries, return_operations
from boardroom.followup.again_queries import response_words, since
from boardroom.followup.forms import AnswerForm, ReopenForm, ReportForm
from boardroom.followup.return_queries import (
    EarlierRound,
    earlier_round_of,
    mistyped_at,
    treated_since,
)
from boardroom.followup.rules import CARRIED_OUT
from boardroom.people.models import Role
from boardroom.refusals import Refused
from boardroom.web import see_other

bp = Blueprint("followup", __name__)

ANSWERS = (
    "carried_out", "treatment", "treatment_detail", "treated_on", "deviation", "deviation_note",
    "outcome",
)  # fmt: skip


@bp.route("/cases/<int:case_id>/follow-up/<int:days>", methods=["GET", "POST"])
def answer(case_id: int, days: int) -> Any:
    """Tell, or correct, whether the plan was carried out so many days after the decision."""
    case: Case = g.subject.case
    board = queries.board_of(case)
    if days not in board.follow_up.days:
        abort(404)
    item = queries.decision_of(case_id)
    known = next((one for one in queries.answers_of(case_id) if one.days == days), None)
    values = {name: getattr(known, name) for name in ANSWERS} if known is not None else {}
    form = AnswerForm.of(board, **values)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        wrong: dict[str, str] = {}
        if form.validate():
            try:
                operations.answer(case, days, form.answer(), actor=current_user)
            except operations.NotAnswered as error:
                wrong = error.fields
            else:
                flash("Thank you. It stands in the case and in the board's figures.", "success")
                return see_other("cases.case", case_id=case_id)
        elif item is not None:  # all that is wrong is told at once
            wrong = operations.wrong_in(case, item, days, form.answer())
        for name, message in wrong.items():
            form[name].errors = form[name].errors or [message]
    audit.record_reading("read a decision's follow-up", board=case.board, case_id=case_id)
    page = render_template(
        "followup/answer.html",
        case=case,
        board=board,
        days=days,
        item=item,
        decided_on=queries.decided_on(item) if item is not None else None,
        consensus=consensus_view(item) if item is not None else None,
        form=form,
        known=known,
    )
    return page, status


@bp.post("/cases/<int:case_id>/progress")
def report(case_id: int) -> Any:
    """A new value or cycles given; where it meets the plan's condition, the case comes back."""
    form = ReportForm()
    if not form.validate() or form.taken_on.data is None:
        return _again(case_id, form)
    if doubt := form.doubted:
        form.sure.data = form.as_typed
        form.value.errors = [doubt]
        return _again(case_id, form)
    fact, unit = form.fact_and_unit()
    value, day = form.value.data or "", form.taken_on.data
    try:
        made = operations.report(g.subject.case, fact, value, unit, day, actor=current_user)
    except Refused as refusal:
        return _again(case_id, form, refusal)
    if made is not None:
        flash(f"The condition is met: the case comes back to the board as {made.code}.", "success")
    else:
        flash("Recorded.", "success")
        if who := _dissenting(g.subject.case):
            flash(f"{who} dissented: does this meet the condition to open the case again?", "info")
    return see_other("cases.case", case_id=case_id, _anchor="decision")


@bp.post("/cases/<int:case_id>/progress/<int:progress_id>/mistyped")
def mistyped(case_id: int, progress_id: int) -> Any:
    """A result that was reported is marked as mistyped."""
    found = next((one for one in queries.progress_of(case_id) if one.id == progress_id), None)
    if found is None:
        abort(404)
    later = operations.mark_mistyped(found, actor=current_user)
    then = (
        f"{later.code} had begun before: correct the value there, or turn that round down."
        if later is not None
        else "Record the right value here."
    )
    flash(f"Marked as mistyped: it counts for nothing. {then}", "success")
    return see_other("cases.case", case_id=case_id, _anchor="decision")


def _dissenting(case: Case) -> str:
    """Who wants the case opened again under a condition, which only a reader can judge; or ""."""
    item = queries.decision_of(case.id)
    if item is None or later_round(case.id) is not None:
        return ""
    board = queries.board_of(case)
    names = (board.specialty(one.specialty).name for one in queries.dissents_of(item))
    return ", ".join(dict.fromkeys(names))


@bp.post("/cases/<int:case_id>/dissents/<int:sign_off_id>/reopen")
def reopen(case_id: int, sign_off_id: int) -> Any:
    """A dissent's condition is met: a new round, linked to this case."""
    item = queries.decision_of(case_id)
    found = next(
        (one for one in queries.dissents_of(item) if one.id == sign_off_id) if item else iter(()),
        None,
    )
    if found is None:
        abort(404)
    form = ReopenForm.of(found.id)
    if not form.validate():
        return _again(case_id, form)
    try:
        made = return_operations.reopen_from_dissent(
            found, form.text.data or "", actor=current_user
        )
    except Refused as refusal:
        return _again(case_id, form, refusal)
    flash(f"{made.code} is a new round of this case and waits to be listed.", "success")
    return see_other("cases.case", case_id=made.id)


def _again(case_id: int, form: FlaskForm, refusal: Refused | None = None) -> tuple[str, int]:
    """The case's page with the form that was not taken: what is wrong beside the field, and all
    that was typed."""
    if refusal is not None:
        wrong = {refusal.field: str(refusal)}
        for name, message in getattr(refusal, "fields", wrong).items():
            form[name].errors = [message]
    return case_page(load_case(case_id), form), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.app_template_global("decision_of")
def decision_of(case: Case, refused: FlaskForm | None = None) -> dict[str, Any] | None:
    """What the case's page shows of its decision and of what came after; None before one.

    `refused`: the form among them that was not taken, to be shown as it was typed.
    """
    item = queries.decision_of(case.id)
    if item is None:
        return None
    board = queries.board_of(case)
    answers = {one.days: one for one in queries.answers_of(case.id)}
    day = queries.decided_on(item)
    place = current_user.on(case.board)
    asked = case.status in ("decided", "followed_up")
    report_form, ended = None, queries.final_told(case)
    if asked:
        report_form = (
            refused
            if isinstance(refused, ReportForm)
            else ReportForm.of(
                cycles=ended is None,
                formdata=None,
                taken_on=queries.today_of(case.board),
            )
        )
    again = refused if isinstance(refused, ReopenForm) else None
    return {
        "item": item,
        "board": board,
        "consensus": consensus_view(item),
        "member": place is not None and place.role != Role.REFERRER,
        "speaks_for": speaks_for(item, current_user) if confirmable(item) else None,
        "answers": answers,
        "carried_out": CARRIED_OUT,
        "questions": [
            (days, answers.get(days), day + dt.timedelta(days=days))
            for days in board.follow_up.days
            if asked
        ],
        "today": queries.today_of(case.board),
        "progress": queries.progress_of(case.id) if asked else [],
        "last_cycles": next(iter(queries.cycles_of(case.id)), None) if asked else None,
        "ended": ended,
        "may_mark_mistyped": lambda one: operations.may_mark_mistyped(one, current_user),
        "report_form": report_form,
        "dissents": [
            (
                one,
                again
                if again is not None and again.sign_off_id == one.id
                else ReopenForm.of(one.id, formdata=None),
            )
            for one in queries.dissents_of(item)
        ],
        "may_reopen": return_operations.may_reopen(current_user, case),
        "later": later_round(case.id),
    }


@bp.app_template_global("came_back")
def came_back(case: Case, units: str = "") -> dict[str, Any] | None:
    """Why a round began and what changed since the one before; None for a first round. `units`: to
    be read in, the board's without."""
    if case.earlier_case is None:
        return None
    item = queries.decision_of(case.earlier_case.id)
    board = queries.board_of(case)
    changed = since(case.earlier_case, case, units or board.aids.units)
    suitable, _ = suits(case, board)
    why = queries.return_of(case.id)
    return {
        "earlier": case.earlier_case,
        "why": why,
        "mistyped_at": mistyped_at(why, case.earlier_case.id, item) if why and item else None,
        "changes": changed.changes,
        "on_the_map": changed.on_the_map,
        "answer": changed.answer if "mrecist" in suitable else None,
        "consensus": consensus_view(item) if item is not None else None,
        "on": queries.decided_on(item) if item is not None else None,
        "treated": treated_since([case.earlier_case.id]).get(case.earlier_case.id, []),
    }


@bp.app_template_global("earlier_round")
def earlier_round(case: Case) -> EarlierRound | None:
    """The round before in one line: its code, why it came back, what was decided; None for a
    first round, without a question to the database."""
    return earlier_round_of(case)


@bp.app_template_global("response_since")
def response_since(case: Case) -> str:
    """ "By mRECIST since BR-0401: PR, …"; "" for a first round, without a question."""
    return response_words(case, queries.board_of(case)) if case.earlier_case_id else ""


@bp.app_template_global("fact_label")
def fact_label(key: str) -> str:
    """What a fact is called; its key where the catalogue no longer has it."""
    known = FACTS.get(key)
    return known.label if known is not None else key
