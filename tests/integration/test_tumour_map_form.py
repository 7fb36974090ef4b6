"""The tumour map's form through HTTP: readings written, refused, kept, version by version."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseStatus
from boardroom.cases.models import Lesion as Line
from boardroom.clinical.reading_refusals import CAUTIONS
from boardroom.db import write_transaction
from boardroom.tumour_map.forms import ReadingForm
from boardroom.tumour_map.refused import refused_fields
from tests.integration.map_room import Rows, fields, read, reading_room, stored
from tests.integration.room import Room


@pytest.fixture
def room(app: Any, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return reading_room(app, person, sign_in)


@pytest.mark.parametrize(
    ("lesion", "beyond", "said"),
    [
        ({"size_mm": "4.2"}, {}, "whole number of millimetres"),
        ({"size_mm": "4 cm"}, {}, "recorded in millimetres"),
        ({"size_mm": ""}, {}, "Give the largest diameter"),
        ({"size_mm": "401"}, {}, "from 1 to 400 mm"),
        ({"viable_mm": "31"}, {}, "cannot be larger than the lesion"),
        ({"segments": ["II", "VI"]}, {}, "do not lie side by side"),
        ({"segments": ["IX"]}, {}, "is not in it"),
        ({"x": "2", "y": "2"}, {}, "outside the liver"),
        ({"x": "178", "y": "46"}, {}, "in segment II, which is not among"),
        ({"x": "88"}, {}, "Give both numbers"),
        ({"li_rads": "LR-5", "size_mm": "9"}, {}, "LR-5 needs 10 mm"),
        ({"vessel1": "vena_cava"}, {}, "Say how the lesion meets"),
        ({"degree2": "abuts"}, {}, "Choose the vessel"),
        ({"vessel1": "none", "vessel2": "vena_cava", "degree2": "abuts"}, {}, "one of the two"),
        ({"note": "x" * 501}, {}, "At most 500"),
        ({"number": "-1"}, {}, "number of its own"),
        ({}, {"spread": ["none", "lung"]}, "one of the two"),
        ({}, {"in_all": "none"}, "and lesion 1 is placed: choose one"),
        ({}, {"in_all": "open"}, "and lesion 1 is placed: choose one"),
        ({}, {"in_all": "all"}, "Choose one of the list"),
        ({}, {"portal_side": "left"}, "how far the portal vein"),
        ({}, {"imaged_on": "2999-01-01"}, "in the future"),
        ({}, {"imaged_on": "yesterday"}, "has to be a date"),
        ({}, {"imaged_on": "1962-05-04"}, "lies before 1990"),
        ({}, {"imaged_on": "1989-12-31"}, "lies before 1990"),
        ({}, {"imaging": "tarot"}, "Choose one of the list"),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field(
    room: Room, rows: Rows, lesion: dict[str, str], beyond: dict[str, Any], said: str
) -> None:
    sent = fields({"note": "Kept as typed", **lesion}, **beyond)
    answer = read(room, "radiologist", **sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert "field-error" in answer.text
    assert 'value="Kept as typed"' in answer.text or "note" in lesion
    assert not stored(rows)
    assert not rows(select(Line))


def test_images_from_before_the_patient_was_born_are_refused(room: Room, rows: Rows) -> None:
    with room.app.app_context(), write_transaction() as session:
        session.get_one(Case, room.case).patient.birth_date = dt.date(2001, 3, 4)
    refused = read(room, "radiologist", **fields({}, imaged_on="2001-03-03"))
    assert refused.status_code == 422
    assert "lies before the patient’s birth" in refused.text
    assert not stored(rows)
    assert read(room, "radiologist", **fields({}, imaged_on="2001-03-04")).status_code == 303


@pytest.mark.parametrize(
    ("lesion", "shown"),
    [
        ({"li_rads": "LR-5", "viable_mm": "0"}, "untreated"),
        ({"li_rads": "LR-1", "viable_mm": "0"}, "untreated"),
        ({"li_rads": "LR-5"}, ""),
        ({"li_rads": "LR-5", "viable_mm": "12"}, ""),
        ({"li_rads": "LR-TR viable"}, "viable"),
        ({"li_rads": "LR-TR equivocal"}, "viable"),
        ({"li_rads": "LR-TR viable", "viable_mm": "12"}, ""),
        ({"li_rads": "LR-TR nonviable", "viable_mm": "0"}, ""),
        ({"li_rads": "LR-TR nonviable"}, ""),
    ],
)
def test_a_category_that_does_not_go_with_what_is_viable_is_kept_and_called_out(
    room: Room, rows: Rows, lesion: dict[str, str], shown: str
) -> None:
    assert read(room, "radiologist", **fields(lesion)).status_code == 303, "a caution, no refusal"
    assert stored(rows)
    page = room.client("radiologist").get(room.at("map/board")).text
    first = page.split("data-lesion-row")[1]
    for key in CAUTIONS:
        assert (f'data-caution="{key}">' in first) is (key == shown)


def test_who_may_write_which_reading(room: Room, rows: Rows) -> None:
    for who in ("surgeon", "observer", "oncologist", "administrator"):
        assert read(room, who, **fields({})).status_code == 403
        assert read(room, who, "referring", **fields({})).status_code == 403
    assert read(room, "stranger", "referring", **fields({})).status_code == 404
    assert read(room, "referrer", **fields({})).status_code == 403
    # The case is with the board already: its referrer may not change what was sent in.
    assert read(room, "referrer", "referring", **fields({})).status_code == 403
    assert not stored(rows)
    room.change(Case, room.case, status=CaseStatus.DRAFT)
    assert read(room, "referrer", "referring", **fields({})).status_code == 303
    for who in ("radiologist", "coordinator", "chair"):
        version = len([r for r in stored(rows) if r.side == "board"])
        sent = fields({"size_mm": str(40 + version)}, version=version)
        assert read(room, who, **sent).status_code == 303
    assert [(r.side, r.version) for r in stored(rows)] == [
        ("referring", 1), ("board", 1), ("board", 2), ("board", 3),
    ]  # fmt: skip


def test_a_decided_case_is_not_read_again(room: Room, rows: Rows) -> None:
    room.change(Case, room.case, status=CaseStatus.DECIDED)
    assert read(room, "radiologist", **fields({})).status_code == 409
    assert not stored(rows)


def test_two_people_at_once_see_both_and_nothing_is_lost(room: Room, rows: Rows) -> None:
    assert read(room, "radiologist", **fields({"size_mm": "30"})).status_code == 303
    answer = read(room, "coordinator", **fields({"size_mm": "44", "note": "<b>mine</b>"}))
    assert answer.status_code == 409
    assert "Dr Invented Reader saved this reading" in answer.text
    assert "44 mm" in answer.text
    assert "30 mm" in answer.text
    assert "<b>mine" not in answer.text
    assert len(stored(rows)) == 1
    assert 'name="version" type="hidden" value="1"' in answer.text, "saving again replaces it"
    again = read(room, "coordinator", **fields({"size_mm": "44"}, version=1))
    assert again.status_code == 303
    first, second = stored(rows)
    assert (first.said.lesion(1).size_mm, second.said.lesion(1).size_mm) == (30, 44)
    history = room.client("radiologist").get(room.at("map/board")).text
    assert "Version 1" in history
    assert "Version 2" in history


def test_the_same_save_twice_is_one_version(room: Room, rows: Rows) -> None:
    sent = fields({}) | {"_key": "0123456789abcdef"}
    assert read(room, "radiologist", **sent).status_code == 303
    again = read(room, "radiologist", **sent)
    assert again.status_code == 303
    assert again.headers["X-Boardroom-Repeated"] == "true"
    # Another key, the same text: nothing new either, not even a version that is out of date.
    assert read(room, "radiologist", **fields({}, version=0)).status_code == 303
    assert len(stored(rows)) == 1


def test_a_version_is_never_changed_and_the_trail_knows_it(room: Room, rows: Rows) -> None:
    read(room, "radiologist", **fields({"size_mm": "33"}))
    actions = [entry.action for entry in rows(select(AuditEntry).order_by(AuditEntry.id))]
    assert "read the images" in actions
    for statement in ("UPDATE tumour_reading SET version = 9", "DELETE FROM tumour_reading"):
        with (
            room.app.app_context(),
            pytest.raises(DatabaseError, match="append-only"),
            write_transaction() as session,
        ):
            session.execute(text(statement))


def test_lesions_are_removed_added_and_left_blank(room: Room, rows: Rows) -> None:
    read(room, "radiologist", **fields({}, {"segments": ["VI"]}))
    blank = {"segments": [], "size_mm": ""}
    sent = fields({"remove": "y"}, {"segments": ["VI"]}, blank, {"segments": ["II"]}, version=1)
    assert (
        read(room, "radiologist", **sent, _do="more")
        .headers["Location"]
        .endswith("/map/board#lesions-new")
    )
    assert [x.number for x in stored(rows)[-1].said.lesions] == [2, 4]
    assert [x.number for x in rows(select(Line).order_by(Line.number))] == [2, 4]


def test_with_a_reading_the_list_of_the_form_follows_it(room: Room, rows: Rows) -> None:
    coordinator = room.client("coordinator")
    coordinator.post(room.at("parts/lesions"), data={"version": "1"})
    (line,) = rows(select(Line))
    read(room, "radiologist", **fields({"size_mm": "33"}))
    (line,) = rows(select(Line))
    assert "lesions of the tumour map" in coordinator.get(room.at("edit")).text
    part = {"X-Boardroom-Part": "1"}
    name = f"lesions-{line.id}-size_mm"
    case = rows(select(Case))[0]
    refused = coordinator.post(
        room.at("save"), data={"version": case.version, name: "70"}, headers=part
    )
    assert "tumour map" in refused.json["errors"][name]
    assert coordinator.post(room.at("parts/lesions"), data={"version": "9"}).status_code == 422
    gone = coordinator.post(room.at(f"parts/lesions/{line.id}/remove"), data={"version": "9"})
    assert gone.status_code == 422
    assert [x.size_mm for x in rows(select(Line))] == [33]


def test_an_empty_map_is_refused_until_somebody_says_what_it_means(room: Room, rows: Rows) -> None:
    form = room.client("radiologist").get(room.at("map/board")).text
    assert "an empty map says nothing of itself" in form
    for more in ({}, {"portal": "vp2"}, {"imaged_on": "2026-01-15", "note": "Poor study"}):
        refused = read(room, "radiologist", **fields(**more))
        assert refused.status_code == 422
        assert "No lesion is placed: say here whether none is seen." in refused.text
    assert not stored(rows)
    for said in ("open", "none"):
        version = len(stored(rows))
        sent = fields(in_all=said, version=version)
        assert read(room, "radiologist", **sent).status_code == 303
    assert [reading.said.none_seen for reading in stored(rows)] == [False, True]


def test_only_that_none_is_seen_takes_listed_lesions_away(room: Room, rows: Rows) -> None:
    def listed() -> list[int | None]:
        return [x.size_mm for x in rows(select(Line).order_by(Line.number))]

    with room.app.app_context(), write_transaction() as session:
        session.add(Line(case_id=room.case, number=1, segments="V", size_mm=22))
    assert read(room, "radiologist", **fields()).status_code == 422
    assert listed() == [22]
    for version, said in enumerate(("open", "uncountable")):
        sent = fields(in_all=said, version=version)
        assert read(room, "radiologist", **sent).status_code == 303
        assert listed() == [22]
        form = room.client("coordinator").get(room.at("edit")).text
        assert "These are the lesions of the tumour map" not in form, "it is still the list's"
    every = fields({"remove": "y"}, version=2)
    assert read(room, "radiologist", **every).status_code == 422
    assert listed() == [22]
    assert read(room, "radiologist", **fields(in_all="none", version=2)).status_code == 303
    assert listed() == []


def test_only_what_counts_is_listed_as_refused(room: Room) -> None:
    ignored = {"size_mm": "4.2", "remove": "y"}
    refused = read(room, "radiologist", **fields(ignored, {"size_mm": "401"}, portal="vp9"))
    assert refused.status_code == 422
    (summary,) = re.findall(r'id="error-summary">(.*?)</div>', refused.text, re.DOTALL)
    assert re.findall(r'href="#([^"]*)"', summary) == ["lesions-1-size_mm", "portal"]
    assert "2 things need another look" in summary
    wrong = fields({"size_mm": "30", "number": "-1"})
    summary = read(room, "radiologist", **wrong).text
    assert 'href="#lesions-0-segments-0"' in summary


@pytest.mark.parametrize("compared", [False, True])
def test_a_refused_comparison_leads_to_its_field_or_else_to_its_lesion(
    room: Room, *, compared: bool
) -> None:
    if compared:
        read(room, "coordinator", "referring", **fields({}))
    page = read(room, "radiologist", **fields({}, {"same_as": "zz"})).text
    (summary,) = re.findall(r'id="error-summary">(.*?)</div>', page, re.DOTALL)
    (place,) = re.findall(r'href="#([^"]*)"', summary)
    assert place == ("lesions-1-same_as" if compared else "lesions-1-segments-0")
    assert f'id="{place}"' in page


def test_a_token_that_is_refused_is_no_field_to_go_to(room: Room) -> None:
    with room.app.test_request_context(method="POST", data=fields({"size_mm": "401"})):
        form = ReadingForm(meta={"csrf": True})
        form["csrf_token"].errors = ["The token has expired."]
        form.lesions[0].form.size_mm.errors = ["from 1 to 400 mm"]
        found = refused_fields(form, compared=False)
        assert [where for where, _, _ in found] == ["lesions-0-size_mm"]
