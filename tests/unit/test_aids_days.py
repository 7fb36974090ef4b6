"""How old what an aid uses is, and how far apart: said wherever it is used as if of one day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from boardroom.aids.figures import liver
from boardroom.clinical.filled import Lesion, RecordedFact
from boardroom.clinical.from_facts import CaseRecord
from boardroom.clinical.read_facts import Read
from boardroom.clinical.tumour_reading import Findings
from tests.unit.aid_samples import LABS, TODAY, TUMOUR, fact, of, values

# ---- How the tumour lies in the liver -----------------------------------------------------------

DESCRIBED = {
    "growth_pattern": ("infiltrative", "", "bclc_2022", "Growth pattern"),
    "selective_access": (
        "yes", "", "bclc_2022", "Well-defined nodules, portal flow kept, selective access",
    ),
    "tumour_percent": ("30", "%", "okuda", "Share of the liver that is tumour"),
}  # fmt: skip


def said(key: str, days: int | None, *facts: RecordedFact, **more: Any) -> list[str]:
    value, unit, aid, label = DESCRIBED[key]
    described = fact(key, value, unit, days)
    record = CaseRecord((*LABS, *TUMOUR, *facts, described), TODAY, **more)
    filled = record.fill(aid)
    assert key in [one.key for one in filled.sources]
    return [words for words in filled.warnings if words.startswith(label)]


@pytest.mark.parametrize("key", DESCRIBED)
def test_a_description_older_than_the_images_says_so(key: str) -> None:
    label = DESCRIBED[key][3]
    number = fact("nodule_count", "2", days=10)
    words = f"{label} is of 21 Aug 2025, 191 days before the images of 28 Feb 2026."
    assert said(key, 201, number) == [words]
    assert said(key, 40, number) == []
    assert said(key, 41, number) != []
    read = Read(Findings(), "the board’s reading", TODAY - dt.timedelta(days=10), TODAY)
    assert said(key, 201, read=read) == [words]


@pytest.mark.parametrize("key", DESCRIBED)
def test_without_images_an_old_description_says_its_age(key: str) -> None:
    assert said(key, 91) == [f"{DESCRIBED[key][3]} is of 9 Dec 2025, 91 days old."]
    assert said(key, 90) == []
    assert said(key, None) == []


def test_an_old_share_is_said_with_clip_as_well() -> None:
    old = fact("tumour_percent", "60", "%", 400)
    clot, afp = fact("portal_thrombosis", "no"), fact("afp", "20", "ng/mL")
    filled = of("clip", *LABS, *TUMOUR, old, clot, afp, lesions=[Lesion(30, number=1)])
    assert values(filled)["components"]["morphology"] == 2
    assert any("is of 3 Feb 2025, 400 days old." in words for words in filled.warnings)


# ---- Volumes ------------------------------------------------------------------------------------

BODY = (
    fact("liver_quality", "normal"), fact("height", "180", "cm"), fact("weight", "80", "kg"),
)  # fmt: skip


def volumes(*days: int | None) -> tuple[str, ...]:
    keys = ("flr_ml", "liver_volume_ml", "tumour_volume_ml")
    given = [
        fact(key, value, "ml", day)
        for key, value, day in zip(keys, ("500", "1500", "100"), days, strict=False)
    ]
    filled = of("flr", *BODY, *given)
    assert values(filled)["sflr_percent"]
    return filled.warnings


def test_volumes_of_different_days_are_named_with_their_days() -> None:
    assert volumes(5, 5, 5) == ()
    (said,) = volumes(5, 40, 40)
    assert said == (
        "The volumes behind this are not of one day: future liver remnant of 5 Mar 2026, total "
        "liver volume of 29 Jan 2026 and tumour volume of 29 Jan 2026."
    )
    assert "tumour volume without a date" in volumes(5, 5, None)[0]
    assert volumes(5) == (), "alone it is set against the standard volume"


# ---- Child-Pugh as reported beside the computed one ---------------------------------------------


def child_pugh(points: str, days: int | None, *labs: RecordedFact) -> Any:
    told = fact("child_pugh_points", points, days=days)
    record = CaseRecord((*(labs or LABS), told), TODAY)
    taken = told.taken_on.isoformat() if told.taken_on else None
    reading: Any = {
        "aids": {"child_pugh": record.fill("child_pugh").as_dict()},
        "facts": {"child_pugh_points": {"value": points, "unit": "", "taken_on": taken}},
    }
    return liver(reading, "si")[0]


def test_a_report_that_is_newer_than_the_labs_stands_beside_the_computed_one() -> None:
    shown = child_pugh("10", 2)  # the labs are of 5 days ago
    assert shown.value == "B8", "what is computed is not replaced"
    assert shown.words == (
        "Child-Pugh computed B8 from values of 5 Mar 2026, reported C10, 8 Mar 2026"
    )
    assert shown.note.startswith("computed from values of 5 Mar 2026; reported C10, 8 Mar 2026; ")
    assert shown.tone == "caution"


@pytest.mark.parametrize(
    ("points", "days", "line"),
    [
        ("8", 5, "Child-Pugh B8"),
        ("9", 5, "Child-Pugh computed B8, reported B9, 5 Mar 2026"),
        ("9", 35, "Child-Pugh computed B8, reported B9, 3 Feb 2026"),
        ("9", 36, "Child-Pugh B8"),  # of an earlier state of the liver
        ("9", None, "Child-Pugh computed B8, reported B9, without a date"),
    ],
)
def test_a_report_of_the_time_of_the_labs_that_differs_is_said(
    points: str, days: int | None, line: str
) -> None:
    figure = child_pugh(points, days)
    assert (figure.value, figure.words) == ("B8", line)
    assert ("they differ" in figure.note) is ("computed" in line)


def test_labs_of_several_days_are_older_where_one_of_them_is() -> None:
    labs = [fact("bilirubin", "34.2", "umol/L", 69), *LABS[1:]]
    assert child_pugh("7", 20, *labs).words == (
        "Child-Pugh computed B8 from values of 31 Dec 2025 to 5 Mar 2026, reported B7, 18 Feb 2026"
    )
    undated = [
        RecordedFact(one.key, one.value, one.unit) if one.key in ("bilirubin", "albumin", "inr")
        else one for one in LABS
    ]  # fmt: skip
    assert "from values without a date, reported A6" in child_pugh("6", 20, *undated).words
