"""What a clinical fact is, and how one is written down in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from boardroom.clinical.units import Unit

Section = Literal["liver", "blood", "tumour", "vascular", "background", "fitness", "conditions"]
Kind = Literal["number", "choice", "yesno"]

SECTIONS: Mapping[Section, str] = MappingProxyType(
    {
        "liver": "Liver function",
        "blood": "Blood",
        "tumour": "Tumour",
        "vascular": "Vessels and portal pressure",
        "background": "Background",
        "fitness": "Fitness",
        "conditions": "Other illnesses (Charlson)",
    }
)
"""Sections in the order in which a form and a page show them."""

AS_WRITTEN = "Without a date it counts as of the day on which you answer."

YES_NO = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: what it is called, how it is entered, and which values can be true.

    `unseen`: the choice that says that nobody looked, which undoes no finding; "" for none.
    `dated`: a rule asks of which day the answer is, so that the forms ask for it. `as_written`:
    without a date it is of the day on which it was written down.
    """

    key: str
    label: str
    section: Section
    kind: Kind
    units: tuple[Unit, ...] = ()
    possible: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0))
    probable: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0))
    whole: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    unseen: str = ""
    dated: bool = False
    as_written: bool = False

    @property
    def asks_day(self) -> bool:
        """Whether a form asks for its day: measured, of the liver's function, or judged by age."""
        return self.kind == "number" or self.section == "liver" or self.dated

    @property
    def standard(self) -> Unit:
        """The unit in which the ranges are stated."""
        return self.units[0]

    @property
    def in_text(self) -> str:
        """The label within a sentence: "total bilirubin", and "INR" as it is."""
        return self.label if self.label.isupper() else self.label[0].lower() + self.label[1:]

    def choice_name(self, key: str) -> str:
        """The words for one choice, or the key itself where it is not one."""
        return dict(self.choices).get(key, key)


def number(
    key: str,
    label: str,
    section: Section,
    units: tuple[Unit, ...],
    possible: tuple[str, str],
    probable: tuple[str, str],
    *,
    whole: bool = False,
    hint: str = "",
) -> Fact:
    low, high = (Decimal(x) for x in possible)
    likely = (Decimal(probable[0]), Decimal(probable[1]))
    return Fact(key, label, section, "number", units, (low, high), likely, whole, (), hint)


def choice(
    key: str,
    label: str,
    section: Section,
    *choices: tuple[str, str],
    hint: str = "",
    unseen: str = "",
    dated: bool = False,
    as_written: bool = False,
) -> Fact:
    return Fact(
        key,
        label,
        section,
        "choice",
        choices=choices,
        help=_with_day(hint, as_written),
        unseen=unseen,
        dated=dated or as_written,
        as_written=as_written,
    )


def yesno(
    key: str,
    label: str,
    section: Section,
    hint: str = "",
    *,
    dated: bool = False,
    as_written: bool = False,
) -> Fact:
    return Fact(
        key,
        label,
        section,
        "yesno",
        choices=YES_NO,
        help=_with_day(hint, as_written),
        dated=dated or as_written,
        as_written=as_written,
    )


def _with_day(hint: str, as_written: bool) -> str:
    return f"{hint} {AS_WRITTEN}".strip() if as_written else hint
