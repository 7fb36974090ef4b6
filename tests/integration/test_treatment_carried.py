"""What was told of treatment after a decision stands among the treatments of the next round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus, Treatment
from boardroom.db import now, write_transaction
from boardroom.followup.models import FollowUp, Progress
from tests.integration.decided import decide, everybody


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    return everybody(app, person, sign_in)


def ago(days: int) -> dt.date:
    return (now() - dt.timedelta(days=days)).date()


def words(days: int) -> str:
    return f"{ago(days).day} {ago(days):%b %Y}"


def tell(house: Any, case: int, days: int, treatment: str, on: int, **more: str) -> None:
    with house.app.app_context(), write_transaction() as session:
        session.add(
            FollowUp(
                case_id=case, days=days, carried_out="yes", treatment=treatment,
                treated_on=ago(on), answered_by_id=house.people["chair"], **more,
            )
        )  # fmt: skip


def cycles(house: Any, case: int, total: int, on: int) -> None:
    with house.app.app_context(), write_transaction() as session:
        session.add(
            Progress(
                case_id=case, value=str(total), taken_on=ago(on), by_id=house.people["chair"],
                at=now(),
            )
        )  # fmt: skip


def next_round(house: Any, rows: Any, case: int) -> Case:
    move = house.as_("coordinator").post(f"/cases/{case}/move", data={"move": "new_round"})
    assert move.status_code == 303
    found: Case = rows(select(Case).where(Case.earlier_case_id == case))[-1]
    return found


def listed(rows: Any, case: int) -> list[tuple[str, dt.date | None, str]]:
    found = rows(select(Treatment).where(Treatment.case_id == case).order_by(Treatment.id))
    return [(one.kind, one.on_date, one.detail) for one in found]


def test_what_was_told_at_follow_up_is_a_treatment_of_the_next_round(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001")
    tell(house, made.case, 30, "systemic", 25, treatment_detail="FOLFOX.", outcome="stable")
    tell(house, made.case, 90, "systemic", 25, outcome="progressed")
    cycles(house, made.case, 4, 12)
    cycles(house, made.case, 6, 5)
    new = next_round(house, rows, made.case)
    told = f"FOLFOX. After 90 days: alive, disease progressed. 6 cycles given by {words(5)}."
    line = ("systemic", ago(25), f"{told} As told in BR-9001.")
    assert listed(rows, new.id) == [line]
    page = house.as_("coordinator").get(f"/cases/{new.id}").text
    assert "As told in BR-9001." in page
    assert "Earlier treatments, or that there were none" not in page
    with house.app.app_context(), write_transaction() as session:
        session.get_one(Case, new.id).status = CaseStatus.DECIDED
    assert listed(rows, next_round(house, rows, new.id).id) == [line], "once, and in every round"


def test_a_treatment_that_is_listed_already_is_not_listed_twice(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001")
    with house.app.app_context(), write_transaction() as session:
        session.add(Treatment(case_id=made.case, kind="tace", on_date=ago(30), detail="Typed"))
    tell(house, made.case, 30, "tace", 30)
    tell(house, made.case, 90, "surveillance", 9)
    new = next_round(house, rows, made.case)
    assert listed(rows, new.id) == [("tace", ago(30), "Typed")], "nothing is given by surveillance"


def test_an_option_that_is_no_kind_of_treatment_keeps_its_name(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001")
    tell(house, made.case, 30, "remnant_growth", 20)
    cycles(house, made.case, 1, 25)
    (_, _, growth), (kind, on, told) = listed(rows, next_round(house, rows, made.case).id)
    assert growth == "Remnant growth, then resection. As told in BR-9001."
    assert (kind, on) == ("other", None)
    assert told == f"1 cycle given by {words(25)}. As told in BR-9001.", "before the other began"
