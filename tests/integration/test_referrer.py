"""A referrer of another hospital asks for a second opinion by themselves, from the first word to
the coordinator's list; and what they are not shown on the way."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from boardroom import audit, audit_proof
from boardroom.cases import documents
from boardroom.cases.models import Case, CaseStatus, Document, Patient, PatientQuestion
from boardroom.comments.models import Comment, Mention
from boardroom.db import db, now, write_transaction
from boardroom.people.models import Person
from tests.papers import PDF

SignIn = Callable[[int], FlaskClient]
Make = Callable[..., int]
TheCase = Callable[[int], Case]


@pytest.fixture
def referrer(person: Make, sign_in: SignIn) -> FlaskClient:
    return sign_in(person("referrer", name="Dr Far Invented", hospital="Invented General"))


@pytest.fixture
def coordinator(person: Make, sign_in: SignIn) -> FlaskClient:
    return sign_in(person("coordinator"))


def begin(app: Flask, client: FlaskClient, **more: str) -> int:
    """Begin a second opinion; returns the case's id."""
    typed = {"board": "liver", "patient-name": "Testina Probe", "question": "Can it be cut out?"}
    answer = client.post("/cases/new", data={**typed, **more})
    assert answer.status_code == 303, answer.text
    assert answer.location.endswith("/edit")
    with app.app_context():
        return db.session.scalars(select(Case.id).order_by(Case.id.desc())).first() or 0


def save(client: FlaskClient, case_id: int, version: int, **fields: str) -> Any:
    data = {"version": str(version), **fields}
    return client.post(f"/cases/{case_id}/save", data=data)


def test_a_referrer_begins_fills_in_and_submits(
    app: Flask, referrer: FlaskClient, coordinator: FlaskClient, the_case: TheCase
) -> None:
    assert "/cases/new" in referrer.get("/").text
    assert "Ask for a second opinion" in referrer.get("/cases/new").text
    case_id = begin(app, referrer)
    case = the_case(case_id)
    assert (case.status, case.referrer_hospital) == ("draft", "Invented General")
    assert (case.referrer_name, case.patient.hospital) == ("Dr Far Invented", "Invented General")
    assert case.referred_on is not None

    form = referrer.get(f"/cases/{case_id}/edit").text
    assert "Your verdict and plan" in form
    assert "Submit to the board" in form
    file = (io.BytesIO(PDF), "ct.pdf")
    data = {"file": file, "dated_on": "2026-01-05"}
    sent = referrer.post(f"/cases/{case_id}/documents", data=data)
    assert sent.status_code == 303
    (document,) = the_case(case_id).documents
    assert str(document.dated_on) == "2026-01-05"
    assert "Not submitted yet" in referrer.get(f"/cases/{case_id}").text
    assert "to be triaged" not in coordinator.get("/").text, "nobody is told of a draft"

    typed = {
        "version": str(the_case(case_id).version),
        "diagnosis": "hcc",
        "first_verdict": "unresectable_technical",
        "first_reason": "Too near the vein",
        "patient_wants": "To be there in spring",
        "fact-bilirubin-1-value": "22",
        "fact-bilirubin-1-unit": "umol/L",
    }
    assert referrer.post(f"/cases/{case_id}/submit", data=typed).status_code == 303
    case = the_case(case_id)
    assert case.status == "submitted"
    assert case.first_reason == "Too near the vein"
    assert [(f.key, f.value) for f in case.facts] == [("bilirubin", "22")]
    assert "Received" in referrer.get(f"/cases/{case_id}").text
    home = coordinator.get("/").text
    assert "Received, to be triaged" in home
    assert "Can it be cut out?" in home
    assert referrer.get(f"/cases/{case_id}/edit").status_code == 403, "it is the board's now"
    assert referrer.post(f"/cases/{case_id}/documents/{document.id}/remove").status_code == 403


