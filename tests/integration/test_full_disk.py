"""A disk that is full: told as that, and pages that need no room are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from boardroom import create_app
from boardroom.db import db
from boardroom.server import KeptTemplates
from tests.integration.room import Room


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


@pytest.fixture
def no_room(room: Room) -> Iterator[None]:
    """From now on the database may take no further page of the disk."""

    def hold(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    with room.app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", hold)
    yield
    event.remove(engine, "checkout", hold)
    engine.dispose()


@pytest.mark.sqlite
def test_a_full_disk_is_told_as_that(room: Room, no_room: None) -> None:
    client = room.client("surgeon")
    for number in range(20):  # there is some room left in pages of before
        body = f"No room for word {number}. " * 80
        answer = client.post(room.at("comments"), data={"body": body})
        if answer.status_code != 303:
            break
    assert answer.status_code == 503
    assert "The server’s disk is full" in answer.text
    assert "Nothing was changed" in answer.text


def test_a_template_that_cannot_be_kept_is_shown_all_the_same(data: Path) -> None:
    app = create_app("testing", data=data)
    app.jinja_env.bytecode_cache = KeptTemplates(str(data / "is not there"))
    assert app.test_client().get("/sign-in").status_code == 200
