"""Counting second opinions: sums, the flow's geometry, deferral rates."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

from boardroom.boards.definition import read_board
from boardroom.boards.reclassification import reclassify
from boardroom.figures.rules import Filters, Line, Taken, deferral_rates, flow, sums

LIVER, _ = read_board(Path(__file__).parents[2] / "config" / "boards" / "liver.toml")
assert LIVER is not None
DAY = dt.date(2026, 8, 19)


def line(first: str, ours: str, **more: Any) -> Line:
    values: dict[str, Any] = {
        "case_id": 1, "code": "BR-1", "hospital": "St Example", "diagnosis": "hcc",
        "first_reason": "", "reason": "", "provisional": False,
        "referred_on": DAY - dt.timedelta(days=10), "decided_on": DAY,
    } | more  # fmt: skip
    outcome = reclassify(first, ours, LIVER)
    return Line(first=first, ours=ours, reclassification=outcome, **values)


def test_sums() -> None:
    found = sums(
        [
            line("unresectable_remnant", "resectable", reason="access", carried_out="yes"),
            line("resectable", "resectable", reason="access", carried_out="not_yet"),
            line("resectable", "convertible", referred_on=None, carried_out="no"),
        ]
    )
    assert found.by_outcome == {
        "upgraded": 1, "confirmed": 1, "downgraded": 1, "undetermined": 0,
    }  # fmt: skip
    assert (found.median_days, found.answered, found.carried_out) == (10, 2, 1)
    assert found.reasons == (("access", 2),)
    assert found.share("upgraded") == 33
    assert sums([]).share("upgraded") == 0
    assert sums([]).median_days is None


def test_a_referral_dated_after_the_decision_took_no_time() -> None:
    assert line("resectable", "resectable", referred_on=DAY + dt.timedelta(days=2)).days == 0


def test_the_flow_loses_nobody_and_its_nodes_do_not_overlap() -> None:
    lines = [
        *[line("unresectable_remnant", "resectable")] * 5,
        *[line("unresectable_remnant", "convertible")] * 2,
        line("resectable", "unresectable_biology"),
        line("undetermined", "resectable"),
    ]
    found = flow(lines, LIVER)
    for column in (found.left, found.right):
        assert sum(node.count for node in column) == found.total == 9
        for above, below in itertools.pairwise(column):
            assert above.y + above.height < below.y
        assert column[-1].y + column[-1].height <= found.height
    assert sum(band.count for band in found.bands) == 9
    outcomes = {(band.first, band.ours): band.outcome for band in found.bands}
    assert outcomes["resectable", "unresectable_biology"] == "downgraded"
    assert outcomes["undetermined", "resectable"] == "undetermined"
    order = [v.key for v in LIVER.verdicts]
    assert [node.key for node in found.left] == sorted(
        {one.first for one in lines}, key=order.index
    )
    assert flow([], LIVER).bands == ()


def test_a_verdict_of_before_is_drawn_last() -> None:
    found = flow(
        [line("a_word_of_before", "resectable"), line("undetermined", "resectable")], LIVER
    )
    assert [node.label for node in found.left] == ["Undetermined", "a_word_of_before"]


def test_filters() -> None:
    one = line("resectable", "convertible")
    assert Filters().lets(one)
    assert not Filters().any
    assert Filters(first_day=DAY, last_day=DAY, hospital="ST EXAMPLE").lets(one)
    for other in (
        Filters(first_day=DAY + dt.timedelta(days=1)),
        Filters(last_day=DAY - dt.timedelta(days=1)),
        Filters(first="no_such_word"),
        Filters(reclassification="upgraded"),
        Filters(hospital="Elsewhere"),
    ):
        assert other.any
        assert not other.lets(one)


def test_deferral_rates() -> None:
    taken = [Taken("A", ""), Taken("A", "imaging_missing"), Taken("B", ""), Taken("B", "")]
    by_reason, by_hospital = deferral_rates(taken)
    assert [(r.key, r.deferred, r.of, r.per_cent) for r in by_reason] == [
        ("imaging_missing", 1, 4, 25)
    ]
    assert [(r.key, r.per_cent) for r in by_hospital] == [("A", 50), ("B", 0)]
    assert deferral_rates([]) == ([], [])
