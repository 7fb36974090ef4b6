"""Who reads, begins and approves a letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.consensus.models import Consensus
from boardroom.db import write_transaction
from tests.integration.letter_house import (
    House,
    approve,
    begun,
    decided_house,
    letter_row,
    ready,
)
from tests.integration.meeting_samples import make_case


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> House:
    return decided_house(app, person, sign_in)


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


def test_a_case_without_a_decision_has_no_letter(house: House) -> None:
    other = make_case(house.app, "BR-7002")
    client = house.client("chair")
    assert client.get(f"/cases/{other}/letters/patient").status_code == 404
    assert client.post(f"/cases/{other}/letters/patient").status_code == 404
