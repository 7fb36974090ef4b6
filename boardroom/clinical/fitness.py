"""How much treatment a patient bears: ECOG, ASA and the Charlson index."""

from __future__ import annotations

import math

from boardroom.clinical.aid import Outcome, aid
from boardroom.clinical.catalogue_conditions import WEIGHTS
from boardroom.clinical.inputs import choice, half_up, number, yesno

ECOG = (
    "fully active, as before the disease",
    "no strenuous activity; walks about, does light work",
    "looks after themselves, cannot work; up for more than half of the day",
    "limited self-care; in bed or chair for more than half of the day",
    "no self-care; in bed or chair all day",
    "dead",
)


@aid(
    "ecog",
    title="ECOG performance status",
    version="1982",
    citation="Oken MM, et al. Am J Clin Oncol 1982;5:649-655. doi:10.1097/00000421-198212000-00014",
    inputs=(
        number("ecog", "ECOG grade", 0, 5, whole=True, also=("grade", "ecog_grade")),
        yesno(
            "ecog_tumor_related",
            "Reduced performance is due to the tumour",
            fact="ecog_tumour_related",
            required=False,
        ),
    ),
)
def ecog(ecog: int, ecog_tumor_related: bool | None) -> Outcome:
    """The grade in words; whether the tumour is its cause matters for BCLC."""
    warnings = []
    if 0 < ecog < 5 and ecog_tumor_related is None:
        warnings.append("Whether the tumour is the cause is not stated; BCLC asks for it.")
    return Outcome({"ecog": ecog, "meaning": ECOG[ecog]}, f"{ecog}: {ECOG[ecog]}", warnings)


ASA = {
    "1": ("I", "healthy"),
    "2": ("II", "mild systemic disease"),
    "3": ("III", "severe systemic disease"),
    "4": ("IV", "severe disease that threatens life all the time"),
    "5": ("V", "moribund, not expected to live without the operation"),
    "6": ("VI", "brain-dead donor"),
}


@aid(
    "asa",
    title="ASA physical status",
    version="2014, amended 2020",
    citation="American Society of Anesthesiologists, physical status classification (no DOI)",
    inputs=(
        choice(
            "asa",
            "ASA class",
            *((key, name) for key, (name, _) in ASA.items()),
            fact="asa",
            also=("asa_class", "asa_grade"),
        ),
        yesno("emergency", "Emergency", required=False),
    ),
)
def asa(asa: str, emergency: bool | None) -> Outcome:
    """The class as a Roman number, with E for an emergency. Entered by a person, not computed."""
    name, meaning = ASA[asa]
    label = name + ("E" if emergency else "")
    return Outcome({"asa": label, "class": name, "meaning": meaning}, f"{label}: {meaning}")


# Of each pair only the severe counts
PAIRS = {
    "mild_liver_disease": "moderate_severe_liver_disease",
    "diabetes_uncomplicated": "diabetes_end_organ_damage",
    "solid_tumor_non_metastatic": "metastatic_solid_tumor",
}
LIVER = ("mild_liver_disease", "moderate_severe_liver_disease")
TUMOUR = ("solid_tumor_non_metastatic", "metastatic_solid_tumor")


@aid(
    "charlson",
    title="Charlson comorbidity index",
    version="1987, with age 1994",
    citation=(
        "Charlson ME, et al. J Chronic Dis 1987;40:373-383. doi:10.1016/0021-9681(87)90171-8. "
        "Charlson M, et al. J Clin Epidemiol 1994;47:1245-1251. "
        "doi:10.1016/0895-4356(94)90129-5"
    ),
    convention=(
        "Beside the full index stands one without liver disease and the tumour under discussion, "
        "which nearly every patient of a liver board has. Of mild and severe only severe counts. "
        "Ten-year survival is informative only."
    ),
    inputs=(
        choice(
            "conditions",
            "Conditions (an empty list says that there are none)",
            *((key, label) for key, (_, label) in WEIGHTS.items()),
            kind="list",
            myocardial_infarction="myocardial_infarct mi",
            heart_failure="congestive_heart_failure chf",
            cerebrovascular_disease="cerebrovascular stroke tia stroke_tia stroke_or_tia",
            chronic_pulmonary_disease="copd chronic_lung_disease pulmonary_disease",
            connective_tissue_disease="connective_tissue rheumatic_disease",
            peripheral_vascular_disease="peripheral_vascular",
            peptic_ulcer="peptic_ulcer_disease",
            hemiplegia="hemiplegia_paraplegia hemiplegia_or_paraplegia",
            diabetes_uncomplicated="diabetes diabetes_without_end_organ_damage",
            diabetes_end_organ_damage="diabetes_with_end_organ_damage diabetes_complicated",
            moderate_severe_renal_disease="renal_disease moderate_to_severe_renal_disease",
            moderate_severe_liver_disease="moderate_to_severe_liver_disease",
            solid_tumor_non_metastatic=(
                "solid_tumour_non_metastatic solid_tumor localized_solid_tumor "
                "solid_tumor_localized non_metastatic_solid_tumor"
            ),
            metastatic_solid_tumor=(
                "solid_tumor_metastatic solid_tumour_metastatic metastatic_solid_tumour "
                "metastatic_tumor"
            ),
            leukemia="leukaemia",
        ),
        number("age_years", "Age", 0, 120, unit="years"),
        yesno(
            "other_solid_tumor",
            "The solid tumour is another than the one under discussion",
            required=False,
        ),
    ),
)
def charlson(
    conditions: tuple[str, ...], age_years: float, other_solid_tumor: bool | None
) -> Outcome:
    """Points of the conditions and of age, and the same without liver and index tumour."""
    present = dict.fromkeys(conditions)
    counted = {name: WEIGHTS[name][0] for name in present if PAIRS.get(name) not in present}
    age = min(4, max(0, int(age_years // 10) - 4))
    own = LIVER if other_solid_tumor else LIVER + TUMOUR
    points = sum(counted.values())
    rest = sum(weight for name, weight in counted.items() if name not in own)
    total = points + age
    return Outcome(
        {
            "comorbidity_points": points,
            "age_points": age,
            "total": total,
            "comorbidity_points_without_liver_and_tumor": rest,
            "total_without_liver_and_tumor": rest + age,
            "counted": counted,
            "survival_10_years_percent": half_up(100 * 0.983 ** math.exp(0.9 * total), 1),
        },
        f"{total} ({rest + age} without liver disease and index tumour)",
    )
