"""A later dissent or reservation: nowhere called a confirmation, and nobody's signature is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from boardroom.consensus.models import SignOff, SignOffKind
from boardroom.db import now, write_transaction
from boardroom.letters import building
from boardroom.letters.models import ApprovedLetter, Letter
from boardroom.meetings.models import AgendaItem
from boardroom.people.models import Person
from boardroom.web import day
from tests.integration.decided import decide, everybody
from tests.integration.letter_house import paper_text
from tests.integration.unsigned import DISSENT, csv_of, sign, unsigned


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


def test_a_dissent_beside_signed_minutes_is_nowhere_called_a_confirmation(house: Any) -> None:
    made = decide(house, "BR-9001", provisional=["hepatology"])
    unsigned(house, made, missing=("hepatology",))
    sign(house, made)
    assert house.as_("hepatology").post(made.confirm, data={}).status_code == 303
    assert house.as_("oncology").post(made.confirm, data=DISSENT).status_code == 303
    row = csv_of(house, made)
    assert row["dissents_keys"] == "oncology"
    assert "It is the biology: reopen if it grows by March" in row["dissents"]
    assert "Confirmed by Hepatology" in row["confirmations"]
    assert "Confirmed by Oncology" not in row["confirmations"]
    assert list(row)[-2:] == ["advised_against", "response_since"]  # new columns come last
    assert "Oncology advises against it." in row["advised_against"]
    told = house.as_("referrer").get(f"/cases/{made.case}").text
    beside = "confirmed since by Hepatology ({0}), dissent by Oncology ({0})".format(today(house))
    assert f"This answer is final, {beside}: " in told
    for who in ("referrer", "chair"):
        page = house.as_(who).get(f"/cases/{made.case}").text
        assert f"provisionally, {beside}" in page, who
    assert f"provisionally, {beside}" in house.as_("referrer").get("/").text
    assert "Oncology: dissent" in told
    assert told.count("Advised against what is chosen") == 1
    assert "<p>Oncology, “Biology”.</p>" in told
    chair = house.as_("chair")
    said = chair.get(f"/meetings/{made.meeting}/minutes.json").get_json()["confirmations"]
    assert [one["kind"] for one in said] == ["signed", "dissent"]
    assert said[1]["text"] == "It is the biology"
    for format_ in ("pdf", "docx"):
        paper = chair.get(f"/meetings/{made.meeting}/minutes.{format_}").get_data()
        written = " ".join(paper_text(paper, format_).split())
        assert "final since. What it lacked then:" in written
        assert ", dissents (" in written
        assert "Confirmed by Hepatology" in written
        assert written.count("Advised against what is chosen: Oncology, “Biology”.") == 1
    page = chair.get(f"/meetings/{made.meeting}/minutes").text
    assert page.count("Advised against what is chosen") == 1
    assert page.count("Provisional, confirmed since, with dissent") == 2, "above, and at the case"
    chair.post(f"/cases/{made.case}/letters/referrer")
    letter = chair.get(f"/cases/{made.case}/letters/referrer").text
    assert "Oncology dissents (" in letter
    assert "Open again if: it grows by March" in letter


def today(house: Any) -> str:
    with house.app.app_context():
        return day(now(), "liver")


def test_before_the_minutes_are_signed_another_hospital_reads_only_that_it_is_final(
    house: Any,
) -> None:
    made = decide(house, "BR-9001", provisional=[])
    unsigned(house, made)
    assert house.as_("oncology").post(made.confirm, data=DISSENT).status_code == 303
    case = f"/cases/{made.case}"
    line = f"provisionally, final since, dissent by Oncology ({today(house)})"
    assert line in house.as_("chair").get(case).text
    for url in (case, "/"):
        told = house.as_("referrer").get(url).text
        assert "provisionally, final since" in told
        assert "dissent" not in told
        assert "Oncology" not in told


@pytest.mark.parametrize("kind", ["patient", "referrer"])
def test_a_correction_to_final_calls_no_dissent_a_confirmation(house: Any, kind: str) -> None:
    made = decide(house, "BR-9001", provisional=[])
    unsigned(house, made)
    chair, where = house.as_("chair"), f"/cases/{made.case}/letters/{kind}"
    assert chair.post(where).status_code == 303
    with house.app.app_context(), write_transaction() as session:
        letter = session.scalars(select(Letter)).one()
        letter.open = False
        content = building.document_of(letter).model_dump(mode="json")
        session.add(
            ApprovedLetter(
                letter_id=letter.id, number=1, content=content, content_hash="0" * 64,
                approved_by_id=house.people["chair"],
            )
        )  # fmt: skip
    assert house.as_("oncology").post(made.confirm, data=DISSENT).status_code == 303
    page = chair.get(where).text
    dissent = f"dissent by Oncology ({today(house)})"
    assert f"The decision is final now: {dissent}." in page
    assert "decision was confirmed" not in page
    assert "decision is confirmed" not in page
    reason = page.split('aria-describedby="reason-hint">')[1].split("</textarea>")[0]
    if kind == "referrer":
        assert reason == f"The decision is final now: {dissent}."
        assert f"final since, {dissent}, to be told" in chair.get("/").text
    else:
        assert reason.startswith("The decision is final now. One specialist would have gone")


def test_a_deputys_reservation_stands_beside_what_its_own_specialty_signed(
    house: Any, rows: Any, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]
) -> None:
    made = decide(house, "BR-9001", provisional=["surgery"])
    with house.app.app_context(), write_transaction() as session:
        session.add(
            SignOff(
                item_id=made.item, specialty="transplant_surgery", kind=SignOffKind.AGREE,
                person_id=house.people["transplant"], consensus_version=1,
            )
        )  # fmt: skip
        own = session.get_one(Person, house.people["transplant"]).name
    deputy = sign_in(person("specialist", "transplant_surgery", name="Dr Dep Invented"))
    said = {"kind": "reservation", "text": "The remnant is small"}
    assert deputy.post(made.confirm, data=said).status_code == 303
    found = {(one.specialty, one.kind, one.person.name) for one in rows(select(SignOff))}
    assert found == {
        ("transplant_surgery", "agree", own), ("surgery", "reservation", "Dr Dep Invented"),
    }  # fmt: skip
    page = house.as_("chair").get(f"/cases/{made.case}").text
    signed = page.split('class="signatures"')[1].split("</ul>")[0]
    assert own in signed
    assert "Dr Dep Invented" in signed


def test_a_deputys_word_replaces_no_signature_of_an_earlier_text(
    house: Any, rows: Any, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]
) -> None:
    made = decide(house, "BR-9001", provisional=[])
    with house.app.app_context(), write_transaction() as session:
        row = session.get_one(AgendaItem, made.item)
        row.provisional_reasons = ["Changed since Surgery signed off."]
        row.quorum = {"needed": [], "present": ["surgery"], "missing": []}
        for specialty, who in (("surgery", "surgery"), ("transplant_surgery", "transplant")):
            session.add(
                SignOff(
                    item_id=made.item, specialty=specialty, person_id=house.people[who],
                    kind=SignOffKind.AGREE, consensus_version=0,
                )
            )  # fmt: skip
    deputy = sign_in(person("specialist", "transplant_surgery", name="Dr Dep Invented"))
    said = {"kind": "reservation", "text": "The remnant is small"}
    refused = deputy.post(made.confirm, data=said)
    assert refused.status_code == 422
    assert "a deputy’s word replaces neither" in refused.text
    with house.app.app_context(), write_transaction() as session:
        session.execute(delete(SignOff).where(SignOff.specialty == "transplant_surgery"))
    assert deputy.post(made.confirm, data=said).status_code == 303
    found = {(one.specialty, one.kind) for one in rows(select(SignOff))}
    assert found == {("surgery", "agree"), ("transplant_surgery", "reservation")}
