"""The tumour map in a meeting: on every screen, and in the minutes as the board had it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.db import write_transaction
from boardroom.meetings.models import AgendaItem, Meeting, MeetingEvent
from boardroom.minutes.document import content_hash
from boardroom.minutes.pdf import minutes_pdf
from boardroom.minutes.record import gather
from boardroom.minutes.word import minutes_docx
from boardroom.tumour_map.models import Reading
from tests.integration.map_room import Rows, both, fields, read, reading_room
from tests.integration.room import Room


@pytest.fixture
def room(app: Any, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return reading_room(app, person, sign_in)


def test_a_reading_that_changes_in_the_meeting_reaches_every_screen(room: Room, rows: Rows) -> None:
    room.go_live()
    before = rows(select(Meeting))[0].seq
    read(room, "radiologist", **fields({"segments": ["VI"], "size_mm": "37"}))
    assert rows(select(Meeting))[0].seq == before + 1
    assert rows(select(MeetingEvent.kind)) == ["case_changed"]
    for who, place in (("surgeon", "stage/state"), ("observer", "stage/state?projector=1")):
        state = room.client(who).get(f"/meetings/{room.meeting}/{place}").json
        assert "37 mm" in state["parts"]["case"]
        assert "liver-map" in state["parts"]["case"]
    wall = room.client("observer").get(f"/meetings/{room.meeting}/projector").text
    assert "37 mm" in wall
    assert "Invented Reader" not in wall


def test_the_minutes_keep_the_reading_that_the_decision_was_taken_on(
    room: Room, rows: Rows
) -> None:
    room.go_live()
    both(room)
    with room.app.app_context(), write_transaction() as session:
        item = session.get_one(AgendaItem, room.item)
        item.ended_at = max(r.saved_at for r in session.scalars(select(Reading)))
    later = fields({"size_mm": "99"}, version=2 - 1)
    assert read(room, "radiologist", **later).status_code == 303
    with room.app.app_context():
        from boardroom.db import db

        meeting = db.session.get_one(Meeting, room.meeting)
        record = gather(meeting, room.board)
        (case,) = record.cases
        assert [r.side for r in case.tumour_map] == ["referring", "board"]
        assert [x.size_mm for x in case.tumour_map[1].lesions] == [44, 12]
        assert [x.size_mm for x in case.lesions] == [44, 12]
        again = record.model_copy(update={"generated_at": record.generated_at})
        assert content_hash(again) == content_hash(record)
        assert minutes_pdf(record).startswith(b"%PDF")
        word = docx.Document(io.BytesIO(minutes_docx(record)))
    alts = [e.get("descr") for e in word.element.iter(qn("wp:docPr"))]
    assert len(alts) == 2
    assert "segment II, 12 mm" in alts[1]
    words = "\n".join("".join(p.itertext()) for p in word.element.body.iter(qn("w:p")))
    assert "seen by the board alone" in words
