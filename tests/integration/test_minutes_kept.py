"""Files of signed minutes: drawn once, given out again, and never other than they were drawn."""

from __future__ import annotations

import datetime as dt
import io
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from boardroom.db import at_time, db, now, write_transaction
from boardroom.meetings.models import Meeting, MeetingStatus
from boardroom.minutes import apart, exporting, kept
from boardroom.minutes.exporting import draw_ahead  # what a test's own session leaves out

PAST, COMING = 2, 3
As = Callable[[str], FlaskClient]
REASON = {"reason": "Read again", "case": ""}


def files(app: Flask) -> list[Path]:
    folder = kept.folder_of(app)
    return sorted(folder.iterdir()) if folder.is_dir() else []


def pdf(client: FlaskClient, query: str = "") -> bytes:
    answer = client.get(f"/meetings/{PAST}/minutes.pdf{query}")
    assert answer.status_code == 200
    return answer.data


def words(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The formats that were really drawn, in order."""
    formats: list[str] = []

    def noted(
        document: Any, format_: str, names: bool, apart: bool, draw: Any = kept._drawn
    ) -> Any:
        formats.append(f"{format_} apart" if apart else format_)
        return draw(document, format_, names, apart)

    monkeypatch.setattr(kept, "_drawn", noted)
    return formats


def test_signed_minutes_are_drawn_once_however_often_they_are_asked_for(
    demo: Flask, as_: As, drawn: list[str]
) -> None:
    first = pdf(as_("chair"))
    assert pdf(as_("coordinator")) == first
    assert drawn == ["pdf"]
    for client in (as_("chair"), as_("admin")):
        word = client.get(f"/meetings/{PAST}/minutes.docx").data
        assert docx.Document(io.BytesIO(word)).paragraphs
    assert drawn == ["pdf", "docx"]
    (one, two) = files(demo)
    for path in (one, two):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(one.parent.stat().st_mode) == 0o700


def test_what_is_signed_is_drawn_before_anybody_asks(
    demo: Flask, as_: As, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with demo.app_context(), write_transaction() as session:
        meeting = session.get_one(Meeting, COMING)
        meeting.status = MeetingStatus.CLOSED
        meeting.started_at, meeting.closed_at = meeting.starts_at, meeting.starts_at
    begun: list[int] = []
    monkeypatch.setattr(exporting, "draw_ahead", lambda _, meeting: begun.append(meeting))
    monkeypatch.setattr("boardroom.minutes.routes.start_background", lambda work, *a: work(*a))
    chair, address = as_("chair"), f"/meetings/{COMING}/minutes"
    assert chair.post(f"{address}/sign", data={"hash": "another"}).status_code != 303
    assert begun == []
    digest = chair.get(address).text.split('name="hash" value="')[1].split('"')[0]
    assert chair.post(f"{address}/sign", data={"hash": digest}).status_code == 303
    assert chair.post(f"{address}/amend", data=REASON | {"text": "Segment 6"}).status_code == 303
    assert begun == [COMING, COMING]
    draw_ahead(demo, COMING)
    assert drawn == ["pdf apart", "docx apart"]
    assert chair.get(f"{address}.pdf").status_code == 200
    assert len(drawn) == 2


def test_what_cannot_be_drawn_ahead_is_told_to_who_asks(
    demo: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "import sys; sys.exit('Mr Testpatient cannot be drawn')"
    monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", script))
    draw_ahead(demo, PAST)
    assert "not drawn ahead: RuntimeError" in caplog.text
    assert "Testpatient" not in caplog.text
    assert files(demo) == []


def test_an_amendment_stands_in_the_next_file(demo: Flask, as_: As) -> None:
    chair = as_("chair")
    assert "Segment 6, not 5" not in words(pdf(chair))
    answer = chair.post(
        f"/meetings/{PAST}/minutes/amend", data=REASON | {"text": "Segment 6, not 5"}
    )
    assert answer.status_code == 303
    assert "Segment 6, not 5" in words(pdf(chair))


@pytest.mark.parametrize("format_", ["pdf", "json", "csv"])
def test_a_file_of_signed_minutes_is_the_same_whenever_it_is_made(
    demo: Flask, as_: As, monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    url = f"/meetings/{PAST}/minutes.{format_}"
    first = as_("chair").get(url).data
    monkeypatch.setattr(kept, "_program", lambda: "drawn anew")
    with at_time(now() + dt.timedelta(days=3)):
        assert as_("chair").get(url).data == first


def test_a_copy_without_names_is_never_the_one_with_them(demo: Flask, as_: As) -> None:
    with demo.app_context():
        name = db.session.get_one(Meeting, PAST).items[0].case.patient.name
    chair = as_("chair")
    for _ in range(2):
        assert name in words(pdf(chair))
        assert name not in words(pdf(chair, "?names=no"))


def test_the_record_as_it_stands_is_drawn_each_time(demo: Flask, as_: As, drawn: list[str]) -> None:
    with demo.app_context(), write_transaction() as session:
        session.get_one(Meeting, COMING).status = MeetingStatus.CLOSED
    for _ in range(2):
        assert as_("chair").get(f"/meetings/{COMING}/minutes.pdf").status_code == 200
    assert drawn == ["pdf", "pdf"]
    assert files(demo) == []


def test_very_long_minutes_are_drawn_in_a_process_of_their_own(
    demo: Flask, as_: As, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = words(pdf(as_("chair")))
    monkeypatch.setattr(kept, "MANY", 1)
    monkeypatch.setattr(kept, "_program", lambda: "another")
    chair = as_("chair")
    assert words(pdf(chair)) == short
    without = words(pdf(chair, "?names=no"))
    with demo.app_context():
        assert db.session.get_one(Meeting, PAST).items[0].case.patient.name not in without
    assert drawn == ["pdf", "pdf apart", "pdf apart"]
    monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
    monkeypatch.setattr(kept, "_program", lambda: "a third")
    demo.config["PROPAGATE_EXCEPTIONS"] = False
    answer = chair.get(f"/meetings/{PAST}/minutes.pdf")
    assert answer.status_code == 500
    assert not answer.data.startswith(b"%PDF")


@pytest.mark.parametrize("harm", ["changed", "cut off", "of another folder"])
def test_a_file_that_somebody_touched_is_drawn_anew(
    demo: Flask, as_: As, drawn: list[str], harm: str
) -> None:
    first = pdf(as_("chair"))
    (path,) = files(demo)
    content = path.read_bytes()
    if harm == "changed":
        path.write_bytes(content.replace(first[-200:], first[-200:].swapcase()))
    elif harm == "cut off":
        path.write_bytes(content[: len(content) // 2])
    else:
        demo.config["SECRET_KEY"] = "another installation's, as invented"
    again = pdf(as_("chair"))
    assert drawn == ["pdf", "pdf"]
    assert words(again)[:200] == words(first)[:200]
    assert pdf(as_("chair")) == again  # kept once more
    assert len(drawn) == 2


def test_a_newer_program_draws_its_own(
    demo: Flask, as_: As, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf(as_("chair"))
    monkeypatch.setattr(kept, "_program", lambda: "newer")
    pdf(as_("chair"))
    assert drawn == ["pdf", "pdf"]


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(
    demo: Flask, as_: As, drawn: list[str]
) -> None:
    kept.folder_of(demo).write_text("a file where the folder would be")
    assert pdf(as_("chair")).startswith(b"%PDF")
    assert pdf(as_("chair")).startswith(b"%PDF")
    assert drawn == ["pdf", "pdf"]


def test_what_nobody_asked_for_in_a_week_is_deleted(demo: Flask, as_: As, drawn: list[str]) -> None:
    pdf(as_("chair"))
    (path,) = files(demo)
    assert exporting.sweep(demo) == 0
    long_ago = (now() - dt.timedelta(days=6, hours=23)).timestamp()
    os.utime(path, (long_ago, long_ago))
    pdf(as_("chair"))  # asked for, so it stays another week
    assert exporting.sweep(demo) == 0
    assert path.stat().st_mtime > long_ago
    long_ago = (now() - dt.timedelta(days=7, minutes=1)).timestamp()
    os.utime(path, (long_ago, long_ago))
    assert exporting.sweep(demo) == 1
    assert files(demo) == []
    pdf(as_("chair"))
    assert drawn == ["pdf", "pdf"]
