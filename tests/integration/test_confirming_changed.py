"""Who confirms a provisional decision is told what has changed since the board took it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boardroom.cases.models import Case, CaseStatus, Fact
from boardroom.db import write_transaction
from tests.integration.map_room import fields
from tests.integration.meeting_samples import CORE
from tests.integration.stage_board import Board
from tests.integration.test_minutes_at_close import filled_in
from tests.integration.test_minutes_record import close_both, decide, leaves, sign

NOTICE = "Some are different today."
VEINS = "<dt>Vein invasion</dt> <dd>Vp3 <small>"


@pytest.fixture
def board(
    app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient], rows: Any
) -> Board:
    """A meeting that closed its first case provisionally: hepatology had left."""
    made = Board(app, person, sign_in, rows)
    made.clients["coordinator"] = sign_in(person("coordinator"))
    filled_in(made, 0)
    assert made.post("start").status_code == 204
    made.here(*CORE, "chair")
    assert made.post("next", after=0).status_code == 204
    reads(made, {"size_mm": "27"})
    version = decide(made)
    for key in CORE[:3]:
        sign(made, key, version)
    leaves(made, "hepatology")
    close_both(made, provisional=True)
    return made


def reads(board: Board, *lesions: dict[str, Any], version: int = 0, **more: str) -> None:
    sent = fields(*lesions, version=version, imaging="ct", **more)
    answer = board.clients["radiology"].post(f"/cases/{board.cases[0]}/map/board", data=sent)
    assert answer.status_code == 303, answer.text


def grown(board: Board) -> None:
    """The map as it was read after the meeting."""
    reads(board, {"size_mm": "60"}, {"size_mm": "20"}, version=1, portal="vp3", portal_side="left")


def confirm_page(board: Board) -> str:
    return flat(board, f"/meetings/{board.meeting}/items/{board.items[0]}/confirm")


def flat(board: Board, url: str) -> str:
    answer = board.clients["hepatology"].get(url)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def confirms(board: Board) -> None:
    where = f"items/{board.items[0]}/confirm"
    answer = board.clients["hepatology"].post(
        f"/meetings/{board.meeting}/{where}", data={"kind": "agree", "text": "Agrees."}
    )
    assert answer.status_code == 303, answer.text
    assert board.case().status == CaseStatus.DECIDED


def test_who_confirms_sees_what_is_otherwise_than_the_board_saw(board: Board) -> None:
    assert NOTICE not in confirm_page(board)
    grown(board)
    page = confirm_page(board)
    assert NOTICE in page
    said = page.split("Today, with what was changed since")[1].split("</section>")[0]
    assert "<dt>Lesions</dt>" in said
    assert "when the board decided" in said
    assert VEINS in said
    assert page.index(NOTICE) < page.index("Confirm the decision</button>"), "before they confirm"


def test_the_notice_stays_after_the_confirmation_until_the_case_is_followed_up(
    board: Board,
) -> None:
    grown(board)
    case = f"/cases/{board.cases[0]}"
    before = flat(board, case)
    confirms(board)
    page = flat(board, case)
    assert "As the board saw them on" in page
    for text in (NOTICE, VEINS):
        assert text in before
        assert text in page
    with board.app.app_context(), write_transaction() as session:
        session.get_one(Case, board.cases[0]).status = CaseStatus.FOLLOWED_UP
    assert NOTICE not in flat(board, case)


def test_nothing_is_said_where_nothing_differs(board: Board) -> None:
    confirms(board)
    assert NOTICE not in flat(board, f"/cases/{board.cases[0]}")


def test_a_confirmed_decision_shows_no_line_over_time_with_what_came_since(board: Board) -> None:
    with board.app.app_context(), write_transaction() as session:
        case = session.get_one(Case, board.cases[0])
        old = next(fact for fact in case.facts if fact.key == "bilirubin")
        assert old.taken_on is not None
        for value, days in (("20", 9), ("22", 5)):
            on = old.taken_on - dt.timedelta(days=days)
            case.facts.append(Fact(key="bilirubin", value=value, unit="umol/L", taken_on=on))
        old.value = "60"
    confirms(board)
    assert "Bilirubin, 3 values" not in flat(board, f"/cases/{board.cases[0]}")
