"""Where a case's record says the same as an aid's input in other words.

What is not recorded stays out, so the aid lists it as missing: "no varices were mentioned" is not
"no varices". Each function looks at the record and answers with what it Found, or with nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from boardroom.clinical.case_beyond import (
    invasion,
    major_vein,
    metastasis,
    nodes,
    portal_thrombosis,
    spread,
    vascular,
)
from boardroom.clinical.case_clotting import clotting, prothrombin_limits
from boardroom.clinical.case_extent import diffuse, morphology, selective_access, share
from boardroom.clinical.case_liver import (
    a_year_at_most,
    ascites,
    cause,
    cholestatic,
    dialysis,
    judged,
    liver_quality,
    raised_bilirubin,
    value_of,
)
from boardroom.clinical.case_nodules import at_least_one, count, diameters, largest
from boardroom.clinical.case_portal import hvpg, known_hypertension, portal_hypertension
from boardroom.clinical.case_record import NOTHING, Derivation, Found, Record, newer, of_day
from boardroom.clinical.case_response import baseline, current, nadir, new_lesion, nontarget
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.catalogue_conditions import COMPLETE, CONDITIONS, OTHER_TUMOUR

__all__ = ["DERIVATIONS", "invasion", "spread"]


def conditions(record: Record) -> Found:
    """Those that are ticked, once somebody has said that the list is complete."""
    if record.text(COMPLETE) != "yes":
        return NOTHING
    keys = tuple(key for key in CONDITIONS if record.text(key) == "yes")
    return Found([CONDITIONS[key] for key in keys], keys)


def other_tumour(record: Record) -> Found:
    return Found(record.text(OTHER_TUMOUR) == "yes", (OTHER_TUMOUR,))


def _basic(field: str, known: Iterable[str] = ()) -> Derivation:
    """Of the case or its patient, not among the dated facts."""
    words = tuple(known)

    def look(record: Record) -> Found:
        value = getattr(record, field)
        return Found(value) if value is not None and (not words or value in words) else NOTHING

    return look


def within_criteria(record: Record) -> Found:
    """Whether the tumour is within the board's criteria; of an older day than the map, nobody has
    said so of what it shows."""
    fact, reading = record.fact("within_transplant_criteria"), record.reading
    if fact is None:
        return NOTHING
    if reading is not None and newer(reading.day, fact.taken_on):
        words = (
            f"“{FACTS[fact.key].label}” {of_day(fact.taken_on)} is older than the map "
            f"{reading.of_day}: judge it anew."
        )
        return Found(None, (fact.key,), (words,))
    return Found(fact.value == "yes", (fact.key,))


DERIVATIONS: Mapping[str, Derivation] = {
    "ecog": _basic("ecog"),
    "sex": _basic("sex", ("female", "male")),
    "age_years": _basic("age_years"),
    "tumor_diameters": diameters,
    "tumor_count": count,
    "afp_model.tumor_count": at_least_one,
    "largest_tumor_diameter": largest,
    "macrovascular_invasion": invasion,
    "extrahepatic_spread": spread,
    "diffuse_infiltrative_bilobar": diffuse,
    "well_defined_nodules_selective_access": selective_access,
    "cholestatic": cholestatic,
    "within_transplant_criteria": within_criteria,
    "child_pugh.pt_percent_variant": prothrombin_limits,
    "child_pugh.inr": clotting("inr", "inr"),
    "child_pugh.pt_seconds_prolonged": clotting("pt_seconds_over", "pt_seconds_prolonged"),
    "child_pugh.pt_percent": clotting("pt_percent", "pt_percent"),
    "csph.ascites": ascites,
    "csph.cause": cause,
    "okuda.ascites": ascites,
    "okuda.tumor_percent_of_liver": share,
    "dialysis_twice_in_week": dialysis,
    "baseline_sum_viable_mm": baseline,
    "nadir_sum_viable_mm": nadir,
    "current_sum_viable_mm": current,
    "mrecist.new_lesion": new_lesion,
    "mrecist.nontarget_state": nontarget,
    "vascular_invasion": vascular,
    "major_portal_or_hepatic_vein_branch": major_vein,
    "n_category": nodes,
    "m_category": metastasis,
    "bclc_2022.portal_hypertension": known_hypertension,
    "bclc_2022.bilirubin": raised_bilirubin,
    "resection_decompensation_risk.portal_hypertension": portal_hypertension,
    "resection_decompensation_risk.meld": value_of("meld", "meld"),
    "flr.liver": liver_quality,
    "csph.hvpg": hvpg,
    "csph.stiffness": a_year_at_most("stiffness"),
    "bclc_2022.liver_function": judged,
    "clip.child_pugh_class": value_of("child_pugh", "class"),
    "clip.tumor_morphology": morphology,
    "clip.portal_vein_thrombosis": portal_thrombosis,
    "charlson.conditions": conditions,
    "charlson.other_solid_tumor": other_tumour,
}
"""An input's name, or aid and input, to where a case says it. Others are facts of the same kind."""
