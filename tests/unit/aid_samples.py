"""Inputs with which each decision aid gives a result, and recorded facts that fill one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from boardroom.clinical.facts import check
from boardroom.clinical.from_facts import CaseRecord, Filled, RecordedFact
from boardroom.clinical.living import LesionLike
from boardroom.clinical.tumour_reading import Findings
from boardroom.clinical.tumour_reading import Lesion as ReadLesion

TODAY = dt.date(2026, 3, 10)

CLEAR = {"macrovascular_invasion": False, "extrahepatic_spread": False}

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
        "major_resection_3_or_more_segments": False,
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


# ---- Recorded facts -----------------------------------------------------------------------------


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


def on_map(lesions: Iterable[LesionLike]) -> Findings:
    """The reading that lists these lesions; without any it says that none is seen."""
    read = tuple(
        ReadLesion(one.number, ("V",), None, None, one.size_mm, one.viable_mm, one.li_rads)
        for one in lesions
    )
    return Findings(read, in_all="" if read else "none")


def of(name: str, *facts: RecordedFact, **basics: Any) -> Filled:
    lesions = tuple(basics.pop("lesions", ()))
    return CaseRecord(facts, TODAY, lesions, **basics).fill(name)


def values(filled: Filled) -> dict[str, Any]:
    assert filled.result is not None
    assert filled.result.complete, filled.result.missing
    return dict(filled.result.values)
