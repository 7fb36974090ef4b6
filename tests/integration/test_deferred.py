"""A case that was put off and has listed itself again: why, since when, and who sees to it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boardroom.cases.models import Case, InformationRequest
from boardroom.db import at_time, now, write_transaction
from boardroom.followup import keeping
from boardroom.meetings.models import AgendaItem, Meeting, MeetingStatus
from boardroom.web import day, local
from tests.integration.decided import everybody
from tests.integration.meeting_samples import begin, make_case, make_meeting

REASON, NOTE = "Imaging missing or too old", "MRI of the liver, not older than six weeks"


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


@pytest.fixture
def put_off(house: Any) -> SimpleNamespace:
    """A case that a meeting put off for five days, for its referrer to see to; the meeting is over.

    `due`: the day until which, `late`: the day after that, as pages write them.
    """
    case = make_case(house.app, "BR-9001")
    meeting, (item,) = make_meeting(house.app, case)
    begin(house.app, meeting, item, pen=None)
    with house.app.app_context():
        due = local(now(), "liver").date() + dt.timedelta(days=5)
    sent = {"reason": "imaging_missing", "note": NOTE, "due": due.isoformat()}
    where = f"/meetings/{meeting}/items/{item}/defer"
    assert house.as_("chair").post(where, data=sent).status_code == 303
    with house.app.app_context(), write_transaction() as session:
        session.get_one(Meeting, meeting).status = MeetingStatus.CLOSED
    late = day(due + dt.timedelta(days=1))
    return SimpleNamespace(case=case, item=item, due=day(due), late=late, house=house)


def come(put_off: Any, days: int) -> None:
    """The case lists itself again so many days after it was put off."""
    with at_time(now() + dt.timedelta(days=days)):
        assert keeping.bring_back(put_off.house.app) == 1


def words(page: str, start: str, end: str) -> str:
    """What a reader sees between two texts of a page."""
    part = page.split(start)[1].split(end)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def where_it_stands(client: FlaskClient, put_off: Any) -> str:
    page = client.get(f"/cases/{put_off.case}").text
    return words(page, "Where it stands", "</dl>")


def test_the_case_says_why_it_was_put_off_and_since_when_it_waits_again(put_off: Any) -> None:
    client = put_off.house.as_("coordinator")
    before = where_it_stands(client, put_off)
    assert f"until {put_off.due}" in before
    assert f"{REASON}. {NOTE}" in before
    assert "Waits to be listed again" not in before
    come(put_off, 6)
    after = where_it_stands(client, put_off)
    assert f"{REASON}. {NOTE}" in after
    assert after.index("Deferred") < after.rindex(f"Waits to be listed again {put_off.late}")


def test_a_case_that_came_before_its_moment_was_kept_says_the_day_on_which_it_was_due(
    put_off: Any,
) -> None:
    come(put_off, 6)
    with put_off.house.app.app_context(), write_transaction() as session:
        session.get_one(Case, put_off.case).moved_at = None
    shown = where_it_stands(put_off.house.as_("coordinator"), put_off)
    assert f"Waits to be listed again {put_off.due}" in shown


def test_what_the_referrer_sees_to_stays_until_the_case_is_on_an_agenda(put_off: Any) -> None:
    house = put_off.house
    referrer = house.as_("referrer")
    task = "Deferred, and yours to see to"
    assert f"listed again on {put_off.due}" in words(referrer.get("/").text, task, "</section>")
    come(put_off, 6)
    page = referrer.get("/").text
    shown = words(page, task, "</section>")
    assert f"{REASON}: {NOTE}" in shown
    assert f"was deferred until {put_off.due}" in shown
    cases = words(page, 'id="cases"', "</section>")
    assert f"Waits to be listed again {put_off.late}" in cases
    assert NOTE not in cases, "the list says where it stands now"
    assert task not in house.as_("stranger").get("/").text
    assert task not in house.as_("coordinator").get("/").text
    meeting, _ = make_meeting(house.app)
    listed = house.as_("coordinator").post(
        f"/meetings/{meeting}/agenda", data={"case": put_off.case, "override": "It is urgent"}
    )
    assert listed.status_code == 303, listed.text
    assert task not in referrer.get("/").text
    assert "Waits to be listed again" not in where_it_stands(house.as_("coordinator"), put_off)


@pytest.mark.parametrize("came", [True, False])
def test_what_the_referrer_was_asked_for_and_sent_is_not_theirs_to_see_to_any_more(
    put_off: Any, came: bool
) -> None:
    come(put_off, 6)
    asked = {"item": "investigations.imaging", "label": "Imaging", "given": came}
    with put_off.house.app.app_context(), write_transaction() as session:
        session.add(
            InformationRequest(
                case_id=put_off.case, asked_at=now() + dt.timedelta(minutes=1), items=[asked],
                due_on=now().date(), ended_at=now() + dt.timedelta(days=1), answered=True,
            )
        )  # fmt: skip
    assert ("yours to see to" in put_off.house.as_("referrer").get("/").text) is not came


def test_a_specialty_keeps_its_task_while_the_referrer_is_asked(put_off: Any) -> None:
    house = put_off.house
    with house.app.app_context(), write_transaction() as session:
        session.get_one(AgendaItem, put_off.item).deferral_owner = "radiology"
    sent = {"move": "ask", "note": "The MRI, please"}
    where = f"/cases/{put_off.case}/move"
    assert house.as_("coordinator").post(where, data=sent).status_code == 303
    assert "yours to see to" in house.as_("radiology").get("/").text
    assert "yours to see to" not in house.as_("surgery").get("/").text


def test_the_waiting_list_says_the_day_until_which_a_case_was_deferred(put_off: Any) -> None:
    come(put_off, 6)
    meeting, _ = make_meeting(put_off.house.app)
    shown = words(
        put_off.house.as_("coordinator").get(f"/meetings/{meeting}").text,
        "Waiting to be listed", "</aside>",
    )  # fmt: skip
    assert f"Was deferred until {put_off.due}: {REASON}. {NOTE}" in shown
    assert "today" not in shown
