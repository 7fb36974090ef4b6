"""Checking one clinical value as somebody typed it: accept, warn, or refuse with a plain reason.

Nothing is guessed. A number without its unit, with a unit the fact does not have, or with a mark
that could be a decimal or a thousands separator is refused, and the reason says what to enter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.fact import SECTIONS, Fact, Section
from boardroom.clinical.units import Unit, convert

__all__ = ["FACTS", "SECTIONS", "Checked", "Fact", "FactError", "Section", "UnitMissing"]
__all__ += ["by_section", "check", "fact", "improbable", "in_unit", "is_lab", "unit_of"]

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)?|[.,]\d+)")
_MAX_CHARACTERS = 30


class FactError(ValueError):
    """A value that cannot be recorded. `reason` is one plain sentence for beside the field."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnitMissing(FactError):
    """A value that may be right, but for want of its unit nobody can tell."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A value fit to record: a Decimal for a number, a choice's key otherwise.

    `unit` is the unit's key as entered ("" where there is none). `warnings` are plain sentences
    about a value that is possible but improbable.
    """

    value: Decimal | str
    unit: str
    warnings: tuple[str, ...] = ()


def fact(key: str) -> Fact:
    """The fact with this key; raises FactError."""
    try:
        return FACTS[key]
    except KeyError:
        raise FactError(f"There is no clinical fact called '{key}'.") from None


# Measured on the liver, or a score as reported: no blood was drawn on its date.
_NOT_DRAWN = frozenset(
    {"child_pugh_points", "stiffness", "flr_ml", "liver_volume_ml", "tumour_volume_ml"}
)


def is_lab(key: str) -> bool:
    """Whether the fact is a value of the laboratory, which grows old in days."""
    one = FACTS.get(key)
    return (
        one is not None
        and one.kind == "number"
        and one.section in ("liver", "blood")
        and key not in _NOT_DRAWN
    )


_STALE = frozenset(
    {"ascites", "encephalopathy", "child_pugh_points", "liver_function", "flr_ml",
     "liver_volume_ml", "tumour_volume_ml", "nodule_count", "nodules_uncountable", "largest_mm",
     "viable_sum_mm", "tumour_percent", "selective_access", "symptoms", "weight", "weight_loss",
     "abstinent_months", "within_transplant_criteria", "major_resection"}
)  # fmt: skip
"""What weeks or a treatment change."""
_NOT_YET = frozenset(
    {"macrovascular_invasion", "portal_invasion", "hepatic_vein_invasion", "bile_duct_invasion",
     "nodes", "extrahepatic_spread", "liver_metastasis", "adjacent_organ_invasion",
     "peritoneum_perforated", "portal_thrombosis", "portal_thrombosis_bland",
     "portal_hypertension", "varices", "variceal_bleeding", "splenomegaly", "collaterals",
     "decompensated"}
)  # fmt: skip
"""What can come at any time: that there is none stands only with its day."""


def lasts(key: str, value: str) -> bool:
    """Whether a fact without a date still says something in the next round of a case: a finding or
    a description that lasts, not a value of its day."""
    known = FACTS.get(key)
    if known is None or known.as_written or is_lab(key) or key in _STALE:
        return False
    return not (key in _NOT_YET and value in ("no", "none", "n0"))


def by_section() -> dict[Section, list[Fact]]:
    """The catalogue section by section, in the order of the page."""
    return {s: [f for f in FACTS.values() if f.section == s] for s in SECTIONS}


def unit_of(fact: Fact, key: str) -> Unit:
    """The fact's unit with this key or shown name; raises FactError naming those it has."""
    wanted = key.strip()
    for unit in fact.units:
        if wanted in (unit.key, unit.name):
            return unit
    names = " or ".join(unit.name for unit in fact.units)
    if not wanted:
        raise UnitMissing(f"{fact.label} needs its unit: {names}.")
    if fact.units[0].key == "":
        raise FactError(f"{fact.label} has no unit, so '{wanted}' cannot be right.")
    raise FactError(f"{fact.label} is recorded in {names}, not in '{wanted}'.")


