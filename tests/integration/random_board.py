"""A board for random commands: people of every kind, one meeting, and what must hold after each.

Four screens listen to the meeting, one of each audience: they hold what the pages' script would
hold, made of the pushes alone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from html import unescape
from itertools import count, cycle, islice
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from boardroom import audit_proof
from boardroom.audit import AuditEntry
from boardroom.consensus.models import Consensus
from boardroom.db import db, write_transaction
from boardroom.live import arrive, leave
from boardroom.live.presence import presence
from boardroom.meetings.models import (
    AgendaItem,
    ItemStatus,
    Meeting,
    MeetingEvent,
    MeetingStatus,
)
from boardroom.minutes.models import Minutes
from boardroom.opinions.models import Opinion
from boardroom.people.models import Membership, Person, Role
from boardroom.rehearsal.screen import difference
from tests.integration.meeting_samples import CORE, make_case, make_meeting

PART = {"X-Boardroom-Part": "1"}
PEOPLE: dict[str, tuple[Role, str | None]] = {
    "chair": (Role.CHAIR, None),
    **{key: (Role.SPECIALIST, key) for key in CORE},
    "second surgeon": (Role.SPECIALIST, "surgery"),
    "coordinator": (Role.COORDINATOR, None),
    "observer": (Role.OBSERVER, None),
    "administrator": (Role.ADMINISTRATOR, None),
    "referrer": (Role.REFERRER, None),
}
WATCHERS = {"chair": "chair", "member": "oncology", "observer": "observer", "projector": "chair"}
ANSWERS = {200, 204, 303, 403, 404, 409, 422, 423}
CASES = 3
_numbers = count(1)


class RandomBoard:
    """See above. One application serves many of these, one after the other."""

    def __init__(self, app: Flask, people: dict[str, int]) -> None:
        self.app, self.people = app, people
        self.clients = {name: _signed_in(app, key) for name, key in people.items()}
        number = next(_numbers)
        self.cases = [make_case(app, f"BR-{number:03d}{n}") for n in range(CASES)]
        self.meeting, self.items = make_meeting(app, *self.cases)
        self.secrets: dict[str, tuple[int, int]] = {}  # sealed words → case and person
        self.versions: dict[tuple[str, int], int] = defaultdict(int)
        self.signed: str | None = None
        self.last: tuple[str, str, dict[str, Any], TestResponse] | None = None
        self.every = 1
        """How many audiences a fresh load is compared for after each change, by turns."""
        self.looks, self.audiences = count(), cycle(WATCHERS)
        presence.sockets.clear()
        for audience, name in WATCHERS.items():
            presence.sockets[audience] = (people[name], self.meeting, audience)
        self.held = {audience: self.fresh(audience) for audience in WATCHERS}

    # ---- What people do ----

    def at(self, path: str) -> str:
        return f"/meetings/{self.meeting}/{path}"

    def post(self, who: str, path: str, **form: Any) -> TestResponse:
        """A form post as from a page; what is refused must have changed nothing."""
        form = {"_key": str(uuid4())} | form
        before = self.counted()
        answer = self.clients[who].post(path, data=form, headers=PART)
        assert answer.status_code in ANSWERS, (who, path, answer.status_code)
        if answer.status_code >= 400:
            assert self.counted() == before, (who, path, "was refused and left something")
        else:
            self.check()
        self.last = (who, path, form, answer)
        return answer

    def again(self) -> None:
        """The last post once more, as after a lost answer."""
        if self.last is None:
            return
        who, path, form, first = self.last
        before = self.counted()
        answer = self.clients[who].post(path, data=form, headers=PART)
        if first.status_code < 400:
            assert self.counted() == before, (who, path, "was done twice")
            assert answer.status_code == first.status_code
            assert answer.headers.get("X-Boardroom-Seq") == first.headers.get("X-Boardroom-Seq")

    def comes_or_goes(self, who: str, comes: bool) -> None:
        """As when a screen joins the meeting, or the last one of a person has been gone."""
        with self.app.test_request_context():
            person = db.session.get_one(Person, self.people[who])
            meeting = db.session.get_one(Meeting, self.meeting)
            if not comes:
                leave(person.id, meeting.id)
            elif meeting.status == MeetingStatus.LIVE:
                arrive(person, meeting)
            db.session.rollback()
        self.check()

    def listed_again(self) -> None:
        """Remember the agenda's items by their cases; one taken off is remembered as it was."""
        for item in self.read(select(AgendaItem).where(AgendaItem.meeting_id == self.meeting)):
            self.items[self.cases.index(item.case_id)] = item.id

    def secret(self, case: int, who: str) -> str:
        """Words that are sealed until the reveal."""
        word = f"sealed-{len(self.secrets)}-{case}-end"
        self.secrets[word] = (case, self.people[who])
        return word

    # ---- What the record says ----

    def read(self, query: Any) -> list[Any]:
        with self.app.app_context():
            found = list(db.session.scalars(query).unique())
            db.session.expunge_all()
            db.session.rollback()
        return found

    def now(self) -> Meeting:
        found: Meeting = self.read(select(Meeting).where(Meeting.id == self.meeting))[0]
        return found

    def version(self, table: Any, *where: Any) -> int:
        return int((self.read(select(table.version).where(*where)) or [0])[0])

    def counted(self) -> tuple[int, ...]:
        """How much there is of what every change leaves."""
        return tuple(
            int(self.read(select(func.count()).select_from(table))[0])
            for table in (MeetingEvent, AuditEntry)
        )

    def fresh(self, audience: str) -> dict[str, Any]:
        """The stage as a fresh load has it."""
        address = self.at("stage/state") + ("?projector=1" if audience == "projector" else "")
        answer = self.clients[WATCHERS[audience]].get(address, headers=PART)
        assert answer.status_code == 200
        found: dict[str, Any] = json.loads(answer.text)
        return {"seq": found["seq"], "parts": found["parts"]}

    def pushed(self, event: str, message: dict[str, Any], to: str = "", **more: Any) -> None:
        """In place of Socket.IO: what a push brings to the screens of its audience."""
        if event != "change" or message["meeting"] != self.meeting:
            return
        held = self.held[to.rpartition(":")[2]]
        assert message["first"] == held["seq"] + 1, "no screen sees a gap"
        held["seq"] = message["seq"]
        held["parts"] = held["parts"] | message["parts"]
        self.tells_nothing(json.dumps(message), reader=None)

    # ---- What must always hold ----

    def check(self) -> None:
        """After each change."""
        meeting = self.now()
        events = self.read(
            select(MeetingEvent.seq)
            .where(MeetingEvent.meeting_id == self.meeting)
            .order_by(MeetingEvent.seq)
        )
        assert events == list(range(1, meeting.seq + 1)), "the numbers have no gap"
        for audience in islice(self.audiences, self.every):
            held, fresh = self.held[audience], self.fresh(audience)
            assert held["seq"] == fresh["seq"]
            differs = difference(held["parts"], fresh["parts"], held["seq"])
            assert differs is None, f"not pushed to the {audience}: {differs}"
        self._versions_grow(meeting)
        self._final_is_complete()
        self._somebody_looks_around()
        signed = self.read(select(Minutes.content_hash).where(Minutes.meeting_id == self.meeting))
        if self.signed is not None:
            assert signed == [self.signed], "signed minutes never change"
        self.signed = signed[0] if signed else None

    def _versions_grow(self, meeting: Meeting) -> None:
        versions = {("agenda", meeting.id): meeting.agenda_version}
        for table, where in (
            (Consensus, Consensus.item_id.in_(self.items)),
            (Opinion, Opinion.case_id.in_(self.cases)),
        ):
            for row in self.read(select(table).where(where)):
                versions[table.__name__, row.id] = row.version
        for key, version in versions.items():
            assert version >= self.versions[key], key
            self.versions[key] = version

    def _final_is_complete(self) -> None:
        options = {option.key for option in self.app.extensions["boards"]["liver"].options}
        for item in self.read(select(AgendaItem).where(AgendaItem.id.in_(self.items))):
            if item.status != ItemStatus.DONE:
                continue
            assert item.provisional_reasons == []
            assert item.quorum["missing"] == []
            (consensus,) = self.read(select(Consensus).where(Consensus.item_id == item.id))
            assert consensus.verdict
            assert set(consensus.dispositions) == options

    # ---- Who may know what ----

    def sealed(self) -> dict[str, tuple[int, int]]:
        """The words that nobody but their author may read at present."""
        opened = {
            (row.case_id, row.person_id)
            for row in self.read(select(Opinion).where(Opinion.case_id.in_(self.cases)))
            if row.status == "revealed"
        }
        return {word: whose for word, whose in self.secrets.items() if whose not in opened}

    def tells_nothing(self, text: str, reader: int | None) -> None:
        if "sealed-" not in text:
            return
        for word, (_, author) in self.sealed().items():
            assert author == reader or word not in unescape(text), f"{word} is told"

    def _pages(self) -> list[str]:
        of_cases = ("", "/comments", "/opinion")
        return [
            self.at("mine"),
            self.at("stage"),
            f"/meetings/{self.meeting}",
            "/",
            self.at("minutes.json"),
            *(f"/cases/{case}{part}" for case in self.cases for part in of_cases),
        ]

    def _somebody_looks_around(self) -> None:
        """One page by one person; everybody comes to everything in the end."""
        turn, names, pages = next(self.looks), list(PEOPLE), self._pages()
        self._look(names[turn % len(names)], pages[turn % len(pages)])

    def _look(self, who: str, page: str) -> None:
        answer = self.clients[who].get(page)
        assert answer.status_code in ANSWERS | {302}, (who, page, answer.status_code)
        self.tells_nothing(answer.text, self.people[who])
        if who == "referrer" and page.startswith("/meetings/"):
            assert answer.status_code in (403, 404)

    def end(self) -> None:
        """At the end: every page of everybody, and the audit trail."""
        self.every = len(WATCHERS)
        self.check()
        if self.sealed():
            for who in PEOPLE:
                for page in self._pages():
                    self._look(who, page)
        presence.sockets.clear()
        with self.app.app_context():
            assert audit_proof.verify()[1] is None
            db.session.rollback()


def settle_people(app: Flask) -> dict[str, int]:
    """The people, by name."""
    with app.app_context(), write_transaction() as session:
        made = {
            name: Person(
                name=f"Invented {name.title()}",
                email=f"{name.replace(' ', '.')}@boardroom.example",
                hospital="St Example",
                memberships=[Membership(board="liver", role=role, specialty=specialty)],
            )
            for name, (role, specialty) in PEOPLE.items()
        }
        session.add_all(made.values())
        session.flush()
        return {name: person.id for name, person in made.items()}


def _signed_in(app: Flask, key: int) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        mark = db.session.get_one(Person, key).get_id()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = mark, True
    return client
