"""Minutes: read, download, sign, amend; exports over a range of meetings."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from flask import Blueprint, current_app, g, render_template, request, send_file
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.cases.models import Case
from boardroom.consensus.confirm_operations import confirmable, speaks_for
from boardroom.db import after_commit, now
from boardroom.live import start_background
from boardroom.meetings.models import Meeting, MeetingStatus
from boardroom.minutes import afterwards, exporting, operations, presence, queries, times, words
from boardroom.minutes.compared import compared
from boardroom.minutes.discussed import computed, discussed
from boardroom.minutes.document import (
    MinutesCase,
    MinutesDocument,
    content_hash,
    matches_signature,
)
from boardroom.minutes.formats import FORMATS
from boardroom.minutes.forms import AmendForm, ExportForm
from boardroom.minutes.models import Amendment, Export
from boardroom.refusals import IllegalTransition, Refused
from boardroom.web import local, see_other

bp = Blueprint("minutes", __name__)
bp.add_app_template_global(discussed)
bp.add_app_template_global(computed, "computed_of")


def _page(meeting: Meeting, form: AmendForm | None = None, status: int = 200) -> tuple[str, int]:
    board = exporting.board_of(meeting.board)
    document = queries.document_of(meeting, board)
    if form is None and meeting.status == MeetingStatus.SIGNED:
        form = _amend_form([case.code for case in document.cases])
    audit.record_reading("read minutes", board=meeting.board, meeting_id=meeting.id)
    page = render_template(
        "minutes/minutes.html",
        meeting=meeting,
        board=board,
        document=document,
        digest=document.signature.content_hash if document.signature else content_hash(document),
        altered=matches_signature(document) is False,
        form=form,
        formats=FORMATS,
        words=words,
        afterwards=afterwards,
        presence=presence,
        compared=compared,
        clock=times.Clock(board.time_zone),
    )
    return page, status


def _amend_form(codes: list[str]) -> AmendForm:
    form = AmendForm()
    form.case.choices = {"": "The meeting as a whole"} | {code: code for code in codes}
    return form


@bp.app_template_global("confirmed_since")
def confirmed_since(case: MinutesCase, document: MinutesDocument) -> list[tuple[str, bool]]:
    """What was said on the case's provisional decision since, one sentence each, and whether it is
    a plain confirmation."""
    clock = times.Clock(document.board.time_zone)
    return [(one["text"], one["plain"]) for one in afterwards.lines(case, document, clock)]


@bp.app_template_global("amendments_of")
def amendments_of(case: Case, since: dt.datetime | None = None) -> list[Amendment]:
    """What was added to signed minutes about the case, the earliest first; `since`: after that."""
    found = queries.amendments_about(case.id)
    return [one for one in found if since is None or one.at > since]


@bp.app_template_global("may_confirm")
def may_confirm(meeting: Meeting, code: str) -> int | None:
    """Key of the item that the person signed in can confirm now, or None."""
    item = next((one for one in meeting.items if one.case.code == code), None)
    if item is None or not confirmable(item) or speaks_for(item, current_user) is None:
        return None
    return item.id


@bp.get("/meetings/<int:meeting_id>/minutes")
def minutes(meeting_id: int) -> tuple[str, int]:
    """The minutes as they stand; once signed, exactly as signed."""
    return _page(g.subject.meeting)


@bp.get("/meetings/<int:meeting_id>/minutes.<any(pdf, docx, csv, json):format_>")
def download(meeting_id: int, format_: str) -> Response:
    """The minutes as a file. ``?names=no`` leaves patients' names out."""
    hide = request.args.get("names") == "no"
    board = g.subject.board
    content, _, name = exporting.minutes_file(meeting_id, format_, without_names=hide)
    audit.record_reading(
        f"exported minutes ({format_})",
        board=board,
        meeting_id=meeting_id,
        names="left out" if hide else "included",
    )
    return send_file(
        io.BytesIO(content),
        mimetype=FORMATS[format_].media_type,
        as_attachment=True,
        download_name=name,
        max_age=0,
    )


