"""Letters: read, write, approve, correct, download; answers to what the patient asked."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, jsonify, render_template, request, send_file
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.aside import run_aside
from boardroom.cases.models import Case
from boardroom.cases.queries import load_case
from boardroom.consensus.queries import reasons_left, still_provisional
from boardroom.db import db, now
from boardroom.errors import wants_part
from boardroom.letters import (
    building,
    on_pages,
    operations,
    queries,
    record_queries,
    sent_queries,
)
from boardroom.letters.answer import FirstOpinion
from boardroom.letters.document import LetterDocument, blocks
from boardroom.letters.models import Letter, LetterKind
from boardroom.letters.paper import FORMATS, file_name
from boardroom.meetings.models import AgendaItem, MeetingStatus
from boardroom.people.models import Role
from boardroom.refusals import DomainError, Refused, StaleVersion
from boardroom.web import clock, see_other, who_saved

bp = Blueprint("letters", __name__)

KIND = "<any(patient, referrer):kind>"


def _is_referrer() -> bool:
    place = g.subject.place_of(current_user)
    return place is not None and place.role == Role.REFERRER


def _item(case_id: int) -> AgendaItem:
    """The decision that the letters are about. Aborts with 404 where there is none."""
    item = queries.decided_item(case_id)
    if item is None:
        abort(404)
    return item


def _letter(case_id: int, kind: str) -> Letter:
    found = queries.letter_of(_item(case_id), kind)
    if found is None:
        abort(404)
    return found


@bp.get(f"/cases/<int:case_id>/letters/{KIND}")
def letter(case_id: int, kind: str) -> str:
    """The letter: to write for those who may, else to read; referrers read what is approved."""
    return _page(case_id, kind)


def _page(case_id: int, kind: str, problem: str = "", problems: Sequence[str] = ()) -> str:
    case, item = load_case(case_id), _item(case_id)
    found = queries.letter_of(item, kind)
    own = not _is_referrer()
    sent = sent_queries.sent_about(item, kind, signed_only=not own)
    writes = own and queries.writes(current_user, item)
    latest = sent.latest
    editing = found is not None and found.open and writes
    shown: LetterDocument | None = None
    if latest is not None:
        shown = LetterDocument.model_validate(latest.content)
    elif found is not None and own and not editing:
        shown = building.document_of(found)
    beside = building.beside_of(found, aside=True) if editing and found is not None else {}
    outrun = found is not None and queries.outrun(item, found)
    audit.record_reading(f"read a letter ({kind})", board=case.board, case_id=case_id)
    return render_template(
        "letters/letter.html",
        case=case,
        item=item,
        kind=kind,
        title=on_pages.TITLES[kind],
        letter=found,
        latest=latest,
        approved=sent.versions,
        earlier=[(one, LetterDocument.model_validate(one.version.content)) for one in sent.earlier],
        unsigned=not own and item.meeting.status != MeetingStatus.SIGNED,
        document=shown,
        writes=writes,
        editing=editing,
        approves=own and queries.approves(current_user, item, kind),
        decision=record_queries.decision_of(item) if own else None,
        changed_since=building.changed_since(found) if found is not None and editing else {},
        provisional=still_provisional(item),
        lacking=reasons_left(item),
        confirmed=building.confirmed_since(item) if editing and kind == LetterKind.REFERRER else [],
        outrun=own and found is not None and not found.open and outrun,
        final_since=not editing and latest is not None and outrun,
        corrected_to_final=editing and outrun,
        made_final=building.made_final(item) if own and outrun else "",
        why_final=building.why_final(item, kind) if own and outrun else "",
        problem=problem,
        problems=problems,
        own=own,
        **beside,
    )


@bp.post(f"/cases/<int:case_id>/letters/{KIND}")
def begin(case_id: int, kind: str) -> Response:
    """Draft the letter from the record."""
    operations.begin(_item(case_id), kind, actor=current_user)
    return see_other("letters.letter", case_id=case_id, kind=kind)


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _was() -> Mapping[str, str] | None:
    try:
        was = json.loads(request.form.get("_was") or "null")
    except (ValueError, RecursionError):
        return None
    return (
        {str(k): v for k, v in was.items() if isinstance(v, str)} if isinstance(was, dict) else None
    )


@bp.post(f"/cases/<int:case_id>/letters/{KIND}/save")
def save(case_id: int, kind: str) -> Any:
    """Keep what was written. Scripts get JSON, as static/js/autosave.js expects it."""
    found = _letter(case_id, kind)
    try:
        saved = operations.save(
            found, request.form.to_dict(), _version(), actor=current_user, was=_was()
        )
    except StaleVersion as stale:
        if not wants_part():
            raise _with_headings(found, stale) from stale
        answer = jsonify(
            version=found.version, mine=stale.mine, theirs=stale.theirs, **who_saved(found.saved_by)
        )
        return answer, 409
    except DomainError as refusal:
        if not wants_part():
            raise
        return jsonify(error=str(refusal)), int(refusal.status)
    if wants_part():
        return jsonify(
            version=found.version,
            saved_at=clock(now(), g.subject.board),
            errors=saved.errors,
            missing_html=_beside(found),
        )
    if saved.errors:
        return _not_saved(found, saved)
    flash("Saved.", "success")
    return see_other("letters.letter", case_id=case_id, kind=kind)


def _with_headings(found: Letter, stale: StaleVersion) -> StaleVersion:
    """Both texts under the headings that a page shows, and not under the fields' names."""
    labels = building.labels_of(found)
    return StaleVersion(
        str(stale),
        mine={labels.get(name, name): text for name, text in stale.mine.items()},
        theirs={labels.get(name, name): text for name, text in stale.theirs.items()},
    )


