"""The answer over more than two rounds, and where a map named too many lesions to count."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from boardroom.cases.response import Answer, Before, answer
from boardroom.cases.since import Looked
from boardroom.clinical.response import Measured, mrecist, smallest_before
from tests.unit.response_samples import CLEAR, lesion, told

DAYS = [dt.date(2025, month, 1) for month in (1, 4, 7, 10)]


def course(*sizes: int | None, days: list[dt.date] | None = None) -> Answer:
    """One lesion over rounds BR-1, BR-2 …; the answer is that of the last since the one before."""
    on = days or DAYS[: len(sizes)]
    rounds = [
        Before(f"BR-{n}", day, (lesion(1, 90, size),), {1: 1})
        for n, (day, size) in enumerate(zip(on, sizes, strict=True), start=1)
    ]
    looked = Looked(then=True, now=True, then_on=on[-2], now_on=on[-1])
    before, now = [lesion(1, 90, sizes[-2])], [lesion(1, 90, sizes[-1])]
    made = answer(before, now, {1: 1}, (CLEAR, CLEAR), looked, rounds[:-2])
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("sizes", "response"),
    [
        ((60, 30, 34, 38), "PD"),  # 12 % since the last round, 27 % since the smallest
        ((60, 34, 34, 38), "SD"),
        ((30, 34, 38), "PD"),
        ((30, 31, 36), "PD"),
        ((30, 31, 35), "SD"),
        ((30, 60, 40), "PD"),  # progression is tested before partial response
        ((60, 0, 12, 12), "PD"),  # once all had vanished
        ((60, 0, 12, 0), "CR"),
        ((100, 60, 40), "PR"),
    ],
)
def test_progression_is_told_against_the_smallest_sum_of_any_round(
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
    assert (card.values["response"] == "PD") is (response == "PD")


def test_the_smallest_sum_of_before_is_named() -> None:
    made = course(60, 30, 34, 38)
    assert made.words == (
        "PD, progressive disease: 34 to 38 mm viable, +12 %; "
        "smallest before: 30 mm in BR-2, +27 % since"
    )
    assert "a treatment that began after it has a start of its own" in course(30, 60, 40).words
    assert "smallest before" not in course(60, 34, 38).words


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
    made = answer([lesion(1, 34)], [lesion(1, 38)], {1: 1}, (CLEAR, CLEAR), looked, [before])
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
