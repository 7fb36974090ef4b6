"""The sections of the long form: what is given in each, and how far each one is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from boardroom.cases import fields
from boardroom.cases.rules import Lacking, Readiness
from boardroom.clinical.facts import FACTS

SECTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "patient": ("Patient", "Patient"),
        "referral": ("Referral and question", "Referral"),
        "documents": ("Documents", "Documents"),
        "first": ("First opinion", "First opinion"),
        "clinical": ("Clinical", "Clinical"),
        "tumour": ("Tumour", "Tumour"),
        "liver": ("Liver and blood", "Liver, blood"),
        "treatments": ("Treatments so far", "Treatments"),
        "investigations": ("Imaging and pathology", "Imaging"),
        "patient-view": ("The patient’s view", "Patient’s view"),
    }
)
"""Key, which is also the id on the page; name, and a short one for the contents. In order."""

_OF_FACTS = {
    "fitness": "clinical",
    "conditions": "clinical",
    "background": "clinical",
    "tumour": "tumour",
    "vascular": "tumour",
    "liver": "liver",
    "blood": "liver",
}
_OF_PREFIX = {
    "patient": "patient",
    "lesions": "tumour",
    "treatments": "treatments",
    "investigations": "investigations",
    "questions": "patient-view",
    "file": "documents",
    "documents": "documents",
}
_OF_PARTS = {
    "lesions": "tumour",
    "documents": "documents",
    "treatments": "treatments",
    "investigations.imaging": "investigations",
    "investigations.pathology": "investigations",
}


def section_of(name: str) -> str:
    """The section in which the field of this name stands; "" for a name that means nothing."""
    for names, section in (
        (fields.REFERRAL, "referral"),
        (fields.FIRST_OPINION, "first"),
        (fields.CLINICAL, "clinical"),
        (fields.PATIENT_VIEW, "patient-view"),
    ):
        if name in names:
            return section
    if name in fields.NONE_STATED:
        return fields.NONE_STATED[name].section
    prefix, _, rest = name.partition("-")
    if prefix == "fact":
        known = FACTS.get(rest.partition("-")[0])
        return _OF_FACTS[known.section] if known else ""
    return _OF_PREFIX.get(prefix, "")


def section_of_item(item: str) -> str:
    """The section in which something is given that a board asks for (see `Need.item`)."""
    if item in _OF_PARTS:
        return _OF_PARTS[item]
    kind, _, name = item.partition(".")
    if kind == "patient_view":
        return "patient-view"
    if kind == "patient":
        return "patient"
    return section_of(f"fact-{name}-1-value" if kind == "fact" else name)


@dataclass(frozen=True)
class SectionState:
    """How far one section is.

    `wrong`: fields to mend. `blocking`: things that submission needs. `missing`: those, and what a
    fair discussion needs. `needed`: whether anything in it is. `helps`: what would only help and
    is not there; None where the board asks for nothing of the kind.
    """

    key: str
    name: str
    short: str
    wrong: int = 0
    blocking: int = 0
    missing: int = 0
    needed: bool = False
    helps: int | None = None

    @property
    def kind(self) -> str:
        """ "wrong", "missing", "helps" where what is needed is there and more would help,
        "complete", or "optional" where nothing in it is needed."""
        if self.wrong:
            return "wrong"
        if self.missing:
            return "missing"
        if self.needed and self.helps:
            return "helps"
        return "complete" if self.needed or self.helps == 0 else "optional"

    @property
    def words(self) -> str:
        """For beside the section's name."""
        return {
            "wrong": f"{self.wrong} to mend",
            "missing": f"{self.missing} missing",
            "helps": f"{self.helps} more would help",
        }.get(self.kind, self.kind)


def section_states(
    readiness: Readiness, lacking: Iterable[Lacking], wrong: Iterable[str]
) -> dict[str, SectionState]:
    """Every section by its key. `wrong`: names of the fields that hold something to mend."""
    blocks = {one.item: section_of(one.field) for one in lacking}
    essential = {gap.item: section_of_item(gap.item) for gap in readiness.essential}
    blocked, missing = list(blocks.values()), list({**essential, **blocks}.values())
    helps = [section_of_item(gap.item) for gap in readiness.gaps if not gap.essential]
    # Whose case it is, is needed for every submission, whatever the board asks for
    needed = {"patient"} | {
        section_of_item(item) for item, is_needed in readiness.asked if is_needed
    }
    asked = {section_of_item(item) for item, _ in readiness.asked}
    # A value, its unit and its date are one thing to mend
    things = {name.rpartition("-")[0] if name.startswith("fact-") else name for name in wrong}
    mend = [section_of(thing) for thing in things]
    return {
        key: SectionState(
            key,
            name,
            short,
            wrong=mend.count(key),
            blocking=blocked.count(key),
            missing=missing.count(key),
            needed=key in needed,
            helps=helps.count(key) if key in asked else None,
        )
        for key, (name, short) in SECTIONS.items()
    }
