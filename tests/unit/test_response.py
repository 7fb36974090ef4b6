"""How the lesions of the round before answered, by mRECIST (Lencioni 2010)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest

from boardroom.cases.response import Answer, Before, Beyond, answer
from boardroom.cases.since import Looked
from boardroom.clinical.response import Measured, mrecist, smallest_before

CLEAR = Beyond(spread=False, invasion=False, portal="none", vein="none")
MINUS = "\N{MINUS SIGN}"


def lesion(
    number: int, size: int | None, viable: int | None = None, category: str = ""
) -> SimpleNamespace:
    return SimpleNamespace(number=number, size_mm=size, viable_mm=viable, li_rads=category)


def told(
    before: list[SimpleNamespace],
    after: list[SimpleNamespace],
    then: Beyond = CLEAR,
    now: Beyond = CLEAR,
    pairs: dict[int, int] | None = None,
) -> Answer:
    """With both rounds on a map, where the same number means the same place unless paired."""
    numbers = {one.number for one in after}
    same = {one.number: one.number for one in before if one.number in numbers}
    mapped = Looked(then=True, now=bool(after))
    made = answer(before, after, same if pairs is None else pairs, (then, now), mapped)
    assert made is not None
    return made


# ---- The targets --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "response", "now"),
    [
        ([lesion(1, 40, 25), lesion(2, 20, 17)], "PR", 42),
        ([lesion(1, 40, 26), lesion(2, 20, 17)], "SD", 43),
        ([lesion(1, 52), lesion(2, 22, 20)], "PD", 72),
        ([lesion(1, 40, 0), lesion(2, 20, 0)], "CR", 0),
        ([lesion(1, 40, None, "LR-TR nonviable"), lesion(2, 20, 0)], "CR", 0),
        ([lesion(1, 40, 0), lesion(2, 20, 0), lesion(9, 10)], "PD", 0),
        ([lesion(1, 40, 0), lesion(2, 20, 0), lesion(9, 9)], "CR", 0),  # below 1 cm: to be judged
    ],
)
def test_the_sum_of_what_lives_is_compared(
    after: list[SimpleNamespace], response: str, now: int
) -> None:
    made = told([lesion(1, 40), lesion(2, 22, 20)], after)
    assert (made.response, made.was, made.now) == (response, 60, now)


def test_an_answer_says_its_sums_or_what_stands_against_it() -> None:
    made = told([lesion(1, 62)], [lesion(1, 62, 38)])
    assert made.words == f"PR, partial response: 62 to 38 mm viable, {MINUS}39 %"
    for after, why in (
        ([], "Lesion 1 of the earlier round is not in the new reading."),
        ([lesion(1, None)], "What lives of lesion 1 has no size yet."),
        ([lesion(1, 40, None, "LR-TR equivocal")], "What lives of lesion 1 has no size yet."),
    ):
        made = answer([lesion(1, 40)], after, {1: 1} if after else {}, looked=Looked(True, True))
        assert made is not None
        assert (made.response, made.words) == ("", why)
    assert answer([], [lesion(1, 40)]) is None
    assert answer([lesion(1, 40)], []) is None
    assert answer([lesion(1, 40, 0)], [lesion(1, 40, 0)]) is None


def test_lesions_are_followed_by_their_place_where_both_were_mapped() -> None:
    made = told([lesion(1, 40), lesion(2, 20)], [lesion(1, 10), lesion(2, 20)], pairs={1: 2, 2: 1})
    assert (made.was, made.now) == (60, 30)


def test_progression_is_certain_though_one_lesion_was_not_measured() -> None:
    before = [lesion(1, 40), lesion(2, 20)]
    made = told(before, [lesion(1, 80)])
    assert made.words == "PD, progressive disease: 60 to at least 80 mm viable"
    made = told(before, [lesion(1, 40), lesion(3, 30)])
    assert made.words == "PD, progressive disease; new: lesion 3"


def test_what_lives_again_is_progression() -> None:
    gone = [lesion(1, 30, 0), lesion(2, 20, None, "LR-TR nonviable")]
    made = told(gone, [lesion(1, 30, 18), lesion(2, 20, 0)])
    assert made.words == "PD, progressive disease; grown: lesion 1, which lives again, 18 mm"
    assert told(gone, [lesion(1, 30, 0), lesion(3, 25)]).response == "PD"
    # Beside a lesion that lived all the time it is measured with it
    made = told([lesion(1, 30, 0), lesion(2, 20)], [lesion(1, 30, 18), lesion(2, 20)])
    assert (made.response, made.was, made.now) == ("PD", 20, 38)


def test_a_viable_size_that_was_not_measured_again_is_not_made_up() -> None:
    made = told([lesion(1, 40, 30)], [lesion(1, 50)])
    assert made.words == "What lives of lesion 1 has no size yet."


def test_what_lives_again_beside_a_target_that_shrank_is_named() -> None:
    made = told([lesion(1, 100), lesion(2, 30, 0)], [lesion(1, 100, 40), lesion(2, 30, 25)])
    assert made.response == "PR"
    assert "To be judged: lesion 2, which lives again, 25 mm" in made.words


@pytest.mark.parametrize("category", ["LR-1", "LR-2", "LR-3", "LR-TIV"])
def test_a_target_that_is_read_as_something_else_is_no_stable_disease(category: str) -> None:
    made = told([lesion(1, 30, None, "LR-5")], [lesion(1, 30, None, category)])
    assert made.words == f"Lesion 1 was a target and is {category} now."


# ---- Without a map ------------------------------------------------------------------------------


def test_lesions_that_nobody_had_read_before_are_not_new() -> None:
    assert answer([], [lesion(1, 118, None, "LR-5")], None, looked=Looked(now=True)) is None
    made = answer([], [lesion(1, 118)], {}, looked=Looked(then=True, now=True))
    assert made is not None
    assert made.words == "PD, progressive disease; new: lesion 1"


def test_another_number_without_two_maps_is_not_said_to_be_new() -> None:
    made = answer([lesion(1, 50)], [lesion(1, 12), lesion(3, 45)], None, looked=Looked(now=True))
    assert made is not None
    assert made.response == "PR"
    assert "To be judged: lesion 3, 45 mm, a number that the earlier round does not" in made.words


def test_images_that_show_no_lesion_any_more_are_an_answer_to_look_at() -> None:
    made = answer([lesion(1, 50)], [], {}, looked=Looked(then=True, now=True))
    assert made is not None
    assert made.words == "Lesion 1 of the earlier round is not in the new reading."


# ---- What is tumour -----------------------------------------------------------------------------


@pytest.mark.parametrize("category", ["LR-1", "LR-2", "LR-3", "LR-NC", "LR-TIV"])
def test_what_is_no_nodule_of_tumour_is_not_in_the_sum(category: str) -> None:
    before = [lesion(1, 20, None, "LR-5"), lesion(2, 100, None, category)]
    made = told(before, [lesion(1, 26, None, "LR-5"), lesion(2, 100, None, category)])
    assert made.words == "PD, progressive disease: 20 to 26 mm viable, +30 %"


@pytest.mark.parametrize(
    ("category", "response", "judged"),
    [
        ("LR-1", "SD", ""),
        ("LR-2", "SD", ""),
        ("LR-TIV", "SD", ""),
        ("LR-3", "SD", "lesion 9, new, LR-3 of 12 mm"),
        ("LR-NC", "SD", "lesion 9, new, LR-NC of 12 mm"),
        ("LR-4", "PD", ""),
        ("LR-5", "PD", ""),
        ("LR-M", "PD", ""),
        ("", "PD", ""),
    ],
)
def test_a_new_lesion_counts_where_it_is_tumour(category: str, response: str, judged: str) -> None:
    made = told([lesion(1, 20)], [lesion(1, 20), lesion(9, 12, None, category)])
    assert made.response == response
    assert made.judge == ((judged,) if judged else ())


@pytest.mark.parametrize("category", ["LR-TR viable", "LR-TR equivocal", "LR-TR nonevaluable"])
def test_a_new_lesion_without_its_viable_size_leaves_the_answer_open(category: str) -> None:
    before = [lesion(1, 50, None, "LR-5")]
    after = [lesion(1, 50, None, "LR-TR nonviable"), lesion(2, 40, None, category)]
    assert told(before, after).words == "What lives of lesion 2, which is new, has no size yet."
    grown = told(before, [lesion(1, 70, 70), lesion(2, 40, None, category)])
    assert grown.response == "PD", "whatever the other's size"


def test_what_has_to_be_judged_is_named_without_a_target_too() -> None:
    for was, now in ((lesion(1, 12, None, "LR-3"), lesion(1, 25, None, "LR-5")),
                     (lesion(1, 8, None, "LR-4"), lesion(1, 15, None, "LR-5"))):  # fmt: skip
        made = told([was], [now])
        assert made.response == ""
        assert made.words.startswith("No lesion of the earlier round was a target. To be judged:")
    made = told([lesion(1, 40)], [lesion(1, 40, 0), lesion(9, 9)])
    assert "To be judged: lesion 9, new, 9 mm" in made.words


def test_a_lesion_that_was_uncertain_is_judged_once_it_is_tumour() -> None:
    made = told(
        [lesion(1, 20), lesion(2, 9, None, "LR-3")], [lesion(1, 20), lesion(2, 14, None, "LR-5")]
    )
    assert made.response == "SD"
    assert (
        "To be judged: lesion 2, LR-3 before and LR-5 now. Progression there is PD." in made.words
    )


# ---- Lesions that are no target -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "response", "said"),
    [
        (0, "CR", "CR, complete response"),
        (8, "PR", "left: lesion 2"),
        (12, "PR", "To be judged: lesion 2 from 9 to 12 mm"),
        (30, "PD", "grown: lesion 2 from 9 to 30 mm"),
    ],
)
def test_a_small_lesion_has_a_say_of_its_own(now: int, response: str, said: str) -> None:
    made = told([lesion(1, 40), lesion(2, 9)], [lesion(1, 40, 0), lesion(2, now, now)])
    assert made.response == response
    assert said in made.words


def test_a_small_lesion_that_nobody_read_again_is_named() -> None:
    made = told([lesion(1, 40), lesion(2, 9)], [lesion(1, 40, 0)])
    assert made.response == "CR"
    assert "Complete only if it has gone: lesion 2 of the earlier round, not stated" in made.words


# ---- Beyond the lesions -------------------------------------------------------------------------

LUNG = Beyond(spread=True, sites=("lung",), invasion=False, portal="none", vein="none")
VP4 = Beyond(spread=False, invasion=True, portal="vp4", vein="none")


@pytest.mark.parametrize(
    ("then", "now", "response", "said"),
    [
        (CLEAR, CLEAR, "PR", ""),
        (CLEAR, LUNG, "PD", "new: disease outside the liver (lung)"),
        (LUNG, Beyond(spread=True, sites=("lung", "bone")), "PD", "outside the liver (bone)"),
        (LUNG, LUNG, "PR", ""),
        (CLEAR, VP4, "PD", "new: portal vein invasion Vp4"),
        (CLEAR, Beyond(spread=False, invasion=True), "PD", "new: invasion of vessels"),
        (VP4, Beyond(False, (), True, "vp4", "vv3"), "PD", "new: hepatic vein invasion Vv3"),
        (
            Beyond(False, (), True, "none", "vv1"),
            Beyond(False, (), True, "vp3", "vv1"),
            "PD",
            "new: portal vein invasion Vp3",
        ),
        (CLEAR, Beyond(False, (), False, "none", "none", new_lesion=True), "PD", "new: a lesion"),
        (CLEAR, Beyond(False, (), False, others="pd"), "PD", "grown: lesions that are no target"),
        # Not for a program to say: named, and left to be judged
        (Beyond(), Beyond(spread=True), "PR", "To be judged: disease outside the liver; nothing"),
        (Beyond(), Beyond(invasion=True), "PR", "To be judged: invasion of vessels; nothing"),
        (
            Beyond(invasion=True, portal="vp3"),
            Beyond(invasion=True, portal="vp4"),
            "PR",
            "To be judged: portal vein invasion from Vp3 to Vp4. Progression there is PD.",
        ),
        (
            Beyond(invasion=True, portal="vp3"),
            Beyond(invasion=True, portal="vp3", vein="vv2"),
            "PR",
            "To be judged: hepatic vein invasion Vv2; nothing was stated of it before.",
        ),
        (VP4, Beyond(invasion=True, portal="vp3", vein="none"), "PR", ""),
    ],
)
def test_new_disease_outside_the_targets_is_progression_whatever_they_do(
    then: Beyond, now: Beyond, response: str, said: str
) -> None:
    made = told([lesion(1, 81)], [lesion(1, 81, 34)], then, now)
    assert made.response == response
    assert "81 to 34 mm viable" in made.words
    assert said in made.words
    assert ("To be judged" in made.words) == ("To be judged" in said)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (VP4, "portal vein invasion Vp4"),
        (LUNG, "disease outside the liver"),
        (Beyond(spread=False, invasion=True), "invasion of vessels"),
        (Beyond(False, (), False, others="incomplete"), "lesions that are no target"),
    ],
)
def test_a_response_is_complete_only_where_nothing_is_left(now: Beyond, left: str) -> None:
    made = told([lesion(1, 81)], [lesion(1, 81, 0)], now, now)
    assert made.response == "PR"
    assert f"left: {left}" in made.words
    assert "81 to 0 mm viable" in made.words


@pytest.mark.parametrize("then", [VP4, LUNG])
def test_what_was_there_and_is_no_longer_spoken_of_is_named(then: Beyond) -> None:
    made = told([lesion(1, 81)], [lesion(1, 81, 0)], then, Beyond())
    assert made.response == "CR"
    assert "Complete only if it has gone" in made.words


def test_new_disease_is_progression_where_the_targets_cannot_be_compared() -> None:
    for after in ([], [lesion(1, None)]):
        made = told([lesion(1, 40)], after, CLEAR, LUNG)
        assert made.words == "PD, progressive disease; new: disease outside the liver (lung)"


def test_tumour_in_a_vein_that_grows_is_judged() -> None:
    before = [lesion(1, 40), lesion(2, 30, None, "LR-TIV")]
    after = [lesion(1, 40, 0), lesion(2, 45, None, "LR-TIV")]
    made = told(before, after, VP4, VP4)
    assert made.response == "PR"
    assert "To be judged: lesion 2, in a vein, from 30 to 45 mm" in made.words


# ---- More than two rounds -----------------------------------------------------------------------

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
