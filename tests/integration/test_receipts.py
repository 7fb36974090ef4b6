"""A post that is sent again gets the first answer, whole, for as long as somebody may ask."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from boardroom import receipts
from boardroom.cases.models import Document
from boardroom.db import now, write_transaction
from boardroom.people.models import Person
from boardroom.people.sign_in import begin_session
from boardroom.receipts import Receipt
from tests.integration.room import Room
from tests.papers import PDF

KEY = {"X-Boardroom-Part": "1", "Idempotency-Key": "0123456789"}


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


def attach(room: Room) -> Any:
    """A script that attaches a document, under one key."""
    sent = {"file": (io.BytesIO(PDF), "ct.pdf")}
    return room.client("coordinator").post(room.at("documents"), data=sent, headers=KEY)


def test_a_script_that_lost_the_answer_gets_it_again_and_goes_on(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    first, again, once_more = (attach(room) for _ in range(3))
    assert first.json["version"] > first.json["before"]
    for answer in (again, once_more):
        assert answer.headers["X-Boardroom-Repeated"] == "true"
        assert (answer.status_code, answer.mimetype) == (first.status_code, first.mimetype)
        assert answer.json == first.json
    assert len(rows(select(Document))) == 1


def test_a_page_is_not_kept(room: Room, rows: Callable[..., list[Any]]) -> None:
    sent = {"body": "A word", "_key": "0123456789"}
    room.client("surgeon").post(room.at("comments"), data=sent)
    assert [one.answer for one in rows(select(Receipt))] == [""]


def test_an_answer_is_forgotten_when_nobody_can_ask_any_more(
    room: Room, rows: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(room)
    long_ago = now() - receipts.KEPT_FOR - dt.timedelta(minutes=1)
    with room.app.app_context(), write_transaction() as session:
        session.execute(update(Receipt).values(at=long_ago))
    assert len(rows(select(Receipt))) == 1
    sent = {"email": "nobody@boardroom.example", "password": "wrong"}
    room.app.test_client().post("/sign-in", data=sent)
    assert len(rows(select(Receipt))) == 1, "somebody has to come in"
    in_again(room)
    assert rows(select(Receipt)) == []


def in_again(room: Room) -> None:
    """Somebody signs in."""
    with room.app.test_request_context(), write_transaction() as session:
        begin_session(session.get_one(Person, room.people["surgeon"]))
