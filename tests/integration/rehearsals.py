"""A rehearsal to which something happens, and what must be in the record afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from boardroom import audit_proof, create_app
from boardroom.db import db
from boardroom.meetings.models import MeetingEvent
from boardroom.rehearsal import run as rehearsal
from boardroom.rehearsal.ledger import Ledger
from boardroom.rehearsal.verify import EVENTS


def hold(url: str, *, begun: Callable[[], None], **more: Any) -> tuple[dict[str, Any], Ledger]:
    """Hold one; `begun` is called once the meeting has. Returns its report and its book."""
    books: list[Ledger] = []

    class Book(Ledger):
        def __init__(self) -> None:
            super().__init__()
            books.append(self)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rehearsal, "Ledger", Book)
        report = rehearsal.run(url, progress=lambda done, total: begun(), **more)
    (book,) = books
    return report, book


def nothing_lost_or_doubled(folder: Path, report: dict[str, Any], book: Ledger, seed: int) -> None:
    """All that was acknowledged is in the record exactly once, in order; the screens agreed."""
    # What was committed as a line was lost reached no screen as a push; the events are looked at.
    unpushed = {
        f"not found: {one.kind} of {one.who}  {one.seq}"
        for one in book.actions
        if one.seq is not None and not one.token
    }
    errors = [
        one for one in report["errors"] if "pushed to nobody" not in one and one not in unpushed
    ]
    assert errors == [], seed
    assert report["stages"]["checked"] == report["stages"]["equal"] > report["people"] / 2, seed
    acknowledged = [one for one in book.actions if one.acknowledged]
    assert len(acknowledged) == len(book.actions), "every post was answered in the end"
    assert [one for one in acknowledged if one.token and one.times_found != 1] == [], seed

    app = create_app("demo", data=folder)
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
        assert audit_proof.verify()[1] is None, seed
        db.session.close()
        db.engine.dispose()
