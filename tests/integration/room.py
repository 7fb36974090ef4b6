"""A board with one of each role, a case on a meeting: the room that several tests meet in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, CaseStatus, Patient
from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.opinions import operations
from boardroom.people.models import Person

PEOPLE = {
    "administrator": ("administrator", None),
    "chair": ("chair", "hepatology"),
    "coordinator": ("coordinator", None),
    "surgeon": ("specialist", "surgery"),
    "second surgeon": ("specialist", "surgery"),
    "oncologist": ("specialist", "oncology"),
    "observer": ("observer", None),
    "referrer": ("referrer", None),
}


@dataclass
class Room:
    """People by name, signed-in clients by name, one case listed on one meeting."""

    app: Flask
    person: Callable[..., int]
    sign_in: Callable[[int], FlaskClient]
    people: dict[str, int] = field(default_factory=dict)
    case: int = 0
    meeting: int = 0
    item: int = 0

    def __post_init__(self) -> None:
        for name, (role, specialty) in PEOPLE.items():
            self.people[name] = self.person(role, specialty, name=f"Invented {name.title()}")
        with self.app.app_context(), write_transaction() as session:
            case = Case(
                code="BR-0001",
                board="liver",
                status=CaseStatus.LISTED,
                patient=Patient(name="Nobody Inparticular", sex="male"),
                referrer_hospital="St Example",
                question="Can the left remnant carry a right hepatectomy?",
                diagnosis="crlm",
                first_verdict="unresectable_remnant",
                submitted_at=now(),
            )
            meeting = Meeting(
                board="liver",
                title="Liver board",
                starts_at=now() + dt.timedelta(days=2),
                length_minutes=120,
            )
            session.add_all([case, meeting])
            session.flush()
            item = AgendaItem(meeting_id=meeting.id, case_id=case.id, position=1, minutes=5)
            session.add(item)
            session.flush()
            self.case, self.meeting, self.item = case.id, meeting.id, item.id

    @property
    def board(self) -> BoardDefinition:
        found: BoardDefinition = self.app.extensions["boards"]["liver"]
        return found

    def client(self, name: str) -> FlaskClient:
        """A browser in which this person is signed in."""
        return self.sign_in(self.people[name])

    def opinion(self, **more: str) -> dict[str, str]:
        """The fields of a complete opinion."""
        fields = {"verdict": "convertible", "confidence": "4", "rationale": "The remnant can grow."}
        fields |= {f"stance-{o.key}": "acceptable" for o in self.board.options}
        return fields | more

    def submit(self, name: str, **more: str) -> TestResponse:
        """Give a complete opinion."""
        return self.client(name).post(self.at("opinion/submit"), data=self.opinion(**more))

    def at(self, path: str) -> str:
        """The address of something of the case."""
        return f"/cases/{self.case}/{path}"

    def change(self, table: type[Any], key: int, **values: Any) -> None:
        """Put a row into a state without the way that leads there."""
        with self.app.app_context(), write_transaction() as session:
            row = session.get_one(table, key)
            for name, value in values.items():
                setattr(row, name, value)

    def go_live(self) -> None:
        """Begin the meeting and take the case."""
        self.change(
            Meeting,
            self.meeting,
            status=MeetingStatus.LIVE,
            started_at=now(),
            current_item_id=self.item,
        )
        self.change(AgendaItem, self.item, status=ItemStatus.PRESENTING, started_at=now())

    def reveal(self) -> int:
        """Open the opinions, as the chair's reveal does; returns how many."""
        self.change(AgendaItem, self.item, status=ItemStatus.DECIDING, revealed_at=now())
        with self.app.app_context(), write_transaction() as session:
            chair = session.get_one(Person, self.people["chair"])
            return len(operations.reveal_all(self.case, actor=chair))
