"""What a resection leaves and what the liver bears: remnant, decompensation risk, Makuuchi."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from boardroom.clinical.aid import Outcome, aid
from boardroom.clinical.inputs import ImpossibleValue, choice, half_up, lab, nine, number, yesno

MINIMUM = {"normal": 20.0, "injured": 30.0, "cirrhosis": 40.0}
FORMULAS = {"vauthey": (-794.41, 1267.28), "urata": (2.4, 706.2)}
FORMULA_NAMES = {"vauthey": "Vauthey 2002", "urata": "Urata 1995"}
DISAGREE = "Standardised and measured share of the remnant"
LEAST_BSA = 1.0  # below it Vauthey's line leaves what a liver can weigh


def _flr_needs(values: Mapping[str, Any]) -> Iterator[str]:
    standard = "bsa" in values or {"height", "weight"} <= values.keys()
    measured = {"measured_tlv", "tumor_volume"} <= values.keys()
    if standard or measured:
        return
    if "measured_tlv" in values:
        yield "Tumour volume"
    elif "height" in values or "weight" in values:
        yield "Weight" if "height" in values else "Height"
    else:
        yield "Body surface (or height and weight), or measured liver and tumour volume"


@aid(
    "flr",
    title="Future liver remnant",
    version="Vauthey 2002 (Urata 1995 on request)",
    citation=(
        "Vauthey JN, et al. Liver Transpl 2002;8:233-240. doi:10.1053/jlts.2002.31654. Urata K, et "
        "al. Hepatology 1995;21:1317-1321. doi:10.1002/hep.1840210515. Minima: Kishi Y, et al. Ann "
        "Surg 2009;250:540-548. doi:10.1097/SLA.0b013e3181b674df; Shindoh J, et al. Ann Surg Oncol "
        "2013;20:2493-2500. doi:10.1245/s10434-012-2864-7; Azoulay D, et al. Ann Surg "
        "2000;232:665-672. doi:10.1097/00000658-200011000-00008"
    ),
    convention=(
        "At least 20 % of a normal liver (some ask 25), 30 % of an injured one, 40 % with fibrosis "
        "or cirrhosis; the minimum itself is enough."
    ),
    inputs=(
        lab("flr_ml", "ml", name="flr_volume", label="Future liver remnant"),
        choice(
            "liver",
            "Quality of the liver",
            ("normal", "Normal"),
            ("injured", "Steatosis, or injured by chemotherapy"),
            ("cirrhosis", "Fibrosis or cirrhosis, Child-Pugh A"),
            fact="liver_quality",
            injured="steatosis chemotherapy",
            cirrhosis="fibrosis cirrhotic",
        ),
        number("bsa_m2", "Body surface", 0.1, 4, unit="m²", required=False, name="bsa"),
        lab("height", "cm", required=False),
        lab("weight", "kg", required=False),
        lab(
            "liver_volume_ml",
            "ml",
            name="measured_tlv",
            required=False,
            also=("tlv_ml", "total_liver_volume_ml", "tlv_measured_ml"),
        ),
        lab("tumour_volume_ml", "ml", name="tumor_volume", required=False),
        choice(
            "formula",
            "Formula for the liver's volume",
            ("vauthey", "Vauthey 2002 (Western)"),
            ("urata", "Urata 1995 (Japanese)"),
            required=False,
            also=("tlv_formula", "volume_formula", "flr_formula"),
            vauthey="vauthey_2002",
            urata="urata_1995",
        ),
    ),
    needs=_flr_needs,
)
def flr(
    flr_volume: float,
    liver: str,
    bsa: float | None,
    height: float | None,
    weight: float | None,
    measured_tlv: float | None,
    tumor_volume: float | None,
    formula: str | None,
) -> Outcome:
    """The remnant's share of the standardised liver volume, or of the measured one less tumour.

    Where both can be had the standardised share decides and the measured one stands beside it.
    Raises ImpossibleValue below a body surface of 1.0 m² with Vauthey's formula, and where parts
    are larger than the whole.
    """
    values: dict[str, Any] = {}
    warnings: list[str] = []
    derived: dict[str, float] = {}
    if height is not None and weight is not None:
        mosteller = math.sqrt(height * weight / 3600)
        if bsa is None:
            bsa = mosteller
        elif abs(bsa - mosteller) > 0.05 * mosteller:
            warnings.append(
                f"The body surface given differs from height and weight's {mosteller:.2f} m²."
            )
        derived["bsa_m2"] = half_up(bsa, 4)
    if measured_tlv is not None and tumor_volume is not None:
        values["flr_percent"] = (
            100 * flr_volume / _functional(flr_volume, measured_tlv, tumor_volume)
        )
        values["functional_volume_ml"] = measured_tlv - tumor_volume
    method = "measured"
    how = "Measured volume less tumour."
    if bsa is not None:
        chosen = formula or "vauthey"
        if chosen == "vauthey" and nine(bsa) < LEAST_BSA:
            raise ImpossibleValue(
                "bsa_m2", "Vauthey's formula is not for a body surface below 1.0."
            )
        constant, slope = FORMULAS[chosen]
        total = constant + slope * bsa
        method = "standardised"
        how = f"Standardised to the volume by {FORMULA_NAMES[chosen]}."
        values["formula"] = chosen
        values["standardized_tlv_ml"] = half_up(total, 2)
        values["sflr_percent"] = 100 * flr_volume / total
    percent = values["sflr_percent"] if bsa is not None else values["flr_percent"]
    minimum = MINIMUM[liver]
    sufficient = nine(percent) >= minimum
    if bsa is not None and "flr_percent" in values:
        how += " The measured share stands beside it."
        if (nine(values["flr_percent"]) >= minimum) != sufficient:
            measured = values["flr_percent"]
            warnings.append(
                f"{DISAGREE} do not agree on the minimum of {minimum:g} %: {percent:.1f} % and "
                f"{measured:.1f} %."
            )
    if percent > 100:
        warnings.append("The remnant is larger than the whole liver is expected to be.")
    if not sufficient:
        warnings.append("Below the minimum: consider portal vein embolisation.")
    for key in ("sflr_percent", "flr_percent"):
        if key in values:
            values[key] = half_up(values[key], 2)
    values |= {"method": method, "minimum_percent": minimum, "sufficient": sufficient}
    share = f"{percent:.1f} % of a minimum of {minimum:g} %"
    if not sufficient and f"{percent:.1f}" == f"{minimum:.1f}":
        share = f"just under the minimum of {minimum:g} %"
    return Outcome(
        values,
        f"{share}, {'sufficient' if sufficient else 'not sufficient'}",
        warnings,
        derived=derived,
        convention=how,
    )


def _functional(remnant: float, total: float, tumour: float) -> float:
    if tumour >= total:
        raise ImpossibleValue("tumor_volume_ml", "The tumour cannot be as large as the liver.")
    if remnant > nine(total - tumour):
        raise ImpossibleValue(
            "flr_volume_ml", "The remnant cannot be larger than the liver without its tumour."
        )
    return total - tumour


@aid(
    "resection_decompensation_risk",
    title="Decompensation after resection",
    version="2016",
    citation="Citterio D, et al. JAMA Surg 2016;151:846-853. doi:10.1001/jamasurg.2016.1121",
    convention="Major is three segments or more; a MELD of 9 is still low.",
    inputs=(
        yesno("portal_hypertension", "Clinically significant portal hypertension"),
        yesno(
            "major_resection_3_or_more_segments",
            "Resection of three segments or more",
            fact="major_resection",
        ),
        number("meld", "MELD", 6, 40),
    ),
    # Only a minor resection without portal hypertension is judged by it
    spares=lambda values: (
        ("meld",)
        if values.get("portal_hypertension") or values.get("major_resection_3_or_more_segments")
        else ()
    ),
)
def resection_decompensation_risk(
    portal_hypertension: bool, major_resection_3_or_more_segments: bool, meld: float | None
) -> Outcome:
    """Low, intermediate or high; MELD counts for a minor resection without portal hypertension."""
    major = major_resection_3_or_more_segments
    if portal_hypertension and major:
        risk = "high"
    elif portal_hypertension or major or (meld is not None and meld > 9):
        risk = "intermediate"
    else:
        risk = "low"
    decompensation, mortality = RISKS[risk]
    return Outcome(
        {
            "risk": risk,
            "decompensation_percent": decompensation,
            "liver_mortality_percent": mortality,
        },
        f"{risk} ({decompensation:g} % decompensated, {mortality:g} % died of it)",
    )


RISKS = {"low": (4.9, 4.4), "intermediate": (28.6, 9.0), "high": (60.0, 25.0)}


@aid(
    "makuuchi",
    title="Makuuchi criteria",
    version="1993",
    citation=(
        "Makuuchi M, et al. Semin Surg Oncol 1993;9:298-304. doi:10.1002/ssu.2980090404. "
        "Imamura H, et al. Arch Surg 2003;138:1198-1206. doi:10.1001/archsurg.138.11.1198"
    ),
    convention=(
        "Read without gaps: over 1.0 to 1.5, over 1.5 to below 2.0 mg/dL. ICG means nothing with "
        "biliary obstruction, a shunt or intolerance of ICG."
    ),
    inputs=(
        choice(
            "ascites",
            "Ascites",
            ("none", "None"),
            ("controlled", "Controlled"),
            ("uncontrolled", "Not controlled"),
            fact="ascites",
            none="absent no",
            controlled="mild slight",
            uncontrolled="moderate severe refractory moderate_severe",
        ),
        lab("bilirubin", "mg/dL"),
        lab("icg_r15", "%", required=False),
    ),
    needs=lambda values: (
        ("ICG retention at 15 min",)
        if values.get("bilirubin", 9.9) <= 1.0
        and values.get("ascites") != "uncontrolled"
        and "icg_r15" not in values
        else ()
    ),
)
def makuuchi(ascites: str, bilirubin: float, icg_r15: float | None) -> Outcome:
    """The largest resection borne; ICG counts only up to a bilirubin of 1.0 mg/dL."""
    if ascites == "uncontrolled" or bilirubin >= 2.0:
        largest = "no_resection"
    elif bilirubin > 1.5:
        largest = "enucleation"
    elif bilirubin > 1.0:
        largest = "limited_resection"
    else:
        retention = icg_r15 if icg_r15 is not None else 100.0
        largest = next(kind for below, kind in BY_ICG if retention < below)
    return Outcome({"largest_resection": largest}, largest.replace("_", " "))


BY_ICG = (
    (10.0, "right_hemihepatectomy_or_left_trisectionectomy"),
    (20.0, "left_hemihepatectomy_or_sectionectomy"),
    (30.0, "segmentectomy"),
    (40.0, "limited_resection"),
    (101.0, "enucleation"),
)
