"""Child-Pugh, ALBI and MELD: the published formulas by hand, and every limit from both sides."""

from __future__ import annotations

import math
from typing import Any

import pytest

from boardroom.clinical import ImpossibleValue
from boardroom.clinical.aid import Result
from boardroom.clinical.liver_function import albi, child_pugh
from boardroom.clinical.meld import meld, meld3, meld_na

WELL = {
    "bilirubin_mg_dl": 1.0,
    "albumin_g_dl": 4.0,
    "inr": 1.0,
    "ascites": "none",
    "encephalopathy_grade": 0,
}


def cp(without: str = "", **changes: Any) -> Result:
    return child_pugh(**{k: v for k, v in (WELL | changes).items() if k not in without.split()})


# ---- Child-Pugh ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "item", "points"),
    [
        ("bilirubin_mg_dl", "bilirubin", {1.99: 1, 2.0: 2, 3.0: 2, 3.01: 3}),
        ("albumin_g_dl", "albumin", {3.51: 1, 3.5: 2, 2.8: 2, 2.79: 3}),
        ("inr", "coagulation", {1.69: 1, 1.7: 2, 2.2: 2, 2.3: 2, 2.31: 3}),
        ("ascites", "ascites", {"none": 1, "mild": 2, "controlled": 2, "moderate-severe": 3}),
        ("ascites", "ascites", {"slight": 2, "refractory": 3, "Moderate": 3, "severe": 3}),
        ("encephalopathy_grade", "encephalopathy", {0: 1, 1: 2, 2: 2, 3: 3, 4: 3}),
    ],
)
def test_points_at_each_limit(name: str, item: str, points: dict[Any, int]) -> None:
    for value, expected in points.items():
        assert cp(**{name: value}).values["components"][item] == expected, value


@pytest.mark.parametrize(
    ("inputs", "points"),
    [
        ({"bilirubin_umol_l": 34.19}, 1),
        ({"bilirubin_umol_l": 34.2}, 2),  # exactly 2.0 mg/dL
        ({"bilirubin_umol_l": 51.3}, 2),  # exactly 3.0 mg/dL
        ({"bilirubin_umol_l": 51.31}, 3),
        ({"bilirubin_umol_l": 68.39, "cholestatic": True}, 1),
        ({"bilirubin_umol_l": 68.4, "cholestatic": True}, 2),
        ({"bilirubin_umol_l": 171, "cholestatic": True}, 2),
        ({"bilirubin_umol_l": 171.1, "cholestatic": True}, 3),
        ({"bilirubin_umol_l": 171, "cholestatic": False}, 3),
    ],
)
def test_bilirubin_in_si_units_meets_the_printed_limits(inputs: Any, points: int) -> None:
    assert cp("bilirubin_mg_dl", **inputs).values["components"]["bilirubin"] == points


@pytest.mark.parametrize(
    ("inputs", "points"),
    [
        ({"pt_seconds_prolonged": 3.9}, 1),
        ({"pt_seconds_prolonged": 4}, 2),
        ({"pt_seconds_prolonged": 6}, 2),
        ({"pt_seconds_prolonged": 6.1}, 3),
        ({"pt_percent": 71, "pt_percent_variant": "japan"}, 1),
        ({"pt_percent": 70, "pt_percent_variant": "japan"}, 2),
        ({"pt_percent": 40, "pt_percent_variant": "japan"}, 2),
        ({"pt_percent": 39.9, "pt_percent_variant": "japan"}, 3),
        ({"pt_percent": 51, "pt_percent_variant": "france"}, 1),
        ({"pt_percent": 50, "pt_percent_variant": "france"}, 2),
        ({"pt_percent": 40, "pt_percent_variant": "france"}, 2),
        ({"pt_percent": 39, "pt_percent_variant": "france"}, 3),
    ],
)
def test_prothrombin_time_instead_of_inr(inputs: Any, points: int) -> None:
    result = cp("inr", **inputs)
    assert result.values["components"]["coagulation"] == points
    assert "prothrombin" in result.convention


def test_inr_counts_where_prothrombin_time_is_given_too_and_it_is_said() -> None:
    result = cp(inr=1.0, pt_seconds_prolonged=9)
    assert result.values["components"]["coagulation"] == 1
    assert "only one counts: the INR" in result.warnings[0]


def test_classes_and_label() -> None:
    for changes, label in (
        ({}, "A5"),
        ({"ascites": "mild"}, "A6"),
        ({"ascites": "mild", "albumin_g_dl": 3.0}, "B7"),
        ({"ascites": "moderate_severe", "albumin_g_dl": 2.5}, "B9"),
        ({"ascites": "moderate_severe", "albumin_g_dl": 2.5, "inr": 2.0}, "C10"),
    ):
        result = cp(**changes)
        assert (result.values["label"], result.headline) == (label, label)
        assert result.values["class"] == label[0]


