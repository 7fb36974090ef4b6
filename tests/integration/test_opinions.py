"""Giving an opinion: drafts and the seal, through HTTP and a real database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus
from boardroom.meetings.models import MeetingEvent
from boardroom.opinions import queries
from boardroom.opinions.models import Opinion, OpinionStatus
from tests.integration.room import Room

SCRIPT = {"X-Boardroom-Part": "1", "Accept": "application/json"}


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


def save(room: Room, name: str, **fields: str) -> Any:
    return room.client(name).post(room.at("opinion/draft"), data=fields, headers=SCRIPT)


def only(rows: Callable[..., list[Any]]) -> Opinion:
    (found,) = rows(select(Opinion))
    return found


# --- Drafts ------------------------------------------------------------------------------------


def test_a_draft_saves_field_by_field(room: Room, rows: Callable[..., list[Any]]) -> None:
    first = save(room, "surgeon", verdict="convertible")
    assert (first.status_code, first.json["version"], first.json["errors"]) == (200, 1, {})
    again = save(
        room, "surgeon", **{"stance-tace": "prefer", "reason-tace": "bridge", "version": "1"}
    )
    assert again.json["version"] == 2
    mine = only(rows)
    assert (mine.verdict, mine.status, mine.specialty) == ("convertible", "draft", "surgery")
    assert mine.stances == {"tace": {"stance": "prefer", "reason": "bridge"}}
    page = room.client("surgeon").get(room.at("opinion")).text
    assert 'value="bridge"' in page


def test_a_specialty_is_named_as_the_board_writes_it(room: Room) -> None:
    # Not every language writes it small within a sentence
    page = room.client("surgeon").get(room.at("opinion")).text
    assert "as Surgery<" in page
    assert "as surgery" not in page
    assert "Questions to surgery" not in page


def test_a_field_that_cannot_be_taken_is_named_and_the_rest_is_saved(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    answer = save(room, "surgeon", verdict="hopeless", rationale="Well.")
    assert list(answer.json["errors"]) == ["verdict"]
    assert (only(rows).verdict, only(rows).rationale) == ("", "Well.")


def test_two_devices_on_one_field_are_told_apart(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    save(room, "surgeon", rationale="from the desk")
    save(
        room,
        "surgeon",
        rationale="from the desk, longer",
        version="1",
        _was='{"rationale": "from the desk"}',
    )
    stale = save(
        room,
        "surgeon",
        rationale="from the phone",
        version="1",
        _was='{"rationale": "from the desk"}',
    )
    assert stale.status_code == 409
    assert stale.json["theirs"] == {"rationale": "from the desk, longer"}
    assert stale.json["mine"] == {"rationale": "from the phone"}
    other_field = save(room, "surgeon", verdict="resectable", version="1", _was='{"verdict": ""}')
    assert other_field.status_code == 200
    assert only(rows).rationale == "from the desk, longer"


def test_a_repeat_after_a_lost_answer_does_no_harm(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    fields = {"rationale": "once", "version": "0", "_was": '{"rationale": ""}'}
    assert save(room, "surgeon", **fields).status_code == 200
    assert save(room, "surgeon", **fields).status_code == 200
    assert only(rows).version == 1


def test_a_draft_tells_nobody(room: Room, rows: Callable[..., list[Any]]) -> None:
    room.go_live()
    save(room, "surgeon", verdict="convertible", rationale="mine alone")
    assert rows(select(MeetingEvent)) == []
    with room.app.app_context():
        assert queries.opinions_in(room.case) == []
        assert queries.revealed_opinions(room.case) == []


def test_without_a_script_a_draft_is_a_form(room: Room) -> None:
    answer = room.client("surgeon").post(room.at("opinion/draft"), data={"rationale": "plain"})
    assert answer.status_code == 303
    bad = room.client("surgeon").post(room.at("opinion/draft"), data={"confidence": "9"})
    assert bad.status_code == 422
    assert "from 1 to 5" in bad.text


# --- Submitting --------------------------------------------------------------------------------


def test_a_submitted_opinion_is_sealed(room: Room, rows: Callable[..., list[Any]]) -> None:
    room.go_live()
    answer = room.submit("surgeon")
    assert (answer.status_code, answer.location) == (303, room.at("opinion"))
    mine = only(rows)
    assert (mine.status, mine.revealed_at) == (OpinionStatus.SUBMITTED, None)
    with room.app.app_context():
        (arrival,) = queries.opinions_in(room.case)
        assert (arrival.specialty, arrival.revealed) == ("surgery", False)
        assert queries.revealed_opinions(room.case) == []
    (event,) = rows(select(MeetingEvent))
    assert event.kind == "opinion_submitted"
    assert event.payload == {"specialty": "surgery", "person": room.people["surgeon"]}
    assert "sealed until the reveal" in room.client("surgeon").get(room.at("opinion")).text


def test_an_unfinished_opinion_says_what_is_open_and_keeps_what_was_typed(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    answer = room.client("surgeon").post(
        room.at("opinion/submit"), data={"rationale": "kept <b>here</b>", "stance-tace": "prefer"}
    )
    assert answer.status_code == 422
    for words in (
        "Choose your verdict",
        "Say how sure",
        "10 options have no stance",
        "kept &lt;b&gt;here",
    ):
        assert words in answer.text
    assert rows(select(Opinion)) == []


def test_the_rest_outside_the_field_in_one_tap(room: Room, rows: Callable[..., list[Any]]) -> None:
    answer = room.client("surgeon").post(
        room.at("opinion/submit"),
        data={
            "verdict": "resectable",
            "confidence": "5",
            "stance-resection": "prefer",
            "rest": "outside_field",
        },
    )
    assert answer.status_code == 303
    assert only(rows).stances["tace"]["stance"] == "outside_field"


def test_a_sealed_opinion_can_be_replaced_before_the_reveal(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    room.submit("surgeon")
    assert save(room, "surgeon", rationale="quietly").status_code == 409
    assert "Submit sealed again" in room.client("surgeon").get(room.at("opinion?change=1")).text
    assert room.submit("surgeon", verdict="resectable").status_code == 303
    assert only(rows).verdict == "resectable"


def test_sending_twice_gives_one_opinion(room: Room, rows: Callable[..., list[Any]]) -> None:
    client, key = room.client("surgeon"), {"_key": "a-key-of-this-form"}
    first = client.post(room.at("opinion/submit"), data=room.opinion() | key)
    again = client.post(room.at("opinion/submit"), data=room.opinion() | key)
    assert (first.status_code, again.status_code, again.location) == (303, 303, first.location)
    assert only(rows).version == 1


def test_a_form_that_was_sent_and_is_changed_and_sent_again_is_not_taken_for_a_repeat(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    """As with the browser's way back: the page is the one that was sent, its key as well."""
    client, form = room.client("surgeon"), {"_key": "a-key-of-this-form", "version": "0"}
    sent = room.opinion(rationale="As first sent") | form
    assert client.post(room.at("opinion/submit"), data=sent).status_code == 303
    again = client.post(room.at("opinion/submit"), data=sent | {"rationale": "As put right"})
    assert again.status_code == 409
    assert "As first sent" in again.text
    assert "As put right" in again.text
    assert client.post(room.at("opinion/submit"), data=sent).status_code == 303
    assert only(rows).rationale == "As first sent"


