"""Signing the consensus, through HTTP: who signs what, and what is final then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.consensus import queries
from boardroom.consensus.models import SignOff
from boardroom.db import db
from boardroom.meetings.models import AgendaItem, MeetingEvent
from tests.integration.deciding import PART, complete, deciding_room, save, soon
from tests.integration.meeting_samples import CORE


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    return deciding_room(app, person, sign_in)


def sign(client: FlaskClient, room: Any, kind: str = "agree", version: int = 1, **more: str) -> Any:
    data = {"kind": kind, "consensus_version": version, **more}
    return client.post(room.sign_url, data=data, headers=PART)


def test_specialties_sign_what_they_saw(room: Any, rows: Any) -> None:
    scribe = room.as_("scribe")
    surgeon = room.as_("surgery")
    assert sign(surgeon, room, version=0).status_code == 409  # nothing to sign yet
    save(scribe, room, 0, rationale="One")
    empty = sign(surgeon, room)
    assert empty.status_code == 409
    assert "There is no verdict to sign yet." in empty.text
    assert rows(select(SignOff)) == []
    save(scribe, room, 1, verdict="convertible")
    assert sign(surgeon, room, version=2).status_code == 204
    save(scribe, room, 2, rationale="Two")
    stale = sign(room.as_("oncology"), room, version=2)
    assert stale.status_code == 409
    assert "Two" in stale.text
    for version in ("", "x", "99999999999999999999"):
        assert sign(room.as_("oncology"), room, version=version).status_code == 409  # type: ignore[arg-type]
    (found,) = rows(select(SignOff))
    assert (found.specialty, found.consensus_version) == ("surgery", 2)
    assert sign(surgeon, room, "reservation", 3, text="If the volume allows").status_code == 204
    (found,) = rows(select(SignOff))
    assert (found.kind, found.consensus_version) == ("reservation", 3)
    # Who agrees after all leaves no word of the reservation behind, whatever the form still holds.
    meant = {"text": "If the volume allows", "reopen_condition": "It grows"}
    assert sign(surgeon, room, "agree", 3, **meant).status_code == 204
    (found,) = rows(select(SignOff))
    assert (found.kind, found.text, found.reopen_condition) == ("agree", "", "")


def test_a_dissent_needs_its_reason_and_condition(room: Any, rows: Any) -> None:
    save(room.as_("scribe"), room, 0, verdict="convertible")
    surgeon = room.as_("surgery")
    assert sign(surgeon, room, "dissent", text="Too early").status_code == 422
    assert sign(surgeon, room, "dissent", reopen_condition="If it grows").status_code == 422
    assert sign(surgeon, room, "reservation").status_code == 422
    assert sign(surgeon, room, "applaud").status_code == 422
    assert rows(select(SignOff)) == []
    beside = sign(surgeon, room, "dissent", text="Too early")
    assert 'data-error-of="reopen_condition"' in beside.text
    assert "<form" not in beside.text  # the dialog has it already
    page = surgeon.post(
        room.sign_url, data={"kind": "reservation", "text": "", "consensus_version": 1}
    )
    assert page.status_code == 422
    assert 'id="text-error"' in page.text
    done = sign(surgeon, room, "dissent", text="Too early", reopen_condition="If it grows")
    assert done.status_code == 204
    page = surgeon.get(room.url).text
    assert "Too early" in page
    assert "Open again if:</span> it grows" in page, "if is said once"


def test_a_colleague_cannot_sign_over_a_dissent(
    room: Any, person: Callable[..., int], sign_in: Callable[[int], FlaskClient], rows: Any
) -> None:
    save(room.as_("scribe"), room, 0, verdict="convertible")
    sign(room.as_("surgery"), room, "dissent", text="Too early", reopen_condition="If it grows")
    colleague = sign_in(person("specialist", "surgery"))
    assert sign(colleague, room).status_code == 403
    assert rows(select(SignOff))[0].kind == "dissent"


@pytest.mark.parametrize(("who", "status"), [("scribe", 403), ("observer", 403), ("referrer", 404)])
def test_who_has_no_vote_does_not_sign(room: Any, who: str, status: int) -> None:
    save(room.as_("scribe"), room, 0, verdict="convertible")
    assert sign(room.as_(who), room).status_code == status


def test_a_repeated_sign_off_is_done_once(room: Any, rows: Any) -> None:
    save(room.as_("scribe"), room, 0, verdict="convertible")
    surgeon = room.as_("surgery")
    first = sign(surgeon, room, _key="a-key-of-its-own")
    again = sign(surgeon, room, _key="a-key-of-its-own")
    assert first.status_code == again.status_code == 204
    assert again.headers["X-Boardroom-Seq"] == first.headers["X-Boardroom-Seq"]
    assert [e.kind for e in rows(select(MeetingEvent))] == ["consensus_saved", "signed_off"]


def test_nothing_open_makes_a_final_decision_possible(app: Flask, room: Any) -> None:
    board = app.extensions["boards"]["liver"]
    values = complete(board) | {"tell_by": soon(app, room.meeting)}
    answer = save(room.as_("scribe"), room, 0, **values)
    assert answer.json["errors"] == {}

    def points() -> list[str]:
        with app.test_request_context():
            return queries.points_of(db.session.get_one(AgendaItem, room.item))

    assert points() == ["Not signed off by Surgery, Oncology, Radiology and Hepatology."]
    for who in CORE:
        assert sign(room.as_(who), room).status_code == 204
    assert points() == []
    page = room.as_("scribe").get(room.url).text
    assert "It can be closed as final" in page
    save(room.as_("scribe"), room, 1, rationale="Changed")
    assert points() == ["Changed since Surgery, Oncology, Radiology and Hepatology signed off."]


def test_the_editor_is_for_the_pen(room: Any) -> None:
    assert "data-consensus-editor" in room.as_("scribe").get(room.url).text
    for who in ("surgery", "hepatology"):
        page = room.as_(who).get(room.url)
        assert page.status_code == 200
        assert "data-consensus-editor" not in page.text
    part = room.as_("scribe").get(room.url, headers=PART).text
    assert "<html" not in part
    assert room.as_("observer").get(room.url).status_code == 403
    assert room.as_("referrer").get(room.url).status_code == 404
