"""Running a meeting through HTTP: each step, each refusal, and the record that it leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus
from boardroom.consensus.models import Consensus
from boardroom.db import db, now, write_transaction
from boardroom.live.attendance import close_stale_stays
from boardroom.meetings.models import AgendaItem, Attendance, ItemStatus, Meeting, MeetingEvent
from boardroom.people.models import Person
from tests.integration.meeting_samples import CORE, make_case, make_meeting

PART = {"X-Boardroom-Part": "1"}


class Board:
    """A meeting with two cases, a chair, and everybody whom quorum needs."""

    def __init__(self, app: Flask, person: Any, sign_in: Any, rows: Any) -> None:
        self.app, self.rows = app, rows
        self.ids = {key: person("specialist", key) for key in CORE}
        self.ids["chair"] = person("chair")
        self.ids["observer"] = person("observer")
        self.clients: dict[str, FlaskClient] = {k: sign_in(i) for k, i in self.ids.items()}
        self.cases = [make_case(app, f"BR-900{n}") for n in (1, 2)]
        self.meeting, self.items = make_meeting(app, *self.cases)

    def post(self, path: str, who: str = "chair", **form: Any) -> Any:
        return self.clients[who].post(f"/meetings/{self.meeting}/{path}", data=form, headers=PART)

    def here(self, *who: str) -> None:
        """Put people into the room, as their open screens would."""
        with self.app.app_context(), write_transaction() as session:
            for key in who:
                session.add(
                    Attendance(
                        meeting_id=self.meeting,
                        person_id=self.ids[key],
                        specialty=key if key in CORE else None,
                    )
                )

    def item(self, number: int = 0) -> AgendaItem:
        found: AgendaItem = self.rows(
            select(AgendaItem).where(AgendaItem.id == self.items[number])
        )[0]
        return found

    def version(self) -> int:
        """The consensus' own."""
        return int(self.rows(select(Consensus))[0].version)

    def case(self, number: int = 0) -> Case:
        found: Case = self.rows(select(Case).where(Case.id == self.cases[number]))[0]
        return found

    def now(self) -> Meeting:
        found: Meeting = self.rows(select(Meeting).where(Meeting.id == self.meeting))[0]
        return found

    def kinds(self) -> list[str]:
        events = select(MeetingEvent).where(MeetingEvent.meeting_id == self.meeting)
        return [e.kind for e in self.rows(events.order_by(MeetingEvent.seq))]


@pytest.fixture
def board(
    app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient], rows: Any
) -> Board:
    return Board(app, person, sign_in, rows)


@pytest.fixture
def live(board: Board) -> Board:
    assert board.post("start").status_code == 204
    board.here(*CORE, "chair")
    return board


@pytest.fixture
def deciding(live: Board) -> Board:
    live.post("next", after=0)
    assert live.post(f"items/{live.items[0]}/reveal").status_code == 204
    return live


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
    assert live.post(f"items/{live.items[0]}/take").status_code == 204
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
    live.post(f"items/{live.items[0]}/take")
    assert live.post(f"items/{live.items[0]}/close", provisional="yes").status_code == 204
    assert live.post(f"items/{live.items[0]}/reveal").status_code == 409
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


def test_open_points_allow_only_a_provisional_close_and_are_kept(deciding: Board) -> None:
    url = f"items/{deciding.items[0]}/close"
    refused = deciding.post(url)
    assert refused.status_code == 422
    assert "provisional" in refused.text
    assert deciding.item().status == "deciding"
    assert deciding.post(url, provisional="yes").status_code == 204
    item = deciding.item()
    assert item.status == "provisional"
    assert any("verdict" in reason for reason in item.provisional_reasons)
    assert item.quorum["missing"] == []
    assert deciding.case().status == "discussed"


def decide(board: Board) -> None:
    """Write a whole consensus and have every core specialty sign it."""
    definition = board.app.extensions["boards"]["liver"]
    board.post("pen/take", "surgery")
    form: dict[str, Any] = {
        "version": 0,
        "verdict": "convertible",
        "rationale": "The remnant can grow.",
        "strength": "unanimous",
        "step_0_what": "Portal vein embolisation",
        "step_0_who": "Interventional radiology",
        "step_0_when": "within 7 days",
        "teller": definition.tellers[0].key,
        "tell_by": (now() + dt.timedelta(days=3)).date().isoformat(),
    }
    for n, option in enumerate(definition.options):
        form[f"disposition_{option.key}"] = "chosen" if n == 0 else "rejected"
        form[f"reason_{option.key}"] = "Said in the room."
    saved = board.post(f"items/{board.items[0]}/consensus", "surgery", **form)
    assert saved.status_code == 200, saved.text
    assert saved.json["errors"] == {}
    version = saved.json["version"]
    for key in CORE:
        signed = board.post(
            f"items/{board.items[0]}/sign-off", key, kind="agree", consensus_version=version
        )
        assert signed.status_code == 204, signed.text


