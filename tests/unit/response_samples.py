"""Lesions of two rounds, and how they are said to have answered."""

from __future__ import annotations

from types import SimpleNamespace

from boardroom.cases.response import Answer, Beyond, answer
from boardroom.cases.since import Looked

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
