"""Backup and restore as tests call them, and what lies in a data folder."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from boardroom import create_app
from boardroom.db import db
from boardroom.upkeep import archive as archives
from boardroom.upkeep import backup as backups
from boardroom.upkeep import restore as restores
from boardroom.upkeep.archive import Manifest


def quiet(what: str, done: int, total: int) -> None:
    assert 0 <= done <= total


def make(folder: Path, file: Path, progress: archives.Progress = quiet) -> Manifest:
    app = create_app("testing", data=folder)
    try:
        return backups.make_backup(app, file, progress)
    finally:
        with app.app_context():
            db.engine.dispose()


def restore(file: Path, folder: Path) -> Manifest:
    return restores.restore(file, folder, quiet)


@contextlib.contextmanager
def record(folder: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(folder / "boardroom.db")) as rows:
        yield rows


def documents(folder: Path) -> dict[str, str]:
    """Every file below documents and exports with its digest."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for part in ("documents", "exports")
        for path in (folder / part).rglob("*")
        if path.is_file() and path.suffix != ".part"
    }
