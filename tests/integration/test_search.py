"""Finding a case by the words of its referral, its patient and its comments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases import queries, search
from boardroom.cases.models import Case
from boardroom.comments.models import Comment
from boardroom.db import write_transaction


@pytest.mark.parametrize("rare", [search.RARE, 0], ids=["rare words", "common words"])
def test_words_are_found_in_a_case_its_patient_and_its_comments(
    coordinator: FlaskClient,
    new_case: Callable[..., int],
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    rare: int,
) -> None:
    monkeypatch.setattr(search, "RARE", rare)
    one = new_case(question="Hémihépatectomie droite?")
    two = new_case(question="Ablation?")
    with app.app_context(), write_transaction() as session:
        session.get_one(Case, two).patient.name = "Zwei Invented"
    body = "The remnant <b>grew</b> to 41 % in May."
    assert coordinator.post(f"/cases/{one}/comments", data={"body": body}).status_code < 400

    def found(words: str, client: FlaskClient = coordinator) -> tuple[bool, bool]:
        text = client.get("/cases", query_string={"q": words}).text
        return "Hémihépatectomie" in text, "Ablation?" in text

    assert found("hemihep") == (True, False), "a beginning, without accents"
    assert found("invented") == (True, True)
    assert found("zwei ablat") == (False, True), "each word somewhere"
    assert found("zwei droite") == (False, False)
    assert found("REMNANT grew") == (True, False)
    listed = coordinator.get("/cases?q=grew").text
    assert "<mark>grew</mark>" in listed
    assert "&lt;b&gt;" in listed
    for odd in ('"', "'", "grew*", "grew OR zwei", "NEAR(", "^", "-", "a" * 300, ")(", "\\"):
        assert coordinator.get("/cases", query_string={"q": odd}).status_code == 200, odd

    # What is changed, withdrawn or deleted is found as it is now.
    with app.app_context(), write_transaction() as session:
        comment = session.scalars(select(Comment)).one()
        comment.body = "It shrank."
        session.get_one(Case, one).patient.name = "Renamed Invented"
    assert found("grew") == (False, False)
    assert found("shrank") == (True, False)
    assert found("renam") == (True, False)
    with app.app_context(), write_transaction() as session:
        session.scalars(select(Comment)).one().withdrawn_at = dt.datetime.now(dt.UTC)
    assert found("shrank") == (False, False)


def test_a_referrer_finds_nothing_by_what_the_board_said(
    coordinator: FlaskClient,
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
    new_case: Callable[..., int],
) -> None:
    own = new_case(hospital="St Example", question="Ours?")
    coordinator.post(f"/cases/{own}/comments", data={"body": "Not before the biopsy."})
    referrer = sign_in(person("referrer", hospital="St Example"))
    assert "Ours?" in referrer.get("/cases?q=ours").text
    answer = referrer.get("/cases?q=biopsy").text
    assert "Ours?" not in answer
    assert "Not before" not in referrer.get("/cases?q=ours+not").text
    assert "Not before" in coordinator.get("/cases?q=biopsy").text


def test_very_many_are_counted_no_further_than_anybody_reads(
    coordinator: FlaskClient, new_case: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        new_case(question=f"Ablation of lesion {number}?")
    assert "3 cases" in coordinator.get("/cases?q=ablation").text
    monkeypatch.setattr(queries, "MOST_FOUND", 2)
    page = coordinator.get("/cases?q=ablation").text
    assert "more than 2 cases" in page
    assert "lesion 2" in page
    assert "lesion 0" not in page, "the newest come first"
    assert "3 cases" in coordinator.get("/cases").text, "the whole list is counted to its end"
