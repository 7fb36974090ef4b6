"""Staging besides BCLC: TNM (hepatocellular), CLIP and Okuda."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boardroom.clinical.aid import Outcome, aid
from boardroom.clinical.inputs import ImpossibleValue, choice, lab, yesno
from boardroom.clinical.liver_function import ALBUMIN, BILIRUBIN
from boardroom.clinical.transplant import COUNT, LARGEST


def _tnm_spares(values: Mapping[str, Any]) -> tuple[str, ...]:
    """A metastasis, then a lymph node, decides the group alone; a finding of T4 decides T alone.

    A primary that cannot be assessed has no findings; one that is not there has no size.
    """
    if values.get("m_category") == "M1":
        return (*T_INPUTS, "n_category")
    if values.get("m_category") == "M0" and values.get("n_category") == "N1":
        return T_INPUTS
    if any(values.get(name) for name in FOURTH) and values.get("tumor_count") != 0:
        return T_INPUTS
    if values.get("primary_not_assessable"):
        return T_INPUTS
    return ("largest_tumor_diameter",) if values.get("tumor_count") == 0 else ()


FOURTH = (
    "major_portal_or_hepatic_vein_branch",
    "adjacent_organ_invasion_not_gallbladder",
    "visceral_peritoneum_perforation",
)
T_INPUTS = ("tumor_count", "largest_tumor_diameter", "vascular_invasion", *FOURTH)


@aid(
    "tnm_ajcc8",
    title="TNM, AJCC 8th edition, hepatocellular",
    version="8th edition, 2017",
    citation=(
        "Amin MB, et al. (eds). AJCC Cancer Staging Manual, 8th ed., liver. Springer 2017. "
        "ISBN 978-3-319-40617-6 (no DOI). In our own words: the original is licensed"
    ),
    convention=(
        "Not for cholangiocarcinoma or combined tumours. NX without metastasis has no group."
    ),
    inputs=(
        COUNT,
        LARGEST,
        yesno("vascular_invasion", "Vascular invasion, microscopic included"),
        yesno(
            "major_portal_or_hepatic_vein_branch",
            "Major branch of the portal or a hepatic vein involved",
        ),
        yesno(
            "adjacent_organ_invasion_not_gallbladder",
            "Grows into a neighbouring organ other than the gallbladder",
            fact="adjacent_organ_invasion",
        ),
        yesno(
            "visceral_peritoneum_perforation",
            "Perforates the visceral peritoneum",
            fact="peritoneum_perforated",
        ),
        choice(
            "n_category",
            "Regional lymph nodes",
            ("N0", "N0, none"),
            ("N1", "N1, involved"),
            ("NX", "NX, not assessed"),
        ),
        choice("m_category", "Metastasis", ("M0", "M0, none"), ("M1", "M1, present")),
        choice(
            "prefix",
            "Prefix",
            ("c", "c, clinical"),
            ("p", "p, pathological"),
            ("yc", "yc, clinical after treatment"),
            ("yp", "yp, pathological after treatment"),
            required=False,
            yc="y",
        ),
        yesno("primary_not_assessable", "The primary cannot be assessed (TX)", required=False),
    ),
    spares=_tnm_spares,
)
def tnm_ajcc8(
    tumor_count: int | None,
    largest_tumor_diameter: float | None,
    vascular_invasion: bool | None,
    major_portal_or_hepatic_vein_branch: bool | None,
    adjacent_organ_invasion_not_gallbladder: bool | None,
    visceral_peritoneum_perforation: bool | None,
    n_category: str | None,
    m_category: str,
    prefix: str | None,
    primary_not_assessable: bool | None,
) -> Outcome:
    """T, N, M and the stage group, which is None for T0, TX and NX without M1 (or N1).

    T and N are None where they are not known and a metastasis or a lymph node decides without them.
    """
    t: str | None
    findings = (
        vascular_invasion,
        major_portal_or_hepatic_vein_branch,
        adjacent_organ_invasion_not_gallbladder,
        visceral_peritoneum_perforation,
    )
    fourth = (
        major_portal_or_hepatic_vein_branch
        or adjacent_organ_invasion_not_gallbladder
        or visceral_peritoneum_perforation
    )
    if primary_not_assessable:
        t = "TX"
    elif tumor_count == 0:
        t = "T0"
        if fourth or vascular_invasion:
            raise ImpossibleValue("tumor_count", "No primary, yet invasion: these contradict.")
    elif fourth:
        t = "T4"
    elif tumor_count is None or largest_tumor_diameter is None or None in findings:
        t = None
    else:
        t = _by_size(tumor_count, largest_tumor_diameter, bool(vascular_invasion))
    if m_category == "M1":
        group = "IVB"
    elif n_category == "N1":
        group = "IVA"
    elif n_category == "N0":
        group = GROUPS.get(t or "", "")
    else:
        group = ""
    known = " ".join(part for part in (t, n_category, m_category) if part)
    written = f"{prefix or ''}{known}"
    return Outcome(
        {
            "t": t,
            "n": n_category,
            "m": m_category,
            "stage_group": group or None,
            "written": written,
        },
        f"{written}, stage {group}" if group else f"{written}, no stage group",
        () if group else ("No stage group: tumour or nodes could not be assessed.",),
    )


GROUPS = {"T1a": "IA", "T1b": "IB", "T2": "II", "T3": "IIIA", "T4": "IIIB"}


def _by_size(count: int, largest: float, vascular: bool) -> str:
    if count == 1:
        if largest <= 2.0:
            return "T1a"  # with or without vascular invasion
        return "T2" if vascular else "T1b"
    return "T3" if largest > 5.0 else "T2"


@aid(
    "clip",
    title="CLIP score",
    version="1998",
    citation="CLIP Investigators. Hepatology 1998;28:751-755. doi:10.1002/hep.510280322",
    convention="AFP of exactly 400 ng/mL has its point.",
    inputs=(
        choice("child_pugh_class", "Child-Pugh class", ("A", "A"), ("B", "B"), ("C", "C")),
        choice(
            "tumor_morphology",
            "Extent in the liver",
            ("uninodular_le50", "One nodule, up to half of the liver"),
            ("multinodular_le50", "Several nodules, up to half of the liver"),
            ("massive_or_gt50", "Massive, or over half of the liver"),
        ),
        lab("afp", "ng/mL"),
        yesno("portal_vein_thrombosis", "Portal vein thrombosis"),
    ),
)
def clip(
    child_pugh_class: str, tumor_morphology: str, afp: float, portal_vein_thrombosis: bool
) -> Outcome:
    """0 to 6 points."""
    components = {
        "child_pugh": "ABC".index(child_pugh_class),
        "morphology": MORPHOLOGIES.index(tumor_morphology),
        "afp": int(afp >= 400.0),
        "portal_vein_thrombosis": int(portal_vein_thrombosis),
    }
    points = sum(components.values())
    months = CLIP_MONTHS[min(points, 4)]
    return Outcome(
        {"points": points, "components": components, "median_survival_months": months},
        f"{points} points",
    )


MORPHOLOGIES = ("uninodular_le50", "multinodular_le50", "massive_or_gt50")
CLIP_MONTHS = (36, 22, 9, 7, 3)


@aid(
    "okuda",
    title="Okuda stage",
    version="1985",
    citation=(
        "Okuda K, et al. Cancer 1985;56:918-928. "
        "doi:10.1002/1097-0142(19850815)56:4<918::AID-CNCR2820560437>3.0.CO;2-E"
    ),
    convention="Limits are strict: half of the liver, albumin 3.0 and bilirubin 3.0 are no sign.",
    inputs=(
        lab("tumour_percent", "%", name="tumor_percent_of_liver", entry="tumor_percent_of_liver"),
        yesno("ascites", "Ascites"),
        ALBUMIN,
        BILIRUBIN,
    ),
)
def okuda(
    tumor_percent_of_liver: float, ascites: bool, albumin: float, bilirubin: float
) -> Outcome:
    """Four signs: stage I with none, II with one or two, III with three or four."""
    signs = {
        "tumor_over_half": tumor_percent_of_liver > 50.0,
        "ascites": ascites,
        "albumin": albumin < 3.0,
        "bilirubin": bilirubin > 3.0,
    }
    count = sum(signs.values())
    stage = "I" if count == 0 else "II" if count <= 2 else "III"
    return Outcome(
        {"adverse_signs": count, "stage": stage, "signs": signs}, f"stage {stage}, {count} signs"
    )
