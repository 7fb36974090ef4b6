"""What changed about a patient between two rounds: values and lesions. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from boardroom.cases.view import in_order, in_words
from boardroom.clinical.facts import FACTS, FactError, check, in_unit
from boardroom.clinical.imaging import outdated
from boardroom.clinical.inputs import half_up
from boardroom.clinical.response import RESPONSES, target_response

Direction = Literal["up", "down", "new", "gone", "other"]


@dataclass(frozen=True)
class Change:
    """One difference. `was` or `now` is empty where there was or is none."""

    label: str
    was: str
    now: str
    direction: Direction
    on: dt.date | None = None


def changes(earlier: Any, later: Any) -> list[Change]:
    """Everything that differs between two cases (or anything with `facts` and `lesions`).

    Only values dated after the earlier round's last count as new; an unchanged value is left out.
    """
    return [*_facts(earlier.facts, later.facts), *_lesions(earlier.lesions, later.lesions)]


def _latest(facts: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for fact in in_order(facts):
        found[fact.key] = fact
    for key in outdated(found):
        del found[key]
    return found


def _facts(earlier: Iterable[Any], later: Iterable[Any]) -> list[Change]:
    before, after = _latest(earlier), _latest(later)
    found = []
    for key in [key for key in FACTS if key in after]:
        old, new = before.get(key), after[key]
        if old is not None and (old.value, old.unit) == (new.value, new.unit):
            continue
        direction: Direction = "new" if old is None else _compare(key, old, new)
        was = in_words(old).words if old is not None else ""
        found.append(Change(FACTS[key].label, was, in_words(new).words, direction, new.taken_on))
    return found


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


def _lesions(earlier: Iterable[Any], later: Iterable[Any]) -> list[Change]:
    before, after = {one.number: one for one in earlier}, {one.number: one for one in later}
    if not after:
        return []  # not read again yet: nothing can be said
    found = []
    for number in sorted(before | after):
        old, new = before.get(number), after.get(number)
        label = f"Lesion {number}"
        if old is None and new is not None:
            found.append(Change(label, "", _lesion(new), "new"))
        elif new is None and old is not None:
            found.append(Change(label, _lesion(old), "", "gone"))
        elif _lesion(old) != _lesion(new):
            sizes = (_size(old), _size(new))
            direction: Direction = "other"
            if None not in sizes and sizes[0] != sizes[1]:
                direction = "up" if sizes[1] > sizes[0] else "down"  # type: ignore[operator]
            found.append(Change(label, _lesion(old), _lesion(new), direction))
    return found


def _size(lesion: Any) -> int | None:
    """What lives of it, where that was measured."""
    size: int | None = lesion.viable_mm if lesion.viable_mm is not None else lesion.size_mm
    return size


def _lesion(lesion: Any) -> str:
    parts = [
        f"segment {lesion.segments}" if lesion.segments else "",
        f"{lesion.size_mm} mm" if lesion.size_mm is not None else "",
        f"{lesion.viable_mm} mm viable" if lesion.viable_mm is not None else "",
    ]
    return ", ".join(part for part in parts if part) or "recorded"


# ---- The answer to treatment --------------------------------------------------------------------

TARGET_MM = 10
"""From this viable diameter on a lesion is a target (mRECIST)."""


@dataclass(frozen=True)
class Answer:
    """How the target lesions answered, by mRECIST; `why` says what stands against it.

    `was`, `now`: sums of viable diameters in mm. `new`: numbers of new lesions that are targets.
    """

    response: str
    was: int = 0
    now: int = 0
    new: tuple[int, ...] = ()
    why: str = ""

    @property
    def words(self) -> str:
        """ "PR, partial response: 62 to 38 mm viable, −39 %"."""
        if not self.response:
            return self.why
        change = half_up(100 * (self.now - self.was) / self.was, 0)
        sign = "+" if change > 0 else ""
        percent = f"{sign}{change:g}".replace("-", "\N{MINUS SIGN}")
        seen = f"; new: lesion {', '.join(map(str, self.new))}" if self.new else ""
        name = RESPONSES[self.response]
        return f"{self.response}, {name}: {self.was} to {self.now} mm viable, {percent} %{seen}"


def answer(
    earlier: Iterable[Any], later: Iterable[Any], pairs: Mapping[int, int] | None = None
) -> Answer | None:
    """How the lesions of the round before answered; None where there is nothing to measure.

    `pairs`: number then to number now, by their places on the map; the same number without.
    """
    before, after = list(earlier), {one.number: one for one in later}
    targets = [one for one in before if (_size(one) or 0) >= TARGET_MM]
    if not targets or not after:
        return None
    same = pairs if pairs is not None else {one.number: one.number for one in before}
    sizes = []
    for one in targets:
        found = after.get(same.get(one.number, 0))
        if found is None:
            return Answer(
                "", why=f"Lesion {one.number} of the earlier round is not in the new reading."
            )
        if (size := _size(found)) is None:
            return Answer("", why=f"Lesion {found.number} has no size yet.")
        sizes.append(size)
    was, now = sum(_size(one) or 0 for one in targets), sum(sizes)
    known = set(same.values())
    new = tuple(
        sorted(n for n, one in after.items() if n not in known and (_size(one) or 0) >= TARGET_MM)
    )
    return Answer("PD" if new else target_response(was, was, now), was, now, new)
