"""BCLC 2022: the stage, its options in order, and the words for leaving that order.

Liver function is asked for: preserved is not the same as Child-Pugh A, so neither Child-Pugh,
ALBI nor MELD can answer for the board.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from boardroom.clinical.aid import Outcome, aid
from boardroom.clinical.bclc_options import CONDITIONS, GROUP_OPTION, OPTIONS, order_of
from boardroom.clinical.inputs import ImpossibleValue, choice, lab, number, yesno
from boardroom.clinical.transplant import DIAMETERS, INVASION, SPREAD, Diameters

STAGES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "0": ("very early", "over 5 years", "ablation (resection if transplant candidate)"),
        "A": ("early", "over 5 years", "resection / transplant / ablation"),
        "B": ("intermediate", "over 2.5 years", "transplant / TACE / systemic therapy"),
        "C": ("advanced", "over 2 years", "systemic therapy"),
        "D": ("terminal", "3 months", "best supportive care"),
    }
)
"""Stage: (its name, expected survival, the family of options that comes first)."""

MIGRATION_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "age": "Age",
        "comorbidity": "Comorbidity",
        "location": "Location of the tumour",
        "failed": "The option before has failed",
        "refused": "The patient does not want the option before",
        "access": "The option before cannot be had",
        "downstaged": "Down-staged, so an earlier option is open again",
    }
)
"""Why a board takes an option that is not the first: treatment stage migration, stored."""

PROGRESSION_PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        "intrahepatic_growth": "Growth inside the liver",
        "new_intrahepatic": "New lesion inside the liver",
        "new_extrahepatic_or_vascular": "New lesion outside the liver, or vascular invasion",
    }
)
"""How a tumour progressed; stored when the stage is taken anew (BCLCp)."""

UNTREATABLE_BY_TACE: Mapping[str, str] = MappingProxyType(
    {
        "no_response": "No objective response of a target area after two sessions",
        "progression": "Progression with vascular invasion, spread or extensive liver involvement",
        "deterioration": "Liver function or performance no longer allow another session",
    }
)
"""What makes progression untreatable by another TACE, so that systemic therapy is next."""


TOO_HIGH = 2.0
"""Bilirubin in mg/dL: the figure wants it normal for a resection and names no limit; from here on
Makuuchi's criteria have no resection at all."""


def burden_stage(diameters: Diameters) -> str:
    """0, A or B by number and size alone; 2.0 and 3.0 cm belong to the lower stage."""
    if len(diameters) == 1:
        return "0" if diameters[0] <= 2.0 else "A"
    return "A" if len(diameters) <= 3 and max(diameters) <= 3.0 else "B"


def _is_advanced(values: Mapping[str, Any]) -> bool:
    """Whether invasion or spread is known, which no transplant criteria take in."""
    return bool(values.get("macrovascular_invasion") or values.get("extrahepatic_spread"))


def _is_terminal(values: Mapping[str, Any]) -> bool:
    """Whether stage D follows whatever the rest is: "any tumour burden" in the figure."""
    ecog = values.get("ecog")
    beyond = values.get("liver_function") == "end_stage" and (
        values.get("transplant_candidate") is False
        or values.get("within_transplant_criteria") is False
        or _is_advanced(values)
    )
    return (ecog is not None and ecog >= 3) or beyond


def _spares(values: Mapping[str, Any]) -> Iterator[str]:
    """What nothing depends on any more is not asked for."""
    if _is_terminal(values):
        yield from ("tumor_diameters", "macrovascular_invasion", "extrahepatic_spread", "ecog",
                    "liver_function", "transplant_candidate")  # fmt: skip


def _needs(values: Mapping[str, Any]) -> Iterator[str]:
    """Transplant criteria are asked for only where the answer depends on them."""
    if not values.get("transplant_candidate") or "within_transplant_criteria" in values:
        return
    if _is_terminal(values) or _is_advanced(values):
        return
    diameters = values.get("tumor_diameters")
    reduced = values.get("ecog") in (1, 2) and values.get("ecog_tumor_related") is not False
    if values.get("liver_function") == "end_stage" or (
        diameters and burden_stage(diameters) == "B" and not reduced
    ):
        yield WITHIN.label


WITHIN = yesno(
    "within_transplant_criteria",
    "Within the board's transplant criteria, AFP included",
    fact="within_transplant_criteria",
    required=False,
)


