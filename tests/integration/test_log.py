"""The log of a hospital: one object a line, and never a patient's name, wherever it was typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from boardroom import create_app
from boardroom.cases.models import Case
from boardroom.db import db
from boardroom.settings import SettingsError
from boardroom.upkeep import logs
from tests.integration.room import Room

NAME = "Sentinelia Unsayable"
WORD = "Unsayable"


@pytest.fixture
def app(data: Path) -> Iterator[Flask]:
    """The application with a hospital's log, down to the last line."""
    made = create_app("testing", data=data, LOG_FORMAT="json", LOG_LEVEL="DEBUG", PROXY_COUNT=1)
    yield made
    logging.getLogger("boardroom").setLevel("INFO")
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """What was logged since the last call; each line is JSON and none holds the name."""

    def read() -> list[dict[str, Any]]:
        written = capsys.readouterr().err
        assert WORD not in written
        return [json.loads(line) for line in written.splitlines()]

    return read


Lines = Callable[[], list[dict[str, Any]]]


def test_a_request_is_one_line(room: Room, lines: Lines) -> None:
    answer = room.client("chair").get(f"/cases/{room.case}")
    (line,) = lines()
    assert set(line) == {
        "at", "level", "logger", "message", "request_id", "method", "endpoint", "status", "ms",
        "person",
    }  # fmt: skip
    assert (line["endpoint"], line["status"]) == ("cases.case", 200)
    assert line["person"] == room.people["chair"]
    assert line["ms"] > 0
    assert line["request_id"] == answer.headers["X-Request-ID"]


def test_a_proxys_number_is_taken_over_and_nobodys_name(room: Room, lines: Lines) -> None:
    client, number = room.app.test_client(), "0123456789abcdef0123456789abcdef"
    client.get("/sign-in", headers={"X-Request-ID": number})
    client.get("/sign-in", headers={"X-Request-ID": NAME})
    first, second = lines()
    assert first["request_id"] == number
    assert len(second["request_id"]) == 32


def test_a_name_in_forms_addresses_and_headers_reaches_no_line(room: Room, lines: Lines) -> None:
    room.change(Case, room.case, code="BR-9001")
    desk, nobody = room.client("coordinator"), room.app.test_client()
    headers = {"User-Agent": NAME, "Referer": f"/cases?q={NAME}", "X-Forwarded-For": WORD}
    made = desk.post("/cases/new", data={"board": "liver", "patient-name": NAME}, headers=headers)
    assert made.status_code == 303
    case = made.headers["Location"]
    for field in ("patient-name", "summary", "patient-birth_date", NAME):
        desk.post(f"{case.removesuffix('/edit')}/save", data={"version": "1", field: NAME})
    desk.get(f"/cases?q={NAME}", headers=headers)
    desk.get(f"/{NAME}", headers=headers)
    desk.get(f"/cases/{NAME}")
    desk.post(f"/cases/{room.case}/documents", data={"document": NAME})
    nobody.post("/sign-in", data={"email": NAME, "password": NAME})
    nobody.get(f"/invitation/{NAME}")
    nobody.get(f"/cases/1?next={NAME}", headers={"Cookie": f"boardroom={NAME}"})
    found = lines()
    assert len(found) >= 12
    assert {line["message"] for line in found} == {"request"}


@pytest.mark.sqlite
def test_a_name_in_an_error_reaches_no_line(room: Room, lines: Lines) -> None:
    """Of an unexpected error the log has the kinds and the places, the page a number to tell."""

    def inner() -> None:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise ValueError(f"not a name: {NAME}") from error

    def broken_row() -> None:
        db.session.execute(text("INSERT INTO person (name) VALUES (:name)"), {"name": NAME})

    def gone() -> None:
        db.session.execute(text("SELECT * FROM nowhere WHERE name = 'Sentinelia Unsayable'"))

    client = room.client("chair")
    for broken, kinds in (
        (inner, ("KeyError", "ValueError")),
        (broken_row, ("sqlite3.IntegrityError", "sqlalchemy.exc.IntegrityError")),
    ):
        room.app.view_functions["cases.case_list"] = broken
        answer = client.get(f"/cases?q={NAME}")
        assert answer.status_code == 500
        assert WORD not in answer.text
        told, asked = lines()
        assert told["request_id"] == asked["request_id"] == answer.headers["X-Request-ID"]
        assert asked["status"] == 500
        assert told["message"] == "unexpected error in cases.case_list"
        for kind in kinds:
            assert kind in told["error"]
        assert f"in {broken.__name__}" in told["error"]
        assert "test_log.py" in told["error"]
        assert "which led to" in told["error"]
    room.app.view_functions["cases.case_list"] = gone
    assert client.get("/cases").status_code == 503
    lines()


def test_an_error_after_the_view_is_told_without_the_address(app: Flask, lines: Lines) -> None:
    broken = create_app("testing", data=app.config["DATA_DIR"], LOG_FORMAT="json")
    broken.config["PROPAGATE_EXCEPTIONS"] = False

    @broken.after_request
    def fail(response: object) -> None:
        raise ValueError(NAME)

    assert broken.test_client().get(f"/{NAME}").status_code == 500
    found = lines()
    assert all(line["level"] == "ERROR" for line in found)
    assert "ValueError" in found[0]["error"]


def test_sqlalchemy_itself_does_not_quote_values(app: Flask) -> None:
    with app.app_context(), pytest.raises(Exception, match="hide_parameters") as caught:
        db.session.execute(text("INSERT INTO person (name) VALUES (:name)"), {"name": NAME})
    assert WORD not in str(caught.value)


@pytest.mark.parametrize("form", [logs.JsonLines, logs.PlainLines])
def test_of_another_librarys_line_only_the_fixed_text_is_kept(
    form: type[logging.Formatter],
) -> None:
    def line(logger: str) -> str:
        record = logging.LogRecord(
            logger, logging.WARNING, __file__, 1, "no room for %s", (NAME,), None
        )
        return form().format(record)

    assert WORD not in line("somebody.elses")
    assert WORD not in line("boardroomish")
    assert "no room for %s" in line("somebody.elses")
    assert NAME in line("boardroom.live"), "our own lines say what they were written to say"


def test_people_at_a_terminal_read_plain_lines(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = create_app("testing", data=data)
    plain.view_functions["people.sign_in"] = lambda: {}[NAME]
    plain.test_client().get("/sign-in")
    told, first, *_, asked = capsys.readouterr().err.splitlines()
    assert "ERROR boardroom.errors: unexpected error in people.sign_in request_id=" in told
    assert first == "KeyError"
    assert "endpoint=people.sign_in status=500" in asked


def test_the_demonstration_is_quiet_and_the_hospital_speaks_json(data: Path) -> None:
    demo = create_app("demo", data=data).config
    assert (demo["LOG_FORMAT"], demo["LOG_LEVEL"]) == ("plain", "WARNING")
    hospital = create_app("production", data=data).config
    assert (hospital["LOG_FORMAT"], hospital["LOG_LEVEL"]) == ("json", "INFO")


@pytest.mark.parametrize("wrong", [{"LOG_FORMAT": "xml"}, {"LOG_LEVEL": "LOUD"}, {"LOG_LEVEL": []}])
def test_a_setting_that_makes_no_sense_is_told_at_start(data: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"log_(format|level): must be one of"):
        create_app("testing", data=data, **wrong)
