"""A consensus being written, for the tests of who may write and sign it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from boardroom.db import db
from boardroom.meetings.models import Meeting
from tests.integration.meeting_samples import CORE, begin, make_case, make_meeting

PART = {"X-Boardroom-Part": "1"}


def deciding_room(
    app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]
) -> SimpleNamespace:
    """A live meeting with one case being decided; the coordinator holds the pen."""
    people = {key: person("specialist", key) for key in CORE}
    people["scribe"] = person("coordinator")
    people["observer"] = person("observer")
    people["referrer"] = person("referrer")
    case = make_case(app, "BR-0001")
    other = make_case(app, "BR-0002")
    meeting, (item, waiting) = make_meeting(app, case, other)
    begin(app, meeting, item, pen=people["scribe"], here=tuple(people[key] for key in CORE))
    return SimpleNamespace(
        people=people,
        meeting=meeting,
        item=item,
        waiting=waiting,
        url=f"/meetings/{meeting}/items/{item}/consensus",
        sign_url=f"/meetings/{meeting}/items/{item}/sign-off",
        as_=lambda who: sign_in(people[who]),
    )


def complete(board: Any) -> dict[str, str]:
    """A post that leaves nothing open but the signatures."""
    values = {
        "verdict": "convertible",
        "strength": "unanimous",
        "rationale": "The remnant grows.",
        "step_0_what": "Portal vein embolisation",
        "step_0_who": "Interventional radiology",
        "step_0_when": "within 14 days",
        "step_1_what": "Resection",
        "teller": "The surgeon",
        "tell_by": "2099-01-01",
        "rediscuss": "After volumetry",
    }
    for option in board.options:
        values[f"disposition_{option.key}"] = "not_applicable"
    values["disposition_remnant_growth"] = "chosen"
    values["disposition_tace"] = "rejected"
    values["reason_tace"] = "Would cost remnant"
    return values


def soon(app: Flask, meeting: int) -> str:
    with app.app_context():
        return db.session.get_one(Meeting, meeting).started_at.date().isoformat()


def save(client: FlaskClient, room: Any, version: int, **values: str) -> Any:
    return client.post(room.url, data={"version": version, **values}, headers=PART)