def test_what_is_lacking_is_said_and_nothing_is_lost(
    app: Flask, referrer: FlaskClient, the_case: TheCase
) -> None:
    case_id = begin(app, referrer)
    answer = referrer.post(
        f"/cases/{case_id}/submit",
        data={"version": str(the_case(case_id).version), "summary": "Typed"},
    )
    assert answer.status_code == 422
    assert "Choose the diagnosis" in answer.text
    assert ">\nTyped</textarea>" in answer.text
    assert the_case(case_id).status == "draft"


def test_a_draft_is_its_hospitals_alone(
    app: Flask, referrer: FlaskClient, person: Make, sign_in: SignIn, new_case: Make
) -> None:
    case_id = begin(app, referrer)
    colleague = sign_in(person("referrer", hospital="INVENTED general"))
    assert colleague.get(f"/cases/{case_id}/edit").status_code == 200
    stranger = sign_in(person("referrer", hospital="Another Invented"))
    assert stranger.get(f"/cases/{case_id}").status_code == 404
    for path in ("edit", "save", "submit", "documents", "parts/lesions"):
        assert stranger.post(f"/cases/{case_id}/{path}").status_code in (404, 405)
    nobody = sign_in(person("referrer", hospital=""))
    assert nobody.get("/cases/new").status_code == 403
    assert nobody.post("/cases/new", data={"board": "liver"}).status_code == 403
    # A draft of the coordinator's own stays the coordinator's.
    theirs = new_case("draft", "Invented General")
    assert referrer.get(f"/cases/{theirs}/edit").status_code == 403


def test_of_the_board_only_the_coordinator_sees_a_hospitals_draft(
    app: Flask, referrer: FlaskClient, coordinator: FlaskClient, person: Make, sign_in: SignIn,
    the_case: TheCase,
) -> None:  # fmt: skip
    case_id = begin(app, referrer, question="Can the zebrafinch be cut out?")
    code = the_case(case_id).code
    others = [
        sign_in(person("observer")),
        sign_in(person("administrator")),
        sign_in(person("specialist", specialty="surgery")),
        sign_in(person("chair", specialty="surgery")),
    ]

    def sees(client: FlaskClient) -> set[bool]:
        pages = ("/cases", "/cases?q=zebrafinch", "/cases?status=draft")
        listed = {code in client.get(page).text for page in pages}
        return listed | {client.get(f"/cases/{case_id}").status_code == 200}

    for client in (referrer, coordinator):
        assert sees(client) == {True}
    for client in others:
        assert sees(client) == {False}
        for path in ("opinion", "comments", "opinion/draft", "map/board", "edit", "documents/1"):
            for call in (client.get, client.post):
                assert call(f"/cases/{case_id}/{path}").status_code in (403, 404, 405)
    with app.app_context(), write_transaction() as session:
        session.get_one(Case, case_id).status = CaseStatus.SUBMITTED
    for client in others:
        assert code in client.get("/cases?q=zebrafinch").text
        assert client.get(f"/cases/{case_id}").status_code == 200


def test_a_chair_is_told_nothing_of_a_hospitals_draft(
    app: Flask, referrer: FlaskClient, coordinator: FlaskClient, person: Make, sign_in: SignIn,
    the_case: TheCase,
) -> None:  # fmt: skip
    chair = sign_in(chair_id := person("chair", name="Dr Head Invented"))
    case_id = begin(app, referrer, question="Can the zebrafinch be cut out?")
    with app.app_context(), write_transaction() as session:
        session.get_one(Case, case_id).first_verdict = "resectable"
        comment = Comment(case_id=case_id, author_id=session.scalars(select(Person.id)).first(),
                          body="Look at the zebrafinch")  # fmt: skip
        session.add(comment)
        session.flush()
        session.add(Mention(comment_id=comment.id, person_id=chair_id))
    file = (io.BytesIO(PDF), "zebrafinch.pdf")
    data = {"file": file}
    assert referrer.post(f"/cases/{case_id}/documents", data=data).status_code == 303
    with app.app_context():
        document = db.session.scalars(select(Document.id)).one()
    assert chair.get(f"/cases/{case_id}/documents/{document}").status_code == 404
    assert chair.post(f"/cases/{case_id}/save", data={"question": "Mine?"}).status_code == 404
    for page in ("/", "/cases", "/cases?q=zebrafinch", "/boards/liver/figures", "/meetings"):
        seen = chair.get(page).text
        for word in (the_case(case_id).code, "zebrafinch be", "Look at the", "Invented General"):
            assert word not in seen, (page, word)
    assert coordinator.get(f"/cases/{case_id}/documents/{document}").status_code == 200


