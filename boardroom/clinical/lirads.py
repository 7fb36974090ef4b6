"""LI-RADS v2018 for CT and MRI: the table of major features, and the category with its gates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boardroom.clinical.aid import Outcome, aid
from boardroom.clinical.inputs import ImpossibleValue, Input, choice, lab, number, yesno

CITATION = (
    "Chernyak V, Do RKG, Kamaya A, et al. Radiology 2018;289:816-830. "
    "doi:10.1148/radiol.2018181494. ACR CT/MRI LI-RADS v2018 core"
)
GROWTH = (
    "Threshold growth is half as large again within 6 months (2017's further kinds are not). "
    "10 and 20 mm belong to the larger column. A feature in doubt counts as absent."
)

# Category: (meaning, % HCC in van der Pol 2019, what usually follows)
CATEGORIES: Mapping[str, tuple[str, int | None, str]] = {
    "LR-NC": ("not categorisable", None, "repeat, or another method, within 3 months"),
    "LR-1": ("definitely benign", 0, "surveillance in 6 months"),
    "LR-2": ("probably benign", 13, "surveillance in 6 months, or diagnostic imaging before"),
    "LR-3": ("intermediate", 38, "repeat or other imaging in 3 to 6 months"),
    "LR-4": ("probably HCC", 74, "tumour board"),
    "LR-5": ("definitely HCC", 94, "HCC without biopsy; tumour board"),
    "LR-M": ("malignant, not certainly HCC", 36, "tumour board, often biopsy"),
    "LR-TIV": ("tumour in vein", 79, "tumour board"),
}
LADDER = ("LR-1", "LR-2", "LR-3", "LR-4", "LR-5")


FEATURES: tuple[Input, ...] = (
    lab("largest_mm", "mm", name="size", label="Size of the observation"),
    yesno("nonrim_aphe", "Arterial phase hyperenhancement, not of the rim"),
    yesno(
        "nonperipheral_washout",
        "Washout, not peripheral",
        hint="With gadoxetate in the portal venous phase only.",
    ),
    yesno("enhancing_capsule", "Enhancing capsule"),
    yesno("threshold_growth", "Growth by half or more within 6 months"),
)


def table(size: float, aphe: bool, washout: bool, capsule: bool, growth: bool) -> str:
    """The category of the major features; size in mm."""
    count = washout + capsule + growth
    if not aphe:
        if size < 20.0:
            return "LR-4" if count >= 2 else "LR-3"
        return "LR-4" if count else "LR-3"
    if size < 10.0:
        return "LR-4" if count else "LR-3"
    if size >= 20.0:
        return "LR-5" if count else "LR-4"
    if count == 1:
        return "LR-4" if capsule else "LR-5"
    return "LR-5" if count else "LR-3"


def _outcome(category: str, warnings: list[str], **more: object) -> Outcome:
    meaning, percent, action = CATEGORIES[category]
    return Outcome(
        {
            "category": category,
            "meaning": meaning,
            "hcc_percent": percent,
            "usual_action": action,
            **more,
        },
        f"{category} ({meaning})",
        warnings,
    )


@aid(
    "lirads_2018_table",
    title="LI-RADS v2018, table of major features",
    version="v2018",
    citation=CITATION,
    convention=f"Only for people at risk, and before treatment. {GROWTH}",
    inputs=FEATURES,
)
def lirads_2018_table(
    size: float,
    nonrim_aphe: bool,
    nonperipheral_washout: bool,
    enhancing_capsule: bool,
    threshold_growth: bool,
) -> Outcome:
    """LR-3, LR-4 or LR-5 by the table alone."""
    category = table(size, nonrim_aphe, nonperipheral_washout, enhancing_capsule, threshold_growth)
    return _outcome(category, _unmeasured(size))


def _unmeasured(size: float) -> list[str]:
    return [] if size == int(size) else ["Size is measured in whole millimetres."]


READER_CALLS = {
    "inadequate": "LR-NC",
    "tumor_in_vein": "LR-TIV",
    "definitely_benign": "LR-1",
    "probably_benign": "LR-2",
    "malignant_not_hcc_specific": "LR-M",
}


def _spares(values: Mapping[str, Any]) -> list[str]:
    """The table's features are not needed where the reader's own call comes before it."""
    called = values.get("reader_call", "none") != "none"
    return [one.name for one in FEATURES] if called else []


@aid(
    "lirads_2018",
    title="LI-RADS v2018",
    version="v2018",
    citation=f"{CITATION}. Shares of HCC: van der Pol CB, et al. Gastroenterology 2019;156:976-986",
    convention=f"Not for treated lesions (LR-TR). {GROWTH}",
    inputs=(
        yesno(
            "at_risk_population",
            "Cirrhosis, chronic hepatitis B, or HCC now or before",
        ),
        *FEATURES,
        choice(
            "reader_call",
            "Reader's call before the table",
            ("none", "None of these"),
            ("inadequate", "Study inadequate (LR-NC)"),
            ("tumor_in_vein", "Definite tumour in a vein (LR-TIV)"),
            ("definitely_benign", "Definitely benign (LR-1)"),
            ("probably_benign", "Probably benign (LR-2)"),
            ("malignant_not_hcc_specific", "Targetoid or otherwise malignant, not HCC (LR-M)"),
            required=False,
            inadequate="lr_nc nc",
            tumor_in_vein="lr_tiv tiv tumour_in_vein",
            definitely_benign="lr_1",
            probably_benign="lr_2",
            malignant_not_hcc_specific="lr_m m targetoid",
        ),
        choice(
            "ancillary",
            "Ancillary features favour",
            ("none", "Neither"),
            ("malignancy", "Malignancy"),
            ("benignity", "Benignity"),
            ("both", "Both"),
            required=False,
            malignancy="up malignant",
            benignity="down benign",
        ),
        yesno(
            "vascular_or_congenital_cirrhosis",
            "Cirrhosis of a vascular disorder or of congenital fibrosis",
            required=False,
        ),
        number("age_years", "Age", 0, 120, unit="years", required=False),
    ),
    spares=_spares,
)
def lirads_2018(
    at_risk_population: bool,
    size: float | None,
    nonrim_aphe: bool | None,
    nonperipheral_washout: bool | None,
    enhancing_capsule: bool | None,
    threshold_growth: bool | None,
    reader_call: str | None,
    ancillary: str | None,
    vascular_or_congenital_cirrhosis: bool | None,
    age_years: float | None,
) -> Outcome:
    """The category; raises ImpossibleValue for somebody whom LI-RADS is not for."""
    if not at_risk_population:
        raise ImpossibleValue(
            "at_risk_population", "LI-RADS is only for people at risk: no category."
        )
    if vascular_or_congenital_cirrhosis:
        raise ImpossibleValue(
            "vascular_or_congenital_cirrhosis",
            "LI-RADS is not for cirrhosis of vascular disorders or congenital fibrosis.",
        )
    if age_years is not None and age_years < 18:
        raise ImpossibleValue("age_years", "LI-RADS is for adults: no category under 18.")
    called = READER_CALLS.get(reader_call or "none")
    if called:
        return _outcome(called, [], by="reader")
    aphe, washout = bool(nonrim_aphe), bool(nonperipheral_washout)
    by_table = table(size or 0.0, aphe, washout, bool(enhancing_capsule), bool(threshold_growth))
    warnings = _unmeasured(size or 0.0)
    step = {"malignancy": 1, "benignity": -1}.get(ancillary or "", 0)
    if ancillary == "both":
        warnings.append("Ancillary features of both kinds: no change.")
    place = LADDER.index(by_table)
    # Never up to LR-5 by ancillary features, and one that is there by the table stays
    most = max(place, LADDER.index("LR-4"))
    category = LADDER[min(place + step, most)]
    by = "table" if category == by_table else "table and ancillary features"
    return _outcome(category, warnings, by=by, table_category=by_table)
