"""A provisional decision at its second meeting, through HTTP: what its text still says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.consensus.models import Consensus, SignOff, SignOffKind
from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, Attendance, ItemStatus
from tests.integration.decided import complete, decide, everybody
from tests.integration.meeting_samples import CORE, make_meeting

WEEK = dt.timedelta(days=7)


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


def again(house: Any, **text: Any) -> tuple[int, int, FlaskClient]:
    """A second meeting before which the case is, signed by everybody: (meeting, item, chair)."""
    made = decide(house, "BR-9001", provisional=["hepatology"], ago=WEEK, **text)
    meeting, (item,) = make_meeting(house.app, made.case)
    chair = house.as_("chair")
    chair.post(f"/meetings/{meeting}/start")
    chair.post(f"/meetings/{meeting}/next", data={"after": "0"})
    with house.app.app_context(), write_transaction() as session:
        for key in CORE:
            person = house.people[key]
            session.add(Attendance(meeting_id=meeting, person_id=person, specialty=key))
            session.add(
                SignOff(
                    item_id=item, specialty=key, person_id=person, kind=SignOffKind.AGREE,
                    consensus_version=1,
                )
            )  # fmt: skip
    return meeting, item, chair


def controls(chair: FlaskClient, meeting: int) -> str:
    return str(chair.get(f"/meetings/{meeting}/stage/state").json["parts"]["controls"])


def test_closing_as_final_asks_about_words_of_the_provisional_decision(house: Any) -> None:
    meeting, item, chair = again(
        house,
        rationale="It can grow. The decision stays provisional until hepatology confirms it.",
        rediscuss="Next meeting, for confirmation by hepatology",
        steps=[{"what": "Volumetry and confirmation of the decision", "who": "", "when": ""}],
    )
    said = controls(chair, meeting)
    assert "still speaks of a provisional decision or its confirmation" in said
    for words in (
        "The decision stays provisional until hepatology confirms it",
        "Next meeting, for confirmation by hepatology",
        "Volumetry and confirmation of the decision",
    ):
        assert words in said.split("data-objections")[1], words
    assert "It can grow" not in said.split("data-objections")[1]
    assert f'href="/meetings/{meeting}/items/{item}/consensus"' in said
    assert chair.post(f"/meetings/{meeting}/items/{item}/close").status_code < 400, "a question"


def test_a_text_that_says_nothing_of_it_is_not_asked_about(house: Any) -> None:
    meeting, _, chair = again(house)
    assert "still speaks" not in controls(chair, meeting)


def test_it_is_not_final_with_a_day_for_the_patient_that_is_past(house: Any, rows: Any) -> None:
    past = (now() - dt.timedelta(days=6)).date()
    meeting, item, chair = again(house, tell_by=past)
    assert "When is the patient told?" in controls(chair, meeting)
    assert f'href="/meetings/{meeting}/items/{item}/consensus"' in controls(chair, meeting)
    close = f"/meetings/{meeting}/items/{item}/close"
    refused = chair.post(close)
    assert refused.status_code == 422
    assert "When is the patient told?" in refused.text
    with house.app.app_context(), write_transaction() as session:
        board = house.app.extensions["boards"]["liver"]
        text = session.scalars(select(Consensus).where(Consensus.item_id == item)).one()
        text.tell_by = complete(board)["tell_by"] + dt.timedelta(days=1)
    assert chair.post(close).status_code < 400
    assert rows(select(AgendaItem.status).where(AgendaItem.id == item)) == [ItemStatus.DONE]
