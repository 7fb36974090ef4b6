"""What the minutes say of a meeting that was run through HTTP, in every form."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import update

from boardroom.db import now, write_transaction
from boardroom.meetings.models import Attendance, Meeting, MeetingStatus
from boardroom.minutes.models import Minutes
from boardroom.minutes.times import Clock
from tests.integration.deciding import complete
from tests.integration.meeting_samples import CORE, make_meeting
from tests.integration.stage_board import Board

TOLD_BY = now().date() + dt.timedelta(days=9)
STORED = Path(__file__).parents[1] / "unit" / "stored" / "minutes-1.0.json"


@pytest.fixture
def board(
    app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient], rows: Any
) -> Board:
    """A live meeting, everybody whom quorum needs in the room, the first case before it."""
    made = Board(app, person, sign_in, rows)
    assert made.post("start").status_code == 204
    made.here(*CORE, "chair")
    assert made.post("next", after=0).status_code == 204
    return made


def forms_of(board: Board, meeting: int | None = None) -> dict[str, str]:
    """The text of the minutes on the page and in each file, by its form; as the chair has them."""
    url = f"/meetings/{meeting or board.meeting}/minutes"
    chair = board.clients["chair"]
    found = {"page": chair.get(url).text}
    for form in ("csv", "json"):
        found[form] = chair.get(f"{url}.{form}").data.decode("utf-8-sig")
    pdf = PdfReader(io.BytesIO(chair.get(f"{url}.pdf").data))
    found["pdf"] = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)
    word = docx.Document(io.BytesIO(chair.get(f"{url}.docx").data))
    found["docx"] = "\n".join(t.text or "" for t in word.element.body.iter(qn("w:t")))
    return found


def row_of(text: str, number: int = 0) -> dict[str, str]:
    return list(csv.DictReader(io.StringIO(text, newline="")))[number]


def consensus_of(board: Board, version: int = 0, **values: str) -> int:
    """Save the consensus of the first case as the chair; its new version."""
    saved = board.post(f"items/{board.items[0]}/consensus", version=version, **values)
    assert saved.status_code == 200, saved.text
    return int(saved.json["version"])


def sign(board: Board, who: str, version: int, kind: str = "agree", **more: str) -> None:
    answer = board.post(
        f"items/{board.items[0]}/sign-off", who, kind=kind, consensus_version=version, **more
    )
    assert answer.status_code == 204, answer.text


def decide(board: Board) -> int:
    """Open the opinions and write a consensus that leaves nothing open but the signatures."""
    assert board.post(f"items/{board.items[0]}/reveal").status_code == 204
    assert board.post("pen/take").status_code == 204
    values = complete(board.app.extensions["boards"]["liver"])
    return consensus_of(board, **values | {"tell_by": TOLD_BY.isoformat()})


def leaves(board: Board, who: str) -> None:
    with board.app.app_context(), write_transaction() as session:
        session.execute(
            update(Attendance).where(Attendance.person_id == board.ids[who]).values(left_at=now())
        )


def close_both(board: Board, *, provisional: bool) -> None:
    answer = "yes" if provisional else ""
    closed = board.post(f"items/{board.items[0]}/close", provisional=answer)
    assert closed.status_code == 204, closed.text
    assert board.post("close").status_code == 204


def test_a_final_decision_is_final_in_every_form_with_its_times(board: Board) -> None:
    version = decide(board)
    for specialty in CORE:
        sign(board, specialty, version)
    close_both(board, provisional=False)
    item = board.item()
    assert item.status == "done"
    assert item.provisional_reasons == []
    found = forms_of(board)

    case = json.loads(found["json"])["cases"][0]
    assert case["state"] == "done"
    assert case["provisional_reasons"] == case["quorum"]["missing"] == []
    assert case["consensus"]["tell_by"] == TOLD_BY.isoformat()
    assert case["consensus"]["version"] == version
    assert [s["earlier_text"] for s in case["sign_offs"]] == [False] * 4
    there = {s["specialty"]["key"]: s["persons"] for s in case["quorum"]["by_specialty"]}
    assert set(there) == set(CORE)
    assert all(len(persons) == 1 for persons in there.values())
    times = {name: getattr(item, name) for name in ("started_at", "revealed_at", "ended_at")}
    row = row_of(found["csv"])
    for name, moment in times.items():
        written = moment.isoformat().replace("+00:00", "Z")
        assert case[name] == row[name] == written
    assert row["state"] == "done"
    assert row["quorum"] == "reached"
    assert row["tell_by"] == TOLD_BY.isoformat()
    assert row["chosen_keys"] == "remnant_growth"
    assert row["left_open"] == row["left_open_keys"] == row["quorum_missing"] == ""
    assert row["signed_off_keys"].split("; ") == list(CORE)
    assert row["provisional_reasons"] == row["signed_earlier_text_keys"] == ""

    zone = board.app.extensions["boards"]["liver"].time_zone
    span = Clock(zone).span(item.started_at, item.ended_at)
    for form in ("page", "pdf", "docx"):
        text = found[form]
        assert f"{TOLD_BY:%a} {TOLD_BY.day} {TOLD_BY:%b %Y}" in text, form
        assert "rovisional" not in text, form
        assert "decided" in text.lower(), form
        assert span in text, form
        assert f"Reached: {', '.join(s.title() for s in CORE)}" in text, form
        assert f"There when it closed at {span.split('–')[1]}" in text, form


def test_who_had_left_before_a_case_closed_is_named_with_their_times(board: Board) -> None:
    decide(board)
    leaves(board, "hepatology")
    close_both(board, provisional=True)
    found = forms_of(board)
    document = json.loads(found["json"])
    name = next(
        p["name"] for p in document["attendance"] if (p["specialty"] or {}).get("key") == CORE[3]
    )
    assert document["core_missing"] == []  # she was there, for a while
    quorum = document["cases"][0]["quorum"]
    assert quorum["missing"] == ["Hepatology"]
    last = next(s for s in quorum["by_specialty"] if s["specialty"]["key"] == "hepatology")
    assert (last["needed"], last["missing"], last["persons"]) == (True, True, [])
    assert (quorum["people"], quorum["minimum_people"]) == (3, 4)
    row = row_of(found["csv"])
    assert row["quorum"] == "not_reached"
    assert row["quorum_missing_keys"] == "hepatology"
    assert row["present_at_close_keys"] == "surgery; oncology; radiology"
    assert "Surgery (Test Specialist" in row["present_at_close"]
    for form in ("page", "pdf", "docx"):
        text = found[form]
        assert "Not reached: Hepatology missing" in text, form
        assert "There when it closed at" in text, form
        assert "Hepatology was at the meeting, but not when this case closed" in text, form
        assert text.count(name) >= 2, form


def test_a_signature_on_an_earlier_text_is_marked_at_the_person(board: Board) -> None:
    version = decide(board)
    sign(board, "surgery", version)
    sign(board, "oncology", version, "reservation", text="Two more cycles first.")
    sign(board, "radiology", version, "dissent", text="No.", reopen_condition="it shrinks")
    later = consensus_of(board, version, rationale="Another reason altogether.")
    sign(board, "hepatology", later)
    close_both(board, provisional=True)
    found = forms_of(board)
    case = json.loads(found["json"])["cases"][0]
    marks = {s["specialty"]["key"]: (s["earlier_text"], s["version"]) for s in case["sign_offs"]}
    assert marks == {
        "surgery": (True, version),
        "oncology": (True, version),
        "radiology": (True, version),
        "hepatology": (False, later),
    }
    assert case["consensus"]["version"] == later
    assert case["consensus"]["changed_at"] is not None
    row = row_of(found["csv"])
    assert row["signed_earlier_text_keys"] == "surgery; oncology; radiology"
    end = f"version {version}, before the last change at "
    assert f"Signed an earlier text, {end}" in row["signed_off"]
    assert "earlier" in row["reservations"]
    assert row["signed_off"].count("earlier text") == 1
    for form in ("page", "pdf", "docx"):
        for words in (
            f"igned an earlier text, {end}",
            f"igned an earlier text with reservation, {end}",
            f"issented from an earlier text, {end}",
        ):
            assert found[form].count(words) == 1, (form, words)


def test_every_option_is_left_open_where_there_is_no_consensus(board: Board) -> None:
    assert board.post(f"items/{board.items[0]}/reveal").status_code == 204
    close_both(board, provisional=True)
    options = board.app.extensions["boards"]["liver"].options
    found = forms_of(board)
    rows = [row_of(found["csv"], n) for n in (0, 1)]
    assert rows[0]["left_open_keys"] == "; ".join(o.key for o in options)
    assert rows[0]["left_open"] == "; ".join(o.name for o in options)
    assert rows[1]["state"] == "not_reached"
    assert rows[1]["left_open"] == ""


def test_keys_stand_beside_words(board: Board) -> None:
    decide(board)
    close_both(board, provisional=True)
    found = forms_of(board)
    case = json.loads(found["json"])["cases"][0]
    assert case["diagnosis_key"] == row_of(found["csv"])["diagnosis_key"] == "hcc"
    assert case["diagnosis"] == "Hepatocellular carcinoma"
    assert case["consensus"]["teller"] == "The surgeon"


def test_a_record_that_is_not_the_signed_one_says_so_on_the_page(board: Board) -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    meeting, _ = make_meeting(board.app)
    with board.app.app_context(), write_transaction() as session:
        session.add(
            Minutes(
                meeting_id=meeting,
                content=stored["content"] | {"chair": "Dr Somebody Else"},
                content_hash=stored["content_hash"],
                signed_by_id=board.ids["chair"],
            )
        )
        session.get_one(Meeting, meeting).status = MeetingStatus.SIGNED
    page = board.clients["chair"].get(f"/meetings/{meeting}/minutes").text
    assert "This is not the record that was signed" in page


def test_minutes_signed_under_an_earlier_schema_are_shown_in_every_form(board: Board) -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    meeting, _ = make_meeting(board.app)
    with board.app.app_context(), write_transaction() as session:
        session.add(
            Minutes(
                meeting_id=meeting,
                content=stored["content"],
                content_hash=stored["content_hash"],
                signed_by_id=board.ids["chair"],
            )
        )
        session.get_one(Meeting, meeting).status = MeetingStatus.SIGNED
    found = forms_of(board, meeting)
    exported = json.loads(found["json"])
    assert {k: v for k, v in exported.items() if k in stored["content"]} == stored["content"]
    assert row_of(found["csv"])["tell_by"] == "2026-11-30"
    assert "This is not the record that was signed" not in found["page"]
    for form in ("page", "pdf", "docx"):
        assert "Mon 30 Nov 2026" in found[form], form
        assert "ALTERED" not in found[form], form
    for form, text in found.items():
        assert stored["content_hash"] in text or form == "docx", form


def test_minutes_spent_are_those_that_the_two_times_show(board: Board) -> None:
    """From 16:30:50 to 17:09:10 reads as 39 minutes, though it is 38 and a third."""
    decide(board)
    close_both(board, provisional=True)
    start = dt.datetime(2026, 3, 4, 16, 30, 50, tzinfo=dt.UTC)
    end = start.replace(hour=17, minute=9, second=10)
    with board.app.app_context(), write_transaction() as session:
        session.execute(update(Attendance).values(joined_at=start, left_at=end))
        session.execute(update(Meeting).values(started_at=start, closed_at=end))
    found = forms_of(board)
    assert {person["minutes"] for person in json.loads(found["json"])["attendance"]} == {39}
    assert "16:30–17:09 · 39 min" in found["pdf"]


def test_who_spoke_after_the_reveal_is_named_as_such(board: Board) -> None:
    options = board.app.extensions["boards"]["liver"].options
    for who, words in (("surgery", "Said sealed."), ("oncology", "Said after the others.")):
        given = {"verdict": "convertible", "confidence": "4", "rationale": words}
        given |= {f"stance-{o.key}": "acceptable" for o in options}
        if who == "oncology":
            decide(board)
        answer = board.clients[who].post(f"/cases/{board.cases[0]}/opinion/submit", data=given)
        assert answer.status_code == 303
    close_both(board, provisional=True)
    found = forms_of(board)
    assert found["page"].count("given after the reveal") == 1
    for form in ("pdf", "docx"):
        assert found[form].count(", after the reveal") == 1, form
        assert found[form].index(", after the reveal") < found[form].index("Said after the others")
