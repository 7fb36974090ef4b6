"""A backup put back: into a folder that holds no record, whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from boardroom import audit, create_app, migrations
from boardroom.db import db, write_transaction
from boardroom.upkeep.archive import (
    DATABASE,
    DUMP,
    Manifest,
    Progress,
    UpkeepFailed,
    opened,
    sync_folder,
    take,
)
from boardroom.upkeep.check import check_described, check_file, check_record, record_in
from boardroom.upkeep.dump import put_back
from boardroom.upkeep.postgresql import empty, must_be_empty

# What an administrator may have put in place before, and what a new file system holds
MAY_BE_THERE = frozenset({"boardroom.toml", "secret_key", "compiled", "lost+found"})
STAGING = ".restoring-"


def restore(file: Path, folder: Path, progress: Progress, url: str | None = None) -> Manifest:
    """Put a backup back into a folder that is missing or empty, and check it there.

    `url`: the empty PostgreSQL database for the backup of one. A database of an older schema is
    brought to this version's. Raises UpkeepFailed, and then folder and database are as they were.
    """
    with opened(file) as (archive, manifest):
        _must_fit(file, manifest, url)
        if not migrations.is_known(manifest.revision):
            raise UpkeepFailed(
                f"{file} is of a newer version of Boardroom ({manifest.program}, schema "
                f"{manifest.revision}). Use that version."
            )
        _must_be_empty(folder)
        was_there = folder.exists()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            staging = Path(tempfile.mkdtemp(dir=folder, prefix=STAGING))
        except OSError as error:
            raise UpkeepFailed(f"{folder} cannot be written: {error.strerror}.") from None
        try:
            if shutil.disk_usage(staging).free < manifest.size:
                raise UpkeepFailed(f"{folder} has no room for {manifest.size:,} bytes.")
            for number, (name, entry) in enumerate(manifest.files.items(), start=1):
                take(archive, name, entry, staging / name)
                progress("Unpacking", number, len(manifest.files))
            progress("Checking", 0, 1)
            if url is None:
                _check(staging, manifest)
            else:
                _put_back(staging, manifest, url)
            progress("Checking", 1, 1)
            _move(staging, folder)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            if not was_there:
                folder.rmdir()
            raise
        staging.rmdir()
    return manifest


def _must_be_empty(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UpkeepFailed(f"{folder} is not a folder.")
    names = {path.name for path in folder.iterdir()} - MAY_BE_THERE
    if any(name.startswith(STAGING) for name in names):
        raise UpkeepFailed(
            f"In {folder} another restore is under way, or was cut off. If none runs, remove "
            f"{folder}/{STAGING}* and try again."
        )
    if names:
        raise UpkeepFailed(f"{folder} is not empty. Restore into a new folder, then move it.")


def _must_fit(file: Path, manifest: Manifest, url: str | None) -> None:
    if manifest.database == DUMP and url is None:
        raise UpkeepFailed(
            f"{file} is the backup of a PostgreSQL database. Make an empty one, and let "
            "database_url in boardroom.toml name it."
        )
    if manifest.database == DATABASE and url is not None:
        raise UpkeepFailed(
            f"{file} is the backup of a SQLite file, and the settings name a database of their own "
            "(database_url). Take that setting out; `boardroom move` brings it there afterwards."
        )


def _check(staging: Path, manifest: Manifest) -> None:
    check_file(staging / DATABASE, manifest)
    with record_in(staging) as app:
        _check_record(app, manifest)


def _check_record(app: Flask, manifest: Manifest) -> None:
    check_record(app)
    with app.app_context(), write_transaction():
        audit.record("restored a backup", made_at=manifest.made_at, audit=manifest.audit.length)


def _put_back(staging: Path, manifest: Manifest, url: str) -> None:
    """Restore into PostgreSQL; where anything is wrong the database is empty again."""
    app = create_app("production", data=staging, DATABASE_URL=url)
    try:
        must_be_empty(app)
        try:
            put_back(app, staging / DUMP)
            with app.app_context(), db.engine.connect() as connection:
                check_described(lambda text: connection.exec_driver_sql(text).all(), manifest)
            migrations.upgrade(app)
            _check_record(app, manifest)
        except BaseException as error:
            empty(app)
            if isinstance(error, SQLAlchemyError):
                raise UpkeepFailed("The restored database cannot be used.") from None
            raise
    finally:
        with app.app_context():
            db.session.rollback()
            db.engine.dispose()
    (staging / DUMP).unlink()


def _move(staging: Path, folder: Path) -> None:
    """Move everything to its place, the database last: without it nothing is served."""
    moved: list[Path] = []
    names = sorted((path.name for path in staging.iterdir()), key=lambda name: name == DATABASE)
    try:
        for name in names:
            if (folder / name).exists():  # the key of sessions that lay there stays
                (staging / name).unlink()
                continue
            (staging / name).rename(folder / name)
            moved.append(folder / name)
        sync_folder(folder)
    except BaseException:
        for path in moved:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    path.unlink()
        raise
