"""Lesions that a hospital listed in the form: kept as its reading when the board reads, told whose
they are where the board's reading begins with them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseStatus, Investigation
from boardroom.cases.models import Lesion as Line
from boardroom.db import db, now, write_transaction
from boardroom.meetings.models import Meeting
from boardroom.minutes.record import gather
from boardroom.people.models import Membership
from tests.integration.map_room import Rows, fields, read, reading_room, stored
from tests.integration.room import Room

NOT_THEIRS = "As listed in the case’s form: look at each before you save."
THEIRS = "As listed by St Example: look at each before you save."
TICK = "I have read the images"


@pytest.fixture
def room(app: Any, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    made = reading_room(app, person, sign_in)
    begun = {"status": CaseStatus.DRAFT, "submitted_at": None}
    made.change(Case, made.case, created_by_id=made.people["referrer"], **begun)
    return made


def list_one(room: Room, rows: Rows, who: str, **values: str) -> int:
    """A line of the form's list, added and filled in; its key."""
    version = rows(select(Case.version).where(Case.id == room.case))[0]
    room.client(who).post(room.at("parts/lesions"), data={"version": version})
    key: int = rows(select(Line.id).order_by(Line.id))[-1]
    change(room, rows, who, key, **values)
    return key


def change(room: Room, rows: Rows, who: str, key: int, **values: str) -> None:
    version = rows(select(Case.version).where(Case.id == room.case))[0]
    sent = {f"lesions-{key}-{name}": value for name, value in values.items()}
    answer = room.client(who).post(room.at("save"), data={"version": version, **sent})
    assert answer.status_code in (200, 303)


def hand_in(room: Room, who: str = "referrer") -> None:
    assert room.client(who).post(room.at("submit")).status_code == 303


