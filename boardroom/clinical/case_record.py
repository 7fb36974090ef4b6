"""What the decision aids may ask of a case, and what an answer from its record is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from boardroom.clinical.aid import Result
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.fact import YES_NO
from boardroom.clinical.living import LesionLike
from boardroom.clinical.tumour_reading import Findings


class FactLike(Protocol):
    """A recorded fact, value and unit as entered: a row of the database serves as it is."""

    @property
    def key(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def taken_on(self) -> dt.date | None: ...


class ReadLike(Protocol):
    """A reading of the images: what it says, what it is called, and the day of its images.

    `day` is the day that it counts by, and `of_day` says it: that of the images, else of saving.
    """

    @property
    def findings(self) -> Findings: ...
    @property
    def name(self) -> str: ...
    @property
    def on(self) -> dt.date | None: ...
    @property
    def day(self) -> dt.date | None: ...
    @property
    def of_day(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A value for one input, the facts it comes from, and what has to be said about it.

    `entry` is the name to give it under where it is not in the input's own unit.
    """

    value: Any = None
    keys: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    entry: str = ""


class Record(Protocol):
    """What the functions that look for an input may ask of a case."""

    on: dt.date
    lesions: tuple[LesionLike, ...]
    ecog: int | None
    sex: str
    age_years: float | None
    prothrombin_limits: str
    treatments: Sequence[tuple[dt.date | None, str]]

    @property
    def reading(self) -> ReadLike | None: ...
    def fact(self, key: str) -> FactLike | None: ...
    def without(self, *keys: str) -> Record: ...
    def text(self, key: str) -> str: ...
    def number(self, key: str) -> Decimal | None: ...
    def series(self, key: str) -> Sequence[tuple[dt.date, Decimal]]: ...
    def of(self, name: str) -> tuple[Result | None, tuple[str, ...]]: ...


@dataclass(frozen=True, slots=True)
class AsWritten:
    """An answer without a date of its own, as of the day on which it was written down."""

    key: str
    value: str
    unit: str
    taken_on: dt.date


def as_written(fact: FactLike) -> FactLike:
    """The fact, with the day of writing where the catalogue lets that stand for a missing date.

    Whoever answers "Dialysis: No" in a form says how it is now. Not known (None) for what was
    imported or comes from an earlier round: that was said of another time, and stays without a day.
    """
    known, on = FACTS.get(fact.key), getattr(fact, "written_on", None)
    if known is None or not known.as_written or fact.taken_on is not None or on is None:
        return fact
    return AsWritten(fact.key, fact.value, fact.unit, on)


NOTHING = Found()
Derivation = Callable[[Record], Found]


def newer(one: dt.date | None, other: dt.date | None) -> bool:
    """Whether the first day is known to be after the second."""
    return one is not None and other is not None and one > other


def of_day(day: dt.date | None) -> str:
    """ "of 9 Sep 2026"."""
    return f"of {day.day} {day:%b %Y}" if day is not None else "without a date"


def statement(fact: FactLike) -> str:
    """ "“Varices: Large” of 9 Sep 2026": a choice or a yes as it was recorded, with its day."""
    known = FACTS[fact.key]
    value = dict(YES_NO).get(fact.value) or known.choice_name(fact.value)
    return f"“{known.label}: {value}” {of_day(fact.taken_on)}"
