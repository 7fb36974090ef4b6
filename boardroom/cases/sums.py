"""The sum of the targets round by round, for mRECIST's baseline and nadir. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from boardroom.clinical.living import LesionLike, is_nodule, living_mm
from boardroom.clinical.response import Measured, in_order

TARGET_MM = 10
"""From this viable diameter on a lesion is a target, and a new one counts."""


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

    def living_of(self, number: int) -> int | None:
        """What lived then of a lesion of the earlier round, in mm; None where that is not known."""
        there = number if self.pairs is None else self.pairs.get(number, 0)
        one = next((lesion for lesion in self.lesions if lesion.number == there), None)
        return living_mm(one) if one is not None and is_nodule(one) else None


@dataclass(frozen=True)
class Line:
    """The rounds before the earlier one, the oldest first, and what is known of the treatment.

    `code`, `on`: of the earlier round; `began`: the day on which the present treatment began, None
    where no day is known.
    """

    rounds: tuple[Before, ...] = ()
    code: str = ""
    on: dt.date | None = None
    began: dt.date | None = None

    @property
    def since_the_start(self) -> tuple[Before, ...]:
        """The rounds from the last images before the present treatment on, the earlier round left
        out; all of them where none of the images is from before it."""
        if self.began is None:
            return self.rounds
        if self.on is not None and self.on <= self.began:
            return ()
        places = [n for n, one in enumerate(self.rounds) if one.on and one.on <= self.began]
        return self.rounds[max(places, default=0) :]

    def was_a_target(self, lesion: LesionLike) -> bool:
        """Whether a lesion of the earlier round was a target at any time since the start."""
        return any(
            (then.living_of(lesion.number) or 0) >= TARGET_MM for then in self.since_the_start
        )


NO_LINE = Line()


@dataclass(frozen=True)
class Sums:
    """What the sum of now is measured against. `baseline`: the first since the start; `nadir`: the
    smallest since then; `once`: one before the start that was smaller yet, else None."""

    baseline: Measured
    nadir: Measured
    once: Measured | None = None


def sums_of(
    targets: Collection[LesionLike], earlier: Measured, line: Line, now: dt.date | None
) -> Sums:
    """Baseline and nadir of these lesions before `now`. A round in which one of them is not found,
    or has no size, is not comparable and left out; so is, as baseline, one in which none lived."""
    since = line.since_the_start
    known = in_order([*_measured(targets, since), earlier], now)
    if earlier not in known:
        known.append(earlier)  # it came before, also where its images have no day that says so
    nadir = min(known, key=lambda one: one.mm)
    rest = line.rounds[: len(line.rounds) - len(since)]
    days = {one.on for one in known} - {None}  # the same images, read again since
    past = [one for one in in_order(_measured(targets, rest), now) if one.on not in days]
    once = min(past, key=lambda one: one.mm, default=None)
    return Sums(
        next((one for one in known if one.mm), earlier),
        nadir,
        once if once is not None and once.mm < nadir.mm else None,
    )


def _measured(targets: Collection[LesionLike], rounds: Sequence[Before]) -> list[Measured]:
    found = []
    for one in rounds:
        sizes = [one.living_of(target.number) for target in targets]
        if None not in sizes:
            found.append(Measured(sum(size or 0 for size in sizes), one.on, one.code))
    return found
