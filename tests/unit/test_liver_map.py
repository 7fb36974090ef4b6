"""The liver on the map: its outline, its segments, what touches what."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardroom.clinical import liver_map
from boardroom.clinical.liver_map import SEGMENTS

TODAY = dt.date(2026, 11, 26)


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
