"""The MELD family. It measures liver function here: with HCC, waiting lists go by other rules."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from boardroom.clinical.aid import Clamp, Outcome, aid
from boardroom.clinical.inputs import (
    ImpossibleValue,
    Input,
    choice,
    half_up,
    lab,
    number,
    plain,
    whole,
    yesno,
)
from boardroom.clinical.liver_function import ANTICOAGULATED, BILIRUBIN, INR_ON_ANTICOAGULANT

CREATININE = lab("creatinine", "mg/dL")
SODIUM = lab("sodium", "mmol/L")
DIALYSIS = yesno(
    "dialysis_twice_in_week",
    "Dialysis twice in the past week, or 24 h of CVVHD",
    fact="dialysis",
)
MELD_INPUTS: tuple[Input, ...] = (BILIRUBIN, lab("inr"), CREATININE, DIALYSIS)

# Three-month mortality on the waiting list, from the score upwards
MORTALITY = ((40, 71.3), (30, 52.6), (20, 19.6), (10, 6.0), (0, 1.9))


@dataclass
class Limits:
    """Keeps values inside a formula's limits and notes what it changed."""

    clamped: list[Clamp] = field(default_factory=list)

    def __call__(
        self, name: str, value: float, low: float | None = None, high: float | None = None
    ) -> float:
        if low is not None and value < low:
            return self.note(name, value, low, f"below {plain(low)}")
        if high is not None and value > high:
            return self.note(name, value, high, f"above {plain(high)}")
        return value

    def note(self, name: str, value: float, used: float, reason: str) -> float:
        self.clamped.append(Clamp(name, value, used, reason))
        return used

    def creatinine(self, value: float, dialysis: bool, high: float) -> float:
        if dialysis and value != high:
            return self.note("creatinine_mg_dl", value, high, "dialysis")
        return self("creatinine_mg_dl", value, 1.0, high)


def classic(bilirubin: float, inr: float, creatinine: float, dialysis: bool, to: Limits) -> float:
    """MELD of 2002, unrounded; bilirubin and creatinine in mg/dL."""
    bilirubin = to("bilirubin_mg_dl", bilirubin, 1.0)
    inr = to("inr", inr, 1.0)
    creatinine = to.creatinine(creatinine, dialysis, 4.0)
    return 10 * (
        0.957 * math.log(creatinine) + 0.378 * math.log(bilirubin) + 1.120 * math.log(inr) + 0.643
    )


def _anticoagulant(anticoagulated: bool | None) -> tuple[str, ...]:
    return (INR_ON_ANTICOAGULANT,) if anticoagulated else ()


@aid(
    "meld",
    title="MELD",
    version="UNOS 2002",
    citation=(
        "Malinchoc M, et al. Hepatology 2000;31:864-871. doi:10.1053/he.2000.5852. Kamath PS, et "
        "al. Hepatology 2001;33:464-470. doi:10.1053/jhep.2001.22172. Wiesner R, et al. "
        "Gastroenterology 2003;124:91-96. doi:10.1053/gast.2003.50016"
    ),
    convention="The cause of the liver disease does not count; capped at 40.",
    inputs=(*MELD_INPUTS, ANTICOAGULATED),
)
def meld(
    bilirubin: float,
    inr: float,
    creatinine: float,
    dialysis_twice_in_week: bool,
    anticoagulated: bool | None,
) -> Outcome:
    """6 to 40, from bilirubin, INR and creatinine (4.0 on dialysis)."""
    to = Limits()
    raw = classic(bilirubin, inr, creatinine, dialysis_twice_in_week, to)
    score = min(40, whole(raw))
    mortality = next(percent for least, percent in MORTALITY if score >= least)
    return Outcome(
        {"raw": half_up(raw, 4), "meld": score, "three_month_mortality_percent": mortality},
        str(score),
        _anticoagulant(anticoagulated),
        to.clamped,
    )


