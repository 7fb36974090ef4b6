"""What a case's record says of how the tumour answered to treatment, for mRECIST."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from boardroom.clinical.case_beyond import outside, veins
from boardroom.clinical.case_nodules import counted
from boardroom.clinical.case_record import NOTHING, Derivation, Found, Record, newer, of_day
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.inputs import plain

TARGETS = 2
NEWER_MAP, SAME_DAY = "is newer than the last sum of viable diameters", "of the same day shows"
BEFORE = dt.timedelta(days=14)
"""How long before the sum what is said with it may be dated: images and report can be apart."""


def _viable(choose: Callable[[list[Decimal]], Decimal], remark: str = "") -> Derivation:
    """One of the sums of viable diameters; there is a response only from the second one on."""

    def look(record: Record) -> Found:
        series = record.series("viable_sum_mm")
        if len(series) < 2:
            return NOTHING
        remarks = (remark.format(day=of_day(series[0][0])),) if remark else ()
        return Found(choose([value for _, value in series]), ("viable_sum_mm",), remarks)

    return look


baseline = _viable(lambda sums: sums[0], "Measured against the first sum recorded, {day}.")
nadir = _viable(min)


def current(record: Record) -> Found:
    """The newest sum; nothing where a reading that is not older shows another."""
    found = _viable(lambda sums: sums[-1])(record)
    if found.value is None or record.reading is None:
        return found
    on = record.series("viable_sum_mm")[-1][0]
    words = _against_the_map(record, found.value, on)
    return Found(None, found.keys, (*found.remarks, words)) if words else found


def _against_the_map(record: Record, newest: Decimal, on: dt.date) -> str:
    """Why the newest sum, of this day, does not count beside the reading; "" where it does."""
    reading = record.reading
    assert reading is not None
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
    if reading.day == on and left and left[0] > newest:
        return (
            f"The sum of viable diameters {of_day(on)} is {plain(newest)} mm, and {reading.name} "
            f"{SAME_DAY} {shows} of living tumour: say which is right."
        )
    return ""


def _with_the_sum(key: str, progressed: str) -> Derivation:
    """What was said with the newest sum, as the fact has it; of an earlier day it says nothing.

    `progressed`: the value that means progression.
    """
    yes_no = {"yes": True, "no": False}

    def look(record: Record) -> Found:
        fact, sums = record.fact(key), record.series("viable_sum_mm")
        if fact is None:
            return NOTHING
        if len(sums) < 2 or (fact.taken_on is not None and fact.taken_on >= sums[-1][0] - BEFORE):
            return Found(yes_no.get(fact.value, fact.value), (key,))
        label = FACTS[key].label
        words = f"“{label}” is answered {of_day(fact.taken_on)}, not with the sum "
        words += f"{of_day(sums[-1][0])}: not used."
        if fact.value == progressed:
            words += " It said progression, which a later sum does not undo: say how it is now."
        return Found(None, (), (words,))

    return look


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
