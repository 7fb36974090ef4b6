"""What changed between two rounds of a case."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from boardroom.cases.since import Looked, changes
from boardroom.clinical.read_facts import FactRead

DAY = dt.date(2026, 8, 1)


def fact(key: str, value: str, unit: str = "", on: dt.date = DAY) -> SimpleNamespace:
    return SimpleNamespace(id=1, key=key, value=value, unit=unit, taken_on=on)


def lesion(number: int, size: int | None, viable: int | None = None) -> SimpleNamespace:
    return SimpleNamespace(number=number, segments="V", size_mm=size, viable_mm=viable, li_rads="")


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


def test_a_viable_size_is_not_compared_with_a_whole_one() -> None:
    found = changes(case([], [lesion(1, 40, 30)]), case([], [lesion(1, 50)]))
    assert [(one.now, one.direction) for one in found] == [("segment V, 50 mm", "other")]
    found = changes(case([], [lesion(1, 40)]), case([], [lesion(1, 40, 25)]))
    assert [one.direction for one in found] == ["down"]


def test_lesions_of_images_that_were_first_read_now_are_not_new() -> None:
    found = changes(case([], []), case([], [lesion(1, 50)]), None, Looked(now=True))
    assert [(one.label, one.direction) for one in found] == [("Lesion 1", "other")]
    found = changes(case([], []), case([], [lesion(1, 50)]), {}, Looked(then=True, now=True))
    assert [(one.label, one.direction) for one in found] == [("Lesion 1", "new")]


def test_images_that_show_no_lesion_any_more_say_so() -> None:
    before = case([], [lesion(1, 50)])
    assert changes(before, case([], [])) == []
    found = changes(before, case([], []), {}, Looked(then=True, now=True))
    assert [(one.label, one.direction) for one in found] == [("Lesion 1", "missing")]


def test_what_only_says_what_the_last_map_showed_is_no_change() -> None:
    read = {
        "nodule_count": FactRead("nodule_count", "2", "", DAY),
        "largest_mm": FactRead("largest_mm", "38", "mm", DAY),
        "portal_invasion": FactRead("portal_invasion", "none", "", DAY),
    }
    begun = [fact("nodule_count", "2"), fact("largest_mm", "38", "mm"),
             fact("portal_invasion", "none")]  # fmt: skip
    assert changes(case([], []), case(begun, []), read_then=read) == []
    before = [fact("largest_mm", "30", "mm", DAY - dt.timedelta(days=9))]
    later = [*begun, fact("largest_mm", "50", "mm", DAY + dt.timedelta(days=60))]
    (change,) = changes(case(before, []), case(later, []), read_then=read)
    assert (change.label, change.direction) == ("Largest nodule", "up")
    assert change.was.startswith("38")
    newer = [fact("largest_mm", "30", "mm", DAY + dt.timedelta(days=9))]
    (change,) = changes(case(newer, []), case([*newer, *later], []), read_then=read)
    assert change.was.startswith("30"), "a fact after the images counts before them"


def test_both_values_of_a_line_are_in_one_unit() -> None:
    later = DAY + dt.timedelta(days=60)
    before, after = fact("afp", "400", "IU/mL"), fact("afp", "490", "ng/mL", on=later)

    def shown(units: str = "") -> tuple[str, str, str]:
        (one,) = changes(case([before], []), case([before, after], []), units=units)
        return one.was.replace("\u202f", " "), one.now.replace("\u202f", " "), one.direction

    assert shown() == ("484 ng/mL", "490 ng/mL", "up")
    assert shown("conventional") == ("484 ng/mL", "490 ng/mL", "up")
    was, now, direction = shown("si")
    assert was.split()[1] == now.split()[1]
    assert direction == "up"
    kit = [fact("dcp", "40", "mAU/mL"), fact("dcp", "7.5", "ng/mL", on=later)]
    (one,) = changes(case(kit[:1], []), case(kit, []))
    assert "mAU/mL" in one.was, "there is no factor between the two"


def test_of_too_many_to_count_none_is_missing_and_none_new() -> None:
    before = case([], [lesion(1, 30), lesion(2, 20)])
    countless = Looked(then=True, now=True, now_whole=False)
    (one,) = changes(before, case([], []), None, countless)
    assert one.words == "Lesions: 2 listed then, too many to count now"
    placed = changes(before, case([], [lesion(1, 40), lesion(2, 9)]), {1: 1}, countless)
    assert [(x.label, x.direction) for x in placed] == [
        ("Lesions", "other"), ("Lesion 1", "up"), ("Lesion 2", "other"),
    ]  # fmt: skip
    (one,) = changes(case([], []), case([], []), None, countless)
    assert one.words == "Lesions: none seen then, too many to count now"
    (one,) = changes(case([], []), case([], []), None, Looked(now=True, now_whole=False))
    assert one.words == "Lesions: too many to count now"


def test_what_was_too_many_to_count_before_is_no_change() -> None:
    both = Looked(then=True, now=True, whole=False, now_whole=False)
    assert changes(case([], []), case([], []), {}, both) == []
    counted = Looked(then=True, now=True, whole=False)
    (one,) = changes(case([], []), case([], [lesion(1, 9)]), {}, counted)
    assert one.direction == "other", "it may have been one of the many"
