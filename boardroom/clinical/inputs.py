"""What a decision aid asks for, and how one given value is read: checked, then converted once.

A laboratory value may come in any unit that the catalogue has for it; the unit is part of the
name (`bilirubin_mg_dl`, `bilirubin_umol_l`), so a number without its unit cannot be given. The
ranges that make a value impossible or improbable are the catalogue's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any, Literal

from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.fact import YES_NO
from boardroom.clinical.facts import FactError, check
from boardroom.clinical.units import NINE_PLACES, Unit, convert
from boardroom.clinical.units import unit as make_unit

Kind = Literal["number", "choice", "yesno", "list"]

NO_UNIT = make_unit("", "")


class ImpossibleValue(ValueError):
    """A value that an aid cannot take. `input` is its name, `reason` one plain sentence."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.input = name
        self.reason = reason


class UnknownInput(ImpossibleValue):
    """A name that the aid does not have; the reason lists those it has."""


@dataclass(frozen=True, slots=True)
class Input:
    """One thing an aid asks for, described well enough to make a form field of it.

    `name` is the parameter of the aid's function; `entries` are the names under which a value is
    given, each with its unit, the one that the function computes in first. A "list" is of numbers
    where it has no choices. `fact` is the catalogue's key of the same thing; `also` are names that
    are understood like `entry` and shown nowhere.
    """

    name: str
    label: str
    kind: Kind
    entries: tuple[tuple[str, Unit], ...]
    required: bool = True
    fact: str = ""
    possible: tuple[float, float] | None = None
    whole: bool = False
    positive: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    spellings: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    also: tuple[str, ...] = ()

    @property
    def entry(self) -> str:
        """The name with the unit that the function computes in."""
        return self.entries[0][0]

    @property
    def unit(self) -> Unit:
        return self.entries[0][1]

    def read(self, entry: str, value: Any) -> tuple[Any, tuple[str, ...]]:
        """(the value as the function takes it, warnings); raises ImpossibleValue."""
        match self.kind:
            case "number":
                return self._number(entry, value)
            case "yesno":
                if not isinstance(value, bool):
                    raise ImpossibleValue(entry, f"{self.label} has to be true or false.")
                return value, ()
            case "choice":
                return self._choice(entry, value), ()
            case "list":
                return self._list(entry, value)

    def _list(self, entry: str, value: Any) -> tuple[Any, tuple[str, ...]]:
        if not isinstance(value, list | tuple):
            raise ImpossibleValue(entry, f"{self.label} has to be a list.")
        if self.choices:
            return tuple(self._choice(entry, one) for one in value), ()
        if not value:
            raise ImpossibleValue(entry, f"{self.label}: at least one is needed.")
        read = [self._number(entry, one) for one in value]
        # A dictionary keeps each warning once, in its order
        warnings = dict.fromkeys(warning for _, found in read for warning in found)
        return tuple(number for number, _ in read), tuple(warnings)

    def _choice(self, entry: str, value: Any) -> str:
        known = {_simple(label): key for key, label in self.choices}
        known |= {key.lower(): key for key, _ in self.choices} | dict(self.spellings)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 9:
            value = str(value)
        if isinstance(value, str):
            text = _simple(value)
            if text in known:
                return known[text]
        names = ", ".join(key for key, _ in self.choices)
        raise ImpossibleValue(entry, f"{self.label} has to be one of: {names}.")

    def _number(self, entry: str, value: Any) -> tuple[float, tuple[str, ...]]:
        number = exact(self, entry, value)
        name = entry.replace("tumour", "tumor")
        unit = dict(self.entries).get(name, self.unit)
        if self.positive and number <= 0:
            raise ImpossibleValue(entry, f"{self.label} has to be more than 0.")
        warnings: tuple[str, ...] = ()
        if self.fact:
            try:
                # Digits beyond the twelfth are a computer's, not a laboratory's
                warnings = check(self.fact, plain(round(number, 12)), unit.key).warnings
            except FactError as error:
                raise ImpossibleValue(entry, error.reason) from None
        if self.possible is not None and not self.possible[0] <= number <= self.possible[1]:
            low, high = (f"{limit:g}" for limit in self.possible)
            raise ImpossibleValue(
                entry, f"{self.label} {plain(number)} is not possible (from {low} to {high})."
            )
        if self.whole and number != number.to_integral_value():
            raise ImpossibleValue(entry, f"{self.label} has to be a whole number.")
        converted = convert(number, unit, self.unit)
        return (int(converted) if self.whole else float(converted)), warnings


