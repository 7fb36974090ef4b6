"""Which nodules the tumour's aids count: of the map, of the list, or as facts state them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from boardroom.clinical.case_nodules import burden, counted
from boardroom.clinical.filled import Lesion, RecordedFact
from boardroom.clinical.from_facts import CaseRecord
from boardroom.clinical.read_facts import Read
from tests.unit.aid_samples import LABS, TODAY, TUMOUR, fact, on_map, values

CLEAR = (
    *LABS,
    *TUMOUR,
    *(fact(key, "no") for key in ("adjacent_organ_invasion", "peritoneum_perforated")),
    fact("nodes", "n0"),
    fact("afp", "9", "ng/mL"),
    fact("tumour_percent", "20", "%"),
    fact("portal_thrombosis", "no"),
    fact("transplant_candidate", "no"),
    fact("liver_function", "preserved"),
)
NODULES = frozenset(
    {"Diameters of all nodules", "Number of nodules", "Largest nodule", "Extent in the liver"}
)


def record(*facts: RecordedFact, lesions: Any = (), images: int | None = None) -> CaseRecord:
    """With a reading of images of so many days ago, where `images` is given."""
    on = TODAY - dt.timedelta(days=images) if images is not None else None
    read = Read(on_map(lesions), "the board’s reading", on) if images is not None else None
    return CaseRecord((*CLEAR, *facts), TODAY, lesions, ecog=0, read=read)


def stages(found: CaseRecord) -> tuple[Any, ...]:
    """Milan, BCLC, TNM, AFP model and CLIP; None for what lacks the nodules."""
    answers = []
    for name, key in (("milan", "within"), ("bclc_2022", "stage"), ("tnm_ajcc8", "t"),
                      ("afp_model", "points"), ("clip", "points")):  # fmt: skip
        result = found.fill(name).result
        assert result is not None
        assert set(result.missing) <= NODULES, result.missing
        answers.append(result.values.get(key))
    return tuple(answers)


TWO = (Lesion(70, number=1), Lesion(30, number=2))
SMALL = {"nodule_count": "1", "largest_mm": "19"}


def small(days: int | None) -> list[RecordedFact]:
    units = {"largest_mm": "mm"}
    return [fact(key, value, units.get(key, ""), days) for key, value in SMALL.items()]


@pytest.mark.parametrize(
    ("images", "days"), [(3, 100), (3, 3), (3, None)], ids=["later", "same day", "undated"]
)
def test_what_a_later_reading_lists_counts_for_every_aid(images: int, days: int | None) -> None:
    found = record(*small(days), lesions=TWO, images=images)
    assert stages(found) == (False, "B", "T3", 4, 2)
    day = TODAY - dt.timedelta(days=days or 0)
    when = f" ({day.day} {day:%b %Y})" if days else ""
    for name in ("milan", "bclc_2022", "tnm_ajcc8", "afp_model", "clip"):
        (said,) = (words for words in found.fill(name).warnings if "stated" in words)
        assert said == (
            f"Largest nodule. Map: 70 mm, stated: 19 mm{when}. "
            f"Number of nodules. Map: 2, stated: 1{when}. The map counts."
        )


@pytest.mark.parametrize("images", [100, None], ids=["older reading", "no reading"])
def test_where_nobody_can_tell_which_is_right_no_aid_counts(images: int | None) -> None:
    found = record(*small(3), lesions=TWO, images=images)
    assert stages(found) == (None,) * 5
    for name in ("milan", "tnm_ajcc8", "afp_model", "clip"):
        (said,) = (words for words in found.fill(name).warnings if "stated" in words)
        assert said.endswith("Sizes and number are left out: say which is right.")


def test_number_and_size_that_agree_are_no_contradiction() -> None:
    agreed = [fact("nodule_count", "2"), fact("largest_mm", "7", "cm")]
    assert stages(record(*agreed, lesions=TWO)) == (False, "B", "T3", 4, 2)
    before = [fact("nodule_count", "2"), fact("largest_mm", "60", "mm")]
    treated = (Lesion(60, 20, number=1), Lesion(40, 0, number=2))
    assert stages(record(*before, lesions=treated)) == (True, "0", "T1a", 0, 1)
    one_unknown = (Lesion(30, number=1), Lesion(None, number=2))
    assert burden(record(fact("largest_mm", "60", "mm"), lesions=one_unknown)).differs == ""


def test_without_a_list_the_facts_serve_every_aid() -> None:
    assert stages(record(*small(3))) == (True, "0", "T1a", 0, 1)


# ---- Which lesions are tumour -------------------------------------------------------------------


@pytest.mark.parametrize("category", ["LR-1", "LR-2", "LR-3", "LR-NC"])
def test_what_is_no_tumour_is_not_staged(category: str) -> None:
    found = record(lesions=(Lesion(15, number=1), Lesion(60, number=2, li_rads=category)))
    assert stages(found) == (True, "0", "T1a", 0, 1)
    said = f"Lesion 2 is {category} and is not counted as tumour."
    uncertain = category in ("LR-3", "LR-NC")
    assert (said in found.fill("milan").warnings) is uncertain
    assert (said in found.fill("tnm_ajcc8").warnings) is uncertain


def test_tumour_in_a_vein_is_no_nodule_and_is_invasion() -> None:
    vein = (Lesion(15, number=1), Lesion(30, number=2, li_rads="LR-TIV"))
    unsaid = [one for one in CLEAR if one.key != "macrovascular_invasion"]
    found = CaseRecord(unsaid, TODAY, vein, ecog=0)
    assert burden(found).sizes == (15,)
    assert values(found.fill("milan"))["reasons"] == ("tumour in a portal or hepatic vein",)
    denied = record(lesions=vein).fill("milan")
    assert denied.result is not None
    assert denied.result.missing == ("Tumour in a portal or hepatic vein",)
    assert "“Lesion 2: LR-TIV” contradict: say which is right." in denied.warnings[-1]


def test_tumour_in_a_vein_alone_is_not_no_tumour() -> None:
    found = burden(record(lesions=(Lesion(30, number=1, li_rads="LR-TIV"),)))
    assert (found.sizes, found.number, found.none) == (None, None, False)
    assert found.remarks == ("Tumour is listed in a vein, and no nodule.",)


@pytest.mark.parametrize("category", ["LR-TR viable", "LR-TR equivocal", "LR-TR nonevaluable"])
def test_a_treated_lesion_counts_by_what_was_measured_to_live(category: str) -> None:
    unknown = record(lesions=(Lesion(15, number=1), Lesion(40, number=2, li_rads=category)))
    assert stages(unknown) == (None,) * 5
    assert "The viable size of lesion 2 is missing." in unknown.fill("milan").warnings
    measured = (Lesion(15, number=1), Lesion(40, 12, number=2, li_rads=category))
    assert burden(record(lesions=measured)).sizes == (15, 12)


def test_a_dead_lesion_is_none() -> None:
    dead = Lesion(60, number=1, li_rads="LR-TR nonviable")
    assert stages(record(lesions=(dead, Lesion(18, number=2)))) == (True, "0", "T1a", 0, 1)


def test_another_malignancy_counts_with_a_caution() -> None:
    found = record(lesions=(Lesion(40, number=1, li_rads="LR-M"),))
    assert stages(found)[:3] == (True, "A", "T1b")
    said = "Lesion 1 is LR-M, and the criteria are for hepatocellular carcinoma."
    assert said in found.fill("milan").warnings


NO_TUMOUR = "No viable tumour is recorded."
BENIGN = "No lesion listed is tumour: lesion 1 is LR-2."


@pytest.mark.parametrize(
    ("facts", "lesions", "said"),
    [
        ([fact("nodule_count", "0")], (), NO_TUMOUR),
        ([], (Lesion(30, 0, number=1), Lesion(20, number=2, li_rads="LR-TR nonviable")), NO_TUMOUR),
        ([], (Lesion(12, number=1, li_rads="LR-2"),), BENIGN),
        ([fact("nodule_count", "0")], (Lesion(12, number=1, li_rads="LR-3"),), NO_TUMOUR),
    ],
)
def test_a_liver_without_tumour_says_so(facts: list[RecordedFact], lesions: Any, said: str) -> None:
    found = record(*facts, lesions=lesions)
    assert burden(found).none
    for name in ("milan", "ucsf", "up_to_seven", "bclc_2022", "afp_model", "clip"):
        filled = found.fill(name)
        assert said in filled.warnings
        assert filled.refused == ""
    assert values(found.fill("tnm_ajcc8"))["t"] == "T0"


@pytest.mark.parametrize(
    ("category", "why"),
    [
        ("LR-3", "nobody has said that there is none"),
        ("LR-NC", "the images do not suffice to tell"),
    ],
)
@pytest.mark.parametrize("images", [None, 2], ids=["listed", "on the map"])
def test_lesions_that_may_be_tumour_are_no_statement_that_there_is_none(
    category: str, why: str, images: int | None
) -> None:
    may_be = Lesion(15, number=1, li_rads=category)
    dead = Lesion(30, 0, number=2)
    for lesions, living in (((may_be,), ""), ((may_be, dead), "living ")):
        found = record(lesions=lesions, images=images)
        assert stages(found) == (None,) * 5
        assert not burden(found).none
        result = found.fill("tnm_ajcc8").result
        assert result is not None
        assert "Number of nodules" in result.missing
        (said,) = (words for words in found.fill("tnm_ajcc8").warnings if category in words)
        assert said == (
            f"No lesion counts as {living}tumour: lesion 1 is {category}. "
            f"Not known to be none: {why}."
        )


def test_images_that_categorise_nothing_assess_no_primary_whatever_was_counted() -> None:
    poor = (Lesion(15, number=1, li_rads="LR-NC"),)
    assert burden(record(fact("nodule_count", "0"), lesions=poor, images=2)).number is None
    three = (Lesion(15, number=1, li_rads="LR-3"),)
    older = fact("nodule_count", "0", days=90)
    assert burden(record(older, lesions=three, images=2)).number is None
    assert burden(record(fact("nodule_count", "0", days=2), lesions=three, images=2)).none


def test_a_metastasis_decides_the_group_though_the_primary_is_not_assessed() -> None:
    facts = [one for one in CLEAR if one.key not in ("extrahepatic_spread", "nodes")]
    facts += [fact("extrahepatic_spread", "yes"), fact("spread_site", "lung")]
    found = CaseRecord(facts, TODAY, (Lesion(15, number=1, li_rads="LR-NC"),), ecog=0)
    assert values(found.fill("tnm_ajcc8"))["stage_group"] == "IVB"


def test_dead_nodules_beside_tumour_in_a_vein_are_not_no_primary() -> None:
    dead = (Lesion(30, 0, number=1),)
    vein = fact("portal_invasion", "vp2", days=1)
    result = record(vein, lesions=dead).fill("tnm_ajcc8").result
    assert result is not None
    assert {"Number of nodules", "Largest nodule"} <= set(result.missing)
    main = fact("portal_invasion", "vp4", days=1)
    assert values(record(main, lesions=dead).fill("tnm_ajcc8"))["t"] == "T4"


def test_nodules_too_many_to_count_until_a_newer_reading_lists_them() -> None:
    many = fact("nodules_uncountable", "yes", days=50)
    assert burden(record(many, lesions=TWO, images=50)).sizes is None
    newer = burden(record(many, lesions=TWO, images=3))
    assert newer.sizes == (70, 30)
    assert "“Too many nodules to count” of 19 Jan 2026: the newer map counts." in newer.remarks


def test_what_is_counted_of_a_list() -> None:
    found = counted((*TWO, Lesion(9, number=3, li_rads="LR-2"), Lesion(20, 0, number=4)))
    assert (found.number, found.left, found.treated) == (2, [70, 30], True)
    assert [one.number for one in found.others] == [3]