def test_a_draft_begun_by_mistake_is_discarded(
    app: Flask, referrer: FlaskClient, coordinator: FlaskClient, person: Make, sign_in: SignIn,
    new_case: Make, the_case: TheCase,
) -> None:  # fmt: skip
    case_id = begin(app, referrer)
    referrer.post(f"/cases/{case_id}/documents", data={"file": (io.BytesIO(PDF), "ct.pdf")})
    save(referrer, case_id, the_case(case_id).version, summary="Entered for somebody else.")
    assert "Discard the draft" in referrer.get(f"/cases/{case_id}/edit").text
    stranger = sign_in(person("referrer", hospital="Another Invented"))
    assert stranger.post(f"/cases/{case_id}/discard").status_code == 404
    patient_id = the_case(case_id).patient_id
    assert referrer.post(f"/cases/{case_id}/discard").status_code == 303
    assert referrer.get(f"/cases/{case_id}").status_code == 404
    with app.app_context():
        assert db.session.get(Case, case_id) is None
        assert db.session.get(Patient, patient_id) is None
        assert audit_proof.verify()[1] is None
        trail = db.session.scalars(select(audit.AuditEntry.changes)).all()
    assert "Entered for somebody else." in str(trail)

    # What others have worked on, or the board has, stays.
    commented = begin(app, referrer)
    answer = coordinator.post(f"/cases/{commented}/comments", data={"body": "Call them."})
    assert answer.status_code < 400
    refused = referrer.post(f"/cases/{commented}/discard")
    assert (refused.status_code, "commented on this draft" in refused.text) == (422, True)
    assert the_case(commented).question == "Can it be cut out?"
    submitted = new_case("submitted", "Invented General")
    assert coordinator.post(f"/cases/{submitted}/discard").status_code == 409
    assert "Discard the draft" not in coordinator.get(f"/cases/{submitted}/edit").text
    assert referrer.post(f"/cases/{submitted}/discard").status_code == 403
    assert the_case(submitted).status == "submitted"


def on_disk(app: Flask) -> set[str]:
    """The names of the files below the documents' folder."""
    return {one.name for one in Path(app.config["DOCUMENTS_DIR"]).rglob("*") if one.is_file()}


def attach(client: FlaskClient, case_id: int, content: bytes) -> str:
    """Attach a PDF; returns its digest."""
    sent = {"file": (io.BytesIO(content), "ct.pdf")}
    assert client.post(f"/cases/{case_id}/documents", data=sent).status_code == 303
    return hashlib.sha256(content).hexdigest()


def test_a_discarded_drafts_bytes_go_with_it_unless_another_case_has_the_same(
    app: Flask, referrer: FlaskClient
) -> None:
    mistake, other = begin(app, referrer), begin(app, referrer)
    alone = attach(referrer, mistake, PDF)
    shared = attach(referrer, mistake, PDF + b"\n%%EOF\n")
    attach(referrer, other, PDF + b"\n%%EOF\n")
    assert on_disk(app) == {alone, shared}
    assert referrer.post(f"/cases/{mistake}/discard").status_code == 303
    assert on_disk(app) == {shared}
    assert referrer.post(f"/cases/{other}/discard").status_code == 303
    assert on_disk(app) == set()
    again = begin(app, referrer)
    assert attach(referrer, again, PDF) == alone
    assert on_disk(app) == {alone}


