"""Approving a letter, correcting it, and what stands in the way."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseStatus, PatientQuestion
from boardroom.consensus.models import Confirmation, Consensus
from boardroom.db import db, now, write_transaction
from boardroom.letters import on_pages
from boardroom.letters.document import LetterDocument, content_hash
from boardroom.letters.models import ApprovedLetter
from boardroom.meetings.models import AgendaItem, ItemStatus
from boardroom.minutes.models import Amendment, Minutes
from boardroom.people.models import Person
from boardroom.web import day
from tests.integration.letter_house import (
    House,
    approve,
    begun,
    decided_house,
    letter_row,
    ready,
    save,
)


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> House:
    return decided_house(app, person, sign_in)


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
    with house.app.app_context():
        said = f"confirmed since by the chair ({day(now(), 'liver')})"
    assert f"{said}, to be told" in client.get("/").text, "the letter promises it"
    read = house.client("referrer").get(house.at("patient")).text
    for words in (
        "not final",
        "The decision has become final since.",
        "A corrected letter follows.",
    ):
        assert words in read
    with house.app.app_context():
        case, referrer = (
            db.session.get_one(Case, house.case),
            db.session.get_one(Person, house.people["referrer"]),
        )
        of_case = on_pages.letters_of(case, referrer)
        assert of_case is not None
        assert [line["final_since"] for line in of_case["lines"]] == [True, False]
    page = client.get(house.at("patient")).text
    assert f"The decision is final now: {said}." in page
    assert ">The decision is confirmed and final now.</textarea>" in page
    assert "This decision is provisional" not in page
    client.post(house.at("patient", "/correct"), data={"reason": "It is final now."})
    assert approve(client, house).status_code == 303, "nothing to acknowledge"
    assert rows(select(ApprovedLetter))[-1].content["provisional"] == ""
    assert "confirmed since" not in client.get("/").text
    read = house.client("referrer").get(house.at("patient")).text
    assert "has become final since" not in read


def test_a_correction_to_final_names_the_part_that_still_says_provisional(house: House) -> None:
    with house.app.app_context(), write_transaction() as session:
        item = session.get_one(AgendaItem, house.item)
        item.status, item.provisional_reasons = ItemStatus.PROVISIONAL, ["Without quorum."]
    client = ready(house)
    answer = f"answer-{house.question}"
    typed = {"next": "You come on Monday. This is not final yet.", answer: "No. Not final yet."}
    saved = save(client, house, **typed)
    head = "The decision is final, and is still called provisional"
    assert saved.json is not None
    assert head not in saved.json["missing_html"], "it is provisional"
    assert approve(client, house, acknowledged="1").status_code == 303
    with house.app.app_context(), write_transaction() as session:
        chair = house.people["chair"]
        session.add(Confirmation(item_id=house.item, specialty="", person_id=chair, text="All"))
        session.get_one(Case, house.case).status = CaseStatus.DECIDED
    client.post(house.at("patient", "/correct"), data={"reason": "It is final now."})
    page = client.get(house.at("patient")).text
    assert head in page
    assert '<a href="#part-next">What happens next</a>: “This is not final yet.”' in page
    assert f'<a href="#{answer}">Will it hurt?</a>: “Not final yet.”' in page
    saved = save(client, house, **{"next": "You come on Monday.", answer: "No."})
    assert saved.json is not None
    assert head not in saved.json["missing_html"]


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
    confirmed.against = ["Advised against what is chosen: Surgery, “Too large”."]
    with house.app.app_context(), write_transaction() as session:
        name = session.get_one(Person, house.people["chair"]).name
        session.add(confirmed)
        session.get_one(Case, house.case).status = CaseStatus.DECIDED
    said = "Confirmed by Hepatology, Thu 26 Nov 2026: Seen on Monday."
    assert said not in house.client("referrer").get(house.at("referrer")).text
    assert chair.post(
        house.at("referrer", "/correct"), data={"reason": "It is final now."}
    ).status_code == 303  # fmt: skip
    assert said in chair.get(house.at("referrer")).text, "who corrects it sees what it adds"
    assert approve(chair, house, "referrer").status_code == 303
    first, second = rows(select(ApprovedLetter).order_by(ApprovedLetter.number))
    (panel,) = (s["text"] for s in second.content["sections"] if s["key"] == "panel")
    assert panel.endswith(f"Sign-off of the consensus:\n- Dissent: Oncology, see below\n- {said}")
    assert name not in json.dumps(second.content["sections"]), "by specialty, as the editor says"
    assert "Confirmed by" not in json.dumps(first.content), "what went out stays as it was"
    assert said in house.client("referrer").get(house.at("referrer")).text


def test_a_letter_that_is_older_than_an_amendment_says_so_to_the_board(house: House) -> None:
    chair = begun(house, "chair", "referrer")
    assert approve(chair, house, "referrer").status_code == 303
    with house.app.app_context(), write_transaction() as session:
        meeting = session.get_one(AgendaItem, house.item).meeting_id
        minutes = Minutes(
            meeting_id=meeting, content={}, content_hash="0" * 64,
            signed_by_id=house.people["chair"], signed_at=now(),
        )  # fmt: skip
        session.add(minutes)
        session.flush()
        for number, at in ((1, now() - dt.timedelta(days=900)), (2, now())):
            session.add(
                Amendment(
                    minutes_id=minutes.id, number=number, case_id=house.case, at=at,
                    text=f"Amended {number}.", reason="Seen", by_id=house.people["chair"],
                )
            )  # fmt: skip
    page = chair.get(house.at("referrer")).text
    assert "Added to the record after this letter was approved" in page
    assert "Amended 2." in page
    assert "Amended 1." not in page, "the letter was written after it"
    assert "Amended 2." not in house.client("referrer").get(house.at("referrer")).text


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


@pytest.mark.parametrize("kind", ["patient", "referrer"])
def test_a_final_letter_that_speaks_of_its_confirmation_goes_only_on_purpose(
    house: House, kind: str, rows: Callable[..., list[Any]]
) -> None:
    with house.app.app_context(), write_transaction() as session:
        row = session.scalars(select(Consensus)).one()
        row.rediscuss = "Next meeting, for confirmation by hepatology"
    client = ready(house) if kind == "patient" else begun(house, "chair", kind)
    page = client.get(house.at(kind)).text
    assert "The decision is final, and is still called provisional" in page
    part = "next" if kind == "patient" else "again"
    assert f'<a href="#part-{part}">' in page
    refused = approve(client, house, kind)
    assert refused.status_code == 422
    assert "or tick that they stay" in refused.text
    assert 'name="words_stay"' in refused.text
    hard = {"explained": "1"} if kind == "patient" else {}  # hepatology, confirmation
    assert approve(client, house, kind, words_stay="1", **hard).status_code == 303


def test_words_that_count_from_the_meeting_are_pointed_at_and_do_not_stand_in_the_way(
    house: House,
) -> None:
    client = ready(house)
    head = "Words that count from the meeting"
    assert head not in client.get(house.at("patient")).text
    answer = f"answer-{house.question}"
    typed = {"next": "The surgeon will call you today. You come.", answer: "It starts next week."}
    saved = save(client, house, **typed)
    assert saved.json is not None
    beside = saved.json["missing_html"]
    assert head in beside
    assert "<b>today</b> in “The surgeon will call you today.”" in beside
    assert f'<a href="#{answer}">Will it hurt?</a>: <b>next week</b>' in beside
    assert approve(client, house).status_code == 303


HARD = "Hepatic encephalopathy and the portosystemic shunt may deteriorate with time and age."


def test_what_is_hard_to_read_is_named_at_the_approval_and_goes_with_one_more_tick(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    client = ready(house)
    page = client.get(house.at("patient")).text
    assert "data-letter-left-hard hidden" in page
    assert "Nothing is open." in page
    saved = save(client, house, **{f"answer-{house.question}": HARD})
    assert "Nothing is open." not in saved.json["missing_html"]
    page = client.get(house.at("patient")).text
    assert "data-letter-left-hard hidden" not in page
    left = [
        "Words not explained: deteriorate, encephalopathy, hepatic, portosystemic, shunt.",
        "Parts harder than grade 8: “Will it hurt?” (grade 13).",
    ]
    refused = approve(client, house)
    assert refused.status_code == 422
    for line in left:
        assert page.count(line) == 2, "beside the letter and where it is approved"
        assert refused.text.count(line) == 3
    assert rows(select(ApprovedLetter)) == []
    assert approve(client, house, explained="1").status_code == 303
    (entry,) = rows(select(AuditEntry).where(AuditEntry.action == "approved a letter"))
    assert entry.details["explained_in_the_talk"] == left


def test_a_letter_that_reads_easily_is_approved_at_once_whatever_the_patients_own_words(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    with house.app.app_context(), write_transaction() as session:
        own = "May I drink at my granddaughter's christening, or will encephalopathy come?"
        session.get_one(PatientQuestion, house.question).text = own
    client = ready(house)
    assert approve(client, house).status_code == 303
    (entry,) = rows(select(AuditEntry).where(AuditEntry.action == "approved a letter"))
    assert "explained_in_the_talk" not in entry.details


def test_a_letter_between_doctors_is_not_asked_for_easy_words(house: House) -> None:
    chair = begun(house, "chair", "referrer")
    assert save(chair, house, "referrer", plan=HARD).status_code == 200
    assert approve(chair, house, "referrer").status_code == 303
