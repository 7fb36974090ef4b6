"""What a page shows of the tumour map: the readings, what they differ in, and the cards by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from boardroom.cases.models import Case, CaseStatus, Fact
from boardroom.cases.models import Lesion as Line
from boardroom.clinical.tumour_reading import Findings
from boardroom.db import now, write_transaction
from boardroom.tumour_map.models import Reading, Side
from boardroom.web import local, short_day
from tests.integration.map_room import Rows, both, fields, read, reading_room, stored
from tests.integration.room import Room


@pytest.fixture
def room(app: Any, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Room:
    return reading_room(app, person, sign_in)


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
    read(room, "radiologist", **fields(imaged_on="2026-01-15", in_all="none"))
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
    read(room, "referrer", "referring", **fields(in_all="none"))
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


def test_a_map_without_a_day_does_not_silence_that_newer_images_may_exist(room: Room) -> None:
    room.change(Case, room.case, diagnosis="hcc")
    read(room, "coordinator", "referring", **fields({}, imaged_on="2026-01-20"))
    read(room, "radiologist", **fields({}))
    page = " ".join(room.client("surgeon").get(room.at("")[:-1]).text.split())
    said = "Newer images may exist: referring hospital, 20 Jan 2026. The board’s reading has no day"
    assert page.count(said) == 2


def test_an_empty_map_of_the_board_leaves_the_other_hospitals_lesions(room: Room) -> None:
    room.change(Case, room.case, diagnosis="hcc")
    read(room, "coordinator", "referring", **fields({"size_mm": "30"}, imaged_on="2026-01-10"))
    sent = fields(imaged_on="2026-01-15", in_all="open", portal="vp2")
    assert read(room, "radiologist", **sent).status_code == 303
    page = " ".join(room.client("surgeon").get(room.at("")[:-1]).text.split())
    assert "<dt>Lesions</dt> <dd>1 · 3 cm<" in page
    assert "Vp2" in page
    assert "Nothing is said of lesions." in page
    assert "seen by the referring hospital alone" not in page


def test_two_do_not_agree_where_only_one_counts(room: Room) -> None:
    read(room, "coordinator", "referring", **fields({"size_mm": "30"}))
    for version, (said, words) in enumerate(
        (("uncountable", "too many to count"), ("open", "nothing said of lesions"))
    ):
        sent = fields(in_all=said, version=version)
        assert read(room, "radiologist", **sent).status_code == 303
        page = room.client("surgeon").get(room.at("")[:-1]).text
        assert f"Lesions: 1 placed (referring hospital); {words} (board)." in page
        assert "The two readings agree." not in page


def test_an_empty_map_kept_before_it_could_say_more_still_saw_no_lesion(
    room: Room, rows: Rows
) -> None:
    room.change(Case, room.case, diagnosis="hcc")
    read(room, "coordinator", "referring", **fields({"size_mm": "30"}, imaged_on="2026-01-10"))
    findings = Findings().as_dict()
    del findings["in_all"]
    with room.app.app_context(), write_transaction() as session:
        session.add(Reading(case_id=room.case, side=Side.BOARD, version=1, findings=findings))
        session.execute(delete(Line))  # the list followed it
    page = " ".join(room.client("surgeon").get(room.at("")[:-1]).text.split())
    assert "No lesion is seen." in page
    assert "Lesion 1 (segment V, 30 mm): seen by the referring hospital alone." in page
    assert "<dt>Lesions</dt> <dd>1 ·" not in page, "the hospital's are not taken in"
    assert 'value="none"' in room.client("radiologist").get(room.at("map/board")).text
    assert "in_all" not in stored(rows)[-1].findings, "what is stored stays"


def test_a_map_says_that_there_are_too_many_to_count(room: Room) -> None:
    room.change(Case, room.case, diagnosis="hcc")
    sent = fields({"size_mm": "30"}, imaged_on="2026-01-15", in_all="uncountable")
    assert read(room, "radiologist", **sent).status_code == 303
    page = " ".join(room.client("surgeon").get(room.at("")[:-1]).text.split())
    assert "<dt>Lesions</dt> <dd>too many to count<" in page
    assert "Too many to count, or not to be told apart." in page


def test_the_largest_of_some_is_called_the_largest_that_was_measured(room: Room) -> None:
    room.change(Case, room.case, diagnosis="hcc")
    treated = {"segments": ["II"], "size_mm": "60", "li_rads": "LR-TR viable"}
    read(room, "radiologist", **fields({"size_mm": "30"}, treated, imaged_on="2026-01-15"))
    page = " ".join(room.client("surgeon").get(room.at("")[:-1]).text.split())
    assert "<dt>Lesions</dt> <dd>2 · largest measured 3 cm <small>" in page
    assert "together at least 30 mm, one size is missing" in page


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
