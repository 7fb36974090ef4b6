"""The long form of a case: shown, saved as it is filled in, its lines added and removed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from flask import flash, jsonify, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.cases import document_operations, operations, queries, rules, triage_operations
from boardroom.cases.blueprint import (
    asked_now,
    board_of,
    bp,
    documents_folder,
    form_of,
    form_page,
    today,
)
from boardroom.cases.models import Case, CaseStatus
from boardroom.cases.saving import Saved, StaleCase
from boardroom.cases.saving import save_case as save
from boardroom.cases.targets import targets
from boardroom.cases.view import lacking_of
from boardroom.clinical.facts import FACTS
from boardroom.db import after_commit, now
from boardroom.errors import wants_part
from boardroom.permissions import can
from boardroom.refusals import Refused
from boardroom.web import clock, see_other


@bp.get("/cases/<int:case_id>/edit")
def edit_case(case_id: int) -> str:
    """The long form."""
    found = queries.load_case(case_id)
    rules.must_be_open(found.status)
    audit.record_reading("read a case", board=found.board, case_id=found.id)
    another = request.args.get("another", "")
    return form_page(form_of(found, another=another if another in FACTS else ""))


# What the board alone says: who of it met the patient, and what it answers to their questions.
_CANNOT = "cannot-"
_BOARDS_OWN = re.compile(r"met_by|questions-\d+-answer")


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _was() -> Mapping[str, str] | None:
    try:
        was = json.loads(request.form.get("_was") or "null")
    except (ValueError, RecursionError):
        return None
    if not isinstance(was, dict):
        return None
    return {str(name): text for name, text in was.items() if isinstance(text, str)}


def _save_typed(found: Case) -> Saved:
    values = request.form.to_dict()
    refused = {}
    if not can("cases.move_case", case_id=found.id):
        values = {name: text for name, text in values.items() if not _BOARDS_OWN.fullmatch(name)}
        # A referrer who named another hospital would hand the case, and their view of it, over.
        hospital = values.pop("referrer_hospital", found.referrer_hospital)
        if hospital.strip() != found.referrer_hospital:
            refused["referrer_hospital"] = "Ask the board’s coordinator to change the hospital."
    saved = save(
        found,
        values,
        _version(),
        actor=current_user,
        board=board_of(found),
        today=today(found),
        was=_was(),
    )
    saved.errors.update(refused)
    try:
        if triage_operations.say_cannot(found, _reasons(), actor=current_user):
            saved.version = found.version
    except Refused as too_long:
        saved.errors.update(dict.fromkeys(_typed_reasons(), str(too_long)))
    return saved


def _typed_reasons() -> list[str]:
    return [name for name in request.form if name.startswith(_CANNOT)]


def _reasons() -> dict[str, str]:
    return {name.removeprefix(_CANNOT): request.form[name] for name in _typed_reasons()}


def _stored(found: Case) -> dict[str, str]:
    """What the fields that were sent hold before they are saved."""
    return {name: target.text() for name, target in targets(found, request.form).items()}


def _refused_page(found: Case, saved: Saved, stored: dict[str, str]) -> tuple[str, int]:
    form = form_of(
        found, request.form.to_dict(), errors=saved.errors, warnings=saved.warnings, stored=stored
    )
    return form_page(form), 422


def submit_case(found: Case) -> tuple[str, int] | None:
    """Save what was sent along and submit the case; the form saying what it still needs, or None.

    Raises IllegalTransition for a case that is with the board already.
    """
    stored, saved = _stored(found), Saved(found.version)
    if stored or _typed_reasons():
        saved = _save_typed(found)
    lacking = lacking_of(found) if rules.can_move_case(found.status, "submitted") else ()
    asked = asked_now(found)
    unanswered = {}
    if asked is not None and not can("cases.move_case", case_id=found.id):
        unanswered = {
            f"{_CANNOT}{item}": "Give it, or say why you cannot get it."
            for item in asked.unanswered
        }
    if not saved.errors and not lacking and not unanswered:
        if asked is not None:
            triage_operations.note_what_came(found, asked.open)
        operations.submit(found, actor=current_user)
        return None
    errors = {one.field: one.message for one in lacking} | unanswered | saved.errors
    form = form_of(
        found, request.form.to_dict(), errors=errors, warnings=saved.warnings, stored=stored,
        submitting=True,
    )  # fmt: skip
    return form_page(form), 422


@bp.post("/cases/<int:case_id>/submit")
def submit(case_id: int) -> Response | tuple[str, int]:
    """The referrer hands the case in, at first or with what was asked for; the form is saved."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    first = found.status == CaseStatus.DRAFT
    if (page := submit_case(found)) is not None:
        return page
    flash(f"{found.code} is with the board. You see here where it stands." if first else
          "Thank you. The board has the case again.", "success")  # fmt: skip
    return see_other("cases.case", case_id=case_id)


