"""What a load balancer asks: is it alive, can it serve."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from boardroom.audit import AuditEntry
from boardroom.db import db, write_connection
from tests.integration.room import Room


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


def test_a_living_and_ready_process_says_so_to_anybody(app: Flask) -> None:
    client = app.test_client()
    for path, status in (("/health/live", "live"), ("/health/ready", "ready")):
        answer = client.get(path)
        assert (answer.status_code, answer.json) == (200, {"status": status})
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers


def test_a_probe_leaves_no_trace_whoever_asks_and_how_often(room: Room) -> None:
    client = room.client("chair")
    with client.session_transaction() as session:
        session["seen"] = 0  # any page would now note that the chair is about
    before = trace(room.app)
    for _ in range(300):
        assert client.get("/health/ready").status_code == 200
    assert trace(room.app) == before
    assert client.get("/").status_code == 200
    assert trace(room.app) != before


def trace(app: Flask) -> tuple[Any, ...]:
    with app.app_context():
        entries = db.session.scalar(select(func.count()).select_from(AuditEntry))
        return entries, db.session.execute(text("SELECT last_seen_at FROM person")).all()


@pytest.mark.sqlite
def test_not_ready_is_told_with_the_reason(app: Flask, data: Path) -> None:
    client = app.test_client()

    def reasons() -> list[str]:
        answer = client.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["status"] == "not ready"
        assert str(data) not in answer.text
        found: list[str] = answer.json["reasons"]
        return found

    app.extensions["stopping"] = True
    assert reasons() == ["The server is stopping."]
    app.extensions["stopping"] = False

    with app.app_context(), write_connection(db.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert re.fullmatch(r"The database is at schema 0000, this version needs \w+\.", reasons()[0])

    with app.app_context():
        db.engine.dispose()
    (data / "boardroom.db").write_bytes(b"no database at all" * 100)
    assert reasons() == ["The database does not answer."]

    (data / "boardroom.db").rename(data / "elsewhere.db")
    for name in ("boardroom.db-wal", "boardroom.db-shm"):
        (data / name).unlink(missing_ok=True)
    assert reasons() == ["The database is missing."]
    assert not (data / "boardroom.db").exists(), "a question makes no database"

    data.rename(data.with_name("moved"))
    assert "The data folder cannot be written." in reasons()
    assert client.get("/health/live").status_code == 200