def test_a_decision_that_contradicts_itself_is_warned_of_and_can_close(deciding: Board) -> None:
    decide(deciding)
    state = f"/meetings/{deciding.meeting}/stage/state"
    words = "Unresectable: technical”, but “Resection” is chosen"

    def parts(who: str, more: str = "") -> dict[str, str]:
        found: dict[str, str] = deciding.clients[who].get(state + more).json["parts"]
        return found

    assert "objections-dialog" not in parts("chair")["controls"]
    form = {"version": deciding.version(), "verdict": "unresectable_technical"}
    saved = deciding.post(f"items/{deciding.items[0]}/consensus", "surgery", **form)
    assert words in saved.json["missing_html"], "the scribe sees it at once"
    for key in CORE:
        deciding.post(
            f"items/{deciding.items[0]}/sign-off",
            key,
            kind="agree",
            consensus_version=saved.json["version"],
        )
    assert words in parts("surgery")["consensus"]
    assert words not in parts("observer", "?projector=1")["consensus"]
    controls = parts("chair")["controls"]
    assert 'data-dialog="objections-dialog"' in controls
    assert words in controls
    assert deciding.post(f"items/{deciding.items[0]}/close").status_code == 204
    assert deciding.item().status == "done"


def test_a_complete_decision_with_quorum_is_final(deciding: Board) -> None:
    decide(deciding)
    closed = deciding.post(f"items/{deciding.items[0]}/close")
    assert closed.status_code == 204, closed.text
    assert deciding.item().status == "done"
    assert deciding.item().provisional_reasons == []
    assert deciding.case().status == "decided"
    assert deciding.now().pen_holder_id is None
    # It is settled: nobody writes, signs or defers any more.
    assert deciding.post(f"items/{deciding.items[0]}/close").status_code == 409
    assert deciding.post(
        f"items/{deciding.items[0]}/consensus", "surgery", version=1, verdict="resectable"
    ).status_code in (403, 409, 423)


def test_without_quorum_even_a_complete_decision_is_provisional(
    app: Flask, deciding: Board
) -> None:
    decide(deciding)
    with app.app_context(), write_transaction() as session:
        for stay in session.scalars(select(Attendance)):
            if stay.specialty == "hepatology":
                stay.left_at = stay.joined_at
    url = f"items/{deciding.items[0]}/close"
    assert deciding.post(url).status_code == 422
    assert deciding.post(url, provisional="yes").status_code == 204
    assert deciding.item().quorum["missing"] == ["hepatology"]
    assert any("quorum" in reason for reason in deciding.item().provisional_reasons)


def test_the_pen_is_held_by_one_person_and_can_be_asked_for(deciding: Board) -> None:
    assert deciding.post("pen/take", "surgery").status_code == 204
    for late in (deciding.post("pen/take", "oncology"), deciding.post("pen/give", "oncology")):
        assert late.status_code == 409
        with deciding.app.app_context():
            holder = db.session.get_one(Person, deciding.ids["surgery"]).name
        assert f"{holder} has the pen" in late.text
        assert f'action="/meetings/{deciding.meeting}/pen/ask"' in late.text
        assert "Not yours" not in late.text
    assert deciding.post("pen/ask", "oncology").status_code == 204
    assert deciding.now().pen_asked_by_id == deciding.ids["oncology"]
    to_observer = deciding.post("pen/give", "surgery", person=deciding.ids["observer"])
    assert to_observer.status_code == 422
    assert deciding.post("pen/give", "surgery", person="9 or 1=1").status_code == 422
    given = deciding.post("pen/give", "surgery", person=deciding.ids["oncology"])
    assert given.status_code == 204
    assert deciding.now().pen_holder_id == deciding.ids["oncology"]
    assert deciding.post("pen/take", "observer").status_code == 403
    assert deciding.post("pen/take", "chair").status_code == 204  # the chair may take it


def test_who_loses_the_race_for_the_pen_can_ask_for_it_without_scripts(deciding: Board) -> None:
    deciding.post("pen/take", "surgery")
    late = deciding.clients["oncology"].post(f"/meetings/{deciding.meeting}/pen/take")
    assert late.status_code == 409
    assert "has the pen</h1>" in late.text
    assert "Ask for the pen" in late.text
    asked = deciding.clients["oncology"].post(f"/meetings/{deciding.meeting}/pen/ask")
    assert asked.status_code == 303
    assert deciding.now().pen_asked_by_id == deciding.ids["oncology"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", ""),
        ("owner", "nobody-known"),
        ("due", "2026-02-31"),
        ("due", "2001-01-01"),
        ("note", "x" * 1001),
    ],
)
def test_what_is_wrong_with_a_deferral_is_told_beside_its_field(
    deciding: Board, field: str, value: str
) -> None:
    reason = deciding.app.extensions["boards"]["liver"].deferral_reasons[0].key
    url = f"items/{deciding.items[0]}/defer"
    refused = deciding.post(url, **{"reason": reason, field: value})
    assert refused.status_code == 422
    assert f'data-error-of="{field}"' in refused.text
    assert refused.text.count("field-error") == 1
    assert deciding.item().status == "deciding"


