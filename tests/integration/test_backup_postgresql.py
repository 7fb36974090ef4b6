"""Backups of PostgreSQL: made while people write, proved, put back whole or not at all."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from boardroom import audit, audit_proof, create_app
from boardroom.db import db, write_transaction
from boardroom.minutes.models import Minutes
from boardroom.upkeep import backup as backups
from boardroom.upkeep import restore as restores
from boardroom.upkeep.archive import DUMP, Manifest, UpkeepFailed
from boardroom.upkeep.move import move
from tests.databases import Postgres, point_to
from tests.integration.backing_up import quiet
from tests.integration.test_move import tables

pytestmark = pytest.mark.sqlite


def closed(app: Flask) -> None:
    with app.app_context():
        db.session.close()
        db.engine.dispose()


@pytest.fixture(scope="module")
def record(
    made_demo: Path, tmp_path_factory: pytest.TempPathFactory, postgresql: Postgres
) -> Iterator[Flask]:
    """The demonstration, moved."""
    import shutil

    folder = tmp_path_factory.mktemp("moved") / "data"
    shutil.copytree(made_demo, folder)
    source = create_app("testing", data=folder)
    address = postgresql.address(postgresql.new())
    move(source, folder / "boardroom.db", address, quiet)
    closed(source)
    point_to(folder, address)
    app = create_app("testing", data=folder)
    yield app
    closed(app)


def minutes(app: Flask) -> dict[int, str]:
    with app.app_context():
        found = {m.meeting_id: m.content_hash for m in db.session.scalars(select(Minutes))}
        db.session.rollback()
    return found


@pytest.fixture(scope="module")
def file(record: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that was made while others wrote."""
    made = tmp_path_factory.mktemp("backups") / "backup.zip"
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with record.app_context(), write_transaction():
                audit.record("wrote meanwhile")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups.make_backup(record, made, quiet)
    finally:
        stop.set()
        writer.join()
    return made


def put_back(file: Path, folder: Path, url: str | None) -> Manifest:
    return restores.restore(file, folder, quiet, url)


def test_what_comes_back_is_what_was_there(
    record: Flask, file: Path, tmp_path: Path, postgresql: Postgres
) -> None:
    assert file.stat().st_mode & 0o077 == 0
    url = postgresql.address(postgresql.new())
    manifest = put_back(file, tmp_path / "new", url)
    app = create_app("testing", data=tmp_path / "new", DATABASE_URL=url)
    with app.app_context():
        length, wrong = audit_proof.verify()
        assert wrong is None
        assert length == manifest.audit.length + 1, "and that it was restored"
        db.session.rollback()
    assert minutes(app) == minutes(record)
    closed(app)
    ours, theirs = (Path(a.config["DOCUMENTS_DIR"]) for a in (record, app))
    names = sorted(p.relative_to(ours) for p in ours.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(theirs) for p in theirs.rglob("*") if p.is_file())
    assert names
    assert not (tmp_path / "new" / DUMP).exists()


def test_it_goes_only_where_it_belongs(
    record: Flask, file: Path, tmp_path: Path, postgresql: Postgres
) -> None:
    with pytest.raises(UpkeepFailed, match="database_url"):
        put_back(file, tmp_path / "a", None)
    taken = str(record.config["DATABASE_URL"])
    with pytest.raises(UpkeepFailed, match="not empty"):
        put_back(file, tmp_path / "b", taken)
    with pytest.raises(UpkeepFailed, match="cannot be used"):
        put_back(file, tmp_path / "c", "postgresql://postgres@127.0.0.1:9/none")
    assert not list(tmp_path.iterdir())
    assert minutes(record), "what was there is untouched"


def test_a_dump_that_is_not_whole_leaves_the_database_empty(
    file: Path, tmp_path: Path, postgresql: Postgres
) -> None:
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    whole = files[DUMP]
    files[DUMP] = whole[:-2000]
    manifest = Manifest.model_validate_json(files["manifest.json"])
    entry = manifest.files[DUMP].model_copy(
        update={"sha256": hashlib.sha256(files[DUMP]).hexdigest(), "size": len(files[DUMP])}
    )
    said = manifest.model_copy(update={"files": {**manifest.files, DUMP: entry}})
    files["manifest.json"] = said.model_dump_json().encode()
    with zipfile.ZipFile(tmp_path / "cut.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    name = postgresql.new()
    with pytest.raises(UpkeepFailed):
        put_back(tmp_path / "cut.zip", tmp_path / "new", postgresql.address(name))
    assert tables(postgresql, name) == 0
    assert not (tmp_path / "new").exists()