def test_encephalopathy_in_words_and_as_a_grade() -> None:
    words = cp("encephalopathy_grade", encephalopathy="grade_1_2")
    assert words.values["components"]["encephalopathy"] == 2
    assert cp(encephalopathy="none").values["points"] == 5
    with pytest.raises(ImpossibleValue, match="contradict"):
        cp(encephalopathy="grade_3_4")


def test_an_anticoagulant_is_flagged() -> None:
    assert "shows the drug" in cp(anticoagulated=True).warnings[0]
    assert cp(anticoagulated=False).warnings == ()


# ---- ALBI ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bilirubin", "albumin", "grade", "modified"),
    [
        (16.2, 40, 1, "1"),
        (16.4, 40, 2, "2a"),
        (11.6, 35, 2, "2a"),
        (11.8, 35, 2, "2b"),
        (31.5, 28, 2, "2b"),
        (32, 28, 3, "3"),  # shown as -1.39, and above it
    ],
)
def test_albi_grades(bilirubin: float, albumin: float, grade: int, modified: str) -> None:
    found = albi(bilirubin_umol_l=bilirubin, albumin_g_l=albumin).as_dict()
    assert (found["grade"], found["malbi_grade"]) == (grade, modified)
    by_hand = 0.66 * math.log10(bilirubin) - 0.085 * albumin
    assert found["score"] == pytest.approx(by_hand, abs=5e-5)


def test_albi_belongs_to_the_lower_grade_on_its_limits() -> None:
    # log10(10) is 1 and log10(100) is 2, so these scores are exact
    assert albi(bilirubin_umol_l=10, albumin_g_l=(0.66 + 2.60) / 0.085).values["grade"] == 1
    assert (
        albi(bilirubin_umol_l=10, albumin_g_l=(0.66 + 2.27) / 0.085).values["malbi_grade"] == "2a"
    )
    assert albi(bilirubin_umol_l=100, albumin_g_l=(1.32 + 1.39) / 0.085).values["grade"] == 2


# ---- MELD ---------------------------------------------------------------------------------------


def m(**changes: Any) -> dict[str, Any]:
    base = {
        "bilirubin_mg_dl": 2,
        "inr": 1.5,
        "creatinine_mg_dl": 2,
        "dialysis_twice_in_week": False,
    }
    return base | changes


def test_meld_by_hand() -> None:
    raw = 9.57 * math.log(2) + 3.78 * math.log(2) + 11.2 * math.log(1.5) + 6.43
    found = meld(**m()).as_dict()
    assert found["raw"] == pytest.approx(raw, abs=5e-5)
    assert found["meld"] == 20


def test_meld_keeps_its_limits_and_says_so() -> None:
    low = meld(**m(bilirubin_mg_dl=0.4, inr=0.9, creatinine_mg_dl=0.6))
    assert low.values["meld"] == 6
    assert [c.input for c in low.clamped] == ["bilirubin_mg_dl", "inr", "creatinine_mg_dl"]
    high = meld(**m(creatinine_mg_dl=5))
    assert high.values == meld(**m(creatinine_mg_dl=4)).values
    assert (high.clamped[0].given, high.clamped[0].used) == (5, 4)
    assert high.used["creatinine_mg_dl"] == 4.0
    assert high.inputs["creatinine_mg_dl"] == 5
    assert not meld(**m(creatinine_mg_dl=4)).clamped
    assert meld(**m(bilirubin_mg_dl=40, inr=9, creatinine_mg_dl=4)).values["meld"] == 40


def test_dialysis_counts_as_the_highest_creatinine() -> None:
    for aid, most, more in (
        (meld, 4, {}),
        (meld_na, 4, {"sodium_mmol_l": 130}),
        (meld3, 3, {"sodium_mmol_l": 130, "albumin_g_dl": 3, "sex": "male"}),
    ):
        on = aid(**m(dialysis_twice_in_week=True, creatinine_mg_dl=1, **more))
        assert on.values == aid(**m(creatinine_mg_dl=most, **more)).values
        assert on.clamped[0].reason == "dialysis"
        beyond = aid(**m(dialysis_twice_in_week=True, creatinine_mg_dl=9, **more))
        assert beyond.values == on.values


@pytest.mark.parametrize(("score", "mortality"), [(9, 1.9), (10, 6.0), (20, 19.6), (40, 71.3)])
def test_mortality_by_meld(score: int, mortality: float) -> None:
    inr = math.exp((score - 6.43) / 11.2)
    found = meld(**m(bilirubin_mg_dl=1, creatinine_mg_dl=1, inr=inr)).as_dict()
    assert (found["meld"], found["three_month_mortality_percent"]) == (score, mortality)


