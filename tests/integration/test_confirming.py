"""Who can make a provisional decision final, for whom, and what stands in the record of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus
from boardroom.consensus.models import Confirmation, Consensus, SignOff, SignOffKind
from boardroom.db import db, write_transaction
from boardroom.meetings.models import AgendaItem, Meeting
from boardroom.minutes import afterwards
from boardroom.minutes.document import to_json
from boardroom.minutes.queries import document_of
from tests.integration.decided import decide, everybody
from tests.integration.unsigned import DISSENT, csv_of, sign, unsigned


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


def test_a_chair_confirms_only_for_each_absent_specialty_that_they_name(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", provisional=["hepatology", "oncology"])
    chair = house.as_("chair")
    page = chair.get(made.confirm).text
    assert "Hepatology agreed" in page
    assert "Oncology agreed" in page
    bare = chair.post(made.confirm, data={"text": "Both by telephone"})
    assert bare.status_code == 422
    assert "Tick each specialty" in bare.text
    silent = chair.post(made.confirm, data={"agreed": ["hepatology"], "how_hepatology": ""})
    assert silent.status_code == 422
    assert "how you know that it agreed: Hepatology" in silent.text
    one = {"agreed": ["hepatology"], "how_hepatology": "Dr Invented by telephone"}
    assert chair.post(made.confirm, data=one).status_code == 303
    assert rows(select(Case.status)) == [CaseStatus.DISCUSSED], "oncology has said nothing"
    other = {"agreed": ["oncology"], "how_oncology": "By letter"}
    assert chair.post(made.confirm, data=other).status_code == 303
    assert rows(select(Case.status)) == [CaseStatus.DECIDED]
    found = rows(select(Confirmation).order_by(Confirmation.id))
    assert [(c.specialty, c.by_chair) for c in found] == [("hepatology", True), ("oncology", True)]
    shown = chair.get(f"/cases/{made.case}").text
    assert "for Hepatology, by the chair, " in shown
    assert ": Dr Invented by telephone</p>" in shown
    minutes = chair.get(f"/meetings/{made.meeting}/minutes").text
    assert "Confirmed for Hepatology, by the chair, " in minutes
    assert "Confirmed by Hepatology" not in minutes


def test_what_is_typed_for_one_specialty_is_not_lost_with_a_refusal(house: Any) -> None:
    made = decide(house, "BR-9001", provisional=["hepatology", "oncology"])
    both = {"agreed": ["hepatology", "oncology"], "how_hepatology": "Rang her", "how_oncology": ""}
    page = house.as_("chair").post(made.confirm, data=both)
    assert page.status_code == 422
    assert "Rang her" in page.text


def test_no_chair_speaks_for_a_specialty_that_was_there_and_did_not_sign(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", provisional=[])
    unsigned(house, made)
    chair = house.as_("chair")
    page = chair.get(made.confirm).text
    assert "Oncology was present and has not signed. Only somebody of Oncology can sign" in page
    assert "everybody who was missing" not in page
    assert f'action="{made.confirm}"' not in page
    said = {"text": "Hepatology agreed by telephone.", "agreed": "oncology", "how_oncology": "Rang"}
    assert chair.post(made.confirm, data=said).status_code == 403
    assert rows(select(Confirmation)) == []
    assert rows(select(Case.status)) == [CaseStatus.DISCUSSED]


def test_with_one_absent_and_one_unsigned_the_chairs_word_is_not_the_last(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", provisional=[])
    unsigned(house, made, missing=("hepatology",))
    chair = house.as_("chair")
    for_both = {
        "agreed": ["hepatology", "oncology"], "how_hepatology": "Rang", "how_oncology": "Rang",
    }  # fmt: skip
    assert chair.post(made.confirm, data=for_both).status_code == 303
    assert [one.specialty for one in rows(select(Confirmation))] == ["hepatology"]
    assert rows(select(Case.status)) == [CaseStatus.DISCUSSED]
    oncology = house.as_("oncology")
    assert "Provisional until you confirm" in oncology.get("/").text
    assert oncology.post(made.confirm, data={"kind": "agree"}).status_code == 303
    assert rows(select(Case.status)) == [CaseStatus.DECIDED]


def test_who_advises_against_what_is_chosen_is_called_out_and_stands_in_the_record(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", provisional=[], signed=False)
    unsigned(house, made)
    member = house.as_("oncology")
    page = member.get(made.confirm).text
    assert "ON advises against Remnant growth, then resection, which is chosen." in page
    assert "which was present and has not signed" in page
    assert member.post(made.confirm, data={"text": "Yes"}).status_code == 422, (
        "not without a stance"
    )
    bare = member.post(made.confirm, data={"kind": "dissent", "text": "It is the biology"})
    assert bare.status_code == 422
    assert "under which condition" in bare.text
    said = {
        "kind": "dissent", "text": "It is the biology", "reopen_condition": "it grows by March",
    }  # fmt: skip
    assert member.post(made.confirm, data=said).status_code == 303
    (one,) = rows(select(Confirmation))
    assert (one.kind, one.reopen_condition) == ("dissent", "it grows by March")
    assert one.against == ["Advised against what is chosen: Oncology, “Biology”."]
    (signed,) = rows(select(SignOff))
    assert (signed.specialty, signed.kind) == ("oncology", SignOffKind.DISSENT)
    assert rows(select(Case.status)) == [CaseStatus.DECIDED]
    chair = house.as_("chair")
    shown = chair.get(f"/cases/{made.case}").text
    assert "dissents</b> (" in shown
    assert "It is the biology. Open again if: it grows by March.</p>" in shown
    assert shown.count("Advised against what is chosen: Oncology, “Biology”.</p>") == 1
    assert "Confirmed since" not in shown
    assert "Biology" in shown
    assert "is its condition met?" in shown, "the dissent can open the case again"
    minutes = chair.get(f"/meetings/{made.meeting}/minutes").text
    assert "Confirmed by Oncology" not in minutes
    assert ", dissents (" in minutes
    assert "Provisional, final since" in minutes


def test_an_older_record_says_a_later_dissent_in_its_text(house: Any) -> None:
    made = decide(house, "BR-9001", provisional=[])
    unsigned(house, made)
    house.as_("oncology").post(made.confirm, data=DISSENT)
    with house.app.app_context():
        meeting = db.session.get_one(Meeting, made.meeting)
        document = document_of(meeting, house.app.extensions["boards"]["liver"])
    older = json.loads(to_json(document.model_copy(update={"schema_version": "2.1"})))
    (said,) = older["confirmations"]
    assert "kind" not in said
    words = "Dissents: It is the biology. Open again if: it grows by March. Beside it: Advised"
    assert said["text"].startswith(words)


def test_a_reservation_of_an_absent_specialty_is_told_and_changes_the_letters(house: Any) -> None:
    made = decide(house, "BR-9001", provisional=["hepatology"], strength="unanimous", signed=True)
    with house.app.app_context(), write_transaction() as session:
        session.add(
            SignOff(
                item_id=made.item, specialty="surgery", person_id=house.people["chair"],
                kind=SignOffKind.AGREE, consensus_version=1,
            )
        )  # fmt: skip
    chair, where = house.as_("chair"), f"/cases/{made.case}/letters/patient"
    chair.post(where)
    assert "All the experts who were there agreed" in chair.get(where).text
    said = {"kind": "reservation", "text": "The remnant is small"}
    assert house.as_("hepatology").post(made.confirm, data=said).status_code == 303
    told = house.as_("referrer").get(f"/cases/{made.case}").text
    assert "Not everybody agreed" in told
    assert "The remnant is small" in told
    assert "One specialist agreed, but still had a concern." in chair.get(where).text
    assert csv_of(house, made)["reservations_keys"] == "hepatology"


def test_what_was_said_since_is_no_reason_for_provisional_any_more(house: Any) -> None:
    made = decide(house, "BR-9001", provisional=[])
    unsigned(house, made, missing=("hepatology",))
    with house.app.app_context(), write_transaction() as session:
        session.get_one(AgendaItem, made.item).provisional_reasons = [
            "Not signed off by Oncology and Hepatology.",
            "Without quorum: Hepatology is missing.",
        ]
    sign(house, made)
    assert house.as_("hepatology").post(made.confirm, data={}).status_code == 303
    chair, referrer = house.as_("chair"), house.as_("referrer")
    where = f"/cases/{made.case}/letters/referrer"
    chair.post(where)
    for page in (chair.get(f"/cases/{made.case}"), referrer.get(f"/cases/{made.case}"),
                 chair.get(where)):  # fmt: skip
        assert "Not signed off by Oncology." in page.text
        assert "Hepatology is missing" not in page.text
    assert house.as_("oncology").post(made.confirm, data={"kind": "agree"}).status_code == 303
    page = chair.get(f"/cases/{made.case}").text
    assert "Why only provisional" not in page
    assert "Not signed off by" not in page
    minutes = chair.get(f"/meetings/{made.meeting}/minutes").text
    assert "Provisional, confirmed since" in minutes.split('id="attendance"')[0]
    assert "This decision is provisional." not in minutes
    assert "What it lacked then:" in minutes


def test_signed_minutes_say_provisional_until_the_unsigned_specialty_has_signed(
    house: Any,
) -> None:
    made = decide(house, "BR-9001", provisional=[])
    unsigned(house, made, missing=("hepatology",))
    chair = house.as_("chair")
    page = chair.get(f"/meetings/{made.meeting}/minutes").text
    digest = page.split('name="hash" value="')[1].split('"')[0]
    chair.post(f"/meetings/{made.meeting}/minutes/sign", data={"hash": digest})

    def confirmed() -> bool:
        with house.app.app_context():
            meeting = db.session.get_one(Meeting, made.meeting)
            document = document_of(meeting, house.app.extensions["boards"]["liver"])
            return afterwards.is_confirmed(document.cases[0], document)

    house.as_("hepatology").post(made.confirm, data={"text": "Agrees"})
    assert not confirmed()
    house.as_("oncology").post(made.confirm, data={"kind": "agree"})
    assert confirmed()


def test_no_dissent_is_put_beside_an_agreement_written_as_unanimous(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", provisional=[], strength="unanimous")
    unsigned(house, made)
    said = {"kind": "dissent", "text": "Biology", "reopen_condition": "it grows"}
    answer = house.as_("oncology").post(made.confirm, data=said)
    assert answer.status_code == 422
    assert "List the case again" in answer.text
    assert rows(select(Confirmation)) == rows(select(SignOff)) == []


def test_a_decision_that_was_left_open_is_nowhere_said_to_be_confirmable(house: Any) -> None:
    made = decide(house, "BR-9001", provisional=["hepatology"], strength="unanimous")
    with house.app.app_context(), write_transaction() as session:
        session.add(
            SignOff(
                item_id=made.item, specialty="oncology", person_id=house.people["oncology"],
                kind=SignOffKind.DISSENT, text="Biology", reopen_condition="it grows",
                consensus_version=1,
            )
        )  # fmt: skip
    hepatology, case = house.as_("hepatology"), f"/cases/{made.case}"
    page = hepatology.get(case).text
    assert "No later word can confirm it" in page
    assert "until it is confirmed" not in page
    assert f'href="{made.confirm}"' not in page
    with house.app.app_context(), write_transaction() as session:
        session.scalars(select(Consensus)).one().strength = "majority"
    page = hepatology.get(case).text
    assert "It is not final until it is confirmed or discussed again." in page
    assert f'href="{made.confirm}"' in page


def test_too_few_people_is_a_chairs_word(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", provisional=[])
    chair = house.as_("chair")
    bare = chair.post(made.confirm, data={"text": ""})
    assert bare.status_code == 422
    assert "who agreed" in bare.text
    assert chair.post(made.confirm, data={"text": "All of them by letter"}).status_code == 303
    assert [one.specialty for one in rows(select(Confirmation))] == [""]
    assert rows(select(Case.status)) == [CaseStatus.DECIDED]
