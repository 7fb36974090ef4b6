"""One's own opinion: the page, the draft that saves itself, submitting, shifting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, flash, g, jsonify, render_template, request
from flask_login import current_user

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case
from boardroom.cases.names import name_cautions
from boardroom.cases.queries import load_case
from boardroom.errors import DomainError, StaleVersion, wants_part
from boardroom.opinions import in_words, operations, queries, rules
from boardroom.opinions.divergence import divergence
from boardroom.opinions.operations import view_of
from boardroom.people.models import Role
from boardroom.text import storable
from boardroom.web import clock, see_other

bp = Blueprint("opinions", __name__)

JSON = "application/json"


@bp.get("/cases/<int:case_id>/opinion")
def opinion(case_id: int) -> str:
    """One's own opinion on a case: to give, sealed, or open."""
    return _page(rules.fields_of(view_of(queries.my_opinion(case_id, current_user.id))))


@bp.post("/cases/<int:case_id>/opinion/draft")
def save_draft(case_id: int) -> Any:
    """Keep the fields sent, in a draft. Answers a script in JSON, a form with 303."""
    by_script = request.accept_mimetypes.best == JSON or request.is_json
    sent = _sent()
    try:
        saved = operations.save_draft(
            g.subject.case,
            _board(),
            _fields(sent),
            actor=current_user,
            version=_version(sent),
            was=_was(sent),
        )
    except StaleVersion as stale:
        mine = queries.my_opinion(case_id, current_user.id)
        if not by_script:
            raise
        version = mine.version if mine else 0
        return jsonify(version=version, mine=stale.mine, theirs=stale.theirs, error=str(stale)), 409
    except DomainError as refusal:
        if not by_script:
            raise
        return jsonify(error=str(refusal)), int(refusal.status)
    if by_script:
        return jsonify(
            version=saved.opinion.version,
            saved_at=clock(saved.opinion.saved_at, g.subject.board),
            errors=saved.errors,
            warnings=_cautions(_fields(sent), g.subject.case),
        )
    if saved.errors:
        return _page(rules.fields_of(view_of(saved.opinion)) | _fields(sent), saved.errors), 422
    flash("Your draft is saved. Only you can see it.", "success")
    return see_other("opinions.opinion", case_id=case_id)


@bp.post("/cases/<int:case_id>/opinion/submit")
def submit(case_id: int) -> Any:
    """Give the opinion."""
    sent, board = _sent(), _board()
    view = _view(sent, board)
    if rules.why_no_opinions(g.subject.case.status):
        return _page(rules.fields_of(view), typed=True), _closed_status()
    if found := rules.problems(view, board, _specialty(), draft=False):
        return _page(rules.fields_of(view), found), 422
    try:
        operations.submit(
            g.subject.case,
            board,
            view,
            actor=current_user,
            version=_version(sent),
            expects_sealed=sent.get("expects") == "sealed",
        )
    except StaleVersion as stale:
        return _page(rules.fields_of(view), stale=stale), 409
    except DomainError as refusal:
        if sent.get("expects") == "sealed" and queries.opened(case_id):
            return _page(rules.fields_of(view), notice=str(refusal)), 409
        raise
    return see_other("opinions.opinion", case_id=case_id)


@bp.post("/cases/<int:case_id>/opinion/shift")
def shift(case_id: int) -> Any:
    """Change one's own revealed opinion, with a reason."""
    sent, board = _sent(), _board()
    mine = queries.my_opinion(case_id, current_user.id)
    view, reason = _view(sent, board), sent.get("shift_reason", "")
    if rules.why_no_opinions(g.subject.case.status):
        return _page(rules.fields_of(view) | {"shift_reason": reason}, typed=True), _closed_status()
    rules.after(mine.status if mine else None, "shift")
    assert mine is not None  # else there was nothing to shift
    found = rules.problems(view, board, mine.specialty, draft=False)
    if not reason.strip():
        found["shift_reason"] = "Say in a few words why you shift."
    elif len(reason) > rules.SHORT:
        found["shift_reason"] = f"Keep the reason to {rules.SHORT} characters."
    elif not found and not rules.changes(view_of(mine), view):
        found["shift_reason"] = "Nothing is different from what you said. Change something first."
    fields = rules.fields_of(view) | {"shift_reason": reason}
    if found:
        return _page(fields, found), 422
    try:
        operations.shift(mine, board, view, reason, actor=current_user, version=_version(sent))
    except StaleVersion as stale:
        return _page(fields, stale=stale), 409
    return see_other("opinions.opinion", case_id=case_id)


