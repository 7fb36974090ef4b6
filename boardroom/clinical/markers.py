"""Scores of tumour markers: GALAD. Experimental: unit and cut-off are disputed."""

from __future__ import annotations

import math

from boardroom.clinical.aid import Outcome, aid
from boardroom.clinical.inputs import choice, half_up, lab, nine, number


@aid(
    "galad",
    title="GALAD (experimental)",
    version="2014",
    citation=(
        "Johnson PJ, et al. Cancer Epidemiol Biomarkers Prev 2014;23:144-153. "
        "doi:10.1158/1055-9965.EPI-13-0870"
    ),
    convention=(
        "DCP in ng/mL; some take mAU/mL, which moves Z by about 2.3. Positive above -0.63 (some "
        "use -1.68)."
    ),
    inputs=(
        choice("sex", "Sex", ("female", "Female"), ("male", "Male"), female="f", male="m"),
        number("age_years", "Age", 0, 120, unit="years"),
        lab("afp_l3", "%"),
        lab("afp", "ng/mL", positive=True),
        lab("dcp", "ng/mL", only=True, positive=True),
    ),
)
def galad(sex: str, age_years: float, afp_l3: float, afp: float, dcp: float) -> Outcome:
    """Z and the probability of HCC; DCP only in ng/mL, since kits differ in the other unit."""
    z = (
        -10.08
        + 0.09 * age_years
        + (1.67 if sex == "male" else 0.0)
        + 2.34 * math.log10(afp)
        + 0.04 * afp_l3
        + 1.33 * math.log10(dcp)
    )
    positive = nine(z) > -0.63
    probability = half_up((1 + math.tanh(z / 2)) / 2, 4)  # 1 / (1 + e^-z), for any z
    return Outcome(
        {"z": half_up(z, 4), "probability": probability, "above_minus_0_63": positive},
        f"Z {half_up(z, 2):g}, {'above' if positive else 'not above'} -0.63",
        ("Experimental: sources disagree on DCP's unit and on the cut-off.",),
    )
