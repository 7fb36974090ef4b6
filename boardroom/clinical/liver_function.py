"""How well the liver works: Child-Pugh and ALBI."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from boardroom.clinical.aid import Outcome, aid
from boardroom.clinical.inputs import (
    ImpossibleValue,
    choice,
    half_up,
    lab,
    nine,
    number,
    yesno,
)

ANTICOAGULATED = yesno(
    "anticoagulated", "On an anticoagulant", fact="anticoagulated", required=False
)
INR_ON_ANTICOAGULANT = (
    "On an anticoagulant: the INR shows the drug rather than the liver, so this score may be wrong."
)
BILIRUBIN = lab("bilirubin", "mg/dL")
ALBUMIN = lab("albumin", "g/dL")
INR = lab("inr", required=False)

# Upper limits of one point and of two; a value on a limit has two points
BILIRUBIN_LIMITS = (2.0, 3.0)
CHOLESTATIC_LIMITS = (4.0, 10.0)
INR_LIMITS = (1.7, 2.3)
SECONDS_LIMITS = (4.0, 6.0)
# For albumin and prothrombin activity less is worse: lower limits of two points and of one
ALBUMIN_LIMITS = (2.8, 3.5)
PERCENT_LIMITS = {"japan": (40.0, 70.0), "france": (40.0, 50.0)}

PERCENT_LIMITS_MISSING = "Limits that go with the prothrombin activity (Japan or France)"

ASCITES_POINTS = {"none": 1, "mild": 2, "moderate_severe": 3}
ENCEPHALOPATHY_POINTS = {"none": 1, "grade_1_2": 2, "grade_3_4": 3}
WEST_HAVEN = ("none", "grade_1_2", "grade_1_2", "grade_3_4", "grade_3_4")
TWO_YEAR_SURVIVAL = {"A": 85, "B": 60, "C": 35}


def rising(value: float, limits: tuple[float, float]) -> int:
    """1, 2 or 3 points for a value of which more is worse."""
    low, high = limits
    return 1 if value < low else 2 if value <= high else 3


def falling(value: float, limits: tuple[float, float]) -> int:
    """1, 2 or 3 points for a value of which less is worse."""
    low, high = limits
    return 1 if value > high else 2 if value >= low else 3


def child_pugh_class(points: int) -> str:
    """A for 5-6 points, B for 7-9, C for 10-15."""
    return "A" if points <= 6 else "B" if points <= 9 else "C"


def _child_pugh_needs(values: Mapping[str, Any]) -> Iterator[str]:
    if not values.keys() & {"inr", "pt_seconds_prolonged", "pt_percent"}:
        yield "INR or prothrombin time"
    elif not values.keys() & {"inr", "pt_seconds_prolonged"} and "pt_percent_variant" not in values:
        yield PERCENT_LIMITS_MISSING
    if not values.keys() & {"encephalopathy", "encephalopathy_grade"}:
        yield "Encephalopathy"


@aid(
    "child_pugh",
    title="Child-Pugh",
    version="Pugh 1973 with INR limits 1.7 and 2.3",
    citation=(
        "Pugh RNH, Murray-Lyon IM, Dawson JL, Pietroni MC, Williams R. Br J Surg 1973;60:646-649. "
        "doi:10.1002/bjs.1800600817"
    ),
    convention=(
        "INR 2.3 still has two points (some print 2.2); albumin has three points below 2.8 g/dL "
        "(some print 3.0). Values on a printed limit have two points."
    ),
    inputs=(
        BILIRUBIN,
        ALBUMIN,
        INR,
        lab(
            "pt_seconds_over",
            "s",
            name="pt_seconds_prolonged",
            entry="pt_seconds_prolonged",
            required=False,
        ),
        lab("pt_percent", "%", entry="pt_percent", required=False),
        choice(
            "pt_percent_variant",
            "Limits for prothrombin activity",
            ("japan", "Japan: 40 and 70 %"),
            ("france", "France: 40 and 50 %"),
            required=False,
            japan="japanese jp",
            france="french fr",
        ),
        choice(
            "ascites",
            "Ascites",
            ("none", "None"),
            ("mild", "Mild, or controlled with diuretics"),
            ("moderate_severe", "Moderate, severe or refractory"),
            fact="ascites",
            none="absent no",
            mild="slight controlled diuretic_controlled mild_or_controlled small",
            moderate_severe=(
                "moderate severe refractory uncontrolled large moderate_to_severe "
                "moderate_or_severe"
            ),
        ),
        number(
            "encephalopathy_grade",
            "Encephalopathy, West Haven grade",
            0,
            4,
            whole=True,
            required=False,
        ),
        choice(
            "encephalopathy",
            "Encephalopathy",
            ("none", "None"),
            ("grade_1_2", "Grade 1-2, or controlled with drugs"),
            ("grade_3_4", "Grade 3-4, or refractory"),
            fact="encephalopathy",
            required=False,
            hint="Instead of the grade.",
            none="absent no",
            grade_1_2="controlled mild",
            grade_3_4="refractory severe",
        ),
        yesno(
            "cholestatic",
            "Cholestatic disease (PBC or PSC)",
            required=False,
            hint="Raises the limits for bilirubin to 4 and 10 mg/dL.",
        ),
        ANTICOAGULATED,
    ),
    needs=_child_pugh_needs,
)
def child_pugh(
    bilirubin: float,
    albumin: float,
    inr: float | None,
    pt_seconds_prolonged: float | None,
    pt_percent: float | None,
    pt_percent_variant: str | None,
    ascites: str,
    encephalopathy_grade: int | None,
    encephalopathy: str | None,
    cholestatic: bool | None,
    anticoagulated: bool | None,
) -> Outcome:
    """Five items of one to three points: class A (5-6), B (7-9) or C (10-15)."""
    warnings = [INR_ON_ANTICOAGULANT] if anticoagulated else []
    given = [v for v in (inr, pt_seconds_prolonged, pt_percent) if v is not None]
    if inr is not None:
        coagulation, variant = rising(inr, INR_LIMITS), "INR"
    elif pt_seconds_prolonged is not None:
        coagulation = rising(pt_seconds_prolonged, SECONDS_LIMITS)
        variant = "prothrombin time in seconds over control"
    else:
        limits = PERCENT_LIMITS[pt_percent_variant or ""]
        coagulation = falling(pt_percent or 0.0, limits)
        variant = f"prothrombin activity, {(pt_percent_variant or '').title()}'s limits"
    if len(given) > 1:
        warnings.append(f"Several clotting values were given; only one counts: the {variant}.")
    components = {
        "bilirubin": rising(bilirubin, CHOLESTATIC_LIMITS if cholestatic else BILIRUBIN_LIMITS),
        "albumin": falling(albumin, ALBUMIN_LIMITS),
        "coagulation": coagulation,
        "ascites": ASCITES_POINTS[ascites],
        "encephalopathy": ENCEPHALOPATHY_POINTS[
            _encephalopathy(encephalopathy_grade, encephalopathy)
        ],
    }
    points = sum(components.values())
    letter = child_pugh_class(points)
    return Outcome(
        {
            "points": points,
            "class": letter,
            "label": f"{letter}{points}",
            "components": components,
            "coagulation_variant": variant,
            "two_year_survival_percent": TWO_YEAR_SURVIVAL[letter],
        },
        f"{letter}{points}",
        warnings,
        convention=(
            f"Clotting judged by {variant}."
            + (" Bilirubin judged by the limits for cholestatic disease." if cholestatic else "")
        ),
    )


def _encephalopathy(grade: int | None, words: str | None) -> str:
    if grade is None:
        return words or ""
    if words is not None and words != WEST_HAVEN[grade]:
        raise ImpossibleValue(
            "encephalopathy", f"Encephalopathy: grade {grade} and '{words}' contradict each other."
        )
    return WEST_HAVEN[grade]


@aid(
    "albi",
    title="ALBI and mALBI grade",
    version="ALBI 2015, mALBI 2019",
    citation=(
        "Johnson PJ, Berhane S, Kagebayashi C, et al. J Clin Oncol 2015;33:550-558. "
        "doi:10.1200/JCO.2014.57.9151. Hiraoka A, Kumada T, Tsuji K, et al. Liver Cancer "
        "2019;8:121-129. doi:10.1159/000488778"
    ),
    convention="Albumin's coefficient is -0.085 (some use -0.0852). Graded before rounding.",
    inputs=(lab("bilirubin", "umol/L"), lab("albumin", "g/L")),
)
def albi(bilirubin: float, albumin: float) -> Outcome:
    """Grade 1 up to -2.60, 2 up to -1.39 (2a up to -2.270), 3 above; bilirubin in umol/L."""
    score = 0.66 * math.log10(bilirubin) - 0.085 * albumin
    compared = nine(score)
    grade = 1 if compared <= -2.60 else 2 if compared <= -1.39 else 3
    modified = str(grade) if grade != 2 else "2a" if compared <= -2.270 else "2b"
    return Outcome(
        {"score": half_up(score, 4), "grade": grade, "malbi_grade": modified},
        f"grade {grade} (mALBI {modified}), score {half_up(score, 2):.2f}",
    )
