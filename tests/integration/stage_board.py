"""A meeting with two cases that tests run through HTTP, and a whole decision on the first."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case
from boardroom.consensus.models import Consensus
from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, Attendance, Meeting, MeetingEvent
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
