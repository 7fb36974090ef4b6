"""Letters of a case that is decided again: the earlier ones stay, and the referrer reads them
once the minutes are signed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus
from boardroom.consensus.models import Consensus
from boardroom.db import now, write_transaction
from boardroom.letters.models import ApprovedLetter
from boardroom.meetings.models import AgendaItem, ItemStatus, MeetingStatus
from tests.integration.letter_house import (
    House,
    approve,
    begun,
    decided_house,
    paper_text,
    ready,
)
from tests.integration.meeting_samples import make_meeting


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> House:
    return decided_house(app, person, sign_in)


def sign(house: House, item: int, *, signed: bool) -> None:
    with house.app.app_context(), write_transaction() as session:
        meeting = session.get_one(AgendaItem, item).meeting
        meeting.status = MeetingStatus.SIGNED if signed else MeetingStatus.CLOSED


def provisional_then_final(house: House) -> int:
    """Both letters approved about a provisional decision; a final one a week later. Its item."""
    with house.app.app_context(), write_transaction() as session:
        row = session.get_one(AgendaItem, house.item)
        row.status, row.provisional_reasons = ItemStatus.PROVISIONAL, ["Without quorum."]
    assert approve(ready(house), house, acknowledged="1").status_code == 303
    chair = begun(house, "chair", "referrer")
    assert approve(chair, house, "referrer", acknowledged="1").status_code == 303
    _, (item,) = make_meeting(house.app, house.case, status=MeetingStatus.SIGNED)
    with house.app.app_context(), write_transaction() as session:
        old = session.scalars(select(Consensus)).one()
        session.get_one(Case, house.case).status = CaseStatus.DECIDED
        row = session.get_one(AgendaItem, item)
        row.status, row.revealed_at = ItemStatus.DONE, now()
        row.ended_at = now() + dt.timedelta(seconds=5)
        session.add(
            Consensus(
                item_id=item, version=1, verdict="resectable", strength="unanimous",
                dispositions={"resection": {"disposition": "chosen", "reason": ""}},
                teller=old.teller, rationale="Read again.",
            )
        )  # fmt: skip
    return item


def test_approved_letters_stay_readable_beside_the_one_to_be_written(house: House) -> None:
    provisional_then_final(house)
    kinds = {"referrer": "Too large.", "patient": "No, you sleep."}
    for who in ("chair", "surgeon", "referrer"):
        client = house.client(who)
        case = client.get(f"/cases/{house.case}").text
        assert case.count("about the meeting of") == 2, who
        assert "provisional then" in case
        for kind, said in kinds.items():
            page = client.get(house.at(kind)).text
            assert said in page, (who, kind)
            assert "provisional then" in page
            files = page.split('id="h-earlier"')[1]
            assert house.at(kind, "/") in files
    assert "The letter is being written" in house.client("referrer").get(house.at("patient")).text
    assert "This letter is not begun" in house.client("chair").get(house.at("referrer")).text
    assert house.client("stranger").get(house.at("patient")).status_code == 404


def test_the_new_letter_says_that_the_decision_is_final_now(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    provisional_then_final(house)
    first = rows(select(ApprovedLetter).order_by(ApprovedLetter.id))[0]
    on = f"{first.approved_at:%a} {first.approved_at.day} {first.approved_at:%b %Y}"
    for kind, said in (
        ("patient", "What we told you then was not final. The decision is final now."),
        ("referrer", "The decision was provisional then. It is final now."),
    ):
        chair = begun(house, "chair", kind)
        text = paper_text(chair.get(house.at(kind, "/draft.pdf")).data, "pdf")
        text = " ".join(text.split())
        assert f"takes the place of the one of {on}" in text
        assert said in text
        assert "What was corrected" not in text
        if kind == "referrer":
            read = {"version": "1"}
            assert chair.post(house.at(kind, "/approve"), data=read).status_code == 303
            page = house.client("referrer").get(house.at(kind)).text
            assert said in page
            assert "Too large." in page, "and the earlier one can still be read"


def test_the_referrer_reads_no_letter_before_the_minutes_are_signed(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    sign(house, house.item, signed=False)
    assert approve(ready(house), house).status_code == 303
    chair = begun(house, "chair", "referrer")
    assert approve(chair, house, "referrer").status_code == 303, "the team may approve before"
    numbers = {one.content["kind"]: one.id for one in rows(select(ApprovedLetter))}
    files = [
        house.at(kind, f"/{number}.{paper}")
        for kind, number in numbers.items()
        for paper in ("pdf", "docx")
    ]
    referrer = house.client("referrer")
    case = referrer.get(f"/cases/{house.case}").text
    assert "It stands here when the minutes are signed." in case
    assert "/letters/" not in case
    for kind in numbers:
        page = referrer.get(house.at(kind)).text
        assert "The minutes are not signed yet." in page
        for secret in ("Too large.", "No, you sleep.", "Ablatable", "Version 1"):
            assert secret not in page
    assert [referrer.get(one).status_code for one in files] == [404] * 4
    assert [chair.get(one).status_code for one in files] == [200] * 4
    sign(house, house.item, signed=True)
    assert [referrer.get(one).status_code for one in files] == [200] * 4
    assert "Too large." in referrer.get(house.at("referrer")).text
    assert house.at("patient") in referrer.get(f"/cases/{house.case}").text


def test_a_later_unsigned_decision_hides_its_letter_and_not_the_earlier_one(house: House) -> None:
    item = provisional_then_final(house)
    sign(house, item, signed=False)
    chair = begun(house, "chair", "referrer")
    assert chair.post(house.at("referrer", "/approve"), data={"version": "1"}).status_code == 303
    referrer = house.client("referrer")
    page = referrer.get(house.at("referrer")).text
    assert "Too large." in page
    assert "Read again." not in page
    assert "It is final now" not in page