def test_a_stale_submission_shows_both_texts(room: Room) -> None:
    save(room, "surgeon", rationale="from the phone")
    save(room, "surgeon", rationale="from the phone, later", version="1")
    answer = room.submit("surgeon", rationale="from the desk", version="1")
    assert answer.status_code == 409
    assert "from the phone, later" in answer.text
    assert "from the desk" in answer.text


@pytest.mark.parametrize("name", ["administrator", "coordinator", "observer"])
def test_only_members_with_a_specialty_give_opinions(room: Room, name: str) -> None:
    assert room.client(name).get(room.at("opinion")).status_code == 403
    assert room.submit(name).status_code == 403
    assert save(room, name, rationale="x").status_code == 403


def test_a_referrer_does_not_even_see_the_form(room: Room) -> None:
    assert room.client("referrer").get(room.at("opinion")).status_code == 403
    room.change(Case, room.case, referrer_hospital="Elsewhere")
    assert room.client("referrer").get(room.at("opinion")).status_code == 404


def test_a_decided_case_takes_no_opinion(room: Room, rows: Callable[..., list[Any]]) -> None:
    room.change(Case, room.case, status=CaseStatus.DECIDED)
    assert room.submit("surgeon").status_code == 423
    assert save(room, "surgeon", rationale="x").status_code == 423
    assert "No opinion can be given now" in room.client("surgeon").get(room.at("opinion")).text
    assert rows(select(Opinion)) == []


@pytest.mark.parametrize(
    ("status", "code"), [(CaseStatus.DECIDED, 423), (CaseStatus.DISCUSSED, 409)]
)
def test_who_comes_too_late_reads_why_keeps_their_words_and_is_shown_where_to_comment(
    room: Room, status: CaseStatus, code: int
) -> None:
    room.submit("surgeon")
    room.reveal()
    room.change(Case, room.case, status=status)
    for name, path, more in (
        ("surgeon", "opinion/shift", {"shift_reason": "The volume grew.", "verdict": "resectable"}),
        ("oncologist", "opinion/submit", {"change_mind": "A new scan."}),
    ):
        page = room.client(name).get(room.at("opinion?change=1")).text
        assert "The board has decided this case" in page
        assert f'href="/cases/{room.case}#comments"' in page
        assert "<textarea" not in page
        late = room.client(name).post(room.at(path), data=room.opinion(**more))
        assert late.status_code == code
        assert "Nothing was saved" in late.text
        for text in ("The remnant can grow.", *(more[k] for k in more if k != "verdict")):
            assert text in late.text
