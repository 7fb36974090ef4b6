"""Which of a case's clotting tests Child-Pugh takes: the newest, and of two of one day the INR."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

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

TESTS = ("inr", "pt_seconds_over", "pt_percent")
"""The first of them counts where none is newer."""


def _usable(record: Record) -> Iterator[FactLike]:
    """Those that can be judged: an activity only where the board names its limits, or alone."""
    known = [fact for key in TESTS if (fact := record.fact(key)) is not None]
    for fact in known:
        if fact.key != "pt_percent" or record.prothrombin_limits or len(known) == 1:
            yield fact


def taken(record: Record) -> FactLike | None:
    """The test that counts."""
    counts = None
    for fact in _usable(record):
        if counts is None or newer(fact.taken_on, counts.taken_on):
            counts = fact
    return counts


def clotting(key: str, entry: str) -> Derivation:
    """The value of this test where it is the one that counts; else why it is not."""

    def look(record: Record) -> Found:
        fact, counts = record.fact(key), taken(record)
        if fact is None or counts is None:
            return NOTHING
        if counts.key == key:
            try:
                return Found(Decimal(fact.value.replace(",", ".")), (key,), entry=entry)
            except InvalidOperation:
                words = f"{FACTS[key].label} is recorded as '{fact.value}', no number."
                return Found(None, (key,), (words,))
        return Found(None, (), (_passed_over(fact, counts),))

    return look


def _passed_over(fact: FactLike, counts: FactLike) -> str:
    other = "INR" if counts.key == "inr" else f"the {FACTS[counts.key].in_text}"
    words = f"{FACTS[fact.key].label} {of_day(fact.taken_on)} is not used: "
    if newer(fact.taken_on, counts.taken_on):
        return words + "the board’s definition does not name the limits that go with it."
    if newer(counts.taken_on, fact.taken_on):
        return f"{words}{other} {of_day(counts.taken_on)} is newer."
    return f"{words}{other} counts before it."


def prothrombin_limits(record: Record) -> Found:
    """Which limits the board reads a prothrombin activity by, where that test counts."""
    counts = taken(record)
    if counts is None or counts.key != "pt_percent" or not record.prothrombin_limits:
        return NOTHING
    return Found(record.prothrombin_limits)
