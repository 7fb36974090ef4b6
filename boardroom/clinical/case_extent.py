"""How the tumour lies in the liver, as a case describes it: its pattern, its share, the way to it.

Nobody measures these anew with each image, so it is said where they are older than the images.
"""

from __future__ import annotations

import datetime as dt

from boardroom.clinical.case_nodules import at_least_one
from boardroom.clinical.case_record import NOTHING, Found, Record, newer, of_day
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.nodule_facts import LARGEST, NUMBER

PATTERN, SHARE, ACCESS = "growth_pattern", "tumour_percent", "selective_access"
BEFORE = dt.timedelta(days=30)
"""How long before the images something is still said of them; as for labs of one score."""
OLD = dt.timedelta(days=90)
"""From when on it is said although no newer images are known; a choice of the house."""


def diffuse(record: Record) -> Found:
    pattern = record.text(PATTERN)
    if not pattern:
        return NOTHING
    return Found(pattern != "well_defined", (PATTERN,), _age(record, PATTERN))


def selective_access(record: Record) -> Found:
    value = {"yes": True, "no": False}.get(record.text(ACCESS))
    return NOTHING if value is None else Found(value, (ACCESS,), _age(record, ACCESS))


def share(record: Record) -> Found:
    """Percent of the liver."""
    number = record.number(SHARE)
    return NOTHING if number is None else Found(number, (SHARE,), _age(record, SHARE))


def morphology(record: Record) -> Found:
    extent, number = share(record), at_least_one(record)
    if extent.value is None:
        return NOTHING
    if extent.value > 50:
        return Found("massive_or_gt50", (SHARE,), extent.remarks)
    remarks = (*extent.remarks, *number.remarks)
    if number.value is None:
        return Found(None, number.keys, number.remarks)
    kind = "uninodular_le50" if number.value == 1 else "multinodular_le50"
    return Found(kind, (SHARE, *number.keys), remarks)


def _age(record: Record, key: str) -> tuple[str, ...]:
    """That the fact is older than the images that count, or old."""
    fact, images = record.fact(key), _images(record)
    if fact is None or fact.taken_on is None:
        return ()
    is_of = f"{FACTS[key].label} is {of_day(fact.taken_on)}"
    if images is not None and newer(images - BEFORE, fact.taken_on):
        days = (images - fact.taken_on).days
        return (f"{is_of}, {days} days before the images {of_day(images)}.",)
    if newer(record.on - OLD, fact.taken_on):
        return (f"{is_of}, {(record.on - fact.taken_on).days} days old.",)
    return ()


def _images(record: Record) -> dt.date | None:
    """The day of the images by which the lesions are counted."""
    if record.reading is not None:
        return record.reading.day
    facts = (record.fact(NUMBER), record.fact(LARGEST))
    days = [fact.taken_on for fact in facts if fact is not None and fact.taken_on is not None]
    return max(days, default=None)
