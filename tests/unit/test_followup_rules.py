"""When the board asks what became of a plan, and what an answer needs."""

from __future__ import annotations

import datetime as dt

import pytest

from boardroom.followup.rules import Answer, days_due, is_over, problems, tidy

DECIDED = dt.date(2026, 8, 19)


@pytest.mark.parametrize(
    ("after", "answered", "due"),
    [(29, set(), []), (30, set(), [30]), (30, {30}, []), (90, set(), [30, 90]), (95, {30}, [90])],
)
def test_when_it_asks(after: int, answered: set[int], due: list[int]) -> None:
    today = DECIDED + dt.timedelta(days=after)
    assert days_due(DECIDED, today, (30, 90), answered) == due


def test_when_it_stops() -> None:
    assert not is_over((30, 90), {30}, final=False)
    assert is_over((30, 90), {90}, final=False)
    assert is_over((30, 90), {30}, final=True)
    assert not is_over((), set(), final=False)


WHOLE = Answer("yes", "resection", "", DECIDED, outcome="disease_free")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, set()),
        ({"carried_out": ""}, {"carried_out"}),
        ({"carried_out": "perhaps"}, {"carried_out"}),
        ({"treatment": ""}, {"treatment"}),
        ({"treated_on": None}, {"treated_on"}),
        ({"treated_on": DECIDED - dt.timedelta(days=1)}, {"treated_on"}),
        ({"treated_on": dt.date(2027, 1, 1)}, {"treated_on"}),
        ({"carried_out": "partly"}, {"deviation"}),
        ({"carried_out": "no", "treatment": "", "treated_on": None}, {"deviation"}),
        ({"carried_out": "not_yet", "treatment": "", "treated_on": None}, set()),
        ({"outcome": ""}, {"outcome"}),
    ],
)
def test_what_an_answer_needs(change: dict[str, object], wrong: set[str]) -> None:
    answer = Answer(**{**WHOLE.__dict__, **change})  # type: ignore[arg-type]
    today = DECIDED + dt.timedelta(days=40)
    assert set(problems(answer, decided_on=DECIDED, today=today)) == wrong


def test_a_plan_that_was_kept_has_no_deviation() -> None:
    kept = Answer(**{**WHOLE.__dict__, "deviation": "patient", "deviation_note": "x"})
    assert (tidy(kept).deviation, tidy(kept).deviation_note) == ("", "")
    left = Answer(**{**kept.__dict__, "carried_out": "partly"})
    assert tidy(left).deviation == "patient"
