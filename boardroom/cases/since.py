"""What changed about a patient between two rounds: values and lesions. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from boardroom.cases.view import in_order, in_words
from boardroom.clinical.case_record import newer
from boardroom.clinical.facts import FACTS, FactError, check, in_unit
from boardroom.clinical.imaging import outdated
from boardroom.clinical.living import living_mm, now_living_mm
from boardroom.clinical.read_facts import FactRead
from boardroom.clinical.units import rounded

Direction = Literal["up", "down", "new", "missing", "other"]


@dataclass(frozen=True)
class Change:
    """One difference. `was` or `now` is empty where there was or is none.

    `missing`: a lesion that the new reading does not have; whether it is gone, nothing says.
    """

    label: str
    was: str
    now: str
    direction: Direction
    on: dt.date | None = None

    @property
    def words(self) -> str:
        """ "AFP: 2140 ng/mL then, 312 ng/mL now (26 Nov 2026)"."""
        of = f" ({self.on.day} {self.on:%b %Y})" if self.on else ""
        now = "not in the new reading" if self.direction == "missing" else f"{self.now} now{of}"
        return f"{self.label}: " + ", ".join(filter(None, (self.was and f"{self.was} then", now)))


@dataclass(frozen=True)
class Looked:
    """Whether the images of two rounds were read on a map: then no lesion is an answer too.

    `whole`: whether the first map named every lesion, so that another one is new; `now_whole`:
    whether the second did, so that one it does not name is missing, and not among too many to
    count; `then_on`, `now_on`: the days that the images count by.
    """

    then: bool = False
    now: bool = False
    whole: bool = True
    then_on: dt.date | None = None
    now_on: dt.date | None = None
    now_whole: bool = True


NOT_MAPPED = Looked()


def changes(
    earlier: Any,
    later: Any,
    pairs: Mapping[int, int] | None = None,
    looked: Looked = NOT_MAPPED,
    read_then: Mapping[str, FactRead] = MappingProxyType({}),
    units: str = "",
) -> list[Change]:
    """Everything that differs between two cases (or anything with `facts` and `lesions`).

    Only values dated after the earlier round's last count as new; an unchanged value is left out.
    `pairs`: number then to number now, by their places on the map; the same number without.
    `read_then`: what the earlier round's map showed, as facts. `units`: "si" or "conventional", to
    be read; without, both values of a line in the unit in which the later one was entered.
    """
    lesions = _lesions(earlier.lesions, later.lesions, pairs, looked)
    return [*_facts(earlier.facts, later.facts, read_then, units), *lesions]


def _latest(facts: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for fact in in_order(facts):
        found[fact.key] = fact
    for key in outdated(found):
        del found[key]
    return found


def _facts(
    earlier: Iterable[Any], later: Iterable[Any], read_then: Mapping[str, FactRead], units: str
) -> list[Change]:
    before, after = _latest(earlier), _latest(later)
    for key, read in read_then.items():
        if key not in before or not newer(before[key].taken_on, read.taken_on):
            before[key] = read
    found = []
    for key in [key for key in FACTS if key in after]:
        old, new = before.get(key), after[key]
        if old is not None and (old.value, old.unit) == (new.value, new.unit):
            continue
        direction: Direction = "new" if old is None else _compare(key, old, new)
        was = _in_the_unit_of(new, old, units) if old is not None else ""
        now = in_words(new, units).words
        found.append(Change(FACTS[key].label, was, now, direction, new.taken_on))
    return found


def _in_the_unit_of(new: Any, old: Any, units: str) -> str:
    """The earlier value in words, in the unit in which the later one is shown."""
    if old.unit == new.unit or in_words(old, units).unit == in_words(new, units).unit:
        return in_words(old, units).words
    try:
        was = check(old.key, old.value, old.unit)
        if isinstance(was.value, str):
            return in_words(old, units).words
        number = rounded(in_unit(old.key, was.value, was.unit, new.unit))
    except FactError:
        return in_words(old, units).words  # no factor: each in its own
    return in_words(_Plain(old.key, number, new.unit, old.taken_on), units).words


@dataclass(frozen=True)
class _Plain:
    """A value as entered."""

    key: str
    value: str
    unit: str
    taken_on: dt.date | None = None


def _compare(key: str, old: Any, new: Any) -> Direction:
    fact = FACTS[key]
    if fact.kind != "number":
        return "other"
    try:
        unit = fact.standard.key
        values = [
            in_unit(key, checked.value, checked.unit, unit)
            for checked in (check(key, one.value, one.unit) for one in (old, new))
            if not isinstance(checked.value, str)
        ]
    except FactError:
        return "other"
    was, now = values
    return "up" if now > was else "down" if now < was else "other"


def _lesions(
    earlier: Iterable[Any],
    later: Iterable[Any],
    pairs: Mapping[int, int] | None,
    looked: Looked,
) -> list[Change]:
    before, after = {one.number: one for one in earlier}, {one.number: one for one in later}
    if not after and not looked.now:
        return []  # not read again yet: nothing can be said
    known = (bool(before) or looked.then) and looked.whole and looked.now_whole
    same = _same(before, pairs)
    then = {same[number]: number for number in before if same.get(number) in after}
    found = []
    for number, new in after.items():
        change = _of_lesion(before.get(then.get(number)), new)
        if change is not None and change.direction == "new" and not known:
            change = replace(change, direction="other")  # it may have been there unlisted
        if change is not None:
            found.append((number, change))
    if looked.whole and not looked.now_whole:
        was = f"{len(before)} listed" if before else "none seen" if looked.then else ""
        found.append((0, Change("Lesions", was, "too many to count", "other")))
    for number in before.keys() - then.values() if looked.now_whole else ():
        # Its number may mean another lesion by now
        label = f"Former lesion {number}" if number in after else f"Lesion {number}"
        found.append((number, Change(label, _lesion(before[number]), "", "missing")))
    return [change for _, change in sorted(found, key=lambda one: one[0])]


def _same(earlier: Iterable[int], pairs: Mapping[int, int] | None) -> Mapping[int, int]:
    """Number then to number now: as the map pairs them, without a map the same number."""
    return pairs if pairs is not None else {number: number for number in earlier}


def _of_lesion(old: Any, new: Any) -> Change | None:
    """What became of one lesion; `old`: None for one that is new. None where nothing changed."""
    label = f"Lesion {new.number}"
    if old is None:
        return Change(label, "", _lesion(new), "new")
    if old.number != new.number:
        label = f"{label} (was no. {old.number})"
    elif _lesion(old) == _lesion(new):
        return None
    return Change(label, _lesion(old), _lesion(new), _grew(old, new))


def _grew(old: Any, new: Any) -> Direction:
    """By what lives of it, where that was measured again."""
    was, now = living_mm(old), now_living_mm(old, new)
    if was is None or now is None or was == now:
        return "other"
    return "up" if now > was else "down"


def _lesion(lesion: Any) -> str:
    parts = [
        f"segment {lesion.segments}" if lesion.segments else "",
        f"{lesion.size_mm} mm" if lesion.size_mm is not None else "",
        f"{lesion.viable_mm} mm viable" if lesion.viable_mm is not None else "",
    ]
    return ", ".join(part for part in parts if part) or "recorded"
