"""Building the agenda of a meeting, through HTTP."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus
from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, Meeting, MeetingEvent, MeetingStatus
from boardroom.opinions.models import Opinion, OpinionStatus
from tests.integration.meeting_samples import begin, make_case
from tests.integration.test_meetings import details

PART = {"X-Boardroom-Part": "1"}


def codes(rows: Any) -> list[str]:
    items = rows(select(AgendaItem).order_by(AgendaItem.position))
    by_id = {case.id: case.code for case in rows(select(Case))}
    return [by_id[item.case_id] for item in items]


def test_a_waiting_case_is_listed(coordinator: FlaskClient, planned: Any, rows: Any) -> None:
    page = coordinator.get(planned.url).text
    assert "Would ablation do?" in page
    answer = coordinator.post(
        f"{planned.url}/agenda", data={"case": planned.waiting, "override": "Urgent"}
    )
    assert answer.status_code == 303
    assert codes(rows) == ["BR-0001", "BR-0002", "BR-0003", "BR-0004"]
    assert rows(select(Case).where(Case.code == "BR-0004"))[0].status == CaseStatus.LISTED
    assert rows(select(AgendaItem).order_by(AgendaItem.id.desc()))[0].minutes == 8
    assert rows(select(Meeting))[0].agenda_version == 2
    assert [event.kind for event in rows(select(MeetingEvent))] == ["case_listed"]


@pytest.mark.parametrize("case", ["", "x", "-1", "999999", "9" * 30])
def test_a_case_that_is_none_is_not_listed(
    coordinator: FlaskClient, planned: Any, case: str, rows: Any
) -> None:
    answer = coordinator.post(f"{planned.url}/agenda", data={"case": case})
    assert answer.status_code in {404, 422}
    assert len(rows(select(AgendaItem))) == 3


@pytest.mark.parametrize("status", [CaseStatus.DRAFT, CaseStatus.DECIDED, CaseStatus.DECLINED])
def test_only_a_case_that_waits_is_listed(
    app: Flask, coordinator: FlaskClient, planned: Any, status: CaseStatus
) -> None:
    case = make_case(app, "BR-0009", status=status)
    assert coordinator.post(f"{planned.url}/agenda", data={"case": case}).status_code == 409


def test_a_case_is_taken_off_and_waits_again(
    coordinator: FlaskClient, planned: Any, rows: Any
) -> None:
    answer = coordinator.post(f"{planned.url}/items/{planned.items[1]}/remove")
    assert answer.status_code == 303
    assert codes(rows) == ["BR-0001", "BR-0003"]
    assert [i.position for i in rows(select(AgendaItem).order_by(AgendaItem.position))] == [1, 2]
    assert rows(select(Case).where(Case.code == "BR-0002"))[0].status == CaseStatus.SUBMITTED


def test_a_case_that_was_begun_stays(app: Flask, coordinator: FlaskClient, planned: Any) -> None:
    begin(app, planned.id, planned.items[0], pen=None)
    answer = coordinator.post(f"{planned.url}/items/{planned.items[0]}/remove")
    assert answer.status_code == 409
    assert "Defer it instead" in answer.text
    assert coordinator.post(f"{planned.url}/items/{planned.items[1]}/remove").status_code == 303


def order(client: FlaskClient, planned: Any, version: int, *items: int) -> Any:
    data = {"order": ",".join(map(str, items)), "agenda_version": version}
    return client.post(f"{planned.url}/agenda/order", data=data)


def test_the_agenda_is_ordered(coordinator: FlaskClient, planned: Any, rows: Any) -> None:
    one, two, three = planned.items
    assert order(coordinator, planned, 1, three, one, two).status_code == 303
    assert codes(rows) == ["BR-0003", "BR-0001", "BR-0002"]
    move = {"move": f"up:{two}", "agenda_version": 2}
    assert coordinator.post(f"{planned.url}/agenda/order", data=move).status_code == 303
    assert codes(rows) == ["BR-0003", "BR-0002", "BR-0001"]
    move = {"move": f"up:{three}", "agenda_version": 3}  # the first stays the first
    assert coordinator.post(f"{planned.url}/agenda/order", data=move).status_code == 303
    assert rows(select(Meeting))[0].agenda_version == 3


def test_a_stale_order_shows_both(coordinator: FlaskClient, planned: Any, rows: Any) -> None:
    one, two, three = planned.items
    order(coordinator, planned, 1, three, two, one)
    late = order(coordinator, planned, 1, two, one, three)
    assert late.status_code == 409
    assert "1. BR-0002" in late.text
    assert "1. BR-0003" in late.text
    assert codes(rows) == ["BR-0003", "BR-0002", "BR-0001"]
    assert order(coordinator, planned, 1, three, two, one).status_code == 303  # it is so already


@pytest.mark.parametrize(
    "wrong",
    ["", "1", "1,1,2", "1,2,3,4", "x,y", "1;drop table meeting", "1," * 200, "-1,2,3", "9" * 40],
)
def test_an_order_that_is_none_is_refused(
    coordinator: FlaskClient, planned: Any, wrong: str, rows: Any
) -> None:
    data = {"order": wrong, "agenda_version": 1}
    assert coordinator.post(f"{planned.url}/agenda/order", data=data).status_code == 422
    assert codes(rows) == ["BR-0001", "BR-0002", "BR-0003"]


def test_minutes_and_presenter(
    coordinator: FlaskClient, planned: Any, rows: Any, person: Callable[..., int]
) -> None:
    surgeon = person("specialist", "surgery", name="Sam Invented")
    observer = person("observer")
    url = f"{planned.url}/items/{planned.items[0]}/time"
    assert coordinator.post(url, data={"minutes": 12, "presenter": surgeon}).status_code == 303
    item = rows(select(AgendaItem).where(AgendaItem.id == planned.items[0]))[0]
    assert (item.minutes, item.presenter_id) == (12, surgeon)
    for wrong in (
        {"minutes": 0},
        {"minutes": 241},
        {"minutes": "x"},
        {"minutes": ""},
        {"minutes": 5, "presenter": observer},
        {"minutes": 5, "presenter": "x"},
    ):
        answer = coordinator.post(url, data=wrong)
        assert answer.status_code == 422, wrong
    kept = rows(select(AgendaItem).where(AgendaItem.id == planned.items[0]))[0]
    assert (kept.minutes, kept.presenter_id) == (12, surgeon)


@pytest.mark.parametrize("headers", [{}, PART])
def test_a_time_out_of_range_is_told_beside_its_field(
    coordinator: FlaskClient, planned: Any, person: Callable[..., int], headers: dict[str, str]
) -> None:
    surgeon = person("specialist", "surgery")
    item, other = planned.items[:2]
    answer = coordinator.post(
        f"{planned.url}/items/{item}/time",
        data={"minutes": "500", "presenter": surgeon},
        headers=headers,
    )
    assert answer.status_code == 422
    field = answer.text[answer.text.index(f'id="minutes-{item}"') :]
    field = field[: field.index("</form>")]
    assert 'value="500"' in field, "what was typed stays"
    assert f'aria-describedby="minutes-{item}-error"' in field
    assert "Give a case between 1 and 240 minutes." in field
    assert f'<option value="{surgeon}" selected>' in field
    assert f"minutes-{other}-error" not in answer.text
    assert 'id="agenda"' in answer.text


def test_a_length_out_of_range_stays_in_its_field(coordinator: FlaskClient, planned: Any) -> None:
    page = coordinator.post(f"{planned.url}/edit", data={"length": "5000"}).text
    field = page[page.index('id="length"') :]
    assert 'value="5000"' in field[: field.index(">")]
    assert "Between 5 and 720 minutes." in field[: field.index('id="place"')]


def test_an_agenda_too_long_says_so(coordinator: FlaskClient, planned: Any) -> None:
    assert "24 min of 1 h: 36 min left" in coordinator.get(planned.url).text
    url = f"{planned.url}/items/{planned.items[0]}/time"
    coordinator.post(url, data={"minutes": 50, "presenter": ""})
    assert "1 h 6 min of 1 h: 6 min too long" in coordinator.get(planned.url).text


def test_a_script_gets_the_agenda_alone(coordinator: FlaskClient, planned: Any) -> None:
    answer = coordinator.post(
        f"{planned.url}/agenda", data={"case": planned.waiting, "override": "Urgent"}, headers=PART
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'data-version="2"' in answer.text
    assert answer.headers["X-Boardroom-Seq"] == "1"


def test_a_repeated_post_is_done_once(coordinator: FlaskClient, planned: Any, rows: Any) -> None:
    data = {"case": planned.waiting, "override": "Urgent", "_key": "one-key-for-both"}
    first = coordinator.post(f"{planned.url}/agenda", data=data)
    second = coordinator.post(f"{planned.url}/agenda", data=data)
    assert first.status_code == second.status_code == 303
    assert len(rows(select(MeetingEvent))) == 1


def test_an_agenda_changes_until_the_meeting_is_over(
    app: Flask, coordinator: FlaskClient, planned: Any, rows: Any
) -> None:
    begin(app, planned.id, planned.items[0], pen=None)
    assert (
        coordinator.post(
            f"{planned.url}/agenda", data={"case": planned.waiting, "override": "Urgent"}
        ).status_code
        == 303
    )
    assert order(coordinator, planned, 2, *reversed([*planned.items, 4])).status_code == 303
    with app.app_context(), write_transaction() as session:
        session.get_one(Meeting, planned.id).status = MeetingStatus.CLOSED
    for path, data in (
        ("/agenda", {"case": planned.waiting, "override": "Urgent"}),
        ("/agenda/order", {"move": f"up:{planned.items[0]}", "agenda_version": 3}),
        (f"/items/{planned.items[1]}/remove", {}),
        (f"/items/{planned.items[1]}/time", {"minutes": 9, "presenter": ""}),
    ):
        assert coordinator.post(planned.url + path, data=data).status_code == 423, path
    assert "data-agenda-form" not in coordinator.get(planned.url).text


def test_who_does_not_prepare_only_reads(
    planned: Any, person: Callable[..., int], sign_in: Callable[[int], FlaskClient], rows: Any
) -> None:
    item = planned.items[0]
    posts = {
        "/agenda": {"case": planned.waiting, "override": "Urgent"},
        "/agenda/order": {"move": f"down:{item}", "agenda_version": 1},
        f"/items/{item}/remove": {},
        f"/items/{item}/time": {"minutes": 9, "presenter": ""},
        "/edit": details(),
    }
    for role, status in (("specialist", 403), ("observer", 403), ("referrer", 404)):
        client = sign_in(person(role))
        assert client.get(planned.url).status_code == (200 if status == 403 else 404)
        for path, data in posts.items():
            assert client.post(planned.url + path, data=data).status_code == status
    assert codes(rows) == ["BR-0001", "BR-0002", "BR-0003"]
    assert rows(select(Meeting))[0].agenda_version == 1


def test_waiting_cases_are_found_by_their_text(
    app: Flask, coordinator: FlaskClient, planned: Any
) -> None:
    make_case(app, "BR-0010", question="100% viable?")
    assert "Would ablation do?" not in coordinator.get(f"{planned.url}?find=100%25").text
    assert "Would ablation do?" in coordinator.get(f"{planned.url}?find=ABLATION").text
    nothing = coordinator.get(f"{planned.url}?find=<b>_</b>").text
    assert "Nothing found" in nothing
    assert "<b>_</b>" not in nothing


def test_the_agenda_says_who_gave_an_opinion_and_not_what(
    app: Flask, coordinator: FlaskClient, planned: Any, person: Callable[..., int]
) -> None:
    surgeon = person("specialist", "surgery")
    with app.app_context(), write_transaction() as session:
        session.add(
            Opinion(
                case_id=planned.cases[0],
                person_id=surgeon,
                specialty="surgery",
                status=OpinionStatus.SUBMITTED,
                submitted_at=now(),
                rationale="SENTINEL-RATIONALE",
                verdict="resectable",
                change_mind="SENTINEL-MIND",
            )
        )
    page = coordinator.get(planned.url).text
    assert "Surgery: opinion in" in page
    assert "SENTINEL" not in page
    pdf = coordinator.get(f"{planned.url}/pack.pdf").data
    assert "SENTINEL" not in "".join(p.extract_text() for p in PdfReader(BytesIO(pdf)).pages)
