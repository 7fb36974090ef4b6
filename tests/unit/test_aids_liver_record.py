"""What a case's record says of its liver where values contradict each other or are old."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from boardroom.aids.figures import liver
from boardroom.clinical.filled import RecordedFact
from tests.unit.aid_samples import LABS, TODAY, fact, of, values

# ---- Clotting -----------------------------------------------------------------------------------

OTHERS = tuple(one for one in LABS if one.key != "inr")


def clotting(limits: str, *facts: RecordedFact) -> tuple[str, int, tuple[str, ...]]:
    filled = of("child_pugh", *OTHERS, *facts, prothrombin_limits=limits)
    found = values(filled)
    return found["coagulation_variant"], found["components"]["coagulation"], filled.warnings


def inr(days: int | None) -> RecordedFact:
    return fact("inr", "1.1", days=days)


def test_the_newest_clotting_test_counts() -> None:
    variant, points, said = clotting("japan", inr(300), fact("pt_percent", "35", "%", 0))
    assert (variant, points) == ("prothrombin activity, Japan's limits", 3)
    words = "INR of 14 May 2025 is not used: the prothrombin activity of 10 Mar 2026 is newer."
    assert words in said
    variant, points, said = clotting("", inr(300), fact("pt_seconds_over", "7", "s", 0))
    assert (variant, points) == ("prothrombin time in seconds over control", 3)
    assert any("the prothrombin time over control of 10 Mar 2026 is newer" in w for w in said)


@pytest.mark.parametrize("days", [0, 5, None])
def test_the_inr_counts_before_others_of_the_same_day(days: int | None) -> None:
    variant, points, said = clotting("japan", inr(days), fact("pt_percent", "35", "%", days))
    assert (variant, points) == ("INR", 1)
    assert any(words.endswith("is not used: INR counts before it.") for words in said)


def test_a_newer_activity_without_limits_cannot_count() -> None:
    variant, _, said = clotting("", inr(300), fact("pt_percent", "35", "%", 0))
    assert variant == "INR"
    assert any("does not name the limits that go with it" in words for words in said)


# ---- Child-Pugh as reported ---------------------------------------------------------------------


def reported(**more: Any) -> Any:
    told = {"child_pugh_points": {"value": "5", "unit": "", "taken_on": "2023-12-31"}}
    reading: Any = {"aids": {"child_pugh": {"result": None}}, "facts": told} | more
    return liver(reading, "si")[0]


def test_reported_points_are_shown_with_their_day_and_as_old() -> None:
    old = reported(reported_old=True)
    assert (old.value, old.tone) == ("A5", "caution")
    assert old.note == "as reported 31 Dec 2023, not computed, old"
    assert old.words == "Child-Pugh A5 as reported 31 Dec 2023, old"
    assert reported().note == "as reported 31 Dec 2023, not computed"
    assert reported().tone == ""


# ---- The future remnant -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quality", "cirrhosis", "minimum", "said"),
    [
        (("normal", 900), ("yes", 3), 40, "the newer counts"),
        (("normal", 3), ("yes", 900), 20, "the newer counts"),
        (("normal", 3), ("yes", 3), 40, "the higher minimum counts"),
        (("steatosis", None), ("yes", 3), 40, "the higher minimum counts"),
        (("cirrhosis", 900), ("no", 3), 40, "the higher minimum counts"),
        (("fibrosis", 900), ("yes", 3), 40, ""),
        (("normal", 900), ("no", 3), 20, ""),
    ],
)
def test_the_minimum_is_that_of_the_liver_as_it_is_known_now(
    quality: tuple[str, int | None], cirrhosis: tuple[str, int | None], minimum: int, said: str
) -> None:
    filled = of(
        "flr",
        fact("flr_ml", "500", "ml"),
        fact("height", "1.8", "m"),
        fact("weight", "80", "kg"),
        fact("liver_quality", quality[0], days=quality[1]),
        fact("cirrhosis", cirrhosis[0], days=cirrhosis[1]),
    )
    assert values(filled)["minimum_percent"] == minimum
    found = [words for words in filled.warnings if "contradict" in words]
    assert [said in words for words in found] == ([True] if said else [])


# ---- Old measurements ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "unit", "label"),
    [("hvpg", "4", "mmHg", "HVPG"), ("stiffness", "12", "kPa", "Liver stiffness")],
)
def test_a_measurement_of_the_liver_older_than_a_year_is_said(
    key: str, value: str, unit: str, label: str
) -> None:
    platelets = fact("platelets", "180", "10^9/L")
    old = of("csph", platelets, fact(key, value, unit, 366))
    assert f"{label} is of 9 Mar 2025, more than a year old." in old.warnings
    assert values(old)["csph"] == "absent"
    assert not of("csph", platelets, fact(key, value, unit, 365)).warnings


def test_liver_function_judged_before_ascites_or_labs_is_said() -> None:
    ascites = fact("ascites", "moderate_severe", days=1)
    old = of("bclc_2022", ascites, fact("liver_function", "preserved", days=60), LABS[0])
    day = TODAY - dt.timedelta(days=60)
    words = (
        f"Liver function “Preserved” of {day.day} {day:%b %Y} is older than what is recorded of "
        "ascites of 9 Mar 2026: judge it anew."
    )
    assert words in old.warnings
    for days in (31, None):
        judged = fact("liver_function", "preserved", days=days)
        assert not any("judge it anew" in w for w in of("bclc_2022", ascites, judged).warnings)
