"""Remnant, portal hypertension, resection, fitness and markers."""

from __future__ import annotations

import math
from typing import Any

import pytest

from boardroom.clinical import ImpossibleValue
from boardroom.clinical.fitness import WEIGHTS, asa, charlson, ecog
from boardroom.clinical.markers import galad
from boardroom.clinical.portal import csph
from boardroom.clinical.surgery import flr, makuuchi, resection_decompensation_risk

# ---- Future liver remnant -----------------------------------------------------------------------


def test_standardised_by_either_formula() -> None:
    western = flr(flr_volume_ml=400, bsa_m2=1.8, liver="normal")
    assert western.values["standardized_tlv_ml"] == 1486.69  # -794.41 + 1267.28 * 1.8
    assert western.values["sflr_percent"] == 26.91
    assert "Vauthey" in western.convention
    japanese = flr(flr_volume_ml=400, bsa_m2=1.8, liver="normal", formula="urata")
    assert japanese.values["standardized_tlv_ml"] == 1273.56  # 2.4 + 706.2 * 1.8
    assert japanese.values["sflr_percent"] == 31.41
    assert "Urata" in japanese.convention


def test_height_and_weight_make_the_body_surface() -> None:
    by_size = flr(flr_volume_ml=400, height_cm=180, weight_kg=80, liver="normal")
    assert by_size.values == flr(flr_volume_ml=400, bsa_m2=2.0, liver="normal").values
    assert by_size.used["bsa_m2"] == 2.0
    metres = flr(flr_volume_ml=400, height_m=1.8, weight_kg=80, liver="normal")
    assert (metres.values, metres.used) == (by_size.values, by_size.used)
    both = flr(flr_volume_ml=400, bsa_m2=1.5, height_cm=180, weight_kg=80, liver="normal")
    assert both.values["standardized_tlv_ml"] == 1106.51
    assert "differs" in both.warnings[0]


def test_measured_volume_less_tumour() -> None:
    result = flr(flr_volume_ml=400, measured_tlv_ml=1500, tumor_volume_ml=250, liver="injured")
    assert result.values["flr_percent"] == 32.0
    assert result.values["functional_volume_ml"] == 1250
    assert (result.values["method"], result.values["sufficient"]) == ("measured", True)
    assert "sflr_percent" not in result.values
    both = flr(
        flr_volume_ml=400, measured_tlv_ml=1500, tumor_volume_ml=250, liver="injured", bsa_m2=2.1
    )
    assert (both.values["method"], both.values["sufficient"]) == ("standardised", False)
    assert both.values["flr_percent"] == 32.0
    assert "do not agree" in both.warnings[0]


@pytest.mark.parametrize(
    ("liver", "minimum"),
    [
        ("normal", 20),
        ("injured", 30),
        ("steatosis", 30),
        ("chemotherapy", 30),
        ("fibrosis", 40),
        ("cirrhosis", 40),
    ],
)
def test_the_minimum_itself_is_enough(liver: str, minimum: int) -> None:
    given = {"measured_tlv_ml": 1100, "tumor_volume_ml": 100, "liver": liver}
    at = flr(flr_volume_ml=10 * minimum, **given)
    assert at.values["minimum_percent"] == minimum
    assert at.values["sufficient"] is True
    below = flr(flr_volume_ml=10 * minimum - 1, **given)
    assert below.values["sufficient"] is False
    assert "embolisation" in below.warnings[0]


def test_what_the_remnant_lacks_or_cannot_be() -> None:
    given = {"flr_volume_ml": 400, "liver": "normal"}
    assert "Body surface" in flr(**given).missing[0]
    assert flr(**given, height_cm=170).missing == ("Weight",)
    assert flr(**given, measured_tlv_ml=1500).missing == ("Tumour volume",)
    with pytest.raises(ImpossibleValue, match=r"below 1\.0"):
        flr(**given, bsa_m2=0.99)
    assert flr(**given, bsa_m2=0.99, formula="urata").complete
    assert flr(**given, bsa_m2=1.0).complete
    with pytest.raises(ImpossibleValue, match="as large as the liver"):
        flr(**given, measured_tlv_ml=900, tumor_volume_ml=900)
    with pytest.raises(ImpossibleValue, match="larger than the liver"):
        flr(**given, measured_tlv_ml=900, tumor_volume_ml=600)


