"""mRECIST: both sides of each limit, and the response of the whole."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from boardroom.clinical import ImpossibleValue
from boardroom.clinical.from_facts import CaseRecord, RecordedFact
from boardroom.clinical.response import mrecist
from tests.unit.aid_samples import TODAY, fact


def response(first: float, least: float, now: float, **changes: Any) -> str:
    given = {"new_lesion": False, "nontarget_unequivocal_progression": False} | changes
    return mrecist(
        baseline_sum_viable_mm=first,
        nadir_sum_viable_mm=least,
        current_sum_viable_mm=now,
        **given,
    ).values["response"]


def test_mrecist_limits() -> None:
    assert response(100, 100, 70) == "PR"
    assert response(100, 100, 70.1) == "SD"
    assert response(100, 100, 119.9) == "SD"
    assert response(100, 100, 120) == "PD"
    assert response(100, 40, 48) == "PD"  # although it is less than half of the start
    assert response(100, 40, 47.9) == "PR"
    assert response(100, 0, 5) == "PD"
    assert response(100, 0, 0) == "CR"
    assert response(10, 10, 12) == "PD"  # 2 mm are enough: no rule of 5 mm
    assert response(33, 33, 23.1) == "PR"  # exactly -30 %, which floats miss


def test_mrecist_overall() -> None:
    assert response(100, 100, 0, new_lesion=True) == "PD"
    for state, overall in (("none", "CR"), ("cr", "CR"), ("incomplete", "PR"), ("pd", "PD")):
        given = {"nontarget_unequivocal_progression": None, "nontarget_state": state}
        assert response(100, 100, 0, **given) == overall
        assert response(100, 100, 50, **given) == ("PD" if state == "pd" else "PR")
    with pytest.raises(ImpossibleValue, match="contradicts"):
        response(100, 100, 50, nontarget_state="pd")
    with pytest.raises(ImpossibleValue, match="nothing viable"):
        response(0, 0, 5)


def test_the_smallest_sum_includes_the_first() -> None:
    given = {"new_lesion": False, "nontarget_state": "none", "current_sum_viable_mm": 60}
    result = mrecist(baseline_sum_viable_mm=50, nadir_sum_viable_mm=80, **given)
    assert result.values["response"] == "PD"
    assert (result.clamped[0].given, result.clamped[0].used) == (80, 50)
    assert result.values["objective_response"] is False
    assert result.values["disease_control"] is False
    assert result.values["change_from_baseline_percent"] == 20


@pytest.mark.parametrize(("written", "response"), [(-3, "PD"), (0, "PD"), (14, "PD"), (15, "")])
def test_what_is_answered_without_a_date_is_of_the_day_on_which_it_was_written(
    written: int, response: str
) -> None:
    sums = [fact("viable_sum_mm", mm, "mm", days) for mm, days in (("100", 90), ("40", 45))]
    day = TODAY - dt.timedelta(days=written)
    said = [
        RecordedFact(key, value, written_on=day)
        for key, value in (("new_lesion", "no"), ("nontarget_state", "none"))
    ]
    record = CaseRecord(
        [*sums, fact("viable_sum_mm", "48", "mm", 0), *said], TODAY + dt.timedelta(days=5)
    )
    filled = record.fill("mrecist")
    assert filled.result is not None
    assert filled.result.complete is bool(response)
    assert filled.result.values.get("response", "") == response
