"""What the patient asked: answered on the case, waited for on the home page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import PatientQuestion
from tests.integration.letter_house import (
    House,
    approve,
    decided_house,
    ready,
)


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> House:
    return decided_house(app, person, sign_in)


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
