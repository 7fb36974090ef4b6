"""A backup while people work: one moment of the database, and every document it names.

The database is copied first and the documents after it. A document's bytes are stored before the
row that names them, and removed only after that row is gone, with a draft that was discarded. So
all that the copy names is there, or was discarded meanwhile and is missed by nobody.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import io
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import exists, select

from boardroom import audit, migrations
from boardroom.cases import documents
from boardroom.cases.models import Document
from boardroom.db import db, write_transaction
from boardroom.upkeep.archive import (
    DATABASE,
    DUMP,
    MANIFEST,
    FileEntry,
    Manifest,
    Progress,
    UpkeepFailed,
    opened,
    put,
    sync_folder,
    take,
)
from boardroom.upkeep.check import (
    Rows,
    audit_end,
    check_file,
    check_record,
    counts,
    reading,
    record_in,
    rows_of,
)
from boardroom.upkeep.dump import dump, moment, prove

PAGES = 1024  # of the database between two steps of the progress bar


WORK = ".boardroom-backup-"
"""How the folder begins in which a backup is put together, beside its file."""


@contextlib.contextmanager
def _held(work: Path) -> Iterator[None]:
    """Show that this process works in the folder: the lock ends with the process."""
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_what_was_killed(folder: Path) -> None:
    """Remove what a backup that was killed left behind: an unencrypted copy of the database."""
    for left in folder.glob(f"{WORK}*"):
        try:
            with (left / "lock").open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
        except OSError:  # at work still, or not ours to remove
            continue


def make_backup(app: Flask, file: Path, progress: Progress) -> Manifest:
    """Write a backup of the application's data to a file that does not exist yet.

    It appears under its name only when it is whole and has been checked: restored to one side,
    with its audit chain walked and its minutes hashed again. Only its owner can read it: it holds
    all patients' data, and nothing in it is encrypted. Raises UpkeepFailed.
    """
    if file.exists():
        raise UpkeepFailed(f"{file} exists already. Choose another name; nothing is overwritten.")
    with app.app_context():
        url = db.engine.url
    try:
        # Beside the file, so that the last step is a rename; readable by its owner alone.
        _clear_what_was_killed(file.parent)
        with (
            tempfile.TemporaryDirectory(dir=file.parent, prefix=WORK) as made,
            _held(work := Path(made)),
        ):
            if url.get_backend_name() == "sqlite":
                facts = _copy(Path(url.database or ""), work / DATABASE, progress)
                manifest = _pack(app, work, DATABASE, facts, progress)
            else:
                facts = _dump(app, work / DUMP, progress)
                manifest = _pack(app, work, DUMP, facts, progress)
            check_backup(work / "backup", work / "check", progress)
            if file.exists():
                raise UpkeepFailed(f"{file} appeared meanwhile. Nothing is overwritten.")
            (work / "backup").replace(file)
            sync_folder(file.parent)
    except OSError as error:
        raise UpkeepFailed(f"{file} cannot be written: {error.strerror}.") from None
    if migrations.current_revision(app) == migrations.head():
        with app.app_context(), write_transaction():
            audit.record("made a backup", audit=manifest.audit.length, missing=manifest.missing)
    return manifest


@dataclass(frozen=True)
class _Facts:
    """What a copy of the database says of itself, and which files it names."""

    said: dict[str, Any]
    digests: list[str]
    export_ids: list[int]

    @classmethod
    def of(cls, rows: Rows) -> _Facts:
        boards = rows('SELECT board FROM meeting UNION SELECT board FROM "case" ORDER BY 1')
        exports = rows("SELECT id FROM minutes_export WHERE finished_at IS NOT NULL")
        return cls(
            {
                "revision": rows("SELECT version_num FROM alembic_version")[0][0],
                "boards": tuple(row[0] for row in boards),
                "counts": counts(rows),
                "audit": audit_end(rows),
            },
            [row[0] for row in rows("SELECT DISTINCT sha256 FROM document ORDER BY 1")],
            [row[0] for row in exports],
        )


def _dump(app: Flask, target: Path, progress: Progress) -> _Facts:
    """One moment of the database, with pg_dump; compared with that moment row by row."""
    with moment(app) as (connection, name):
        dump(app, target, name, connection, progress)
        prove(app, target, connection, progress)
        facts = _Facts.of(lambda statement: connection.exec_driver_sql(statement).all())
    progress("Checking the audit trail and the minutes", 0, 1)
    check_record(app)
    progress("Checking the audit trail and the minutes", 1, 1)
    return facts


def _copy(source: Path, target: Path, progress: Progress) -> _Facts:
    """One moment of the database, with SQLite's own online backup.

    The read transaction that is open meanwhile keeps that moment: without it each write of
    somebody else would make the copy begin again.
    """

    def step(status: int, remaining: int, total: int) -> None:
        progress("Copying the database", total - remaining, total)

    try:
        with reading(source) as live, contextlib.closing(sqlite3.connect(target)) as copy:
            live.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            live.backup(copy, pages=PAGES, progress=step)
            # In the archive it is one file, without a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise UpkeepFailed(f"The database cannot be copied: {error}.") from None
    with reading(target) as made:
        return _Facts.of(rows_of(made))


def _pack(app: Flask, work: Path, copy: str, facts: _Facts, progress: Progress) -> Manifest:
    """Write the archive `work/backup` from the copy of the database and the data folder."""
    files: dict[str, FileEntry] = {}
    missing: list[str] = []
    discarded: list[str] = []
    folder, exported = Path(app.config["DOCUMENTS_DIR"]), Path(app.config["DATA_DIR"]) / "exports"
    total = 1 + len(facts.digests) + len(facts.export_ids)
    with _private(work / "backup") as file, zipfile.ZipFile(file, "w") as archive:
        with (work / copy).open("rb") as database:
            files[copy] = put(archive, copy, database)
        for number, sha256 in enumerate(facts.digests, start=2):
            progress("Packing", number - 1, total)
            content = documents.read(folder, sha256)
            if content is None:
                if not _named_now(app, sha256):
                    discarded.append(sha256)
                    continue
                content = documents.read(folder, sha256)  # attached anew in between
            if content is None:
                missing.append(sha256)
                continue
            name = f"documents/{sha256[:2]}/{sha256}"
            files[name] = put(archive, name, io.BytesIO(content))
        for export_id in facts.export_ids:
            path = exported / f"{export_id}.zip"
            if path.is_file():  # else it was tidied away, and can be made again
                with path.open("rb") as done:
                    files[f"exports/{path.name}"] = put(archive, f"exports/{path.name}", done)
        manifest = Manifest(
            program=version("boardroom"),
            made_at=dt.datetime.now(dt.UTC),
            missing=tuple(missing),
            discarded=tuple(discarded),
            files=files,
            **facts.said,
        )
        archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        progress("Packing", total, total)
    (work / copy).unlink()
    return manifest


def _named_now(app: Flask, sha256: str) -> bool:
    """Whether a document with these bytes is on record at this moment."""
    with app.app_context():
        query = select(exists().where(Document.sha256 == sha256))
        return bool(db.session.scalar(query))


@contextlib.contextmanager
def _private(path: Path) -> Iterator[io.BufferedWriter]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def check_backup(file: Path, work: Path, progress: Progress) -> Manifest:
    """Prove a backup by use: compare every file with its digest and open the database in a folder
    that is made for it; a dump was compared with its database already. Raises UpkeepFailed.
    """
    with opened(file) as (archive, manifest):
        work.mkdir(mode=0o700)
        for number, (name, entry) in enumerate(manifest.files.items(), start=1):
            take(archive, name, entry, work / name if name == DATABASE else None)
            progress("Checking", number, len(manifest.files))
    if manifest.database == DATABASE:
        check_file(work / DATABASE, manifest)
        with record_in(work) as app:
            check_record(app)
    return manifest
