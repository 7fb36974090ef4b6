"""Where in a case's form a missing input of a decision aid is given."""

from __future__ import annotations

from boardroom.cases.view import place_of
from boardroom.clinical import AIDS
from boardroom.clinical.case_liver import LIMITS_UNNAMED
from boardroom.clinical.facts import FACTS

# What an aid asks beyond its inputs, or asks of the case otherwise than as a fact of that name.
_ITEMS = {
    "INR or prothrombin time": "fact.inr",
    "Limits that go with the prothrombin activity (Japan or France)": "fact.inr",
    "Encephalopathy": "fact.encephalopathy",
    "Ascites": "fact.ascites",
    "HVPG, endoscopy, collaterals, ascites, stiffness or platelets": "fact.varices",
    "Clinically significant portal hypertension": "fact.portal_hypertension",
    "MELD": "fact.creatinine",
    "Child-Pugh class": "fact.ascites",
    "Extent in the liver": "fact.tumour_percent",
    "Portal vein thrombosis": "fact.portal_thrombosis_bland",
    "Diameters of all nodules": "lesions",
    "Number of nodules": "lesions",
    "Largest nodule": "lesions",
    "Vascular invasion, microscopic included": "fact.macrovascular_invasion",
    "Major branch of the portal or a hepatic vein involved": "fact.portal_invasion",
    "Regional lymph nodes": "fact.nodes",
    "Metastasis": "fact.extrahepatic_spread",
    "Whether non-target lesions progressed": "fact.nontarget_state",
    "Sum of viable diameters at the start": "fact.viable_sum_mm",
    "Sum of viable diameters at their smallest": "fact.viable_sum_mm",
    "Sum of viable diameters now": "fact.viable_sum_mm",
    "Body surface (or height and weight), or measured liver and tumour volume": "fact.height",
    "ECOG performance status": "referral.ecog",
    "ECOG grade": "referral.ecog",
    "Conditions (an empty list says that there are none)": "fact.cci_complete",
}
LESIONS = place_of("lesions")
"""Where lesions are listed."""
_ELEMENTS = {"sex": "f-patient-sex", "age_years": "f-patient-birth_date"}


def place_for(aid: str, label: str) -> str:
    """The form's element for what an aid calls missing; the form itself where there is none.

    "" for what no form gives.
    """
    if label == LIMITS_UNNAMED:
        return ""
    if label in _ITEMS:
        return place_of(_ITEMS[label])
    for one in AIDS[aid].inputs:
        if one.label == label and (one.fact or one.name in _ELEMENTS):
            return _ELEMENTS.get(one.name) or place_of(f"fact.{one.fact}")
    # Named by an aid's own question, such as "Tumour volume" for the future liver remnant.
    fact = next((key for key, known in FACTS.items() if known.label == label), "")
    return place_of(f"fact.{fact}") if fact else "case-form"
