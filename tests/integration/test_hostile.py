"""What no page of ours sends, and somebody will: it is refused in plain words, quickly."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom import live
from boardroom.app import HEADERS
from boardroom.cases import documents
from boardroom.cases.models import Fact
from boardroom.cli import main
from boardroom.db import write_transaction
from boardroom.opinions.models import Opinion
from boardroom.refusals import Refused
from tests.integration.room import Room

SCRIPT = {"X-Boardroom-Part": "1", "Accept": "application/json"}
DEEP = "[" * 100_000
BEYOND = "9" * 30  # more than a column for whole numbers holds


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


@pytest.mark.parametrize(
    "address",
    [
        f"/cases/{BEYOND}",
        "/cases/1/documents/9223372036854775808",
        f"/meetings/{BEYOND}/stage",
        f"/meetings/1/items/{BEYOND}/consensus",
        f"/boards/liver/people/{BEYOND}",
        f"/boards/liver/exports/{BEYOND}",
    ],
)
def test_a_number_beyond_the_database_names_nothing(room: Room, address: str) -> None:
    for name in ("administrator", "chair", "referrer"):
        assert room.client(name).get(address).status_code in {403, 404}


def test_a_person_or_thread_beyond_the_database_is_refused(room: Room) -> None:
    chair = room.client("chair")
    chair.post(f"/meetings/{room.meeting}/start")
    for way in ("presenter", "pen/give"):
        for number in (BEYOND, "9" * 5000):
            answer = chair.post(f"/meetings/{room.meeting}/{way}", data={"person": number})
            assert answer.status_code == 422, (way, answer.status_code)
    comment = {"body": "hello", "thread": BEYOND}
    answer = room.client("surgeon").post(room.at("comments"), data=comment)
    assert answer.status_code == 422


@pytest.mark.parametrize("content", [DEEP, '{"a":' * 50_000, json.dumps({"_was": DEEP})])
def test_endless_nesting_is_no_draft(room: Room, content: str) -> None:
    answer = room.client("surgeon").post(
        room.at("opinion/draft"), data=content, content_type="application/json", headers=SCRIPT
    )
    assert answer.status_code == 200
    form = {"_was": DEEP, "version": "0", "summary": "other words"}
    answer = room.client("coordinator").post(room.at("save"), data=form, headers=SCRIPT)
    assert answer.status_code in {200, 409}


def test_half_a_character_is_a_question_mark(room: Room, rows: Callable[..., list[Any]]) -> None:
    answer = room.client("surgeon").post(
        room.at("opinion/draft"),
        data='{"rationale": "so \\ud800 far"}',
        content_type="application/json",
        headers=SCRIPT,
    )
    assert answer.status_code == 200
    assert [one.rationale for one in rows(select(Opinion))] == ["so ? far"]


def test_a_value_that_is_gone_already_is_said_to_be(room: Room) -> None:
    with room.app.app_context(), write_transaction() as session:
        fact = Fact(case_id=room.case, key="bilirubin", value="12", unit="umol/L")
        session.add(fact)
        session.flush()
        address = room.at(f"parts/facts/{fact.id}/remove")
    first, second = (room.client("coordinator").post(address, headers=SCRIPT) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 422)
    assert "already" in second.text


@pytest.mark.parametrize("body", [b"body=" + b"x" * 2_200_000, b"a&" * 6000])
def test_a_form_too_large_is_refused_before_it_is_parsed(room: Room, body: bytes) -> None:
    for client, address in (
        (room.client("surgeon"), room.at("comments")),
        (room.app.test_client(), "/sign-in"),
    ):
        answer = client.post(address, data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413
        assert "Too large" in answer.text


def test_a_document_that_unpacks_without_end_is_refused_unopened() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"wordprocessingml" + b" " * 20_000_000)
        archive.writestr("word/document.xml", b"x")
    with pytest.raises(Refused, match="not taken"):
        documents.check("bomb.docx", packed.getvalue(), 25 * 1024 * 1024)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_the_ends_of_the_calendar_hold_no_meeting(room: Room, day: str) -> None:
    answer = room.client("chair").post(
        "/boards/liver/exports", data={"first": day, "last": day, "format": "pdf"}
    )
    assert answer.status_code == 422
    assert "No meeting was closed" in answer.text


@pytest.mark.parametrize(
    "said",
    [
        (),
        ("x",),
        ([1],),
        ({"meeting": 10**30},),
        ({"meeting": -1},),
        ({"meeting": "2"},),
        ({"meeting": True},),
    ],
)
def test_a_screen_that_names_no_meeting_is_told_so(room: Room, said: tuple[Any, ...]) -> None:
    web = room.client("surgeon")
    screen = live.socketio.test_client(room.app, flask_test_client=web)
    assert screen.emit("join", *said, callback=True) == {"error": "Say which meeting."}
    assert screen.is_connected()
    screen.emit("typing")
    screen.disconnect()


def test_the_command_refuses_a_meeting_beyond_the_database(tmp_path: Path) -> None:
    words = ["export", "minutes", BEYOND, "--format", "pdf", "--output", str(tmp_path / "o")]
    result = CliRunner().invoke(main, [*words, "--data", str(tmp_path)])
    assert result.exit_code == 2
    assert "range" in result.output


def test_an_answer_of_the_live_transport_has_the_headers_of_every_other(room: Room) -> None:
    address = "/socket.io/?EIO=4&transport=polling"
    page = room.app.test_client().get("/sign-in")
    for client, status in ((room.app.test_client(), 401), (room.client("surgeon"), 400)):
        refused = client.get(address)
        assert refused.status_code == status
        for name in HEADERS:
            assert refused.headers[name] == page.headers[name], name
            assert len(page.headers.getlist(name)) == 1, name