@bp.post("/cases/<int:case_id>/discard")
def discard(case_id: int) -> Response:
    """Throw a draft away that was begun by mistake."""
    found = operations.hold(case_id)
    digests = triage_operations.discard(found, actor=current_user)
    folder = documents_folder()
    after_commit(lambda: document_operations.remove_unnamed(folder, digests))
    flash(f"The draft {found.code} is discarded.", "success")
    return see_other("cases.case_list")


@bp.post("/cases/<int:case_id>/save")
def save_case(case_id: int) -> Response | tuple[Response, int] | tuple[str, int]:
    """Save some fields (from a script, answered in JSON) or the whole form."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    stored = _stored(found)
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
        return _refused_page(found, saved, stored)
    flash("Saved.", "success")
    return see_other("cases.edit_case", case_id=case_id)


def _answer(found: Case, saved: Saved | None = None) -> dict[str, object]:
    form, asked = form_of(found, errors=saved.errors if saved is not None else {}), asked_now(found)
    return {
        "version": found.version,
        "saved_at": clock(now(), found.board),
        "errors": saved.errors if saved else {},
        "warnings": saved.warnings if saved else {},
        "missing_html": render_template("cases/_missing.html", form=form),
        "asked": sorted(asked.open) if asked is not None else [],
        "sections": {key: [one.kind, one.words] for key, one in form.sections.items()},
    }


@bp.post("/cases/<int:case_id>/parts/<part>")
def add_part(case_id: int, part: str) -> Response | tuple[str, int]:
    """One more line of a list, or of a fact (`?fact=bilirubin`); what was typed is saved first."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    key = request.args.get("fact", "")
    if part == "facts" and key not in FACTS:
        raise Refused("There is no such fact.")
    stored, saved = _stored(found), _save_typed(found)
    if saved.errors and not wants_part():
        return _refused_page(found, saved, stored)
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
    stored, saved = _stored(found), _save_typed(found)
    # What is wrong in the line that goes does not matter any more.
    if any(not name.startswith(f"{part}-{line_id}-") for name in saved.errors) and not wants_part():
        return _refused_page(found, saved, stored)
    key = next((f.key for f in found.facts if f.id == line_id), "") if part == "facts" else ""
    if part == "facts" and not key and wants_part():
        raise Refused("This value was taken away already. Reload the page.")
    operations.remove_line(found, part, line_id, actor=current_user)
    focus = f"f-fact-{key}-1-value" if key else f"add-{part}"
    return _part_answer(found, part, key, focus=focus)


def _part_answer(found: Case, part: str, key: str, *, focus: str) -> Response:
    if not wants_part():
        more = {"another": key} if key and request.endpoint == "cases.add_part" else {}
        return see_other("cases.edit_case", case_id=found.id, **more, _anchor=focus)
    another = key if request.endpoint == "cases.add_part" else ""
    form = form_of(found, another=another)
    template = "cases/_fact_lines.html" if part == "facts" else f"cases/_{part}.html"
    section = FACTS[key].section if key else ""
    html = render_template(template, form=form, case=found, board=form.board, section=section)
    return jsonify(**_answer(found), html=html, focus=focus)
