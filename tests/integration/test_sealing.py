"""Nobody learns another's sealed opinion: not in a page, push, export, error, log or row.

An opinion is filled with words that occur nowhere else. Then everybody else fetches everything
that can be fetched, in every state of the meeting, and the words must not be there.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from boardroom import live
from boardroom.cases.models import Case, CaseStatus
from boardroom.db import Base, db, now
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.meetings.stage import render_parts
from boardroom.minutes import routes as minutes
from boardroom.minutes.formats import FORMATS
from boardroom.opinions import operations, queries
from boardroom.opinions.models import Opinion
from tests.integration.room import PEOPLE, Room

WORD = "xyzzyseal"  # begins every secret, so that a part of one is found too
SECRET = {
    "rationale": f"{WORD}-rationale",
    "change_mind": f"{WORD}-mind",
    "reason-resection": f"{WORD}-reason",
    "answer-operation": f"{WORD}-answer",
}
OTHERS = [name for name in PEOPLE if name != "surgeon"]
STATES = ["planned", "live", "closed without a reveal"]

# What to put into an address. A new argument has to be thought about here.
ARGUMENTS: dict[str, list[Any]] = {
    "board": ["liver"],
    "document_id": [1],
    "person_id": [1],
    "export_id": [1, 2, 3, 4],  # one of each format, made by `export_all`
    "format_": list(FORMATS),
    "token": ["no-such-token"],
    "kind": ["patient", "referrer"],
    "version_id": [1],
    "paper": ["pdf", "docx"],
    "days": [30, 90],
}
NOT_OURS = {"static"}


@pytest.fixture
def room(
    app: Flask,
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> Room:
    monkeypatch.setattr(minutes, "start_background", lambda work, *args: work(*args))
    return Room(app, person, sign_in)


def bring_to(room: Room, state: str) -> None:
    if state == "live":
        room.go_live()
    elif state == "closed without a reveal":
        # Deferred before anybody's opinion was opened: it stays sealed, in the minutes too.
        room.go_live()
        room.change(
            AgendaItem, room.item, status=ItemStatus.DEFERRED, ended_at=now(),
            deferral_reason="imaging_missing",
        )  # fmt: skip
        room.change(Case, room.case, status=CaseStatus.DEFERRED)
        room.change(
            Meeting,
            room.meeting,
            status=MeetingStatus.CLOSED,
            closed_at=now(),
            current_item_id=None,
        )


def addresses(room: Room) -> Iterator[tuple[Rule, str]]:
    """Every address that can be fetched, filled with what the room has."""
    known = ARGUMENTS | {
        "case_id": [room.case],
        "meeting_id": [room.meeting],
        "item_id": [room.item],
    }
    adapter = room.app.url_map.bind("localhost")
    for rule in room.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in NOT_OURS:
            continue
        names = sorted(rule.arguments)
        unknown = set(names) - set(known)
        assert not unknown, f"{rule.rule}: say in ARGUMENTS what {unknown} may be"
        for values in product(*(known[name] for name in names)):
            yield rule, adapter.build(rule.endpoint, dict(zip(names, values, strict=True)))


def export_all(room: Room) -> None:
    """Let the administrator make every kind of file over a range of meetings."""
    today = now().date().isoformat()
    far = (now() + dt.timedelta(days=30)).date().isoformat()
    for name in FORMATS:
        answer = room.client("administrator").post(
            "/boards/liver/exports", data={"first": today, "last": far, "format": name}
        )
        assert answer.status_code == 303


def words_of(answer: TestResponse) -> str:
    """Everything an answer tells."""
    with answer:  # a file that is sent stays open until then
        return f"{answer.status} {answer.headers!r} {unpacked(answer.data)}"


def unpacked(content: bytes) -> str:
    """A file's bytes as text, and the text inside a PDF, a DOCX or an archive of them."""
    told = content.decode("utf-8", "replace")
    if content.startswith(b"%PDF"):
        told += "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            told += "".join(unpacked(packed.read(name)) for name in packed.namelist())
    return told


def rows_besides_opinions(room: Room) -> str:
    """Every other table, whole: audit trail, events, receipts, minutes."""
    with room.app.app_context():
        tables = [t for t in Base.metadata.sorted_tables if t.name != Opinion.__tablename__]
        return str([db.session.execute(select(table)).all() for table in tables])


def pushed(room: Room) -> str:
    """What is sent to every audience of the meeting's screens."""
    with room.app.test_request_context():
        meeting = db.session.get_one(Meeting, room.meeting)
        return str([render_parts(meeting, audience) for audience in live.AUDIENCES])