@bp.app_template_global("opinions_of")
def opinions_of(case: Case, dispositions: Mapping[str, str] | None = None) -> dict[str, Any] | None:
    """For any page of a case: who is in, and the comparison once opinions are open.

    None for somebody who may see neither (a referrer, a stranger).
    """
    place = current_user.on(case.board) if current_user.is_authenticated else None
    if place is None or place.role == Role.REFERRER:
        return None
    revealed = queries.revealed_opinions(case.id)
    board: BoardDefinition = current_app.extensions["boards"][case.board]
    return {
        "arrivals": queries.opinions_in(case.id),
        "opinions": revealed,
        "divergence": divergence(
            revealed, board, case.first_verdict, dispositions=dispositions, beyond=case.beyond
        )
        if revealed
        else None,
    }


@bp.app_template_global("answers_in_words")
def answers_in_words(answers: dict[str, str], board: str, specialty: str) -> list[tuple[str, str]]:
    """See `in_words.answers_in_words`."""
    return in_words.answers_in_words(answers, current_app.extensions["boards"][board], specialty)


@bp.app_template_global("shift_in_words")
def shift_in_words(changes: dict[str, Any], board: str) -> list[tuple[str, str, str]]:
    """See `in_words.shift_in_words`."""
    return in_words.shift_in_words(changes, current_app.extensions["boards"][board])


def _page(
    fields: dict[str, str],
    errors: dict[str, str] | None = None,
    *,
    notice: str = "",
    stale: StaleVersion | None = None,
    typed: bool = False,
) -> str:
    """The page, or for a script only its part, with what was typed and what is wrong with it.

    `typed`: the fields come from somebody whose case was closed meanwhile; their words are shown.
    """
    case = load_case(g.subject.case.id)
    mine = queries.my_opinion(case.id, current_user.id)
    takes, status = rules.takes_opinions(case.status), mine.status if mine else "draft"
    form_is_open = takes and (
        status == "draft" or bool(errors or notice or stale) or "change" in request.args
    )
    audit.record_reading("read a case", board=case.board, case_id=case.id)
    template = "opinions/_form.html" if wants_part() else "opinions/opinion.html"
    next_case = None
    if not form_is_open:
        waiting = queries.waiting_for(current_user)
        next_case = next((wanted for wanted in waiting if wanted.case.id != case.id), None)
    return render_template(
        template,
        case=case,
        board=_board(),
        specialty=_specialty(),
        questions=rules.questions_for(_board(), _specialty()),
        answer_choices=rules.answer_choices,
        opinion=mine,
        status=status,
        late=mine is not None and rules.was_late(mine.submitted_at, mine.revealed_at),
        opened=queries.opened(case.id),
        takes=takes,
        why_closed=rules.why_no_opinions(case.status),
        typed=typed,
        form_is_open=form_is_open,
        fields=fields,
        errors=errors or {},
        cautions=_cautions(fields, case),
        notice=notice,
        stale=stale,
        next_case=next_case,
        live_meeting=queries.live_meeting_of(case.id),
        here_in=live.stays_in(current_user, case.board),
    )


def _closed_status() -> HTTPStatus:
    final = g.subject.case.status in ("decided", "followed_up")
    return HTTPStatus.LOCKED if final else HTTPStatus.CONFLICT


def _board() -> BoardDefinition:
    found: BoardDefinition = current_app.extensions["boards"][g.subject.board]
    return found


def _specialty() -> str:
    """The specialty with which the person signed in has a vote here."""
    return str(g.subject.place_of(current_user).specialty)


def _sent() -> dict[str, str]:
    """What was posted, as a form or as JSON, every value a text."""
    if request.is_json:
        try:
            content = request.get_json(silent=True)
        except RecursionError:  # nested without end, which none of our pages sends
            return {}
        if not isinstance(content, dict):
            return {}
        return {storable(str(name)): storable(str(value)) for name, value in content.items()}
    return request.form.to_dict()


def _fields(sent: dict[str, str]) -> dict[str, str]:
    known = ("verdict", "confidence", "rationale", "change_mind")
    return {
        name: text
        for name, text in sent.items()
        if name in known or name.startswith(("stance-", "reason-", "answer-"))
    }


def _cautions(fields: Mapping[str, str], case: Case) -> dict[str, str]:
    """What to look at again in one's own free texts; nobody else is told."""
    free = ("rationale", "change_mind", "shift_reason")
    texts = {
        name: text
        for name, text in fields.items()
        if name in free or name.startswith(("reason-", "answer-"))
    }
    return name_cautions(texts, case.patient.name)


def _view(sent: dict[str, str], board: BoardDefinition) -> rules.View:
    view = rules.with_fields(rules.View(), _fields(sent))
    return rules.with_rest_outside(view, board) if sent.get("rest") else view


def _version(sent: dict[str, str]) -> int | None:
    text = sent.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _was(sent: dict[str, str]) -> dict[str, str] | None:
    try:
        found = json.loads(sent.get("_was", ""))
    except (ValueError, RecursionError):
        return None
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else None
