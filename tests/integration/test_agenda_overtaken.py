"""Two people build one agenda: who comes a moment too late reads on the agenda what happened."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.meetings.models import AgendaItem, MeetingEvent
from tests.integration.meeting_samples import make_meeting
from tests.integration.test_agenda import PART, codes


def too_late(client: FlaskClient, planned: Any, path: str, data: dict[str, Any]) -> str:
    """Posts what a colleague was faster with; returns what is said above the agenda, as the page of
    the meeting says it and as a script shows it."""
    answer = client.post(planned.url + path, data=data)
    assert answer.status_code == 303
    assert answer.location == f"{planned.url}#agenda"
    page = client.get(planned.url).text
    assert 'id="agenda"' in page
    part = client.post(planned.url + path, data=data, headers=PART)
    assert part.status_code == 409
    said = part.text.split("</strong></p>")[1].split("<p>")[1].split("</p>")[0]
    assert said in page
    assert said not in client.get(planned.url).text, "it is said once"
    return said


def test_who_comes_after_a_colleague_is_told_on_the_agenda(
    coordinator: FlaskClient, planned: Any, rows: Any
) -> None:
    item, case = planned.items[1], planned.cases[1]
    remove = f"/items/{item}/remove"
    assert coordinator.post(planned.url + remove, data={"case": case}).status_code == 303
    off = "BR-0002 was already taken off the agenda"
    assert too_late(coordinator, planned, remove, {"case": case}) == f"{off}."
    assert too_late(coordinator, planned, remove, {}).startswith("This case was already")
    time = {"case": case, "minutes": 12, "presenter": ""}
    said = too_late(coordinator, planned, f"/items/{item}/time", time)
    assert said == f"{off}; its time was not changed."
    for way in ("up", "down"):
        move = {"case": case, "move": f"{way}:{item}", "agenda_version": 1}
        assert too_late(coordinator, planned, "/agenda/order", move) == f"{off}; nothing was moved."
    again = {"case": planned.cases[0]}
    said = too_late(coordinator, planned, "/agenda", again)
    assert said == "BR-0001 is on this agenda already."
    assert codes(rows) == ["BR-0001", "BR-0003"]
    assert len(rows(select(MeetingEvent))) == 1


def test_a_case_that_a_colleague_listed_for_another_meeting_is_told(
    app: Flask, coordinator: FlaskClient, planned: Any
) -> None:
    make_meeting(app, planned.waiting)
    said = too_late(coordinator, planned, "/agenda", {"case": planned.waiting, "override": "Now"})
    assert said == "BR-0004 is on the agenda of another meeting already."


def test_a_late_click_does_not_hit_the_case_that_was_listed_since(
    coordinator: FlaskClient, planned: Any, rows: Any
) -> None:
    """The database may give the key of what was taken off to the next that is listed."""
    seen = {"case": planned.cases[2]}
    coordinator.post(f"{planned.url}/items/{planned.items[2]}/remove", data=seen)
    coordinator.post(f"{planned.url}/agenda", data={"case": planned.waiting, "override": "Now"})
    newest = rows(select(AgendaItem).where(AgendaItem.case_id == planned.waiting))[0]
    late = {"case": planned.cases[2], "minutes": 33, "presenter": ""}
    for path in ("remove", "time"):
        said = too_late(coordinator, planned, f"/items/{newest.id}/{path}", late)
        assert said.startswith("BR-0003 was already taken off the agenda")
    assert codes(rows) == ["BR-0001", "BR-0002", "BR-0004"]
    kept = rows(select(AgendaItem).where(AgendaItem.case_id == planned.waiting))[0]
    assert kept.minutes == newest.minutes
    page = coordinator.get(planned.url).text
    assert page.count(f'name="case" value="{planned.waiting}"') == 3, (
        "each form says which it means"
    )