def test_the_consensus_opens_with_the_reveal_and_not_before(live: Board) -> None:
    assert live.post("pen/take", "surgery").status_code == 409  # no case yet
    live.post("next", after=0)
    item, state = live.items[0], f"/meetings/{live.meeting}/stage/state"
    for path in ("pen/take", "pen/ask"):
        refused = live.post(path, "surgery")
        assert refused.status_code == 409
        assert "The consensus opens with the reveal." in refused.text
    # Not even with the pen still in hand from before.
    with live.app.app_context(), write_transaction() as session:
        session.get_one(Meeting, live.meeting).pen_holder_id = live.ids["surgery"]
    saved = live.post(f"items/{item}/consensus", "surgery", version=0, verdict="resectable")
    assert saved.status_code == 409
    assert live.rows(select(Consensus)) == []
    page = live.clients["surgery"].get(f"/meetings/{live.meeting}/items/{item}/consensus").text
    assert "data-consensus-editor" not in page
    mine = live.clients["surgery"].get(f"/meetings/{live.meeting}/mine").text
    assert "pen" not in mine
    shown = live.clients["surgery"].get(state).json["parts"]["consensus"]
    assert "The consensus opens with the reveal." in shown
    assert live.clients["observer"].get(f"{state}?projector=1").json["parts"]["consensus"] == ""
    # Without one opinion the chair can still open the case for the decision.
    controls = live.clients["chair"].get(state).json["parts"]["controls"]
    assert "Decide without opinions" in controls
    assert live.post(f"items/{item}/reveal").status_code == 204
    assert live.post("pen/take", "surgery").status_code == 204
    saved = live.post(f"items/{item}/consensus", "surgery", version=0, verdict="resectable")
    assert saved.status_code == 200


def test_the_pen_stays_with_no_case_that_is_over(deciding: Board) -> None:
    deciding.post("pen/take", "surgery")
    reason = deciding.app.extensions["boards"]["liver"].deferral_reasons[0].key
    assert deciding.post(f"items/{deciding.items[0]}/defer", reason=reason).status_code == 204
    assert deciding.now().pen_holder_id is None


def test_a_revealed_case_is_not_left_without_a_word(deciding: Board) -> None:
    first, second = deciding.items
    for path in ("next", f"items/{second}/take"):
        refused = deciding.post(path, after=first)
        assert refused.status_code == 409
        assert "leave it open" in refused.text
    assert deciding.now().current_item_id == first
    chair = deciding.clients["chair"]
    state = f"/meetings/{deciding.meeting}/stage/state"
    parts = chair.get(state).json["parts"]
    assert parts["controls"].count('data-dialog="leave-dialog"') == 1
    assert f'data-leave-url="/meetings/{deciding.meeting}/items/{second}/take"' in parts["agenda"]

    assert deciding.post("next", after=first, leave="yes").status_code == 204
    assert deciding.kinds()[-2:] == ["case_left_open", "case_taken"]
    assert (deciding.item(0).status, deciding.item(1).status) == ("left_open", "presenting")
    assert deciding.item(0).resumed_at is None
    parts = chair.get(state).json["parts"]
    assert parts["agenda"].count('aria-current="step"') == 1
    assert "left open" in parts["agenda"]
    assert f"{deciding.item(0).minutes} min of cases wait" in parts["agenda"]
    # Nobody writes on it meanwhile, and the meeting does not end over it.
    deciding.post(f"items/{second}/reveal")
    deciding.post("pen/take", "surgery")
    late = deciding.post(f"items/{first}/consensus", "surgery", version=0, rationale="x")
    assert late.status_code == 409
    deciding.post(f"items/{second}/close", provisional="yes")
    ended = deciding.post("close")
    assert ended.status_code == 409
    assert "BR-9001 was left open" in ended.text
    # When nothing waits any more, next comes back to it.
    assert "back to BR-9001" in chair.get(state).json["parts"]["controls"]
    assert deciding.post("next", after=second).status_code == 204
    assert deciding.item(0).status == "deciding"
    deciding.post(f"items/{first}/close", provisional="yes")
    assert deciding.post("close").status_code == 204


def test_a_pen_left_behind_is_taken_at_once(app: Flask, deciding: Board) -> None:
    deciding.post("pen/take", "surgery")
    with app.app_context(), write_transaction() as session:
        for stay in session.scalars(select(Attendance)):
            if stay.specialty == "surgery":
                stay.left_at = stay.joined_at
    assert deciding.post("pen/ask", "oncology").status_code == 204
    assert deciding.now().pen_holder_id == deciding.ids["oncology"]


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
