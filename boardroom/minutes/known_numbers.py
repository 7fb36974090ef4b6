"""Finds patients' birth dates and record numbers in a text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from boardroom.minutes.brief import Patient

_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_BEFORE_A_NUMBER = (
    r"(?<!lesion )(?<!lesions )(?<!segment )(?<!cycle )"
    r"\b(?:records?|mrn|no\.|nr\.|id|file|(?:record|hospital|patient) (?:number|no))"
    r"(?:\s+(?:no|nr|number)\b\.?)?[\s:#.]*"
)


def figures(patients: Iterable[Patient]) -> list[tuple[re.Pattern[str], str]]:
    """What to look for, and the template of what stands in its place, in this order."""
    patients = tuple(patients)
    found: list[tuple[re.Pattern[str], str]] = []
    days = {form for one in patients if one.birth_date for form in _dates(one.birth_date)}
    if days:
        # As a whole: "1.3.1960" must not be found in "11.3.1960".
        written = "|".join(re.escape(day) for day in sorted(days, key=len, reverse=True))
        whole = re.compile(rf"(?<!\w)(?:{written})(?!\w)", re.IGNORECASE)
        found.append((whole, "[date of birth]"))
    numbers = {one.record_number for one in patients if one.record_number}
    for number in sorted(numbers, key=len, reverse=True):
        found.append((_record(number), r"\g<1>[record number]"))
    return found


def _dates(day: dt.date) -> list[str]:
    d, m, y, month = day.day, day.month, day.year, _MONTHS[day.month - 1]
    forms = [day.isoformat(), f"{y}/{m:02}/{d:02}", f"{day:%Y%m%d}"]
    forms += [f"{a}{s}{b}{s}{y}" for s in "./-" for a, b in ((f"{d:02}", f"{m:02}"), (d, m))]
    forms += [f"{a}{s}{b}{s}{y}" for s in "./-" for a, b in ((f"{m:02}", f"{d:02}"), (m, d))]
    for name in (month, month[:3]):
        forms += [f"{a}{x} {name} {y}" for a in (d, f"{d:02}") for x in ("", ".")]
        forms += [f"{name} {d}, {y}", f"{name} {d} {y}"]
    return forms


def _record(number: str) -> re.Pattern[str]:
    """Finds a record number; one that could be any number only where it is called one."""
    mixed = any(c.isdigit() for c in number) and any(c.isalpha() for c in number)
    alone = len(number) >= 5 or (mixed and len(number) >= 3)
    before = "()" if alone else f"({_BEFORE_A_NUMBER})"
    whole = rf"(?<!\w)(?<!\d[.,]){re.escape(number)}(?!\w|[.,]\d)"
    return re.compile(before + whole, re.IGNORECASE)
