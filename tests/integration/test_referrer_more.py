"""What a referrer still sends once the board has the case: what is missing, and what is new."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boardroom.cases.models import Case, Fact
from boardroom.db import now, write_transaction
from tests.papers import PDF

Make = Callable[..., int]
TheCase = Callable[[int], Case]


def test_what_is_missing_and_new_is_sent_beside_what_is_there(
    app: Flask, referrer: FlaskClient, new_case: Make, the_case: TheCase, coordinator: FlaskClient
) -> None:
    case_id = new_case("listed", "Invented General", first_reason="As it was said")
    with app.app_context(), write_transaction() as session:
        session.add(Fact(case_id=case_id, key="bilirubin", value="40", unit="umol/L"))
    page = referrer.get(f"/cases/{case_id}/more").text
    assert "Send new results" in referrer.get(f"/cases/{case_id}").text
    assert 'name="patient_wants"' in page
    assert 'name="first_reason"' not in page, "it is there already"
    assert 'name="fact-bilirubin-2-value"' in page
    assert "fact-macrovascular_invasion" not in page, "the board's radiology sees to it"
    today = now().date().isoformat()
    sent = {
        "patient_wants": "To dance in June",
        "first_reason": "Another",
        "met_by": "Somebody",
        "fact-bilirubin-1-value": "1",
        "fact-bilirubin-2-value": "22",
        "fact-bilirubin-2-unit": "umol/L",
        "fact-bilirubin-2-taken_on": today,
        "fact-inr-1-unit": "",
        "file": (io.BytesIO(PDF), "ct.pdf"),
        "shows": "ct",
        "dated_on": today,
    }
    assert referrer.post(f"/cases/{case_id}/more", data=sent).status_code == 303
    case = the_case(case_id)
    assert (case.patient_wants, case.first_reason, case.met_by) == (
        "To dance in June", "As it was said", "",
    )  # fmt: skip
    assert [f.value for f in case.facts] == ["40", "22"]
    (document,) = case.documents
    assert (document.shows, str(document.dated_on)) == ("ct", today)
    assert case.status == "listed"
    assert "22" in coordinator.get(f"/cases/{case_id}").text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Write a value, or choose a document."),
        ({"fact-inr-1-value": "1.1"}, "INR: give the day."),
        ({"fact-inr-1-value": "many", "fact-inr-1-taken_on": "2026-01-05"}, "not a number"),
        ({"fact-albumin-1-value": "2", "fact-albumin-1-taken_on": "2026-01-05"}, "needs its unit"),
        ({"patient_wants": "x", "file": (io.BytesIO(b"MZ\x90"), "a.exe")}, "f-file-error"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_changes_nothing(
    referrer: FlaskClient, new_case: Make, the_case: TheCase, sent: dict[str, Any], said: str
) -> None:
    case_id = new_case("submitted", "Invented General")
    version = the_case(case_id).version
    answer = referrer.post(f"/cases/{case_id}/more", data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    case = the_case(case_id)
    assert (case.version, case.facts, case.documents) == (version, [], [])
    assert case.patient_wants == ""


@pytest.mark.parametrize(
    ("status", "hospital", "code"),
    [
        ("deferred", "Invented General", 200),
        ("needs_information", "Invented General", 403),
        ("discussed", "Invented General", 403),
        ("decided", "Invented General", 403),
        ("listed", "Another Invented", 404),
    ],
)
def test_who_may_send_more_and_when(
    referrer: FlaskClient, new_case: Make, status: str, hospital: str, code: int
) -> None:
    case_id = new_case(status, hospital)
    assert referrer.get(f"/cases/{case_id}/more").status_code == code
    if code != 200:
        assert referrer.post(f"/cases/{case_id}/more", data={}).status_code == code


def test_one_date_stands_for_every_value_of_a_blood_draw_that_has_none_of_its_own(
    referrer: FlaskClient, new_case: Make, the_case: TheCase
) -> None:
    case_id = new_case("listed", "Invented General")
    sent = {
        "same_day": "2026-01-05",
        "fact-inr-1-value": "1.1",
        "fact-bilirubin-1-value": "22", "fact-bilirubin-1-unit": "umol/L",
        "fact-sodium-1-value": "139", "fact-sodium-1-unit": "mmol/L",
        "fact-sodium-1-taken_on": "2026-01-02",
    }  # fmt: skip
    wrong = referrer.post(f"/cases/{case_id}/more", data=sent | {"fact-inr-1-value": "many"})
    assert wrong.status_code == 422
    assert 'name="same_day" value="2026-01-05"' in wrong.text
    taken = referrer.post(f"/cases/{case_id}/more", data=sent)
    assert taken.status_code == 303, taken.text.partition("error-summary")[2][:600]
    assert {fact.key: str(fact.taken_on) for fact in the_case(case_id).facts} == {
        "inr": "2026-01-05", "bilirubin": "2026-01-05", "sodium": "2026-01-02",
    }  # fmt: skip
    other = new_case("listed", "Invented General")
    odd = referrer.post(f"/cases/{other}/more", data=sent | {"same_day": "5 Jan"})
    assert odd.status_code == 422
    assert the_case(other).facts == []
