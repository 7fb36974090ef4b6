"""Running a meeting through HTTP: each step, each refusal, and the record that it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import select

from boardroom.cases.models import CaseStatus
from boardroom.db import write_transaction
from boardroom.live.attendance import close_stale_stays
from boardroom.meetings.models import AgendaItem, Attendance, ItemStatus, MeetingEvent
from boardroom.meetings.stage import PARTS, load_meeting, render_for_all
from boardroom.people.models import Person
from tests.integration.meeting_samples import make_case, make_meeting
from tests.integration.stage_board import PART, Board, decide


def test_a_meeting_starts_once(board: Board) -> None:
    assert board.post("start").status_code == 204
    assert board.now().status == "live"
    again = board.post("start")
    assert again.status_code == 409
    assert "cannot be" in again.text
    assert board.kinds() == ["meeting_started"]


def test_nothing_is_run_before_the_start(board: Board) -> None:
    for path in ("next", "close", f"items/{board.items[0]}/reveal", "pen/take"):
        assert board.post(path).status_code == 409, path
    assert board.kinds() == []


@pytest.mark.parametrize("who", ["surgery", "observer"])
def test_only_the_chair_runs_it(live: Board, who: str) -> None:
    for path in ("next", "close", f"items/{live.items[0]}/take", f"items/{live.items[0]}/defer"):
        assert live.post(path, who).status_code == 403, path


def test_two_clicks_on_next_take_one_case(live: Board) -> None:
    assert live.post("next", after=0).status_code == 204
    assert live.post("next", after=0).status_code == 204  # the other chair's, seen before the first
    assert live.now().current_item_id == live.items[0]
    assert live.post("next", after=live.items[0]).status_code == 204
    assert live.now().current_item_id == live.items[1]
    assert live.item(0).status == "waiting"
    assert live.post("next", after=live.items[1]).status_code == 204  # the first waits again
    assert live.now().current_item_id == live.items[0]


def test_the_same_post_again_is_not_done_twice(live: Board) -> None:
    chair = live.clients["chair"]
    headers = {**PART, "Idempotency-Key": "0123456789abcdef"}
    url = f"/meetings/{live.meeting}/next"
    first = chair.post(url, headers=headers)
    second = chair.post(url, headers=headers)
    assert (first.status_code, second.status_code) == (204, 204)
    assert second.headers["X-Boardroom-Repeated"] == "true"
    assert first.headers["X-Boardroom-Seq"] == second.headers["X-Boardroom-Seq"]
    assert live.kinds().count("case_taken") == 1
    # With the same key, but not the same: judged by itself.
    other = chair.post(f"/meetings/{live.meeting}/close", headers=headers)
    assert "X-Boardroom-Repeated" not in other.headers
    assert live.now().status == "closed"


def test_events_are_numbered_without_a_gap(deciding: Board) -> None:
    events = deciding.rows(
        select(MeetingEvent.seq)
        .where(MeetingEvent.meeting_id == deciding.meeting)
        .order_by(MeetingEvent.seq)
    )
    assert events == list(range(1, len(events) + 1))
    assert deciding.now().seq == len(events)


def test_defer_needs_a_reason_of_the_board_and_can_be_taken_back(live: Board) -> None:
    live.post("next", after=0)
    url = f"items/{live.items[0]}/defer"
    assert live.post(url, reason="because").status_code == 422
    assert live.post(url, reason="", note="x").status_code == 422
    assert live.post(url, reason="imaging", note="x" * 1001).status_code == 422
    reason = live.app.extensions["boards"]["liver"].deferral_reasons[0].key
    assert live.post(url, reason=reason, note="The scan is on its way.").status_code == 204
    assert (live.item().status, live.case().status) == ("deferred", "deferred")
    # A press on the row, or back from the next case, takes nothing back without being asked.
    silent = live.post(f"items/{live.items[0]}/take")
    assert silent.status_code == 409
    assert "was deferred. Say that you take it up again." in silent.text
    live.post("next", after=live.items[0])
    assert live.post("previous", after=live.items[1]).status_code == 409
    state = live.clients["chair"].get(f"/meetings/{live.meeting}/stage/state").json
    assert 'data-dialog="again-dialog"' in state["parts"]["controls"]
    assert live.item().deferral_reason == reason
    assert live.post(f"items/{live.items[0]}/take", again="yes").status_code == 204
    assert (live.item().status, live.case().status) == ("presenting", "listed")
    assert live.item().deferral_reason == ""


def test_reveal_only_the_case_before_the_board_and_only_once(live: Board) -> None:
    live.post("next", after=0)
    assert live.post(f"items/{live.items[1]}/reveal").status_code == 409
    assert live.post(f"items/{live.items[0]}/reveal").status_code == 204
    assert live.post(f"items/{live.items[0]}/reveal").status_code == 409
    assert live.item().revealed_at is not None


def test_a_reveal_that_comes_after_the_end_opens_nothing(live: Board) -> None:
    """Another chair deferred it, or closed it as provisional, a moment ago."""
    live.post("next", after=0)
    reason = live.app.extensions["boards"]["liver"].deferral_reasons[0].key
    assert live.post(f"items/{live.items[0]}/defer", reason=reason).status_code == 204
    late = live.post(f"items/{live.items[0]}/reveal")
    assert late.status_code == 409
    assert "closed or deferred meanwhile" in late.text
    assert (live.item().status, live.item().revealed_at) == ("deferred", None)
    live.post(f"items/{live.items[0]}/take", again="yes")
    assert live.post(f"items/{live.items[0]}/close", provisional="yes").status_code == 204
    assert live.post(f"items/{live.items[0]}/reveal").status_code == 409
    assert live.post(f"items/{live.items[0]}/take").status_code == 409
    assert live.item().status == "provisional"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("provisional", "Take it again to defer it"),
        ("deferred", "Take it again to defer it"),
        ("done", "with a final decision"),
    ],
)
def test_a_case_that_was_closed_meanwhile_is_not_deferred_late(
    deciding: Board, status: str, words: str
) -> None:
    """The chair's second window still shows the button."""
    reason = deciding.app.extensions["boards"]["liver"].deferral_reasons[0].key
    with deciding.app.app_context(), write_transaction() as session:
        item = session.get_one(AgendaItem, deciding.items[0])
        item.status, item.case.status = ItemStatus(status), CaseStatus.DISCUSSED
    late = deciding.post(f"items/{deciding.items[0]}/defer", reason=reason)
    assert late.status_code == 409
    assert f"{deciding.case().code} was closed" in late.text
    assert words in late.text
    assert (deciding.item().status, deciding.case().status) == (status, "discussed")
    assert deciding.item().deferral_reason == ""