def as_shown(page: str) -> dict[str, Any]:
    """The board's reading as its form shows it, ready to be sent back untouched."""
    sent: dict[str, Any] = {"version": "0", "begun_from": "other" * ('value="other"' in page)}
    for tag in re.findall(r"<input [^>]*>", page):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        name, kind = attributes.get("name", ""), attributes.get("type", "")
        if name.startswith("lesions-") and (kind != "checkbox" or " checked" in tag):
            value = attributes.get("value", "")
            sent.setdefault(name, []).append(value)
    for name, body in re.findall(
        r'<select [^>]*name="(lesions-[^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        sent[name] = chosen.group(1) if chosen else ""
    return sent


def test_what_the_hospital_listed_is_its_reading_beside_the_boards(room: Room, rows: Rows) -> None:
    with room.app.app_context(), write_transaction() as session:
        for modality, day in (
            ("ct", dt.date(2026, 1, 12)), ("endoscopy", dt.date(2026, 1, 3)),
            ("mri", now().date() + dt.timedelta(days=9)),
        ):  # fmt: skip
            test = {"kind": "imaging", "modality": modality, "on_date": day}
            session.add(Investigation(case_id=room.case, **test))
    list_one(room, rows, "referrer", segments="VIII", size_mm="31", li_rads="LR-5")
    list_one(room, rows, "referrer", segments="III", size_mm="18", li_rads="LR-4")
    list_one(room, rows, "referrer")
    hand_in(room)
    sent = fields({"segments": ["VIII"], "size_mm": "38", "li_rads": "LR-5"},
                  {"segments": ["III"], "size_mm": "18", "li_rads": "LR-4"})  # fmt: skip
    assert read(room, "radiologist", **sent).status_code == 303
    theirs, ours = stored(rows)
    assert (theirs.side, theirs.version, ours.side) == ("referring", 1, "board")
    assert [(x.segments, x.size_mm, x.li_rads) for x in theirs.said.lesions] == [
        (("VIII",), 31, "LR-5"), (("III",), 18, "LR-4"),
    ]  # fmt: skip
    assert all(one.placed for one in theirs.said.lesions)
    assert theirs.saved_by_id == room.people["referrer"]
    assert theirs.saved_at < ours.saved_at
    assert (theirs.imaging, theirs.imaged_on) == ("ct", dt.date(2026, 1, 12))
    page = room.client("surgeon").get(room.at("")[:-1]).text
    said = page[page.index("What the two readings say differently") :].split("</ul>")[0]
    assert "31 mm" in said
    assert "38 mm" in said
    assert "As listed in the referral; each lesion is drawn in its segment" in page
    own = room.client("referrer").get(room.at("")[:-1]).text
    assert "Your hospital has placed no lesion" not in own
    assert "31 mm" in own
    assert "38 mm" not in own, "the board's reading comes with its answer"
    room.go_live()
    for place in ("stage/state", "stage/state?projector=1"):
        shown = room.client("chair").get(f"/meetings/{room.meeting}/{place}").json["parts"]["case"]
        assert "31 mm" in shown, place
        assert "38 mm" in shown, place
    with room.app.app_context():
        record = gather(db.session.get_one(Meeting, room.meeting), room.board)
        assert [one.side for one in record.cases[0].tumour_map] == ["referring", "board"]
        assert [x.size_mm for x in record.cases[0].tumour_map[0].lesions] == [31, 18]
    kept = AuditEntry.action == "kept the referral’s lesions as the hospital’s reading"
    assert rows(select(AuditEntry.actor_id).where(kept)) == [room.people["radiologist"]]
    read(room, "radiologist", **fields({"size_mm": "40"}, version=1))
    assert len(stored(rows)) == 3, "kept once"


def test_of_two_examinations_the_list_says_not_from_which_it_is(room: Room, rows: Rows) -> None:
    with room.app.app_context(), write_transaction() as session:
        for day in (dt.date(2026, 1, 12), None):
            test = {"kind": "imaging", "modality": "ct", "on_date": day}
            session.add(Investigation(case_id=room.case, **test))
    list_one(room, rows, "referrer", segments="VIII", size_mm="31")
    hand_in(room)
    read(room, "radiologist", **fields({"size_mm": "38"}))
    theirs = stored(rows)[0]
    assert (theirs.side, theirs.imaging, theirs.imaged_on) == ("referring", "", None)


def test_what_the_boards_people_listed_is_not_said_to_be_the_hospitals(
    room: Room, rows: Rows
) -> None:
    hand_in(room)
    line = list_one(room, rows, "coordinator", segments="V", size_mm="20")
    change(room, rows, "chair", line, size_mm="22")
    page = room.client("radiologist").get(room.at("map/board")).text
    assert NOT_THEIRS in page
    assert read(room, "radiologist", **fields({"size_mm": "25"})).status_code == 303
    assert [one.side for one in stored(rows)] == ["board"]


def test_a_coordinator_corrects_what_the_hospital_listed_and_a_chairs_word_is_the_boards(
    room: Room, rows: Rows
) -> None:
    first = list_one(room, rows, "referrer", segments="V", size_mm="13")
    second = list_one(room, rows, "referrer", segments="II", size_mm="20")
    gone = list_one(room, rows, "referrer", segments="VI", size_mm="9")
    hand_in(room)
    change(room, rows, "coordinator", first, size_mm="31")
    change(room, rows, "chair", second, size_mm="28")
    room.client("coordinator").post(room.at(f"parts/lesions/{gone}/remove"), data={"version": "1"})
    sent = fields({"size_mm": "38"}, {"segments": ["II"], "size_mm": "28"})
    assert read(room, "radiologist", **sent).status_code == 303
    theirs = stored(rows)[0]
    assert (theirs.side, [x.size_mm for x in theirs.said.lesions]) == ("referring", [31, 20])


def test_a_referral_that_a_coordinator_typed_in_is_the_hospitals(room: Room, rows: Rows) -> None:
    list_one(room, rows, "coordinator", segments="V", size_mm="13")
    hand_in(room, "coordinator")
    open_yet = fields(in_all="open", portal="vp2")
    assert read(room, "radiologist", **open_yet).status_code == 303
    assert [one.side for one in stored(rows)] == ["board"], "the list stands as it was"
    assert read(room, "radiologist", **fields({"size_mm": "38"}, version=1)).status_code == 303
    assert [one.side for one in stored(rows)] == ["board", "referring", "board"]


@pytest.mark.parametrize("why", ["earlier_case_id", "source"])
def test_a_new_round_and_an_import_invent_no_second_reading(
    room: Room, rows: Rows, why: str
) -> None:
    list_one(room, rows, "coordinator", segments="V", size_mm="13")
    hand_in(room, "coordinator")
    with room.app.app_context(), write_transaction() as session:
        before = Case(
            code="BR-0000", board="liver", patient=session.get_one(Case, room.case).patient
        )
        session.add(before)
        session.flush()
        value = before.id if why == "earlier_case_id" else "registry:7"
        setattr(session.get_one(Case, room.case), why, value)
    assert read(room, "radiologist", **fields({"size_mm": "38"})).status_code == 303
    assert [one.side for one in stored(rows)] == ["board"]


def test_the_hospitals_list_is_not_signed_unseen(room: Room, rows: Rows) -> None:
    list_one(room, rows, "referrer", segments="VIII", size_mm="31", li_rads="LR-5")
    list_one(room, rows, "referrer", segments="III", size_mm="18")
    hand_in(room)
    page = room.client("radiologist").get(room.at("map/board")).text
    assert THEIRS in page
    assert TICK in page
    sent = as_shown(page)
    refused = read(room, "radiologist", **sent)
    assert refused.status_code == 422
    assert "Look at each lesion on the images, then tick this" in refused.text
    assert '<a href="#as_read">' in refused.text
    assert read(room, "radiologist", **{**sent, "lesions-0-size_mm": "38"}).status_code == 422
    assert not stored(rows)
    assert read(room, "radiologist", **sent, as_read="y").status_code == 303
    assert [one.side for one in stored(rows)] == ["referring", "board"]
    again = room.client("radiologist").get(room.at("map/board")).text
    assert TICK not in again, "the board's own reading is nobody else's"


def test_who_changes_every_lesion_has_looked(room: Room, rows: Rows) -> None:
    list_one(room, rows, "referrer", segments="VIII", size_mm="31")
    hand_in(room)
    sent = as_shown(room.client("radiologist").get(room.at("map/board")).text)
    assert read(room, "radiologist", **{**sent, "lesions-0-size_mm": "38"}).status_code == 303


def test_the_hospitals_map_taken_over_is_not_signed_unseen_either(room: Room, rows: Rows) -> None:
    read(room, "referrer", "referring", **fields({"x": "124", "y": "90", "segments": []}))
    hand_in(room)
    empty = room.client("radiologist").get(room.at("map/board")).text
    assert TICK not in empty
    page = room.client("radiologist").get(room.at("map/board?from=other")).text
    assert "As read by St Example: look at each before you save." in page
    sent = as_shown(page)
    assert read(room, "radiologist", **sent).status_code == 422
    assert read(room, "radiologist", **sent, as_read="y").status_code == 303


def test_refused_fields_are_listed_with_links(room: Room, rows: Rows) -> None:
    hand_in(room)
    sent = fields({}, {"size_mm": "500", "vessel1": "aorta", "degree1": "kisses"}, portal="vp9")
    refused = read(room, "radiologist", **sent)
    assert refused.status_code == 422
    for place, label in (
        ("lesions-1-size_mm", "Lesion 2: size, mm"),
        ("lesions-1-vessel1", "Lesion 2: vessel"),
        ("portal", "Portal vein invasion"),
    ):
        assert f'<a href="#{place}">{label}</a>: ' in refused.text
        assert f'id="{place}"' in refused.text
    assert 'r="250"' not in refused.text
    folded = read(room, "radiologist", **fields({"segments": ["IX"]})).text
    assert '<a href="#lesions-0-segments-0">Lesion 1: segments</a>' in folded
    assert 'id="lesions-0-segments-0"' in folded


@pytest.mark.parametrize(
    "lesion",
    [
        {"vessel1": "aorta", "degree1": "abuts"},
        {"vessel2": "vena_cava", "degree2": "kisses"},
        {"vessel1": "aorta", "degree1": "kisses", "vessel2": "none", "degree2": "abuts"},
        {"li_rads": "LR-9", "features": ["rim"], "segments": ["IX"], "same_as": "77"},
        {"number": "x", "x": "9999", "y": "0", "size_mm": "9999999", "viable_mm": "-3"},
    ],
)
def test_what_the_form_does_not_offer_is_refused(
    room: Room, rows: Rows, lesion: dict[str, Any]
) -> None:
    hand_in(room)
    every = {"portal": "vp9", "portal_side": "up", "vein": "vv9", "vein_which": "x", "duct": "b9",
             "in_all": "all", "spread": ["moon"], "imaging": "x-ray vision"}  # fmt: skip
    for more in ({}, {"portal": "vp9"}, every):
        answer = read(room, "radiologist", **fields(lesion, **more))
        assert answer.status_code == 422, more
        assert "Choose" in answer.text or "Give" in answer.text or "whole number" in answer.text
    assert not stored(rows)


@pytest.mark.parametrize("who", ["referrer", "coordinator"])
def test_what_was_listed_is_the_hospitals_after_its_writer_has_left(
    room: Room, rows: Rows, who: str
) -> None:
    key = list_one(room, rows, "referrer", segments="VIII", size_mm="29")
    hand_in(room)
    room.change(Case, room.case, status=CaseStatus.NEEDS_INFORMATION)
    change(room, rows, who, key, size_mm="31")
    room.change(Case, room.case, status=CaseStatus.SUBMITTED)
    with room.app.app_context(), write_transaction() as session:
        session.execute(delete(Membership).where(Membership.person_id == room.people[who]))
    read(room, "radiologist", **fields({"size_mm": "38"}))
    sizes = {one.side: [lesion.size_mm for lesion in one.said.lesions] for one in stored(rows)}
    assert sizes == {"board": [38], "referring": [31]}
