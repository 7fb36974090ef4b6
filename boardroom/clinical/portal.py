"""Clinically significant portal hypertension, from whatever was measured or seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boardroom.clinical.aid import Outcome, aid
from boardroom.clinical.inputs import choice, lab, plain, yesno

SIGNIFICANT = 10
"""HVPG in mmHg from which portal hypertension is clinically significant."""
VARICES = ("small", "large", "present")
"""Varices that are there."""


def _needs(values: Mapping[str, Any]) -> Iterator[str]:
    signs = {"hvpg", "varices", "collaterals", "ascites", "stiffness", "platelets"}
    if not values.keys() & signs and not values.get("variceal_bleeding"):
        yield "HVPG, endoscopy, collaterals, ascites, stiffness or platelets"


@aid(
    "csph",
    title="Clinically significant portal hypertension",
    version="Baveno VII 2022, and the surgeons' surrogate",
    citation=("de Franchis R, et al. J Hepatol 2022;76:959-974. doi:10.1016/j.jhep.2021.12.022"),
    convention=(
        "HVPG decides over varices, their bleeding, collaterals and ascites, these over stiffness, "
        "and stiffness over platelets with a large spleen. No varices alone rule nothing out."
    ),
    inputs=(
        lab("hvpg", "mmHg", required=False),
        choice(
            "varices",
            "Varices",
            ("none", "None"),
            ("small", "Small"),
            ("large", "Large"),
            ("present", "Present, size not stated"),
            ("not_examined", "Not examined"),
            fact="varices",
            required=False,
        ),
        yesno(
            "variceal_bleeding",
            "Has bled from varices",
            fact="variceal_bleeding",
            required=False,
        ),
        yesno("collaterals", "Portosystemic collaterals", fact="collaterals", required=False),
        yesno("ascites", "Ascites", required=False),
        lab("stiffness", "kPa", required=False),
        choice(
            "cause",
            "Cause of liver disease",
            ("alcohol", "Alcohol"),
            ("viral", "Hepatitis B or C"),
            ("mash", "Metabolic (MASH)"),
            ("other", "Other"),
            required=False,
            hint="Stiffness rules it in only for alcohol, virus, or MASH without obesity.",
            viral="hbv hcv",
            mash="nash masld",
        ),
        yesno("obese", "Obesity", fact="obesity", required=False),
        lab("platelets", "10^9/L", required=False),
        yesno("splenomegaly", "Enlarged spleen", fact="splenomegaly", required=False),
        lab("spleen", "cm", required=False),
    ),
    needs=_needs,
)
def csph(
    hvpg: float | None,
    varices: str | None,
    variceal_bleeding: bool | None,
    collaterals: bool | None,
    ascites: bool | None,
    stiffness: float | None,
    cause: str | None,
    obese: bool | None,
    platelets: float | None,
    splenomegaly: bool | None,
    spleen: float | None,
) -> Outcome:
    """Present, absent or unclear, and by which of the signs."""
    seen = [
        word
        for word, there in (
            ("varices", varices in VARICES),
            ("variceal bleeding", variceal_bleeding),
            ("collaterals", collaterals),
            ("ascites", ascites),
        )
        if there
    ]
    if hvpg is not None:
        answer, basis = "present" if hvpg >= SIGNIFICANT else "absent", f"HVPG {plain(hvpg)} mmHg"
        despite = seen if hvpg < SIGNIFICANT else []
        warnings = [f"HVPG is below 10 despite {' and '.join(despite)}."] if despite else []
        return _outcome(answer, basis, warnings, _gradient(hvpg))
    if seen:
        return _outcome("present", " and ".join(seen), [])
    warnings = []
    if stiffness is not None and stiffness >= 25.0:
        if cause in ("alcohol", "viral") or (cause == "mash" and obese is False):
            return _outcome("present", f"stiffness {plain(stiffness)} kPa", [])
        warnings.append(
            "Stiffness of 25 kPa or more counts only with alcohol, virus, or MASH without obesity: "
            f"{_why_not(cause, obese)}."
        )
    if stiffness is not None and stiffness <= 15.0 and platelets is not None and platelets >= 150.0:
        return _outcome("absent", "stiffness up to 15 kPa and platelets of 150 or more", warnings)
    large = splenomegaly or (spleen is not None and spleen > 12.0)
    if platelets is not None and platelets < 100.0 and large:
        return _outcome("present", "platelets below 100 with a large spleen", warnings)
    return _outcome("unclear", "nothing here rules it in or out", warnings)


def _why_not(cause: str | None, obese: bool | None) -> str:
    if cause is None:
        return "the cause is not stated"
    if cause != "mash":
        return "the cause stated is another"
    return "obesity is not stated" if obese is None else "here it is MASH with obesity"


def _gradient(hvpg: float) -> str:
    if hvpg >= 16.0:
        return "risk of death"
    if hvpg >= 12.0:
        return "risk of bleeding"
    if hvpg >= SIGNIFICANT:
        return "clinically significant"
    return "portal hypertension" if hvpg > 5.0 else "normal"


def _outcome(answer: str, basis: str, warnings: list[str], gradient: str | None = None) -> Outcome:
    return Outcome(
        {"csph": answer, "basis": basis, "hvpg_meaning": gradient},
        f"{answer} ({basis})",
        warnings,
    )
