"""Planning meetings and building their agendas, through HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from tests.integration.meeting_samples import begin, make_meeting

PART = {"X-Boardroom-Part": "1"}
NEXT_YEAR = now().year + 1
_LAST_OF_MARCH = dt.date(NEXT_YEAR, 3, 31)
CLOCKS_FORWARD = (_LAST_OF_MARCH - dt.timedelta(days=_LAST_OF_MARCH.isoweekday() % 7)).isoformat()
"""The last Sunday in March, when there is no half past one in London."""


def details(**more: str) -> dict[str, str]:
    day = (now() + dt.timedelta(days=7)).date().isoformat()
    return {"title": "Liver board", "day": day, "time": "16:30", "length": "120", "place": "Room 4",
            "chair": ""} | more  # fmt: skip


# ---- Planning -----------------------------------------------------------------------------------


def test_a_meeting_is_planned_in_the_boards_time(coordinator: FlaskClient, rows: Any) -> None:
    for day, hour in (("01-14", 16), ("07-15", 15)):  # London: winter, summer
        day = f"{NEXT_YEAR}-{day}"
        answer = coordinator.post("/meetings/new", data=details(day=day, time="16:00"))
        assert answer.status_code == 303
        made = rows(select(Meeting).order_by(Meeting.id.desc()))[0]
        assert made.starts_at.hour == hour
        page = coordinator.get(answer.location).text
        assert "16:00" in page
    assert [e.action for e in rows(select(AuditEntry))].count("planned a meeting") == 2


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("title", "", "Give the meeting a title."),
        ("title", "x" * 201, "up to 200 characters"),
        ("day", "", "Say on which day."),
        ("day", "tomorrow", "such as 2026-11-26"),
        ("day", "2001-01-01", "That time has passed."),
        ("day", "9999-12-31", "more than three years ahead"),
        ("day", CLOCKS_FORWARD, "The clocks go forward"),
        ("time", "25:00", "such as 16:30"),
        ("length", "4", "Between 5 and 720 minutes."),
        ("length", "1e3", "Write a whole number of minutes."),
        ("length", "9" * 400, "Write a whole number of minutes."),
        ("length", "", "Say how long it may take."),
        ("place", "x" * 201, "At most 200 characters."),
        ("chair", "999", "Choose one of the people offered here."),
        ("chair", "' or 1=1", "Choose one of the people offered here."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    coordinator: FlaskClient, field: str, value: str, says: str, rows: Any
) -> None:
    more = {"time": "01:30"} if value == CLOCKS_FORWARD else {}
    answer = coordinator.post("/meetings/new", data=details(**more | {field: value}))
    assert answer.status_code == 422
    assert says in answer.text
    assert rows(select(Meeting)) == []


def test_only_who_plans_a_board_plans_its_meetings(
    app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient], rows: Any
) -> None:
    for role in ("specialist", "observer", "administrator", "referrer"):
        client = sign_in(person(role))
        assert client.post("/meetings/new", data=details()).status_code == 403
    ours = sign_in(person("coordinator"))
    assert ours.post("/meetings/new", data=details(board="breast")).status_code == 422
    assert rows(select(Meeting)) == []


def test_two_people_change_a_meeting(
    coordinator: FlaskClient, planned: Any, rows: Any, sign_in: Any, person: Any
) -> None:
    form = coordinator.get(f"{planned.url}/edit").text
    seen = form.split('name="seen" value="')[1].split('"')[0]
    other = sign_in(person("chair"))
    first = other.post(f"{planned.url}/edit", data=details(place="Room 5", seen=seen))
    assert first.status_code == 303
    late = coordinator.post(f"{planned.url}/edit", data=details(place="Room <6>", seen=seen))
    assert late.status_code == 409
    assert "Room 5" in late.text
    assert "Room &lt;6&gt;" in late.text
    assert rows(select(Meeting))[0].place == "Room 5"


def test_the_time_of_a_live_meeting_stays(
    app: Flask, coordinator: FlaskClient, planned: Any
) -> None:
    begin(app, planned.id, planned.items[0], pen=None)
    form = coordinator.get(f"{planned.url}/edit").text
    seen = form.split('name="seen" value="')[1].split('"')[0]
    answer = coordinator.post(f"{planned.url}/edit", data=details(seen=seen))
    assert answer.status_code == 422
    assert "its time cannot be moved" in answer.text


# ---- The list, the pack, what is read -----------------------------------------------------------


def test_the_list_of_meetings(
    app: Flask, coordinator: FlaskClient, planned: Any, sign_in: Any, person: Any
) -> None:
    for number, status in enumerate(MeetingStatus):
        make_meeting(app, status=status, title=f"Sitting {number} {status}")
    page = coordinator.get("/meetings").text
    for status in MeetingStatus:
        assert str(status) in page
    assert "minutes to sign" in page
    assert "minutes signed" in page
    assert coordinator.get("/meetings?page=-1").status_code == 200
    assert coordinator.get("/meetings?page=9999999").status_code == 200
    assert sign_in(person("observer")).get("/meetings").status_code == 200
    assert sign_in(person("referrer")).get("/meetings").status_code == 403


def test_the_pack_is_a_pdf_with_or_without_names(
    coordinator: FlaskClient, planned: Any, rows: Any
) -> None:
    def text(file: str) -> str:
        answer = coordinator.get(f"{planned.url}/{file}.pdf")
        assert answer.mimetype == "application/pdf"
        assert "attachment" in answer.headers["Content-Disposition"]
        return "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)

    assert "Patient BR-0001" in text("pack")
    assert "Patient BR-0001" not in text("pack-without-names").replace("Patient of", "")
    actions = [entry.action for entry in rows(select(AuditEntry))]
    assert actions.count("downloaded a pack") == 2


def test_an_observer_takes_no_names_away(
    planned: Any, sign_in: Callable[[int], FlaskClient], person: Callable[..., int]
) -> None:
    observer = sign_in(person("observer"))
    assert observer.get(f"{planned.url}/pack.pdf").status_code == 403
    assert observer.get(f"{planned.url}/pack-without-names.pdf").status_code == 200
    page = observer.get(planned.url).text
    assert "/pack.pdf" not in page
    assert "/pack-without-names.pdf" in page


def test_reading_an_agenda_is_recorded(coordinator: FlaskClient, planned: Any, rows: Any) -> None:
    coordinator.get(planned.url)
    entry = rows(select(AuditEntry).order_by(AuditEntry.id.desc()))[0]
    assert (entry.action, entry.meeting_id) == ("read an agenda", planned.id)


def test_a_past_meeting_shows_how_its_cases_ended(
    app: Flask, coordinator: FlaskClient, planned: Any
) -> None:
    with app.app_context(), write_transaction() as session:
        session.get_one(Meeting, planned.id).status = MeetingStatus.SIGNED
        session.get_one(AgendaItem, planned.items[0]).status = ItemStatus.PROVISIONAL
    page = coordinator.get(planned.url)
    assert page.status_code == 200
    assert "status-provisional" in page.text
    assert coordinator.get(f"{planned.url}/edit").status_code == 200
    assert coordinator.post(f"{planned.url}/edit", data=details()).status_code in {422, 423}
