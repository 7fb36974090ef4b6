"""A disk that is full: told as that, and pages that need no room are there."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
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


@pytest.mark.sqlite
def test_a_page_whose_reading_cannot_be_written_down_says_why_it_is_not_shown(
    room: Room, no_room: None
) -> None:
    client = room.client("surgeon")
    for _ in range(200):  # there is some room left in pages of before
        answer = client.get(f"/cases/{room.case}")
        if answer.status_code != 200:
            break
    assert answer.status_code == 503
    assert "The server’s disk is full" in answer.text
    assert "so it is not shown" in answer.text
    assert "Nothing was changed" not in answer.text


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EDQUOT])
def test_a_document_without_room_is_told_as_that_and_leaves_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, reason: int
) -> None:
    def sync(_: int) -> None:
        raise OSError(reason, os.strerror(reason), "/a/name/of/a/patient")

    def send() -> Any:
        picture = io.BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "PNG")
        picture.seek(0)
        return client.post(room.at("documents"), data={"file": (picture, "ct.png")})

    client = room.client("coordinator")
    with monkeypatch.context() as full:
        full.setattr("boardroom.cases.documents.os.fsync", sync)
        answer = send()
    assert answer.status_code == 503
    assert "The server’s disk is full" in answer.text
    assert "Nothing was changed" in answer.text
    assert os.strerror(reason) in caplog.text
    assert "patient" not in caplog.text
    folder = Path(room.app.config["DOCUMENTS_DIR"])
    assert not [one for one in folder.rglob("*") if one.is_file()]
    assert send().status_code == 303
