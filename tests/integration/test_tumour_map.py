"""The tumour map through HTTP: readings written, refused, kept, compared, shown live."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseStatus, Fact
from boardroom.cases.models import Lesion as Line
from boardroom.clinical.reading_refusals import CAUTIONS
from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, Meeting, MeetingEvent
from boardroom.minutes.document import content_hash
from boardroom.minutes.pdf import minutes_pdf
from boardroom.minutes.record import gather
from boardroom.minutes.word import minutes_docx
from boardroom.tumour_map.models import Reading
from boardroom.web import local, short_day
from tests.integration.room import Room

Rows = Callable[..., list[Any]]


@pytest.fixture
def room(app: Any, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    made = Room(app, person, sign_in)
    made.people["radiologist"] = person("specialist", "radiology", name="Dr Invented Reader")
    made.people["stranger"] = person("referrer", hospital="Elsewhere Invented Hospital")
    return made


def fields(*lesions: dict[str, Any], version: int = 0, **more: Any) -> dict[str, Any]:
    """A reading as the form sends it."""
    sent: dict[str, Any] = {"version": str(version), **more}
    for place, lesion in enumerate(lesions):
        whole = {"number": str(place + 1), "segments": ["V"], "size_mm": "30", **lesion}
        sent |= {f"lesions-{place}-{name}": value for name, value in whole.items()}
    return sent


def read(room: Room, who: str, side: str = "board", **sent: Any) -> Any:
    return room.client(who).post(room.at(f"map/{side}"), data=sent)


def stored(rows: Rows) -> list[Reading]:
    return rows(select(Reading).order_by(Reading.id))


def test_a_radiologist_reads_and_the_case_shows_it(room: Room, rows: Rows) -> None:
    assert room.client("radiologist").get(room.at("map/board")).status_code == 200
    sent = fields(
        {"segments": ["VII", "VIII"], "x": "72", "y": "66", "size_mm": "52", "li_rads": "LR-5",
         "vessel1": "right_hepatic_vein", "degree1": "abuts"},
        {"segments": [], "x": "180", "y": "46", "size_mm": "9"},
        imaging="mri", imaged_on="2026-01-15", read_by="Dr Invented Reader", portal="vp2",
        portal_side="right", spread=["lung"],
    )  # fmt: skip
    answer = read(room, "radiologist", **sent)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("#tumour-map")
    (reading,) = stored(rows)
    assert (reading.side, reading.version, reading.imaging) == ("board", 1, "mri")
    assert reading.saved_by_id == room.people["radiologist"]
    assert reading.said.lesion(2).segments == ("II",), "read off the place"
    page = room.client("surgeon").get(room.at("")[:-1]).text
    for shown in ("The board’s reading", "VII, VIII", "52 mm", "Abuts the right hepatic vein",
                  "Vp2", "read by Dr Invented Reader", 'role="img"'):  # fmt: skip
        assert shown in page
    lines = rows(select(Line).order_by(Line.number))
    assert [(x.number, x.segments, x.size_mm) for x in lines] == [
        (1, "VII, VIII", 52),
        (2, "II", 9),
    ]


def test_a_map_shows_what_is_only_listed(room: Room) -> None:
    with room.app.app_context(), write_transaction() as session:
        session.add(Line(case_id=room.case, number=1, segments="IV", size_mm=22))
    page = room.client("surgeon").get(room.at("")[:-1]).text
    assert "nobody has placed the lesions" in page
    assert "segment IVa, IVb, 22 mm" in page


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


def both(room: Room) -> None:
    """The referring hospital's reading, and the board's, which sees more."""
    read(room, "coordinator", "referring", **fields({"size_mm": "30", "li_rads": "LR-4"}))
    sent = fields({"size_mm": "44", "li_rads": "LR-5"}, {"segments": ["II"], "size_mm": "12"})
    assert read(room, "radiologist", **sent).status_code == 303


def test_a_reading_with_no_lesion_is_not_the_same_as_no_reading(room: Room, rows: Rows) -> None:
    def cards() -> str:
        text = room.client("surgeon").get(room.at("")[:-1]).text
        return " ".join(text[text.index("Tumour burden") :].split())

    def lacking() -> str:
        return room.client("coordinator").get(room.at("")[:-1]).text

    room.change(Case, room.case, diagnosis="hcc")
    unread = cards()
    assert "<dt>Lesions</dt> <dd>– <small>not known yet" in unread
    assert "Diameters of all nodules" in unread.split("What it rests on")[0]
    asked = "The lesions, with segment and size"
    assert asked in lacking()
    read(room, "radiologist", **fields(imaged_on="2026-01-15"))
    assert asked not in lacking()
    none = cards()
    assert "<dt>Lesions</dt> <dd>none seen <small>in the board’s reading, 15 Jan 2026" in none
    assert "Diameters of all nodules" not in none.split("What it rests on")[0]
    with room.app.app_context(), write_transaction() as session:
        session.add(Fact(case_id=room.case, key="nodule_count", value="2"))
    assert "15 Jan 2026; 2 among the facts" in cards()
    later = dt.date(2026, 1, 20)
    with room.app.app_context(), write_transaction() as session:
        session.add(
            Fact(case_id=room.case, key="largest_mm", value="45", unit="mm", taken_on=later)
        )
    assert "<dt>Lesions</dt> <dd>number and size in dispute<" in cards()
    read(room, "radiologist", **fields({}, version=1, imaged_on="2026-01-21"))
    assert "<dt>Lesions</dt> <dd>1 · 3 cm<" in cards()


def test_a_reading_without_a_lesion_and_without_a_day_names_the_day_it_was_saved(
    room: Room,
) -> None:
    room.change(Case, room.case, status=CaseStatus.DRAFT)
    read(room, "referrer", "referring", **fields())
    room.change(Case, room.case, status=CaseStatus.SUBMITTED)
    page = " ".join(room.client("surgeon").get(room.at("")[:-1]).text.split())
    with room.app.app_context():
        day = short_day(local(now(), "liver").date())
    assert f"none seen <small>in the referring hospital’s reading, {day}" in page


def test_newer_images_elsewhere_are_said_on_the_cards(room: Room) -> None:
    def cautions() -> int:
        page = " ".join(room.client("surgeon").get(room.at("")[:-1]).text.split())
        return page.count("Newer images exist: referring hospital, 20 Jan 2026.")

    room.change(Case, room.case, diagnosis="hcc")
    read(room, "coordinator", "referring", **fields({}, imaged_on="2026-01-20"))
    assert cautions() == 0
    read(room, "radiologist", **fields({}, imaged_on="2026-01-15"))
    assert cautions() == 2
    read(room, "radiologist", **fields({}, imaged_on="2026-01-20", version=1))
    assert cautions() == 0


def test_two_readings_lie_side_by_side_and_differences_are_called_out(room: Room) -> None:
    both(room)
    page = room.client("surgeon").get(room.at("")[:-1]).text
    assert page.count('<svg class="liver-map"') == 2
    assert "Lesion 1, size: 30 mm (referring hospital); 44 mm (board)." in page
    assert "Lesion 1, category: LR-4 (referring hospital); LR-5 (board)." in page
    assert "Lesion 2 (segment II, 12 mm): seen by the board alone." in page
    assert "not seen" in page
    begun = room.client("radiologist").get(room.at("map/board"))
    assert "The other reading" in begun.text


def test_features_give_a_category_beside_the_one_given(room: Room, rows: Rows) -> None:
    with room.app.app_context(), write_transaction() as session:
        session.add(Fact(case_id=room.case, key="cirrhosis", value="yes"))
    lesion = {"size_mm": "24", "li_rads": "LR-4", "features": ["aphe", "washout"]}
    assert read(room, "radiologist", **fields(lesion)).status_code == 303
    assert stored(rows)[0].said.lesions[0].features == ("aphe", "washout")
    page = room.client("surgeon").get(room.at("")[:-1]).text
    assert "LR-5 by its features" in page
    assert "Arterial enhancement, not of the rim; washout" in page.replace("Washout", "washout")
    form = room.client("radiologist").get(room.at("map/board")).text
    assert "LR-4 is given" in form
    wrong = fields({"features": ["none", "aphe"]}, version=1)
    assert read(room, "radiologist", **wrong).status_code == 422


def test_a_referrer_is_not_shown_the_boards_reading_before_its_answer(room: Room) -> None:
    """Nor what is computed from it, nor what a patient was answered in a draft."""
    read(room, "coordinator", "referring", **fields({"size_mm": "30"}))
    read(room, "radiologist", **fields({"size_mm": "87"}, {"segments": ["II"], "li_rads": "LR-M"}))
    seen = room.client("referrer").get(room.at("")[:-1]).text
    assert seen.count('<svg class="liver-map"') == 1
    assert "30 mm" in seen
    assert "comes with its answer" in seen
    for hidden in ("87 mm", "LR-M", "The board’s reading</b>", "(board)", "Milan"):
        assert hidden not in seen
    room.change(Case, room.case, status=CaseStatus.NEEDS_INFORMATION)
    for place in ("edit", "map/referring"):
        form = room.client("referrer").get(room.at(place)).text
        assert "30" in form
        assert 'value="87"' not in form
        assert "87 mm" not in form
    assert room.client("referrer").get(room.at("map/referring?from=other")).status_code == 200


def test_where_the_board_alone_has_read_its_referrer_sees_no_lesion(room: Room) -> None:
    read(room, "radiologist", **fields({"size_mm": "87"}))
    room.change(Case, room.case, status=CaseStatus.NEEDS_INFORMATION)
    for place in ("", "/edit", "/map/referring"):
        page = room.client("referrer").get(room.at("")[:-1] + place).text
        assert 'value="87"' not in page
        assert "87 mm" not in page


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
