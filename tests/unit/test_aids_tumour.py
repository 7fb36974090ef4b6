"""Staging, transplant criteria, imaging and response: each rule and both sides of its limits."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from boardroom.clinical import ImpossibleValue
from boardroom.clinical.aid import Result
from boardroom.clinical.bclc import MIGRATION_REASONS, SYSTEMIC, bclc_2022
from boardroom.clinical.lirads import lirads_2018, lirads_2018_table
from boardroom.clinical.response import mrecist
from boardroom.clinical.staging import clip, okuda, tnm_ajcc8
from boardroom.clinical.transplant import afp_model, milan, ucsf, up_to_seven

CLEAR = {"macrovascular_invasion": False, "extrahepatic_spread": False}


# ---- Transplant criteria ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("diameters", "in_milan", "in_ucsf", "in_seven"),
    [
        ([5.0], True, True, True),
        ([5.01], False, True, True),
        ([6.0], False, True, True),
        ([6.01], False, True, False),
        ([6.5], False, True, False),
        ([6.51], False, False, False),
        ([3.0, 3.0, 2.0], True, True, True),
        ([3.0, 3.0, 2.5], True, False, True),  # the sum of 8.5 is outside UCSF
        ([4.5, 3.5], False, True, True),
        ([4.5, 3.51], False, False, True),
        ([4.51, 1.0], False, False, True),
        ([4.0, 1.0, 1.0], False, True, True),
        ([3.0, 1.0, 1.0, 1.0], False, False, True),
        ([3.1, 1.0, 1.0, 1.0], False, False, False),
        ([4.1, 2.9, 1.0], False, True, False),
    ],
)
def test_transplant_criteria(
    diameters: list[float], in_milan: bool, in_ucsf: bool, in_seven: bool
) -> None:
    for aid, within in ((milan, in_milan), (ucsf, in_ucsf), (up_to_seven, in_seven)):
        result = aid(tumor_diameters_cm=diameters, **CLEAR)
        assert result.values["within"] is within, aid.name
        assert bool(result.values["reasons"]) is not within
        mm = [round(10 * size, 3) for size in diameters]
        assert aid(tumor_diameters_mm=mm, **CLEAR).values == result.values
        for against in CLEAR:
            outside = aid(tumor_diameters_cm=diameters, **CLEAR | {against: True})
            assert outside.values["within"] is False


def test_sums_of_decimals_meet_the_limit() -> None:
    assert ucsf(tumor_diameters_cm=[2.7, 2.7, 2.6], **CLEAR).values["within"]  # 8.0, not 8.000…1
    assert ucsf(tumor_diameters_cm=[3.3, 3.3, 1.4], **CLEAR).values["sum_cm"] == 8.0


@pytest.mark.parametrize(
    ("size", "count", "afp", "points"),
    [
        (3.0, 3, 100, 0),
        (3.01, 3, 100, 1),
        (6.0, 3, 100, 1),
        (6.01, 3, 100, 4),
        (3.0, 4, 100, 2),
        (3.0, 3, 100.1, 2),
        (3.0, 3, 1000, 2),
        (3.0, 3, 1000.1, 3),
        (6.01, 4, 1001, 9),
    ],
)
def test_afp_model(size: float, count: int, afp: float, points: int) -> None:
    result = afp_model(largest_tumor_diameter_cm=size, tumor_count=count, afp_ng_ml=afp, **CLEAR)
    assert result.values["points"] == points
    assert result.values["risk"] == ("low" if points <= 2 else "high")
    assert not result.warnings
    assert not result.values["excluded"]


def test_afp_model_in_other_units_and_its_exclusions() -> None:
    si = afp_model(largest_tumor_diameter_mm=30, tumor_count=1, afp_iu_ml=1000 / 1.21)
    assert si.values["components"] == {"diameter": 0, "nodules": 0, "afp": 2}
    assert "not both stated" in si.warnings[0]
    out = afp_model(
        largest_tumor_diameter_cm=1, tumor_count=1, afp_ng_ml=1, macrovascular_invasion=True
    )
    assert out.values["points"] == 0
    assert out.values["excluded"]
    with pytest.raises(ImpossibleValue, match="at least one"):
        afp_model(largest_tumor_diameter_cm=1, tumor_count=0, afp_ng_ml=1)


# ---- BCLC ---------------------------------------------------------------------------------------


def bclc(*diameters: float, **changes: Any) -> Result:
    base = {"ecog": 0, "liver_function": "preserved", "transplant_candidate": False}
    return bclc_2022(tumor_diameters_cm=list(diameters), **CLEAR | base | changes)


@pytest.mark.parametrize(
    ("diameters", "changes", "stage"),
    [
        ((2.0,), {}, "0"),
        ((2.01,), {}, "A"),
        ((9.0,), {}, "A"),
        ((3.0, 3.0), {}, "A"),
        ((3.0, 3.0, 3.01), {}, "B"),
        ((1.0,) * 4, {}, "B"),
        ((1.0,), {"ecog": 1}, "C"),
        ((1.0,), {"ecog": 1, "ecog_tumor_related": False}, "0"),
        ((1.0,), {"ecog": 2, "ecog_tumor_related": True}, "C"),
        ((1.0,), {"ecog": 3}, "D"),
        ((1.0,), {"ecog": 3, "ecog_tumor_related": False}, "D"),
        ((1.0,), {"macrovascular_invasion": True}, "C"),
        ((1.0,), {"extrahepatic_spread": True}, "C"),
        ((1.0,), {"liver_function": "end_stage"}, "D"),
        ((1.0,), {"liver_function": "end_stage", "extrahepatic_spread": True}, "D"),
        ((1.0,), {"liver_function": "not_preserved"}, "0"),
    ],
)
def test_bclc_stages(diameters: tuple[float, ...], changes: Any, stage: str) -> None:
    result = bclc(*diameters, **changes)
    assert result.values["stage"] == stage
    assert result.values["options"]


TRANSPLANTABLE = {"transplant_candidate": True, "within_transplant_criteria": True}


def test_an_end_stage_liver_that_can_be_replaced_is_not_stage_d() -> None:
    result = bclc(2.5, liver_function="end_stage", **TRANSPLANTABLE)
    assert result.values["stage"] == "A"
    assert result.values["first_option_family"] == "transplant"
    assert result.values["options"][0]["option"] == "transplant"
    beyond = TRANSPLANTABLE | {"within_transplant_criteria": False}
    assert bclc(2.5, liver_function="end_stage", **beyond).values["stage"] == "D"
    invaded = TRANSPLANTABLE | {"macrovascular_invasion": True}
    assert bclc(2.5, liver_function="end_stage", **invaded).values["stage"] == "D"


@pytest.mark.parametrize(
    ("changes", "group", "first"),
    [
        (TRANSPLANTABLE, "B1_transplant", "transplant"),
        ({"well_defined_nodules_selective_access": True}, "B2_well_defined_TACE", "tace"),
        ({"diffuse_infiltrative_bilobar": True}, "B3_diffuse_systemic", "systemic"),
        ({}, None, "tace"),
    ],
)
def test_bclc_b_by_pattern(changes: Any, group: str | None, first: str) -> None:
    result = bclc(4.0, 4.0, **changes)
    assert result.values["b_subgroup"] == group
    assert result.values["options"][0]["option"] == first
    assert bool(result.warnings) is (group is None)


def test_bclc_options_in_order() -> None:
    def order(*diameters: float, **changes: Any) -> list[str]:
        return [one["option"] for one in bclc(*diameters, **changes).values["options"]]

    assert order(1.0) == ["ablation", "resection", "tace", "tare", "systemic"]
    assert order(1.0, transplant_candidate=True)[0] == "resection"
    assert order(8.0) == ["resection", "ablation", "tace", "tare", "systemic"]
    assert order(8.1) == ["resection", "ablation", "tace", "systemic"]
    assert order(3.0, 3.0, transplant_candidate=True)[:2] == ["transplant", "ablation"]
    assert order(3.0, ecog=2) == ["systemic", "supportive"]
    assert order(3.0, ecog=4) == ["supportive"]
    assert {"age", "comorbidity", "location", "failed", "refused", "access"} <= set(
        MIGRATION_REASONS
    )
    assert {drug.line for drug in SYSTEMIC} == {"first", "after sorafenib"}


def test_what_bclc_warns_of_and_refuses() -> None:
    assert "cause was not stated" in bclc(1.0, ecog=1).warnings[0]
    assert "not preserved" in bclc(1.0, liver_function="not_preserved").warnings[0]
    with pytest.raises(ImpossibleValue, match="died"):
        bclc(1.0, ecog=5)


def test_bclc_asks_for_transplant_criteria_only_where_they_matter() -> None:
    assert bclc(2.5, transplant_candidate=True).complete
    for changes in ({"liver_function": "end_stage"}, {}):
        diameters = (2.5,) if changes else (4.0, 4.0)
        result = bclc(*diameters, transplant_candidate=True, **changes)
        assert result.missing == ("Within the board's transplant criteria, AFP included",)


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({"macrovascular_invasion": True}, "C"),
        ({"extrahepatic_spread": True}, "C"),
        ({"ecog": 2, "ecog_tumor_related": True}, "C"),
        ({"macrovascular_invasion": True, "liver_function": "end_stage"}, "D"),
    ],
)
def test_no_transplant_criteria_are_asked_for_where_the_stage_follows_without(
    changes: dict[str, Any], stage: str
) -> None:
    result = bclc(3.4, 2.1, 1.8, 1.5, transplant_candidate=True, **changes)
    assert result.missing == ()
    assert result.values["stage"] == stage


def test_liver_function_is_asked_and_never_derived() -> None:
    assert bclc(2.5, liver_function=None).missing == ("Liver function as the board judges it",)


# ---- TNM, CLIP, Okuda ---------------------------------------------------------------------------

TNM = {
    "vascular_invasion": False,
    "major_portal_or_hepatic_vein_branch": False,
    "adjacent_organ_invasion_not_gallbladder": False,
    "visceral_peritoneum_perforation": False,
    "n_category": "N0",
    "m_category": "M0",
}


def tnm(count: int, size: float | None, **changes: Any) -> tuple[str, str | None]:
    result = tnm_ajcc8(tumor_count=count, largest_tumor_diameter_cm=size, **TNM | changes)
    return result.values["t"], result.values["stage_group"]


@pytest.mark.parametrize(
    ("known", "t", "group"),
    [
        ({"m_category": "M1"}, None, "IVB"),
        ({"m_category": "M0", "n_category": "N1"}, None, "IVA"),
        ({"m_category": "M0", "n_category": "N0", "visceral_peritoneum_perforation": True},
         "T4", "IIIB"),
    ],
)  # fmt: skip
def test_tnm_asks_for_nothing_that_changes_nothing(
    known: dict[str, Any], t: str | None, group: str
) -> None:
    result = tnm_ajcc8(**known)
    assert (result.missing, result.values["t"], result.values["stage_group"]) == ((), t, group)
    assert tnm_ajcc8(m_category="M0", n_category="N0").missing


def test_tnm_by_size_number_and_vessels() -> None:
    assert tnm(1, 2.0) == tnm(1, 2.0, vascular_invasion=True) == ("T1a", "IA")
    assert tnm(1, 2.01) == tnm(1, 20) == ("T1b", "IB")
    assert tnm(1, 2.01, vascular_invasion=True) == ("T2", "II")
    assert tnm(2, 5.0) == tnm(9, 1.0) == ("T2", "II")
    assert tnm(2, 5.01) == ("T3", "IIIA")
    for finding in list(TNM)[1:4]:
        assert tnm(1, 1.0, **{finding: True}) == ("T4", "IIIB")


def test_tnm_by_nodes_and_metastasis() -> None:
    assert tnm(1, 1, n_category="N1") == ("T1a", "IVA")
    assert tnm(1, 1, n_category="NX") == ("T1a", None)
    assert tnm(1, 1, n_category="nx", m_category="m1") == ("T1a", "IVB")
    assert tnm(2, 9, n_category="N1", m_category="M1") == ("T3", "IVB")
    assert tnm(0, None) == ("T0", None)
    assert tnm(0, None, m_category="M1") == ("T0", "IVB")
    unseen = tnm_ajcc8(primary_not_assessable=True, n_category="N0", m_category="M0", prefix="c")
    assert unseen.values["written"] == "cTX N0 M0"
    assert unseen.values["stage_group"] is None
    with pytest.raises(ImpossibleValue, match="contradict"):
        tnm(0, None, vascular_invasion=True)


@pytest.mark.parametrize(
    ("child", "shape", "afp", "thrombosis", "points"),
    [
        ("A", "uninodular_le50", 399.9, False, 0),
        ("A", "uninodular_le50", 400, False, 1),
        ("B", "multinodular_le50", 1, False, 2),
        ("C", "massive_or_gt50", 400, True, 6),
    ],
)
def test_clip(child: str, shape: str, afp: float, thrombosis: bool, points: int) -> None:
    result = clip(
        child_pugh_class=child,
        tumor_morphology=shape,
        afp_ng_ml=afp,
        portal_vein_thrombosis=thrombosis,
    )
    assert result.values["points"] == points


@pytest.mark.parametrize(
    ("share", "ascites", "albumin", "bilirubin", "stage"),
    [
        (50, False, 3.0, 3.0, "I"),
        (50.1, False, 3.0, 3.0, "II"),
        (50, True, 2.99, 3.0, "II"),
        (50, False, 2.99, 3.01, "II"),
        (51, True, 2.99, 3.0, "III"),
        (51, True, 2.9, 3.1, "III"),
    ],
)
def test_okuda(share: float, ascites: bool, albumin: float, bilirubin: float, stage: str) -> None:
    given = {"tumor_percent_of_liver": share, "ascites": ascites}
    assert okuda(**given, albumin_g_dl=albumin, bilirubin_mg_dl=bilirubin).values["stage"] == stage
    si = {"albumin_g_l": round(10 * albumin, 4), "bilirubin_umol_l": round(17.1 * bilirubin, 6)}
    assert okuda(**given, **si).values["stage"] == stage


# ---- LI-RADS ------------------------------------------------------------------------------------

FEATURES = ("nonperipheral_washout", "enhancing_capsule", "threshold_growth")


def expected_category(size: float, aphe: bool, present: set[str]) -> int:
    """The published table, column by column: features from none to two or more."""
    if aphe and 10 <= size < 20:
        if len(present) == 1:
            return 4 if "enhancing_capsule" in present else 5
        return (3, 0, 5, 5)[len(present)]
    if aphe:
        return ((3, 4, 4, 4) if size < 10 else (4, 5, 5, 5))[len(present)]
    return ((3, 3, 4, 4) if size < 20 else (3, 4, 4, 4))[len(present)]


@pytest.mark.parametrize("size", [9, 9.9, 10, 19, 19.9, 20, 45])
@pytest.mark.parametrize("aphe", [True, False])
def test_the_whole_table(size: float, aphe: bool) -> None:
    for flags in product((True, False), repeat=3):
        given = dict(zip(FEATURES, flags, strict=True))
        present = {name for name, there in given.items() if there}
        expected = f"LR-{expected_category(size, aphe, present)}"
        table = lirads_2018_table(size_mm=size, nonrim_aphe=aphe, **given)
        assert table.values["category"] == expected
        gated = lirads_2018(at_risk_population=True, size_mm=size, nonrim_aphe=aphe, **given)
        assert gated.values["category"] == expected


def lirads(**changes: Any) -> str:
    base = {"at_risk_population": True, "size_mm": 15, "nonrim_aphe": True}
    return lirads_2018(**base | dict.fromkeys(FEATURES, False) | changes).values["category"]


def test_ancillary_features_move_one_step_and_never_up_to_five() -> None:
    assert lirads() == "LR-3"
    assert lirads(ancillary="malignancy") == "LR-4"
    assert lirads(ancillary="benignity") == "LR-2"
    assert lirads(ancillary="both") == "LR-3"
    assert lirads(enhancing_capsule=True, ancillary="malignancy") == "LR-4"
    assert lirads(nonperipheral_washout=True, ancillary="malignancy") == "LR-5"
    assert lirads(nonperipheral_washout=True, ancillary="benignity") == "LR-4"


def test_the_reader_is_asked_before_the_table() -> None:
    for call, category in (
        ("inadequate", "LR-NC"),
        ("tumor_in_vein", "LR-TIV"),
        ("definitely_benign", "LR-1"),
        ("probably_benign", "LR-2"),
        ("malignant_not_hcc_specific", "LR-M"),
        ("LR-M", "LR-M"),
    ):
        result = lirads_2018(at_risk_population=True, reader_call=call)
        assert result.values["category"] == category
    assert len(lirads_2018(at_risk_population=True, reader_call="none").missing) == 5


@pytest.mark.parametrize(
    "who",
    [
        {"at_risk_population": False},
        {"vascular_or_congenital_cirrhosis": True},
        {"age_years": 17},
    ],
)
def test_lirads_is_refused_for_those_it_is_not_for(who: Any) -> None:
    with pytest.raises(ImpossibleValue, match="LI-RADS"):
        lirads(**who)
    assert lirads(age_years=18) == "LR-3"


# ---- mRECIST ------------------------------------------------------------------------------------


def response(first: float, least: float, now: float, **changes: Any) -> str:
    given = {"new_lesion": False, "nontarget_unequivocal_progression": False} | changes
    return mrecist(
        baseline_sum_viable_mm=first,
        nadir_sum_viable_mm=least,
        current_sum_viable_mm=now,
        **given,
    ).values["response"]


def test_mrecist_limits() -> None:
    assert response(100, 100, 70) == "PR"
    assert response(100, 100, 70.1) == "SD"
    assert response(100, 100, 119.9) == "SD"
    assert response(100, 100, 120) == "PD"
    assert response(100, 40, 48) == "PD"  # although it is less than half of the start
    assert response(100, 40, 47.9) == "PR"
    assert response(100, 0, 5) == "PD"
    assert response(100, 0, 0) == "CR"
    assert response(10, 10, 12) == "PD"  # 2 mm are enough: no rule of 5 mm
    assert response(33, 33, 23.1) == "PR"  # exactly -30 %, which floats miss


def test_mrecist_overall() -> None:
    assert response(100, 100, 0, new_lesion=True) == "PD"
    for state, overall in (("none", "CR"), ("cr", "CR"), ("incomplete", "PR"), ("pd", "PD")):
        given = {"nontarget_unequivocal_progression": None, "nontarget_state": state}
        assert response(100, 100, 0, **given) == overall
        assert response(100, 100, 50, **given) == ("PD" if state == "pd" else "PR")
    with pytest.raises(ImpossibleValue, match="contradicts"):
        response(100, 100, 50, nontarget_state="pd")
    with pytest.raises(ImpossibleValue, match="nothing viable"):
        response(0, 0, 5)


def test_the_smallest_sum_includes_the_first() -> None:
    given = {"new_lesion": False, "nontarget_state": "none", "current_sum_viable_mm": 60}
    result = mrecist(baseline_sum_viable_mm=50, nadir_sum_viable_mm=80, **given)
    assert result.values["response"] == "PD"
    assert (result.clamped[0].given, result.clamped[0].used) == (80, 50)
    assert result.values["objective_response"] is False
    assert result.values["disease_control"] is False
    assert result.values["change_from_baseline_percent"] == 20


@pytest.mark.parametrize(
    "given",
    [
        {"ecog": 3},
        {"ecog": 4, "transplant_candidate": True, "liver_function": "end_stage"},
        {"liver_function": "end_stage", "transplant_candidate": False},
        {"liver_function": "end_stage", "within_transplant_criteria": False},
    ],
)
def test_stage_d_is_said_where_it_follows_whatever_the_rest_is(given: dict[str, Any]) -> None:
    result = bclc_2022(**given)
    assert result.complete
    assert result.values["stage"] == "D"
    assert [one["option"] for one in result.values["options"]] == ["supportive"]


@pytest.mark.parametrize(
    "given", [{"ecog": 2}, {"liver_function": "end_stage"}, {"transplant_candidate": False}]
)
def test_no_stage_is_said_where_the_rest_matters(given: dict[str, Any]) -> None:
    assert not bclc_2022(**given).complete
