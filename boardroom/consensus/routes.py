"""The consensus as it is written, and its sign-off."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, g, jsonify, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.boards.definition import BoardDefinition
from boardroom.consensus import confirm_operations, forms, objections, operations, queries
from boardroom.consensus.objections import objections_to
from boardroom.consensus.rules import content_of
from boardroom.consensus.view import consensus_view
from boardroom.db import now
from boardroom.errors import field_errors, wants_part
from boardroom.meetings.models import AgendaItem
from boardroom.meetings.queries import board_of
from boardroom.receipts import request_key
from boardroom.refusals import IllegalTransition, Locked, PenElsewhere, Refused, StaleVersion
from boardroom.text import clean_text
from boardroom.web import clock, see_other, who_saved

bp = Blueprint("consensus", __name__)

CHANGED_STEPS = ("up:", "down:", "remove:", "quick:")


@bp.get("/meetings/<int:meeting_id>/items/<int:item_id>/consensus")
def editor(meeting_id: int, item_id: int) -> str:
    """The editor for who holds the pen; what is written so far for everybody else."""
    item: AgendaItem = g.subject.item
    audit.record_reading(
        "read a consensus",
        board=item.meeting.board,
        case_id=item.case_id,
        meeting_id=item.meeting_id,
    )
    return _page(item)


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/consensus")
def save(meeting_id: int, item_id: int) -> Any:
    """Write what the post names. Scripts get JSON, as static/js/autosave.js expects it."""
    item: AgendaItem = g.subject.item
    board = board_of(item.meeting)
    form = _form(item, board)
    values, errors = forms.changes(form, board, frozenset(request.form))
    action = request.form.get("_do", "")
    if action.startswith(CHANGED_STEPS) and not errors:
        values["steps"] = forms.shuffled(forms.steps_of(form), action, board)
    if action.startswith("rest:") and not errors:
        values["dispositions"] = forms.rest_closed(
            form, board, action.removeprefix("rest:"), queries.supporters_of(item)
        )
    if "version" in errors or (errors and not wants_part()):
        return _not_saved(item, form, errors)
    try:
        consensus, seq = operations.save(
            item, values, int(form.version.data or 0), current_user, key=request_key()
        )
    except StaleVersion as error:
        if not wants_part():
            raise
        return _stale(item, board, error)
    except (IllegalTransition, Locked, PenElsewhere) as refusal:
        if not wants_part():
            raise
        # The right to write went while words were on their way: both texts, so that none is lost.
        mine, theirs = _both_texts(item, board)
        words = f"{refusal.title}. {refusal}" if isinstance(refusal, PenElsewhere) else str(refusal)
        return jsonify(error=words, mine=mine, theirs=theirs), int(refusal.status)
    if not wants_part():
        if action.startswith("rest:"):
            flash("Options that somebody is for were left open, for you to decide.", "info")
        return see_other("consensus.editor", meeting_id=meeting_id, item_id=item_id)
    answer = jsonify(
        version=consensus.version if consensus is not None else 0,
        saved_at=clock(now(), board.key),
        errors=errors,
        seq=seq,
        missing_html=render_template(
            "consensus/_cautions.html",
            contradictions=queries.cautions_of(item),
            objections=objections_to(item),
        ),
    )
    if seq is not None:
        answer.headers["X-Boardroom-Seq"] = str(seq)
    return answer


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/sign-off")
def sign_off(meeting_id: int, item_id: int) -> Any:
    """Put the specialty's name to the version that the person saw."""
    item: AgendaItem = g.subject.item
    form = forms.SignOffForm.of(board_of(item.meeting))
    if not form.validate():
        return _not_signed(item, form)
    try:
        found, seq = operations.sign_off(
            item,
            current_user,
            form.kind.data,
            form.text.data or "",
            form.reopen_condition.data or "",
            form.version_seen(),
            key=request_key(),
        )
    except Refused as refusal:
        form[refusal.field].errors = [str(refusal)]
        return _not_signed(item, form)
    if wants_part():
        response = Response(status=HTTPStatus.NO_CONTENT)
    else:
        flash(
            f"Signed off: {found.kind.replace('reservation', 'agree with reservation')}.", "success"
        )
        response = see_other("meetings.stage", meeting_id=meeting_id)
    response.headers["X-Boardroom-Seq"] = str(seq)
    return response


