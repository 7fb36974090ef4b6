"""Core specialties that were not there are named, also where quorum asks for fewer of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.stage_board import Board
from tests.integration.test_minutes_record import decide, forms_of, leaves

PAPERS = ("page", "pdf", "docx")


@pytest.fixture
def board(
    app: Flask,
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
    rows: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Board:
    """A live meeting of a board whose quorum is two of its four core specialties; both there."""
    boards = app.extensions["boards"]
    liver = boards["liver"]
    asked = {"specialties": ("surgery", "oncology"), "minimum_people": 2}
    fewer = liver.model_copy(update={"quorum": liver.quorum.model_copy(update=asked)})
    monkeypatch.setitem(app.extensions, "boards", {**boards, "liver": fewer})
    made = Board(app, person, sign_in, rows)
    assert made.post("start").status_code == 204
    made.here("surgery", "oncology", "chair")
    assert made.post("next", after=0).status_code == 204
    return made


def close_case(board: Board, number: int = 0) -> None:
    closed = board.post(f"items/{board.items[number]}/close", provisional="yes")
    assert closed.status_code == 204, closed.text


def test_who_never_came_is_named_at_the_meeting_and_by_case(board: Board) -> None:
    decide(board)
    close_case(board)
    assert board.post("close").status_code == 204
    found = forms_of(board)
    record = json.loads(found["json"])
    assert [s["key"] for s in record["core_missing"]] == ["radiology", "hepatology"]
    assert record["cases"][0]["quorum"]["missing"] == [], "quorum lacked nobody"
    for form in PAPERS:
        text = found[form]
        assert "All core specialties were present" not in text, form
        assert "BR-9001 without Radiology, Hepatology" in text, form
        assert "Reached: Surgery, Oncology." in text, form
        assert "Core specialties not there when it closed at" in text, form
    assert "Core specialties not present: Radiology, Hepatology" in found["pdf"]
    assert "<dd>Radiology, Hepatology</dd>" in found["page"]
    assert "nobody was missing" not in found["page"]


def test_who_came_only_for_a_later_case_is_named_at_the_case_before(board: Board) -> None:
    decide(board)
    close_case(board)
    assert board.post("next", after=board.items[0]).status_code == 204
    board.here("radiology", "hepatology")
    assert board.post(f"items/{board.items[1]}/reveal").status_code == 204
    close_case(board, 1)
    leaves(board, "radiology")
    assert board.post("close").status_code == 204
    found = forms_of(board)
    assert json.loads(found["json"])["core_missing"] == []
    for form in PAPERS:
        text = found[form]
        assert "BR-9001 without Radiology, Hepatology" in text, form
        assert "BR-9002 without" not in text, form
        assert text.count("Hepatology was at the meeting, but not when this case closed") == 1, form
    assert "nobody was missing" not in found["page"]