@aid(
    "meld_na",
    title="MELD-Na (OPTN 2016)",
    version="OPTN policy 9.1, in force 11 January 2016",
    citation=(
        "OPTN policy notice of 1 November 2015, policy 9.1; after Kim WR, et al. N Engl J Med "
        "2008;359:1018-1026. doi:10.1056/NEJMoa0801209"
    ),
    convention=(
        "MELD(i) is rounded to an integer before sodium counts, and sodium counts only above 11. "
        "This is not the formula of 2008 with the same name."
    ),
    inputs=(*MELD_INPUTS, SODIUM, ANTICOAGULATED),
)
def meld_na(
    bilirubin: float,
    inr: float,
    creatinine: float,
    dialysis_twice_in_week: bool,
    sodium: float,
    anticoagulated: bool | None,
) -> Outcome:
    """MELD with sodium (125 to 137) added where MELD(i) is above 11; at most 40."""
    to = Limits()
    first = whole(classic(bilirubin, inr, creatinine, dialysis_twice_in_week, to))
    lack = 137 - to("sodium_mmol_l", sodium, 125.0, 137.0)
    raw = first + 1.32 * lack - 0.033 * first * lack if first > 11 else float(first)
    score = min(40, whole(raw))
    return Outcome(
        {"meld_i": first, "raw": half_up(raw, 4), "meld_na": score},
        str(score),
        _anticoagulant(anticoagulated),
        to.clamped,
    )


@aid(
    "meld3",
    title="MELD 3.0",
    version="2021, as OPTN allocates since July 2023",
    citation=(
        "Kim WR, Mannalithara A, Heimbach JK, et al. Gastroenterology 2021;161:1887-1895. "
        "doi:10.1053/j.gastro.2021.08.050"
    ),
    convention="6 to 40 as OPTN caps it; the paper's own value without cap is shown beside it.",
    inputs=(
        *MELD_INPUTS,
        SODIUM,
        lab("albumin", "g/dL"),
        choice("sex", "Sex", ("female", "Female"), ("male", "Male"), female="f", male="m"),
        number(
            "age_years",
            "Age at registration",
            0,
            120,
            unit="years",
            required=False,
            hint="At 12 to 17 both sexes get the points that women get.",
        ),
        ANTICOAGULATED,
    ),
)
def meld3(
    bilirubin: float,
    inr: float,
    creatinine: float,
    dialysis_twice_in_week: bool,
    sodium: float,
    albumin: float,
    sex: str,
    age_years: float | None,
    anticoagulated: bool | None,
) -> Outcome:
    """MELD with sodium, albumin and sex; raises ImpossibleValue under 12 years (PELD's age)."""
    if age_years is not None and age_years < 12:
        raise ImpossibleValue("age_years", "MELD 3.0 is not for children under 12: PELD is.")
    to = Limits()
    ln_bilirubin = math.log(to("bilirubin_mg_dl", bilirubin, 1.0))
    ln_inr = math.log(to("inr", inr, 1.0))
    ln_creatinine = math.log(to.creatinine(creatinine, dialysis_twice_in_week, 3.0))
    lack = 137 - to("sodium_mmol_l", sodium, 125.0, 137.0)
    short = 3.5 - to("albumin_g_dl", albumin, 1.5, 3.5)
    young = age_years is not None and age_years < 18
    raw = (
        (1.33 if sex == "female" or young else 0.0)
        + 4.56 * ln_bilirubin
        + 0.82 * lack
        - 0.24 * lack * ln_bilirubin
        + 9.09 * ln_inr
        + 11.14 * ln_creatinine
        + 1.85 * short
        - 1.83 * short * ln_creatinine
        + 6
    )
    uncapped = whole(raw)
    score = max(6, min(40, uncapped))
    survival = 100 * 0.946 ** math.exp(0.17698 * score - 3.56)
    return Outcome(
        {
            "raw": half_up(raw, 4),
            "meld3_uncapped": uncapped,
            "meld3": score,
            "survival_90_days_percent": half_up(survival, 1),
        },
        str(score) if score == uncapped else f"{score} ({uncapped} uncapped)",
        _anticoagulant(anticoagulated),
        to.clamped,
        convention="At 12 to 17 years both sexes get 1.33." if young else "",
    )
