"""Pages of the cases: the list, one case, its long form, its way through the board."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.boards.definition import BoardDefinition
from boardroom.cases import documents, operations, queries, rules
from boardroom.cases.case_form import CaseForm
from boardroom.cases.documents import KINDS
from boardroom.cases.fields import CASE, PATIENT
from boardroom.cases.models import Case
from boardroom.cases.saving import Saved, StaleCase
from boardroom.cases.saving import save_case as save
from boardroom.cases.view import FactGroup, fact_groups, readiness_of
from boardroom.clinical.facts import FACTS
from boardroom.db import now
from boardroom.errors import wants_part
from boardroom.opinions.rules import takes_opinions
from boardroom.people.models import Role
from boardroom.refusals import Refused
from boardroom.web import clock, local, see_other

bp = Blueprint("cases", __name__)


@bp.app_template_global("case_facts")
def case_facts(case: Case) -> list[FactGroup]:
    """The facts of a case, grouped, for any page that shows it."""
    return fact_groups(case)


@bp.app_template_filter("document_kind")
def document_kind(media_type: str) -> str:
    """In a word or two: "PDF", "Word document"."""
    kind = KINDS.get(media_type)
    return kind.name if kind else "File"


@bp.app_template_filter("case_status")
def case_status(status: str) -> str:
    """The words for a case's state."""
    return rules.STATUS_WORDS.get(status, status)


def _board(case: Case) -> BoardDefinition:
    found: BoardDefinition = current_app.extensions["boards"][case.board]
    return found


def _today(case: Case) -> dt.date:
    return local(now(), case.board).date()


# ---- The list and one case -------------------------------------------------------------------------


@bp.get("/cases")
def case_list() -> str:
    """Every case that the person may read."""
    page = request.args.get("page", "1")
    filters = queries.Filters(
        text=request.args.get("q", "")[:100],
        status=request.args.get("status", ""),
        board=request.args.get("board", ""),
        waiting=request.args.get("waiting") == "1",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )
    boards = current_app.extensions["boards"]
    return render_template(
        "cases/case_list.html",
        found=queries.find_cases(current_user, filters),
        filters=filters,
        statuses=rules.STATUS_WORDS,
        boards={key: boards[key].name for key in current_user.boards() if key in boards},
        votes=any(m.votes for m in current_user.memberships),
    )


@bp.get("/cases/<int:case_id>")
def case(case_id: int) -> str:
    """One case, to be read."""
    found = queries.load_case(case_id)
    board = _board(found)
    place = current_user.on(found.board)
    audit.record_reading("read a case", board=found.board, case_id=found.id)
    return render_template(
        "cases/case.html",
        case=found,
        board=board,
        readiness=readiness_of(found, board, _today(found)),
        rounds=[
            one
            for one in queries.rounds_of(found)
            if one.id == found.id or place is None or place.role != Role.REFERRER
        ],
        items=queries.agenda_of(case_id) if place and place.role != Role.REFERRER else [],
        own_opinion=queries.own_opinion_status(case_id, current_user.id),
        takes_opinions=takes_opinions(found.status),
        can_move=lambda status: rules.can_move_case(found.status, status),
        is_open=found.status in rules.OPEN_STATUSES,
    )


@bp.route("/cases/new", methods=["GET", "POST"])
def new_case() -> str | Response | tuple[str, int]:
    """The beginning of a referral: whose, and which question. The rest follows in the long form."""
    boards = current_app.extensions["boards"]
    open_to = {
        key: boards[key]
        for key in current_user.boards(Role.COORDINATOR, Role.CHAIR)
        if key in boards
    }
    names = ("patient-name", "patient-record_number", "question")
    typed = {name: request.form.get(name, "") for name in names}
    key = request.form.get("board") or next(iter(open_to))
    errors: dict[str, str] = {}
    if request.method == "POST":
        if key not in open_to:
            errors["board"] = "Choose one of your boards."
            key = next(iter(open_to))
        else:
            made = operations.new_case(open_to[key], actor=current_user)
            saved = save(
                made, typed, made.version, actor=current_user, board=open_to[key],
                today=_today(made),
            )  # fmt: skip
            if not saved.errors:
                return see_other("cases.edit_case", case_id=made.id)
            errors.update(saved.errors)
    page = render_template(
        "cases/new_case.html", boards=open_to, chosen=key, typed=typed, errors=errors,
        patient=PATIENT, question=CASE["question"],
    )  # fmt: skip
    return (page, 422) if errors else page


