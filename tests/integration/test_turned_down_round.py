"""A later round that was turned down, as after a mistyped result, uses nothing up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case
from boardroom.db import at_time, now
from boardroom.followup import keeping
from tests.integration.decided import DECIDED, decide, dissent, everybody

AFP = {"fact": "afp", "unit": "ng/mL", "below": True, "value": "500"}
DECLINE = {"move": "decline", "reason": "not_liver", "note": "AFP was mistyped"}
STANDARD = {"move": "standard_of_care", "clinician": "Dr Invented", "note": "AFP was mistyped"}


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


def report(client: FlaskClient, case: int, value: str) -> Any:
    day = (now() - dt.timedelta(days=1)).date().isoformat()
    sent = {"what": "afp|ng/mL", "value": value, "taken_on": day}
    return client.post(f"/cases/{case}/progress", data=sent, follow_redirects=True)


def rounds(rows: Any, case: int) -> list[Case]:
    """The rounds that follow this case, the earliest first."""
    found: list[Case] = rows(select(Case).where(Case.earlier_case_id == case).order_by(Case.id))
    return found


def turn_down(house: Any, rows: Any, case: int, how: dict[str, str] = DECLINE) -> Case:
    """The last round of this case is turned down by the coordinator."""
    last = rounds(rows, case)[-1]
    assert house.as_("coordinator").post(f"/cases/{last.id}/move", data=how).status_code == 303
    return last


@pytest.mark.parametrize("how", [DECLINE, STANDARD])
def test_a_round_turned_down_leaves_the_way_back_open(
    house: Any, rows: Any, how: dict[str, str]
) -> None:
    made = decide(house, "BR-9001", represent={"months": 3, **AFP}, signed=True)
    client = house.as_("coordinator")
    assert "The condition is met" in report(client, made.case, "60").text
    form = f'action="/cases/{made.case}/progress"'
    assert form not in client.get(f"/cases/{made.case}").text, "the new round takes what is new"
    wrong = turn_down(house, rows, made.case, how)
    for who in ("coordinator", "referrer"):
        page = house.as_(who).get(f"/cases/{made.case}").text
        assert form in page
        assert "AFP 60 ng/mL" in page, "what was reported stays in the list"
        assert f'Taken up again as <a href="/cases/{wrong.id}"' not in page
    assert keeping.bring_back(house.app) == 0, "the same mistyped value is no reason again"
    assert "Recorded." in report(client, made.case, "900").text
    assert len(rounds(rows, made.case)) == 1
    assert "The condition is met" in report(client, made.case, "312").text
    again = rounds(rows, made.case)[-1]
    assert again.status_note == "AFP is 312 ng/mL, under 500 ng/mL."
    assert again.code in client.get(f"/cases/{made.case}").text


def test_the_day_still_comes_after_a_round_that_was_turned_down_and_comes_once(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", represent={"months": 3, **AFP})
    report(house.as_("coordinator"), made.case, "60")
    turn_down(house, rows, made.case)
    assert keeping.bring_back(house.app) == 0
    with at_time(now() - DECIDED + dt.timedelta(days=100)):
        assert keeping.bring_back(house.app) == 1
        assert rounds(rows, made.case)[-1].status_note == (
            "3 months have passed since the decision."
        )
        turn_down(house, rows, made.case)
        assert keeping.bring_back(house.app) == 0, "the coordinator’s word holds"
    with at_time(now() - DECIDED + dt.timedelta(days=130)):
        assert keeping.bring_back(house.app) == 0


def test_a_round_that_is_taken_in_again_is_the_later_round_again(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", represent={"months": 3, **AFP})
    client = house.as_("coordinator")
    report(client, made.case, "60")
    later = turn_down(house, rows, made.case)
    assert client.post(f"/cases/{later.id}/move", data={"move": "reopen"}).status_code == 303
    assert f'Taken up again as <a href="/cases/{later.id}"' in (
        client.get(f"/cases/{made.case}").text
    )
    with at_time(now() - DECIDED + dt.timedelta(days=100)):
        assert keeping.bring_back(house.app) == 0


def test_a_dissent_can_open_the_case_again_after_a_round_that_was_turned_down(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    key = dissent(house, made.item)
    report(house.as_("coordinator"), made.case, "60")
    where = f"/cases/{made.case}/dissents/{key}/reopen"
    surgery = house.as_("surgery")
    assert surgery.post(where, data={"text": "Stable"}).status_code == 409
    turn_down(house, rows, made.case)
    assert f'action="{where}"' in surgery.get(f"/cases/{made.case}").text
    assert surgery.post(where, data={"text": "Stable"}).status_code == 303
    assert len(rounds(rows, made.case)) == 2


def test_the_ledger_names_no_round_that_was_turned_down(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    client = house.as_("coordinator")
    report(client, made.case, "60")
    where = "/boards/liver/figures/ledger.csv"
    chair = house.as_("chair")
    assert rounds(rows, made.case)[-1].code in chair.get(where).text
    wrong = turn_down(house, rows, made.case)
    assert wrong.code not in chair.get(where).text
    report(client, made.case, "312")
    text = chair.get(where).text
    assert rounds(rows, made.case)[-1].code in text
    assert wrong.code not in text
