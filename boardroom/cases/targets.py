"""From a field's name to the row that it writes to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boardroom.cases import fields
from boardroom.cases.fields import Field
from boardroom.cases.models import Case, Fact
from boardroom.clinical.facts import FACTS

FACT_PARTS = {"value": "value", "unit": "unit", "taken_on": "date"}
_FACT = re.compile(r"fact-([a-z0-9_]+)-(\d{1,3})-(value|unit|taken_on)")
_DOCUMENT = re.compile(r"documents-(\d{1,9})-([a-z_]+)")
_LINE = re.compile(r"(lesions|treatments|investigations|questions)-(\d{1,9})-([a-z_]+)")


@dataclass(frozen=True)
class Plain:
    """A field of the case, its patient or one line; `row` is None for a line that is gone."""

    name: str
    row: Any
    field: Field
    label: str

    def text(self) -> str:
        """What is stored now."""
        return fields.as_text(getattr(self.row, self.field.name)) if self.row is not None else ""


@dataclass(frozen=True)
class OfFact:
    """Value, unit or date of the nth value entered of a fact (from 1); `row` None: not there."""

    name: str
    key: str
    number: int
    part: str
    row: Fact | None
    label: str

    def text(self) -> str:
        """What is stored now."""
        return fields.as_text(getattr(self.row, self.part)) if self.row is not None else ""


def entered(case: Case, key: str) -> list[Fact]:
    """The values of one fact in the order of entry, which is what their numbers count."""
    rows = [fact for fact in case.facts if fact.key == key]
    # A new one has no id before the next flush; it comes last.
    return sorted(rows, key=lambda fact: (fact.id is None, fact.id))


def targets(case: Case, values: Mapping[str, str]) -> dict[str, Plain | OfFact]:
    """Where each known name leads. Names that mean nothing here are left out."""
    found: dict[str, Plain | OfFact] = {}
    for name in values:
        target = _target(case, name)
        if target is not None:
            found[name] = target
    return found


def _target(case: Case, name: str) -> Plain | OfFact | None:
    if name in fields.CASE:
        field = fields.CASE[name]
        return Plain(name, case, field, field.label)
    if name.startswith("patient-"):
        patient_field = fields.PATIENT.get(name.removeprefix("patient-"))
        if patient_field is None:
            return None
        return Plain(name, case.patient, patient_field, f"Patient: {patient_field.label}")
    if match := _LINE.fullmatch(name):
        return _line(case, name, *match.groups())
    if match := _DOCUMENT.fullmatch(name):
        return _document(case, name, *match.groups())
    if match := _FACT.fullmatch(name):
        key, number, part = match[1], int(match[2]), match[3]
        if key not in FACTS or number < 1:
            return None
        rows = entered(case, key)
        row = rows[number - 1] if number <= len(rows) else None
        suffix = "" if part == "value" else f", {FACT_PARTS[part]}"
        return OfFact(name, key, number, part, row, FACTS[key].label + suffix)
    return None


def _line(case: Case, name: str, collection: str, line_id: str, part: str) -> Plain | None:
    field = fields.LINES[collection].get(part)
    if field is None:
        return None
    row = next((r for r in getattr(case, collection) if r.id == int(line_id)), None)
    return Plain(name, row, field, f"{fields.LINE_WORDS[collection].capitalize()}: {field.label}")


def _document(case: Case, name: str, document_id: str, part: str) -> Plain | None:
    field = fields.DOCUMENT.get(part)
    if field is None:
        return None
    row = next((r for r in case.documents if r.id == int(document_id)), None)
    return Plain(name, row, field, f"Document: {field.label}")
