"""The answer over more than two rounds, and where a map named too many lesions to count."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from boardroom.cases.response import Answer, Before, Line, answer
from boardroom.cases.since import Looked
from boardroom.clinical.response import Measured, mrecist, present_began, smallest_before
from tests.unit.response_samples import CLEAR, MINUS, lesion, told

DAYS = [dt.date(2025, month, 1) for month in (1, 4, 7, 10)]


def course(
    *sizes: int | None, days: list[dt.date] | None = None, began: dt.date | None = None
) -> Answer:
    """One lesion over rounds BR-1, BR-2 …; the answer is that of the last."""
    on = days or DAYS[: len(sizes)]
    rounds = [
        Before(f"BR-{n}", day, (lesion(1, 90, size, "LR-TR viable"),), {1: 1})
        for n, (day, size) in enumerate(zip(on, sizes, strict=True), start=1)
    ]
    looked = Looked(then=True, now=True, then_on=on[-2], now_on=on[-1])
    before, now = [lesion(1, 90, sizes[-2])], [lesion(1, 90, sizes[-1])]
    line = Line(tuple(rounds[:-2]), rounds[-2].code, on[-2], began)
    made = answer(before, now, {1: 1}, (CLEAR, CLEAR), looked, line)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("sizes", "response"),
    [
        ((60, 30, 34, 38), "PD"),  # 12 % since the last round, 27 % since the smallest
        ((60, 34, 34, 38), "PR"),
        ((60, 25, 29), "PR"),  # 16 % since the smallest, -52 % since the start
        ((40, 35, 30), "SD"),
        ((60, 8, 9), "PR"),  # what was a target is one, however small by now
        ((60, 8, 10), "PD"),
        ((60, 0, 0), "CR"),
        ((60, 0, 8), "PD"),
        ((30, 34, 38), "PD"),
        ((30, 31, 36), "PD"),
        ((30, 31, 35), "SD"),
        ((30, 60, 40), "PD"),  # progression is tested before partial response
        ((60, 0, 12, 12), "PD"),  # once all had vanished
        ((60, 0, 12, 0), "CR"),
        ((100, 60, 40), "PR"),
    ],
)
def test_response_is_told_against_the_start_and_progression_against_the_smallest_sum(
    sizes: tuple[int, ...], response: str
) -> None:
    assert course(*sizes).response == response
    # As the card has it, where the same sums are recorded
    first, now = sizes[0], sizes[-1]
    given = {"new_lesion": False, "nontarget_state": "none"}
    least = smallest_before([Measured(mm, day) for mm, day in zip(sizes, DAYS, strict=False)],
                            DAYS[len(sizes) - 1])  # fmt: skip
    assert least is not None
    card = mrecist(
        baseline_sum_viable_mm=first,
        nadir_sum_viable_mm=least.mm,
        current_sum_viable_mm=now,
        **given,
    )
    assert card.values["response"] == response


def test_start_and_smallest_sum_are_named_with_case_and_day() -> None:
    made = course(60, 25, 29)
    assert made.words == (
        f"PR, partial response: 60 to 29 mm viable, {MINUS}52 %; "
        "smallest before: 25 mm in BR-2, 1 Apr 2025, +16 % since"
    )
    assert made.since("BR-2") == "BR-1, 1 Jan 2025"
    assert course(60, 30, 34, 38).words == (
        f"PD, progressive disease: 60 to 38 mm viable, {MINUS}37 %; "
        "smallest before: 30 mm in BR-2, 1 Apr 2025, +27 % since"
    )
    fell = course(30, 60, 40).words
    assert "+33 %; less than 60 mm in BR-2, 1 Apr 2025 (a treatment that began after it" in fell
    assert "smallest before" not in course(60, 38, 34).words


def test_another_treatment_has_a_start_of_its_own() -> None:
    made = course(60, 30, 50, 34, began=DAYS[2] + dt.timedelta(days=9))
    assert made.words == (
        f"PR, partial response: 50 to 34 mm viable, {MINUS}32 %; "
        "smaller before this treatment: 30 mm in BR-2, 1 Apr 2025"
    )
    assert made.since("BR-3") == "BR-3"
    made = course(60, 80, 50, 60, began=DAYS[1])
    assert (made.response, made.was) == ("PD", 80), "images of the day it began are of before it"
    assert made.since("BR-3") == "BR-2, 1 Apr 2025"
    early = DAYS[0] - dt.timedelta(days=40)
    assert course(60, 25, 29, began=early).was == 60, "the first where none is of before it"
    assert course(60, 30, began=DAYS[0]).words == course(60, 30).words


def test_the_present_treatment_began_with_the_first_of_its_kind_after_another() -> None:
    january, april, july, october = DAYS
    assert present_began([], july) is None
    assert present_began([(None, "tace"), (january, "")], july) is None
    tace = [(january, "tace"), (april, "tace")]
    assert present_began(tace, july) == january
    assert present_began([*tace, (july, "systemic")], october) == july
    assert present_began([*tace, (july, "systemic")], july) == january, "not yet begun then"
    assert present_began([(july, "tace"), (april, "systemic"), (january, "tace")], october) == july
    both = [(january, "tace"), (january, "ablation")]
    assert present_began([*both, (april, "ablation")], july) == january


def test_a_map_that_is_not_earlier_is_no_smallest_sum() -> None:
    january, april, july = DAYS[:3]
    # The same images were read again in the next round: its reading counts
    assert course(30, 60, 62, days=[april, april, july]).response == "SD"
    assert course(30, 60, 62, days=[july, april, july]).response == "SD"
    assert course(30, 60, 62, days=[january, april, july]).response == "PD"
    assert course(60, 30, 40, days=[january, july, july]).response == "PD", "days of saving alike"
    sums = [Measured(40, january), Measured(20, april), Measured(30, april), Measured(10, july)]
    assert smallest_before(sums, july) == Measured(30, april)
    assert smallest_before([Measured(10, july)], july) is None


def test_a_round_that_does_not_know_every_target_is_not_compared_with() -> None:
    assert course(None, 34, 38).response == "SD"
    before = Before("BR-1", DAYS[0], (lesion(7, 10),), {})
    looked = Looked(True, True, then_on=DAYS[1], now_on=DAYS[2])
    line = Line((before,), "BR-2", DAYS[1])
    made = answer([lesion(1, 34)], [lesion(1, 38)], {1: 1}, (CLEAR, CLEAR), looked, line)
    assert made is not None
    assert made.response == "SD"


def test_sums_that_are_recorded_as_progression_are_progression_here_too() -> None:
    grown = "the sum that is recorded, from 30 mm at the smallest to 38 mm"
    made = told([lesion(1, 34)], [lesion(1, 38)], CLEAR, replace(CLEAR, sums=grown))
    assert made.words.startswith("PD, progressive disease: 34 to 38 mm viable, +12 %")
    assert f"grown: {grown}" in made.words


def test_where_a_map_named_too_many_lesions_another_is_not_said_to_be_new() -> None:
    looked = Looked(True, True, whole=False)
    made = answer([lesion(1, 40)], [lesion(1, 40), lesion(2, 20)], {1: 1}, looked=looked)
    assert made is not None
    assert (made.response, made.new) == ("SD", ())
    assert "To be judged: lesion 2, 20 mm" in made.words


def test_of_too_many_lesions_to_count_none_is_said_to_be_gone_or_new() -> None:
    looked = Looked(True, True, now_whole=False)
    for listed in ([], [lesion(1, 20), lesion(2, 30)]):
        made = answer([lesion(1, 40)], listed, None, looked=looked)
        assert made is not None
        assert (made.response, made.words) == ("", "The new reading has too many lesions to count.")
    placed = answer([lesion(1, 40), lesion(2, 20)], [lesion(1, 30)], {1: 1}, looked=looked)
    assert placed is not None
    assert placed.words == "The new reading has too many lesions to count."