@bp.route("/meetings/<int:meeting_id>/items/<int:item_id>/confirm", methods=["GET", "POST"])
def confirm(meeting_id: int, item_id: int) -> Any:
    """The specialty whose word is awaited, or a chair for an absent one, makes a decision final."""
    item: AgendaItem = g.subject.item
    board = board_of(item.meeting)
    form = forms.ConfirmForm.of(board, kind="" if confirm_operations.must_sign(item, current_user)
                                else "agree")  # fmt: skip
    agreed, wrong = {}, ""
    if request.method == "POST":
        agreed = {
            key: clean_text(request.form.get(f"how_{key}", ""))
            for key in request.form.getlist("agreed")
        }
        if form.validate():
            try:
                confirm_operations.confirm(item, form.word(agreed), actor=current_user)
            except Refused as refusal:
                wrong = str(refusal)
                if refusal.field in form:
                    form[refusal.field].errors = [wrong]
            else:
                if queries.awaited_by(item) is None:
                    flash("Your word is recorded. The decision is final now.", "success")
                else:
                    flash("Your word is recorded; another specialty is still awaited.", "success")
                return see_other("cases.case", case_id=item.case_id, _anchor="decision")
    audit.record_reading(
        "read a consensus",
        board=item.meeting.board,
        case_id=item.case_id,
        meeting_id=item.meeting_id,
    )
    page = render_template(
        "consensus/confirm.html",
        item=item,
        meeting=item.meeting,
        board=board,
        consensus=consensus_view(item),
        objections=objections_to(item),
        confirmable=confirm_operations.confirmable(item),
        left_open=queries.left_open(item),
        speaks_for=confirm_operations.speaks_for(item, current_user),
        must_sign=confirm_operations.must_sign(item, current_user),
        absent=confirm_operations.absent_of(item),
        present=confirm_operations.present_of(item),
        agreed=agreed,
        wrong=wrong,
        form=form,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or wrong else HTTPStatus.OK


def _form(item: AgendaItem, board: BoardDefinition) -> Any:
    earliest = queries.day_of(item.meeting)
    return forms.consensus_form(board, content_of(queries.consensus_of(item)), earliest)


def _page(item: AgendaItem, **more: Any) -> str:
    board = board_of(item.meeting)
    context = {
        "item": item,
        "meeting": item.meeting,
        "board": board,
        "consensus": consensus_view(item),
        "form": None,
        "sign_off_form": None,
        "supporters": queries.supporters_of(item),
        "objections": objections_to(item),
        "cautions": queries.cautions_of(item),
        **more,
    }
    if context["form"] is None and queries.may_write(item, current_user):
        context["form"] = _form(item, board)
    if context["sign_off_form"] is None:
        context["sign_off_form"] = sign_off_form(item)
    template = "consensus/_editor_or_text.html" if wants_part() else "consensus/editor.html"
    return render_template(template, **context)


@bp.app_template_global("objections_beside")
def objections_beside(item: AgendaItem) -> list[str]:
    """Who advised against what is chosen, by specialty, a line for each option."""
    return objections.under_a_heading(objections_to(item))


@bp.app_template_global("sign_off_form")
@bp.app_template_global()
def sign_off_form(item: AgendaItem, *, ahead: bool = False) -> forms.SignOffForm | None:
    """The form for the person signed in, with what their specialty said before.

    None for who has no vote, and while there is nothing to sign; `ahead`: even then, for a page
    that shows it as soon as there is.
    """
    place = current_user.on(item.meeting.board)
    consensus = queries.consensus_of(item)
    if place is None or not place.votes or not queries.is_open(item):
        return None
    if (consensus is None or not consensus.verdict) and not ahead:
        return None
    found = queries.own_sign_off(item, current_user)
    own = found if found is not None and found.person_id == current_user.id else None
    return forms.SignOffForm.of(
        board_of(item.meeting),
        kind=own.kind if own else "",
        text=own.text if own else "",
        reopen_condition=own.reopen_condition if own else "",
        consensus_version=consensus.version if consensus is not None else 0,
    )


def _not_signed(item: AgendaItem, form: forms.SignOffForm) -> tuple[str, int]:
    if wants_part():
        return field_errors({name: str(errors[0]) for name, errors in form.errors.items() if name})
    return _page(item, sign_off_form=form), HTTPStatus.UNPROCESSABLE_ENTITY


def _not_saved(item: AgendaItem, form: Any, errors: dict[str, str]) -> Any:
    if wants_part():
        return jsonify(error=errors["version"], errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(item, form=form), HTTPStatus.UNPROCESSABLE_ENTITY


def _stale(item: AgendaItem, board: BoardDefinition, error: StaleVersion) -> Any:
    consensus = queries.consensus_of(item)
    mine, theirs = _both_texts(item, board)
    answer = jsonify(
        error=str(error),
        version=content_of(consensus).version,
        mine=mine,
        theirs=theirs,
        **who_saved(consensus.saved_by if consensus is not None else None),
    )
    return answer, HTTPStatus.CONFLICT


def _both_texts(item: AgendaItem, board: BoardDefinition) -> tuple[dict[str, str], dict[str, str]]:
    """The fields posted, {name: text}, as they were typed and as the record has them."""
    recorded = forms.field_values(content_of(queries.consensus_of(item)), board)
    theirs = {
        name: "" if recorded[name] is None else str(recorded[name])
        for name in request.form
        if name in recorded and name != "version"
    }
    return {name: request.form[name] for name in theirs}, theirs
