"""A decided case whose letters are to be written, and the ways to write them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass

import docx
import pypdf
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from boardroom.cases.models import Case, CaseStatus, PatientQuestion
from boardroom.comments.models import Comment
from boardroom.consensus.models import Consensus, SignOff, SignOffKind
from boardroom.db import db, now, write_transaction
from boardroom.letters.models import Letter
from boardroom.meetings.models import AgendaItem, ItemStatus, MeetingStatus
from boardroom.opinions.models import Opinion, OpinionStatus
from tests.integration.meeting_samples import make_case, make_meeting

PART = {"X-Boardroom-Part": "1"}
SEALED = "SEALEDSENTINEL"
SAID = "COMMENTSENTINEL"


@dataclass
class House:
    """The decided case with everybody who has to do with its letters."""

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


def decided_house(
    app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]
) -> House:
    """A case that the board decided by a majority, with a question of the patient."""
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
    _, (item,) = make_meeting(app, case, status=MeetingStatus.SIGNED)
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
    asked = str(letter_row(house, "patient").sections["asked"])
    fields["asked"] = asked.replace("[what was asked, in plain words]", "What can be done?")
    assert save(client, house, **fields).status_code == 200
    return client


def approve(client: FlaskClient, house: House, kind: str = "patient", **more: str) -> TestResponse:
    version = str(letter_row(house, kind).version)
    return client.post(house.at(kind, "/approve"), data={"version": version, **more})


def paper_text(content: bytes, format_: str) -> str:
    if format_ == "pdf":
        return " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(content)).pages)
    return " ".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs)
