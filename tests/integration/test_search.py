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
from boardroom.db import db, write_transaction
from boardroom.people.models import Person


@pytest.mark.parametrize(
    ("rare", "seldom_together"),
    [(search.RARE, False), (0, False), (0, True)],
    ids=["rare words", "common words", "common words, seldom together"],
)
def test_words_are_found_in_a_case_its_patient_and_its_comments(
    coordinator: FlaskClient,
    new_case: Callable[..., int],
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    rare: int,
    seldom_together: bool,
) -> None:
    monkeypatch.setattr(search, "RARE", rare)
    monkeypatch.setattr(search, "_seldom_together", lambda places: seldom_together)
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
    assert found("droite grew mx") == (True, False), "in the case, a comment and the patient"
    assert found("zwei grew") == (False, False)
    more = {"body": "And again in June."}
    assert coordinator.post(f"/cases/{one}/comments", data=more).status_code < 400
    assert found("grew june") == (True, False), "each in another comment"
    listed = coordinator.get("/cases?q=grew").text
    assert "<mark>grew</mark>" in listed
    assert "&lt;b&gt;" in listed
    for odd in ('"', "'", "grew*", "grew OR zwei", "NEAR(", "^", "-", "a" * 300, ")(", "\\"):
        assert coordinator.get("/cases", query_string={"q": odd}).status_code == 200, odd

    # What is changed, withdrawn or deleted is found as it is now.
    with app.app_context(), write_transaction() as session:
        comment = session.scalars(select(Comment).order_by(Comment.id)).first()
        assert comment is not None
        comment.body = "It shrank."
        session.get_one(Case, one).patient.name = "Renamed Invented"
    assert found("grew") == (False, False)
    assert found("shrank") == (True, False)
    assert found("renam") == (True, False)
    with app.app_context(), write_transaction() as session:
        session.get_one(Comment, comment.id).withdrawn_at = dt.datetime.now(dt.UTC)
    assert found("shrank") == (False, False)


def test_common_words_seldom_together_are_not_looked_for_case_by_case(
    app: Flask, person: Callable[..., int], new_case: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for number in range(12):
        new_case(question="Ablation?" if number % 2 else "Resection?")
    both = new_case(question="Ablation or resection?")
    coordinator = person("coordinator")

    def asked() -> tuple[str, list[int]]:
        with app.app_context():
            who = db.session.get_one(Person, coordinator)
            matching = search.having(["ablation", "resection"], who)
            return str(matching), list(db.session.scalars(select(Case.id).where(matching)))

    monkeypatch.setattr(search, "RARE", 3)
    by_keys, found = asked()
    assert found == [both]
    assert " OR " not in by_keys
    new_case(question="Resection after ablation?")
    new_case(question="Resection, then ablation?")
    new_case(question="Resection with ablation?")
    one_by_one, found = asked()
    assert len(found) == 4
    assert " OR " in one_by_one


@pytest.mark.parametrize("seldom_together", [False, True])
def test_a_referrer_finds_nothing_by_what_the_board_said(
    monkeypatch: pytest.MonkeyPatch,
    seldom_together: bool,
    coordinator: FlaskClient,
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
    new_case: Callable[..., int],
) -> None:
    if seldom_together:
        monkeypatch.setattr(search, "RARE", 0)
        monkeypatch.setattr(search, "_seldom_together", lambda places: True)
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
