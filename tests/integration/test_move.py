"""`boardroom move`: the same record, in PostgreSQL; or everything as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from boardroom import audit_proof, create_app
from boardroom.boards.definition import BoardDefinition
from boardroom.cases import operations
from boardroom.cases.models import Patient
from boardroom.db import db, write_transaction
from boardroom.upkeep.serving import serving
from tests.commands import command, refused
from tests.databases import Postgres

pytestmark = pytest.mark.sqlite


def tables(server: Postgres, name: str) -> int:
    with psycopg.connect(server.address(name)) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchone()
        assert row is not None
        return int(row[0])


def everything(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a folder's record, wherever it is."""
    from sqlalchemy import select

    from boardroom.db import Base

    app = create_app("testing", data=folder)
    with app.app_context():
        found = {
            table.name: [
                tuple(row) for row in db.session.execute(select(table).order_by(table.c.id))
            ]
            for table in Base.metadata.sorted_tables
        }
        db.session.close()
        db.engine.dispose()
    return found


def test_the_record_is_the_same_afterwards_and_goes_on(
    demo_folder: Path, postgresql: Postgres
) -> None:
    before = everything(demo_folder)
    words = ("export", "minutes", 1, "--format", "json", "--data", demo_folder, "--output")
    assert command(*words, demo_folder / "before.json").returncode == 0
    name = postgresql.new()
    done = command("move", "--data", demo_folder, "--to", postgresql.address(name))
    assert done.returncode == 0, done.stderr
    assert "2 signed minutes" in done.stdout
    assert not (demo_folder / "boardroom.db").exists()
    assert (demo_folder / "boardroom.db.moved").exists()
    settings = demo_folder / "boardroom.toml"
    assert settings.stat().st_mode & 0o077 == 0, "it can hold a password"

    after = everything(demo_folder)
    exported = after["audit_entry"][-2:]
    for table, rows in before.items():
        assert after[table][: len(rows)] == rows or table in ("audit_head", "audit_entry"), table
    assert after["audit_entry"][: len(before["audit_entry"])] == before["audit_entry"]
    assert any("moved the record to PostgreSQL" in row for row in exported)
    assert command(*words, demo_folder / "after.json").returncode == 0
    first, second = (
        (demo_folder / f"{when}.json").read_text().rpartition('"generated_at"')[0]
        for when in ("before", "after")
    )
    assert first == second != ""

    app = create_app("testing", data=demo_folder)
    with app.app_context():
        board: BoardDefinition = app.extensions["boards"]["liver"]
        with write_transaction():
            made = operations.new_case(
                board, actor=None, patient=Patient(name="Mx Invented", sex="female")
            )
            assert made.id > max(row[-1] for row in before["case"] if isinstance(row[-1], int))
        assert audit_proof.verify()[1] is None
        db.session.close()
        db.engine.dispose()
    # A second time there is nothing to move, and a full database takes nothing.
    refused(command("move", "--data", demo_folder, "--to", postgresql.address(name)), 2, "nothing")
    (demo_folder / "boardroom.db.moved").rename(demo_folder / "boardroom.db")
    refused(
        command("move", "--data", demo_folder, "--to", postgresql.address(name)), 1, "not empty"
    )


def test_what_goes_wrong_leaves_everything_as_it_was(
    demo_folder: Path, postgresql: Postgres
) -> None:
    name = postgresql.new()
    address = postgresql.address(name)
    with serving(demo_folder, alone=True):
        refused(command("move", "--data", demo_folder, "--to", address), 1, "serves", "Stop it")
    with closing(sqlite3.connect(demo_folder / "boardroom.db")) as rows:
        rows.execute("UPDATE person SET name = ? WHERE id = 3", ["x" * 300])
        rows.commit()
    refused(command("move", "--data", demo_folder, "--to", address), 1, "cannot be moved")
    assert tables(postgresql, name) == 0
    assert (demo_folder / "boardroom.db").exists()
    assert not (demo_folder / "boardroom.toml").exists()
    with closing(sqlite3.connect(demo_folder / "boardroom.db")) as rows:
        rows.execute("UPDATE person SET name = 'x' WHERE id = 3")
        rows.execute("DROP TRIGGER audit_entry_no_update")
        rows.execute("UPDATE audit_entry SET action = 'nothing' WHERE id = 9")
        rows.commit()
    refused(command("move", "--data", demo_folder, "--to", address), 1, "audit trail is broken")
    assert tables(postgresql, name) == 0


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("sqlite:////nowhere/else.db", "no PostgreSQL"),
        ("postgresql://nobody:secret-word@127.0.0.1:9/none", "cannot be used"),
        ("nonsense", "no address of a database"),
    ],
)
def test_a_target_that_cannot_be_one(data: Path, address: str, says: str) -> None:
    done = command("move", "--data", data, "--to", address)
    assert done.returncode != 0
    assert says in done.stderr
    assert "secret-word" not in done.stderr
    assert "Traceback" not in done.stderr
    assert (data / "boardroom.db").exists()
