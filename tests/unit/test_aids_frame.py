"""What every decision aid does alike: units, refusals, what is missing, and what a result keeps."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boardroom.clinical import AIDS, Aid, ImpossibleValue, UnknownInput
from boardroom.clinical.aid import METADATA, NOTE
from boardroom.clinical.inputs import half_up, nine, whole

SAMPLES: dict[str, dict[str, Any]] = {
    "child_pugh": {
        "bilirubin_mg_dl": 2,
        "albumin_g_dl": 3,
        "inr": 1.2,
        "ascites": "mild",
        "encephalopathy_grade": 0,
    },
    "albi": {"bilirubin_umol_l": 20, "albumin_g_l": 38},
    "meld": {
        "bilirubin_mg_dl": 2,
        "inr": 1.2,
        "creatinine_mg_dl": 1.1,
        "dialysis_twice_in_week": False,
    },
    "csph": {"stiffness_kpa": 20, "platelets_10e9_l": 90, "splenomegaly": True},
    "ecog": {"ecog": 1},
    "asa": {"asa": "3"},
    "charlson": {"conditions": ["dementia"], "age_years": 70},
    "bclc_2022": {
        "tumor_diameters_cm": [4, 4],
        "macrovascular_invasion": False,
        "extrahepatic_spread": False,
        "ecog": 0,
        "liver_function": "preserved",
        "transplant_candidate": False,
    },
    "tnm_ajcc8": {
        "tumor_count": 1,
        "largest_tumor_diameter_cm": 3,
        "vascular_invasion": False,
        "major_portal_or_hepatic_vein_branch": False,
        "adjacent_organ_invasion_not_gallbladder": False,
        "visceral_peritoneum_perforation": False,
        "n_category": "N0",
        "m_category": "M0",
    },
    "clip": {
        "child_pugh_class": "A",
        "tumor_morphology": "uninodular_le50",
        "afp_ng_ml": 20,
        "portal_vein_thrombosis": False,
    },
    "okuda": {
        "tumor_percent_of_liver": 20,
        "ascites": False,
        "albumin_g_dl": 3.5,
        "bilirubin_mg_dl": 1,
    },
    "milan": {
        "tumor_diameters_cm": [4],
        "macrovascular_invasion": False,
        "extrahepatic_spread": False,
    },
    "afp_model": {"largest_tumor_diameter_cm": 4, "tumor_count": 1, "afp_ng_ml": 20},
    "flr": {"flr_volume_ml": 500, "bsa_m2": 1.8, "liver": "normal"},
    "resection_decompensation_risk": {
        "portal_hypertension": False,
        "major_resection_3_or_more_segments": True,
        "meld": 8,
    },
    "makuuchi": {"ascites": "none", "bilirubin_mg_dl": 0.8, "icg_r15_percent": 12},
    "lirads_2018_table": {
        "size_mm": 15,
        "nonrim_aphe": True,
        "nonperipheral_washout": True,
        "enhancing_capsule": False,
        "threshold_growth": False,
    },
    "mrecist": {
        "baseline_sum_viable_mm": 50,
        "nadir_sum_viable_mm": 40,
        "current_sum_viable_mm": 42,
        "new_lesion": False,
        "nontarget_state": "none",
    },
    "galad": {
        "sex": "male",
        "age_years": 60,
        "afp_l3_percent": 10,
        "afp_ng_ml": 20,
        "dcp_ng_ml": 3,
    },
}
SAMPLES["meld_na"] = SAMPLES["meld"] | {"sodium_mmol_l": 131}
SAMPLES["meld3"] = SAMPLES["meld_na"] | {"albumin_g_dl": 3, "sex": "female"}
SAMPLES["ucsf"] = SAMPLES["up_to_seven"] = SAMPLES["milan"]
SAMPLES["lirads_2018"] = SAMPLES["lirads_2018_table"] | {"at_risk_population": True}

each_aid = pytest.mark.parametrize("aid", AIDS.values(), ids=AIDS)


def test_the_registry_cannot_be_changed() -> None:
    assert set(SAMPLES) == set(AIDS)
    with pytest.raises(TypeError):
        AIDS["horoscope"] = AIDS["albi"]  # type: ignore[index]
    assert "ehbh" not in " ".join(AIDS)


@each_aid
def test_a_result_keeps_everything_it_was_taken_on(aid: Aid) -> None:
    given = SAMPLES[aid.name]
    result = aid(**given)
    assert result
    assert result.complete
    found = result.as_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found.keys() >= METADATA
    assert found.keys() - METADATA == result.values.keys() != set()
    assert found["inputs"] == given
    assert found["name"] == aid.name
    assert found["note"] == NOTE == "Decision aid; the tumour board decides."
    assert found["headline"]
    assert found["version"]
    assert "doi:10." in found["citation"] or "no DOI" in found["citation"]
    assert found["missing"] == []
    found["inputs"].clear()
    assert result.as_dict()["inputs"] == given


@each_aid
def test_each_aid_describes_itself_for_a_form(aid: Aid) -> None:
    described = list(aid.describe())
    names = [name for name, *_ in described]
    assert len(set(names)) == len(names)
    assert set(SAMPLES[aid.name]) <= set(names)
    for name, label, kind, unit, _ in described:
        assert label
        assert kind in ("number", "choice", "yesno", "list")
        assert unit != "no unit"
        one = aid.entries[name]
        assert (kind == "choice") <= bool(one.choices)
        for key, words in one.choices if kind != "yesno" else ():
            read, _ = one.read(name, [key] if kind == "list" else key)
            assert read in (key, (key,))
            assert words


@each_aid
def test_what_is_missing_is_listed_and_there_is_no_score(aid: Aid) -> None:
    nothing = aid()
    assert not nothing
    assert not nothing.values
    assert nothing.headline == ""
    labels = {one.label for one in aid.inputs}
    for name in SAMPLES[aid.name]:
        one = aid.entries[name]
        if one.required:
            assert one.label in nothing.missing
            less = aid(**{k: v for k, v in SAMPLES[aid.name].items() if k != name})
            assert less.missing == (one.label,)
            assert aid(**SAMPLES[aid.name] | {name: None}).missing == (one.label,)
    assert nothing.missing
    assert json.loads(json.dumps(nothing.as_dict())) == nothing.as_dict()
    assert nothing.as_dict()["complete"] is False
    assert len(labels) == len(set(labels))


def test_missing_alternatives_are_one_line() -> None:
    assert AIDS["child_pugh"]().missing == (
        "Total bilirubin",
        "Albumin",
        "Ascites",
        "INR or prothrombin time",
        "Encephalopathy",
    )
    sample = {k: v for k, v in SAMPLES["child_pugh"].items() if k != "inr"}
    assert "Japan or France" in AIDS["child_pugh"](**sample, pt_percent=60).missing[0]
    sums = {k: v for k, v in SAMPLES["mrecist"].items() if k != "nontarget_state"}
    assert "non-target" in AIDS["mrecist"](**sums).missing[0]


# ---- Refusals -----------------------------------------------------------------------------------

NO_NUMBERS = (True, False, "2", "", math.nan, math.inf, -math.inf, Decimal("sNaN"), [1], {}, 1j)


@each_aid
@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_what_is_no_number_is_refused(aid: Aid, value: Any) -> None:
    for name, one in aid.entries.items():
        if one.kind == "number":
            with pytest.raises(ImpossibleValue, match="has to be a number") as caught:
                aid(**{name: value})
            assert caught.value.input == name
            assert one.label in caught.value.reason
        elif one.kind == "list" and not one.choices:
            with pytest.raises(ImpossibleValue):
                aid(**{name: [value]})


@each_aid
def test_yes_and_choice_and_list_take_nothing_else(aid: Aid) -> None:
    wrong = {
        "yesno": ("yes", 1, 0, [], "true"),
        "choice": ("?", True, 1.5, [], ""),
        "list": (1, ""),
    }
    for name, one in aid.entries.items():
        for value in wrong.get(one.kind, (10**5000, -1, 1e300)):
            with pytest.raises(ImpossibleValue):
                aid(**{name: value})


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnknownInput, match="bilirubin_umol_l, bilirubin_mg_dl, albumin_g_l"):
        AIDS["albi"](bilirubin=20)
    assert issubclass(UnknownInput, ImpossibleValue)
    assert issubclass(ImpossibleValue, ValueError)


@each_aid
def test_one_lab_in_two_units_is_refused(aid: Aid) -> None:
    for one in aid.inputs:
        for (name, _), (other, _) in zip(one.entries, one.entries[1:], strict=False):
            with pytest.raises(ImpossibleValue, match="given twice") as caught:
                aid(**{name: 1, other: 1})
            assert name in caught.value.reason


@pytest.mark.parametrize(
    ("aid", "inputs"),
    [
        ("albi", {"bilirubin_umol_l": 0, "albumin_g_l": 40}),
        ("albi", {"bilirubin_umol_l": -5, "albumin_g_l": 40}),
        ("albi", {"bilirubin_umol_l": 20, "albumin_g_l": 0}),
        ("albi", {"bilirubin_umol_l": 20, "albumin_g_dl": 40}),  # g/L meant
        ("meld", SAMPLES["meld"] | {"inr": 0}),
        ("meld", SAMPLES["meld"] | {"creatinine_mg_dl": 0}),
        ("meld_na", SAMPLES["meld_na"] | {"sodium_mmol_l": 14}),
        ("milan", SAMPLES["milan"] | {"tumor_diameters_cm": []}),
        ("milan", SAMPLES["milan"] | {"tumor_diameters_cm": [2, 0]}),
        ("charlson", {"conditions": ["plague"], "age_years": 60}),
        ("charlson", {"conditions": [], "age_years": -1}),
        ("afp_model", SAMPLES["afp_model"] | {"tumor_count": 1.5}),
        ("mrecist", SAMPLES["mrecist"] | {"current_sum_viable_mm": -1}),
        ("okuda", SAMPLES["okuda"] | {"tumor_percent_of_liver": 101}),
    ],
)
def test_impossible_values_are_refused(aid: str, inputs: dict[str, Any]) -> None:
    with pytest.raises(ImpossibleValue):
        AIDS[aid](**inputs)


@pytest.mark.parametrize(
    ("aid", "changes"),
    [
        ("albi", {"albumin_g_l": 4}),  # g/dL meant
        ("albi", {"bilirubin_umol_l": 1.2}),  # mg/dL meant
        ("meld", {"inr": 16}),
    ],
)
def test_improbable_values_are_warned_about(aid: str, changes: dict[str, float]) -> None:
    result = AIDS[aid](**SAMPLES[aid] | changes)
    assert result.complete
    assert "Check value and unit" in result.warnings[0]
    assert not AIDS[aid](**SAMPLES[aid]).warnings


# ---- Units --------------------------------------------------------------------------------------

PAIRS = [
    (aid.name, first, second)
    for aid in AIDS.values()
    for one in aid.inputs
    if one.required and one.kind == "number" and (first := one.entry) in SAMPLES[aid.name]
    for second, _ in one.entries[1:]
]


@pytest.mark.parametrize(("name", "first", "second"), PAIRS)
@given(st.integers(5, 400))
@settings(max_examples=15, deadline=None)
def test_both_units_give_the_same_result(name: str, first: str, second: str, part: int) -> None:
    aid, sample = AIDS[name], dict(SAMPLES[name])
    one = aid.entries[first]
    value = Decimal(str(sample.pop(first))) * part / 100
    value = value.quantize(Decimal("0.01"))
    if one.whole:
        return
    other = value * one.unit.factor / dict(one.entries)[second].factor
    try:
        result = aid(**sample, **{first: value})
    except ImpossibleValue:
        with pytest.raises(ImpossibleValue):
            aid(**sample, **{second: other})
        return
    again = aid(**sample, **{second: other})
    assert again.values == result.values
    assert again.used == result.used
    assert again.clamped == result.clamped


def test_a_converted_limit_is_met_exactly() -> None:
    assert (
        AIDS["child_pugh"](
            **{k: v for k, v in SAMPLES["child_pugh"].items() if k != "bilirubin_mg_dl"},
            bilirubin_umol_l=34.2,
        ).used["bilirubin_mg_dl"]
        == 2.0
    )
    assert (
        AIDS["afp_model"](largest_tumor_diameter_mm=30, tumor_count=1, afp_ng_ml=100).values[
            "points"
        ]
        == 0
    )


# ---- Properties ---------------------------------------------------------------------------------


def badness(aid: str, **given: Any) -> float:
    values = AIDS[aid](**given).values
    return float(
        next(values[k] for k in ("points", "score", "meld", "meld_na", "raw") if k in values)
    )


number = st.floats(0.3, 40)


@given(number, number, st.sampled_from(["child_pugh", "albi", "meld", "meld_na"]))
@settings(deadline=None)
def test_worse_bilirubin_never_lowers_a_score(one: float, two: float, aid: str) -> None:
    sample = {k: v for k, v in SAMPLES[aid].items() if not k.startswith("bilirubin")}
    low, high = sorted((one, two))
    assert badness(aid, **sample, bilirubin_mg_dl=low) <= badness(
        aid, **sample, bilirubin_mg_dl=high
    )


@given(number, number)
@settings(deadline=None)
def test_worse_bilirubin_never_lowers_meld3(one: float, two: float) -> None:
    sample = {k: v for k, v in SAMPLES["meld3"].items() if k != "bilirubin_mg_dl"}
    low, high = sorted((one, two))
    scores = [AIDS["meld3"](**sample, bilirubin_mg_dl=x).values["meld3"] for x in (low, high)]
    assert scores[0] <= scores[1]


@given(st.floats(0.8, 8), st.floats(0.8, 8), st.floats(1, 5), st.floats(1, 5))
@settings(deadline=None)
def test_worse_inr_and_albumin_never_lower_child_pugh(
    inr: float, more: float, albumin: float, less: float
) -> None:
    sample = {"bilirubin_mg_dl": 1, "ascites": "none", "encephalopathy_grade": 0}
    inr, more = sorted((inr, more))
    less, albumin = sorted((albumin, less))
    better = badness("child_pugh", **sample, inr=inr, albumin_g_dl=albumin)
    assert better <= badness("child_pugh", **sample, inr=more, albumin_g_dl=less)
    assert 5 <= better <= 15


@given(
    st.floats(0.1, 60), st.floats(0.4, 20), st.floats(0.2, 30), st.floats(95, 180), st.booleans()
)
@settings(deadline=None)
def test_clamping_twice_is_clamping_once(
    bilirubin: float, inr: float, creatinine: float, sodium: float, dialysis: bool
) -> None:
    given = {
        "bilirubin_mg_dl": bilirubin,
        "inr": inr,
        "creatinine_mg_dl": creatinine,
        "sodium_mmol_l": sodium,
        "dialysis_twice_in_week": dialysis,
    }
    once = AIDS["meld_na"](**given)
    again = AIDS["meld_na"](**once.used)
    assert again.values == once.values
    assert again.used == once.used
    assert not again.clamped
    assert 6 <= once.values["meld_na"] <= 40


@given(st.lists(st.floats(0.5, 12), min_size=1, max_size=6))
@settings(deadline=None)
def test_what_milan_takes_in_up_to_seven_takes_in(sizes: list[float]) -> None:
    def within(aid: str, diameters: list[float]) -> bool:
        return bool(AIDS[aid](**SAMPLES[aid] | {"tumor_diameters_cm": diameters}).values["within"])

    if within("milan", sizes):
        assert within("up_to_seven", sizes)
    for aid in ("milan", "ucsf", "up_to_seven"):
        assert within(aid, sizes) or not within(aid, [*sizes, 1.0])
        assert within(aid, sizes) == within(aid, sizes[::-1])


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=True),
    st.text(max_size=5),
    st.lists(st.one_of(st.floats(), st.text(max_size=3)), max_size=3),
)


@given(st.sampled_from(sorted(AIDS)), st.data())
@settings(max_examples=400, deadline=None)
def test_whatever_is_given_is_answered_or_refused(name: str, data: st.DataObject) -> None:
    aid = AIDS[name]
    given = dict(SAMPLES[name])
    for entry in data.draw(st.lists(st.sampled_from(sorted(aid.entries)), max_size=3)):
        given[entry] = data.draw(anything)
    try:
        found = aid(**given).as_dict()
    except ImpossibleValue:
        return
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@given(st.sampled_from(sorted(AIDS)), st.data())
@settings(max_examples=400, deadline=None)
def test_whatever_number_is_given_is_answered_or_refused(name: str, data: st.DataObject) -> None:
    aid = AIDS[name]
    given = dict(SAMPLES[name])
    numbers = [n for n in given if aid.entries[n].kind == "number"]
    for entry in numbers:
        given[entry] = data.draw(st.floats(0, 500, exclude_min=True))
    try:
        result = aid(**given)
    except ImpossibleValue:
        return
    assert result.complete


def test_rounding_is_half_up() -> None:
    assert [whole(x) for x in (0.5, 1.5, 2.5, 24.499999999999)] == [1, 2, 3, 25]
    assert half_up(2.675, 2) == 2.68
    assert half_up(-2.5) == -3
    assert nine(0.1 + 0.2) == 0.3
