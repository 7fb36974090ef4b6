"""Minutes through HTTP: read, signed once, amended beside, exported."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from boardroom import create_app
from boardroom.audit import AuditEntry
from boardroom.cases.models import Case
from boardroom.db import db, write_transaction
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.minutes.document import MinutesDocument, content_hash
from boardroom.minutes.models import Amendment, Export, Minutes
from boardroom.people.models import Person

PAST, COMING = 2, 3  # the first is the earlier one, with second opinions only


@pytest.fixture
def demo(demo_folder: Path) -> Iterator[Flask]:
    """The demonstration, with its signed meeting, as an application of the test's own."""
    app = create_app("demo", data=demo_folder, WTF_CSRF_ENABLED=False)
    yield app
    with app.app_context():
        db.session.close()
        db.engine.dispose()


@pytest.fixture
def as_(demo: Flask) -> Callable[[str], FlaskClient]:
    """A client signed in as one of the demonstration's people."""

    def make(key: str) -> FlaskClient:
        client = demo.test_client()
        with demo.app_context():
            person = db.session.scalars(
                select(Person).where(Person.email == f"{key}@boardroom.example")
            ).one()
            client_id = person.get_id()
        with client.session_transaction() as session:
            session["_user_id"] = client_id
            session["_fresh"] = True
        return client

    return make


@pytest.fixture
def closed(demo: Flask) -> int:
    """A meeting that has ended and waits for its signature; its number."""
    with demo.app_context(), write_transaction() as session:
        meeting = session.scalars(select(Meeting).where(Meeting.id == COMING)).first()
        assert meeting is not None
        meeting.status = MeetingStatus.CLOSED
        meeting.started_at, meeting.closed_at = meeting.starts_at, meeting.starts_at
        return meeting.id


def hash_on(page: str) -> str:
    return page.split('name="hash" value="')[1].split('"')[0]


def test_signed_minutes_match_their_hash_in_every_form(as_: Callable[[str], FlaskClient]) -> None:
    chair = as_("chair")
    document = MinutesDocument.model_validate_json(chair.get(f"/meetings/{PAST}/minutes.json").text)
    assert document.signature is not None
    digest = content_hash(document)
    assert document.signature.content_hash == digest
    assert digest in chair.get(f"/meetings/{PAST}/minutes").text
    pdf = PdfReader(io.BytesIO(chair.get(f"/meetings/{PAST}/minutes.pdf").data))
    assert digest in "".join(page.extract_text() for page in pdf.pages).replace("\n", "")
    word = docx.Document(io.BytesIO(chair.get(f"/meetings/{PAST}/minutes.docx").data))
    assert any(case.code in p.text for p in word.paragraphs for case in document.cases)
    table = chair.get(f"/meetings/{PAST}/minutes.csv").data.decode("utf-8-sig")
    assert all(case.code in table for case in document.cases)


def test_minutes_leave_names_out_on_request(as_: Callable[[str], FlaskClient]) -> None:
    chair = as_("chair")
    whole = MinutesDocument.model_validate_json(chair.get(f"/meetings/{PAST}/minutes.json").text)
    names = [case.patient.name for case in whole.cases if case.patient.name]
    assert names
    for form in ("json", "csv"):
        without = chair.get(f"/meetings/{PAST}/minutes.{form}?names=no").text
        assert not [name for name in names if name in without], form
    pdf = PdfReader(io.BytesIO(chair.get(f"/meetings/{PAST}/minutes.pdf?names=no").data))
    drawn = " ".join("".join(page.extract_text() for page in pdf.pages).split())
    assert not [name for name in names if name in drawn]


def test_the_chair_signs_what_was_read_and_only_once(
    demo: Flask, as_: Callable[[str], FlaskClient], closed: int
) -> None:
    chair = as_("chair")
    url = f"/meetings/{closed}/minutes"
    digest = hash_on(chair.get(url).text)
    assert as_("coordinator").post(f"{url}/sign", data={"hash": digest}).status_code == 403

    # Somebody corrects a case after the chair has read the page.
    with demo.app_context(), write_transaction() as session:
        item = session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == closed)).first()
        assert item is not None
        session.get_one(Case, item.case_id).question = "Changed while the chair was reading?"
    stale = chair.post(f"{url}/sign", data={"hash": digest})
    assert stale.status_code == 422
    assert "changed" in stale.text

    digest = hash_on(chair.get(url).text)
    assert chair.post(f"{url}/sign", data={"hash": digest}).status_code == 303
    assert chair.post(f"{url}/sign", data={"hash": digest}).status_code == 409
    with demo.app_context():
        minutes = db.session.scalars(select(Minutes).where(Minutes.meeting_id == closed)).one()
        assert minutes.content_hash == digest


