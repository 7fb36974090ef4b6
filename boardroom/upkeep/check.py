"""Whether a copy of the database is whole: its pages, its references, its trail, its minutes."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import rfc8785
from flask import Flask
from sqlalchemy import select

from boardroom import audit, audit_proof, create_app, migrations
from boardroom.db import db
from boardroom.minutes.models import Minutes
from boardroom.upkeep.archive import DATABASE, AuditEnd, Manifest, UpkeepFailed

# Ask a database: a statement → its rows
Rows = Callable[[str], Sequence[Any]]

NO_TRAIL = AuditEnd(length=0, hash=audit.GENESIS)
COUNTED = ("person", "patient", "case", "document", "opinion", "comment", "meeting", "minutes")


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a SQLite file that exists, in one read transaction."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=5)
    connection.isolation_level = None
    with contextlib.closing(connection):
        connection.execute("BEGIN")
        yield connection


def rows_of(connection: sqlite3.Connection) -> Rows:
    """Ask a SQLite file."""
    return lambda statement: connection.execute(statement).fetchall()


def counts(rows: Rows) -> dict[str, int]:
    """How many rows the tables have that people would count."""
    return {table: int(rows(f'SELECT count(*) FROM "{table}"')[0][0]) for table in COUNTED}  # noqa: S608


def audit_end(rows: Rows) -> AuditEnd:
    """Where the audit chain ends."""
    found = rows("SELECT length, hash FROM audit_head")
    return AuditEnd(length=found[0][0], hash=found[0][1]) if found else NO_TRAIL


def check_file(path: Path, manifest: Manifest) -> None:
    """Ask SQLite about the file as it is. Raises UpkeepFailed with what is wrong."""
    try:
        with reading(path) as connection:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if verdict != "ok":
                raise UpkeepFailed("The database is damaged: SQLite's integrity check fails.")
            astray = connection.execute("PRAGMA foreign_key_check").fetchone()
            if astray:
                raise UpkeepFailed(f"The database is damaged: a row of {astray[0]} leads nowhere.")
            check_described(rows_of(connection), manifest)
    except sqlite3.Error as error:
        raise UpkeepFailed(f"The database cannot be used: {error}.") from None


def check_described(rows: Rows, manifest: Manifest) -> None:
    """Compare a database with what its manifest says of it. Raises UpkeepFailed."""
    if counts(rows) != manifest.counts or audit_end(rows) != manifest.audit:
        raise UpkeepFailed("The database is not the one that the manifest describes.")
    named = {row[0] for row in rows("SELECT DISTINCT sha256 FROM document")}
    if named - {*manifest.missing, *manifest.discarded} - {name[-64:] for name in manifest.files}:
        raise UpkeepFailed("The backup lacks documents that its database names.")


@contextlib.contextmanager
def record_in(folder: Path) -> Iterator[Flask]:
    """The application on the database in a folder, brought to this version's schema."""
    app = create_app("production", data=folder, DATABASE_URL=f"sqlite:///{folder / DATABASE}")
    try:
        migrations.upgrade(app)
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def check_record(app: Flask) -> None:
    """Walk the audit chain and hash the signed minutes again. Raises UpkeepFailed."""
    with app.app_context():
        _, wrong = audit_proof.verify()
        if wrong:
            raise UpkeepFailed(f"The audit trail is broken: {wrong}.")
        query = select(Minutes).order_by(Minutes.id).execution_options(yield_per=20)
        with db.session.scalars(query) as found:
            for minutes in found:
                digest = hashlib.sha256(rfc8785.dumps(minutes.content)).hexdigest()
                if digest != minutes.content_hash:
                    which = f"The signed minutes of meeting {minutes.meeting_id}"
                    raise UpkeepFailed(f"{which} do not have their hash.")
        db.session.rollback()
