"""Who writes when: on PostgreSQL as on SQLite one at a time, and nobody who reads waits for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from boardroom import audit, audit_proof, create_app, engines, migrations
from boardroom.db import db, note_transaction, write_transaction
from boardroom.meetings.models import ServerProcess
from boardroom.people.models import Membership, Person, Role
from tests.databases import Postgres

WRITERS = 30  # more than there are connections


@pytest.fixture
def record(tmp_path: Path, postgresql: Postgres) -> Iterator[Flask]:
    """Two applications' worth of one record: as two processes would have it."""
    app = create_app("testing", data=tmp_path, DATABASE_URL=postgresql.address(postgresql.new()))
    migrations.upgrade(app)
    yield app
    with app.app_context():
        db.session.close()
        db.engine.dispose()


def in_threads(app: Flask, work: object, count: int) -> list[threading.Thread]:
    def run() -> None:
        with app.app_context():
            work()  # type: ignore[operator]

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def write() -> None:
    with write_transaction():
        audit.record("wrote")


def chair(app: Flask) -> FlaskClient:
    """Somebody signed in."""
    with app.app_context(), write_transaction() as session:
        place = Membership(board="liver", role=Role.CHAIR)
        person = Person(name="Ada", email="ada@boardroom.example", memberships=[place])
        session.add(person)
        session.flush()
        session_id = person.get_id()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = session_id, True
    return client


def test_writers_queue_without_holding_connections(record: Flask) -> None:
    with record.app_context():
        with write_transaction() as session:
            session.execute(text("SELECT 1"))
            waiting = in_threads(record, write, WRITERS)

            def read() -> None:
                seen.append(db.session.scalar(select(audit.AuditHead.length)))

            seen: list[int | None] = []
            for reader in in_threads(record, read, WRITERS):
                reader.join(30)
            assert len(seen) == WRITERS, "who only reads does not wait"
            audit.record("wrote first")
        for writer in waiting:
            writer.join(30)
        assert audit_proof.verify() == (WRITERS + 1, None)
        assert db.session.scalar(select(audit.AuditEntry.action).limit(1)) == "wrote first"
        db.session.rollback()


def test_a_turn_that_never_comes_is_told_and_the_next_one_comes(
    record: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "WAIT", 1)
    with record.app_context():
        other = create_app(  # another process
            "testing", data=record.config["DATA_DIR"], DATABASE_URL=record.config["DATABASE_URL"]
        )
        with write_transaction() as session:
            session.execute(text("SELECT 1"))
            refused: list[type] = []

            def try_to() -> None:
                try:
                    write()
                except (PoolTimeout, OperationalError) as error:
                    refused.append(type(error))

            for one in in_threads(record, try_to, 1) + in_threads(other, try_to, 1):
                one.join(30)
            assert set(refused) == {PoolTimeout, OperationalError}
        write()
        with other.app_context():
            write()
            db.engine.dispose()
        assert audit_proof.verify() == (2, None)
        db.session.rollback()


def test_a_failure_gives_the_turn_back(record: Flask) -> None:
    def fail() -> None:
        with write_transaction() as session:
            session.execute(text("SELECT 1"))
            raise ZeroDivisionError

    with record.app_context():
        with pytest.raises(ZeroDivisionError):
            fail()
        write()
    with record.test_request_context(method="POST"):
        db.session.execute(text("SELECT 1"))  # and the end of a request, committed or not
    with record.app_context():
        write()
        assert audit_proof.verify() == (2, None)
        db.session.rollback()


def test_pages_say_that_the_database_is_away_and_ask_it_nothing(
    record: Flask, postgresql: Postgres
) -> None:
    client = chair(record)
    assert client.get("/cases").status_code == 200
    postgresql.stop()
    try:
        for _ in range(2):  # with a connection that was open before, and without one
            for method, address in (("GET", "/cases"), ("POST", "/sign-out"), ("GET", "/cases/1")):
                answer = client.open(address, method=method)
                assert answer.status_code == 503, address
                assert "Busy for a moment" in answer.text
        part = client.get("/cases", headers={"X-Boardroom-Part": "1"})
        assert part.status_code == 503
        assert "<html" not in part.text
        assert client.get("/health/live").status_code == 200
        assert client.get("/health/ready").status_code == 503
    finally:
        postgresql.start()
    answers = [client.get("/cases").status_code for _ in range(3)]
    assert answers[-1] == 200
    assert set(answers) <= {200, 503}


def test_a_value_that_the_database_does_not_take_is_a_bad_request(record: Flask) -> None:
    client = chair(record)
    assert client.get("/cases?q=%00").status_code == 200
    assert client.get("/cases?status=%00").status_code in (200, 400)


def test_a_note_does_not_queue_and_a_read_writes_nothing(record: Flask) -> None:
    with record.app_context(), write_transaction() as session:
        session.execute(text("SELECT 1"))

        def note() -> None:
            with note_transaction() as own:
                own.add(ServerProcess(name="another"))

        (one,) = in_threads(record, note, 1)
        one.join(30)
        assert session.scalar(select(ServerProcess.name)) == "another"
    with record.app_context():
        with pytest.raises(DBAPIError, match="read-only"):
            db.session.execute(text("DELETE FROM server_process"))
        db.session.rollback()
