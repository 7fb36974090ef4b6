"""Portal hypertension as it was stated beside what was measured or seen: one truth for the aids."""

from __future__ import annotations

from typing import Any

import pytest

from boardroom.aids.figures import liver
from boardroom.clinical.case_portal import portal
from boardroom.clinical.filled import Lesion, RecordedFact
from boardroom.clinical.from_facts import CaseRecord
from tests.unit.aid_samples import LABS, TODAY, TUMOUR, fact, values

CASE = (
    *(one for one in LABS if one.key != "ascites"),
    *TUMOUR,
    fact("ascites", "none", days=900),
    fact("major_resection", "no"),
    fact("liver_function", "preserved"),
    fact("transplant_candidate", "no"),
)


def told(*facts: RecordedFact) -> tuple[str, bool, bool]:
    """What the liver card shows, and what BCLC and the risk of resection are given."""
    record = CaseRecord((*CASE, *facts), TODAY, (Lesion(18, number=1),), ecog=0)
    found = portal(record)
    kept = {"there": found.there, "basis": found.basis}
    reading: Any = {"aids": {"csph": record.fill("csph").as_dict()}, "facts": {}, "portal": kept}
    shown = next(one for one in liver(reading, "si") if one.label == "Portal hypertension")
    given = []
    for name in ("bclc_2022", "resection_decompensation_risk"):
        result = record.fill(name).result
        assert result is not None
        given.append(result.used["portal_hypertension"])
    return shown.value, given[0], given[1]


YES, NO = ("significant", True, True), ("not significant", False, False)


def stated(value: str, days: int | None) -> RecordedFact:
    return fact("portal_hypertension", value, days=days)


@pytest.mark.parametrize(
    ("said", "evidence", "truth"),
    [
        (stated("no", 900), fact("varices", "large", days=3), YES),
        (stated("no", 3), fact("varices", "large", days=900), NO),
        (stated("no", 3), fact("varices", "large", days=3), YES),
        (stated("no", None), fact("varices", "large", days=3), YES),
        (stated("yes", 900), fact("hvpg", "4", "mmHg", 0), NO),
        (stated("yes", 1), fact("hvpg", "4", "mmHg", 9), YES),
        (stated("no", 900), fact("hvpg", "10", "mmHg", 0), YES),
        (stated("no", 900), fact("ascites", "moderate_severe", days=1), YES),
        (stated("no", 900), fact("varices", "none", days=1), NO),
        (stated("yes", 900), fact("varices", "none", days=1), YES),
    ],
)
def test_every_aid_takes_the_newer_of_statement_and_evidence(
    said: RecordedFact, evidence: RecordedFact, truth: tuple[str, bool, bool]
) -> None:
    assert told(said, evidence) == truth


def test_stiffness_and_platelets_show_it_as_of_the_older_of_the_two() -> None:
    both = (fact("stiffness", "12", "kPa", 200), fact("platelets", "180", "10^9/L", 2))
    assert told(stated("yes", 100), *both) == YES
    assert told(stated("yes", 300), *both) == NO


def test_a_contradiction_is_said_on_both_cards() -> None:
    facts = (stated("no", 900), fact("varices", "large", days=3))
    record = CaseRecord((*CASE, *facts), TODAY, (Lesion(18, number=1),), ecog=0)
    words = (
        "“Portal hypertension: No” of 22 Sep 2023 and varices of 7 Mar 2026 contradict: "
        "the newer counts."
    )
    assert portal(record).contradiction == words
    for name in ("bclc_2022", "resection_decompensation_risk"):
        assert words in record.fill(name).warnings
    assert values(record.fill("resection_decompensation_risk"))["risk"] == "intermediate"


def test_a_statement_alone_is_shown_with_its_day() -> None:
    record = CaseRecord((stated("yes", 3),), TODAY)
    found = portal(record)
    kept = {"there": found.there, "basis": found.basis}
    reading: Any = {"aids": {"csph": record.fill("csph").as_dict()}, "facts": {}, "portal": kept}
    (shown,) = liver(reading, "si")
    assert (shown.value, shown.note) == ("significant", "as stated, 7 Mar 2026")
