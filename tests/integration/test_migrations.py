"""From every step of the schema to the newest, with the demonstration's rows in it, on both
databases: nothing is lost on the way, and what comes out is what the program expects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, MetaData, create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from boardroom import create_app, migrations
from boardroom.cases import search
from boardroom.cases.models import Fact
from boardroom.db import Base, db, write_connection
from boardroom.upkeep.check import check_record
from tests.databases import Postgres

STEPS = [
    step.revision
    for step in ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions()
]
APPEND_ONLY = ("audit_entry", "minutes", "approved_letter", "tumour_reading")

HOW = {"compare_type": True, "include_name": migrations.modelled}

Rows = dict[str, list[dict[str, Any]]]


def _modelled(name: str, _: object) -> bool:
    return migrations.modelled(name, "table")


@pytest.fixture(scope="module")
def rows(made_demo: Path) -> Rows:
    """The demonstration's rows, read as its own schema says."""
    if not (made_demo / "boardroom.db").exists():
        pytest.skip("these take the rows from a demonstration on SQLite")
    engine = create_engine(f"sqlite:///{made_demo / 'boardroom.db'}")
    tables = MetaData()
    with engine.connect() as connection:
        tables.reflect(connection, only=_modelled)
        found = {
            name: [dict(row._mapping) for row in connection.execute(select(table))]
            for name, table in tables.tables.items()
            if name != "alembic_version"
        }
    engine.dispose()
    return found


@contextmanager
def an_application(kind: str, folder: Path, server: Postgres) -> Iterator[Flask]:
    url = {"DATABASE_URL": server.address(server.new())} if kind == "postgresql" else {}
    app = create_app("testing", data=folder, **url)
    try:
        yield app
    finally:
        with app.app_context():
            db.session.close()
            db.engine.dispose()


def fill(connection: Connection, rows: Rows) -> MetaData:
    """Put in what the schema has columns for; returns the schema as it is."""
    tables = MetaData()
    tables.reflect(connection, only=_modelled)
    for name, table in tables.tables.items():
        known = set(table.columns.keys())
        if found := rows.get(name):
            connection.execute(
                insert(table), [{k: v for k, v in row.items() if k in known} for row in found]
            )
    return tables


@contextmanager
def without_order(app: Flask) -> Iterator[Connection]:
    """A connection on which rows may point at rows that are not there yet."""
    with app.app_context():
        sqlite = db.engine.dialect.name == "sqlite"
        with write_connection(db.engine) as connection:
            connection.execute(
                text(
                    "PRAGMA defer_foreign_keys = ON"
                    if sqlite
                    else "SET LOCAL session_replication_role = 'replica'"
                )
            )
            yield connection


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("step", STEPS)
def test_every_step_leads_to_the_newest(
    kind: str, step: str, rows: Rows, tmp_path: Path, postgresql: Postgres
) -> None:
    with an_application(kind, tmp_path, postgresql) as app:
        migrations.upgrade(app, step)
        with without_order(app) as connection:
            before = fill(connection, rows)
        migrations.upgrade(app)
        with app.app_context(), db.engine.connect() as connection:
            agreed = MigrationContext.configure(connection, opts=HOW)
            assert compare_metadata(agreed, Base.metadata) == []
            for name, table in before.tables.items():
                if name != "alembic_version":
                    kept = connection.execute(select(table).order_by(table.c.id)).all()
                    assert len(kept) == len(rows[name]), name
            if kind == "sqlite":
                word = text(
                    "SELECT count(*) FROM patient_words WHERE patient_words MATCH 'specimen'"
                )
                named = [one for one in rows["patient"] if "Specimen" in one["name"]]
                assert connection.scalar(word) == len(named) > 0
            else:
                connection.execute(text("SET LOCAL enable_seqscan = off"))
                for index, table in (
                    ("case_words", '"case"'),
                    ("patient_words", "patient"),
                    ("comment_words", "comment"),
                ):
                    asked = search.rows_with(index, table, "remnant").compile(
                        connection, compile_kwargs={"literal_binds": True}
                    )
                    plan = connection.exec_driver_sql(f"EXPLAIN {asked}".replace("%", "%%"))
                    assert index in "\n".join(plan.scalars()), "the index is used as it is written"
        check_record(app)
        for name in set(APPEND_ONLY) & set(before.tables):
            with (
                pytest.raises(DBAPIError, match="append-only"),
                app.app_context(),
                write_connection(db.engine) as connection,
            ):
                connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("due", "until"),
    [("2026-12-03", "Was deferred until Thu 3 Dec 2026"), (None, "Was deferred")],
)
def test_a_note_that_says_until_today_names_its_day(
    kind: str, due: str | None, until: str, rows: Rows, tmp_path: Path, postgresql: Postgres
) -> None:
    with an_application(kind, tmp_path, postgresql) as app:
        migrations.upgrade(app, "0009_letter_drafts")
        with without_order(app) as connection:
            tables = fill(connection, rows)
            case, item = tables.tables["case"], tables.tables["agenda_item"]
            one = connection.scalar(select(item.c.case_id).order_by(item.c.id).limit(1))
            on = dt.date.fromisoformat(due) if due else None
            connection.execute(
                item.update()
                .where(item.c.case_id == one)
                .values(status="deferred", deferral_due=on)
            )
            note = "Was deferred until today: Imaging is missing. New MRI, not of today"
            connection.execute(case.update().where(case.c.id == one).values(status_note=note))
            others = dict(
                connection.execute(
                    select(case.c.id, case.c.status_note).where(case.c.id != one)
                ).all()
            )
        migrations.upgrade(app)
        with app.app_context(), db.engine.connect() as connection:
            notes = dict(connection.execute(select(case.c.id, case.c.status_note)).all())
    assert notes.pop(one) == f"{until}: Imaging is missing. New MRI, not of today"
    assert notes == others


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_mistyped_result_marks_what_later_rounds_hold_of_it(
    kind: str, rows: Rows, tmp_path: Path, postgresql: Postgres
) -> None:
    with an_application(kind, tmp_path, postgresql) as app:
        migrations.upgrade(app, "0014_ended_sessions")
        with without_order(app) as connection:
            tables = fill(connection, rows)
            case, fact, progress = (tables.tables[name] for name in ("case", "fact", "progress"))
            first, second, third, other = connection.scalars(
                select(case.c.id).order_by(case.c.id).limit(4)
            )
            for later, earlier in ((first, None), (second, first), (third, second), (other, None)):
                linked = case.update().where(case.c.id == later)
                connection.execute(linked.values(earlier_case_id=earlier))
            connection.execute(fact.delete())
            connection.execute(progress.delete())
            by, on, at = rows["person"][0]["id"], dt.date(2026, 11, 3), dt.datetime(2026, 11, 4)  # noqa: DTZ001
            told = {"case_id": first, "unit": "ng/mL", "taken_on": on, "by_id": by, "at": at}
            results = [("60", at), ("70", at), ("70", None), ("80", None)]
            connection.execute(
                insert(progress),
                [told | {"fact": "afp", "value": v, "mistyped_at": m} for v, m in results],
            )
            held = [(c, v) for c in (second, third, other) for v in ("60", "70", "80")]
            connection.execute(
                insert(fact),
                [
                    {"case_id": c, "key": "afp", "value": v, "unit": "ng/mL", "taken_on": on}
                    for c, v in held
                ],
            )
        migrations.upgrade(app)
        with app.app_context():
            marked = [
                (one.case_id, one.value)
                for one in db.session.scalars(select(Fact).order_by(Fact.id))
                if not one.stands
            ]
    assert marked == [(second, "60"), (third, "60")]