def test_sodium_counts_only_above_eleven_after_rounding() -> None:
    """OPTN rounds MELD(i) first: 11.4 is 11 and has no sodium step, 11.6 is 12 and has one."""
    for target, first, final in ((11.4, 11, 11), (11.6, 12, 23)):
        inr = math.exp((target - 6.43) / 11.2)
        given = m(bilirubin_mg_dl=1, creatinine_mg_dl=1, inr=inr, sodium_mmol_l=125)
        found = meld_na(**given).as_dict()
        assert (found["meld_i"], found["meld_na"]) == (first, final)


def test_meld_na_by_hand_and_its_sodium_limits() -> None:
    found = meld_na(**m(sodium_mmol_l=130)).as_dict()
    assert found["raw"] == pytest.approx(20 + 1.32 * 7 - 0.033 * 20 * 7)
    assert found["meld_na"] == 25  # 24.62
    assert meld_na(**m(sodium_mmol_l=137)).values == meld_na(**m(sodium_mmol_l=145)).values
    assert meld_na(**m(sodium_mmol_l=125)).values == meld_na(**m(sodium_mmol_l=110)).values
    assert meld_na(**m(sodium_meq_l=130)).values == meld_na(**m(sodium_mmol_l=130)).values


def test_halves_go_up() -> None:
    """MELD(i) 25 with sodium 136 is 25 + 1.32 - 0.825 = 25.495; 20 at 125 is 27.92."""
    inr = math.exp((24.5 - 6.43) / 11.2)
    found = meld(**m(bilirubin_mg_dl=1, creatinine_mg_dl=1, inr=inr)).as_dict()
    assert found["raw"] == pytest.approx(24.5)
    assert found["meld"] == 25  # Python's round says 24


M3 = {"sodium_mmol_l": 131, "albumin_g_dl": 2.5, "sex": "female"}


def test_meld3_by_hand() -> None:
    raw = 1.33 + (4.56 - 0.24 * 6) * math.log(2) + 0.82 * 6 + 9.09 * math.log(1.5)
    raw += (11.14 - 1.83 * 1.0) * math.log(2) + 1.85 * 1.0 + 6
    found = meld3(**m(**M3)).as_dict()
    assert found["raw"] == pytest.approx(raw, abs=5e-5)
    assert found["meld3"] == found["meld3_uncapped"] == round(raw)
    man = meld3(**m(**M3 | {"sex": "male"})).as_dict()
    assert found["raw"] - man["raw"] == pytest.approx(1.33)
    survival = 0.946 ** math.exp(0.17698 * found["meld3"] - 3.56)
    assert found["survival_90_days_percent"] == pytest.approx(100 * survival, abs=0.05)


@pytest.mark.parametrize(
    ("outside", "limit"),
    [
        ({"creatinine_mg_dl": 3.5}, {"creatinine_mg_dl": 3}),
        ({"creatinine_mg_dl": 0.5}, {"creatinine_mg_dl": 1}),
        ({"bilirubin_mg_dl": 0.5}, {"bilirubin_mg_dl": 1}),
        ({"inr": 0.8}, {"inr": 1}),
        ({"sodium_mmol_l": 120}, {"sodium_mmol_l": 125}),
        ({"sodium_mmol_l": 150}, {"sodium_mmol_l": 137}),
        ({"albumin_g_dl": 1.2}, {"albumin_g_dl": 1.5}),
        ({"albumin_g_dl": 4.4}, {"albumin_g_dl": 3.5}),
    ],
)
def test_meld3_limits(outside: dict[str, float], limit: dict[str, float]) -> None:
    clamped, at = meld3(**m(**M3 | outside)), meld3(**m(**M3 | limit))
    assert clamped.values == at.values
    assert len(clamped.clamped) == 1
    assert not at.clamped
    assert clamped.used == at.used


def test_young_people_get_the_points_whatever_their_sex() -> None:
    boy = meld3(**m(**M3 | {"sex": "male", "age_years": 14}))
    assert boy.values == meld3(**m(**M3)).values
    assert meld3(**m(**M3 | {"sex": "male", "age_years": 18})).values != boy.values
    with pytest.raises(ImpossibleValue, match="PELD"):
        meld3(**m(**M3 | {"age_years": 11}))


def test_meld3_cap() -> None:
    worst = m(
        **M3 | {"bilirubin_mg_dl": 50, "inr": 10, "creatinine_mg_dl": 4, "sodium_mmol_l": 110}
    )
    found = meld3(**worst)
    assert found.values["meld3"] == 40 < found.values["meld3_uncapped"]
    assert "uncapped" in found.headline


def test_the_whole_family_flags_an_anticoagulant() -> None:
    assert meld(**m(anticoagulated=True)).warnings
    assert meld_na(**m(sodium_mmol_l=130, anticoagulated=True)).warnings
    assert meld3(**m(**M3, anticoagulated=True)).warnings