# ---- The long form ---------------------------------------------------------------------------------


@bp.get("/cases/<int:case_id>/edit")
def edit_case(case_id: int) -> str:
    """The long form."""
    found = queries.load_case(case_id)
    rules.must_be_open(found.status)
    audit.record_reading("read a case", board=found.board, case_id=found.id)
    another = request.args.get("another", "")
    form = CaseForm(
        found, _board(found), _today(found), another=another if another in FACTS else ""
    )
    return _form_page(form)


def _form_page(form: CaseForm) -> str:
    return render_template(
        "cases/edit_case.html",
        form=form,
        case=form.case,
        board=form.board,
        same=queries.same_patient(form.case),
        accept=",".join([*(kind.suffix for kind in KINDS.values()), ".jpeg"]),
        largest=current_app.config["DOCUMENT_MAX_BYTES"] // (1024 * 1024),
    )


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _was() -> Mapping[str, str] | None:
    try:
        was = json.loads(request.form.get("_was") or "null")
    except ValueError:
        return None
    if not isinstance(was, dict):
        return None
    return {str(name): text for name, text in was.items() if isinstance(text, str)}


def _save_typed(found: Case) -> Saved:
    return save(
        found,
        request.form.to_dict(),
        _version(),
        actor=current_user,
        board=_board(found),
        today=_today(found),
        was=_was(),
    )


def _refused_page(found: Case, saved: Saved) -> tuple[str, int]:
    form = CaseForm(
        found, _board(found), _today(found), request.form.to_dict(), saved.errors, saved.warnings
    )
    return _form_page(form), 422


@bp.post("/cases/<int:case_id>/save")
def save_case(case_id: int) -> Response | tuple[Response, int] | tuple[str, int]:
    """Save some fields (from a script, answered in JSON) or the whole form."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    try:
        saved = _save_typed(found)
    except StaleCase as stale:
        if not wants_part():
            raise
        clash = {"mine": stale.mine_by_name, "theirs": stale.theirs_by_name}
        return jsonify(version=stale.version, **clash), 409
    if wants_part():
        return jsonify(**_answer(found, saved))
    if saved.errors:
        return _refused_page(found, saved)
    flash("Saved.", "success")
    return see_other("cases.edit_case", case_id=case_id)


def _answer(found: Case, saved: Saved | None = None) -> dict[str, object]:
    form = CaseForm(found, _board(found), _today(found))
    return {
        "version": found.version,
        "saved_at": clock(now(), found.board),
        "errors": saved.errors if saved else {},
        "warnings": saved.warnings if saved else {},
        "missing_html": render_template("cases/_missing.html", form=form),
    }


@bp.post("/cases/<int:case_id>/parts/<part>")
def add_part(case_id: int, part: str) -> Response | tuple[str, int]:
    """One more line of a list, or of a fact (`?fact=bilirubin`); what was typed is saved first."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    key = request.args.get("fact", "")
    if part == "facts" and key not in FACTS:
        raise Refused("There is no such fact.")
    saved = _save_typed(found)
    if saved.errors and not wants_part():
        return _refused_page(found, saved)
    if part == "facts":
        rules.must_be_open(found.status)
        number = sum(fact.key == key for fact in found.facts) + 1
        return _part_answer(found, part, key, focus=f"f-fact-{key}-{number}-value")
    values = {}
    if part == "investigations" and request.args.get("kind") == "pathology":
        values["kind"] = "pathology"
    row = operations.add_line(found, part, actor=current_user, **values)
    first = {"lesions": "segments", "treatments": "kind", "questions": "text"}.get(part, "kind")
    return _part_answer(found, part, "", focus=f"f-{part}-{row.id}-{first}")