# ---- Portal hypertension ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"hvpg_mmhg": 10}, "present"),
        ({"hvpg_mmhg": 9.9}, "absent"),
        ({"hvpg_mmhg": 9.9, "varices": "large"}, "absent"),  # HVPG ranks first
        ({"varices": "small"}, "present"),
        ({"varices": "none"}, "unclear"),
        ({"varices": "not_examined"}, "unclear"),
        ({"variceal_bleeding": True}, "present"),
        ({"varices": "none", "variceal_bleeding": True}, "present"),
        ({"varices": "none", "variceal_bleeding": False}, "unclear"),
        ({"collaterals": True}, "present"),
        ({"ascites": True}, "present"),
        ({"ascites": True, "stiffness_kpa": 10, "platelets_10e9_l": 200}, "present"),
        ({"stiffness_kpa": 25, "cause": "viral"}, "present"),
        ({"stiffness_kpa": 24.9, "cause": "viral"}, "unclear"),
        ({"stiffness_kpa": 25, "cause": "alcohol"}, "present"),
        ({"stiffness_kpa": 25, "cause": "mash"}, "unclear"),
        ({"stiffness_kpa": 25, "cause": "mash", "obese": True}, "unclear"),
        ({"stiffness_kpa": 25, "cause": "mash", "obese": False}, "present"),
        ({"stiffness_kpa": 25, "cause": "other"}, "unclear"),
        ({"stiffness_kpa": 25}, "unclear"),
        ({"stiffness_kpa": 15, "platelets_10e9_l": 150}, "absent"),
        ({"stiffness_kpa": 15.1, "platelets_10e9_l": 150}, "unclear"),
        ({"stiffness_kpa": 15, "platelets_10e9_l": 149}, "unclear"),
        ({"platelets_10e9_l": 99, "splenomegaly": True}, "present"),
        ({"platelets_per_ul": 99000, "splenomegaly": True}, "present"),
        ({"platelets_10e9_l": 100, "splenomegaly": True}, "unclear"),
        ({"platelets_10e9_l": 99, "splenomegaly": False}, "unclear"),
        ({"platelets_10e9_l": 99, "spleen_cm": 12.1}, "present"),
        ({"platelets_10e9_l": 99, "spleen_mm": 120}, "unclear"),
    ],
)
def test_portal_hypertension(given: Any, answer: str) -> None:
    assert csph(**given).values["csph"] == answer


def test_gradients_in_words_and_what_is_missing() -> None:
    words = [csph(hvpg_mmhg=x).values["hvpg_meaning"] for x in (5, 5.1, 10, 12, 16)]
    assert len(set(words)) == 5
    assert "HVPG" in csph(splenomegaly=True).missing[0]
    assert "despite varices" in csph(hvpg_mmhg=8, varices="large").warnings[0]


# ---- Resection ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("portal", "major", "meld", "risk"),
    [
        (False, False, 9, "low"),
        (False, False, 9.1, "intermediate"),
        (False, True, 6, "intermediate"),
        (True, False, 6, "intermediate"),
        (False, True, 20, "intermediate"),
        (True, True, 6, "high"),
    ],
)
def test_risk_of_decompensation(portal: bool, major: bool, meld: float, risk: str) -> None:
    result = resection_decompensation_risk(
        portal_hypertension=portal, major_resection_3_or_more_segments=major, meld=meld
    )
    assert result.values["risk"] == risk


@pytest.mark.parametrize(
    ("ascites", "bilirubin", "icg", "largest"),
    [
        ("none", 1.0, 9.9, "right_hemihepatectomy_or_left_trisectionectomy"),
        ("controlled", 1.0, 10, "left_hemihepatectomy_or_sectionectomy"),
        ("none", 1.0, 19.9, "left_hemihepatectomy_or_sectionectomy"),
        ("none", 1.0, 20, "segmentectomy"),
        ("none", 1.0, 30, "limited_resection"),
        ("none", 1.0, 40, "enucleation"),
        ("none", 1.0, 100, "enucleation"),
        ("none", 1.01, None, "limited_resection"),
        ("none", 1.5, None, "limited_resection"),
        ("none", 1.51, None, "enucleation"),
        ("none", 1.99, None, "enucleation"),
        ("none", 2.0, 5, "no_resection"),
        ("uncontrolled", 0.5, None, "no_resection"),
    ],
)
def test_makuuchi(ascites: str, bilirubin: float, icg: float | None, largest: str) -> None:
    result = makuuchi(ascites=ascites, bilirubin_mg_dl=bilirubin, icg_r15_percent=icg)
    assert result.values["largest_resection"] == largest


def test_makuuchi_asks_for_icg_only_up_to_a_bilirubin_of_one() -> None:
    assert makuuchi(ascites="none", bilirubin_umol_l=17.1).missing == ("ICG retention at 15 min",)
    assert makuuchi(ascites="none", bilirubin_umol_l=17.2).complete


# ---- Fitness ------------------------------------------------------------------------------------


def test_ecog_and_asa_in_words() -> None:
    meanings = {ecog(ecog=grade).values["meaning"] for grade in range(6)}
    assert len(meanings) == 6
    assert ecog(ecog=1).warnings
    assert not ecog(ecog=1, ecog_tumor_related=True).warnings
    for grade in (-1, 6, 1.5):
        with pytest.raises(ImpossibleValue):
            ecog(ecog=grade)
    assert asa(asa="3", emergency=True).values["asa"] == "IIIE"
    assert asa(asa="iv").values == asa(asa=4).values
    with pytest.raises(ImpossibleValue):
        asa(asa="7")


