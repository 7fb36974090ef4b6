"""Opinions after the reveal: opened, shifted, waited for, on record; through HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseStatus
from boardroom.db import db
from boardroom.meetings.models import MeetingEvent
from boardroom.opinions import queries
from boardroom.opinions.models import Opinion, Shift
from boardroom.people.models import Person
from tests.integration.room import Room
from tests.integration.test_opinions import only, save


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


# --- The reveal --------------------------------------------------------------------------------


def test_the_reveal_opens_all_that_were_submitted_and_no_draft(room: Room) -> None:
    room.submit("surgeon")
    room.submit("chair", verdict="resectable")
    save(room, "oncologist", verdict="unresectable_biology", rationale="still thinking")
    assert room.reveal() == 2
    with room.app.app_context():
        opened = queries.revealed_opinions(room.case)
        assert sorted(o.specialty for o in opened) == ["hepatology", "surgery"]
        assert len({o.revealed_at for o in opened}) == 1


def test_after_the_reveal_an_opinion_is_open_at_once_and_marked(room: Room) -> None:
    room.reveal()
    assert room.submit("surgeon").status_code == 303
    page = room.client("surgeon").get(room.at("opinion")).text
    assert "after the reveal" in page
    with room.app.app_context():
        (opinion,) = queries.revealed_opinions(room.case)
        assert opinion.submitted_at == opinion.revealed_at


def test_a_seal_that_was_promised_is_not_broken_by_a_reveal_in_between(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    room.reveal()
    answer = room.submit("surgeon", expects="sealed", rationale="typed in that moment")
    assert answer.status_code == 409
    assert "revealed a moment ago" in answer.text
    assert "typed in that moment" in answer.text
    assert rows(select(Opinion)) == []
    assert room.submit("surgeon", expects="open").status_code == 303


# --- Shifts ------------------------------------------------------------------------------------


def test_a_shift_keeps_both_views_and_is_announced(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    room.submit("surgeon")
    room.go_live()
    room.reveal()
    answer = room.client("surgeon").post(
        room.at("opinion/shift"),
        data=room.opinion(
            verdict="resectable",
            shift_reason="The volumetry was read again.",
            **{"stance-resection": "prefer"},
        ),
    )
    assert answer.status_code == 303
    (shift,) = rows(select(Shift))
    assert shift.changes == {
        "verdict": ["convertible", "resectable"],
        "stances": {"resection": ["acceptable", "prefer"]},
    }
    assert only(rows).verdict == "resectable"
    assert [e.kind for e in rows(select(MeetingEvent))][-1] == "opinion_shifted"
    page = room.client("surgeon").get(room.at("opinion")).text
    assert "The volumetry was read again." in page
    assert "was acceptable, now" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"shift_reason": ""}, "Say in a few words why"),
        ({"shift_reason": "none"}, "Nothing is different"),
        ({"shift_reason": "x" * 2001, "verdict": "resectable"}, "2000 characters"),
        ({"shift_reason": "so", "verdict": ""}, "Choose your verdict"),
    ],
)
def test_a_shift_that_needs_another_look(
    room: Room, rows: Callable[..., list[Any]], fields: dict[str, str], words: str
) -> None:
    room.submit("surgeon")
    room.reveal()
    answer = room.client("surgeon").post(room.at("opinion/shift"), data=room.opinion(**fields))
    assert answer.status_code == 422
    assert words in answer.text
    assert rows(select(Shift)) == []


def test_a_sealed_opinion_does_not_shift_and_a_decided_case_neither(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    fields = room.opinion(verdict="resectable", shift_reason="so")
    room.submit("surgeon")
    assert room.client("surgeon").post(room.at("opinion/shift"), data=fields).status_code == 409
    assert room.client("oncologist").post(room.at("opinion/shift"), data=fields).status_code == 409
    room.reveal()
    room.change(Case, room.case, status=CaseStatus.DECIDED)
    assert room.client("surgeon").post(room.at("opinion/shift"), data=fields).status_code == 423
    assert rows(select(Shift)) == []
    page = room.client("surgeon").get(room.at("opinion?change=1")).text
    assert "Shift my opinion" not in page


# --- Waiting, records --------------------------------------------------------------------------


def test_a_case_waits_for_those_who_have_given_no_opinion(room: Room) -> None:
    def waiting(name: str) -> list[queries.Wanted]:
        with room.app.app_context():
            return queries.waiting_for(db.session.get_one(Person, room.people[name]))

    assert [w.case.code for w in waiting("surgeon")] == ["BR-0001"]
    assert waiting("surgeon")[0].due is not None
    save(room, "surgeon", rationale="begun")
    assert waiting("surgeon")[0].begun
    room.submit("surgeon")
    assert waiting("surgeon") == []
    assert [w.case.code for w in waiting("second surgeon")] == ["BR-0001"]
    assert waiting("coordinator") == waiting("observer") == waiting("referrer") == []
    room.change(Case, room.case, status=CaseStatus.DECIDED)
    assert waiting("oncologist") == []


def test_every_step_is_in_the_audit_trail_without_its_content(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    save(room, "surgeon", rationale="sentinel-words")
    room.submit("surgeon", rationale="sentinel-words")
    entries = rows(select(AuditEntry).where(AuditEntry.action.contains("opinion")))
    assert [e.action for e in entries] == ["saved a draft opinion", "submitted an opinion"]
    assert all(e.case_id == room.case and e.actor_id == room.people["surgeon"] for e in entries)
    assert all(
        "sentinel-words" not in str((e.changes, e.details)) for e in rows(select(AuditEntry))
    )


def test_reading_the_page_changes_nothing_and_is_recorded(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    room.client("surgeon").get(room.at("opinion"))
    assert rows(select(Opinion)) == []
    assert [e.action for e in rows(select(AuditEntry).where(AuditEntry.case_id == room.case))] == [
        "read a case"
    ]


def test_the_part_alone_for_a_dialog(room: Room) -> None:
    part = room.client("surgeon").get(room.at("opinion"), headers={"X-Boardroom-Part": "1"}).text
    assert "<html" not in part
    assert 'id="my-opinion"' in part
