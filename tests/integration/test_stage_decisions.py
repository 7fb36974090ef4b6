"""Deciding on a case at a meeting through HTTP: open points, the pen, the close."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from boardroom.consensus.models import Consensus
from boardroom.db import db, now, write_transaction
from boardroom.meetings.models import Attendance, Meeting
from boardroom.opinions.models import Opinion
from boardroom.people.models import Person
from tests.integration.meeting_samples import CORE
from tests.integration.stage_board import Board, decide


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


def test_a_decision_that_contradicts_itself_is_warned_of_and_can_close(deciding: Board) -> None:
    decide(deciding)
    state = f"/meetings/{deciding.meeting}/stage/state"
    words = "Unresectable: technical”, but “Resection” is chosen"

    def parts(who: str, more: str = "") -> dict[str, str]:
        found: dict[str, str] = deciding.clients[who].get(state + more).json["parts"]
        return found

    controls = parts("chair")["controls"]
    assert 'data-dialog="final-dialog"' in controls
    assert "data-objections" not in controls
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
    assert 'data-dialog="final-dialog"' in controls
    assert "data-objections" in controls
    assert words in controls
    assert deciding.post(f"items/{deciding.items[0]}/close").status_code == 204
    assert deciding.item().status == "done"


def test_unanimous_though_every_verdict_was_another_is_asked_about(deciding: Board) -> None:
    decide(deciding)
    with deciding.app.app_context(), write_transaction() as session:
        session.add(
            Opinion(
                case_id=deciding.cases[0], person_id=deciding.ids["oncology"],
                specialty="oncology", status="revealed", verdict="resectable", confidence=4,
                rationale="Small.", submitted_at=now(), revealed_at=now(), answers={}, stances={},
            )
        )  # fmt: skip
    where = f"items/{deciding.items[0]}/consensus"
    words = "every verdict given was another: “Resectable”"
    form = {"version": deciding.version(), "strength": "majority"}
    assert words not in deciding.post(where, "surgery", **form).json["missing_html"]
    form = {"version": deciding.version(), "strength": "unanimous"}
    assert words in deciding.post(where, "surgery", **form).json["missing_html"]
    state = deciding.clients["chair"].get(f"/meetings/{deciding.meeting}/stage/state").json
    assert words in state["parts"]["controls"].split("data-objections")[1]


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


def test_what_no_later_word_mends_is_told_apart_before_the_case_is_closed(
    app: Flask, deciding: Board
) -> None:
    decide(deciding)
    with app.app_context(), write_transaction() as session:
        for stay in session.scalars(select(Attendance)):
            if stay.specialty == "hepatology":
                stay.left_at = stay.joined_at
    state = f"/meetings/{deciding.meeting}/stage/state"

    def points() -> str:
        controls: str = deciding.clients["chair"].get(state).json["parts"]["controls"]
        return controls.split("data-points")[1]

    assert "Hepatology is missing" in points()
    assert "Mend this now." not in points(), "who was missing can say it afterwards"
    against = {"kind": "dissent", "text": "Too early", "reopen_condition": "it grows"}
    deciding.post(
        f"items/{deciding.items[0]}/sign-off", "oncology",
        consensus_version=deciding.version(), **against,
    )  # fmt: skip
    later, now_ = points().split("Mend this now.")
    assert "Hepatology is missing" in later
    assert "unanimous" not in later
    assert "but Oncology dissents. Set the agreement to a majority.</li>" in now_


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
