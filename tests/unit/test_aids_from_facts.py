"""The decision aids filled from a case's record: what is used, how old it is, what is not known."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from boardroom.clinical import AIDS
from boardroom.clinical.case_inputs import DERIVATIONS
from boardroom.clinical.facts import FACTS, FactError, check
from boardroom.clinical.from_facts import (
    FILLED,
    CaseRecord,
    Filled,
    Lesion,
    RecordedFact,
    fill,
)

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("BOARDROOM_SHARED") or ROOT.parent / "shared")
REGISTRY = SHARED / "cases" / "uci_hcc_survival.csv"
TODAY = dt.date(2026, 3, 10)


def fact(key: str, value: str, unit: str = "", days: int | None = 5) -> RecordedFact:
    """A fact that the catalogue takes, recorded so many days ago."""
    check(key, value, unit)
    taken_on = None if days is None else TODAY - dt.timedelta(days=days)
    return RecordedFact(key, value, unit, taken_on)


LABS = (
    fact("bilirubin", "34.2", "umol/L"),
    fact("albumin", "3.1", "g/dL"),
    fact("inr", "1.2"),
    fact("ascites", "mild"),
    fact("encephalopathy", "none"),
    fact("creatinine", "1.1", "mg/dL"),
    fact("sodium", "133", "mmol/L"),
    fact("dialysis", "no"),
)
TUMOUR = (fact("macrovascular_invasion", "no"), fact("extrahepatic_spread", "no"))


def of(name: str, *facts: RecordedFact, **basics: Any) -> Filled:
    lesions = tuple(basics.pop("lesions", ()))
    return CaseRecord(facts, TODAY, lesions, **basics).fill(name)


def values(filled: Filled) -> dict[str, Any]:
    assert filled.result is not None
    assert filled.result.complete, filled.result.missing
    return dict(filled.result.values)


def test_a_score_with_the_facts_it_rests_on() -> None:
    filled = of("child_pugh", *LABS)
    assert values(filled)["label"] == "B8"
    assert [s.key for s in filled.sources] == [
        "bilirubin",
        "albumin",
        "inr",
        "ascites",
        "encephalopathy",
    ]
    assert filled.sources[0].taken_on == TODAY - dt.timedelta(days=5)
    assert (filled.sources[0].value, filled.sources[0].unit) == ("34.2", "umol/L")
    assert filled.oldest_lab_days == 5
    assert filled.warnings == ()
    assert filled.result is not None
    assert filled.result.inputs["bilirubin_umol_l"] == 34.2
    assert json.loads(json.dumps(filled.as_dict())) == filled.as_dict()


def test_the_latest_dated_value_counts() -> None:
    old, new = fact("bilirubin", "90", "umol/L", 40), fact("bilirubin", "20", "umol/L", 3)
    undated = fact("bilirubin", "200", "umol/L", None)
    for facts in ((old, new, undated), (undated, new, old), (new, undated, old)):
        filled = of("albi", *facts, fact("albumin", "38", "g/L"))
        assert filled.result is not None
        assert filled.result.used["bilirubin_umol_l"] == 20
    later = fact("bilirubin", "200", "umol/L", -1)
    filled = of("albi", old, later, fact("albumin", "38", "g/L"))
    assert filled.result is not None
    assert filled.result.used["bilirubin_umol_l"] == 90
    assert any("later than" in words for words in filled.warnings)


def test_two_values_of_one_day_are_told_apart() -> None:
    filled = of("albi", fact("albumin", "38", "g/L"), fact("albumin", "28", "g/L"), LABS[0])
    assert filled.result is not None
    assert filled.result.used["albumin_g_l"] == 28
    assert "two values" in filled.warnings[0]
    same = of("albi", fact("albumin", "38", "g/L"), fact("albumin", "38", "g/L"), LABS[0])
    assert same.warnings == ()


def test_what_is_measured_on_the_liver_is_no_lab() -> None:
    """The age of the blood values is that of the blood values."""
    stiff = fact("stiffness", "31", "kPa", 60)
    filled = of("csph", *LABS, stiff, fact("platelets", "90", "10^9/L", 5))
    assert "stiffness" in [s.key for s in filled.sources]
    assert filled.oldest_lab_days == 5
    assert not any("days apart" in words for words in filled.warnings)


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


@pytest.mark.parametrize(("days", "said"), [(30, False), (31, True)])
def test_labs_far_apart_are_said(days: int, said: bool) -> None:
    filled = of(
        "albi", fact("bilirubin", "20", "umol/L", 4), fact("albumin", "38", "g/L", 4 + days)
    )
    assert filled.oldest_lab_days == 4 + days
    assert any("days apart" in words for words in filled.warnings) is said


def test_an_undated_lab_is_said() -> None:
    filled = of("albi", LABS[0], fact("albumin", "38", "g/L", None))
    assert filled.warnings == ("Albumin has no date.",)
    assert filled.oldest_lab_days == 5


def test_what_is_not_recorded_is_missing() -> None:
    for name, filled in fill(CaseRecord((), TODAY)).items():
        assert filled.result is not None
        assert not filled.result.complete, name
        assert filled.sources == ()
        assert filled.oldest_lab_days is None
    filled = of("child_pugh", *LABS[:2])
    assert filled.result is not None
    assert filled.result.missing == ("Ascites", "INR or prothrombin time", "Encephalopathy")


def test_an_anticoagulant_is_flagged_on_child_pugh_and_meld() -> None:
    facts = (*LABS, fact("anticoagulated", "yes"))
    for name in ("child_pugh", "meld", "meld_na", "meld3"):
        result = of(name, *facts, sex="female").result
        assert result is not None
        assert result.complete
        assert any("anticoagulant" in words for words in result.warnings)


def test_every_unit_of_the_catalogue_can_be_used_but_dcp() -> None:
    for unit, value in (("umol/L", "34.2"), ("mg/dL", "2")):
        filled = of("albi", fact("bilirubin", value, unit), LABS[1])
        assert filled.result is not None
        assert filled.result.used["bilirubin_umol_l"] == 34.2
    galad = of(
        "galad",
        fact("afp", "20", "IU/mL"),
        fact("afp_l3", "10", "%"),
        fact("dcp", "40", "mAU/mL"),
        sex="male",
        age_years=60,
    )
    assert galad.result is not None
    assert galad.result.missing == ("DCP (PIVKA-II)",)
    assert "mAU/mL" in galad.warnings[0]


def test_a_value_that_is_refused_leaves_the_others_alone() -> None:
    wrong = RecordedFact("albumin", "400", "g/L", TODAY)
    record = CaseRecord((*LABS, wrong), TODAY)
    assert record.fill("albi").result is None
    assert "not possible" in record.fill("albi").refused
    assert values(record.fill("meld"))["meld"]


def test_liver_function_is_a_fact_of_its_own() -> None:
    given = {"ecog": 0, "lesions": [Lesion(25)]}
    facts = (*LABS, *TUMOUR, fact("transplant_candidate", "no"))
    unasked = of("bclc_2022", *facts, **given).result
    assert unasked is not None
    assert unasked.missing == ("Liver function as the board judges it",)
    asked = of("bclc_2022", *facts, fact("liver_function", "preserved"), **given)
    assert values(asked)["stage"] == "A"


# ---- The tumour ---------------------------------------------------------------------------------


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
        ([fact("nodule_count", "3")], [Lesion(30)], "3 nodules are counted and 1 lesions"),
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


def test_invasion_by_the_vein_that_is_named() -> None:
    vein = fact("portal_invasion", "vp3")
    spread = fact("extrahepatic_spread", "no")
    assert values(of("milan", spread, vein, lesions=[Lesion(20)]))["within"] is False
    free = (fact("portal_invasion", "none"), fact("hepatic_vein_invasion", "none"))
    assert values(of("milan", spread, *free, lesions=[Lesion(20)]))["within"] is True
    half = of("milan", spread, free[0], lesions=[Lesion(20)]).result
    assert half is not None
    assert half.missing == ("Tumour in a portal or hepatic vein",)
    torn = of("milan", *TUMOUR, vein, lesions=[Lesion(20)])
    assert "denied" in torn.warnings[0]


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


# ---- Aids that rest on others -------------------------------------------------------------------


def test_risk_of_resection_rests_on_meld_and_portal_hypertension() -> None:
    facts = (*LABS, fact("major_resection", "yes"))
    name = "resection_decompensation_risk"
    measured = of(name, *facts, fact("hvpg", "12", "mmHg"))
    assert values(measured)["risk"] == "high"
    assert {"creatinine", "hvpg"} <= {source.key for source in measured.sources}
    stated = of(name, *LABS[4:], *LABS[:3], fact("portal_hypertension", "no"), facts[-1])
    assert values(stated)["risk"] == "intermediate"
    lacking = of(name, fact("portal_hypertension", "no"), facts[-1])
    assert lacking.result is not None
    assert lacking.result.missing == ("MELD",)
    assert "MELD lacks" in lacking.warnings[0]


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


def test_remnant_and_makuuchi_from_the_record() -> None:
    facts = (
        fact("flr_ml", "500", "ml"),
        fact("height", "1.8", "m"),
        fact("weight", "80", "kg"),
        fact("liver_quality", "steatosis"),
    )
    assert values(of("flr", *facts))["minimum_percent"] == 30
    ascites = fact("ascites", "moderate_severe")
    assert values(of("makuuchi", LABS[0], ascites))["largest_resection"] == "no_resection"


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
    assert any("first sum recorded, of 2025-08-22" in words for words in filled.warnings)


def test_a_case_cannot_fill_what_no_case_records() -> None:
    with pytest.raises(KeyError):
        CaseRecord((), TODAY).fill("lirads_2018")
    assert set(FILLED) < set(AIDS)


def test_each_fact_that_an_aid_names_is_in_the_catalogue() -> None:
    for aid in AIDS.values():
        for one in aid.inputs:
            if one.fact:
                assert one.fact in FACTS
                derived = {one.name, f"{aid.name}.{one.name}"} & DERIVATIONS.keys()
                same = FACTS[one.fact].kind == one.kind
                assert derived or same or one.kind == "list", f"{aid.name}: {one.name}"
                if FACTS[one.fact].kind == "choice" and one.kind == "choice" and not derived:
                    for key, _ in FACTS[one.fact].choices:
                        one.read(one.entry, key)
    for name in DERIVATIONS:
        aid_name, _, input_name = name.rpartition(".")
        aids = [AIDS[aid_name]] if aid_name else AIDS.values()
        assert any(input_name == one.name for aid in aids for one in aid.inputs), name


# ---- A registry ---------------------------------------------------------------------------------


def registry() -> Iterator[CaseRecord]:
    """Each row of the table as the facts that its mapping makes of it."""
    mapping = tomllib.loads((ROOT / "config" / "mappings" / "uci_hcc.toml").read_text("utf-8"))
    with REGISTRY.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            facts = []
            for column in mapping["columns"]:
                kind, _, key = column["to"].partition(".")
                raw = row[column["column"]]
                if kind != "fact" or not raw or "units" in column:
                    continue
                value = column.get("values", {}).get(raw, raw)
                try:
                    check(key, value, column.get("unit", ""))
                except FactError:
                    continue
                facts.append(RecordedFact(key, value, column.get("unit", "")))
            yield CaseRecord(facts, TODAY)


@pytest.mark.skipif(not REGISTRY.exists(), reason=f"no registry at {REGISTRY}")
def test_a_registry_of_165_patients() -> None:
    classes: Counter[str] = Counter()
    grades: Counter[str] = Counter()
    rows = 0
    for record in registry():
        rows += 1
        for name, key, counted in (
            ("child_pugh", "class", classes),
            ("albi", "malbi_grade", grades),
        ):
            result = record.fill(name).result
            assert result is not None
            if result.complete:
                counted[result.values[key]] += 1
    assert rows == 165
    assert classes == {"A": 74, "B": 55, "C": 26}
    assert grades == {"1": 37, "2a": 24, "2b": 60, "3": 37}


def test_charlson_counts_what_is_ticked_once_the_list_is_complete() -> None:
    ticked = {"cci_dementia": "yes", "cci_moderate_severe_liver_disease": "yes",
              "cci_solid_tumor_non_metastatic": "yes"}  # fmt: skip
    facts = [RecordedFact(key, value) for key, value in ticked.items()]
    begun = CaseRecord(facts, TODAY, age_years=72).fill("charlson")
    assert begun.result is not None
    assert begun.result.missing == ("Conditions (an empty list says that there are none)",)
    complete = RecordedFact("cci_complete", "yes")
    found = CaseRecord([*facts, complete], TODAY, age_years=72).fill("charlson")
    assert found.result is not None
    assert found.result.values["total"] == 1 + 3 + 2 + 3
    assert found.result.values["total_without_liver_and_tumor"] == 1 + 3
    other = RecordedFact("cci_other_tumour", "yes")
    found = CaseRecord([*facts, complete, other], TODAY, age_years=72).fill("charlson")
    assert found.result is not None
    assert found.result.values["total_without_liver_and_tumor"] == 1 + 2 + 3
    none = CaseRecord([complete], TODAY, age_years=45).fill("charlson")
    assert none.result is not None
    assert none.result.values["total"] == 0
