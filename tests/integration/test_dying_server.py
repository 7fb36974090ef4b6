"""A server that is killed at random instants while twenty people hold a meeting.

After each restart the clients go on by themselves. In the end all that was acknowledged is in the
record exactly once, in order, every screen equals a fresh load, and the audit chain is whole.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from boardroom import audit, create_app
from boardroom.db import db
from boardroom.meetings.models import MeetingEvent
from boardroom.rehearsal import run as rehearsal
from boardroom.rehearsal.ledger import Ledger
from boardroom.rehearsal.verify import EVENTS
from tests import servers
from tests.databases import free_port

PEOPLE, CASES, MINUTES, KILLS = 20, 3, 0.4, 3


class _Killer(threading.Thread):
    """Kills the server now and then, and starts it again on the same folder and port."""

    def __init__(self, folder: Path, port: int, running: servers.Server, seed: int) -> None:
        super().__init__(daemon=True)
        self.folder, self.port, self.running = folder, port, running
        self.chance = random.Random(seed)
        self.begin, self.done = threading.Event(), 0
        self.servers = contextlib.ExitStack()

    def run(self) -> None:
        self.begin.wait()
        for _ in range(KILLS):
            time.sleep(self.chance.uniform(2, 6))
            self.running.kill()
            self.running = self.servers.enter_context(servers.demo(self.folder, self.port))
            self.done += 1


def test_killed_at_random_instants_nothing_acknowledged_is_lost_or_doubled(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, seed = free_port(), random.randrange(10**6)
    books: list[Ledger] = []

    class Book(Ledger):
        def __init__(self) -> None:
            super().__init__()
            books.append(self)

    monkeypatch.setattr(rehearsal, "Ledger", Book)
    with servers.demo(demo_folder, port) as first:
        killer = _Killer(demo_folder, port, first, seed)
        with killer.servers:
            killer.start()
            report = rehearsal.run(
                first.url,
                people=PEOPLE,
                minutes=MINUTES,
                cases=CASES,
                seed=seed,
                progress=lambda done, total: killer.begin.set(),  # the meeting has begun
            )
            killer.join(60)
    assert killer.done == KILLS, seed
    (book,) = books
    # What was committed as it died reached no screen as a push; the events are looked at below.
    unpushed = {
        f"not found: {one.kind} of {one.who}  {one.seq}"
        for one in book.actions
        if one.seq is not None and not one.token
    }
    errors = [
        one for one in report["errors"] if "pushed to nobody" not in one and one not in unpushed
    ]
    assert errors == [], seed
    assert report["stages"]["checked"] == report["stages"]["equal"] > PEOPLE / 2, seed
    acknowledged = [one for one in book.actions if one.acknowledged]
    assert len(acknowledged) == len(book.actions) > 60, "every post was answered in the end"
    assert [one for one in acknowledged if one.token and one.times_found != 1] == [], seed

    app = create_app("demo", data=demo_folder)
    with app.app_context():
        meeting = max(db.session.scalars(select(MeetingEvent.meeting_id).distinct()))
        events = db.session.scalars(
            select(MeetingEvent)
            .where(MeetingEvent.meeting_id == meeting)
            .order_by(MeetingEvent.seq)
        ).all()
        kinds = {event.seq: event.kind for event in events}
        assert sorted(kinds) == list(range(1, len(events) + 1)), "no gap and no double"
        for one in acknowledged:  # a save that changed nothing has no event
            assert one.seq is None or kinds[one.seq] == EVENTS[one.kind], (one, seed)
        assert audit.verify()[1] is None, seed
        db.session.close()
        db.engine.dispose()