def _simple(words: str) -> str:
    return words.strip().lower().replace("-", "_").replace(" ", "_")


def exact(this: Input, entry: str, value: Any) -> Decimal:
    """The number as it was written; raises ImpossibleValue for anything that is no number."""
    # True is a number to Python, and never one to a laboratory
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ImpossibleValue(entry, f"{this.label} has to be a number.")
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ImpossibleValue(entry, f"{this.label} has to be a number.")
    if abs(number) >= Decimal("1e15"):
        raise ImpossibleValue(entry, f"{this.label} is too large to be a value.")
    return number


# ---- Numbers ------------------------------------------------------------------------------------


def nine(value: float) -> float:
    """A computed number to 9 decimals, so that 4.1 + 2.9 meets a limit of 7 exactly."""
    return float(Decimal(str(value)).quantize(NINE_PLACES, rounding=ROUND_HALF_UP))


def half_up(value: float, places: int = 0) -> float:
    """Rounded half up, as a person does it; Python's own `round` goes to the even neighbour."""
    step = Decimal(1).scaleb(-places)
    return float(Decimal(str(nine(value))).quantize(step, rounding=ROUND_HALF_UP))


def whole(value: float) -> int:
    """Rounded half up to an integer."""
    return int(half_up(value))


def plain(number: float | Decimal) -> str:
    """A number as a person writes it: no exponent, no trailing zeros."""
    text = f"{Decimal(str(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# ---- Writing an input down ----------------------------------------------------------------------


def _suffix(unit: Unit) -> str:
    written = {"%": "percent", "/uL": "per_ul"}
    return written.get(unit.key) or unit.key.lower().replace("^", "e").replace("/", "_")


def lab(
    fact: str,
    unit: str = "",
    *,
    name: str = "",
    label: str = "",
    entry: str = "",
    only: bool = False,
    required: bool = True,
    positive: bool = False,
    kind: Kind = "number",
    also: tuple[str, ...] = (),
) -> Input:
    """A number that the catalogue knows, taken in each of its units and computed in `unit`.

    `name` is the parameter (the fact's key if empty); `entry` the name to give it under where it
    is not parameter and unit; `only`: no other unit than `unit` is taken. Each "largest" or
    "diameters" is a length, so a list of lengths works the same way (`kind="list"`).
    """
    this = FACTS[fact]
    name = name or fact
    units = sorted(this.units, key=lambda one: one.key != unit)
    if units[0].key != unit:
        raise AssertionError(f"{fact} is not recorded in '{unit}'")
    chosen = units[:1] if only else units
    entries = tuple(
        (f"{name}_{_suffix(one)}", one) if one.key else (name, NO_UNIT) for one in chosen
    )
    if entry:
        entries = ((entry, units[0]), *entries[1:])
    return Input(
        name,
        label or this.label,
        kind,
        entries,
        required,
        fact,
        whole=this.whole,
        positive=positive,
        hint=this.help,
        also=also,
    )


def number(
    entry: str,
    label: str,
    low: float,
    high: float,
    *,
    unit: str = "",
    required: bool = True,
    whole: bool = False,
    hint: str = "",
    name: str = "",
    also: tuple[str, ...] = (),
) -> Input:
    """A number that is not in the catalogue, possible from `low` to `high`.

    It is given as `entry`; `name` is the parameter where that is another.
    """
    entries = ((entry, make_unit(unit)),)
    return Input(
        name or entry,
        label,
        "number",
        entries,
        required,
        possible=(low, high),
        whole=whole,
        hint=hint,
        also=also,
    )


def yesno(name: str, label: str, *, fact: str = "", required: bool = True, hint: str = "") -> Input:
    return Input(
        name, label, "yesno", ((name, NO_UNIT),), required, fact, choices=YES_NO, hint=hint
    )


def choice(
    name: str,
    label: str,
    *choices: tuple[str, str],
    fact: str = "",
    required: bool = True,
    kind: Kind = "choice",
    hint: str = "",
    also: tuple[str, ...] = (),
    **spellings: str,
) -> Input:
    """One of `choices`; `spellings` says which words mean which: ``mild="slight controlled"``."""
    words = {word: key for key, many in spellings.items() for word in many.split()}
    return Input(
        name,
        label,
        kind,
        ((name, NO_UNIT),),
        required,
        fact,
        choices=choices,
        spellings=MappingProxyType(words),
        hint=hint,
        also=also,
    )
