"""What changed between two rounds of a case."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from boardroom.cases.since import Beyond, answer, changes

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


def test_what_comes_back_after_a_complete_response_is_new_and_not_growth() -> None:
    gone, back = DAY + dt.timedelta(days=100), DAY + dt.timedelta(days=200)
    before = [fact("largest_mm", "9", "mm"), fact("nodule_count", "0", on=gone)]
    after = [*before, fact("largest_mm", "10", "mm", back)]
    assert told(case(before, []), case(after, [])) == [("Largest nodule", "new")]


def test_lesions_are_compared_once_they_are_read_again() -> None:
    before = case([], [lesion(1, 40), lesion(2, 20), lesion(3, 12)])
    assert told(before, case([], [])) == []
    after = case([], [lesion(1, 40, 25), lesion(2, 20), lesion(4, 9)])
    assert told(before, after) == [
        ("Lesion 1", "down"), ("Lesion 3", "missing"), ("Lesion 4", "new"),
    ]  # fmt: skip


def test_a_lesion_that_was_renumbered_is_one_line_with_both_numbers() -> None:
    before = case([], [lesion(1, 40), lesion(2, 22), lesion(3, 12)])
    after = case([], [lesion(1, 30), lesion(2, 15), lesion(3, 12)])
    found = changes(before, after, {2: 1, 3: 3})
    assert [(one.label, one.was, one.now, one.direction) for one in found] == [
        ("Lesion 1 (was no. 2)", "segment V, 22 mm", "segment V, 30 mm", "up"),
        ("Former lesion 1", "segment V, 40 mm", "", "missing"),
        ("Lesion 2", "", "segment V, 15 mm", "new"),
    ]


def test_a_new_number_is_told_though_nothing_else_changed() -> None:
    found = changes(case([], [lesion(2, 22)]), case([], [lesion(1, 22)]), {2: 1})
    assert [(one.label, one.direction) for one in found] == [("Lesion 1 (was no. 2)", "other")]


def test_the_targets_answer_by_mrecist() -> None:
    before = [lesion(1, 40), lesion(2, 22, 20), lesion(3, 8)]

    def found(*after: SimpleNamespace) -> tuple[str, int, int, tuple[int, ...]]:
        made = answer(before, after)
        assert made is not None
        return made.response, made.was, made.now, made.new

    assert found(lesion(1, 40, 25), lesion(2, 20, 17)) == ("PR", 60, 42, ())
    assert found(lesion(1, 40, 26), lesion(2, 20, 17)) == ("SD", 60, 43, ())
    assert found(lesion(1, 52), lesion(2, 22, 20)) == ("PD", 60, 72, ())
    assert found(lesion(1, 40, 0), lesion(2, 20, 0)) == ("CR", 60, 0, ())
    assert found(lesion(1, 40, 0), lesion(2, 20, 0), lesion(9, 10)) == ("PD", 60, 0, (9,))
    assert found(lesion(1, 40, 0), lesion(2, 20, 0), lesion(9, 9))[0] == "CR", "below 1 cm"


def test_an_answer_says_its_sums_or_what_stands_against_it() -> None:
    made = answer([lesion(1, 62)], [lesion(1, 62, 38)])
    assert made is not None
    assert made.words == "PR, partial response: 62 to 38 mm viable, \N{MINUS SIGN}39 %"
    for after, why in (
        ([lesion(2, 30)], "Lesion 1 of the earlier round is not in the new reading."),
        ([lesion(1, None)], "Lesion 1 has no size yet."),
    ):
        made = answer([lesion(1, 40)], after)
        assert made is not None
        assert (made.response, made.words) == ("", why)
    assert answer([], [lesion(1, 4)]) is None
    assert answer([lesion(1, 40)], []) is None


def test_lesions_are_followed_by_their_place_where_both_were_mapped() -> None:
    made = answer([lesion(1, 40), lesion(2, 20)], [lesion(1, 10), lesion(2, 20)], {1: 2, 2: 1})
    assert made is not None
    assert (made.was, made.now) == (60, 30)


NOTHING_BEYOND = Beyond(spread=False, invasion=False, portal="none", vein="none")


@pytest.mark.parametrize(
    ("then", "now", "response", "said"),
    [
        (NOTHING_BEYOND, NOTHING_BEYOND, "PR", ""),
        (NOTHING_BEYOND, Beyond(spread=True, sites=("lung",)), "PD", "outside the liver (lung)"),
        (NOTHING_BEYOND, Beyond(spread=False, invasion=True, portal="vp3"), "PD", "of vessels"),
        (
            Beyond(spread=True, sites=("lung",)),
            Beyond(spread=True, sites=("lung", "bone")),
            "PD",
            "outside the liver (bone)",
        ),
        (Beyond(spread=True, sites=("lung",)), Beyond(spread=True, sites=("lung",)), "PR", ""),
        # Not for a program to say: named, and left to be judged
        (Beyond(), Beyond(spread=True), "PR", "To be judged: disease outside the liver; nothing"),
        (
            Beyond(invasion=True, portal="vp3"),
            Beyond(invasion=True, portal="vp4"),
            "PR",
            "To be judged: portal vein invasion from Vp3 to Vp4. Progression there is PD.",
        ),
        (Beyond(invasion=True, portal="vp4"), Beyond(invasion=True, portal="vp3"), "PR", ""),
    ],
)
def test_new_disease_outside_the_targets_is_progression_whatever_they_do(
    then: Beyond, now: Beyond, response: str, said: str
) -> None:
    made = answer([lesion(1, 81)], [lesion(1, 81, 34)], None, (then, now))
    assert made is not None
    assert made.response == response
    assert "81 to 34 mm viable" in made.words
    assert said in made.words
    assert ("To be judged" in made.words) == ("To be judged" in said)


def test_new_disease_is_progression_where_the_targets_cannot_be_compared() -> None:
    for after in ([], [lesion(2, 30)]):
        made = answer([lesion(1, 40)], after, None, (NOTHING_BEYOND, Beyond(spread=True)))
        assert made is not None
        assert made.words == "PD, progressive disease; new: disease outside the liver"
