"""Prometheus' numbers: to whoever has the token, and of nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boardroom import create_app
from boardroom.db import db
from boardroom.settings import SettingsError
from tests.integration.room import Room

TOKEN = "invented-token-0123456789abcdef"
WORD = "Unsayable"


@pytest.fixture
def app(data: Path) -> Iterator[Flask]:
    """The application that counts."""
    made = create_app("testing", data=data, METRICS_TOKEN=TOKEN)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


def test_without_a_token_in_the_settings_there_are_no_metrics(data: Path) -> None:
    answer = (
        create_app("testing", data=data)
        .test_client()
        .get("/metrics", headers={"Authorization": "Bearer "})
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("token", ["short", "2" * 23])
def test_a_token_that_can_be_guessed_is_refused_at_start(data: Path, token: object) -> None:
    with pytest.raises(SettingsError, match="at least 24"):
        create_app("testing", data=data, METRICS_TOKEN=token)


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer ü", f"Bearer {TOKEN[:-1]}"],
)
def test_another_token_gets_nothing(app: Flask, header: str) -> None:
    answer = app.test_client().get("/metrics", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "boardroom_" not in answer.text


def numbers(app: Flask) -> dict[str, float]:
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_requests_database_and_commits_are_counted(room: Room) -> None:
    before = numbers(room.app)
    chair = room.client("chair")
    assert chair.get(f"/cases/{room.case}").status_code == 200
    assert chair.get(f"/cases/{room.case + 1}").status_code == 404
    assert room.submit("surgeon").status_code == 303
    after = numbers(room.app)

    def grew(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert grew('boardroom_requests_total{endpoint="cases.case",status="2xx"}') == 1
    assert grew('boardroom_requests_total{endpoint="cases.case",status="4xx"}') == 1
    assert grew('boardroom_requests_total{endpoint="opinions.submit",status="3xx"}') == 1
    assert grew('boardroom_request_seconds_count{endpoint="cases.case"}') == 2
    assert grew("boardroom_commit_seconds_count") == 4, "reading, opinion, who was about (two)"
    assert grew("boardroom_database_statements_total") > 10
    assert grew("boardroom_database_seconds_total") > 0
    assert after["boardroom_connected_people"] == 0


def test_metrics_name_nobody_and_no_case(room: Room) -> None:
    for path in (
        f"/cases/{room.case}",
        f"/meetings/{room.meeting}",
        f"/cases?q={WORD}",
        f"/{WORD}",
    ):
        room.client("chair").get(path)
    answer = room.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    for word in ("BR-0001", "Inparticular", "Invented Chair", "@", WORD):
        assert word not in answer.text
