"""What the referrer of a case reads of the board's decision, and when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus
from boardroom.comments.models import Comment
from boardroom.consensus.models import Consensus, SignOff, SignOffKind
from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.minutes.models import Amendment, Minutes
from tests.integration.room import Room

WAITS = "appears here when the minutes are signed"


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    """A case that was decided at a meeting, with a dissent and a comment."""
    made = Room(app, person, sign_in)
    made.submit("oncologist", rationale="SENTINEL-OPINION")
    with app.app_context(), write_transaction() as session:
        session.add_all(
            [
                Consensus(
                    item_id=made.item,
                    version=3,
                    verdict="convertible",
                    strength="majority",
                    rationale="The remnant can grow.",
                    steps=[
                        {
                            "what": "Portal vein embolisation",
                            "who": "Radiology",
                            "when": "in 7 days",
                        }
                    ],
                    dispositions={
                        "remnant_growth": {
                            "disposition": "chosen",
                            "reason": "It is too small now.",
                        },
                        "transplant": {"disposition": "rejected", "reason": "Outside criteria."},
                        "trial": {"disposition": "not_applicable", "reason": ""},
                    },
                    teller="surgery",
                    tell_by=dt.date(2026, 12, 1),
                    rediscuss="After volumetry",
                ),
                SignOff(
                    item_id=made.item,
                    specialty="oncology",
                    person_id=made.people["oncologist"],
                    kind=SignOffKind.DISSENT,
                    text="Systemic therapy first.",
                    reopen_condition="Growth on the next CT",
                    consensus_version=3,
                ),
                SignOff(
                    item_id=made.item,
                    specialty="surgery",
                    person_id=made.people["surgeon"],
                    kind=SignOffKind.AGREE,
                    text="SENTINEL-AGREED",
                    consensus_version=3,
                ),
                Comment(
                    case_id=made.case, author_id=made.people["surgeon"], body="SENTINEL-COMMENT"
                ),
            ]
        )
    made.change(Case, made.case, status=CaseStatus.DECIDED)
    made.change(AgendaItem, made.item, status=ItemStatus.DONE, ended_at=now())
    made.change(Meeting, made.meeting, status=MeetingStatus.CLOSED)
    return made


def answer(room: Room) -> str:
    page = room.client("referrer").get(f"/cases/{room.case}")
    assert page.status_code == 200
    text = page.text
    return text[text.index('id="answer"') : text.index('class="glance"')]


def sign(room: Room) -> None:
    room.change(Meeting, room.meeting, status=MeetingStatus.SIGNED)


def test_the_answer_comes_with_the_signature(room: Room) -> None:
    assert WAITS in answer(room)
    assert "Portal vein embolisation" not in answer(room)
    assert "answer is here" not in room.client("referrer").get("/").text
    sign(room)
    said = answer(room)
    for words in (
        "First opinion", "Unresectable", "Convertible", "This answer is final: majority",
        "Portal vein embolisation", "Radiology", "in 7 days", "The remnant can grow.",
        "It is too small now.", "Outside criteria.", "Oncology: dissent", "Systemic therapy first.",
        "Growth on the next CT", "surgery, by Tue 1 Dec 2026", "After volumetry", "Clinical trial",
    ):  # fmt: skip
        assert words in said, words
    assert "answer is here" in room.client("referrer").get("/").text


def test_the_answer_says_why_the_option_is_not_the_stages_first(room: Room) -> None:
    sign(room)
    assert "first option" not in answer(room)
    with room.app.app_context(), write_transaction() as session:
        session.scalars(select(Consensus)).one().stage_migration = "comorbidity"
    assert "Not the stage’s first option:</span> comorbidity" in answer(room)
    minutes = room.client("chair").get(f"/meetings/{room.meeting}/minutes").text
    assert "Not the stage’s first option:</span> Comorbidity" in minutes


def test_the_boards_reading_and_its_aids_come_with_the_answer(room: Room) -> None:
    room.change(Case, room.case, status=CaseStatus.LISTED)
    sent = {"version": "0", "lesions-0-number": "1", "lesions-0-segments": "V",
            "lesions-0-size_mm": "87"}  # fmt: skip
    assert room.client("coordinator").post(room.at("map/board"), data=sent).status_code == 303
    room.change(Case, room.case, status=CaseStatus.DECIDED)
    for shown in (False, True):
        page = room.client("referrer").get(f"/cases/{room.case}").text
        assert ("The board’s reading</b>" in page) is shown
        assert ("87 mm" in page) is shown
        assert ('aria-label="Decision aids"' in page) is shown
        sign(room)
    room.change(Case, room.case, status=CaseStatus.LISTED)
    again = room.client("referrer").get(f"/cases/{room.case}").text
    assert "87 mm" not in again, "the board works on it again"


def test_the_answer_names_nobody_and_holds_nothing_internal(room: Room) -> None:
    sign(room)
    page = room.client("referrer").get(f"/cases/{room.case}").text
    assert "SENTINEL" not in page
    for name in ("Surgeon", "Oncologist", "Chair", "Second Surgeon"):
        assert f"Invented {name}" not in page


def test_a_provisional_answer_says_why(room: Room) -> None:
    room.change(
        AgendaItem, room.item, status=ItemStatus.PROVISIONAL,
        provisional_reasons=["Hepatology was not there."],
    )  # fmt: skip
    room.change(Case, room.case, status=CaseStatus.DISCUSSED)
    sign(room)
    said = answer(room)
    assert "This answer is provisional." in said
    assert "Hepatology was not there." in said
    assert "final" not in said


def test_an_amendment_about_the_case_stands_beside_it(room: Room) -> None:
    sign(room)
    with room.app.app_context(), write_transaction() as session:
        minutes = Minutes(
            meeting_id=room.meeting, content={}, content_hash="0" * 64,
            signed_by_id=room.people["chair"], signed_at=now(),
        )  # fmt: skip
        session.add(minutes)
        session.flush()
        for number, case in ((1, room.case), (2, None)):
            session.add(
                Amendment(
                    minutes_id=minutes.id, number=number, case_id=case, text=f"Amended {number}.",
                    reason="SENTINEL-REASON", by_id=room.people["chair"],
                )
            )  # fmt: skip
    board = room.client("chair").get(f"/cases/{room.case}").text
    assert "Added to the record" in board
    assert "Amended 1." in board
    assert "Amended 2." not in board
    said = answer(room)
    assert "Amended 1." in said
    assert "Amended 2." not in said, "it is about another case, or about the meeting"
    assert "SENTINEL" not in said


def test_a_case_put_off_has_no_answer_yet(room: Room) -> None:
    room.change(AgendaItem, room.item, status=ItemStatus.DEFERRED)
    room.change(Case, room.case, status=CaseStatus.DEFERRED)
    sign(room)
    said = answer(room)
    assert "appears here after the meeting" in said
    assert "Portal vein embolisation" not in said


def test_other_hospitals_referrers_find_nothing(room: Room) -> None:
    sign(room)
    stranger = room.sign_in(room.person("referrer", hospital="Elsewhere"))
    assert stranger.get(f"/cases/{room.case}").status_code == 404
    assert "answer is here" not in stranger.get("/").text
    for name in ("chair", "surgeon", "observer"):
        assert 'id="answer"' not in room.client(name).get(f"/cases/{room.case}").text


def test_options_whose_names_hold_commas_are_told_apart(room: Room) -> None:
    """ "Remnant growth, then resection" is one option: between two of them stands a semicolon."""
    beside = {"disposition": "not_applicable", "reason": ""}
    fates = dict.fromkeys(("resection", "remnant_growth", "transplant"), beside)
    with room.app.app_context(), write_transaction() as session:
        found = session.scalars(select(Consensus)).one()
        found.dispositions = fates | {"ablation": {"disposition": "chosen", "reason": ""}}
    words = "Resection; Remnant growth, then resection; Transplant"
    sign(room)
    assert words in answer(room)
    page = room.client("surgeon").get(f"/cases/{room.case}").text
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace(" ;", ";")
    assert words in shown
