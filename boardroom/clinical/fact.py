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

YES_NO = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: what it is called, how it is entered, and which values can be true.

    `unseen`: the choice that says that nobody looked, which undoes no finding; "" for none.
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
) -> Fact:
    return Fact(key, label, section, "choice", choices=choices, help=hint, unseen=unseen)


def yesno(key: str, label: str, section: Section, hint: str = "") -> Fact:
    return Fact(key, label, section, "yesno", choices=YES_NO, help=hint)
