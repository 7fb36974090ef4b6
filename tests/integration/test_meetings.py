"""Planning meetings and building their agendas, through HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseStatus
from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingEvent, MeetingStatus
from boardroom.opinions.models import Opinion, OpinionStatus
from tests.integration.meeting_samples import begin, make_case, make_meeting

PART = {"X-Boardroom-Part": "1"}
NEXT_YEAR = now().year + 1
_LAST_OF_MARCH = dt.date(NEXT_YEAR, 3, 31)
CLOCKS_FORWARD = (_LAST_OF_MARCH - dt.timedelta(days=_LAST_OF_MARCH.isoweekday() % 7)).isoformat()
"""The last Sunday in March, when there is no half past one in London."""


@pytest.fixture
def coordinator(person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(person("coordinator"))


@pytest.fixture
def planned(app: Flask) -> Any:
    """A meeting of an hour with three cases on it, and one that waits."""
    cases = [make_case(app, f"BR-000{n}") for n in (1, 2, 3)]
    waiting = make_case(app, "BR-0004", question="Would ablation do?")
    meeting, items = make_meeting(app, *cases)
    return SimpleNamespace(
        id=meeting, items=items, cases=cases, waiting=waiting, url=f"/meetings/{meeting}"
    )


def details(**more: str) -> dict[str, str]:
    day = (now() + dt.timedelta(days=7)).date().isoformat()
    return {"title": "Liver board", "day": day, "time": "16:30", "length": "120", "place": "Room 4",
            "chair": ""} | more  # fmt: skip


def codes(rows: Any) -> list[str]:
    items = rows(select(AgendaItem).order_by(AgendaItem.position))
    by_id = {case.id: case.code for case in rows(select(Case))}
    return [by_id[item.case_id] for item in items]


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


# ---- The agenda ---------------------------------------------------------------------------------


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
    again = coordinator.post(
        f"{planned.url}/agenda", data={"case": planned.waiting, "override": "Urgent"}
    )
    assert again.status_code == 409


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
    assert coordinator.post(f"{planned.url}/items/{planned.items[1]}/remove").status_code == 404


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
