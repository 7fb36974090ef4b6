"""Nodules of a reading beside what facts state: none seen, measured apart, too many to count."""

from __future__ import annotations

import datetime as dt

import pytest

from boardroom.clinical.case_nodules import burden
from boardroom.clinical.filled import Lesion, RecordedFact
from boardroom.clinical.from_facts import CaseRecord
from boardroom.clinical.read_facts import Read
from boardroom.clinical.tumour_reading import Findings
from tests.unit.aid_samples import TODAY, fact, on_map
from tests.unit.test_aids_from_lesions import CLEAR, TWO, record, stages

# ---- A reading that lists none ------------------------------------------------------------------

SEEN = {"nodule_count": "1", "largest_mm": "45"}


def seen(days: int | None) -> list[RecordedFact]:
    return [
        fact(key, value, {"largest_mm": "mm"}.get(key, ""), days) for key, value in SEEN.items()
    ]


@pytest.mark.parametrize("days", [60, 2, None], ids=["older", "same day", "undated"])
def test_a_reading_that_sees_none_counts_before_facts_that_are_not_newer(days: int | None) -> None:
    found = record(*seen(days), images=2)
    assert stages(found) == (None, None, "T0", None, None)
    assert burden(found).none
    for name in ("milan", "bclc_2022", "tnm_ajcc8", "afp_model", "clip"):
        words = found.fill(name).warnings
        assert "No tumour is seen in the board’s reading of 8 Mar 2026." in words
        when = f" ({dt.date(2026, 1, 9):%-d %b %Y})" if days == 60 else ""
        assert (
            days != 60
            or (
                f"Largest nodule. Map: none, stated: 45 mm{when}. "
                f"Number of nodules. Map: none, stated: 1{when}. The map counts."
            )
            in words
        )


def test_facts_newer_than_a_reading_that_sees_none_leave_the_nodules_open() -> None:
    found = record(*seen(2), images=60)
    assert stages(found) == (None,) * 5
    assert burden(found).disputed
    (said,) = (words for words in found.fill("milan").warnings if "stated" in words)
    assert said.endswith("Sizes and number are left out: say which is right.")
    assert not any("No tumour is seen" in words for words in found.fill("milan").warnings)


def test_a_reading_that_sees_none_agrees_with_a_count_of_none() -> None:
    found = burden(record(fact("nodule_count", "0", days=1), images=60))
    assert (found.none, found.differs, found.keys) == (True, "", ("nodule_count",))


def test_a_reading_of_tumour_in_a_vein_alone_is_not_no_tumour() -> None:
    read = Read(Findings(portal="vp3"), "the board’s reading", TODAY)
    found = burden(CaseRecord(CLEAR, TODAY, (), ecog=0, read=read))
    assert (found.sizes, found.number, found.none) == (None, None, False)


def test_images_without_a_day_count_as_of_the_day_on_which_their_reading_was_saved() -> None:
    saved = TODAY - dt.timedelta(days=2)
    read = Read(on_map(TWO), "the board’s reading", None, saved)
    older = CaseRecord((*CLEAR, *seen(60)), TODAY, TWO, ecog=0, read=read)
    assert burden(older).sizes == (70, 30)
    assert burden(CaseRecord((*CLEAR, *seen(1)), TODAY, TWO, ecog=0, read=read)).disputed
    nothing = Read(on_map(()), "the board’s reading", None, saved)
    none = CaseRecord((*CLEAR, *seen(60)), TODAY, (), ecog=0, read=nothing)
    words = "No tumour is seen in the board’s reading saved 8 Mar 2026."
    assert words in none.fill("milan").warnings


def test_veins_of_images_without_a_day_count_as_of_the_day_of_saving() -> None:
    read = Read(Findings(portal="vp4"), "the board’s reading", None, TODAY - dt.timedelta(days=90))
    later = fact("portal_invasion", "vp3", days=3)
    record = CaseRecord((later,), TODAY, read=read)
    assert record.text("portal_invasion") == "vp3"
    assert "in the board’s reading, saved 10 Dec 2025" in record.contradictions[0]


def test_an_empty_map_on_which_nobody_says_that_none_is_seen_takes_nothing_away() -> None:
    for in_all in ("", "open"):
        read = Read(Findings(in_all=in_all), "the board’s reading", TODAY)
        stated = burden(CaseRecord((*CLEAR, *seen(60)), TODAY, (), ecog=0, read=read))
        assert (stated.sizes, stated.none, stated.differs) == ((45,), False, "")
        listed = burden(CaseRecord(CLEAR, TODAY, TWO, ecog=0, read=read))
        assert listed.sizes == (70, 30)
        many = fact("nodules_uncountable", "yes", days=90)
        assert burden(CaseRecord((*CLEAR, many), TODAY, (), ecog=0, read=read)).uncountable
        # The list is not the map's, so the map's day does not decide between list and facts
        both = burden(CaseRecord((*CLEAR, *seen(60)), TODAY, TWO, ecog=0, read=read))
        assert both.disputed


