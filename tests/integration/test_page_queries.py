"""A page asks the database as often with twice as many cases, words and people on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from boardroom import create_app
from boardroom.cases.models import Case, Fact
from boardroom.db import db, write_transaction
from boardroom.meetings.models import AgendaItem, Meeting, MeetingStatus
from tests.clients import signed_in
from tests.conftest import CopyData
from tests.doubling import double
from tests.integration.counting import counted
from tests.integration.decided import everybody
from tests.integration.meeting_samples import begin, make_meeting
from tests.integration.test_response_shown import rounds

LIST = 5  # the most statements of a page that is a list
PAGES = (
    # Who opens it, where
    ("surgeon", "/"),
    ("chair", "/"),
    ("coordinator", "/"),
    ("referrer", "/"),
    ("surgeon", "/cases/{listed}"),
    ("chair", "/cases/{decided}"),
    ("referrer", "/cases/{decided}"),
    ("chair", "/meetings/{planned}"),
    ("chair", "/meetings/{planned}/stage"),
    ("observer", "/meetings/{planned}/stage"),
    ("chair", "/meetings"),
    ("coordinator", "/cases"),
    ("referrer", "/cases"),
    ("coordinator", "/cases?q=remnant"),
    ("referrer", "/cases?q=remnant"),
    ("chair", "/boards/liver/figures"),
)
OF_A_CASE = ("/cases/{case}", "/meetings/{meeting}", "/meetings/{meeting}/stage/state",
             "/meetings/{meeting}/stage/state?projector=1")  # fmt: skip
MOST_FOR_THE_ROUND_BEFORE = 21  # statements that a case which came back may cost on a page
LISTS = ("/meetings", "/cases", "/cases?q=remnant")


@pytest.fixture
def board(made_demo: Path, tmp_path: Path, copy_data: CopyData) -> Iterator[Flask]:
    """The demonstration's board, with a past, an agenda and a crowd."""
    app = create_app("demo", data=copy_data(made_demo, tmp_path / "data"))
    yield app
    with app.app_context():
        db.session.close()
        db.engine.dispose()


def places(app: Flask) -> dict[str, int]:
    """Keys for the addresses: the coming meeting, a case on it, a case that was decided."""
    with app.app_context():
        planned = select(Meeting.id).where(Meeting.status == MeetingStatus.PLANNED).limit(1)
        meeting = db.session.scalars(planned).one()
        listed = select(AgendaItem.case_id).where(AgendaItem.meeting_id == meeting).limit(1)
        decided = select(Case.id).where(
            Case.status == "decided", Case.referrer_hospital == "St Example General"
        )
        return {
            "planned": meeting,
            "listed": db.session.scalars(listed).one(),
            "decided": db.session.scalars(decided.limit(1)).one(),
        }


def asked(app: Flask, at: dict[str, int]) -> dict[tuple[str, str], list[str]]:
    """By page, what the database was asked for it once everything was warm."""
    found = {}
    for who, path in PAGES:
        client = signed_in(app, who)
        for _ in range(2):
            with counted(app) as seen:
                answer = client.get(path.format(**at))
            assert answer.status_code == 200, (who, path)
        found[who, path] = seen
    return found


def test_pages_ask_as_often_with_twice_as_much_on_them(board: Flask) -> None:
    at = places(board)
    before = asked(board, at)
    with board.app_context():
        cases = db.session.scalar(select(func.count(Case.id)))
        double()
        assert db.session.scalar(select(func.count(Case.id))) == 2 * (cases or 0)
    after = asked(board, at)
    grown = {
        page: (len(before[page]), len(now), [one for one in now if one not in before[page]])
        for page, now in after.items()
        if len(now) > len(before[page])
    }
    assert not grown
    lists = {page: len(seen) for page, seen in after.items() if page[1] in LISTS}
    assert max(lists.values()) <= LIST, lists


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    return everybody(app, person, sign_in)


def asked_of_rounds(house: Any, before: int) -> dict[str, int]:
    """How often each page asks for a case of today with so many rounds before it."""
    *_, case = cases = rounds(house, *range(50, 51 + before), every=30, first=before * 100)
    with house.app.app_context(), write_transaction() as session:
        session.add_all(Fact(case_id=one, key="varices", value="small") for one in cases)
    meeting, (item,) = make_meeting(house.app, case)
    begin(house.app, meeting, item, pen=None)
    client = house.as_("chair")
    found = {}
    for page in OF_A_CASE:
        path = page.format(case=case, meeting=meeting)
        for _ in range(2):
            with counted(house.app) as seen:
                assert client.get(path).status_code == 200, path
        found[page] = len(seen)
    return found


def test_a_case_with_many_rounds_asks_as_often_as_one_with_three(house: Any) -> None:
    alone, second, third, sixth = (asked_of_rounds(house, before) for before in (0, 1, 2, 5))
    assert third == sixth
    for page, now in third.items():
        # The rounds before, their lesions, and what was told of treatment after each
        assert now - second[page] <= 3, page
        assert now - alone[page] <= MOST_FOR_THE_ROUND_BEFORE, page
