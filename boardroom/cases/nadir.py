"""The sum of the targets in the rounds before the earlier one, for mRECIST's nadir. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from boardroom.clinical.living import LesionLike, is_nodule, living_mm
from boardroom.clinical.response import Measured, smallest_before


@dataclass(frozen=True)
class Before:
    """A round before the earlier one, with its lesions.

    `on`: the day that its images count by; `pairs`: number in the earlier round to number in this
    one, by their places on two maps; without, a lesion keeps its number.
    """

    code: str
    on: dt.date | None
    lesions: tuple[LesionLike, ...]
    pairs: Mapping[int, int] | None = None


def least_before(
    targets: Iterable[LesionLike], earlier: Measured, rounds: Iterable[Before], now: dt.date | None
) -> Measured:
    """The smallest sum of these lesions before `now`: that of the earlier round, or of one before.

    `rounds`: the oldest first. A round in which one of the lesions is not found, or has no size, is
    not comparable and left out.
    """
    known = list(targets)
    sums = [
        Measured(mm, one.on, one.code) for one in rounds if (mm := _sum(known, one)) is not None
    ]
    least = smallest_before([*sums, earlier], now)
    # The earlier round is one that came before, also where its images have no day that says so
    return least if least is not None and least.mm < earlier.mm else earlier


def _sum(targets: Sequence[LesionLike], then: Before) -> int | None:
    by_number = {one.number: one for one in then.lesions}
    found = 0
    for target in targets:
        number = target.number if then.pairs is None else then.pairs.get(target.number, 0)
        one = by_number.get(number)
        size = living_mm(one) if one is not None and is_nodule(one) else None
        if size is None:
            return None
        found += size
    return found