@pytest.mark.parametrize(
    ("age", "points"), [(49, 0), (49.9, 0), (50, 1), (59, 1), (60, 2), (70, 3), (80, 4), (99, 4)]
)
def test_charlson_by_age(age: float, points: int) -> None:
    assert charlson(conditions=[], age_years=age).values["age_points"] == points


def test_charlson_weights() -> None:
    by_weight: dict[int, int] = {}
    for name, (weight, _) in WEIGHTS.items():
        by_weight[weight] = by_weight.get(weight, 0) + 1
        result = charlson(conditions=[name], age_years=40)
        assert result.values["comorbidity_points"] == weight
    assert by_weight == {1: 10, 2: 6, 3: 1, 6: 2}


def test_of_a_pair_only_the_severe_counts_and_none_twice() -> None:
    def points(*conditions: str) -> int:
        return charlson(conditions=list(conditions), age_years=40).values["comorbidity_points"]

    assert points("mild_liver_disease", "moderate_severe_liver_disease") == 3
    assert points("diabetes_uncomplicated", "diabetes_end_organ_damage") == 2
    assert points("solid_tumor_non_metastatic", "metastatic_solid_tumor") == 6
    assert points("dementia", "dementia") == 1
    assert points("congestive_heart_failure", "heart_failure", "COPD") == 2


def test_charlson_without_liver_and_index_tumour() -> None:
    conditions = ["moderate_severe_liver_disease", "solid_tumor_non_metastatic", "dementia"]
    found = charlson(conditions=conditions, age_years=66).as_dict()
    assert (found["total"], found["total_without_liver_and_tumor"]) == (8, 3)
    other = charlson(conditions=conditions, age_years=66, other_solid_tumor=True).as_dict()
    assert (other["total"], other["total_without_liver_and_tumor"]) == (8, 5)
    assert found["survival_10_years_percent"] == pytest.approx(
        100 * 0.983 ** math.exp(0.9 * 8), abs=0.05
    )


# ---- GALAD --------------------------------------------------------------------------------------


def test_galad_by_hand() -> None:
    given = {"age_years": 60, "afp_l3_percent": 5, "afp_ng_ml": 100, "dcp_ng_ml": 10}
    woman = -10.08 + 0.09 * 60 + 2.34 * 2 + 0.04 * 5 + 1.33
    for sex, z in (("female", woman), ("male", woman + 1.67)):
        result = galad(sex=sex, **given)
        assert result.values["z"] == pytest.approx(z, abs=5e-5)
        assert result.values["probability"] == pytest.approx(1 / (1 + math.exp(-z)), abs=5e-5)
        assert "Experimental" in result.warnings[0]


def test_galad_is_positive_only_above_its_limit() -> None:
    """-10.08 + 2.34 * 3 + 1.33 + 0.09 * 10 + 0.04 * 5 is exactly -0.63."""
    given = {"sex": "female", "age_years": 10, "afp_ng_ml": 1000, "dcp_ng_ml": 10}
    assert galad(**given, afp_l3_percent=5).values["above_minus_0_63"] is False
    assert galad(**given, afp_l3_percent=5.01).values["above_minus_0_63"] is True


@pytest.mark.parametrize("name", ["afp_ng_ml", "dcp_ng_ml"])
def test_galad_takes_no_zero_under_its_logarithms(name: str) -> None:
    given = {"sex": "male", "age_years": 60, "afp_l3_percent": 5, "afp_ng_ml": 1, "dcp_ng_ml": 1}
    with pytest.raises(ImpossibleValue, match="more than 0"):
        galad(**given | {name: 0})
    with pytest.raises(ImpossibleValue, match="no input 'dcp_mau_ml'"):
        galad(**given, dcp_mau_ml=40)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, "the cause is not stated"),
        ({"cause": "other"}, "the cause stated is another"),
        ({"cause": "mash"}, "obesity is not stated"),
        ({"cause": "mash", "obese": True}, "here it is MASH with obesity"),
    ],
)
def test_why_stiffness_does_not_count_is_said_of_what_was_stated(
    more: dict[str, Any], why: str
) -> None:
    result = csph(stiffness_kpa=30, **more)
    assert result.values["csph"] == "unclear"
    assert result.warnings[0].endswith(f": {why}.")


def test_a_remnant_just_under_the_minimum_is_not_called_the_minimum() -> None:
    result = flr(flr_volume_ml=297.338, bsa_m2=1.8, liver="normal")
    assert result.values["sufficient"] is False
    assert result.headline == "just under the minimum of 20 %, not sufficient"