def test_signed_minutes_do_not_follow_the_record_any_more(
    demo: Flask, as_: Callable[[str], FlaskClient]
) -> None:
    chair = as_("chair")
    before = json.loads(chair.get(f"/meetings/{PAST}/minutes.json").text)
    with demo.app_context(), write_transaction() as session:
        item = session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == PAST)).first()
        assert item is not None
        case = session.get_one(Case, item.case_id)
        case.question, case.patient.name = "Something else?", "Somebody Else"
        session.get_one(Meeting, PAST).title = "Renamed"
    after = json.loads(chair.get(f"/meetings/{PAST}/minutes.json").text)
    before.pop("generated_at")
    after.pop("generated_at")
    assert after == before
    assert chair.post(f"/meetings/{PAST}/start").status_code == 423


@pytest.mark.parametrize(
    "change",
    [
        update(Minutes).values(content_hash="0" * 64),
        text("DELETE FROM minutes"),
        text("UPDATE amendment SET text = 'x'"),
        update(AuditEntry).values(action="x"),
        text("DELETE FROM audit_entry"),
    ],
    ids=["hash", "minutes", "amendment", "audit", "audit removed"],
)
def test_the_database_itself_refuses_to_change_a_signed_record(
    demo: Flask, as_: Callable[[str], FlaskClient], change: object
) -> None:
    form = {"case": "", "text": "A correction.", "reason": "A reason."}
    as_("chair").post(f"/meetings/{PAST}/minutes/amend", data=form)
    with (
        demo.app_context(),
        pytest.raises(DatabaseError, match="append-only"),
        write_transaction() as session,
    ):
        session.execute(change)  # type: ignore[call-overload]


def test_an_amendment_stands_beside_the_record(
    demo: Flask, as_: Callable[[str], FlaskClient]
) -> None:
    chair = as_("chair")
    url = f"/meetings/{PAST}/minutes/amend"
    digest = json.loads(chair.get(f"/meetings/{PAST}/minutes.json").text)["signature"]
    code = json.loads(chair.get(f"/meetings/{PAST}/minutes.json").text)["cases"][0]["code"]
    assert as_("surgeon").post(url, data={"text": "x", "reason": "y"}).status_code == 403
    empty = chair.post(url, data={"case": "", "text": " ", "reason": "why"})
    assert empty.status_code == 422
    assert "What is corrected" in empty.text or "Write what" in empty.text
    unknown = chair.post(url, data={"case": "BR-0000", "text": "x", "reason": "y"})
    assert unknown.status_code == 422
    form = {"case": code, "text": "Segment VI, <b>not</b> VII.", "reason": "Read again."}
    assert chair.post(url, data=form).status_code == 303
    page = chair.get(f"/meetings/{PAST}/minutes").text
    assert "&lt;b&gt;not&lt;/b&gt;" in page
    document = json.loads(chair.get(f"/meetings/{PAST}/minutes.json").text)
    assert document["signature"] == digest
    assert document["amendments"][-1]["text"] == form["text"]
    assert document["amendments"][-1]["case"] == code
    with demo.app_context():
        assert db.session.scalars(select(Amendment)).all()[-1].reason == "Read again."


def test_minutes_are_not_exported_before_the_meeting_ends(
    as_: Callable[[str], FlaskClient],
) -> None:
    coming = as_("chair").get(f"/meetings/{COMING}/minutes.pdf")
    assert coming.status_code == 409
    assert "closed" in coming.text
    assert as_("chair").get(f"/meetings/{COMING}/minutes").status_code == 200
    assert (
        as_("chair").post(f"/meetings/{COMING}/minutes/sign", data={"hash": "x"}).status_code == 409
    )
    assert as_("observer").get(f"/meetings/{PAST}/minutes").status_code == 200
    assert as_("observer").get(f"/meetings/{PAST}/minutes.pdf").status_code == 403
    assert as_("referrer").get(f"/meetings/{PAST}/minutes").status_code == 404


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


def test_a_case_closed_without_a_consensus_says_why_it_is_provisional(
    demo: Flask, closed: int, as_: Callable[[str], FlaskClient]
) -> None:
    with demo.app_context(), write_transaction() as session:
        item = session.scalars(
            select(AgendaItem).where(AgendaItem.meeting_id == closed).order_by(AgendaItem.position)
        ).first()
        assert item is not None
        item.status = ItemStatus.PROVISIONAL
        item.provisional_reasons = ["Without quorum: Radiology is missing."]
    page = as_("chair").get(f"/meetings/{closed}/minutes").text
    assert "This decision is provisional." in page
    assert "Without quorum: Radiology is missing." in page