def test_a_draft_that_is_not_discarded_keeps_its_bytes(
    app: Flask, referrer: FlaskClient, coordinator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = begin(app, referrer)
    digest = attach(referrer, case_id, PDF)
    assert coordinator.post(f"/cases/{case_id}/comments", data={"body": "Call."}).status_code < 400
    assert referrer.post(f"/cases/{case_id}/discard").status_code == 422
    assert on_disk(app) == {digest}
    second = begin(app, referrer)
    other = attach(referrer, second, PDF + b"\n%%EOF\n")

    def fail() -> None:
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    with monkeypatch.context() as patch, app.app_context():
        patch.setattr(db.session, "commit", fail)
        assert referrer.post(f"/cases/{second}/discard").status_code == 503
    assert on_disk(app) == {digest, other}


def test_bytes_that_cannot_be_removed_stay_and_the_draft_is_gone(
    app: Flask,
    referrer: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    case_id = begin(app, referrer)
    digest = attach(referrer, case_id, PDF)

    def refuse(*args: object) -> None:
        raise PermissionError

    monkeypatch.setattr(documents, "remove", refuse)
    assert referrer.post(f"/cases/{case_id}/discard").status_code == 303
    assert referrer.get(f"/cases/{case_id}").status_code == 404
    assert on_disk(app) == {digest}
    assert "bytes stay on disk: PermissionError" in caplog.text


def test_a_referrer_writes_nothing_that_the_board_says(
    app: Flask, referrer: FlaskClient, the_case: TheCase
) -> None:
    case_id = begin(app, referrer)
    with app.app_context(), write_transaction() as session:
        session.add(PatientQuestion(case_id=case_id, text="Will it hurt?"))
    (question,) = the_case(case_id).questions
    form = referrer.get(f"/cases/{case_id}/edit").text
    assert f"questions-{question.id}-text" in form
    answer = f"questions-{question.id}-answer"
    assert answer not in form
    assert 'name="met_by"' not in form
    version = the_case(case_id).version
    typed = {answer: "No.", "met_by": "Somebody", "referrer_hospital": "Another Invented"}
    assert save(referrer, case_id, version, **typed).status_code == 422
    case = the_case(case_id)
    assert (case.questions[0].answer, case.met_by) == ("", "")
    assert case.referrer_hospital == "Invented General"


def test_a_referrer_is_asked_for_what_they_can_give(app: Flask, referrer: FlaskClient) -> None:
    """What the board's radiologist or hepatologist sees to is not asked of them."""
    case_id = begin(app, referrer)
    save(referrer, case_id, 2, diagnosis="hcc")
    for path in ("", "/edit"):
        page = referrer.get(f"/cases/{case_id}{path}").text
        assert "Why the first opinion came to its verdict" in page
        assert "Whether there is disease outside the liver" not in page
        assert "Who of the board has met the patient" not in page


def test_a_documents_date_is_judged_by_what_it_shows(
    app: Flask, referrer: FlaskClient, the_case: TheCase
) -> None:
    case_id = begin(app, referrer)
    data = {"file": (io.BytesIO(PDF), "ct.pdf"), "dated_on": "2020-01-05", "shows": "ct"}
    referrer.post(f"/cases/{case_id}/documents", data=data)
    (document,) = the_case(case_id).documents
    page = referrer.get(f"/cases/{case_id}").text
    assert "of 5 Jan 2020, attached " in page
    assert "the board takes it up to 42 days" in page
    gaps = page.split("Still missing")[1]
    assert "At least one CT or MRI" in gaps, "one that is too old is as good as none"
    assert "days old." in gaps
    prefix = f"documents-{document.id}"
    today = now().date().isoformat()
    for fields, status in (
        ({f"{prefix}-shows": "labs", f"{prefix}-dated_on": today}, 303),
        ({f"{prefix}-shows": "made up"}, 422),
        ({f"{prefix}-dated_on": "2099-01-01"}, 422),
    ):
        version = the_case(case_id).version
        assert save(referrer, case_id, version, **fields).status_code == status
    (document,) = the_case(case_id).documents
    assert (document.shows, str(document.dated_on)) == ("labs", today)
    assert "Laboratory results <" in referrer.get(f"/cases/{case_id}").text
