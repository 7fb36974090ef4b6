"""What the board read of the images is kept from the referrer until the answer is signed, in the
rounds after it too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, Fact
from boardroom.clinical.tumour_reading import Findings
from boardroom.clinical.tumour_reading import Lesion as ReadLesion
from boardroom.db import now, write_transaction
from boardroom.tumour_map.models import Reading, Side
from tests.integration.decided import decide, everybody

AFP = {"fact": "afp", "unit": "ng/mL", "below": True, "value": "500"}
THEIRS, OURS = "43", "67"  # mm, of the largest lesion


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    return everybody(app, person, sign_in)


def come_back(house: Any, rows: Any, of: int, value: str, *, who: str = "coordinator") -> int:
    """Somebody reports the value that brings it back; the new round's key."""
    day = (now() - dt.timedelta(days=1)).date().isoformat()
    sent = {"what": "afp|ng/mL", "value": value, "taken_on": day}
    assert house.as_(who).post(f"/cases/{of}/progress", data=sent).status_code == 303
    key: int = rows(select(Case.id).order_by(Case.id))[-1]
    assert key != of
    return key


@pytest.fixture
def made(house: Any) -> SimpleNamespace:
    """Decided and not signed: the hospital listed one lesion's size, the board read another."""
    found = decide(house, "BR-9001", ago=dt.timedelta(days=2), represent=AFP)
    imaged = (now() - dt.timedelta(days=9)).date()
    with house.app.app_context(), write_transaction() as session:
        case = session.get_one(Case, found.case)
        case.referrer_hospital = "St Example"
        case.facts.append(Fact(key="largest_mm", value=THEIRS, unit="mm", taken_on=imaged))
        case.facts.append(Fact(key="histology", value="confirmed", taken_on=imaged))
        findings = Findings((ReadLesion(1, ("V",), size_mm=int(OURS)),)).as_dict()
        session.add(
            Reading(
                case_id=found.case, side=Side.BOARD, version=1, imaging="ct", imaged_on=imaged,
                findings=findings,
            )
        )  # fmt: skip
    return found


def shown(client: FlaskClient, case: int) -> str:
    return client.get(f"/cases/{case}").text.partition("<main")[2]


def test_not_before_the_answer_is_signed_and_all_of_it_then(
    house: Any, rows: Any, made: SimpleNamespace
) -> None:
    new = come_back(house, rows, made.case, "312")
    assert f"{OURS}\u202fmm" in shown(house.as_("surgery"), new)
    theirs = shown(house.as_("referrer"), new)
    assert f"{OURS}\u202fmm" not in theirs
    assert "Confirms the diagnosis" in theirs, "what the hospital wrote itself is there"
    assert f"{OURS}\u202fmm" in shown(house.as_("surgery"), new), "and is the board's all the while"

    page = house.as_("chair").get(f"/meetings/{made.meeting}/minutes").text
    digest = page.split('name="hash" value="')[1].split('"')[0]
    signed = house.as_("chair").post(
        f"/meetings/{made.meeting}/minutes/sign", data={"hash": digest}
    )
    assert signed.status_code == 303
    assert f"{OURS}\u202fmm" in shown(house.as_("referrer"), new)


def test_a_round_that_the_referrer_brings_back_has_all_of_it_for_the_board(
    house: Any, rows: Any, made: SimpleNamespace
) -> None:
    new = come_back(house, rows, made.case, "312", who="referrer")
    held = [(f.key, f.value) for f in rows(select(Fact).where(Fact.case_id == new))]
    assert ("largest_mm", OURS) in held
    assert f"{OURS}\u202fmm" not in shown(house.as_("referrer"), new)
    assert f"{OURS}\u202fmm" in shown(house.as_("hepatology"), new)