def fetch_everything(room: Room, client: FlaskClient) -> tuple[int, list[str]]:
    """How many pages opened, and the addresses at which the words were found."""
    opened, leaks = 0, []
    for rule, address in addresses(room):
        for headers in ({}, {"X-Boardroom-Part": "1"}):
            answer = client.get(address, headers=headers)
            assert answer.status_code < 500 or answer.status_code == 503, (
                f"{address}: {answer.status}"
            )
            opened += answer.status_code == 200
            if WORD in words_of(answer):
                leaks.append(f"{rule.endpoint} {address}")
            if answer.mimetype != "text/html":
                break  # a file is the same for a script
    return opened, leaks


@pytest.mark.parametrize("state", STATES)
def test_no_other_person_reads_a_sealed_opinion(
    room: Room, state: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert (
        room.client("surgeon")
        .post(
            room.at("opinion/draft"),
            data=SECRET,
            headers={"X-Boardroom-Part": "1", "Accept": "application/json"},
        )
        .status_code
        == 200
    )
    assert room.submit("surgeon", **SECRET).status_code == 303
    bring_to(room, state)
    if state == "closed without a reveal":
        export_all(room)
    assert WORD in room.client("surgeon").get(room.at("opinion")).text  # the words are really there

    for name in OTHERS:
        opened, leaks = fetch_everything(room, room.client(name))
        assert leaks == [], f"{name} can read it"
        assert opened >= 4, f"{name} opened only {opened} pages: this test sees too little"
    _, leaks = fetch_everything(room, room.app.test_client())
    assert leaks == [], "somebody who is not signed in can read it"
    assert WORD not in pushed(room)
    assert WORD not in rows_besides_opinions(room)
    assert WORD not in caplog.text


def test_the_author_finds_it_on_their_own_page_alone(room: Room) -> None:
    room.submit("surgeon", **SECRET)
    room.go_live()
    _, leaks = fetch_everything(room, room.client("surgeon"))
    # Nowhere else: a page shown on a wall or to a neighbour must not tell it either.
    assert {leak.split()[0] for leak in leaks} == {"opinions.opinion"}


def test_a_draft_stays_private_after_the_reveal(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    room.client("surgeon").post(room.at("opinion/draft"), data=room.opinion(**SECRET))
    room.submit("oncologist", rationale="open to the board")
    room.go_live()
    assert room.reveal() == 1
    for name in OTHERS:
        _, leaks = fetch_everything(room, room.client(name))
        assert leaks == [], f"{name} can read a draft"
    assert WORD not in pushed(room)
    assert WORD not in rows_besides_opinions(room)
    assert WORD not in caplog.text
    assert "open to the board" in room.client("chair").get(room.at("")[:-1]).text


def test_after_the_reveal_the_board_reads_it_and_a_referrer_does_not(room: Room) -> None:
    room.submit("surgeon", **SECRET)
    room.go_live()
    assert room.reveal() == 1
    for name in ("chair", "oncologist", "observer"):
        _, leaks = fetch_everything(room, room.client(name))
        assert leaks, f"{name} should be able to read it now"
    _, leaks = fetch_everything(room, room.client("referrer"))
    assert leaks == []


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(f"said {WORD}"),
        OperationalError(f"INSERT {WORD}", {"rationale": WORD}, Exception("disk I/O error")),
        IntegrityError(f"INSERT {WORD}", {"rationale": WORD}, Exception("UNIQUE failed")),
    ],
)
def test_an_error_tells_nothing(
    room: Room, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def fail(*args: object, **more: object) -> None:
        raise error

    monkeypatch.setattr(operations.live, "announce_case", fail)
    answer = room.submit("surgeon", **SECRET)
    assert answer.status_code >= 500
    assert WORD not in words_of(answer)
    assert WORD not in caplog.text
    with room.app.app_context():
        assert queries.my_opinion(room.case, room.people["surgeon"]) is None


def test_who_is_in_is_read_without_a_column_of_content(room: Room) -> None:
    room.submit("surgeon", **SECRET)
    asked: list[str] = []
    with room.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
        (arrival,) = queries.opinions_in(room.case)
        queries.counts_in([room.case])
    assert WORD not in repr(arrival)
    content = ("verdict", "confidence", "rationale", "change_mind", "answers", "stances")
    statements = [text for text in asked if "opinion" in text]
    assert statements
    assert not [column for column in content for text in statements if f"opinion.{column}" in text]
