"""What a card rests on: values as recorded, and the lesions with the reading that lists them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from boardroom.aids.reading import Reading
from boardroom.clinical.display import shown
from boardroom.clinical.facts import is_lab


@dataclass(frozen=True)
class SourceLine:
    """A value that a card rests on. `age_days` is None without a date; `stale`: too old."""

    key: str
    label: str
    words: str
    entered: str
    taken_on: dt.date | None
    age_days: int | None
    stale: bool


def seen(reading: Reading, on: dt.date) -> tuple[SourceLine, ...]:
    """The reading of the images and its lesions, or those that are listed without one.

    Older versions kept nothing of them with a decision.
    """
    images = reading.get("images")
    if not images or not (images["lesions"] or images["reading"]):
        return ()
    taken = dt.date.fromisoformat(images["on"]) if images["on"] else None
    days = (on - taken).days if taken else None
    count = len(images["lesions"])
    lines = [(f"lesion-{number}", f"Lesion {number}", words) for number, words in images["lesions"]]
    if name := images["reading"]:
        words = f"{count} lesion{'s' * (count != 1)}" if count else "no lesion"
        # Older versions gave no day to images without one
        if images.get("saved") and taken is not None:
            words += ", images without a date: day of saving"
        lines.insert(0, ("reading", name[0].upper() + name[1:], words))
    return tuple(SourceLine(key, label, said, "", taken, days, False) for key, label, said in lines)


def sources(
    names: Iterable[str],
    reading: Reading,
    on: dt.date,
    limits: Mapping[str, int],
    lab_days: int,
    units: str,
) -> tuple[SourceLine, ...]:
    """The facts behind these aids, each once; `limits`: how many days old each may be."""
    found: dict[str, SourceLine] = {}
    for name in names:
        for source in reading["aids"][name]["sources"]:
            key = source["key"]
            if key in found:
                continue
            words = shown(key, source["value"], source["unit"], units)
            taken = dt.date.fromisoformat(source["taken_on"]) if source["taken_on"] else None
            days = (on - taken).days if taken else None
            limit = limits.get(key, lab_days if is_lab(key) else None)
            stale = days is not None and limit is not None and days > limit
            found[key] = SourceLine(
                key, source["label"], words.words, words.entered, taken, days, stale
            )
    return tuple(found.values())