@bp.post("/cases/<int:case_id>/parts/<part>/<int:line_id>/remove")
def remove_part(case_id: int, part: str, line_id: int) -> Response | tuple[str, int]:
    """Take one line of a list, or one value of a fact, away."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    saved = _save_typed(found)
    # What is wrong in the line that goes does not matter any more.
    if any(not name.startswith(f"{part}-{line_id}-") for name in saved.errors) and not wants_part():
        return _refused_page(found, saved)
    key = next((f.key for f in found.facts if f.id == line_id), "") if part == "facts" else ""
    operations.remove_line(found, part, line_id, actor=current_user)
    focus = f"f-fact-{key}-1-value" if key else f"add-{part}"
    return _part_answer(found, part, key, focus=focus)


def _part_answer(found: Case, part: str, key: str, *, focus: str) -> Response:
    if not wants_part():
        more = {"another": key} if key and request.endpoint == "cases.add_part" else {}
        return see_other("cases.edit_case", case_id=found.id, **more, _anchor=focus)
    another = key if request.endpoint == "cases.add_part" else ""
    form = CaseForm(found, _board(found), _today(found), another=another)
    template = "cases/_fact_lines.html" if part == "facts" else f"cases/_{part}.html"
    section = FACTS[key].section if key else ""
    html = render_template(template, form=form, case=found, board=form.board, section=section)
    return jsonify(**_answer(found), html=html, focus=focus)


# ---- The way through the board ------------------------------------------------------------------------


@bp.post("/cases/<int:case_id>/move")
def move_case(case_id: int) -> Response:
    """Submit, ask for information, decline, standard of care, take in again, or a new round."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    send = request.form.get
    note = send("note", "")
    match send("move", ""):
        case "submit":
            operations.submit(found, actor=current_user)
            flash(f"{found.code} is submitted to the board.", "success")
        case "ask":
            operations.ask_for_information(found, note, actor=current_user)
            flash("The case waits for information.", "success")
        case "decline":
            operations.decline(found, _board(found), send("reason", ""), note, actor=current_user)
            flash("The case is declined.", "success")
        case "standard_of_care":
            who = send("clinician", "")
            operations.give_standard_of_care(found, who, note, actor=current_user)
            flash("The case is left to the standard of care.", "success")
        case "reopen":
            operations.reopen(found, actor=current_user)
            flash("The case is with the board again.", "success")
        case "new_round":
            made = operations.new_round(found, _board(found), actor=current_user)
            flash(f"{made.code} is a new round of {found.code}.", "success")
            return see_other("cases.edit_case", case_id=made.id)
        case _:
            raise Refused("Choose what is to happen with the case.")
    return see_other("cases.case", case_id=case_id)


# ---- Documents ---------------------------------------------------------------------------------------


def _folder() -> Path:
    return Path(current_app.config["DOCUMENTS_DIR"])


@bp.post("/cases/<int:case_id>/documents")
def upload_document(case_id: int) -> Response | tuple[str, int]:
    """Attach the chosen files; if one cannot be taken, none is."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    files = [file for file in request.files.getlist("file") if file.filename]
    largest = current_app.config["DOCUMENT_MAX_BYTES"]
    try:
        if not files:
            raise Refused("Choose a file first.")
        for file in files:
            content = file.stream.read(largest + 1)
            name = file.filename or ""
            operations.attach(
                found, name, content, folder=_folder(), largest=largest, actor=current_user
            )
    except Refused as refused:
        form = CaseForm(found, _board(found), _today(found), errors={"file": str(refused)})
        return _form_page(form), 422
    flash("Attached." if len(files) == 1 else f"{len(files)} documents attached.", "success")
    return see_other("cases.edit_case", case_id=case_id, _anchor="documents")


@bp.get("/cases/<int:case_id>/documents/<int:document_id>")
def document(case_id: int, document_id: int) -> Response:
    """The file itself, in a cage: no script of it can run, and nothing keeps a copy."""
    found = queries.document_of(case_id, document_id)
    content = documents.read(_folder(), found.sha256)
    if content is None:
        current_app.logger.error("document %s of case %s is not on disk", document_id, case_id)
        abort(404)
    audit.record_reading(
        "read a document", board=g.subject.board, case_id=case_id, document=found.id
    )
    kind = KINDS.get(found.media_type)
    response = make_response(content)
    media_type = found.media_type
    response.headers["Content-Type"] = (
        f"{media_type}; charset=utf-8" if media_type == "text/plain" else media_type
    )
    response.headers.set(
        "Content-Disposition",
        documents.disposition(found.title, inline=kind is not None and kind.inline),
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    # Chromium shows no PDF in a sandbox; its viewer runs none of the file's own scripts.
    cage = "" if media_type == "application/pdf" else "sandbox; "
    response.headers["Content-Security-Policy"] = (
        f"{cage}default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
        "object-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return response


@bp.post("/cases/<int:case_id>/documents/<int:document_id>/remove")
def remove_document(case_id: int, document_id: int) -> Response:
    """Take a document off the case."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    operations.detach(found, queries.document_of(case_id, document_id), actor=current_user)
    flash("The document is taken off the case.", "success")
    return see_other("cases.edit_case", case_id=case_id, _anchor="documents")