@bp.post("/meetings/<int:meeting_id>/minutes/sign")
def sign(meeting_id: int) -> Response:
    """Sign what was read: the form carries the hash of the record on the page."""
    meeting: Meeting = g.subject.meeting
    operations.sign(
        meeting,
        exporting.board_of(meeting.board),
        actor=current_user,
        seen=request.form.get("hash", ""),
    )
    _draw_ahead(meeting_id)
    return see_other("minutes.minutes", meeting_id=meeting_id)


def _draw_ahead(meeting_id: int) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    after_commit(lambda: start_background(exporting.draw_ahead, app, meeting_id))


@bp.post("/meetings/<int:meeting_id>/minutes/amend")
def amend(meeting_id: int) -> Any:
    """Set an amendment beside the signed record."""
    signed = queries.signed_minutes(meeting_id)
    if signed is None:
        raise IllegalTransition("Minutes are amended once they are signed; until then they change.")
    form = _amend_form([case["code"] for case in signed.content["cases"]])
    if not form.validate_on_submit():
        return _page(g.subject.meeting, form, 422)
    operations.amend(
        signed,
        actor=current_user,
        text=form.text.data or "",
        reason=form.reason.data or "",
        case_code=form.case.data or "",
    )
    _draw_ahead(meeting_id)
    return see_other("minutes.minutes", meeting_id=meeting_id, _anchor="amendments")


# --- Exports over a range of meetings ------------------------------------------------------------


@bp.get("/boards/<board>/exports")
def exports(board: str) -> str:
    """Choose a range of meetings; what was made before."""
    today = local(now(), board).date()
    return _exports(board, ExportForm(first=today - dt.timedelta(days=90), last=today))


@bp.post("/boards/<board>/exports")
def start_export(board: str) -> Any:
    """Begin a file in the background; the page shows how far it is."""
    form = ExportForm()
    if not form.validate_on_submit():
        return _exports(board, form), 422
    try:
        export = operations.begin_export(
            exporting.board_of(board),
            actor=current_user,
            first=form.first.data,  # type: ignore[arg-type]
            last=form.last.data,  # type: ignore[arg-type]
            format_=form.format.data or "",
            without_names=bool(form.without_names.data),
        )
    except Refused as refused:
        field = form.format if form.format.data not in FORMATS else form.last
        field.errors = [str(refused)]
        return _exports(board, form), 422
    app, number = current_app._get_current_object(), export.id  # type: ignore[attr-defined]
    after_commit(lambda: start_background(exporting.run, app, number))
    return see_other("minutes.exports", board=board)


def _exports(board: str, form: ExportForm) -> str:
    return render_template(
        "minutes/exports.html",
        board=exporting.board_of(board),
        form=form,
        exports=queries.exports_of(board),
        past=queries.past_boards(current_user, current_app.extensions["boards"]),
        formats=FORMATS,
        kept_days=current_app.config["EXPORT_DAYS"],
    )


@bp.app_template_global("export_kept_until")
def export_kept_until(export: Export) -> dt.datetime | None:
    """See `exporting.kept_until`; None as well where the file is gone."""
    return exporting.kept_until(export) if exporting.is_kept(export) else None


@bp.get("/boards/<board>/exports/<int:export_id>")
def export_state(board: str, export_id: int) -> str:
    """How far one file is, as a part of the page."""
    export = queries.export_of(board, export_id)
    return render_template("minutes/_export.html", export=export, board=exporting.board_of(board))


@bp.get("/boards/<board>/exports/<int:export_id>/file")
def export_file(board: str, export_id: int) -> Response:
    """The finished file."""
    export = queries.export_of(board, export_id)
    path = exporting.path_of(current_app, export)
    if export.finished_at is not None and not exporting.is_kept(export):
        raise IllegalTransition("This file was deleted when its time was over. Make it again.")
    if export.finished_at is None or not path.is_file():
        raise IllegalTransition("This file is not ready. Make it again if it stays so.")
    audit.record_reading(
        "downloaded exported minutes",
        board=board,
        export=export.id,
        first=export.first_day,
        last=export.last_day,
        format=export.format,
        names="left out" if export.without_names else "included",
    )
    names = "-without-names" if export.without_names else ""
    return send_file(
        path,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{board}-minutes-{export.first_day}-{export.last_day}{names}.zip",
        max_age=0,
    )