def _not_saved(found: Letter, saved: operations.SavedLetter) -> tuple[str, int]:
    labels = building.labels_of(found)
    problems = [f"{labels.get(name, name)}: {text}" for name, text in saved.errors.items()]
    return _page(found.case_id, found.kind, "Not all of it was saved:", problems), 422


@bp.post(f"/cases/<int:case_id>/letters/{KIND}/renew")
def renew(case_id: int, kind: str) -> Any:
    """Take a part anew from the record, or keep its words; what was typed elsewhere is kept."""
    found = _letter(case_id, kind)
    keep = request.form.get("keep", "")
    section = keep or request.form.get("renew", "")
    typed = {name: text for name, text in request.form.items() if name != section or keep}
    try:
        saved = operations.save(found, typed, _version(), actor=current_user)
    except StaleVersion as stale:
        raise _with_headings(found, stale) from stale
    if saved.errors:
        return _not_saved(found, saved)
    operations.renew(found, section, actor=current_user, keep=bool(keep))
    flash("Your words are kept." if keep else "The record’s present words stand there now.")
    return see_other("letters.letter", case_id=case_id, kind=kind, _anchor=f"part-{section}")


def _beside(found: Letter) -> str:
    """What stands beside the letter while it is written: what is open, how it reads."""
    return render_template("letters/_beside.html", **building.beside_of(found))


@bp.post(f"/cases/<int:case_id>/letters/{KIND}/approve")
def approve(case_id: int, kind: str) -> Any:
    """Freeze the letter that was read."""
    found = _letter(case_id, kind)
    try:
        operations.approve(
            found,
            _version(),
            actor=current_user,
            acknowledged="acknowledged" in request.form,
            words_stay="words_stay" in request.form,
            explained="explained" in request.form,
        )
    except Refused as refusal:
        return _page(case_id, kind, str(refusal), refusal.points), 422
    flash("Approved. The text does not change any more.", "success")
    return see_other("letters.letter", case_id=case_id, kind=kind)


@bp.post(f"/cases/<int:case_id>/letters/{KIND}/correct")
def correct(case_id: int, kind: str) -> Any:
    """Open an approved letter for a new version."""
    found = _letter(case_id, kind)
    try:
        operations.correct(found, request.form.get("reason", ""), actor=current_user)
    except Refused as refusal:
        return _page(case_id, kind, str(refusal)), 422
    return see_other("letters.letter", case_id=case_id, kind=kind)


@bp.get(f"/cases/<int:case_id>/letters/{KIND}/<int:version_id>.<any({', '.join(FORMATS)}):paper>")
def download(case_id: int, kind: str, version_id: int, paper: str) -> Response:
    """An approved version as a file. ``?type=large`` for large type."""
    found = sent_queries.approved_version(case_id, kind, version_id, signed_only=_is_referrer())
    document = LetterDocument.model_validate(found.content)
    audit.record_reading(
        f"downloaded a letter ({kind}, {paper})", board=g.subject.board, case_id=case_id
    )
    return _file(document, found.content_hash, found.number, paper)


@bp.get(f"/cases/<int:case_id>/letters/{KIND}/draft.<any({', '.join(FORMATS)}):paper>")
def preview(case_id: int, kind: str, paper: str) -> Response:
    """The draft as it would look, marked as a draft."""
    found = _letter(case_id, kind)
    operations.must_write(current_user, found.item)
    operations.must_be_open(found)
    audit.record_reading(f"read a letter ({kind})", board=g.subject.board, case_id=case_id)
    return _file(building.document_of(found), "", 0, paper)


def _file(document: LetterDocument, digest: str, number: int, paper: str) -> Response:
    large = request.args.get("type") == "large"
    db.session.rollback()  # no snapshot is held while the file is made
    content = run_aside(FORMATS[paper].render, document, digest, large=large)
    return send_file(
        io.BytesIO(content),
        mimetype=FORMATS[paper].media_type,
        as_attachment=True,
        download_name=file_name(document, paper, number, large=large),
        max_age=0,
    )


@bp.post("/cases/<int:case_id>/questions/<int:question_id>/answer")
def answer(case_id: int, question_id: int) -> Response:
    """Answer a question of the patient in the record, during the meeting or after it."""
    question = queries.question_of(case_id, question_id)
    form = request.form
    operations.answer(question, form.get("answer", ""), form.get("was", ""), actor=current_user)
    flash("The answer is in the record.", "success")
    return see_other("cases.case", case_id=case_id, _anchor="questions")


@bp.app_template_global("letters_of")
def letters_of(case: Case) -> dict[str, Any] | None:
    """See `on_pages.letters_of`."""
    return on_pages.letters_of(case, current_user)


@bp.app_template_global("first_opinion_beside")
def first_opinion_beside(case: Case, verdict: str) -> FirstOpinion:
    """See `on_pages.first_opinion_beside`."""
    return on_pages.first_opinion_beside(case, verdict)


@bp.app_template_global("letters_waiting")
def letters_waiting() -> list[queries.Waiting]:
    """See `queries.waiting_for`."""
    return queries.waiting_for(current_user)


@bp.app_template_filter("letter_blocks")
def letter_blocks(text: str) -> list[tuple[str, list[str]]]:
    """See `document.blocks`."""
    return [(kind, lines) for kind, lines in blocks(text)]
