"""The patient's name in what is said about a case: its writer is cautioned, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case
from boardroom.cases.names import NAME_IN_TEXT
from boardroom.comments.models import Comment
from boardroom.meetings.models import MeetingEvent
from boardroom.opinions.models import Opinion
from tests.integration.room import Room
from tests.integration.test_sealing import pushed

SCRIPT = {"X-Boardroom-Part": "1", "Accept": "application/json"}
NAMED = "For Mr Inparticular a small remnant."  # the room's patient is Nobody Inparticular


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


def test_a_draft_opinion_is_saved_with_a_caution_beside_the_field(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    surgeon = room.client("surgeon")
    sent = {
        "rationale": NAMED,
        "change_mind": "Nothing in particular.",
        "stance-tace": "prefer",
        "reason-tace": "as Inparticular asked",
        "verdict": "convertible",
    }
    answer = surgeon.post(room.at("opinion/draft"), data=sent, headers=SCRIPT)
    assert (answer.status_code, answer.json["errors"]) == (200, {})
    assert answer.json["warnings"] == {"rationale": NAME_IN_TEXT, "reason-tace": NAME_IN_TEXT}
    assert rows(select(Opinion))[0].rationale == NAMED
    page = surgeon.get(room.at("opinion")).text
    assert page.count(NAME_IN_TEXT) == 2
    assert f'<p class="field-caution" id="rationale-error">{NAME_IN_TEXT}</p>' in page
    field = page[page.index('<textarea class="form-control" id="rationale"') :]
    assert 'aria-describedby="rationale-error"' in field[: field.index(">")]
    clean = surgeon.post(room.at("opinion/draft"), data={"rationale": "Small."}, headers=SCRIPT)
    assert clean.json["warnings"] == {}


def test_an_opinion_is_given_all_the_same_and_only_its_writer_is_cautioned(room: Room) -> None:
    assert room.submit("surgeon", rationale=NAMED).status_code == 303
    assert NAME_IN_TEXT in room.client("surgeon").get(room.at("opinion")).text
    room.reveal()
    assert NAME_IN_TEXT in room.client("surgeon").get(room.at("opinion")).text
    for name in ("oncologist", "chair", "observer"):
        assert NAME_IN_TEXT not in room.client(name).get(f"/cases/{room.case}").text, name
    assert NAME_IN_TEXT not in pushed(room)


def test_a_comment_is_said_and_only_its_writer_is_cautioned(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    surgeon = room.client("surgeon")
    room.go_live()
    answer = surgeon.post(room.at("comments"), data={"body": NAMED})
    assert answer.status_code == 303
    (comment,) = rows(select(Comment))
    page = surgeon.get(room.at("comments")).text
    assert page.count(NAME_IN_TEXT) == 1
    editing = surgeon.get(room.at(f"comments?edit={comment.id}")).text
    assert f'<p class="field-caution" id="body-edit-caution">{NAME_IN_TEXT}</p>' in editing
    assert 'aria-describedby="body-edit-caution"' in editing
    for name in ("oncologist", "chair", "observer"):
        there = room.client(name).get(room.at("comments")).text
        assert "a small remnant" in there
        assert NAME_IN_TEXT not in there, name
    assert NAME_IN_TEXT not in pushed(room)
    assert NAME_IN_TEXT not in str([event.payload for event in rows(select(MeetingEvent))])
    surgeon.post(room.at(f"comments/{comment.id}/edit"), data={"body": "A small remnant."})
    assert NAME_IN_TEXT not in surgeon.get(room.at("comments")).text


def test_what_a_referrer_sends_later_is_taken_with_a_caution(
    referrer: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case("listed", "Invented General")
    named = "Mx Invented would dance in June"
    wrong = {"patient_wants": named, "fact-inr-1-value": "1.1"}
    refused = referrer.post(f"/cases/{case_id}/more", data=wrong)
    assert refused.status_code == 422
    assert f'id="f-patient_wants-error">{NAME_IN_TEXT}</p>' in refused.text
    sent = referrer.post(f"/cases/{case_id}/more", data={"patient_wants": named})
    assert sent.status_code == 303
    assert the_case(case_id).patient_wants == named
    page = referrer.get(f"/cases/{case_id}").text
    assert f"What the patient wants: {NAME_IN_TEXT}" in page
    assert NAME_IN_TEXT not in referrer.get(f"/cases/{case_id}").text
