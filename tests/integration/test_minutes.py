"""Minutes through HTTP: read, signed once, amended beside, exported."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case
from boardroom.db import db, write_transaction
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.minutes.document import MinutesDocument, content_hash
from boardroom.minutes.models import Amendment, Minutes
from boardroom.people.models import Membership, Person, Role

PAST, COMING = 2, 3  # the first is the earlier one, with second opinions only


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


def test_two_chairs_who_sign_at_once_make_one_signature(
    demo: Flask, as_: Callable[[str], FlaskClient], closed: int
) -> None:
    with demo.app_context(), write_transaction() as session:
        second = Person(name="Test Chair", email="second@boardroom.example")
        second.memberships = [Membership(board="liver", role=Role.CHAIR, specialty="surgery")]
        session.add(second)
    url = f"/meetings/{closed}/minutes"
    digest = hash_on(as_("chair").get(url).text)
    chairs = [as_("chair"), as_("second")]
    ready = threading.Barrier(2)

    def sign(chair: FlaskClient) -> int:
        ready.wait()
        return chair.post(f"{url}/sign", data={"hash": digest}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(sign, chairs)) == [303, 409]
    with demo.app_context():
        signed = select(Minutes).where(Minutes.meeting_id == closed)
        assert len(db.session.scalars(signed).all()) == 1


def test_two_amendments_at_once_are_numbered_one_after_the_other(
    demo: Flask, as_: Callable[[str], FlaskClient]
) -> None:
    url = f"/meetings/{PAST}/minutes/amend"
    ready = threading.Barrier(2)

    def amend(client: FlaskClient) -> int:
        ready.wait()
        form = {"case": "", "text": "A correction.", "reason": "A reason."}
        return client.post(url, data=form).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(amend, [as_("chair"), as_("chair")])) == [303, 303]
    with demo.app_context():
        assert list(db.session.scalars(select(Amendment.number))) == [1, 2]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text": ""}, "Write what is corrected or added."),
        ({"text": " \n\u200e "}, "Write what is corrected or added."),
        ({"reason": "  "}, "Write why; it stands beside the record with your name."),
        ({"text": "x" * 4001}, "Use at most 4,000 characters."),
        ({"case": "BR-0000"}, "Choose a case of this meeting, or the meeting as a whole."),
    ],
)
def test_an_amendment_that_cannot_be_says_why_beside_the_field_and_keeps_the_rest(
    demo: Flask, as_: Callable[[str], FlaskClient], form: dict[str, str], words: str
) -> None:
    whole = {"case": "", "text": "Kept text.", "reason": "Kept reason."} | form
    answer = as_("chair").post(f"/meetings/{PAST}/minutes/amend", data=whole)
    assert answer.status_code == 422
    assert words in answer.text
    assert "field-error" in answer.text
    assert ("Kept text." in answer.text) is ("text" not in form)
    assert ("Kept reason." in answer.text) is ("reason" not in form)
    with demo.app_context():
        assert db.session.scalars(select(Amendment)).all() == []


def test_a_long_text_counts_as_it_is_kept_and_a_huge_one_is_refused(
    demo: Flask, as_: Callable[[str], FlaskClient]
) -> None:
    url = f"/meetings/{PAST}/minutes/amend"
    lines = "\r\n".join(["x" * 99] * 40)  # a browser sends two characters for a new line
    chair = as_("chair")
    assert chair.post(url, data={"text": lines, "reason": "y", "case": ""}).status_code == 303
    huge = chair.post(url, data={"text": "x" * 60_000_000, "reason": "y", "case": ""})
    assert huge.status_code == 413
    with demo.app_context():
        assert [len(text) for text in db.session.scalars(select(Amendment.text))] == [3999]


def test_an_amendment_is_in_every_form_with_who_when_and_why(
    as_: Callable[[str], FlaskClient],
) -> None:
    chair = as_("chair")
    form = {"case": "", "text": "The room was number 5.", "reason": "A slip of the pen."}
    assert chair.post(f"/meetings/{PAST}/minutes/amend", data=form).status_code == 303
    url = f"/meetings/{PAST}/minutes"
    name = json.loads(chair.get(f"{url}.json").text)["amendments"][0]["by"]
    found = {form: chair.get(f"{url}.{form}").data for form in ("json", "csv", "docx", "pdf")}
    pages = PdfReader(io.BytesIO(found["pdf"])).pages
    texts = {
        "page": chair.get(url).text,
        "json": found["json"].decode(),
        "csv": found["csv"].decode("utf-8-sig"),
        "pdf": " ".join(" ".join(page.extract_text().split()) for page in pages),
        "docx": "\n".join(p.text for p in docx.Document(io.BytesIO(found["docx"])).paragraphs),
    }
    for kind, text_ in texts.items():
        for words in (form["text"], form["reason"], name):
            assert words in text_, kind
    assert "1 amendment" in texts["pdf"]
    assert "1 amendment" in texts["page"]
