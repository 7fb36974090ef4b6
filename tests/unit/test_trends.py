"""Values over time as they are written beside their line."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from boardroom.aids.trends import drawn, tumour_trends
from boardroom.clinical.display import converted, shown
from boardroom.clinical.from_facts import CaseRecord


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1.0, 1.25], ["1.00", "1.25"]),
        ([0.9, 12.5], ["0.9", "12.5"]),
        ([11.0, 14.0], ["11", "14"]),
        ([3.2, 150.0], ["3.2", "150.0"]),
        ([1.25, 12000.0], ["1", "12000"]),
        ([0.0, 0.0], ["0", "0"]),
        ([0.0, 0.5], ["0.0", "0.5"]),
        ([1.46199, 2.0, 1.5], ["1.46", "2.00", "1.50"]),
        ([0.760234, 0.818713], ["0.76", "0.82"]),
        ([0.0123, 0.5], ["0.012", "0.500"]),
    ],
)
def test_the_values_of_one_line_have_one_number_of_decimals(
    values: list[float], texts: list[str]
) -> None:
    first = dt.date(2026, 1, 1)
    by_day = {first + dt.timedelta(days=7 * n): value for n, value in enumerate(values)}
    line = drawn("inr", "INR", "", by_day)
    assert line is not None
    assert [point.text for point in line.points] == texts
    assert texts[0] in line.description
    assert texts[-1] in line.description


def test_a_converted_value_is_written_alike_on_its_card_and_beside_its_line() -> None:
    """13 and 14 µmol/L of bilirubin are 0.76 and 0.82 mg/dL: no laboratory reports a third."""
    day = dt.date(2026, 1, 1)
    by_day = {}
    for after, (micromoles, words) in enumerate((("13", "0.76"), ("14", "0.82"))):
        assert shown("bilirubin", micromoles, "umol/L", "conventional").text == words
        number = converted("bilirubin", micromoles, "umol/L", "conventional")
        assert number is not None
        by_day[day + dt.timedelta(days=after)] = float(number)
    line = drawn("bilirubin", "Bilirubin", "mg/dL", by_day)
    assert line is not None
    assert [point.text for point in line.points] == ["0.76", "0.82"]
    assert shown("afp", "0.004", "ng/mL", "conventional").text == "0.004"


def test_a_liver_without_a_nodule_is_a_point_of_the_line() -> None:
    day = dt.date(2026, 1, 1)
    facts = [
        SimpleNamespace(key=key, value=value, unit=unit, taken_on=day + dt.timedelta(days=after))
        for key, value, unit, after in (
            ("largest_mm", "41", "mm", 0), ("nodule_count", "1", "", 0),
            ("nodule_count", "0", "", 90), ("largest_mm", "10", "mm", 180),
        )
    ]  # fmt: skip
    (line,) = tumour_trends(CaseRecord(facts, day + dt.timedelta(days=200)), "si")
    assert [point.text for point in line.points] == ["41", "0", "10"]
