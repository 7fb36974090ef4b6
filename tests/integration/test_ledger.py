"""The ledger of second opinions through HTTP."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, ItemStatus
from tests.integration.decided import YES, decide, everybody


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


def test_the_ledger_counts_every_second_opinion_and_names_no_patient(house: Any) -> None:
    up = decide(house, "BR-9001")
    decide(house, "BR-9002", verdict="unresectable_biology", reclassification_reason="together")
    decide(house, "BR-9003", provisional=["hepatology"], ago=dt.timedelta(days=10))
    house.as_("coordinator").post(f"/cases/{up.case}/follow-up/30", data=YES)
    for who in ("chair", "coordinator", "administrator"):
        page = house.as_(who).get("/boards/liver/figures")
        assert page.status_code == 200, who
        assert "Patient BR-" not in page.text
    assert ">BR-9001<" in page.text
    assert "Remnant growth, then resection" in page.text
    assert 'role="img"' in page.text
    assert "Half were decided within 12 days" in page.text
    for who in ("surgery", "observer"):
        assert house.as_(who).get("/boards/liver/figures").status_code == 403, who
    assert house.as_("referrer").get("/boards/liver/figures.csv").status_code == 404

    chair = house.as_("chair")
    narrowed = chair.get("/boards/liver/figures?reclassification=confirmed").text
    assert ">BR-9002<" in narrowed
    assert ">BR-9001<" not in narrowed
    day = (now() - dt.timedelta(days=20)).date().isoformat()
    late = chair.get(f"/boards/liver/figures?from={day}").text
    assert ">BR-9003<" in late
    assert ">BR-9001<" not in late
    assert "Nothing fits" in chair.get("/boards/liver/figures?to=2001-01-01").text
    wrong = chair.get("/boards/liver/figures?from=soon")
    assert wrong.status_code == 422
    assert "has to be a date" in wrong.text

    answer = chair.get("/boards/liver/figures/ledger.csv?first=unresectable_remnant")
    text = answer.get_data().decode("utf-8-sig")
    assert "Patient" not in text
    found = {row["case"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(found) == {"BR-9001", "BR-9002", "BR-9003"}
    one = found["BR-9001"]
    assert (one["reclassification"], one["days_to_decision"]) == ("upgraded", "12")
    assert (one["treatment"], one["outcome"]) == (
        "Remnant growth, then resection", "Alive, no disease",
    )  # fmt: skip
    assert found["BR-9002"]["reclassification"] == "confirmed"
    assert found["BR-9003"]["provisional"] == "yes"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("first", "resectabel"),
        ("ours", "<b>"),
        ("reclassification", "Upgraded"),
        ("hospital", "Nowhere"),
        ("from", "2026-02-31"),
        ("to", "1-2-3"),
    ],
)
def test_what_the_ledger_does_not_understand_is_said_and_the_rest_shown(
    house: Any, name: str, value: str
) -> None:
    decide(house, "BR-9001")
    decide(house, "BR-9002", verdict="unresectable_biology", reclassification_reason="together")
    chair = house.as_("chair")
    also = {"ours": "unresectable_biology"} if name != "ours" else {"reclassification": "confirmed"}
    page = chair.get("/boards/liver/figures", query_string={name: value, **also})
    assert page.status_code == 422
    assert f'id="f-{name}-error"' in page.text
    assert page.text.count('aria-invalid="true"') == 1
    assert "<b>" not in page.text.split(f'id="f-{name}-error"')[1][:200]
    assert ">BR-9002<" in page.text
    assert ">BR-9001<" not in page.text, "what is understood narrows"
    link = page.text.split("/figures/ledger.csv")[1].split('"')[0]
    assert f"{name}=" not in link
    answer = chair.get("/boards/liver/figures/ledger.csv", query_string={name: value})
    assert answer.status_code == 422


def test_a_hospital_is_found_in_any_case_of_its_letters(house: Any) -> None:
    decide(house, "BR-9001")
    found = house.as_("chair").get("/boards/liver/figures?hospital=st+EXAMPLE")
    assert found.status_code == 200
    assert ">BR-9001<" in found.text
    assert "selected>St Example" in found.text


def test_an_empty_ledger_says_what_comes_there(house: Any) -> None:
    page = house.as_("administrator").get("/boards/liver/figures")
    assert page.status_code == 200
    assert "No second opinion is decided yet" in page.text


def test_deferrals_are_counted_by_reason_and_by_referrer(house: Any) -> None:
    decide(house, "BR-9001")
    put_off = decide(house, "BR-9002")
    with house.app.app_context(), write_transaction() as session:
        row = session.get_one(AgendaItem, put_off.item)
        row.status, row.deferral_reason = ItemStatus.DEFERRED, "imaging_missing"
    page = house.as_("chair").get("/boards/liver/figures").text
    assert "Imaging missing or too old" in page
    assert "50 %" in page


def test_a_long_ledger_comes_page_by_page_and_its_sums_are_of_all(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boardroom.figures.routes.PER_PAGE", 2)
    for number in (1, 2, 3):
        decide(house, f"BR-900{number}", ago=dt.timedelta(days=40 - number))
    chair = house.as_("chair")
    page = chair.get("/boards/liver/figures?first=unresectable_remnant").text
    assert [f">BR-900{n}<" in page for n in (1, 2, 3)] == [False, True, True]
    assert "3 second opinions." in page
    assert 'aria-label="More of BR-9003"' in page
    following = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "first=unresectable_remnant" in following, "what narrows it narrows the next page"
    page = chair.get(following).text
    assert [f">BR-900{n}<" in page for n in (1, 2, 3)] == [True, False, False]
    assert ">BR-9001<" in chair.get("/boards/liver/figures?page=99").text


def test_each_first_verdict_stands_once_with_what_the_board_said(house: Any) -> None:
    decide(house, "BR-9001")
    decide(house, "BR-9002", verdict="unresectable_biology", reclassification_reason="together")
    decide(house, "BR-9003", verdict="undetermined")
    page = house.as_("chair").get("/boards/liver/figures").text
    rows = page.split('class="table flow-table"')[1].split("</table>")[0].split("<tr")[2:]
    assert [row.startswith(' class="is-again"') for row in rows] == [False, True, True]
    question_mark = '<path d="M5.2 5.6a'
    assert page.count("? 1</text>") == 1, "in the picture"
    assert question_mark in rows[-1], "in its rows"
    assert question_mark in page.split('class="outcome-figures"')[1].split("</dl>")[0]


def test_a_first_day_after_the_last_is_said_and_no_longer_period_advised(
    app: Flask, person: Any, sign_in: Any
) -> None:
    client = sign_in(person("coordinator"))
    answer = client.get("/boards/liver/figures?from=2026-03-02&to=2026-03-01")
    assert answer.status_code == 422
    assert answer.text.count("The first day is after the last.") == 2
    assert "Try a longer period" not in answer.text
