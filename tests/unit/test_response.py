"""How the lesions of the round before answered, by mRECIST (Lencioni 2010)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from boardroom.cases.response import Beyond, answer
from boardroom.cases.since import Looked
from tests.unit.response_samples import CLEAR, MINUS, lesion, told

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
