"""The letters of a case that came back, drafted from both rounds of the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus, Fact
from boardroom.consensus.models import Consensus
from boardroom.db import now, write_transaction
from boardroom.followup.models import FollowUp
from boardroom.letters.models import Letter
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from tests.integration.decided import DECIDED, YES, complete, decide, everybody
from tests.integration.meeting_samples import make_meeting

AFP = {"fact": "afp", "unit": "ng/mL", "below": True, "value": "500"}


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    return everybody(app, person, sign_in)


def decide_again(house: Any, case: int) -> None:
    """The round that came back is decided in a meeting of its own."""
    _, (item,) = make_meeting(house.app, case)
    board = house.app.extensions["boards"]["liver"]
    with house.app.app_context(), write_transaction() as session:
        row = session.get_one(AgendaItem, item)
        row.status, row.ended_at, row.revealed_at = ItemStatus.DONE, now(), now()
        session.get_one(Case, case).status = CaseStatus.DECIDED
        session.add(Consensus(item_id=item, **complete(board)))


def test_the_minutes_page_names_the_first_opinion_that_it_compares_with(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9002", represent=AFP)
    report = {"what": "afp|ng/mL", "value": "312", "taken_on": now().date().isoformat()}
    assert house.as_("coordinator").post(f"/cases/{made.case}/progress", data=report)
    new = rows(select(Case).order_by(Case.id))[-1].id
    with house.app.app_context(), write_transaction() as session:
        session.get_one(Case, new).first_on = dt.date(2026, 10, 21)
    decide_again(house, new)
    with house.app.app_context(), write_transaction() as session:
        meeting = session.scalars(select(Meeting).order_by(Meeting.id)).all()[-1]
        meeting.status = MeetingStatus.CLOSED
        number = meeting.id
    page = house.as_("chair").get(f"/meetings/{number}/minutes").text
    assert "Compared with the first opinion of 21 Oct 2026: " in page
    assert "than the first opinion said" not in page


def test_both_letters_of_a_later_round_tell_of_the_round_before(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    chair = house.as_("chair")
    assert chair.post(f"/cases/{made.case}/letters/referrer").status_code == 303
    approved = chair.post(f"/cases/{made.case}/letters/referrer/approve", data={"version": "1"})
    assert approved.status_code == 303
    with house.app.app_context(), write_transaction() as session:
        taken = now().date() - DECIDED
        session.add(Fact(case_id=made.case, key="afp", value="2140", unit="ng/mL", taken_on=taken))
    day = now().date().isoformat()
    report = {"what": "afp|ng/mL", "value": "312", "taken_on": day}
    coordinator = house.as_("coordinator")
    assert coordinator.post(f"/cases/{made.case}/progress", data=report).status_code == 303
    new = rows(select(Case).order_by(Case.id))[-1].id
    assert coordinator.post(f"/cases/{made.case}/follow-up/30", data=YES).status_code == 303
    assert len(rows(select(FollowUp))) == 1
    decide_again(house, new)
    for kind in ("patient", "referrer"):
        assert chair.post(f"/cases/{new}/letters/{kind}").status_code == 303
    letters = {one.kind: one.sections for one in rows(select(Letter).where(Letter.case_id == new))}
    asked, question = letters["patient"]["asked"], letters["referrer"]["question"]
    assert "This letter is about a new look at your case." in asked
    assert "At that time we suggested making the healthy part of the liver grow" in asked
    assert (
        "Your blood test AFP has changed: it was 312 ng/mL. "
        "We had planned to look when it is under 500 ng/mL." in asked
    )
    assert "Since then you have had:\n- Making the healthy part of the liver grow" in asked
    assert "There are new test results since then" in asked
    assert "What we suggest has not changed." in asked
    assert "Our letter of" not in asked, "the patient's letter of then never went"
    assert "discussed the case before, as BR-9001, on" in question
    assert "Our letter of" in question
    assert "- AFP: 2140 ng/mL then, 312 ng/mL now" in question.replace("\u202f", " ")
    assert "AFP" in letters["patient"]["words"], "and the letter explains it"
