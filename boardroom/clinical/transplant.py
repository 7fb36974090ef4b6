"""Whether a tumour is within criteria for transplantation, by size, number and AFP."""

from __future__ import annotations

import math

from boardroom.clinical.aid import Outcome, aid
from boardroom.clinical.inputs import ImpossibleValue, lab, nine, plain, yesno

DIAMETERS = lab(
    "largest_mm", "cm", name="tumor_diameters", label="Diameters of all nodules", kind="list"
)
LARGEST = lab("largest_mm", "cm", name="largest_tumor_diameter", label="Largest nodule")
COUNT = lab("nodule_count", name="tumor_count", label="Number of nodules")
INVASION = yesno(
    "macrovascular_invasion",
    "Tumour in a portal or hepatic vein",
    fact="macrovascular_invasion",
)
SPREAD = yesno("extrahepatic_spread", "Disease outside the liver", fact="extrahepatic_spread")
VIABLE = "After treatment of the liver, viable diameters count."

Diameters = tuple[float, ...]


def _verdict(
    against: list[str], invasion: bool, spread: bool, diameters: Diameters, warning: str = ""
) -> Outcome:
    reasons = list(against)
    if invasion:
        reasons.append("tumour in a portal or hepatic vein")
    if spread:
        reasons.append("disease outside the liver")
    return Outcome(
        {
            "within": not reasons,
            "reasons": reasons,
            "tumor_count": len(diameters),
            "largest_cm": max(diameters),
            "sum_cm": nine(math.fsum(diameters)),
        },
        f"outside: {', '.join(reasons)}" if reasons else "within",
        (warning,) if warning else (),
    )


def _over(diameters: Diameters, most: float) -> list[str]:
    largest = max(diameters)
    return [f"{plain(largest)} cm is over {plain(most)} cm"] if largest > most else []


def _too_many(diameters: Diameters) -> list[str]:
    return [f"{len(diameters)} nodules are more than 3"] if len(diameters) > 3 else []


@aid(
    "milan",
    title="Milan criteria",
    version="1996",
    citation="Mazzaferro V, et al. N Engl J Med 1996;334:693-699. doi:10.1056/NEJM199603143341104",
    convention=f"Limits belong to the inside. {VIABLE}",
    inputs=(DIAMETERS, INVASION, SPREAD),
)
def milan(
    tumor_diameters: Diameters, macrovascular_invasion: bool, extrahepatic_spread: bool
) -> Outcome:
    """One nodule up to 5 cm, or two or three up to 3 cm each; no invasion, no spread."""
    most = 5.0 if len(tumor_diameters) == 1 else 3.0
    against = _too_many(tumor_diameters) + _over(tumor_diameters, most)
    return _verdict(against, macrovascular_invasion, extrahepatic_spread, tumor_diameters)


@aid(
    "ucsf",
    title="UCSF criteria",
    version="2001",
    citation="Yao FY, et al. Hepatology 2001;33:1394-1403. doi:10.1053/jhep.2001.24563",
    convention=(
        "With two or three nodules the sum of diameters counts too, up to 8 cm (some tables leave "
        f"it out). Limits belong to the inside. {VIABLE}"
    ),
    inputs=(DIAMETERS, INVASION, SPREAD),
)
def ucsf(
    tumor_diameters: Diameters, macrovascular_invasion: bool, extrahepatic_spread: bool
) -> Outcome:
    """One nodule up to 6.5 cm, or two or three up to 4.5 cm with a sum up to 8 cm."""
    if len(tumor_diameters) == 1:
        against = _over(tumor_diameters, 6.5)
    else:
        against = _too_many(tumor_diameters) + _over(tumor_diameters, 4.5)
        total = nine(math.fsum(tumor_diameters))
        if total > 8.0:
            against.append(f"the sum of {plain(total)} cm is over 8 cm")
    return _verdict(against, macrovascular_invasion, extrahepatic_spread, tumor_diameters)


@aid(
    "up_to_seven",
    title="Up-to-seven criteria, size and number part",
    version="2009",
    citation=("Mazzaferro V, et al. Lancet Oncol 2009;10:35-43. doi:10.1016/S1470-2045(08)70284-5"),
    convention=f"A sum of exactly 7 is inside. {VIABLE}",
    inputs=(DIAMETERS, INVASION, SPREAD),
)
def up_to_seven(
    tumor_diameters: Diameters, macrovascular_invasion: bool, extrahepatic_spread: bool
) -> Outcome:
    """Largest diameter in cm plus number of nodules, at most 7."""
    total = nine(max(tumor_diameters) + len(tumor_diameters))
    against = [f"size and number make {plain(total)}, over 7"] if total > 7.0 else []
    return _verdict(
        against,
        macrovascular_invasion,
        extrahepatic_spread,
        tumor_diameters,
        "Found on explants without microvascular invasion, which is not known before transplant.",
    )


@aid(
    "afp_model",
    title="AFP model for transplantation",
    version="2012",
    citation=(
        "Duvoux C, et al. Gastroenterology 2012;143:986-994. doi:10.1053/j.gastro.2012.05.052"
    ),
    convention=f"Limits belong to the lower points. {VIABLE}",
    inputs=(
        LARGEST,
        COUNT,
        lab("afp", "ng/mL"),
        yesno(
            "macrovascular_invasion",
            INVASION.label,
            fact="macrovascular_invasion",
            required=False,
        ),
        yesno("extrahepatic_spread", SPREAD.label, fact="extrahepatic_spread", required=False),
    ),
)
def afp_model(
    largest_tumor_diameter: float,
    tumor_count: int,
    afp: float,
    macrovascular_invasion: bool | None,
    extrahepatic_spread: bool | None,
) -> Outcome:
    """0 to 9 points; up to 2 is low risk. Invasion and spread exclude, outside the sum."""
    if tumor_count < 1:
        raise ImpossibleValue("tumor_count", "Number of nodules: at least one is needed.")
    size = largest_tumor_diameter
    components = {
        "diameter": 0 if size <= 3.0 else 1 if size <= 6.0 else 4,
        "nodules": 0 if tumor_count <= 3 else 2,
        "afp": 0 if afp <= 100.0 else 2 if afp <= 1000.0 else 3,
    }
    points = sum(components.values())
    risk = "low" if points <= 2 else "high"
    excluded = bool(macrovascular_invasion or extrahepatic_spread)
    warnings = []
    if excluded:
        warnings.append("Vascular invasion or spread excludes transplantation whatever the points.")
    elif macrovascular_invasion is None or extrahepatic_spread is None:
        warnings.append("Vascular invasion and spread exclude, and are not both stated here.")
    return Outcome(
        {
            "points": points,
            "risk": risk,
            "components": components,
            "excluded": excluded,
            "recurrence_5_years_percent": 8.8 if risk == "low" else 50.6,
            "survival_5_years_percent": 67.8 if risk == "low" else 47.5,
        },
        f"{points} points, {risk} risk" + (", excluded by invasion or spread" if excluded else ""),
        warnings,
    )