@aid(
    "bclc_2022",
    title="BCLC 2022",
    version="2022 update",
    citation=(
        "Reig M, Forner A, Rimola J, et al. J Hepatol 2022;76:681-693. "
        "doi:10.1016/j.jhep.2021.11.018"
    ),
    convention=(
        "With end-stage liver function a transplantable tumour is staged by its burden, not as D. "
        "B1 to B3 are labels of this aid: the figure has none."
    ),
    inputs=(
        DIAMETERS,
        INVASION,
        SPREAD,
        number("ecog", "ECOG performance status", 0, 5, whole=True),
        yesno(
            "ecog_tumor_related",
            "Reduced performance is due to the tumour",
            fact="ecog_tumour_related",
            required=False,
        ),
        choice(
            "liver_function",
            "Liver function as the board judges it",
            ("preserved", "Preserved"),
            ("not_preserved", "Not preserved"),
            ("end_stage", "End-stage"),
            fact="liver_function",
            end_stage="endstage",
        ),
        yesno("transplant_candidate", "Possible transplant candidate", fact="transplant_candidate"),
        WITHIN,
        yesno(
            "well_defined_nodules_selective_access",
            "Well-defined nodules, portal flow kept, selective access",
            fact="selective_access",
            required=False,
        ),
        yesno(
            "diffuse_infiltrative_bilobar",
            "Diffuse, infiltrative or extensive in both lobes",
            required=False,
        ),
        lab("afp", "ng/mL", required=False),
        yesno(
            "portal_hypertension",
            "Clinically significant portal hypertension",
            required=False,
            hint="Of a single nodule of stage A: with it transplantation or ablation comes first.",
        ),
        lab("bilirubin", "mg/dL", required=False),
    ),
    needs=_needs,
    spares=_spares,
)
def bclc_2022(
    tumor_diameters: Diameters | None,
    macrovascular_invasion: bool | None,
    extrahepatic_spread: bool | None,
    ecog: int | None,
    ecog_tumor_related: bool | None,
    liver_function: str | None,
    transplant_candidate: bool | None,
    within_transplant_criteria: bool | None,
    well_defined_nodules_selective_access: bool | None,
    diffuse_infiltrative_bilobar: bool | None,
    afp: float | None,
    portal_hypertension: bool | None,
    bilirubin: float | None,
) -> Outcome:
    """Stage 0, A, B, C or D, with the options of the stage in order."""
    if ecog == 5:
        raise ImpossibleValue("ecog", "ECOG 5 means that the patient has died: there is no stage.")
    warnings: list[str] = []
    advanced = macrovascular_invasion or extrahepatic_spread
    transplantable = bool(transplant_candidate and within_transplant_criteria and not advanced)
    if transplant_candidate and within_transplant_criteria and advanced:
        warnings.append("Vascular invasion or spread and 'within transplant criteria' contradict.")
    reduced = ecog in (1, 2) and ecog_tumor_related is not False
    if reduced and ecog_tumor_related is None:
        warnings.append(
            f"ECOG {ecog} is taken as due to the tumour, because the cause was not stated."
        )
    terminal = ecog is not None and ecog >= 3
    if terminal and ecog_tumor_related is False:
        warnings.append(f"ECOG {ecog} is stage D although the tumour is not its cause.")
    end_stage = liver_function == "end_stage"
    if terminal or (end_stage and not transplantable) or not tumor_diameters:
        stage = "D"  # without diameters nothing else is computed: see `_is_terminal`
    elif advanced or reduced:
        stage = "C"
    else:
        stage = burden_stage(tumor_diameters)
    if liver_function == "not_preserved" and stage != "D":
        warnings.append(
            "Liver function not preserved: the figure has no place for this, so the stage shown is "
            "that of the tumour."
        )
    no_cut = bool(portal_hypertension) or (bilirubin is not None and bilirubin >= TOO_HIGH)
    group = None
    if stage == "B":
        group = _subgroup(
            transplantable, well_defined_nodules_selective_access, diffuse_infiltrative_bilobar
        )
        if group is None:
            warnings.append("Stage B without its pattern: say which, and the option follows.")
        elif well_defined_nodules_selective_access and diffuse_infiltrative_bilobar:
            warnings.append("Well-defined and diffuse contradict each other.")
    if afp is not None and afp >= 400 and stage in ("B", "C"):
        warnings.append("AFP is 400 ng/mL or more, which matters for ramucirumab.")
    rescue = end_stage and transplantable and stage != "D"
    name, survival, family = STAGES[stage]
    if rescue:
        family = "transplant"
    elif group is not None:
        family = GROUP_OPTION[group]
    elif stage == "B":
        family = family.removeprefix("transplant / ")
    elif stage == "A" and no_cut:
        family = family.removeprefix("resection / ")
    candidate = bool(transplant_candidate) and within_transplant_criteria is not False
    order = (
        ("transplant", "supportive")
        if rescue
        else order_of(stage, group, tumor_diameters, candidate, no_cut)
    )
    return Outcome(
        {
            "stage": stage,
            "stage_name": name,
            "b_subgroup": group,
            "first_option_family": family,
            "options": [
                {
                    "option": key,
                    "label": OPTIONS[key],
                    "condition": CONDITIONS.get((stage, key), ""),
                }
                for key in order
            ],
            "expected_survival": survival,
        },
        f"{stage} ({name}); first: {family}",
        warnings,
    )


def _subgroup(transplantable: bool, well_defined: bool | None, diffuse: bool | None) -> str | None:
    if transplantable:
        return "B1_transplant"
    if diffuse:
        return "B3_diffuse_systemic"
    return "B2_well_defined_TACE" if well_defined else None
