"""The LI-RADS category that a lesion's major features give, beside the one that radiology gave.

Only before treatment, and only where the reader's call leaves it to the table: LR-NC, LR-1, LR-2,
LR-M and LR-TIV are the reader's own and come before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from boardroom.clinical import AIDS
from boardroom.clinical.from_facts import CaseRecord
from boardroom.clinical.inputs import ImpossibleValue
from boardroom.clinical.tumour_reading import Lesion

BY_TABLE = ("", "LR-3", "LR-4", "LR-5")
_INPUTS = {
    "aphe": "nonrim_aphe",
    "washout": "nonperipheral_washout",
    "capsule": "enhancing_capsule",
    "growth": "threshold_growth",
}


@dataclass(frozen=True, slots=True)
class ByFeatures:
    """`category` is "" where there is none, and `why` then says what is missing or why not.

    `differs`: radiology gave another.
    """

    category: str
    differs: bool = False
    why: str = ""

    @property
    def words(self) -> str:
        """In a few words, for beside the category that was given."""
        return f"{self.category} by its features" if self.category else self.why


def by_features(lesion: Lesion, record: CaseRecord) -> ByFeatures | None:
    """What LI-RADS v2018 says; None where no features are given, or the table is not for it."""
    if not lesion.features or lesion.viable_mm is not None or lesion.li_rads not in BY_TABLE:
        return None
    given: dict[str, Any] = {name: key in lesion.features for key, name in _INPUTS.items()}
    if lesion.size_mm is not None:
        given["size_mm"] = lesion.size_mm
    if (at_risk := _at_risk(record)) is not None:
        given["at_risk_population"] = at_risk
    if record.age_years is not None:
        given["age_years"] = record.age_years
    try:
        result = AIDS["lirads_2018"](**given)
    except ImpossibleValue as refused:
        return ByFeatures("", why=refused.reason)
    if not result.complete:
        return ByFeatures("", why=f"LI-RADS needs: {', '.join(result.missing)}")
    category = str(result.values["category"])
    return ByFeatures(category, bool(lesion.li_rads) and category != lesion.li_rads)


def _at_risk(record: CaseRecord) -> bool | None:
    """Cirrhosis or chronic hepatitis B; None where neither is known. Earlier HCC has no fact."""
    hepatitis_b = record.text("hbsag") == "yes" or record.text("liver_cause") == "hbv"
    if record.text("cirrhosis") == "yes" or hepatitis_b:
        return True
    return False if record.text("cirrhosis") == record.text("hbsag") == "no" else None
