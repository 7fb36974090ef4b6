"""The conditions of the Charlson index as facts: a list to be ticked, and that it is complete."""

from __future__ import annotations

from boardroom.clinical.fact import Fact, yesno

WEIGHTS = {
    "myocardial_infarction": (1, "Myocardial infarction"),
    "heart_failure": (1, "Heart failure"),
    "peripheral_vascular_disease": (1, "Peripheral vascular disease"),
    "cerebrovascular_disease": (1, "Stroke or TIA"),
    "dementia": (1, "Dementia"),
    "chronic_pulmonary_disease": (1, "Chronic lung disease"),
    "connective_tissue_disease": (1, "Connective tissue disease"),
    "peptic_ulcer": (1, "Peptic ulcer"),
    "mild_liver_disease": (1, "Chronic hepatitis, or cirrhosis without portal hypertension"),
    "diabetes_uncomplicated": (1, "Diabetes without organ damage"),
    "hemiplegia": (2, "Hemiplegia"),
    "moderate_severe_renal_disease": (2, "Moderate or severe kidney disease"),
    "diabetes_end_organ_damage": (2, "Diabetes with organ damage"),
    "solid_tumor_non_metastatic": (2, "Solid tumour without metastases"),
    "leukemia": (2, "Leukaemia"),
    "lymphoma": (2, "Lymphoma"),
    "moderate_severe_liver_disease": (3, "Cirrhosis with portal hypertension"),
    "metastatic_solid_tumor": (6, "Solid tumour with metastases"),
    "aids": (6, "AIDS"),
}
"""Condition of the aid: its points, and what it is called (Charlson 1987)."""

PREFIX = "cci_"
COMPLETE, OTHER_TUMOUR = "cci_complete", "cci_other_tumour"
CONDITIONS = {PREFIX + name: name for name in WEIGHTS}
"""Key of the fact to the condition of the aid."""


def condition_facts() -> tuple[Fact, ...]:
    return (
        *(yesno(key, WEIGHTS[name][1], "conditions") for key, name in CONDITIONS.items()),
        yesno(OTHER_TUMOUR, "The solid tumour is another than the one referred for", "conditions"),
        yesno(
            COMPLETE,
            "This list is complete; what is not ticked, the patient does not have",
            "conditions",
        ),
    )
