"""Home: what waits for each person, in a few queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boardroom.cases.models import Case, CaseStatus, Patient
from boardroom.db import write_transaction
from boardroom.meetings.models import AgendaItem, Meeting, MeetingStatus
from tests.integration.counting import counted
from tests.integration.room import Room


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


def home(room: Room, name: str) -> str:
    answer = room.client(name).get("/")
    assert answer.status_code == 200
    return answer.text


def test_a_specialist_sees_what_wants_their_opinion(room: Room) -> None:
    page = home(room, "surgeon")
    assert "1 case wants your opinion" in page
    assert "Can the left remnant carry" in page
    assert f'href="{room.at("opinion")}"' in page
    room.submit("surgeon")
    after = home(room, "surgeon")
    assert "All your opinions are in" in after
    assert "Surgery: opinion in" in after  # in the next meeting's agenda


def test_nothing_is_said_to_be_in_where_there_is_no_case(
    person: Callable[..., int], sign_in: Callable[[int], FlaskClient]
) -> None:
    page = sign_in(person("specialist", "surgery")).get("/").text
    assert "All your opinions are in" not in page
    assert "No case waits for an opinion" in page


def test_a_new_board_says_what_to_do_first(
    person: Callable[..., int], sign_in: Callable[[int], FlaskClient]
) -> None:
    administrator = sign_in(person("administrator"))
    page = administrator.get("/").text
    assert "First steps" in page
    assert "Nothing waits for you" not in page
    for link in (
        "/boards/liver/people/invite?role=chair",
        "/boards/liver/people/invite?role=coordinator",
        "/boards/liver/people/invite?role=specialist&amp;specialty=radiology",
    ):
        assert f'href="{link}"' in page
    assert "by the coordinator or the chair" in page, "an administrator takes no referral in"
    form = administrator.get("/boards/liver/people/invite?role=specialist&specialty=radiology").text
    assert '<option selected value="radiology">' in form
    odd = administrator.get("/boards/liver/people/invite?role=king&specialty=alchemy")
    assert odd.status_code == 200
    coordinator = sign_in(person("coordinator"))
    for specialty in ("surgery", "oncology", "radiology"):
        person("specialist", specialty)
    person("chair", "hepatology")
    page = coordinator.get("/").text
    assert "6 of 8 done" in page
    assert 'href="/cases/new"' in page.split("First steps")[1]
    assert "role=chair" not in page
    assert "First steps" not in sign_in(person("specialist", "surgery")).get("/").text


def test_first_steps_end_when_all_are_taken(room: Room) -> None:
    assert "Radiology, which quorum needs" in home(room, "administrator")
    room.person("specialist", "radiology")
    for name in ("administrator", "chair", "coordinator"):
        assert "First steps" not in home(room, name)


def test_a_live_meeting_can_be_joined(room: Room) -> None:
    assert "Join the meeting" not in home(room, "surgeon")
    room.go_live()
    for name in ("surgeon", "chair", "observer"):
        assert "Join the meeting" in home(room, name)


def test_those_who_prepare_see_what_is_missing(room: Room) -> None:
    for name in ("coordinator", "chair"):
        page = home(room, name)
        assert "Missing before" in page
        assert "0 of 1 ready" in page
    for name in ("surgeon", "observer", "administrator"):
        assert "Missing before" not in home(room, name)


def test_a_chair_sees_minutes_to_sign(room: Room) -> None:
    room.change(Meeting, room.meeting, status=MeetingStatus.CLOSED)
    assert "Minutes to sign" in home(room, "chair")
    assert "Minutes to sign" not in home(room, "coordinator")
    assert "No meeting is planned" in home(room, "chair")


@pytest.mark.parametrize("name", ["observer", "surgeon", "chair", "coordinator", "administrator"])
def test_headings_skip_no_level_where_no_meeting_is_planned(room: Room, name: str) -> None:
    room.change(Meeting, room.meeting, status=MeetingStatus.CLOSED)
    page = home(room, name).split('<main id="main"')[1].split("</main>")[0]
    assert "No meeting is planned" in page
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", page)]
    assert all(after <= before + 1 for before, after in pairwise([0, *levels])), levels


def test_an_administrator_sees_people_and_audit(room: Room) -> None:
    page = home(room, "administrator")
    assert "Audit trail" in page
    assert "Your opinion is wanted" not in page


def test_an_observer_watches(room: Room) -> None:
    page = home(room, "observer")
    assert "You watch" in page
    assert "Said to you" not in page
    assert "Your opinion is wanted" not in page


def test_a_referrer_sees_their_own_hospitals_cases_and_no_others(room: Room) -> None:
    with room.app.app_context(), write_transaction() as session:
        session.add(
            Case(
                code="BR-0002",
                board="liver",
                patient=Patient(name="Someone Elses"),
                referrer_hospital="Elsewhere",
                question="Not yours",
            )
        )
    page = home(room, "referrer")
    assert "BR-0001" in page
    assert "Nobody Inparticular" in page
    assert "BR-0002" not in page
    assert "Not yours" not in page
    main = page.lower().split("<main")[1].replace("first opinion", "")  # theirs, still asked for
    main = main.replace("ask for a second opinion", "")
    assert "opinion" not in main


def test_nothing_is_asked_again_for_each_case(room: Room) -> None:
    def add_cases(count: int, start: int) -> None:
        with room.app.app_context(), write_transaction() as session:
            for number in range(start, start + count):
                case = Case(
                    code=f"BR-{number:04}", board="liver", status=CaseStatus.LISTED,
                    patient=Patient(name=f"Nobody {number}"), question=f"Question {number}?",
                )  # fmt: skip
                session.add(case)
                session.flush()
                session.add(
                    AgendaItem(meeting_id=room.meeting, case_id=case.id, position=number, minutes=4)
                )

    for name in ("surgeon", "coordinator", "chair", "observer"):
        home(room, name)
    with counted(room.app) as few:
        home(room, "surgeon")
    with counted(room.app) as few_to_prepare:
        home(room, "coordinator")
    add_cases(12, 100)
    with counted(room.app) as many:
        home(room, "surgeon")
    with counted(room.app) as many_to_prepare:
        home(room, "coordinator")
    # Two of them for who is signed in, one for boards that were taken away; three for what is to be
    # confirmed, followed up, seen to.
    assert len(many) == len(few) <= 14
    assert len(many_to_prepare) == len(few_to_prepare) <= 27


def test_a_registrys_rows_do_not_hide_who_was_sent(
    app: Flask,
    new_case: Callable[..., int],
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
) -> None:
    for number in range(9):
        new_case("submitted", question=f"Row {number}?", source=f"registry {number}")
    new_case("submitted", question="Was somebody sent?")
    page = sign_in(person("coordinator")).get("/").text
    assert "Was somebody sent?" in page
    assert page.index("Was somebody sent?") < page.index("Row 0?")
