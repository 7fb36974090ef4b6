"""A decision aid filled from a case, and facts and lesions for which there is no row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from boardroom.clinical.aid import Result


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """A fact for which there is no row."""

    key: str
    value: str
    unit: str = ""
    taken_on: dt.date | None = None
    written_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Lesion:
    """A lesion for which there is no row."""

    size_mm: int | None = None
    viable_mm: int | None = None
    segments: str = ""
    number: int = 0
    li_rads: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A fact that a result rests on, as it was entered."""

    key: str
    label: str
    value: str
    unit: str
    taken_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Filled:
    """An aid's result for a case. `result` is None where a recorded value is `refused`.

    `warnings` are about the record (dates, contradictions, what was derived); the result has its
    own beside them. `oldest_lab_days` is None without a dated lab.
    """

    name: str
    title: str
    result: Result | None
    refused: str
    sources: tuple[Source, ...]
    oldest_lab_days: int | None
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the result's own dictionary, and what it rests on beside it."""
        return {
            "name": self.name,
            "title": self.title,
            "result": self.result.as_dict() if self.result is not None else None,
            "refused": self.refused,
            "sources": [
                {
                    "key": source.key,
                    "label": source.label,
                    "value": source.value,
                    "unit": source.unit,
                    "taken_on": source.taken_on.isoformat() if source.taken_on else None,
                }
                for source in self.sources
            ],
            "oldest_lab_days": self.oldest_lab_days,
            "warnings": list(self.warnings),
        }
