"""A patient's rounds are one line: a new one begins after the latest, and after no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus
from boardroom.db import write_transaction
from boardroom.followup import keeping
from tests.integration.decided import decide, dissent, everybody
from tests.integration.test_coming_back import AFP, report


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    return everybody(app, person, sign_in)


def begin(client: FlaskClient, case: int) -> Any:
    return client.post(f"/cases/{case}/move", data={"move": "new_round"})


def put(house: Any, case: int, status: CaseStatus) -> None:
    with house.app.app_context(), write_transaction() as session:
        session.get_one(Case, case).status = status


def after(rows: Any, case: int) -> list[Case]:
    found: list[Case] = rows(select(Case).where(Case.earlier_case_id == case).order_by(Case.id))
    return found


def test_a_second_round_of_a_case_is_refused_and_leads_to_the_latest(house: Any, rows: Any) -> None:
    first = decide(house, "BR-9001").case
    client = house.as_("coordinator")
    assert "Begin a new round" in client.get(f"/cases/{first}").text
    assert begin(client, first).status_code == 303
    (second,) = after(rows, first)
    refused = begin(house.as_("chair"), first)
    assert refused.status_code == 409
    assert f"{second.code} is the latest round of this case" in refused.text
    assert f'href="/cases/{second.id}"' in refused.text
    put(house, second.id, CaseStatus.DECIDED)
    assert begin(client, second.id).status_code == 303
    (third,) = after(rows, second.id)
    refused = begin(client, first)
    assert f'href="/cases/{third.id}"' in refused.text, "not to one that has a later one itself"
    for case in (first, second.id):
        page = client.get(f"/cases/{case}").text
        assert "Begin a new round" not in page
        assert f"Go on with {third.code}" in page
    assert len(rows(select(Case))) == 3


def test_no_round_begins_by_itself_beside_one_begun_by_hand(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", represent={"months": 0, **AFP})
    key = dissent(house, made.item)
    client = house.as_("coordinator")
    assert begin(client, made.case).status_code == 303
    (later,) = after(rows, made.case)
    report(client, made.case, "afp|ng/mL", "60")
    assert keeping.bring_back(house.app) == 0
    where = f"/cases/{made.case}/dissents/{key}/reopen"
    refused = house.as_("surgery").post(where, data={"text": "It is stable"})
    assert refused.status_code == 409
    assert f'href="/cases/{later.id}"' in refused.text
    assert len(after(rows, made.case)) == 1


def test_a_round_that_was_turned_down_is_not_taken_in_again_beside_another(
    house: Any, rows: Any
) -> None:
    first = decide(house, "BR-9001").case
    client = house.as_("coordinator")
    begin(client, first)
    (wrong,) = after(rows, first)
    put(house, wrong.id, CaseStatus.DECLINED)
    assert "Take it in again" in client.get(f"/cases/{wrong.id}").text
    assert begin(client, first).status_code == 303, "one that was turned down is none"
    right = after(rows, first)[-1]
    refused = client.post(f"/cases/{wrong.id}/move", data={"move": "reopen"})
    assert refused.status_code == 409
    assert f'href="/cases/{right.id}"' in refused.text
    page = client.get(f"/cases/{wrong.id}").text
    assert "Take it in again" not in page
    assert f"Go on with {right.code}" in page
