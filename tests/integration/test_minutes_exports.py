"""Exports of minutes over a range of meetings, and exports that name no patient."""

from __future__ import annotations

import datetime as dt
import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case
from boardroom.db import db, now, write_transaction
from boardroom.meetings.models import AgendaItem, Meeting, MeetingStatus
from boardroom.minutes import exporting, kept
from boardroom.minutes.models import Export

COMING = 3
URL = "/boards/liver/exports"
RANGE = {"first": "2024-01-01", "last": "2028-12-01", "format": "json"}


def made(admin: FlaskClient, number: int) -> str:
    """What the page says of a file once nothing is going on any more."""
    for _ in range(200):
        part = admin.get(f"{URL}/{number}").text
        if "hx-get" not in part:
            return part
        time.sleep(0.05)
    raise AssertionError("the file is never finished")


def last_export(demo: Flask) -> int:
    with demo.app_context():
        return db.session.scalars(select(Export.id).order_by(Export.id.desc())).first() or 0


def test_a_range_of_meetings_becomes_one_file_with_progress(
    demo: Flask, as_: Callable[[str], FlaskClient]
) -> None:
    admin = as_("admin")
    url = "/boards/liver/exports"
    form = {"first": "2020-01-01", "last": "2024-01-01", "format": "json"}
    assert admin.post(url, data={**form, "first": "x"}).status_code == 422
    assert admin.post(url, data=form).status_code == 422  # over nothing
    backwards = admin.post(url, data={**form, "last": "2019-01-01"})
    assert backwards.status_code == 422
    assert "before the first" in backwards.text
    form |= {"first": "2024-01-01", "last": "2028-12-01", "without_names": "y"}
    assert admin.post(url, data={**form, "format": "exe"}).status_code == 422
    assert admin.post(url, data=form).status_code == 303
    with demo.app_context():
        export = db.session.scalars(select(Export).order_by(Export.id.desc())).first()
        assert export is not None
        number, total = export.id, export.total
    for _ in range(100):
        part = admin.get(f"{url}/{number}").text
        if "Download" in part:
            break
        time.sleep(0.1)
    with admin.get(f"{url}/{number}/file") as file:
        assert file.status_code == 200
        content = file.data
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == total == 2
        document = json.loads(archive.read(archive.namelist()[0]))
    assert document["names"] == "withheld"
    assert as_("surgeon").get(f"{url}/{number}/file").status_code == 403


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"first": ""}, "Choose the first day."),
        ({"last": "31.12.2026"}, "Write the day as year-month-day"),
        ({"last": "2026-13-01"}, "Write the day as year-month-day"),
        ({"format": "exe"}, "Choose one of the formats."),
        ({"format": ""}, "Choose one of the formats."),
        ({"last": "2023-01-01"}, "The last day lies before the first."),
        ({"first": "2001-01-01"}, "Choose five years at the most."),
        ({"first": "2024-01-01", "last": "2024-01-02"}, "No meeting was closed"),
        ({"first": "0001-01-01", "last": "0001-01-02"}, "No meeting was closed"),
        ({"first": "9999-12-30", "last": "9999-12-31"}, "No meeting was closed"),
    ],
)
def test_what_cannot_be_exported_is_said_beside_its_field(
    demo: Flask, as_: Callable[[str], FlaskClient], change: dict[str, str], words: str
) -> None:
    answer = as_("admin").post(URL, data=RANGE | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert "field-error" in answer.text
    assert last_export(demo) == 0


def test_a_stopped_server_leaves_no_file_that_is_made_for_ever(
    demo: Flask, as_: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boardroom.minutes.routes.start_background", lambda *_: None)
    admin = as_("admin")
    assert admin.post(URL, data=RANGE).status_code == 303
    number = last_export(demo)
    half = Path(demo.config["DATA_DIR"]) / "exports" / f"{number}.part"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(b"half a file")
    assert "0 of 2" in admin.get(f"{URL}/{number}").text
    exporting.close_interrupted(demo)  # what the server does when it starts again
    part = admin.get(f"{URL}/{number}").text
    assert "The server stopped before the file was finished" in part
    assert "hx-get" not in part
    assert not half.exists()
    assert admin.get(f"{URL}/{number}/file").status_code == 409


def test_a_file_that_cannot_be_made_says_so_and_leaves_nothing(
    demo: Flask, as_: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("Mr Testpatient cannot be drawn")

    monkeypatch.setattr(kept, "render", broken)
    admin = as_("admin")
    assert admin.post(URL, data=RANGE).status_code == 303
    part = made(admin, last_export(demo))
    assert "The file could not be made." in part
    assert "Testpatient" not in part
    assert list((Path(demo.config["DATA_DIR"]) / "exports").iterdir()) == []


def test_a_finished_file_is_deleted_when_its_time_is_over(
    demo: Flask, as_: Callable[[str], FlaskClient]
) -> None:
    admin = as_("admin")
    assert "Each is deleted after 7 days." in admin.get(URL).text
    assert admin.post(URL, data=RANGE | {"format": "csv"}).status_code == 303
    number = last_export(demo)
    assert "kept until" in made(admin, number)
    file = Path(demo.config["DATA_DIR"]) / "exports" / f"{number}.zip"
    assert exporting.sweep(demo) == 0
    assert file.is_file()
    with demo.app_context(), write_transaction() as session:
        session.get_one(Export, number).finished_at = now() - dt.timedelta(days=7, seconds=1)
    # Not to be had any more even before it is swept.
    assert admin.get(f"{URL}/{number}/file").status_code == 409
    assert exporting.sweep(demo) == 1
    assert not file.exists()
    assert exporting.sweep(demo) == 0
    assert "deleted, as its time was over" in admin.get(URL).text
    demo.config["EXPORT_DAYS"] = 30
    refused = admin.get(f"{URL}/{number}/file")
    assert refused.status_code == 409
    assert "Make it again" in refused.text


def test_two_files_at_once_are_two_whole_files(
    demo: Flask, as_: Callable[[str], FlaskClient]
) -> None:
    admin = as_("admin")
    for format_ in ("pdf", "csv"):
        assert admin.post(URL, data=RANGE | {"format": format_}).status_code == 303
    second = last_export(demo)
    for number, format_ in ((second - 1, "pdf"), (second, "csv")):
        assert "Download" in made(admin, number)
        with admin.get(f"{URL}/{number}/file") as file:
            names = zipfile.ZipFile(io.BytesIO(file.data)).namelist()
        assert [name.rsplit(".", 1)[1] for name in names] == [format_] * 2


def test_nobody_else_gets_an_export(demo: Flask, as_: Callable[[str], FlaskClient]) -> None:
    admin = as_("admin")
    assert admin.post(URL, data=RANGE).status_code == 303
    number = last_export(demo)
    made(admin, number)
    for who in ("surgeon", "observer", "referrer"):
        for path in ("", f"/{number}", f"/{number}/file"):
            assert as_(who).get(f"{URL}{path}").status_code in (403, 404), (who, path)
    # A board's administrator who asks for another board's file by its number.
    with demo.app_context(), write_transaction() as session:
        session.get_one(Export, number).board = "another"
    assert admin.get(f"{URL}/{number}").status_code == 404
    assert admin.get(f"{URL}/{number}/file").status_code == 404


@pytest.fixture
def planted(demo: Flask) -> list[str]:
    """A closed meeting in which the patient's name stands wherever somebody could write it."""
    with demo.app_context(), write_transaction() as session:
        meeting = session.scalars(select(Meeting).where(Meeting.id == COMING)).first()
        assert meeting is not None
        meeting.status = MeetingStatus.CLOSED
        meeting.started_at = meeting.closed_at = meeting.starts_at
        meeting.title = "Extra meeting for Zebulon Quagmire"
        meeting.place = "Quagmire room"
        item = session.scalars(
            select(AgendaItem).where(AgendaItem.meeting_id == meeting.id)
        ).first()
        assert item is not None
        case = session.get_one(Case, item.case_id)
        case.patient.name = "Zebulon Quagmire"
        case.patient.hospital = "Home of Quagmire"
        case.referrer_name = "Zebulon Quagmire himself"
        case.referrer_hospital = "Practice for Mr Quagmire"
        case.first_by = "Dr Elsewhere, for Z. Quagmire"
        case.first_plan = "QUAGMIRE, Zebulon: chemotherapy"
        case.question = "What can be done for Quagmire?"
        case.patient_wants = "Mr. Quagmire’s wish"
        return [str(meeting.id), case.code]


def parts_of(content: bytes, format_: str) -> list[bytes]:
    """Everything that can be read in a file, its properties included."""
    if format_ == "docx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [archive.read(name) for name in archive.namelist()]
    if format_ == "pdf":
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(content))
        with pikepdf.open(io.BytesIO(content)) as opened:
            xmp = opened.Root.Metadata.read_bytes()
            objects = b" ".join(
                bytes(str(one), "utf-8", "replace")
                for one in opened.objects  # titles, alt texts
            )
        pages = [page.extract_text().encode() for page in reader.pages]
        return [*pages, xmp, objects, str(reader.metadata).encode()]
    return [content]


@pytest.mark.parametrize("format_", ["pdf", "docx", "csv", "json"])
def test_no_name_is_left_anywhere_in_a_file_without_names(
    as_: Callable[[str], FlaskClient], planted: list[str], format_: str
) -> None:
    meeting, code = planted
    url = f"/meetings/{meeting}/minutes.{format_}"
    whole = as_("chair").get(url)
    assert any(b"quagmire" in part.lower() for part in parts_of(whole.data, format_))
    assert "quagmire" not in whole.headers["Content-Disposition"].lower()
    bare = as_("chair").get(f"{url}?names=no")
    assert "quagmire" not in str(bare.headers).lower()
    parts = parts_of(bare.data, format_)
    for part in parts:
        for name in (b"quagmire", b"zebulon"):
            assert name not in part.lower()
    assert any(code.encode() in part for part in parts)


def test_a_word_files_properties_and_an_archives_names_tell_nothing(
    demo: Flask, as_: Callable[[str], FlaskClient], planted: list[str]
) -> None:
    bare = as_("chair").get(f"/meetings/{planted[0]}/minutes.docx?names=no").data
    properties = docx.Document(io.BytesIO(bare)).core_properties
    assert properties.title.startswith("Minutes: Liver board")
    assert "names left out" in properties.keywords
    admin = as_("admin")
    form = RANGE | {"format": "docx", "without_names": "y"}
    assert admin.post(URL, data=form).status_code == 303
    number = last_export(demo)
    made(admin, number)
    with admin.get(f"{URL}/{number}/file") as file:
        disposition, content = file.headers["Content-Disposition"], file.data
    assert "without-names" in disposition
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == 3
        for name in archive.namelist():
            assert "without-names" in name
            for part in parts_of(archive.read(name), "docx"):
                assert b"quagmire" not in part.lower()
