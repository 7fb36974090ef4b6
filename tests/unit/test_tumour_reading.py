"""The liver on the map, what a reading may say, and two readings against each other."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardroom.clinical import liver_map
from boardroom.clinical.by_features import by_features
from boardroom.clinical.from_facts import CaseRecord, RecordedFact
from boardroom.clinical.liver_map import SEGMENTS
from boardroom.clinical.reading_refusals import refusals
from boardroom.clinical.reread import compare, pair, sizes_differ
from boardroom.clinical.tumour_reading import (
    DUCT,
    LI_RADS,
    PORTAL,
    SITES,
    VEIN,
    VESSEL_NAMES,
    Contact,
    Findings,
    Lesion,
    completed,
    description,
)
from boardroom.tumour_map import labels, rules
from boardroom.tumour_map.drawing import drawn
from boardroom.tumour_map.view import of_findings

TODAY = dt.date(2026, 11, 26)

# ---- The liver ----------------------------------------------------------------------------------

places = st.tuples(st.integers(0, liver_map.WIDTH), st.integers(0, liver_map.HEIGHT))


@given(places)
def test_every_place_in_the_liver_lies_in_exactly_one_segment(place: tuple[int, int]) -> None:
    x, y = place[0] + 0.37, place[1] + 0.41
    inside = liver_map.contains(liver_map.outline_polygon(), x, y)
    here = [s for s in SEGMENTS if liver_map.contains(liver_map.polygon_of(s), x, y)]
    assert len(here) == (1 if inside else 0)
    assert liver_map.segment_at(x, y) == (here[0] if here else None)


def test_the_outline_is_as_wide_as_its_scale_says() -> None:
    xs = [x for x, _ in liver_map.outline_polygon()]
    assert round(max(xs) - min(xs)) == liver_map.LIVER_WIDTH_MM


@pytest.mark.parametrize("segment", SEGMENTS)
def test_a_segment_has_its_name_and_its_middle_within(segment: str) -> None:
    assert liver_map.segment_at(*liver_map.LABEL_AT[segment]) == segment
    assert liver_map.segment_at(*liver_map.CENTRE_OF[segment]) == segment


def test_segments_lie_where_the_frontal_view_has_them() -> None:
    at = liver_map.CENTRE_OF
    assert at["VII"][1] < at["VI"][1]
    assert at["VIII"][1] < at["V"][1]
    assert at["IVa"][1] < at["IVb"][1]
    assert at["II"][1] < at["III"][1]
    assert at["VII"][0] < at["VIII"][0] < at["IVa"][0] < at["II"][0], "the right is on the left"


@pytest.mark.parametrize(
    ("segments", "fits"),
    [
        ((), True), (("V",), True), (("VII", "VIII"), True), (("II", "VI"), False),
        (("II", "III", "IVa", "V"), True), (("III", "VII"), False), (("I", "IVb"), True),
    ],
)  # fmt: skip
def test_one_lesion_lies_in_segments_that_touch(segments: tuple[str, ...], fits: bool) -> None:
    assert liver_map.touch_each_other(segments) is fits


@given(st.lists(st.sampled_from(SEGMENTS), min_size=1, unique=True))
def test_a_lesion_without_a_place_stands_in_one_of_its_segments(segments: list[str]) -> None:
    assert liver_map.segment_at(*liver_map.default_place(segments)) in segments


# ---- A reading ----------------------------------------------------------------------------------


def lesion(number: int = 1, **more: object) -> Lesion:
    fields = {"segments": ("V",), "size_mm": 30, **more}
    return Lesion(number, **fields)


def wrong(*lesions: Lesion, **beyond: object) -> dict[tuple[str, int | None], str]:
    return refusals(Findings(lesions, **beyond))


@pytest.mark.parametrize(
    ("one", "field", "words"),
    [
        (lesion(size_mm=None), "size_mm", "largest diameter"),
        (lesion(size_mm=0), "size_mm", "from 1 to 400"),
        (lesion(size_mm=401), "size_mm", "from 1 to 400"),
        (lesion(viable_mm=31), "viable_mm", "larger than the lesion"),
        (lesion(viable_mm=-1), "viable_mm", "less cannot be"),
        (lesion(segments=()), "segments", "place the lesion"),
        (lesion(segments=("II", "VI")), "segments", "side by side"),
        (lesion(segments=("IX",)), "segments", "of the list"),
        (lesion(x=5.0, y=5.0), "x", "outside the liver"),
        (lesion(x=56.0, y=72.0), "x", "segment VII"),
        (lesion(x=88.0), "y", "both numbers"),
        (lesion(size_mm=9, li_rads="LR-5"), "li_rads", "10 mm or more"),
        (lesion(viable_mm=8, li_rads="LR-TR nonviable"), "li_rads", "8 mm are viable"),
        (lesion(viable_mm=0, li_rads="LR-TR viable"), "li_rads", "Nothing is viable"),
        (lesion(li_rads="LR-9"), "li_rads", "of the list"),
        (lesion(number=0), "number", "number of its own"),
        (
            lesion(contacts=(Contact("vena_cava", "abuts"), Contact("vena_cava", "encases"))),
            "contacts",
            "named twice",
        ),
        (lesion(contacts=(Contact("aorta", "abuts"),)), "contacts", "Choose the vessel"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(one: Lesion, field: str, words: str) -> None:
    assert words in wrong(one)[field, 0]


@pytest.mark.parametrize(
    ("beyond", "field", "words"),
    [
        ({"portal_side": "left"}, "portal_side", "how far"),
        ({"portal": "none", "portal_side": "left"}, "portal_side", "how far"),
        ({"portal": "vp3", "portal_side": "both"}, "portal_side", "Vp4"),
        ({"vein_which": "left"}, "vein_which", "how far"),
        ({"spread": ("none", "lung")}, "spread", "one of the two"),
        ({"spread": ("moon",)}, "spread", "of the list"),
        ({"duct": "b9"}, "duct", "of the list"),
    ],
)
def test_invasion_and_spread_say_one_thing(
    beyond: dict[str, object], field: str, words: str
) -> None:
    assert words in wrong(**beyond)[field, None]


def test_tumour_in_vein_needs_its_vein() -> None:
    one = lesion(li_rads="LR-TIV")
    assert "LR-TIV" in wrong(one, portal="none", vein="none")["portal", None]
    assert not wrong(one, portal="vp3", vein="none")
    assert not wrong(one), "not stated is not the same as none"


def test_numbers_and_partners_are_each_one_lesions_own() -> None:
    assert ("number", 1) in wrong(lesion(1), lesion(1))
    assert ("same_as", 1) in wrong(lesion(1, same_as="4"), lesion(2, same_as="4"))
    assert not wrong(lesion(1, same_as="none"), lesion(2, same_as="none"))


@pytest.mark.parametrize("size", [1, 10, 400])
def test_limits_belong_to_what_is_allowed(size: int) -> None:
    category = "LR-5" if size >= 10 else "LR-4"
    assert not wrong(lesion(size_mm=size, viable_mm=size, li_rads=category))


def test_the_segment_is_read_off_the_drawing_where_none_is_chosen() -> None:
    (one,) = completed(Findings((lesion(segments=(), x=56.0, y=72.0),))).lesions
    assert one.segments == ("VII",)
    (kept,) = completed(Findings((lesion(segments=("VIII", "VII"), x=56.0, y=72.0),))).lesions
    assert kept.segments == ("VII", "VIII")


def test_the_description_says_what_the_drawing_shows() -> None:
    findings = Findings(
        (lesion(contacts=(Contact("vena_cava", "abuts"),), viable_mm=12, li_rads="LR-TR viable"),),
        portal="vp3",
        portal_side="right",
        spread=("lung",),
    )
    words = description(findings, "the board’s reading")
    for said in ("1 lesion,", "segment V", "30 mm, 12 mm viable", "abuts the inferior vena cava",
                 "Vp3", "right", "Lung"):  # fmt: skip
        assert said in words


# ---- Two readings -------------------------------------------------------------------------------

contacts = st.builds(
    Contact, st.sampled_from(sorted(VESSEL_NAMES)), st.sampled_from(["abuts", "encases"])
)


@st.composite
def readings(draw: st.DrawFn) -> Findings:
    found = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        segment = draw(st.sampled_from(SEGMENTS))
        x, y = liver_map.CENTRE_OF[segment]
        found.append(
            Lesion(
                number,
                (segment,),
                x + draw(st.integers(-2, 2)),
                y + draw(st.integers(-2, 2)),
                draw(st.integers(1, 120)),
                draw(st.none() | st.integers(0, 1)),
                draw(st.sampled_from(["", *LI_RADS])),
                draw(st.none() | st.lists(contacts, max_size=2).map(tuple)),
            )
        )
    return Findings(
        tuple(found),
        portal=draw(st.sampled_from(["", *PORTAL])),
        vein=draw(st.sampled_from(["", *VEIN])),
        duct=draw(st.sampled_from(["", *DUCT])),
        spread=draw(st.sampled_from([(), ("none",), ("lung",), ("bone", "lung")])),
    )


@given(readings())
def test_a_reading_agrees_with_itself(one: Findings) -> None:
    found = compare(one, one)
    assert found.differences == ()
    assert found.pairs == tuple((x.number, x.number) for x in one.lesions)


@given(readings(), readings())
def test_every_lesion_is_paired_once_or_called_out(first: Findings, second: Findings) -> None:
    found = compare(first, second)
    left, right = [a for a, _ in found.pairs], [b for _, b in found.pairs]
    assert len(set(left)) == len(left)
    assert len(set(right)) == len(right)
    assert set(left) | found.only_first() == {x.number for x in first.lesions}
    assert set(right) | found.only_second() == {x.number for x in second.lesions}
    assert not set(left) & found.only_first()


@given(readings(), readings())
def test_turning_the_readings_round_turns_the_differences_round(
    first: Findings, second: Findings
) -> None:
    turn = {"only_first": "only_second", "only_second": "only_first"}
    there = compare(first, second).differences
    back = compare(second, first).differences
    if {(a, b) for b, a in pair(second.lesions, first.lesions)} != set(
        pair(first.lesions, second.lesions)
    ):
        return  # two candidates are equally near: either is right
    assert sorted((d.kind, d.first or 0, d.second or 0) for d in there) == sorted(
        (turn.get(d.kind, d.kind), d.second or 0, d.first or 0) for d in back
    )


@given(readings())
def test_a_reading_is_read_back_as_it_was_stored(one: Findings) -> None:
    assert Findings.of(one.as_dict()) == one


@given(readings())
def test_any_reading_can_be_drawn_and_nothing_written_is_markup(one: Findings) -> None:
    noted = replace(
        one, note="<script>", lesions=tuple(replace(x, note="<b>") for x in one.lesions)
    )
    for paper in (False, True):
        text = drawn(noted, paper=paper)
        assert "<script" not in text
        assert "<b>" not in text
        assert ("class=" in text) is not paper
    assert drawn(noted).count('class="lm-lesion"') == len(one.lesions)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [(40, 45, False), (40, 48, False), (40, 49, True), (12, 17, False), (12, 18, True),
     (100, 119, False), (100, 121, True), (49, 40, True)],
)  # fmt: skip
def test_sizes_differ_beyond_the_stated_threshold(one: int, other: int, differ: bool) -> None:
    assert sizes_differ(one, other) is differ


BASE = Lesion(1, ("VII",), 56, 72, 40, li_rads="LR-4", contacts=())


@pytest.mark.parametrize(
    ("changed", "kind", "words"),
    [
        (
            {"segments": ("VIII",), "x": 92, "y": 70},
            "segment",
            "VII (referring hospital); VIII (board)",
        ),
        ({"size_mm": 55}, "size", "40 mm (referring hospital); 55 mm (board)"),
        ({"li_rads": "LR-5"}, "li_rads", "LR-4 (referring hospital); LR-5 (board)"),
        ({"viable_mm": 10}, "viable", "not stated (referring hospital); 10 mm (board)"),
        (
            {"contacts": (Contact("right_hepatic_vein", "encases"),)},
            "contact",
            "no vessel (referring hospital); encases the right hepatic vein (board)",
        ),
    ],
)
def test_each_kind_of_difference_is_said_in_words(
    changed: dict[str, object], kind: str, words: str
) -> None:
    first, second = Findings((BASE,)), Findings((replace(BASE, **changed),))
    (found,) = compare(first, second, ("referring hospital", "board")).differences
    assert found.kind == kind
    assert words in found.words


def test_none_seen_and_not_stated_are_the_same_finding() -> None:
    assert not compare(Findings(portal="none", spread=("none",)), Findings()).differences
    (found,) = compare(Findings(portal="vp2"), Findings(portal="none")).differences
    assert found.kind == "portal"
    assert "Vp2" in found.words
    assert "none seen" in found.words


def test_what_the_reader_says_counts_more_than_the_place() -> None:
    near, far = replace(BASE, number=1), replace(BASE, number=2, segments=("II",), x=178, y=46)
    again = replace(BASE, number=7, same_as="2")
    assert pair((near, far), (again,)) == ((2, 7),)
    assert pair((near,), (replace(BASE, number=7, same_as="none"),)) == ()


def test_the_other_reading_shows_where_a_lesion_was_not_seen() -> None:
    extra = Lesion(2, ("II",), 178, 46, 12)
    shown = of_findings(
        {"referring": (Findings((BASE,)), None), "board": (Findings((BASE, extra)), None)}
    )
    referring, board = shown.pictures
    assert "not seen" in referring.inside()
    assert "not seen" not in board.inside()
    assert board.marked == {2}
    assert shown.words == ["Lesion 2 (segment II, 12 mm): seen by the board alone."]


@pytest.mark.parametrize(
    ("x", "y", "r"),
    [(103, 120, 5), (104, 124, 8), (63, 126, 6), (206, 50, 7), (110, 160, 6), (36, 60, 8)],
)
def test_not_seen_hides_no_label(x: float, y: float, r: float) -> None:
    at, line, box = labels.beside(x, y, r, "not seen", 6.5, labels.fixed())
    assert all(box.shared(one) == 0 for one in labels.fixed())
    assert math.dist((at, line), (x, y)) < r + 30
    inside = drawn(Findings(), ghosts=(Lesion(1, ("IVb",), x, y, int(2 * r)),))
    assert f'x="{round(at, 2):g}" y="{round(line, 2):g}">not seen<' in inside


def test_two_not_seen_stand_apart_and_off_the_lesions() -> None:
    seen = Lesion(1, ("V",), 88, 132, 20)
    both = (Lesion(2, ("V",), 88, 116, 10), Lesion(3, ("V",), 100, 116, 10))
    inside = drawn(Findings((seen,)), ghosts=both)
    places = re.findall(r'x="([\d.]+)" y="([\d.]+)">not seen<', inside)
    first, second = (labels.box_of(float(x), float(y), "not seen", 6.5) for x, y in places)
    assert first.shared(second) == 0
    assert all(box.shared(labels.disc(88, 132, 10)) == 0 for box in (first, second))


# ---- The case's list ----------------------------------------------------------------------------


class Line:
    number, segments, size_mm, viable_mm = 1, "IV", 22, None
    li_rads, vascular_contact, note = "LR-5", "Middle hepatic vein", ""


def test_a_list_is_drawn_without_lesions_on_top_of_each_other() -> None:
    lines = []
    for number in range(1, 5):
        line = Line()
        line.number, line.segments = number, "VIII"
        lines.append(line)
    found = rules.of_list([Line(), *lines])
    assert found.lesions[0].segments == ("IVa", "IVb")
    at = [one.place for one in found.lesions]
    assert len(set(at)) == len(at)
    for one in found.lesions:
        assert liver_map.segment_at(*one.place) in one.segments


def test_a_reading_becomes_lines_that_the_decision_aids_count() -> None:
    (line,) = rules.as_lines(
        Findings((replace(BASE, contacts=(Contact("right_portal", "abuts"),), note="deep"),))
    )
    assert line["segments"] == "VII"
    assert line["vascular_contact"] == "Abuts the right portal vein"
    assert (line["size_mm"], line["li_rads"], line["note"]) == (40, "LR-4", "deep")


def test_every_site_and_class_has_a_place_on_the_drawing() -> None:
    for portal in PORTAL:
        for side in ("", "right", "left", "both"):
            drawn(Findings(portal=portal, portal_side=side))
    for vein in VEIN:
        drawn(Findings(vein=vein, vein_which="middle"))
    sites = tuple(site for site in SITES if site != "none")
    assert drawn(Findings(spread=sites)).count("lm-spread") == len(sites)


# ---- LI-RADS by features -------------------------------------------------------------------------


def by_table(*, cirrhosis: str = "yes", age: float | None = 60, **lesion: Any) -> Any:
    facts = [RecordedFact("cirrhosis", cirrhosis), RecordedFact("hbsag", "no")]
    record = CaseRecord(facts if cirrhosis else (), TODAY, age_years=age)
    return by_features(replace(Lesion(1, ("V",), size_mm=15), **lesion), record)


@pytest.mark.parametrize(
    ("size", "features", "category"),
    [
        (15, ("aphe", "capsule"), "LR-4"),
        (15, ("aphe", "washout"), "LR-5"),
        (20, ("aphe",), "LR-4"),
        (20, ("aphe", "capsule"), "LR-5"),
        (9, ("aphe", "washout", "capsule"), "LR-4"),
        (25, ("none",), "LR-3"),
        (25, ("washout",), "LR-4"),
    ],
)
def test_features_and_size_give_a_category(
    size: int, features: tuple[str, ...], category: str
) -> None:
    found = by_table(size_mm=size, features=features)
    assert found is not None
    assert found.category == category


def test_a_category_that_differs_from_the_one_given_is_told() -> None:
    found = by_table(features=("aphe", "washout"), li_rads="LR-4")
    assert (found.category, found.differs) == ("LR-5", True)
    same = by_table(features=("aphe", "washout"), li_rads="LR-5")
    assert not same.differs


@pytest.mark.parametrize(
    "more", [{"features": ()}, {"viable_mm": 4}, {"li_rads": "LR-M"}, {"li_rads": "LR-TR viable"}]
)
def test_no_category_where_the_table_is_not_for_it(more: dict[str, Any]) -> None:
    assert by_table(**{"features": ("aphe",), **more}) is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"cirrhosis": ""}, "LI-RADS needs: Cirrhosis"),
        ({"cirrhosis": "no"}, "only for people at risk"),
        ({"age": 17.0}, "for adults"),
        ({"size_mm": None}, "LI-RADS needs: Size"),
    ],
)
def test_what_stands_against_a_category_is_said(more: dict[str, Any], why: str) -> None:
    found = by_table(features=("aphe",), **more)
    assert found.category == ""
    assert why in found.why


def test_features_are_kept_and_an_older_reading_has_none() -> None:
    read = Findings((Lesion(1, ("V",), features=("aphe", "capsule")),))
    assert Findings.of(read.as_dict()) == read
    stored = read.as_dict()
    del stored["lesions"][0]["features"]
    assert Findings.of(stored).lesions[0].features == ()
    assert ("features", 0) in refusals(Findings((Lesion(1, features=("none", "aphe")),)))
    assert ("features", 0) in refusals(Findings((Lesion(1, features=("mosaic",)),)))
