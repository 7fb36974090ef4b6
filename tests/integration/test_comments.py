"""Comments in threads: who may, whom they address, how they are put right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.comments import rules
from boardroom.comments.models import Comment, Mention
from boardroom.db import now
from boardroom.meetings.models import MeetingEvent
from boardroom.people.models import Person
from tests.integration.room import Room

PART = {"HX-Request": "true"}


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return Room(app, person, sign_in)


def say(room: Room, name: str, body: str, **more: Any) -> Any:
    return room.client(name).post(room.at("comments"), data={"body": body} | more)


# --- Pure --------------------------------------------------------------------------------------

PEOPLE = {1: "Ann Lee", 2: "Ann Lee-Gray", 3: "Bo Quist", 4: "bo quist"}


@pytest.mark.parametrize(
    ("text", "chosen", "found"),
    [
        ("@Ann Lee please look", (), {1}),
        ("@Ann Lee-Gray please look", (), {2}),
        ("(@ann lee, @Ann Lee-Gray)", (), {1, 2}),
        ("write to ann@Ann Lee", (), set()),
        ("@Ann Leeds", (), set()),
        ("@Bo Quist", (), {3, 4}),
        ("@Bo Quist", (4,), {4}),
        ("nobody", (1,), set()),
        ("@Ann Lee", (3,), {1}),
    ],
)
def test_whom_a_text_addresses(text: str, chosen: tuple[int, ...], found: set[int]) -> None:
    assert rules.addressed(text, PEOPLE, chosen) == found


def test_the_text_is_cut_where_it_addresses_somebody() -> None:
    assert rules.pieces("To @Ann Lee: look", ["Ann Lee"]) == [
        ("To ", False), ("@Ann Lee", True), (": look", False),
    ]  # fmt: skip
    assert rules.pieces("@Ann Lee", []) == [("@Ann Lee", False)]


# --- Saying something --------------------------------------------------------------------------


def test_a_comment_and_its_answers_stand_together(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    assert say(room, "surgeon", "Is the portal vein open?").status_code == 303
    (first,) = rows(select(Comment))
    say(room, "oncologist", "Yes, on the scan of May.", thread=first.id)
    answer = rows(select(Comment).order_by(Comment.id.desc()))[0]
    say(room, "surgeon", "Thank you.", thread=answer.id)  # an answer to an answer joins the thread
    assert [c.thread_id for c in rows(select(Comment).order_by(Comment.id))] == [
        None,
        first.id,
        first.id,
    ]
    page = room.client("observer").get(room.at("comments"))
    assert page.status_code == 200
    assert (
        page.text.index("portal vein")
        < page.text.index("scan of May")
        < page.text.index("Thank you")
    )
    assert "<textarea" not in page.text


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 4001])
def test_what_cannot_be_said_keeps_the_words(
    room: Room, rows: Callable[..., list[Any]], body: str
) -> None:
    answer = room.client("surgeon").post(room.at("comments"), data={"body": body}, headers=PART)
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert "<html" not in answer.text
    assert rows(select(Comment)) == []


def test_markup_is_text(room: Room) -> None:
    say(room, "surgeon", "<script>alert(1)</script> https://example.org\nnext line")
    page = room.client("oncologist").get(room.at("comments")).text
    assert "&lt;script&gt;alert(1)" in page
    assert 'href="https://example.org' not in page


@pytest.mark.parametrize("name", ["observer", "referrer"])
def test_observers_and_referrers_say_nothing(
    room: Room, rows: Callable[..., list[Any]], name: str
) -> None:
    assert say(room, name, "hello").status_code == 403
    assert rows(select(Comment)) == []


def test_referrers_do_not_read(room: Room) -> None:
    say(room, "surgeon", "between us")
    answer = room.client("referrer").get(room.at("comments"))
    assert answer.status_code == 403
    assert "between us" not in answer.text


def test_sending_twice_says_it_once(room: Room, rows: Callable[..., list[Any]]) -> None:
    client = room.client("surgeon")
    for _ in range(2):
        answer = client.post(room.at("comments"), data={"body": "once", "_key": "key-of-the-form"})
        assert answer.status_code == 303
    assert len(rows(select(Comment))) == 1


def test_a_thread_of_another_case_is_not_here(room: Room) -> None:
    assert say(room, "surgeon", "where?", thread=4711).status_code == 404


def test_a_live_meeting_hears_of_it(room: Room, rows: Callable[..., list[Any]]) -> None:
    say(room, "surgeon", "before the meeting")
    room.go_live()
    say(room, "surgeon", "during it")
    (event,) = rows(select(MeetingEvent))
    assert event.kind == "commented"
    assert "during it" not in str(event.payload)


# --- Mentions ----------------------------------------------------------------------------------


def test_a_mention_waits_until_it_is_seen(room: Room, rows: Callable[..., list[Any]]) -> None:
    say(
        room,
        "surgeon",
        "@Invented Oncologist what do you give, @Invented Surgeon asks @Invented Observer",
    )
    (mention,) = rows(select(Mention))  # neither oneself nor who may not answer
    assert mention.person_id == room.people["oncologist"]
    client = room.client("oncologist")
    assert "what do you give" in client.get("/").text
    thread = client.get(room.at("comments")).text
    assert 'data-unseen="1"' in thread
    assert '<span class="mention">@Invented Oncologist</span>' in thread
    assert "what do you give" in client.get("/").text  # reading a page changes nothing
    assert client.post(room.at("comments/seen"), headers=PART).status_code == 204
    assert "what do you give" not in client.get("/").text
    assert 'data-unseen="0"' in client.get(room.at("comments")).text


def test_seeing_is_ones_own(room: Room, rows: Callable[..., list[Any]]) -> None:
    say(room, "surgeon", "@Invented Oncologist look")
    room.client("chair").post(room.at("comments/seen"), headers=PART)
    (mention,) = rows(select(Mention))
    assert mention.seen_at is None


# --- Putting right, taking back ----------------------------------------------------------------


def edit(room: Room, name: str, comment: int, body: str) -> Any:
    return room.client(name).post(room.at(f"comments/{comment}/edit"), data={"body": body})


def test_one_can_put_a_comment_right_for_a_while(
    room: Room, rows: Callable[..., list[Any]]
) -> None:
    say(room, "surgeon", "@Invented Oncologist it is segment 6")
    (comment,) = rows(select(Comment))
    assert 'name="body"' in room.client("surgeon").get(room.at(f"comments?edit={comment.id}")).text
    assert edit(room, "surgeon", comment.id, "@Invented Chair it is segment 7").status_code == 303
    (comment,) = rows(select(Comment))
    assert comment.body.endswith("segment 7")
    assert comment.edited_at is not None
    assert [m.person_id for m in rows(select(Mention))] == [room.people["chair"]]
    assert "edited" in room.client("observer").get(room.at("comments")).text


def test_the_same_text_is_no_edit(room: Room, rows: Callable[..., list[Any]]) -> None:
    say(room, "surgeon", "as it is")
    (comment,) = rows(select(Comment))
    edit(room, "surgeon", comment.id, "as it is ")
    (comment,) = rows(select(Comment))
    assert comment.edited_at is None


def test_after_a_quarter_of_an_hour_it_stands(room: Room, rows: Callable[..., list[Any]]) -> None:
    say(room, "surgeon", "too late")
    (comment,) = rows(select(Comment))
    room.change(Comment, comment.id, at=now() - dt.timedelta(minutes=16))
    assert edit(room, "surgeon", comment.id, "still").status_code == 409
    (comment,) = rows(select(Comment))
    assert comment.body == "too late"


def test_others_cannot_touch_it(room: Room, rows: Callable[..., list[Any]]) -> None:
    say(room, "surgeon", "mine")
    (comment,) = rows(select(Comment))
    for name in ("chair", "administrator", "second surgeon"):
        assert edit(room, name, comment.id, "yours").status_code == 403
        withdrawn = room.client(name).post(room.at(f"comments/{comment.id}/withdraw"))
        assert withdrawn.status_code == 403
    (comment,) = rows(select(Comment))
    assert (comment.body, comment.withdrawn_at) == ("mine", None)


def test_a_withdrawn_comment_leaves_its_place(room: Room, rows: Callable[..., list[Any]]) -> None:
    say(room, "surgeon", "@Invented Oncologist never mind")
    (comment,) = rows(select(Comment))
    say(room, "oncologist", "an answer that stays", thread=comment.id)
    client = room.client("surgeon")
    done = client.post(room.at(f"comments/{comment.id}/withdraw"))
    assert done.status_code == 303
    assert done.location.endswith(f"/comments#comment-{comment.id}"), "where it stood"
    page = room.client("oncologist").get(room.at("comments")).text
    assert "never mind" not in page
    assert "Withdrawn" in page
    assert "an answer that stays" in page
    assert "never mind" not in room.client("oncologist").get("/").text
    assert client.post(room.at(f"comments/{comment.id}/withdraw")).status_code == 409


def test_withdrawing_is_asked_first(room: Room, rows: Callable[..., list[Any]]) -> None:
    say(room, "surgeon", "on second thoughts")
    (comment,) = rows(select(Comment))
    page = room.client("surgeon").get(room.at("comments")).text
    assert f'data-dialog="withdraw-{comment.id}">Withdraw</button>' in page
    before, dialog = page.split(f'<dialog class="ask" id="withdraw-{comment.id}"')
    assert f"comments/{comment.id}/withdraw" not in before, "nothing but the dialog sends it"
    assert f'action="{room.at(f"comments/{comment.id}/withdraw")}"' in dialog
    assert "Its text goes for good" in dialog


def test_somebody_who_left_is_not_addressed(room: Room, rows: Callable[..., list[Any]]) -> None:
    room.change(Person, room.people["oncologist"], active=False)
    say(room, "surgeon", "@Invented Oncologist are you there?")
    assert rows(select(Mention)) == []
