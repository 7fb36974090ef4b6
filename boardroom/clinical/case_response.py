"""What a case's record says of how the tumour answered to treatment, for mRECIST."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from boardroom.clinical.case_beyond import outside, veins
from boardroom.clinical.case_nodules import Counted, counted
from boardroom.clinical.case_record import (
    NOTHING,
    Derivation,
    FactLike,
    Found,
    Record,
    newer,
    of_day,
)
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.inputs import plain
from boardroom.clinical.nodule_facts import SCATTER, reading_of_lesions
from boardroom.clinical.response import Measured, present_began, smallest_before

TARGETS = 2
THE_SUM = "the sum"
NEWER_MAP, SAME_DAY = "is newer than the last sum of viable diameters", "of the same day shows"
BEFORE = dt.timedelta(days=14)
"""How long before the sum what is said with it may be dated: images and report can be apart."""


def _sums(record: Record) -> list[Measured]:
    """The sums recorded since the start: the last before the present treatment began, else the
    first. Empty for fewer than two, for there is a response only from the second one on."""
    series = [Measured(value, day) for day, value in record.series("viable_sum_mm")]
    if len(series) < 2:
        return []
    began = present_began(record.treatments, series[-1].on)
    before = [n for n, one in enumerate(series) if began and one.on and one.on <= began]
    return series[max(before, default=0) :]


def baseline(record: Record) -> Found:
    """The sum at the start, and which one that is."""
    sums = _sums(record)
    if not sums:
        return NOTHING
    first = record.series("viable_sum_mm")[0][0] == sums[0].on
    which = "first sum recorded" if first else "last sum before the present treatment"
    words = f"Measured against the {which}, {of_day(sums[0].on)}."
    return Found(sums[0].mm, ("viable_sum_mm",), (words,))


def nadir(record: Record) -> Found:
    """The smallest sum before the newest, by the rule that the response between rounds goes by."""
    sums = _sums(record)
    if not sums:
        return NOTHING
    least = smallest_before(sums, sums[-1].on)
    return Found(least.mm if least is not None else None, ("viable_sum_mm",))


def current(record: Record) -> Found:
    """The newest sum; nothing where a reading that is not older shows another."""
    if not _sums(record):
        return NOTHING
    on, newest = record.series("viable_sum_mm")[-1]
    words = _against_the_map(record, newest, on) if reading_of_lesions(record) else ""
    return Found(None if words else newest, ("viable_sum_mm",), (words,) if words else ())


def _against_the_map(record: Record, newest: Decimal, on: dt.date) -> str:
    """Why the newest sum, of this day, does not count beside the reading; "" where it does."""
    reading = reading_of_lesions(record)
    assert reading is not None
    if reading.findings.uncountable:
        return ""  # the targets are among lesions that nobody lists one by one
    seen = counted(record.lesions)
    left = sorted(seen.left, reverse=True)
    shows = f"{sum(left)} mm" if left else "nothing"
    if newer(reading.day, on):
        # The targets of mRECIST are two at most
        if newest in (sum(left), sum(left[:TARGETS])) and None not in seen.living:
            return ""
        if None in seen.living and newest >= sum(left[:TARGETS]):
            return ""
        return (
            f"The map {reading.of_day} {NEWER_MAP}, "
            f"{plain(newest)} mm {of_day(on)}, and shows {shows} of living tumour: enter its sum."
        )
    if reading.day == on and _differ(record, newest, seen):
        return (
            f"The sum of viable diameters {of_day(on)} is {plain(newest)} mm, and {reading.name} "
            f"{SAME_DAY} {shows} of living tumour: say which is right."
        )
    return ""


def _differ(record: Record, newest: Decimal, seen: Counted) -> bool:
    """Whether the sum cannot be of what the map of the same day shows: a target is larger, or all
    that lives is smaller by more than two readers measure apart. Targets outside the liver are in
    no map's sum."""
    if seen.left and max(seen.left) > newest:
        return True
    if None in seen.living or outside(record.fact).there is not False:
        return False
    return newest > sum(seen.left) + SCATTER * len(seen.left)


def _with_the_sum(key: str, progressed: str) -> Derivation:
    """What was said with the newest sum, as the fact has it; of an earlier day it says nothing.

    `progressed`: the value that means progression.
    """
    yes_no = {"yes": True, "no": False}

    def look(record: Record) -> Found:
        fact = record.fact(key)
        if fact is None:
            return NOTHING
        later = _later(record, fact, said_progression=fact.value == progressed)
        if not later:
            return Found(yes_no.get(fact.value, fact.value), (key,))
        label = FACTS[key].label
        words = f"“{label}” is answered {of_day(fact.taken_on)}, not with {later}: not used."
        if fact.value == progressed:
            what = "sum" if later.startswith(THE_SUM) else "map"
            words += f" It said progression, which a later {what} does not undo: say how it is now."
        return Found(None, (), (words,))

    return look


def _later(record: Record, fact: FactLike, *, said_progression: bool) -> str:
    """The look at the tumour that a fact is too old to belong to, in words; "" for none.

    Progression is the answer without a sum too, so it has to belong to the newest map as well.
    """
    sums, reading = record.series("viable_sum_mm"), record.reading
    looks = [(sums[-1][0], THE_SUM)] if len(sums) > 1 or (sums and said_progression) else []
    if said_progression and reading is not None and reading.day is not None:
        looks.append((reading.day, reading.name))
    for day, what in looks:
        if fact.taken_on is None or fact.taken_on < day - BEFORE:
            return f"{what} {of_day(day)}"
    return ""


new_lesion = _with_the_sum("new_lesion", "yes")
_stated = _with_the_sum("nontarget_state", "pd")


def nontarget(record: Record) -> Found:
    """Lesions that are no target; tumour in a vein or outside the liver is one that is left."""
    found = _stated(record)
    there = [truth for truth in (veins(record), outside(record.fact)) if truth.there]
    if found.value in ("pd", "incomplete") or not there:
        return found
    keys = tuple(key for truth in there for key in truth.keys)
    words = "Tumour in a vein or outside the liver is recorded: it counts as left, not as gone."
    return Found("incomplete", (*found.keys, *keys), (*found.remarks, words))