def in_unit(key: str, value: Decimal, unit: str, target: str) -> Decimal:
    """A recorded number of this fact in another of its units; raises FactError.

    DCP is refused: the factor between its units depends on the kit.
    """
    this = fact(key)
    source, wanted = unit_of(this, unit), unit_of(this, target)
    if key == "dcp" and source != wanted:
        raise FactError("DCP cannot be converted: the factor depends on the kit.")
    return convert(value, source, wanted)


def check(key: str, value: str, unit: str = "") -> Checked:
    """Check one value as entered; raises FactError with the reason it cannot be recorded."""
    this = fact(key)
    text = value.strip() if isinstance(value, str) else value
    if not isinstance(text, str):
        raise FactError(f"{this.label} has to be given as text.")
    if not text:
        raise FactError(f"{this.label} is empty.")
    if len(text) > _MAX_CHARACTERS:
        raise FactError(f"{this.label} is too long to be a value.")
    if this.kind == "number":
        return _check_number(this, text, unit)
    if unit.strip():
        raise FactError(f"{this.label} has no unit, so '{unit.strip()}' cannot be right.")
    keys = [k for k, _ in this.choices]
    if text not in keys:
        raise FactError(f"{this.label} has to be one of: {', '.join(n for _, n in this.choices)}.")
    return Checked(text, "")


def improbable(key: str, value: str, unit: str = "") -> str:
    """What is to be said of a value that is possible but improbable; "" for any other, and for one
    that is refused, which `check` says. A fact of one unit needs none named."""
    this = FACTS.get(key)
    only = this.units[0].key if this is not None and len(this.units) == 1 else ""
    try:
        return " ".join(check(key, value, unit.strip() or only).warnings)
    except FactError:
        return ""


def number_in(label: str, text: str) -> Decimal:
    """A number as people write it, with a point or a comma: the same in a form and on the command
    line. Raises FactError, which calls it by its label.
    """
    if not text.isascii() or not _NUMBER.fullmatch(text):
        limit = text[1:].lstrip("= ")
        if text[:1] in "<>≤≥" and limit.isascii() and _NUMBER.fullmatch(limit):
            # The number alone is what every score, line and comparison counts with
            side = "under" if text[0] in "<≤" else "over"
            raise FactError(
                f"{label}: '{text}' is a limit. Enter the limit itself, {limit}, and say in the "
                f"summary that the laboratory gave “{side} {limit}”."
            )
        raise FactError(f"{label}: '{text}' is not a number.")
    if "," in text and re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text):
        # 1,234 is a thousand to one reader and one and a bit to another.
        raise FactError(f"{label}: '{text}' can be read in two ways. Use a point for decimals.")
    return Decimal(text.replace(",", "."))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _range(this: Fact, bounds: tuple[Decimal, Decimal], unit: Unit) -> str:
    low, high = (_short(convert(b, this.standard, unit)) for b in bounds)
    return f"{low} to {high} {unit.name if unit.key else ''}".strip()


def _short(number: Decimal) -> str:
    """At most three significant digits behind a limit shown to a person."""
    return (
        _plain(Decimal(f"{number:.3g}"))
        if abs(number) < 1000
        else _plain(number.quantize(Decimal(1)))
    )


def _check_number(this: Fact, text: str, unit_key: str) -> Checked:
    # What no unit can make right is said first.
    number = number_in(this.label, text)
    if number.is_signed() and number != 0:
        raise FactError(f"{this.label} cannot be negative.")
    if this.whole and number != number.to_integral_value():
        raise FactError(f"{this.label} has to be a whole number.")
    unit = unit_of(this, unit_key)
    standard = convert(number, unit, this.standard)
    shown = f"{text} {unit.name}" if unit.key else text
    if not this.possible[0] <= standard <= this.possible[1]:
        limits = _range(this, this.possible, unit)
        raise FactError(
            f"{this.label} {shown} is not possible (from {limits}). Check value and unit."
        )
    if this.probable[0] <= standard <= this.probable[1]:
        return Checked(number, unit.key)
    limits = _range(this, this.probable, unit)
    return Checked(
        number,
        unit.key,
        (f"{this.label} {shown} is unusual (expected {limits}). Check value and unit.",),
    )
