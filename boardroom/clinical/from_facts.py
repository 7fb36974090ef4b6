"""The decision aids filled from what a case records, with the facts and dates each rests on.

The latest dated value of each fact counts, up to the day asked about; nothing is assumed, so an
absent fact is a missing input. mRECIST alone looks back over earlier values. What an aid asks that
no case records (a lesion's LI-RADS features) is left to
`boardroom aid`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from boardroom.clinical import AIDS
from boardroom.clinical.aid import Aid, Result
from boardroom.clinical.case_beyond import outside, veins
from boardroom.clinical.case_days import oldest_lab, said_of
from boardroom.clinical.case_inputs import DERIVATIONS
from boardroom.clinical.case_liver import LIMITS_UNNAMED
from boardroom.clinical.case_record import (
    NOTHING,
    AsWritten,
    FactLike,
    Found,
    as_written,
    newer,
    of_day,
    statement,
)
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.facts import FactError, in_unit
from boardroom.clinical.filled import Filled, Lesion, RecordedFact, Source
from boardroom.clinical.imaging import TOGETHER, outdated
from boardroom.clinical.inputs import ImpossibleValue, Input
from boardroom.clinical.liver_function import PERCENT_LIMITS_MISSING
from boardroom.clinical.living import LesionLike
from boardroom.clinical.read_facts import TAKEN, Read, ReadFact, merged

__all__ = ["FILLED", "CaseRecord", "FactLike", "Filled", "Lesion", "RecordedFact", "Source", "fill"]

UNNAMED = {PERCENT_LIMITS_MISSING: LIMITS_UNNAMED}
"""What an aid asks to what is said of it on a case."""

FILLED = tuple(name for name in AIDS if name not in ("lirads_2018", "lirads_2018_table"))
"""The aids that a case can fill."""


@dataclass
class CaseRecord:
    """What a case says, looked at on one day. Values dated later are not used."""

    facts: Sequence[FactLike]
    on: dt.date
    lesions: tuple[LesionLike, ...] = ()
    ecog: int | None = None
    sex: str = ""
    age_years: float | None = None
    read: Read | None = None  # the reading of the images that counts
    prothrombin_limits: str = ""  # "japan" or "france", where the board's definition names them
    treatments: Sequence[tuple[dt.date | None, str]] = ()  # of the tumour: day and kind of each
    contradictions: tuple[str, ...] = field(init=False, default=())
    _latest: dict[str, FactLike] = field(init=False, repr=False)
    _remarks: dict[str, list[str]] = field(init=False, repr=False)
    _filled: dict[str, Filled] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.lesions = tuple(self.lesions)
        self._latest, self._remarks = {}, {}
        unseen = [fact for fact in self.facts if _nobody_looked(fact)]
        for fact in self.facts:
            if fact.key in FACTS and fact not in unseen:
                self._take(as_written(fact))
        self._take_unseen(unseen)
        for key, later in outdated(self._latest).items():
            old = self._latest.pop(key)
            words = (
                f"{FACTS[key].label} {of_day(old.taken_on)} is not used: "
                f"the images {of_day(later.taken_on)} are newer."
            )
            for both in TOGETHER:
                self._remark(both, words)
        if self.read is not None:
            self._take_read(self.read)
        self.contradictions += (*veins(self).remarks, *outside(self.fact).remarks)

    def _take(self, fact: FactLike) -> None:
        label = FACTS[fact.key].label
        if fact.taken_on is not None and fact.taken_on > self.on:
            later = f"{of_day(fact.taken_on)} is later than {_day(self.on)}"
            self._remark(fact.key, f"{label} {later}: not used.")
            return
        before = self._latest.get(fact.key)
        if before is None:
            self._latest[fact.key] = fact
            return
        new, old = fact.taken_on or dt.date.min, before.taken_on or dt.date.min
        if new == old and (fact.value, fact.unit) != (before.value, before.unit):
            when = f"on {_day(fact.taken_on)}" if fact.taken_on else "without a date"
            self._remark(fact.key, f"{label} has two values {when}: the later entry is used.")
        if new >= old:  # on the same day the later entry corrects the earlier
            self._latest[fact.key] = fact

    def _take_unseen(self, unseen: Sequence[FactLike]) -> None:
        """Where nobody looked, what was found before stands."""
        found = {fact.key: self._latest.get(fact.key) for fact in unseen}
        for fact in unseen:
            finding = found[fact.key]
            if finding is None:
                self._take(fact)
            elif newer(fact.taken_on, finding.taken_on) and not newer(fact.taken_on, self.on):
                words = f"{statement(fact)} is no finding: {statement(finding)} counts."
                self._remark(fact.key, words)

    def _take_read(self, read: Read) -> None:
        """What the images were read to show takes the place of facts; where they differ is said."""
        recorded = {key: fact for key in TAKEN if (fact := self._latest.get(key)) is not None}
        facts, contradictions = merged(read, recorded)
        self.contradictions = tuple(contradictions)
        for key, fact in facts.items():
            if fact is not None:
                self._latest[key] = fact
            else:
                self._latest.pop(key, None)
        for words in contradictions:
            for key in TAKEN:
                self._remark(key, words)

    @property
    def reading(self) -> Read | None:
        return self.read

    def _remark(self, key: str, words: str) -> None:
        self._remarks.setdefault(key, []).append(words)

    def fact(self, key: str) -> FactLike | None:
        return self._latest.get(key)

    def without(self, *keys: str) -> CaseRecord:
        """The same as if nobody had recorded these facts."""
        return replace(self, facts=[fact for fact in self.facts if fact.key not in keys])

    def text(self, key: str) -> str:
        """The latest value as recorded, "" where there is none."""
        fact = self._latest.get(key)
        return fact.value if fact is not None else ""

    def number(self, key: str) -> Decimal | None:
        """The latest value in the fact's standard unit, None where there is none to be read."""
        fact = self._latest.get(key)
        if fact is None:
            return None
        try:
            standard = FACTS[key].standard.key
            return in_unit(key, Decimal(fact.value.replace(",", ".")), fact.unit, standard)
        except (FactError, InvalidOperation):
            return None

    def series(self, key: str) -> list[tuple[dt.date, Decimal]]:
        """Every dated value up to the day asked about, in the standard unit, the oldest first.

        Of several on one day the later entry counts.
        """
        found: dict[dt.date, Decimal] = {}
        standard = FACTS[key].standard.key
        for fact in self.facts:
            if fact.key != key or fact.taken_on is None or fact.taken_on > self.on:
                continue
            try:
                number = Decimal(fact.value.replace(",", "."))
                found[fact.taken_on] = in_unit(key, number, fact.unit, standard)
            except (FactError, InvalidOperation):
                continue
        return sorted(found.items())

    def of(self, name: str) -> tuple[Result | None, tuple[str, ...]]:
        """Another aid's result for this case, with the keys of the facts it rests on."""
        filled = self.fill(name)
        return filled.result, tuple(source.key for source in filled.sources)

    def fill(self, name: str) -> Filled:
        """The aid of this name for this case. Raises KeyError for one no case can fill."""
        if name not in self._filled:
            if name not in FILLED:
                raise KeyError(name)
            self._filled[name] = self._fill(AIDS[name])
        return self._filled[name]

    def _fill(self, aid: Aid) -> Filled:
        given: dict[str, Any] = {}
        keys: dict[str, None] = {}
        remarks: dict[str, None] = {}
        for one in aid.inputs:
            found = self._find(aid, one)
            remarks |= dict.fromkeys(found.remarks)
            keys |= dict.fromkeys(found.keys)
            for key in (*found.keys, one.fact):
                remarks |= dict.fromkeys(self._remarks.get(key, ()))
            if found.value is not None:
                given[found.entry or one.entry] = found.value
        result, refused = None, ""
        try:
            result = _unnamed(aid(**given))
        except ImpossibleValue as error:
            refused = error.reason
        sources = tuple(_source(self._latest[key]) for key in keys if key in self._latest)
        remarks |= dict.fromkeys(said_of(sources))
        oldest = oldest_lab(sources, self.on)
        return Filled(aid.name, aid.title, result, refused, sources, oldest, tuple(remarks))

    def _find(self, aid: Aid, one: Input) -> Found:
        derive = DERIVATIONS.get(f"{aid.name}.{one.name}") or DERIVATIONS.get(one.name)
        if derive is not None:
            return derive(self)
        fact = self._latest.get(one.fact)
        if fact is None:
            return NOTHING
        if one.kind == "yesno":
            return Found({"yes": True, "no": False}.get(fact.value), (fact.key,))
        if one.kind == "choice":
            return Found(fact.value, (fact.key,))
        return _measured(fact, one)


