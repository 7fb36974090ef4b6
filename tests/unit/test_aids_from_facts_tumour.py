"""The tumour's aids filled from a case's record: nodules, veins, stages, the response."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from boardroom.aids.figures import tumour
from boardroom.clinical.case_beyond import metastasis
from boardroom.clinical.from_facts import CaseRecord, Lesion
from boardroom.clinical.read_facts import Read
from boardroom.clinical.tumour_reading import Findings
from tests.unit.aid_samples import LABS, TODAY, TUMOUR, fact, of, on_map, values


def test_diameters_are_the_lesions() -> None:
    filled = of("milan", *TUMOUR, lesions=[Lesion(30), Lesion(21)])
    assert values(filled)["within"] is True
    assert filled.result is not None
    assert filled.result.inputs["tumor_diameters_mm"] == (30, 21)
    assert filled.result.used["tumor_diameters_cm"] == (3.0, 2.1)


def test_viable_diameters_count_after_treatment() -> None:
    filled = of("milan", *TUMOUR, lesions=[Lesion(60, 20), Lesion(40, 0)])
    assert values(filled)["tumor_count"] == 1
    assert "Viable diameters" in filled.warnings[0]
    gone = of("milan", *TUMOUR, lesions=[Lesion(60, 0)])
    assert gone.result is not None
    assert gone.result.missing == ("Diameters of all nodules",)
    assert "No viable tumour" in gone.warnings[0]


@pytest.mark.parametrize(
    ("facts", "lesions", "why"),
    [
        ([], [Lesion(30), Lesion(None)], "size of a listed lesion is missing"),
        (
            [fact("nodule_count", "3")],
            [Lesion(30)],
            "Listed: 1, stated: 3 (5 Mar 2026). Sizes",
        ),
        ([fact("nodules_uncountable", "yes")], [Lesion(30)], "too many to count"),
    ],
)
def test_nodules_that_are_not_all_known(facts: Any, lesions: Any, why: str) -> None:
    filled = of("milan", *TUMOUR, *facts, lesions=lesions)
    assert filled.result is not None
    assert filled.result.missing == ("Diameters of all nodules",)
    assert why in filled.warnings[0]


def test_one_nodule_may_be_known_by_count_and_size() -> None:
    facts = (*TUMOUR, fact("nodule_count", "1"), fact("largest_mm", "4.2", "cm"))
    assert values(of("milan", *facts))["largest_cm"] == 4.2
    several = (fact("nodule_count", "4"), fact("largest_mm", "31", "mm"), fact("afp", "9", "ng/mL"))
    assert values(of("afp_model", *several))["points"] == 3


def test_number_and_size_are_of_one_examination() -> None:
    count, size = fact("nodule_count", "0", "", 60), fact("largest_mm", "10", "mm", 3)
    record = CaseRecord([count, size], TODAY)
    assert record.text("nodule_count") == ""
    assert record.text("largest_mm") == "10"
    assert any("is not used" in words for words in record.fill("milan").warnings)
    later = CaseRecord(
        [fact("nodule_count", "0", "", 1), fact("largest_mm", "9", "mm", 200)], TODAY
    )
    assert (later.text("nodule_count"), later.text("largest_mm")) == ("0", "")
    for days in (3, 10, None):  # of the same images, or undated
        both = CaseRecord([fact("nodule_count", "2", "", days), size], TODAY)
        assert (both.text("nodule_count"), both.text("largest_mm")) == ("2", "10")


def test_invasion_by_the_vein_that_is_named() -> None:
    vein = fact("portal_invasion", "vp3")
    spread = fact("extrahepatic_spread", "no")
    assert values(of("milan", spread, vein, lesions=[Lesion(20)]))["within"] is False
    free = (fact("portal_invasion", "none"), fact("hepatic_vein_invasion", "none"))
    assert values(of("milan", spread, *free, lesions=[Lesion(20)]))["within"] is True
    half = of("milan", spread, free[0], lesions=[Lesion(20)]).result
    assert half is not None
    assert half.missing == ("Tumour in a portal or hepatic vein",)


def test_the_newest_statement_of_a_vein_counts_for_every_aid() -> None:
    base = (
        *(fact(key, "no") for key in ("extrahepatic_spread", "transplant_candidate")),
        *(fact(key, "no") for key in ("adjacent_organ_invasion", "peritoneum_perforated")),
        fact("nodes", "n0"),
        fact("liver_function", "preserved"),
        fact("tumour_percent", "20", "%"),
        fact("afp", "9", "ng/mL"),
        *LABS,
    )

    def stage(*facts: Any) -> tuple[Any, ...]:
        given = {"lesions": [Lesion(30)], "ecog": 0}
        wanted = (
            ("milan", "within"),
            ("bclc_2022", "stage"),
            ("tnm_ajcc8", "t"),
            ("clip", "points"),
        )
        results = [(of(name, *base, *facts, **given).result, key) for name, key in wanted]
        return tuple(result.values.get(key) for result, key in results if result is not None)

    denied = fact("macrovascular_invasion", "no", days=100)
    vein = fact("portal_invasion", "vp4", days=3)
    assert stage(denied, vein) == (False, "C", "T4", 2)
    since = fact("macrovascular_invasion", "no", days=1)
    clot = fact("portal_thrombosis_bland", "no", days=1)
    assert stage(since, vein, clot) == (True, "A", "T1b", 1)
    assert stage(fact("macrovascular_invasion", "no", days=3), vein) == (None, None, None, None)
    undated = fact("portal_invasion", "vp3", days=None)
    assert stage(since, undated, clot) == (None, None, None, None)
    (said,) = CaseRecord([denied, vein], TODAY).contradictions
    assert said == (
        "“Tumour in a portal or hepatic vein: No” of 30 Nov 2025 and “Portal vein invasion, "
        "furthest: Vp4, main trunk or other side” of 7 Mar 2026 contradict: the newer counts."
    )
    (said,) = CaseRecord([since, undated], TODAY).contradictions
    assert said.endswith("Vp3, first order” without a date contradict: say which is right.")
    assert said in of("milan", since, undated).warnings


def test_veins_seen_free_after_invasion_was_recorded() -> None:
    stated = fact("macrovascular_invasion", "yes", days=100)
    free = [fact(key, "none", days=3) for key in ("portal_invasion", "hepatic_vein_invasion")]
    spread = fact("extrahepatic_spread", "no")
    assert values(of("milan", stated, *free, spread, lesions=[Lesion(30)]))["within"] is True
    old = [fact(key, "none", days=200) for key in ("portal_invasion", "hepatic_vein_invasion")]
    filled = of("milan", stated, *old, spread, lesions=[Lesion(30)])
    assert values(filled)["within"] is False
    assert "the newer counts" in filled.warnings[0]


@pytest.mark.parametrize(
    ("there", "nodes"),
    [("nodes", "n1"), ("nodes", "distant"), ("spread_site", "lung")],
)
def test_the_newest_statement_of_spread_counts_for_every_aid(there: str, nodes: str) -> None:
    base = (
        fact("macrovascular_invasion", "no"),
        *(fact(key, "no") for key in ("adjacent_organ_invasion", "peritoneum_perforated")),
        fact("transplant_candidate", "no"),
        fact("liver_function", "preserved"),
    )

    def stage(no: int | None, yes: int | None) -> tuple[Any, ...]:
        facts = (fact("extrahepatic_spread", "no", days=no), fact(there, nodes, days=yes))
        given = {"lesions": [Lesion(30)], "ecog": 0}
        bclc, tnm = (of(name, *base, *facts, **given).result for name in ("bclc_2022", "tnm_ajcc8"))
        assert bclc is not None
        assert tnm is not None
        return bclc.values.get("stage"), tnm.values.get("m")

    assert stage(100, 3) == ("C", None if nodes == "n1" else "M1")
    assert stage(3, 3) == (None, None)
    assert stage(3, None) == (None, None)
    assert stage(3, 100)[0] == "A"
    since = [fact("extrahepatic_spread", "no", days=3), fact(there, nodes, days=100)]
    assert metastasis(CaseRecord(since, TODAY)).value == "M0"


def test_tnm_from_the_record() -> None:
    facts = (
        *TUMOUR,
        fact("nodes", "n0"),
        fact("adjacent_organ_invasion", "no"),
        fact("peritoneum_perforated", "no"),
    )
    assert values(of("tnm_ajcc8", *facts, lesions=[Lesion(40)]))["stage_group"] == "IB"
    vein = (fact("macrovascular_invasion", "yes"), fact("portal_invasion", "vp4"))
    assert values(of("tnm_ajcc8", *facts, *vein, lesions=[Lesion(40)]))["t"] == "T4"
    lung = (fact("extrahepatic_spread", "yes"), fact("spread_site", "lung"))
    assert values(of("tnm_ajcc8", *facts, *lung, lesions=[Lesion(40)]))["stage_group"] == "IVB"
    doubt = of("tnm_ajcc8", *facts, fact("nodes", "suspicious"), lesions=[Lesion(40)])
    assert doubt.result is not None
    assert doubt.result.missing == ("Regional lymph nodes",)


def test_bclc_pattern_from_the_record() -> None:
    base = (*TUMOUR, fact("liver_function", "preserved"), fact("transplant_candidate", "no"))
    given = {"ecog": 0, "lesions": [Lesion(50), Lesion(40)]}
    wide = of("bclc_2022", *base, fact("growth_pattern", "extensive_bilobar"), **given)
    assert values(wide)["b_subgroup"].startswith("B3")
    neat = (fact("growth_pattern", "well_defined"), fact("selective_access", "yes"))
    assert values(of("bclc_2022", *base, *neat, **given))["b_subgroup"].startswith("B2")
    # Well-defined nodules alone do not say that the vessels can be reached
    assert values(of("bclc_2022", *base, neat[0], **given))["b_subgroup"] is None
    tired = fact("ecog_tumour_related", "no")
    assert values(of("bclc_2022", *base, tired, **given | {"ecog": 1}))["stage"] == "B"


def test_bclc_lists_no_resection_with_severe_ascites() -> None:
    base = (*TUMOUR, fact("liver_function", "not_preserved"), fact("transplant_candidate", "no"))
    given = {"ecog": 0, "lesions": [Lesion(30)]}
    for ascites, first in (("moderate_severe", "ablation"), ("none", "resection")):
        facts = (*base, fact("ascites", ascites), fact("varices", "none"))
        assert values(of("bclc_2022", *facts, **given))["options"][0]["option"] == first


def test_bclc_rests_on_a_bilirubin_only_where_it_takes_the_resection_away() -> None:
    base = (*TUMOUR, fact("liver_function", "preserved"), fact("transplant_candidate", "no"))
    for value, first in (("1.99", "resection"), ("2", "ablation")):
        facts = (*base, fact("bilirubin", value, "mg/dL", 200), fact("afp", "9", "ng/mL"))
        filled = of("bclc_2022", *facts, ecog=0, lesions=[Lesion(30)])
        assert values(filled)["options"][0]["option"] == first
        assert ("bilirubin" in [s.key for s in filled.sources]) is (first == "ablation")
        assert ("The labs behind this are 195 days apart." in filled.warnings) is (
            first == "ablation"
        )


def test_clip_and_okuda_from_the_record() -> None:
    facts = (
        *LABS,
        fact("afp", "500", "ng/mL"),
        fact("tumour_percent", "30", "%"),
        fact("portal_thrombosis", "yes"),
    )
    lesions = [Lesion(30), Lesion(40)]
    assert (
        values(of("clip", *facts, lesions=lesions))["points"] == 4
    )  # B 1, several 1, AFP 1, PVT 1
    assert values(of("okuda", *facts, lesions=lesions))["adverse_signs"] == 1  # ascites
    massive = fact("tumour_percent", "51", "%", 1)
    assert values(of("clip", *facts, massive, lesions=lesions))["components"]["morphology"] == 2


def test_mrecist_needs_two_readings() -> None:
    facts = [
        fact("new_lesion", "no", days=3),
        fact("nontarget_state", "none", days=3),
        fact("viable_sum_mm", "80", "mm", 200),
    ]
    one = of("mrecist", *facts).result
    assert one is not None
    assert len(one.missing) == 3
    facts += [
        fact("viable_sum_mm", "30", "mm", 100),
        fact("viable_sum_mm", "4.8", "cm", 3),
        fact("viable_sum_mm", "4", "mm", None),  # without a date it has no place in the order
        fact("viable_sum_mm", "4", "mm", -2),
    ]
    filled = of("mrecist", *facts)
    assert values(filled)["response"] == "PD"  # 48 after 30, although below the start
    assert values(filled)["change_from_baseline_percent"] == -40
    assert any("first sum recorded, of 22 Aug 2025" in words for words in filled.warnings)


def test_mrecist_is_measured_from_the_last_sum_before_the_present_treatment() -> None:
    facts = [
        fact(key, value, unit, days)
        for key, value, unit, days in (
            ("new_lesion", "no", "", 3),
            ("nontarget_state", "none", "", 3),
            ("viable_sum_mm", "30", "mm", 300),
            ("viable_sum_mm", "80", "mm", 200),
            ("viable_sum_mm", "50", "mm", 3),
        )
    ]
    before, since = (TODAY - dt.timedelta(days=days) for days in (290, 150))
    untold = of("mrecist", *facts)
    assert values(untold)["response"] == "PD", "80 was reached under the same treatment"
    filled = of("mrecist", *facts, treatments=((before, "tace"), (since, "systemic")))
    assert values(filled)["response"] == "PR"
    assert values(filled)["change_from_baseline_percent"] == -37.5
    words = "Measured against the last sum before the present treatment, of"
    assert any(one.startswith(words) for one in filled.warnings)
    again = of("mrecist", *facts, treatments=((before, "tace"), (since, "tace")))
    assert values(again)["response"] == "PD", "the same treatment goes on"


SUMS = (fact("viable_sum_mm", "80", "mm", 200), fact("viable_sum_mm", "0", "mm", 20))


@pytest.mark.parametrize(
    ("days", "counts"),
    [(3, True), (20, True), (34, True), (35, False), (250, False), (None, False)],
)
def test_what_is_said_of_new_lesions_belongs_to_the_newest_sum(
    days: int | None, counts: bool
) -> None:
    for said, response in (("no", "CR"), ("yes", "PD")):
        filled = of(
            "mrecist", *SUMS, fact("new_lesion", said, days=days), fact("nontarget_state", "none")
        )
        assert filled.result is not None
        assert filled.result.values.get("response") == (response if counts else None)
        if not counts:
            assert filled.result.missing == ("New lesion",)
            (words,) = (words for words in filled.warnings if "not used" in words)
            assert "not with the sum of 18 Feb 2026" in words
            assert ("a later sum does not undo" in words) is (said == "yes")


def test_what_is_said_of_the_other_lesions_belongs_to_the_newest_sum() -> None:
    for state, progressed in (("cr", False), ("pd", True)):
        filled = of(
            "mrecist", *SUMS, fact("new_lesion", "no"), fact("nontarget_state", state, days=90)
        )
        assert filled.result is not None
        assert filled.result.missing == ("Whether non-target lesions progressed",)
        assert ("a later sum does not undo" in filled.warnings[-1]) is progressed


NEWER = "is newer than the last sum of viable diameters"


@pytest.mark.parametrize(
    ("now", "images", "viable", "why"),
    [
        (30, 2, (80,), f"The map of 8 Mar 2026 {NEWER}, 30 mm of 5 Mar 2026, and shows 80 mm"),
        (30, 2, (10,), f"The map of 8 Mar 2026 {NEWER}, 30 mm of 5 Mar 2026, and shows 10 mm"),
        (30, 2, (), "and shows nothing of living tumour: enter its sum."),
        (0, 2, (12,), f"{NEWER}, 0 mm of 5 Mar 2026, and shows 12 mm of living tumour"),
        (30, 5, (80,), "of 5 Mar 2026 is 30 mm, and the board’s reading of the same day shows 80"),
        (0, 5, (12,), "of 5 Mar 2026 is 0 mm, and the board’s reading of the same day shows 12"),
        (30, 2, (30,), ""),
        (30, 2, (20, 10, 8), ""),  # two of three are the targets
        (30, 2, (18, 12), ""),
        (30, 5, (10,), ""),
        (30, 9, (80,), ""),  # the sum is the later look
        (0, 2, (0,), ""),
    ],
)
def test_no_response_is_told_beside_a_map_that_shows_something_else(
    now: int, images: int, viable: tuple[int, ...], why: str
) -> None:
    lesions = tuple(Lesion(90, size, number=number) for number, size in enumerate(viable, start=1))
    read = Read(on_map(lesions), "the board’s reading", TODAY - dt.timedelta(days=images))
    sums = (fact("viable_sum_mm", "60", "mm", 90), fact("viable_sum_mm", str(now), "mm", 5))
    facts = (*sums, fact("new_lesion", "no"), fact("nontarget_state", "none"))
    filled = CaseRecord(facts, TODAY, lesions, read=read).fill("mrecist")
    reading: Any = {"aids": {"mrecist": filled.as_dict()}, "facts": {}, "tumour": {"count": 0,
        "viable": False}, "beyond": {"torn": [], "veins": [], "invaded": None, "spread": None,
        "site": ""}}  # fmt: skip
    shown = [one for one in tumour(reading, "si") if one.label == "mRECIST"]
    if not why:
        assert values(filled)["response"] == ("PR" if now else "CR")
        assert shown[0].value == values(filled)["response"]
        return
    assert any(why in words for words in filled.warnings), filled.warnings
    assert filled.result is not None
    assert filled.result.missing == ("Sum of viable diameters now",)
    assert (shown[0].value, shown[0].tone) == ("–", "open")


def test_a_sum_that_is_more_than_all_that_lives_on_the_map_of_its_day_is_disputed() -> None:
    sums = (fact("viable_sum_mm", "60", "mm", 90), fact("viable_sum_mm", "80", "mm", 5))
    facts = (*sums, fact("new_lesion", "no"), fact("nontarget_state", "none"))
    for spread, viable, told in (("no", 30, False), ("no", 75, True), ("yes", 30, True)):
        lesions = (Lesion(90, viable, number=1),)
        read = Read(on_map(lesions), "the board’s reading", TODAY - dt.timedelta(days=5))
        stated = (*facts, fact("extrahepatic_spread", spread))
        filled = CaseRecord(stated, TODAY, lesions, read=read).fill("mrecist")
        assert filled.result is not None
        assert filled.result.complete is told  # a target can lie outside the liver
        assert any("shows 30 mm of living tumour: say" in w for w in filled.warnings) is not told


def test_progression_beside_the_targets_needs_no_sum() -> None:
    one_sum = fact("viable_sum_mm", "60", "mm", 5)
    for said in (fact("new_lesion", "yes"), fact("nontarget_state", "pd")):
        for facts in ((said,), (said, one_sum), (said, *SUMS)):
            found = values(of("mrecist", *facts))
            assert (found["response"], found["disease_control"]) == ("PD", False)
    assert values(of("mrecist", fact("new_lesion", "yes")))["target_response"] is None
    assert values(of("mrecist", fact("new_lesion", "yes"), *SUMS))["target_response"] == "CR"


@pytest.mark.parametrize("days", [60, None])
def test_a_new_lesion_of_before_the_newest_look_is_not_progression_now(days: int | None) -> None:
    lesions = (Lesion(30, number=1),)
    read = Read(on_map(lesions), "the board’s reading", TODAY)
    said = fact("new_lesion", "yes", days=days)
    filled = CaseRecord((said,), TODAY, lesions, read=read).fill("mrecist")
    assert filled.result is not None
    assert not filled.result.complete
    assert any("It said progression" in words for words in filled.warnings)


def test_tumour_in_a_vein_or_outside_the_liver_is_no_complete_response() -> None:
    said = (fact("new_lesion", "no", days=20), fact("nontarget_state", "none", days=20))
    assert values(of("mrecist", *SUMS, *said))["response"] == "CR"
    for key, value in (("portal_invasion", "vp3"), ("extrahepatic_spread", "yes")):
        filled = of("mrecist", *SUMS, *said, fact(key, value))
        assert values(filled)["response"] == "PR"
        assert any("counts as left, not as gone" in words for words in filled.warnings)


def test_criteria_that_were_judged_before_the_map_are_judged_anew() -> None:
    facts = (fact("transplant_candidate", "yes"), fact("liver_function", "preserved"))
    read = Read(Findings(portal="none", vein="none", spread=("none",)), "the map", TODAY)
    for days, complete in ((300, False), (0, True)):
        filled = of(
            "bclc_2022", *facts, fact("within_transplant_criteria", "yes", days=days),
            lesions=[Lesion(60), Lesion(50), Lesion(40)], ecog=0, read=read,
        )  # fmt: skip
        result = filled.result
        assert result is not None
        options = [one["option"] for one in result.values.get("options", ())]
        assert ("transplant" in options) is complete
        assert any("is older than the map" in words for words in filled.warnings) is not complete