def test_an_item_of_another_meeting_is_not_found(live: Board) -> None:
    other_case = make_case(live.app, "BR-9100")
    _, items = make_meeting(live.app, other_case)
    assert live.post(f"items/{items[0]}/take").status_code == 404


def test_the_meeting_closes_when_no_case_is_open(deciding: Board) -> None:
    assert deciding.post("close").status_code == 409
    deciding.post(f"items/{deciding.items[0]}/close", provisional="yes")
    assert deciding.post("close").status_code == 204
    meeting = deciding.now()
    assert meeting.status == "closed"
    assert meeting.current_item_id is None
    assert deciding.case(1).status == "submitted"  # not reached: it waits to be listed again
    stays = deciding.rows(select(Attendance).where(Attendance.left_at.is_(None)))
    assert stays == []
    assert deciding.post("next").status_code == 409


def test_each_audience_gets_its_own_parts_and_no_more(live: Board) -> None:
    live.post("next", after=0)
    url = f"/meetings/{live.meeting}/stage/state"
    chair = live.clients["chair"].get(url).json
    member = live.clients["surgery"].get(url).json
    observer = live.clients["observer"].get(url).json
    wall = live.clients["observer"].get(url + "?projector=1").json
    assert chair["seq"] == member["seq"] == observer["seq"] == live.now().seq
    assert "data-live" in chair["parts"]["controls"]
    for state in (member, observer):
        assert "data-live" not in state["parts"]["controls"]
        assert "data-live" not in state["parts"]["agenda"]
    name = "Patient BR-9001"
    assert name in member["parts"]["case"]
    assert name not in str(wall["parts"])
    assert {"people", "controls", "comments"} & set(wall["parts"]) == set()
    mine = live.clients["observer"].get(f"/meetings/{live.meeting}/mine")
    assert mine.text.strip() == ""


def test_somebody_let_present_is_named_and_stands_in_the_record(live: Board) -> None:
    live.post("next", after=0)
    assert live.post("presenter", person=live.ids["radiology"]).status_code == 204
    assert live.item().presented_by_id == live.ids["radiology"]
    state = live.clients["surgery"].get(f"/meetings/{live.meeting}/stage/state").json
    name = live.rows(select(Person.name).where(Person.id == live.ids["radiology"]))[0]
    assert f"{name} presents" in state["parts"]["case"]
    assert live.post("presenter", person="-1").status_code == 422
    assert live.post("presenter", person="999999").status_code == 422
    assert live.post("presenter", person="").status_code == 204
    assert live.now().presenter_id is None


