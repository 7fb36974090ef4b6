"""When a decided case comes back to the board by itself. Pure.

A consensus can name a day, months after the decision, cycles of treatment, and a value to reach;
whichever is met first brings the case back. What cannot be typed stands in its free text
("Discuss again").
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from boardroom.clinical.facts import FACTS, Fact, FactError, check, in_unit, unit_of

MOST_MONTHS = 36
MOST_CYCLES = 40
SECTIONS = ("blood", "liver", "tumour")
"""Sections of the catalogue whose numbers can be waited for."""


@dataclass(frozen=True)
class Represent:
    """The conditions; an empty field is none.

    `fact`, `unit`: keys of the catalogue; `below`: the value has to fall under `value` (text as
    entered), otherwise to rise over it.
    """

    on: dt.date | None = None
    months: int | None = None
    cycles: int | None = None
    fact: str = ""
    unit: str = ""
    below: bool = True
    value: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was said."""
        return not (self.on or self.months or self.cycles or self.fact or self.value)

    @property
    def half_said(self) -> bool:
        """Whether a value was begun and not finished, so that it could never be met."""
        return bool(self.fact) != bool(self.value)


@dataclass(frozen=True)
class Report:
    """Something new after the decision. `fact` empty: `value` cycles of treatment were given."""

    fact: str
    value: str
    unit: str
    on: dt.date


def represent_of(stored: Mapping[str, Any] | None) -> Represent:
    """The conditions from a consensus's row."""
    stored = stored or {}
    day = stored.get("on")
    return Represent(
        on=dt.date.fromisoformat(day) if day else None,
        months=stored.get("months"),
        cycles=stored.get("cycles"),
        fact=str(stored.get("fact", "")),
        unit=str(stored.get("unit", "")),
        below=bool(stored.get("below", True)),
        value=str(stored.get("value", "")),
    )


def as_stored(represent: Represent) -> dict[str, Any]:
    """What the row keeps; empty for no condition."""
    if represent.empty:
        return {}
    return asdict(represent) | {"on": represent.on.isoformat() if represent.on else None}


def in_words(represent: Represent) -> tuple[str, ...]:
    """Each condition as the end of "The case comes back …"."""
    words = []
    if represent.on:
        words.append(f"on {represent.on.day} {represent.on:%b %Y}")
    if represent.months:
        words.append(f"{_count(represent.months, 'month')} after the decision")
    if represent.cycles:
        words.append(f"after {_count(represent.cycles, 'cycle')} of treatment")
    if represent.fact and represent.value:
        side = "under" if represent.below else "over"
        words.append(f"when {_name(represent.fact)} is {side} {_value(represent)}")
    return tuple(words)


def day_of(represent: Represent, decided_on: dt.date) -> dt.date | None:
    """The day on which the case comes back whatever happens, the earlier of the two; or None."""
    days = [represent.on] if represent.on else []
    if represent.months:
        days.append(months_after(decided_on, represent.months))
    return min(days, default=None)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def met(
    represent: Represent,
    *,
    decided_on: dt.date,
    today: dt.date,
    reports: Iterable[Report],
    came_back_on: dt.date | None = None,
) -> list[str]:
    """The conditions that are met, one sentence each; none: the case does not come back yet.

    Only what was reported from the day of the decision on counts. `came_back_on`: the day on which
    the last round began that was turned down; a day up to then brought the case back already.
    """
    found = []
    new = [one for one in reports if one.on >= decided_on]

    def has_come(day: dt.date) -> bool:
        return today >= day and (came_back_on is None or day > came_back_on)

    if represent.on and has_come(represent.on):
        found.append(f"The day has come: {represent.on.day} {represent.on:%b %Y}.")
    if represent.months and has_come(months_after(decided_on, represent.months)):
        found.append(f"{_count(represent.months, 'month')} have passed since the decision.")
    if represent.cycles:
        given = max((int(one.value) for one in new if not one.fact), default=0)
        if given >= represent.cycles:
            found.append(f"{_count(given, 'cycle')} of treatment are given.")
    if represent.fact and represent.value:
        for one in sorted(new, key=lambda report: report.on):
            if one.fact == represent.fact and _reached(represent, one):
                side = "under" if represent.below else "over"
                value = f"{one.value} {_unit(one.fact, one.unit)}".strip()
                found.append(f"{_name(one.fact)} is {value}, {side} {_value(represent)}.")
                break
    return found


def reached_already(represent: Represent, last: Report | None) -> tuple[str, ...]:
    """That the last value known at the decision meets the condition, one sentence or none.

    Something to look at again, no bar: it can be meant of the next value all the same.
    """
    if last is None or not represent.value or not _reached(represent, last):
        return ()
    side = "under" if represent.below else "over"
    value = f"{last.value} {_unit(last.fact, last.unit)}".strip()
    words = (
        f"The case is to come back when {_name(represent.fact)} is {side} {_value(represent)}, but "
        f"the last value, of {last.on.day} {last.on:%b %Y}, is {value}: it would come back with "
        "the next value like it."
    )
    return (words,)


def facts_to_wait_for() -> list[tuple[str, list[tuple[str, str]]]]:
    """("Blood", [("afp|ng/mL", "AFP, ng/mL"), …]): numbers with each of their units."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for fact in FACTS.values():
        if fact.kind != "number" or fact.section not in SECTIONS:
            continue
        for unit in fact.units:
            label = f"{fact.label}, {unit.name}" if unit.key else fact.label
            groups.setdefault(fact.section.capitalize(), []).append(
                (f"{fact.key}|{unit.key}", label)
            )
    return [(name, groups[name]) for name in ("Blood", "Liver", "Tumour") if name in groups]


def checked_value(fact: str, value: str, unit: str) -> str:
    """The value as it is kept. Raises FactError for one that cannot be."""
    checked = check(fact, value, unit)
    return f"{checked.value:f}" if isinstance(checked.value, Decimal) else str(checked.value)


def _reached(represent: Represent, report: Report) -> bool:
    fact = FACTS.get(represent.fact)
    if fact is None:
        return False
    try:
        wanted = _standard(fact, represent.value, represent.unit)
        got = _standard(fact, report.value, report.unit)
    except FactError:
        return False
    return got < wanted if represent.below else got > wanted


def _standard(fact: Fact, value: str, unit: str) -> Decimal:
    checked = check(fact.key, value, unit)
    if not isinstance(checked.value, Decimal):
        raise FactError("Only a number can be waited for.")
    return in_unit(fact.key, checked.value, checked.unit, fact.standard.key)


def _name(fact: str) -> str:
    known = FACTS.get(fact)
    return known.label if known is not None else fact


def _unit(fact: str, unit: str) -> str:
    known = FACTS.get(fact)
    if known is None or not unit:
        return unit
    try:
        return unit_of(known, unit).name
    except FactError:
        return unit


def _value(represent: Represent) -> str:
    return f"{represent.value} {_unit(represent.fact, represent.unit)}".strip()


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
