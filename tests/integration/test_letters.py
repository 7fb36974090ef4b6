"""Letters through HTTP: who may, saving and clashing, approving, what the referrer sees."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import docx
import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from werkzeug.test import TestResponse

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseStatus, PatientQuestion
from boardroom.comments.models import Comment
from boardroom.consensus.models import Confirmation, Consensus, SignOff, SignOffKind
from boardroom.db import db, now, write_transaction
from boardroom.letters.document import LetterDocument, content_hash
from boardroom.letters.models import ApprovedLetter, Letter
from boardroom.meetings.models import AgendaItem, ItemStatus
from boardroom.opinions.models import Opinion, OpinionStatus
from boardroom.people.models import Person
from tests.integration.meeting_samples import make_case, make_meeting

PART = {"X-Boardroom-Part": "1"}
SEALED = "SEALEDSENTINEL"
SAID = "COMMENTSENTINEL"


@dataclass
class House:
    app: Flask
    case: int
    item: int
    question: int
    people: dict[str, int]
    sign_in: Callable[[int], FlaskClient]

    def client(self, who: str) -> FlaskClient:
        return self.sign_in(self.people[who])

    def at(self, kind: str, more: str = "") -> str:
        return f"/cases/{self.case}/letters/{kind}{more}"


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> House:
    people = {
        "surgeon": person("specialist", "surgery", name="Dr Ann Invented"),
        "oncologist": person("specialist", "oncology"),
        "chair": person("chair", "hepatology"),
        "coordinator": person("coordinator"),
        "administrator": person("administrator"),
        "observer": person("observer"),
        "referrer": person("referrer", hospital="St Example"),
        "stranger": person("referrer", hospital="Hilltop Invented Hospital"),
    }
    case = make_case(app, "BR-7001", status=CaseStatus.SUBMITTED, patient_wants="To go home.")
    _, (item,) = make_meeting(app, case)
    with app.app_context(), write_transaction() as session:
        session.get_one(Case, case).status = CaseStatus.DECIDED
        row = session.get_one(AgendaItem, item)
        row.status, row.revealed_at, row.ended_at = ItemStatus.DONE, now(), now()
        question = PatientQuestion(case_id=case, text="Will it hurt?")
        session.add_all(
            [
                question,
                Consensus(
                    item_id=item, version=1, verdict="ablatable", strength="majority",
                    steps=[{"what": "Ablation", "who": "Dr Ann Invented", "when": "Soon"}],
                    dispositions={"ablation": {"disposition": "chosen", "reason": ""}},
                    teller="The surgeon", tell_by=dt.date(2026, 12, 1), rationale="Small.",
                ),
                SignOff(
                    item_id=item, specialty="oncology", person_id=people["oncologist"],
                    kind=SignOffKind.DISSENT, text="Too large.", reopen_condition="If it grows.",
                    consensus_version=1,
                ),
                Opinion(
                    case_id=case, person_id=people["surgeon"], specialty="surgery",
                    status=OpinionStatus.REVEALED, verdict="ablatable", confidence=2,
                    revealed_at=now(),
                ),
                Opinion(
                    case_id=case, person_id=people["oncologist"], specialty="oncology",
                    status=OpinionStatus.SUBMITTED, verdict="unresectable_biology",
                    rationale=SEALED,
                ),
                Comment(case_id=case, author_id=people["surgeon"], body=SAID),
            ]
        )  # fmt: skip
        session.flush()
        number = question.id
    return House(app, case, item, number, people, sign_in)


def letter_row(house: House, kind: str) -> Letter:
    with house.app.app_context():
        return db.session.scalars(select(Letter).where(Letter.kind == kind)).one()


def begun(house: House, who: str = "surgeon", kind: str = "patient") -> FlaskClient:
    client = house.client(who)
    assert client.post(house.at(kind)).status_code == 303
    return client


def save(client: FlaskClient, house: House, kind: str = "patient", **fields: str) -> TestResponse:
    version = str(letter_row(house, kind).version)
    data = {"version": version, **fields}
    return client.post(house.at(kind, "/save"), data=data, headers=PART)


def ready(house: House, who: str = "surgeon") -> FlaskClient:
    client = begun(house, who)
    fields = {f"answer-{house.question}": "No, you sleep.", "call": "Call 01632 960 014."}
    assert save(client, house, **fields).status_code == 200
    return client


def approve(client: FlaskClient, house: House, kind: str = "patient", **more: str) -> TestResponse:
    version = str(letter_row(house, kind).version)
    return client.post(house.at(kind, "/approve"), data={"version": version, **more})


# ---- Who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("surgeon", 303), ("chair", 303), ("coordinator", 303), ("oncologist", 403),
     ("administrator", 403), ("observer", 403), ("referrer", 403), ("stranger", 404)],
)  # fmt: skip
def test_who_begins_a_letter(house: House, who: str, status: int) -> None:
    assert house.client(who).post(house.at("patient")).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [("surgeon", 200), ("chair", 200), ("coordinator", 200), ("oncologist", 200),
     ("administrator", 200), ("observer", 403), ("referrer", 200), ("stranger", 404)],
)  # fmt: skip
def test_who_reads_a_letter_and_that_it_is_recorded(
    house: House, rows: Callable[..., list[Any]], who: str, status: int
) -> None:
    begun(house)
    answer = house.client(who).get(house.at("patient"))
    assert answer.status_code == status
    read = rows(select(AuditEntry).where(AuditEntry.action == "read a letter (patient)"))
    assert len(read) == (status == 200)
    if who == "referrer":  # a draft is nobody's but the board's
        assert "being written" in answer.text
        assert "This letter tells you" not in answer.text


@pytest.mark.parametrize("who", ["oncologist", "coordinator", "chair"])
def test_only_who_tells_the_patient_approves(house: House, who: str) -> None:
    ready(house)
    client = house.client(who)
    answer = approve(client, house)
    assert answer.status_code == 403
    assert letter_row(house, "patient").open


def test_the_chair_approves_where_somebody_outside_tells_the_patient(house: House) -> None:
    with house.app.app_context(), write_transaction() as session:
        session.scalars(select(Consensus)).one().teller = "The family doctor"
    client = ready(house, "chair")
    assert approve(client, house).status_code == 303
    assert house.client("surgeon").post(house.at("patient", "/save")).status_code == 403


# ---- Writing ------------------------------------------------------------------------------------


def test_a_save_keeps_text_and_answer_and_says_how_it_reads(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    client = begun(house)
    fields = {"next": "You have ascites.", f"answer-{house.question}": "No."}
    answer = save(client, house, **fields)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["version"] == 2
    assert "water in the belly" in answer.json["missing_html"]
    assert "Reads like grade" in answer.json["missing_html"]
    assert "[telephone number]" in answer.json["missing_html"]
    (question,) = rows(select(PatientQuestion))
    assert (question.answer, question.answered_by_id) == ("No.", house.people["surgeon"])
    assert question.answered_at is not None
    assert letter_row(house, "patient").sections["next"] == "You have ascites."


def test_a_word_that_the_letter_explains_is_not_offered_again(house: House) -> None:
    client = begun(house)
    listed = "<b>cryotherapy</b>"
    saved = save(client, house, next="Cryotherapy is next.")
    assert saved.json is not None
    assert listed in saved.json["missing_html"]
    saved = save(client, house, words="- Cryotherapy: the tumour is made very cold.")
    assert saved.json is not None
    assert listed not in saved.json["missing_html"]


def test_a_stale_save_shows_both_texts_and_changes_nothing(house: House) -> None:
    client = begun(house)
    was = letter_row(house, "patient").sections["next"]
    assert save(client, house, next="Hers.").status_code == 200
    answer = house.client("chair").post(
        house.at("patient", "/save"),
        data={"version": "1", "next": "His.", "_was": json.dumps({"next": was})},
        headers=PART,
    )
    assert answer.status_code == 409
    assert answer.json is not None
    assert (answer.json["mine"], answer.json["theirs"]) == ({"next": "His."}, {"next": "Hers."})
    assert (answer.json["own"], bool(answer.json["by"])) == (False, True)
    assert letter_row(house, "patient").sections["next"] == "Hers."
    # Somebody on another part is not in the way.
    who = json.dumps({"who": letter_row(house, "patient").sections["who"]})
    beside = house.client("chair").post(
        house.at("patient", "/save"),
        data={"version": "1", "who": "Others.", "_was": who},
        headers=PART,
    )
    assert beside.status_code == 200
    # Without a script the page itself shows both.
    plain = client.post(house.at("patient", "/save"), data={"version": "1", "next": "His."})
    assert plain.status_code == 409
    for shown in ("What happens next", "His.", "Hers."):
        assert shown in plain.text


def test_too_long_a_text_is_refused_beside_the_field(house: House) -> None:
    client = begun(house)
    answer = save(client, house, next="x" * 6001, who="Others.")
    assert answer.json is not None
    assert answer.json["errors"] == {"next": "This is 1 characters too long."}
    assert letter_row(house, "patient").sections["who"] == "Others."


# ---- Approving ----------------------------------------------------------------------------------


def test_what_is_open_stands_in_the_way(house: House) -> None:
    client = begun(house)
    answer = approve(client, house)
    assert answer.status_code == 422
    assert "Not answered yet: Will it hurt?" in answer.text
    assert "[telephone number]" in answer.text
    notice = answer.text.split('role="alert"')[1].split("</ul>")[0]
    assert "<li>Not answered yet: Will it hurt?</li>" in notice, "each on a line of its own"
    assert "<li>Still to be filled in: [telephone number]</li>" in notice
    assert letter_row(house, "patient").open


def test_an_approval_freezes_the_text_with_its_hash(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    client = ready(house)
    stale = client.post(house.at("patient", "/approve"), data={"version": "1"})
    assert stale.status_code == 422
    assert approve(client, house).status_code == 303
    (one,) = rows(select(ApprovedLetter))
    document = LetterDocument.model_validate(one.content)
    assert content_hash(document) == one.content_hash
    assert "No, you sleep." in document.body
    assert document.signed_by == "Dr Ann Invented"
    assert save(client, house, next="Another.").status_code == 423
    with house.app.app_context(), pytest.raises(DatabaseError), write_transaction() as session:
        session.execute(text("UPDATE approved_letter SET content_hash = 'x'"))
    (entry,) = rows(select(AuditEntry).where(AuditEntry.action == "approved a letter"))
    assert entry.details["hash"] == one.content_hash


def test_a_correction_is_a_new_version_that_says_so(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    client = ready(house)
    approve(client, house)
    assert client.post(house.at("patient", "/correct"), data={"reason": " "}).status_code == 422
    reason = {"reason": "The day was wrong."}
    assert client.post(house.at("patient", "/correct"), data=reason).status_code == 303
    assert save(client, house, next="On Monday.").status_code == 200
    assert approve(client, house).status_code == 303
    first, second = rows(select(ApprovedLetter).order_by(ApprovedLetter.number))
    assert first.content["correction"] is None
    assert second.content["correction"]["reason"] == "The day was wrong."
    page = house.client("referrer").get(house.at("patient")).text
    assert "The day was wrong." in page
    assert "Version 1" in page


def test_a_provisional_decision_is_acknowledged_and_said(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    with house.app.app_context(), write_transaction() as session:
        item = session.get_one(AgendaItem, house.item)
        item.status, item.provisional_reasons = ItemStatus.PROVISIONAL, ["Without quorum."]
    client = ready(house)
    refused = approve(client, house)
    assert refused.status_code == 422
    assert "provisional" in refused.text
    assert approve(client, house, acknowledged="1").status_code == 303
    (one,) = rows(select(ApprovedLetter))
    assert "not final" in one.content["provisional"]

    home = client.get("/").text
    assert "confirmed since" not in home
    with house.app.app_context(), write_transaction() as session:
        chair = house.people["chair"]
        session.add(Confirmation(item_id=house.item, specialty="", person_id=chair, text="All"))
        session.get_one(Case, house.case).status = CaseStatus.DECIDED
    assert "confirmed since, to be told" in client.get("/").text, "the letter promises it"
    page = client.get(house.at("patient")).text
    assert "The decision was confirmed since." in page
    assert "This decision is provisional" not in page
    client.post(house.at("patient", "/correct"), data={"reason": "It is final now."})
    assert approve(client, house).status_code == 303, "nothing to acknowledge"
    assert rows(select(ApprovedLetter))[-1].content["provisional"] == ""
    assert "confirmed since" not in client.get("/").text


def test_the_corrected_clinical_letter_says_who_confirmed_the_decision(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    with house.app.app_context(), write_transaction() as session:
        item = session.get_one(AgendaItem, house.item)
        item.status, item.provisional_reasons = ItemStatus.PROVISIONAL, ["Without quorum."]
        item.quorum = {"missing": ["hepatology"]}
    chair = begun(house, "chair", "referrer")
    assert approve(chair, house, "referrer", acknowledged="1").status_code == 303
    confirmed = Confirmation(
        item_id=house.item, specialty="hepatology", person_id=house.people["chair"],
        text="Seen on\nMonday.", at=dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC),
    )  # fmt: skip
    with house.app.app_context(), write_transaction() as session:
        name = session.get_one(Person, house.people["chair"]).name
        session.add(confirmed)
        session.get_one(Case, house.case).status = CaseStatus.DECIDED
    said = f"Confirmed on Thu 26 Nov 2026 by Hepatology ({name}): Seen on Monday."
    assert said not in house.client("referrer").get(house.at("referrer")).text
    assert chair.post(
        house.at("referrer", "/correct"), data={"reason": "It is final now."}
    ).status_code == 303  # fmt: skip
    assert said in chair.get(house.at("referrer")).text, "who corrects it sees what it adds"
    assert approve(chair, house, "referrer").status_code == 303
    first, second = rows(select(ApprovedLetter).order_by(ApprovedLetter.number))
    (panel,) = (s["text"] for s in second.content["sections"] if s["key"] == "panel")
    assert panel.endswith(f"Sign-off of the consensus:\n- Dissent: Oncology, see below\n- {said}")
    assert "Confirmed on" not in json.dumps(first.content), "what went out stays as it was"
    assert said in house.client("referrer").get(house.at("referrer")).text


@pytest.mark.parametrize("kind", ["patient", "referrer"])
def test_who_writes_is_warned_of_a_decision_that_contradicts_itself(
    house: House, kind: str, rows: Callable[..., list[Any]]
) -> None:
    client = begun(house, "surgeon" if kind == "patient" else "chair", kind)
    words = "but “Resection” is chosen"
    assert words not in client.get(house.at(kind)).text
    with house.app.app_context(), write_transaction() as session:
        row = session.scalars(select(Consensus)).one()
        row.verdict = "unresectable_technical"
        row.dispositions = {"resection": {"disposition": "chosen", "reason": ""}}
    page = client.get(house.at(kind)).text
    assert "The decision contradicts itself" in page
    assert f"The verdict is “Unresectable: technical”, {words}." in page
    saved = save(client, house, kind, **{"next" if kind == "patient" else "plan": "Other."})
    assert saved.json is not None
    assert words in saved.json["missing_html"]
    assert all(words not in point for point in saved.json["missing_html"].split("h-open")[1:]), (
        "it does not stand in the way"
    )


# ---- The referring hospital ---------------------------------------------------------------------


def test_the_referrer_reads_the_clinical_letter_once_the_chair_approved_it(house: House) -> None:
    referrer, stranger = house.client("referrer"), house.client("stranger")
    assert "The letter is being written" in referrer.get(f"/cases/{house.case}").text
    chair = begun(house, "chair", "referrer")
    assert approve(house.client("surgeon"), house, "referrer").status_code == 403
    assert "Too large." not in referrer.get(house.at("referrer")).text
    assert approve(chair, house, "referrer").status_code == 303
    page = referrer.get(house.at("referrer")).text
    assert "Oncology: Too large. To be opened again if: it grows." in page
    assert "Ablatable: Surgery" in page
    assert house.at("referrer") in referrer.get(f"/cases/{house.case}").text
    with house.app.app_context():
        number = db.session.scalars(select(ApprovedLetter.id)).one()
    seen = page
    for format_ in ("pdf", "docx"):
        address = house.at("referrer", f"/{number}.{format_}")
        answer = referrer.get(address)
        assert answer.status_code == 200
        assert f"BR-7001-letter-referrer-v1.{format_}" in answer.headers["Content-Disposition"]
        assert stranger.get(address).status_code == 404
        assert house.client("observer").get(address).status_code == 403
        seen += _text(answer.data, format_)
    # Nothing sealed, no comment, no name of who voted how.
    for secret in (SEALED, SAID, "biology", "a guess", "unsure"):
        assert secret not in seen
    assert stranger.get(house.at("referrer")).status_code == 404
    assert referrer.get(house.at("patient", f"/{number}.pdf")).status_code == 404
    assert referrer.get(house.at("referrer", "/draft.pdf")).status_code == 403


def _text(content: bytes, format_: str) -> str:
    if format_ == "pdf":
        return " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(content)).pages)
    return " ".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs)


def test_a_draft_can_be_looked_at_on_paper(house: House) -> None:
    client = begun(house)
    answer = client.get(house.at("patient", "/draft.pdf?type=large"))
    assert answer.status_code == 200
    assert "Draft. Not approved yet." in _text(answer.data, "pdf")
    assert "draft-large.pdf" in answer.headers["Content-Disposition"]


# ---- The patient's questions --------------------------------------------------------------------


def test_home_lists_the_letter_and_the_open_question_for_who_tells_the_patient(
    house: House,
) -> None:
    page = house.client("surgeon").get("/").text
    assert house.at("patient") in page
    assert "1 question of the patient not answered" in page
    assert house.at("patient") not in house.client("oncologist").get("/").text
    assert house.at("referrer") in house.client("chair").get("/").text
    client = ready(house)
    assert "not answered" not in client.get("/").text
    approve(client, house)
    assert house.at("patient") not in client.get("/").text


def test_a_question_is_answered_on_the_case_by_name(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    where = f"/cases/{house.case}/questions/{house.question}/answer"
    client = house.client("oncologist")
    assert "1 of 1 not answered yet" in client.get(f"/cases/{house.case}").text
    assert client.post(where, data={"answer": " "}).status_code == 422
    assert client.post(where, data={"answer": "No.", "was": ""}).status_code == 303
    (question,) = rows(select(PatientQuestion))
    assert question.answered_by_id == house.people["oncologist"]
    stale = house.client("chair").post(where, data={"answer": "Yes.", "was": ""})
    assert stale.status_code == 409
    assert "Yes." in stale.text
    assert house.client("observer").post(where, data={"answer": "x"}).status_code == 403
    assert house.client("referrer").post(where, data={"answer": "x"}).status_code == 403
    assert house.client("stranger").post(where, data={"answer": "x"}).status_code == 404
    assert "Every question is answered." in client.get(f"/cases/{house.case}").text


def test_a_case_without_a_decision_has_no_letter(house: House) -> None:
    other = make_case(house.app, "BR-7002")
    client = house.client("chair")
    assert client.get(f"/cases/{other}/letters/patient").status_code == 404
    assert client.post(f"/cases/{other}/letters/patient").status_code == 404
