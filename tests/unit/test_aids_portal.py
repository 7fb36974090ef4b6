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


# ---- An HVPG beside what was seen ---------------------------------------------------------------


def hvpg(value: str, days: int | None) -> RecordedFact:
    return fact("hvpg", value, "mmHg", days)


def stiff(days: int) -> tuple[RecordedFact, ...]:
    return (fact("stiffness", "31", "kPa", days), fact("liver_cause", "hcv"))


@pytest.mark.parametrize(
    ("measured", "seen", "truth"),
    [
        (hvpg("6", 700), (fact("varices", "large", days=3),), YES),
        (hvpg("6", 4), (fact("varices", "small", days=3),), YES),
        (hvpg("6", 700), (fact("variceal_bleeding", "yes", days=3),), YES),
        (hvpg("6", 700), (fact("collaterals", "yes", days=3),), YES),
        (hvpg("6", 3), (fact("varices", "large", days=3),), NO),
        (hvpg("6", 3), (fact("varices", "large", days=700),), NO),
        (hvpg("6", None), (fact("varices", "large", days=3),), YES),
        (hvpg("6", None), (fact("varices", "large", days=None),), NO),
        (hvpg("6", None), stiff(3), NO),
        (hvpg("6", 700), (fact("varices", "large", days=None),), NO),
        (hvpg("10", 700), (fact("varices", "none", days=3),), YES),
        # What only stands in for HVPG overtakes one of more than a year before
        (hvpg("6", 400), stiff(3), YES),
        (hvpg("6", 300), stiff(3), NO),
        (hvpg("6", 400), (*stiff(3), fact("varices", "large", days=900)), YES),
        (
            hvpg("6", 400),
            (fact("platelets", "80", "10^9/L", 3), fact("spleen", "15", "cm", 3)),
            YES,
        ),
    ],
)
def test_a_normal_hvpg_does_not_stand_against_a_newer_sign(
    measured: RecordedFact, seen: tuple[RecordedFact, ...], truth: tuple[str, bool, bool]
) -> None:
    assert told(measured, *seen) == truth


def test_both_are_said_with_their_days_wherever_it_counts() -> None:
    facts = (hvpg("6", 700), fact("varices", "large", days=3), fact("collaterals", "yes", days=900))
    record = CaseRecord((*CASE, *facts), TODAY, (Lesion(18, number=1),), ecog=0)
    words = "HVPG 6 mmHg of 9 Apr 2024 is not used: “Varices: Large” of 7 Mar 2026 is newer."
    assert portal(record).contradiction == words
    for name in ("csph", "bclc_2022", "resection_decompensation_risk"):
        assert words in record.fill(name).warnings
    assert "hvpg" not in [one.key for one in record.fill("csph").sources]
    old = CaseRecord((*CASE, hvpg("6", 400), *stiff(3)), TODAY)
    assert "HVPG 6 mmHg of 3 Feb 2025 is not used: stiffness 31 kPa of 7 Mar 2026 is newer." in (
        portal(old).contradiction
    )


def test_a_normal_hvpg_without_a_date_is_said_not_to_stand_against_a_dated_sign() -> None:
    bled, seen = fact("variceal_bleeding", "yes", days=3), fact("varices", "large", days=3)
    record = CaseRecord((*CASE, hvpg("6", None), bled), TODAY)
    words = (
        "HVPG 6 mmHg without a date is not used: “Has bled from varices: Yes” of 7 Mar 2026 "
        "has a date."
    )
    assert words in record.fill("csph").warnings
    both = portal(CaseRecord((*CASE, hvpg("6", None), bled, seen), TODAY)).contradiction
    assert both.endswith("of 7 Mar 2026 have dates.")


# ---- Varices: nobody looked, and they have bled -------------------------------------------------


def test_not_examined_undoes_no_finding() -> None:
    large, unseen = fact("varices", "large", days=300), fact("varices", "not_examined", days=3)
    for facts in ((large, unseen), (unseen, large)):
        assert told(*facts) == YES
        (said,) = CaseRecord((*CASE, *facts), TODAY).fill("csph").warnings
        assert said == (
            "“Varices: Not examined” of 7 Mar 2026 is no finding: “Varices: Large” of 14 May 2025 "
            "counts."
        )
    none = fact("varices", "none", days=1)
    filled = CaseRecord((large, unseen, none), TODAY).fill("csph")
    assert values(filled)["csph"] == "unclear", "who looked again and saw none has the last word"
    assert not filled.warnings
    alone = CaseRecord((unseen,), TODAY)
    assert alone.text("varices") == "not_examined"
    assert portal(alone).there is None


def test_who_has_bled_from_varices_has_portal_hypertension_whatever_is_seen_now() -> None:
    bled = fact("variceal_bleeding", "yes", days=900)
    assert told(bled) == YES
    assert told(bled, fact("varices", "none", days=3)) == YES
    record = CaseRecord((bled, fact("varices", "none", days=3)), TODAY)
    assert portal(record).basis == "variceal bleeding"
    no = stated("no", 500)
    assert told(bled, no, fact("varices", "none", days=3)) == NO, "the newer word"
    assert portal(CaseRecord((fact("variceal_bleeding", "no"),), TODAY)).there is None
