"""What changed between two rounds of a case."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from boardroom.cases.since import changes

DAY = dt.date(2026, 8, 1)


def fact(key: str, value: str, unit: str = "", on: dt.date = DAY) -> SimpleNamespace:
    return SimpleNamespace(id=1, key=key, value=value, unit=unit, taken_on=on)


def lesion(number: int, size: int | None, viable: int | None = None) -> SimpleNamespace:
    return SimpleNamespace(number=number, segments="V", size_mm=size, viable_mm=viable)


def case(facts: list[SimpleNamespace], lesions: list[SimpleNamespace]) -> SimpleNamespace:
    return SimpleNamespace(facts=facts, lesions=lesions)


def told(earlier: SimpleNamespace, later: SimpleNamespace) -> list[tuple[str, str]]:
    return [(one.label, one.direction) for one in changes(earlier, later)]


def test_values_are_compared_in_one_unit() -> None:
    later = DAY + dt.timedelta(days=60)
    before = [fact("bilirubin", "17.1", "umol/L"), fact("afp", "900", "ng/mL"),
              fact("ascites", "none"), fact("albumin", "40", "g/L")]  # fmt: skip
    after = [*before, fact("bilirubin", "2", "mg/dL", later), fact("afp", "100", "ng/mL", later),
             fact("ascites", "mild", on=later), fact("inr", "1.1", on=later)]  # fmt: skip
    found = dict(told(case(before, []), case(after, [])))
    assert found["Total bilirubin"] == "up"
    assert found["AFP"] == "down"
    assert found["INR"] == "new"
    assert "Albumin" not in found
    assert set(found.values()) == {"up", "down", "new", "other"}


def test_lesions_are_compared_once_they_are_read_again() -> None:
    before = case([], [lesion(1, 40), lesion(2, 20), lesion(3, 12)])
    assert told(before, case([], [])) == []
    after = case([], [lesion(1, 40, 25), lesion(2, 20), lesion(4, 9)])
    assert told(before, after) == [
        ("Lesion 1", "down"), ("Lesion 3", "gone"), ("Lesion 4", "new"),
    ]  # fmt: skip