def _day(day: dt.date) -> str:
    return of_day(day).removeprefix("of ")


def _nobody_looked(fact: FactLike) -> bool:
    known = FACTS.get(fact.key)
    return known is not None and bool(fact.value) and fact.value == known.unseen


def _unnamed(result: Result) -> Result:
    """What no field of a case gives is not asked of the case."""
    missing = tuple(UNNAMED.get(label, label) for label in result.missing)
    return replace(result, missing=missing)


def _measured(fact: FactLike, one: Input) -> Found:
    """The number under the name that carries the unit in which it was recorded."""
    label = FACTS[fact.key].label
    entry = next((name for name, unit in one.entries if unit.key == fact.unit), "")
    if not entry:
        return Found(
            None,
            (fact.key,),
            (f"{label} is recorded in {fact.unit}, which is not converted here.",),
        )
    try:
        return Found(Decimal(fact.value.replace(",", ".")), (fact.key,), entry=entry)
    except InvalidOperation:
        return Found(None, (fact.key,), (f"{label} is recorded as '{fact.value}', no number.",))


def _source(fact: FactLike) -> Source:
    label = FACTS[fact.key].label
    if isinstance(fact, ReadFact):
        label = f"{label}, {fact.origin}"
    elif isinstance(fact, AsWritten):
        label = f"{label} (day of the answer)"
    return Source(fact.key, label, fact.value, fact.unit, fact.taken_on)


def fill(record: CaseRecord, names: Iterable[str] = FILLED) -> Mapping[str, Filled]:
    """Each of the aids named, in their order, filled from the case."""
    return {name: record.fill(name) for name in names}
