"""The decision aids filled from a case's record: what is used, how old it is, what is not known."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from boardroom.clinical import AIDS
from boardroom.clinical.case_inputs import DERIVATIONS
from boardroom.clinical.facts import FACTS
from boardroom.clinical.from_facts import FILLED, CaseRecord, Lesion, RecordedFact, fill
from tests.unit.aid_samples import LABS, TODAY, TUMOUR, fact, of, values


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


@pytest.mark.parametrize(("days", "said"), [(30, False), (31, True)])
def test_labs_far_apart_are_said(days: int, said: bool) -> None:
    filled = of(
        "albi", fact("bilirubin", "20", "umol/L", 4), fact("albumin", "38", "g/L", 4 + days)
    )
    assert filled.oldest_lab_days == 4 + days
    assert any("days apart" in words for words in filled.warnings) is said


@pytest.mark.parametrize(
    ("days", "counts"), [(5, True), (12, True), (0, True), (13, False), (365, False), (None, False)]
)
def test_dialysis_is_that_of_the_week_of_the_creatinine(days: int | None, counts: bool) -> None:
    labs = [one for one in LABS if one.key != "dialysis"]  # of 5 days ago
    for name in ("meld", "meld_na", "meld3"):
        filled = of(name, *labs, fact("dialysis", "no", days=days), sex="female")
        assert filled.result is not None
        assert filled.result.complete is counts
        if not counts:
            label = "Dialysis twice in the past week, or 24 h of CVVHD"
            assert filled.result.missing == (label,)
            (said,) = (words for words in filled.warnings if "Dialysis" in words)
            assert said.endswith("not within 7 days of the creatinine of 5 Mar 2026: not used.")


@pytest.mark.parametrize(
    ("answer", "written", "counts", "said"),
    [
        ("no", 5, True, ""),
        ("no", 0, True, ""),
        ("no", 12, True, ""),
        ("no", 13, False, "of 25 Feb 2026, not within 7 days of the creatinine of 5 Mar 2026"),
        ("no", -8, True, "of 18 Mar 2026, the day of the answer, is taken for the creatinine"),
        ("no", -26, False, "of 5 Apr 2026, not within 7 days"),
        ("yes", -2, True, ""),
        ("yes", -8, False, "of 18 Mar 2026, not within 7 days"),
        ("no", None, False, "without a date, not within 7 days"),
    ],
)
def test_an_answer_about_dialysis_without_a_date_is_of_the_day_on_which_it_was_written(
    answer: str, written: int | None, counts: bool, said: str
) -> None:
    labs = [one for one in LABS if one.key != "dialysis"]  # of 5 Mar, 5 days before TODAY
    day = None if written is None else TODAY - dt.timedelta(days=written)
    asked_on = TODAY + dt.timedelta(days=40)
    facts = [*labs, RecordedFact("dialysis", answer, written_on=day)]
    filled = CaseRecord(facts, asked_on, sex="female").fill("meld3")
    assert filled.result is not None
    assert filled.result.complete is counts
    about = [words for words in filled.warnings if "ialysis" in words]
    assert (said in about[0]) if said else about == []
    if counts:
        (source,) = (one for one in filled.sources if one.key == "dialysis")
        assert source.taken_on == day
        assert source.label.endswith("(day of the answer)")


def test_only_what_the_catalogue_says_is_of_the_day_of_writing() -> None:
    undated = RecordedFact("cirrhosis", "yes", written_on=TODAY)
    found = CaseRecord([undated], TODAY).fact("cirrhosis")
    assert found is not None
    assert found.taken_on is None


@pytest.mark.parametrize("key", ["ascites", "encephalopathy"])
@pytest.mark.parametrize(("days", "said"), [(35, False), (36, True)])
def test_what_was_seen_long_before_the_labs_is_used_and_said(
    key: str, days: int, said: bool
) -> None:
    labs = [one for one in LABS if one.key != key]  # of 5 days ago
    filled = of("child_pugh", *labs, fact(key, "none", days=days))
    assert values(filled)["class"] in "AB"
    label = key.capitalize()
    words = (f"{label} is of 2 Feb 2026, 31 days before the labs.",)
    assert filled.warnings == (words if said else ())


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


@pytest.mark.parametrize(("limits", "label"), [("japan", "B9"), ("france", "B8"), ("", "")])
def test_a_prothrombin_activity_is_judged_by_the_limits_that_the_board_names(
    limits: str, label: str
) -> None:
    activity = fact("pt_percent", "60", "%")
    facts = [one for one in LABS if one.key != "inr"]
    filled = CaseRecord([*facts, activity], TODAY, prothrombin_limits=limits).fill("child_pugh")
    assert filled.result is not None
    assert filled.result.values.get("label", "") == label
    missing = (
        "Limits for the prothrombin activity (Japan or France), which the board’s definition does "
        "not name"
    )
    assert filled.result.missing == (() if limits else (missing,))
    with_inr = CaseRecord([*LABS, activity], TODAY, prothrombin_limits=limits).fill("child_pugh")
    assert values(with_inr)["label"] == "B8"
    assert with_inr.result is not None
    assert "pt_percent_variant" not in with_inr.result.inputs


def test_liver_function_is_a_fact_of_its_own() -> None:
    given = {"ecog": 0, "lesions": [Lesion(25)]}
    facts = (*LABS, *TUMOUR, fact("transplant_candidate", "no"))
    unasked = of("bclc_2022", *facts, **given).result
    assert unasked is not None
    assert unasked.missing == ("Liver function as the board judges it",)
    asked = of("bclc_2022", *facts, fact("liver_function", "preserved"), **given)
    assert values(asked)["stage"] == "A"


def test_risk_of_resection_rests_on_meld_and_portal_hypertension() -> None:
    facts = (*LABS, fact("major_resection", "yes"))
    name = "resection_decompensation_risk"
    measured = of(name, *facts, fact("hvpg", "12", "mmHg"))
    assert values(measured)["risk"] == "high"
    assert {"creatinine", "hvpg"} <= {source.key for source in measured.sources}
    stated = of(name, *LABS[4:], *LABS[:3], fact("portal_hypertension", "no"), facts[-1])
    assert values(stated)["risk"] == "intermediate"
    minor = fact("major_resection", "no")
    lacking = of(name, fact("portal_hypertension", "no"), minor)
    assert lacking.result is not None
    assert lacking.result.missing == ("MELD",)
    assert "MELD lacks" in lacking.warnings[0]
    # Where MELD changes nothing it is not waited for
    assert values(of(name, fact("portal_hypertension", "yes"), facts[-1]))["risk"] == "high"
    assert values(of(name, fact("portal_hypertension", "yes"), minor))["risk"] == "intermediate"
    assert values(of(name, fact("portal_hypertension", "no"), facts[-1]))["risk"] == "intermediate"
    unanswered = of(name, fact("portal_hypertension", "yes"))
    assert unanswered.result is not None
    assert unanswered.result.missing == ("Resection of three segments or more",)


def test_remnant_and_makuuchi_from_the_record() -> None:
    facts = (
        fact("flr_ml", "500", "ml"),
        fact("height", "1.8", "m"),
        fact("weight", "80", "kg"),
        fact("liver_quality", "steatosis"),
    )
    assert values(of("flr", *facts))["minimum_percent"] == 30
    unsaid = of("flr", *facts[:3], fact("cirrhosis", "yes"))
    assert values(unsaid)["minimum_percent"] == 40
    assert unsaid.warnings == (
        "The minimum is that of a cirrhotic liver, by “Cirrhosis: Yes” of 5 Mar 2026.",
    )
    no = of("flr", *facts[:3], fact("cirrhosis", "no")).result
    assert no is not None
    assert no.missing == ("Quality of the liver",)
    ascites = fact("ascites", "moderate_severe")
    assert values(of("makuuchi", LABS[0], ascites))["largest_resection"] == "no_resection"


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
