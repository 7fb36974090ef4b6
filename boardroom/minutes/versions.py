"""The versions of the minutes' schema, and how a record of an earlier one is kept as it was signed.

A signed record is stored, hashed and exported under the version it was signed under. Whoever adds a
field raises SCHEMA_VERSION, keeps the schema as it was beside the present one in docs/, and names
the new field in NEWER; nothing else has to know of versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Version = Literal["1.0", "2.0", "2.1", "2.2", "2.3"]

SCHEMA_VERSION: Version = "2.3"
"""Rises with every change of the schema: the first number when a reader could stumble over it."""

NEWER: Mapping[Version, tuple[str, ...]] = {
    "2.0": (
        "cases.diagnosis_key",
        "cases.first_opinion.reason_kind_key",
        "cases.recorded_facts",
        "cases.lesions.viable_mm",
        "cases.lesions.li_rads",
        "cases.lesions.vascular_contact",
        "cases.lesions.note",
        "cases.treatments.kind_key",
        "cases.treatments.response_key",
        "cases.investigations.modality_key",
        "cases.investigations.availability_key",
        "cases.opinions.answers.question_key",
        "cases.opinions.answers.answer_key",
        "cases.opinions.shifts.field",
        "cases.opinions.shifts.subject_key",
        "cases.opinions.shifts.was_key",
        "cases.opinions.shifts.now_key",
        "cases.consensus.version",
        "cases.consensus.changed_at",
        "cases.consensus.teller_key",
        "cases.reclassification.reason_key",
        "cases.deferral.reason_key",
        "cases.quorum.people",
        "cases.quorum.minimum_people",
        "cases.quorum.by_specialty",
        "cases.sign_offs.version",
        "cases.sign_offs.earlier_text",
        "cases.quorum.beyond",
        "cases.deferral.owner",
        "cases.deferral.due",
        "cases.consensus.represent",
        "confirmations",
        "cases.tumour_map",
        "cases.decision_aids",
        "cases.stage_migration",
        "cases.listed_without",
    ),
    "2.1": ("cases.earlier_round",),
    "2.2": (
        "cases.opinions.against_first",
        "confirmations.kind",
        "confirmations.by_chair",
        "confirmations.reopen_condition",
        "confirmations.against",
    ),
    "2.3": ("cases.response_since", "cases.tumour_map.in_all"),
}
"""For each version, the fields that it added, as paths. 2.0 also made `tell_by` a day."""


def as_of(version: Version, content: dict[str, Any]) -> dict[str, Any]:
    """The content without the fields that were added after a version. Changes it in place."""
    for since, paths in NEWER.items():
        if _number(since) > _number(version):
            for path in paths:
                _drop(content, path.split("."))
    return content


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _drop(value: Any, path: list[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _drop(item, path)
    elif isinstance(value, dict):
        if len(path) == 1:
            value.pop(path[0], None)
        else:
            _drop(value.get(path[0]), path[1:])