def test_a_map_can_say_that_there_are_too_many_to_count() -> None:
    read = Read(Findings(in_all="uncountable"), "the board’s reading", TODAY)
    older = fact("nodules_uncountable", "yes", days=90)
    for facts in ((), (older,), seen(60)):
        found = burden(CaseRecord((*CLEAR, *facts), TODAY, TWO, ecog=0, read=read))
        assert (found.uncountable, found.disputed, found.number, found.sizes) == (
            True, False, None, None,
        )  # fmt: skip
        assert "too many to count in the board’s reading of 10 Mar 2026" in found.remarks[0]
    earlier = Read(Findings(in_all="uncountable"), "the board’s reading", dt.date(2026, 1, 1))
    counted = burden(CaseRecord((*CLEAR, *seen(2)), TODAY, (), ecog=0, read=earlier))
    assert counted.sizes == (45,)
    assert "the newer number counts" in counted.remarks[-1]


# ---- Differences that are none ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "stated", "number", "days", "counts"),
    [
        (45, "44", "", 1, True),
        (45, "40", "", 100, True),
        (45, "39", "", 1, False),  # further apart than two readers are
        (31, "30", "", 1, False),  # another criterion
        (45, "37", "1", 1, True),  # the same examination
        (45, "90", "1", 1, False),
        (45, "37", "2", 1, False),
        (45, "37", "1", -40, False),
    ],
)
def test_what_two_readers_measure_apart_is_no_dispute(
    here: int, stated: str, number: str, days: int, counts: bool
) -> None:
    images = 30
    facts = [fact("largest_mm", stated, "mm", images - days if days > 0 else 0)]
    if days == 100:
        images, facts = 103, [fact("largest_mm", stated, "mm", 3)]
    if days == -40:
        images = 40
    if number:
        facts.append(fact("nodule_count", number, days=images - 1 if days > 0 else 0))
    found = burden(record(*facts, lesions=(Lesion(here, number=1),), images=images))
    assert found.sizes == ((here,) if counts else None)
    assert found.disputed is not counts
    assert any(f"Map: {here} mm, stated: {stated} mm" in words for words in found.remarks)
    assert any("The map counts." in words for words in found.remarks) is counts


def test_a_size_is_quoted_as_recorded_and_compared_half_up() -> None:
    quoted = burden(
        record(fact("largest_mm", "42.5", "mm", 1), lesions=(Lesion(60, number=1),), images=3)
    )
    assert "stated: 42.5 mm (9 Mar 2026)" in quoted.differs
    cm = burden(
        record(fact("largest_mm", "4.25", "cm", 1), lesions=(Lesion(60, number=1),), images=3)
    )
    assert "stated: 4.25 cm" in cm.differs
    same = burden(
        record(fact("largest_mm", "42.5", "mm", 1), lesions=(Lesion(43, number=1),), images=3)
    )
    assert same.remarks == ()


# ---- Too many to count, and no tumour for certain -----------------------------------------------


@pytest.mark.parametrize(("counted_days", "counts"), [(2, True), (90, False), (None, False)])
def test_a_newer_count_counts_before_too_many_to_count(
    counted_days: int | None, counts: bool
) -> None:
    many = fact("nodules_uncountable", "yes", days=90)
    found = burden(record(many, *seen(counted_days)))
    assert found.sizes == ((45,) if counts else None)
    words = "“Too many nodules to count” of 10 Dec 2025: the newer number counts."
    assert (words in found.remarks) is counts


def test_a_newer_map_that_says_that_none_is_seen_counts_before_too_many_to_count() -> None:
    found = burden(record(fact("nodules_uncountable", "yes", days=9), images=2))
    assert (found.none, found.number, found.disputed) == (True, 0, False)
    words = "“Too many nodules to count” of 1 Mar 2026: the newer map counts."
    assert words in found.remarks
    same = burden(record(fact("nodules_uncountable", "yes", days=2), images=2))
    assert same.keys == ("nodules_uncountable",)
    stated = burden(record(fact("nodules_uncountable", "yes", days=9), *seen(1), images=2))
    assert stated.disputed, "a number newer than the map says otherwise"


@pytest.mark.parametrize("category", ["LR-3", "LR-NC"])
def test_lesions_that_may_be_tumour_are_not_called_dead(category: str) -> None:
    found = burden(record(lesions=(Lesion(15, number=1, li_rads=category),)))
    assert len(found.remarks) == 1
    assert found.remarks[0].startswith(f"No lesion counts as tumour: lesion 1 is {category}.")
    both = burden(record(lesions=(Lesion(15, 0, number=1), Lesion(9, number=2, li_rads=category))))
    assert both.remarks[0].startswith("No lesion counts as living tumour: lesion 2 is")
