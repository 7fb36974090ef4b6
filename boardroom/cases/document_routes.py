"""Documents of a case: taken in, handed out, taken off."""

from __future__ import annotations

from pathlib import Path

from flask import abort, current_app, flash, g, jsonify, make_response, request
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.cases import documents, operations, queries, rules
from boardroom.cases.blueprint import board_of, bp, documents_folder, form_of, form_page, today
from boardroom.cases.documents import KINDS
from boardroom.cases.fields import DOCUMENT
from boardroom.cases.models import Case
from boardroom.errors import wants_part
from boardroom.refusals import Refused
from boardroom.web import see_other


def attached_from_request(found: Case, *, folder: Path) -> int:
    """Attach the files that were sent, with the day and kind that were sent beside them.

    Returns how many. Raises Refused or ValueRefused for what cannot be taken.
    """
    files = [file for file in request.files.getlist("file") if file.filename]
    largest = current_app.config["DOCUMENT_MAX_BYTES"]
    dated_on = rules.day(request.form.get("dated_on", ""), "The date", today(found))
    shows = DOCUMENT["shows"].parse(request.form.get("shows", ""), board_of(found), today(found))
    for file in files:
        operations.attach(
            found,
            file.filename or "",
            file.stream.read(largest + 1),
            folder=folder,
            largest=largest,
            actor=current_user,
            dated_on=dated_on,
            shows=shows,
        )
    return len(files)


@bp.post("/cases/<int:case_id>/documents")
def upload_document(case_id: int) -> Response | tuple[Response, int] | tuple[str, int]:
    """Attach the chosen files; if one cannot be taken, none is. A script is answered in JSON."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    before = found.version
    try:
        count = attached_from_request(found, folder=documents_folder())
        if not count:
            raise Refused("Choose a file first.")
    except (Refused, rules.ValueRefused) as refused:
        if wants_part():
            return jsonify(error=str(refused)), 422
        return form_page(form_of(found, errors={"file": str(refused)})), 422
    flash("Attached." if count == 1 else f"{count} documents attached.", "success")
    if wants_part():
        return jsonify(version=found.version, before=before)
    return see_other("cases.edit_case", case_id=case_id, _anchor="documents")


@bp.get("/cases/<int:case_id>/documents/<int:document_id>")
def document(case_id: int, document_id: int) -> Response:
    """The file itself, in a cage: no script of it can run, and nothing keeps a copy."""
    found = queries.document_of(case_id, document_id)
    content = documents.read(documents_folder(), found.sha256)
    if content is None:
        current_app.logger.error("document %s of case %s is not on disk", document_id, case_id)
        abort(404)
    audit.record_reading(
        "read a document", board=g.subject.board, case_id=case_id, document=found.id
    )
    kind = KINDS.get(found.media_type)
    response = make_response(content)
    media_type = found.media_type
    if media_type == "text/plain":
        media_type = f"text/plain; charset={documents.encoding_of(content) or 'utf-8'}"
    response.headers["Content-Type"] = media_type
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
