"""Whether a copy of the database is whole: its pages, its references, its trail, its minutes."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import rfc8785
from flask import Flask
from sqlalchemy import select

from boardroom import audit, create_app, migrations
from boardroom.db import db
from boardroom.minutes.models import Minutes
from boardroom.upkeep.archive import DATABASE, AuditEnd, Manifest, UpkeepFailed

COUNTED = ("person", "patient", "case", "document", "opinion", "comment", "meeting", "minutes")


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a SQLite file that exists, in one read transaction."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=5)
    connection.isolation_level = None
    with contextlib.closing(connection):
        connection.execute("BEGIN")
        yield connection


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows the tables have that people would count."""
    return {
        table: int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608
        for table in COUNTED
    }


def audit_end(connection: sqlite3.Connection) -> AuditEnd:
    """Where the audit chain ends."""
    row = connection.execute("SELECT length, hash FROM audit_head").fetchone()
    return AuditEnd(length=row[0], hash=row[1]) if row else AuditEnd(length=0, hash=audit.GENESIS)


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
            if counts(connection) != manifest.counts or audit_end(connection) != manifest.audit:
                raise UpkeepFailed("The database is not the one that the manifest describes.")
            named = {r[0] for r in connection.execute("SELECT DISTINCT sha256 FROM document")}
            if named - set(manifest.missing) - {name[-64:] for name in manifest.files}:
                raise UpkeepFailed("The backup lacks documents that its database names.")
    except sqlite3.Error as error:
        raise UpkeepFailed(f"The database cannot be used: {error}.") from None


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
        _, wrong = audit.verify()
        if wrong:
            raise UpkeepFailed(f"The audit trail is broken: {wrong}.")
        query = select(Minutes).order_by(Minutes.id).execution_options(yield_per=20)
        for minutes in db.session.scalars(query):
            if hashlib.sha256(rfc8785.dumps(minutes.content)).hexdigest() != minutes.content_hash:
                raise UpkeepFailed(
                    f"The signed minutes of meeting {minutes.meeting_id} do not have their hash."
                )
        db.session.rollback()
