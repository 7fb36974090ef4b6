"""Making files of minutes: one at a time, or a range of meetings with progress."""

from __future__ import annotations

import datetime as dt
import logging
import zipfile
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from boardroom import live
from boardroom.boards.definition import BoardDefinition
from boardroom.db import db, now, write_transaction
from boardroom.meetings.models import Meeting, MeetingStatus
from boardroom.minutes import kept
from boardroom.minutes.formats import file_name
from boardroom.minutes.models import Export
from boardroom.minutes.queries import document_of, meetings_between
from boardroom.refusals import IllegalTransition

log = logging.getLogger(__name__)

FAILED = "The file could not be made. Make it again; the server’s log says more."
EVERY = 60  # seconds
SWEEP_EVERY = 3600  # seconds
INTERRUPTED = "The server stopped before the file was finished. Make it again."


class DefinitionMissing(IllegalTransition):
    """Unsigned minutes of a board without its definition. `file`: for who looks after the server,
    the file to be put back."""

    def __init__(self, board: str) -> None:
        super().__init__(
            "These minutes are not signed, and the definition of their board is missing on this "
            "server. They can be exported when it is there again."
        )
        self.file = f"{board}.toml"


def minutes_file(
    meeting_id: int, format_: str, *, without_names: bool, ahead: bool = False
) -> tuple[bytes, str, str]:
    """The minutes of one meeting as (bytes, board's key, file name). `ahead`: nobody waits for it.

    Signed minutes need their board's definition no more. Raises NoResultFound, IllegalTransition
    while the meeting has not ended, and DefinitionMissing.
    """
    meeting = db.session.scalars(
        select(Meeting).where(Meeting.id == meeting_id).options(joinedload(Meeting.chair))
    ).one()
    if meeting.status not in (MeetingStatus.CLOSED, MeetingStatus.SIGNED):
        raise IllegalTransition("The minutes can be exported once the meeting is closed.")
    definition: BoardDefinition | None = current_app.extensions["boards"].get(meeting.board)
    if definition is None and meeting.status != MeetingStatus.SIGNED:
        raise DefinitionMissing(meeting.board)
    document = document_of(meeting, definition)
    board = meeting.board
    db.session.rollback()  # no snapshot is held while the file is made
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    content = kept.file_of(app, document, format_, names=not without_names, ahead=ahead)
    return content, board, file_name(document, format_, names=not without_names)


def draw_ahead(app: Flask, meeting_id: int) -> None:
    """Draw the files of signed minutes before anybody asks for them, in the background."""
    with app.app_context():
        try:
            for format_ in kept.FORMATS_KEPT:
                minutes_file(meeting_id, format_, without_names=False, ahead=True)
        except Exception as error:  # noqa: BLE001 - whoever asks for the file is told
            log.warning("minutes %s were not drawn ahead: %s", meeting_id, type(error).__name__)


def board_of(key: str) -> BoardDefinition:
    """The board's definition."""
    found: BoardDefinition = current_app.extensions["boards"][key]
    return found


def path_of(app: Flask, export: Export) -> Path:
    """Where the file of an export lies."""
    return _folder(app) / f"{export.id}.zip"


def run(app: Flask, export_id: int) -> None:
    """Make the file of an export, in the background. What goes wrong is kept in its row."""
    with app.app_context():
        try:
            _make(app, export_id)
        except Exception as error:
            log.exception("export %s failed: %s", export_id, type(error).__name__)
            _update(export_id, problem=FAILED)
            _leave_nothing(app, export_id)


def close_interrupted(app: Flask) -> None:
    """Say of every file whose server process stopped while making it that it was not finished.

    The server calls it before it serves, and beside others now and then; half a file is removed.
    """
    with app.app_context():
        with write_transaction() as session:
            unfinished = session.scalars(
                select(Export).where(
                    Export.finished_at.is_(None),
                    Export.problem == "",
                    Export.process.not_in(live.living()),
                )
            ).all()
            numbers = [export.id for export in unfinished]
            for export in unfinished:
                export.problem = INTERRUPTED
        for number in numbers:
            _leave_nothing(app, number)


def kept_until(export: Export) -> dt.datetime | None:
    """When the finished file of an export is deleted; None before it is finished."""
    if export.finished_at is None:
        return None
    return export.finished_at + dt.timedelta(days=int(current_app.config["EXPORT_DAYS"]))


def is_kept(export: Export) -> bool:
    """Whether the finished file is still to be had."""
    until = kept_until(export)
    return until is not None and now() < until


def sweep(app: Flask) -> int:
    """Delete the files whose time is over: they hold patients' names, and are made again at any
    time. The row stays and says who made one. Returns how many files went."""
    with app.app_context():
        try:
            finished = db.session.scalars(select(Export).where(Export.finished_at.is_not(None)))
            over = [path_of(app, export) for export in finished if not is_kept(export)]
        finally:
            db.session.rollback()
    gone = [path for path in over if path.is_file()]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone) + kept.sweep(app)


def _leave_nothing(app: Flask, export_id: int) -> None:
    _folder(app).joinpath(f"{export_id}.part").unlink(missing_ok=True)


def _folder(app: Flask) -> Path:
    return Path(app.config["DATA_DIR"]) / "exports"


def _make(app: Flask, export_id: int) -> None:
    export = db.session.get_one(Export, export_id)
    path = path_of(app, export)
    meetings = [m.id for m in meetings_between(export.board, export.first_day, export.last_day)]
    format_, hide = export.format, export.without_names
    db.session.rollback()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".part")
    # A meeting may have been closed since the export was asked for.
    _update(export_id, total=len(meetings))
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, meeting_id in enumerate(meetings, start=1):
            content, _, name = minutes_file(meeting_id, format_, without_names=hide)
            archive.writestr(name, content)
            _update(export_id, done=number)
    partial.chmod(0o600)
    partial.replace(path)
    _update(export_id, finished=True)


def _update(
    export_id: int,
    *,
    total: int | None = None,
    done: int | None = None,
    finished: bool = False,
    problem: str = "",
) -> None:
    with write_transaction() as session:
        export = session.get_one(Export, export_id)
        if total is not None:
            export.total = total
        if done is not None:
            export.done = done
        if finished:
            export.finished_at = now()
        export.problem = problem