def test_before_the_start_nobody_is_missing_and_the_stage_says_what_comes(board: Board) -> None:
    url = f"/meetings/{board.meeting}/stage/state"
    seq = board.now().seq
    definition = board.app.extensions["boards"]["liver"]
    given = {"verdict": "convertible", "confidence": "4", "rationale": "A sealed sentence."}
    given |= {f"stance-{o.key}": "acceptable" for o in definition.options}
    answer = board.clients["surgery"].post(f"/cases/{board.cases[0]}/opinion/submit", data=given)
    assert answer.status_code == 303
    assert board.now().seq == seq + 1  # screens that wait hear of it
    for who in ("chair", "oncology", "observer"):
        parts = board.clients[who].get(url).json["parts"]
        assert "missing" not in parts["bar"] + parts["people"]
        assert "quorum needs" in parts["bar"]
        assert "2 cases, 16 of 60 min" in parts["case"]
        name = board.rows(select(Person.name).where(Person.id == board.ids["hepatology"]))[0]
        assert name in parts["case"]
        assert "BR-9001" in parts["opinions"]
        assert "1 in" in parts["opinions"]
        assert "A sealed sentence." not in str(parts)
    wall = board.clients["observer"].get(f"{url}?projector=1").json["parts"]
    assert name not in str(wall)


def test_after_the_end_the_stage_says_what_became_of_the_cases(deciding: Board) -> None:
    decide(deciding)
    deciding.post(f"items/{deciding.items[0]}/close")
    deciding.post("close")
    parts = deciding.clients["observer"].get(f"/meetings/{deciding.meeting}/stage/state").json
    shown = parts["parts"]["case"]
    assert "Convertible" in shown
    assert "decided" in shown
    assert "not reached" in shown
    assert f"/meetings/{deciding.meeting}/minutes" in shown
    assert "missing" not in parts["parts"]["bar"]


def test_who_loses_their_place_leaves_pen_and_room_at_once(
    deciding: Board, person: Any, sign_in: Any
) -> None:
    admin = sign_in(person("administrator"))
    deciding.post("pen/take", "surgery")
    deciding.post("presenter", person=deciding.ids["surgery"])
    deciding.post("pen/ask", "oncology")
    gone = admin.post(f"/boards/liver/people/{deciding.ids['surgery']}/deactivate")
    assert gone.status_code == 303
    meeting = deciding.now()
    assert (meeting.pen_holder_id, meeting.pen_asked_by_id, meeting.presenter_id) == (None,) * 3
    assert deciding.kinds()[-1] == "left"
    stays = deciding.rows(
        select(Attendance).where(
            Attendance.person_id == deciding.ids["surgery"], Attendance.left_at.is_(None)
        )
    )
    assert stays == []
    assert deciding.post("pen/take", "surgery").status_code == 401


def test_stays_that_a_restart_closes_take_a_number_so_that_screens_see_it(
    app: Flask, live: Board
) -> None:
    before = live.now().seq
    for _ in range(2):  # at the second time nobody is left to see off
        with app.app_context():
            close_stale_stays()
        assert live.now().seq == before + 1
    assert live.kinds()[-1] == "left"
    assert live.rows(select(Attendance).where(Attendance.left_at.is_(None))) == []


def test_a_push_tells_the_time_of_its_own_board(
    deciding: Board, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push is rendered without a request for its meeting; the board need not be the first."""
    boards = app.extensions["boards"]
    far = boards["liver"].model_copy(update={"key": "far", "time_zone": "Asia/Kolkata"})
    monkeypatch.setitem(app.extensions, "boards", {"far": far, **boards})

    def rendered(*, asked: bool) -> Any:
        with app.test_request_context():
            if asked:
                g.subject = load_meeting(deciding.meeting)
            return render_for_all(deciding.meeting, ("chair", "projector"), frozenset(PARTS))

    assert rendered(asked=False) == rendered(asked=True)
    assert deciding.post(f"items/{deciding.items[0]}/close", provisional="yes").status_code == 204
    assert deciding.post("close").status_code == 204
    assert deciding.now().status == "closed"
    assert rendered(asked=False) == rendered(asked=True)
