"""Two readings of the same liver against each other, and how they are drawn."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given

from boardroom.clinical.reread import compare, pair, sizes_differ
from boardroom.clinical.tumour_reading import (
    Contact,
    Findings,
    Lesion,
)
from boardroom.tumour_map import labels
from boardroom.tumour_map.drawing import drawn
from boardroom.tumour_map.view import of_findings
from tests.unit.reading_samples import BASE, readings


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
     (100, 119, False), (100, 121, True), (49, 40, True),
     (48, 57, True), (29, 34, True), (29, 35, True), (51, 60, False),
     (19, 21, True), (20, 21, True), (29, 31, True), (50, 51, True),
     (20, 20, False), (19, 20, False), (18, 20, False), (21, 26, False), (30, 29, False)],
)  # fmt: skip
def test_sizes_differ_beyond_the_stated_threshold(one: int, other: int, differ: bool) -> None:
    assert sizes_differ(one, other) is differ


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


@pytest.mark.parametrize("name", ["size_mm", "viable_mm"])
def test_a_small_difference_on_which_a_stage_turns_is_said_with_how_small_it_is(name: str) -> None:
    def words(one: int, other: int) -> str:
        first, second = (
            Findings((replace(BASE, **{"size_mm": 60, name: mm}),)) for mm in (one, other)
        )
        return "".join(d.words for d in compare(first, second, ("referrer", "board")).differences)

    said = "19 mm (referrer); 21 mm (board), within what two readers’ measurements scatter."
    assert said in words(19, 21)
    assert "31 mm (referrer); 29 mm (board), within what two" in words(31, 29)
    assert "scatter" not in words(29, 35)
    assert words(29, 35)
    assert not words(21, 24), "nothing turns on it"


def test_nothing_left_viable_is_no_measurement_that_scatters() -> None:
    first, second = (Findings((replace(BASE, viable_mm=mm),)) for mm in (0, 4))
    (found,) = compare(first, second).differences
    assert found.kind == "viable"
    assert "scatter" not in found.words


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


SILENT, COUNTLESS = Findings(in_all="open"), Findings(in_all="uncountable")


@pytest.mark.parametrize(
    ("first", "second", "one", "other"),
    [
        (Findings((BASE,)), COUNTLESS, "1 placed", "too many to count"),
        (Findings((BASE,)), SILENT, "1 placed", "nothing said of lesions"),
        (Findings((BASE,)), Findings(), "1 placed", "nothing said of lesions"),
        (Findings(in_all="none"), SILENT, "none seen", "nothing said of lesions"),
        (Findings(in_all="none"), COUNTLESS, "none seen", "too many to count"),
        (Findings((BASE,), in_all="uncountable"), Findings((BASE,)), "too many to count",
         "1 placed"),
        (COUNTLESS, SILENT, "too many to count", "nothing said of lesions"),
    ],
)  # fmt: skip
def test_two_never_agree_where_only_one_counts_lesions(
    first: Findings, second: Findings, one: str, other: str
) -> None:
    shown = of_findings({"referring": (first, None), "board": (second, None)})
    assert shown.words == [f"Lesions: {one} (referring hospital); {other} (board)."]
    turned = of_findings({"referring": (second, None), "board": (first, None)})
    assert turned.words == [f"Lesions: {other} (referring hospital); {one} (board)."]


def test_two_that_say_the_same_of_lesions_as_a_whole_agree() -> None:
    for same in (SILENT, COUNTLESS, Findings(in_all="none")):
        assert compare(same, same).differences == ()
    assert compare(SILENT, Findings()).differences == ()
