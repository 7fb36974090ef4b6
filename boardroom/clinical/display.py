"""A recorded value as somebody reads it: in the units they chose, and what was entered beside it.

Nothing is stored converted. A value that is read in the unit it was entered in keeps every digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.facts import FactError, in_unit, unit_of
from boardroom.clinical.units import read_in, rounded

NARROW_SPACE = "\u202f"


@dataclass(frozen=True, slots=True)
class Shown:
    """Number and unit as shown; `entered` are the words as typed where they are others."""

    text: str
    unit: str
    entered: str = ""

    @property
    def words(self) -> str:
        """Such as "34 µmol/L"."""
        return f"{self.text}{NARROW_SPACE}{self.unit}" if self.unit else self.text


def shown(key: str, value: str, unit: str, system: str = "") -> Shown:
    """The value in the units of a system ("si", "conventional"); as entered for any other."""
    fact = FACTS.get(key)
    if fact is None:
        return Shown(value, unit)
    if fact.kind != "number":
        return Shown(fact.choice_name(value), "")
    name = _unit_name(key, unit)
    as_typed = Shown(value, name)
    wanted = read_in(key, system)
    if wanted is None or wanted.key == unit:
        return as_typed
    number = converted(key, value, unit, system)
    if number is None:
        return as_typed
    return Shown(rounded(number), wanted.name, as_typed.words)


def converted(key: str, value: str, unit: str, system: str) -> Decimal | None:
    """The number in the system's unit (the standard one where it has none); None for no number."""
    wanted = read_in(key, system)
    try:
        number = Decimal(value.replace(",", "."))
        target = wanted.key if wanted is not None else FACTS[key].standard.key
        return in_unit(key, number, unit, target)
    except (FactError, InvalidOperation):
        return None


def axis_unit(key: str, system: str) -> str:
    """The name of the unit in which `converted` answers."""
    wanted = read_in(key, system) or FACTS[key].standard
    return wanted.name if wanted.key else ""


def _unit_name(key: str, unit: str) -> str:
    try:
        found = unit_of(FACTS[key], unit)
    except FactError:
        return unit
    return found.name if found.key else ""
