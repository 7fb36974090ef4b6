"""Child-Pugh on a card: as it is computed, with what was reported beside it where they differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from boardroom.aids.figure import Figure, Tone
from boardroom.aids.reading import Reading
from boardroom.clinical.case_days import APART
from boardroom.clinical.facts import is_lab
from boardroom.clinical.liver_function import child_pugh_class
from boardroom.web import short_day


def child_pugh(reading: Reading, found: Mapping[str, Any] | None) -> Figure:
    """`found`: what the aid computed, None where it lacks something."""
    told = reading["facts"].get("child_pugh_points")
    points = int(float(told["value"])) if told else 0
    label = f"{child_pugh_class(points)}{points}"
    if found:
        tone: Tone = {"B": "caution", "C": "caution"}.get(found["class"], "")  # type: ignore[assignment]
        note = f"{found['two_year_survival_percent']}\u202f% live two years"
        said = f"reported {label}, {_taken(told)}" if told else ""
        if (older := _computed_before(reading, told["taken_on"])) if told else "":
            line = f"Child-Pugh computed {found['label']} from values {older}, {said}"
            tone = "caution" if label != found["label"] else tone
            note = f"computed from values {older}; {said}; {note}"
            return Figure("Child-Pugh", found["label"], note, tone, line)
        if told and label != found["label"] and not _long_before(reading, told["taken_on"]):
            line = f"Child-Pugh computed {found['label']}, {said}"
            note = f"computed; {said}: they differ; {note}"
            return Figure("Child-Pugh", found["label"], note, "caution", line)
        return Figure("Child-Pugh", found["label"], note, tone)
    if told:
        return _reported(label, told["taken_on"], bool(reading.get("reported_old")))
    return Figure("Child-Pugh", "–", "not known yet", "open")


def _taken(fact: Mapping[str, Any]) -> str:
    day = fact["taken_on"]
    return short_day(dt.date.fromisoformat(day)) if day else "without a date"


def _lab_days(reading: Reading) -> list[str]:
    """The days of the labs behind Child-Pugh, the oldest first."""
    sources = reading["aids"]["child_pugh"]["sources"]
    return sorted(one["taken_on"] for one in sources if is_lab(one["key"]) and one["taken_on"])


def _long_before(reading: Reading, reported_on: str | None) -> bool:
    """Whether the report is of an earlier state of the liver: it contradicts no later labs."""
    days = _lab_days(reading)
    if not reported_on or not days:
        return False
    apart = dt.date.fromisoformat(days[0]) - dt.date.fromisoformat(reported_on)
    return apart.days > APART


def _computed_before(reading: Reading, reported_on: str | None) -> str:
    """The days of the labs behind Child-Pugh, where one is older than the report; else ""."""
    days = _lab_days(reading)
    if not reported_on or (days and days[0] >= reported_on):
        return ""
    if not days:
        return "without a date"
    named = [short_day(dt.date.fromisoformat(day)) for day in dict.fromkeys((days[0], days[-1]))]
    return f"of {' to '.join(named)}"


def _reported(label: str, taken_on: str | None, old: bool) -> Figure:
    day = short_day(dt.date.fromisoformat(taken_on)) if taken_on else "without a date"
    note = f"as reported {day}, not computed"
    if not old:
        return Figure("Child-Pugh", label, note)
    said = f"Child-Pugh {label} as reported {day}, old"
    return Figure("Child-Pugh", label, f"{note}, old", "caution", said)
