"""A reading and the case's list of lesions become each other; who may write when, and of which
day images can be. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from boardroom.cases.rules import ValueRefused, day
from boardroom.clinical.liver_map import SEGMENTS, segment_at
from boardroom.clinical.tumour_reading import LI_RADS, Findings, Lesion

REFERRING, BOARD = "referring", "board"
SIDES: Mapping[str, str] = {REFERRING: "referring hospital", BOARD: "board"}
"""Whose reading, as differences name it."""

HEADINGS: Mapping[str, str] = {
    REFERRING: "Referring hospital’s reading",
    BOARD: "The board’s reading",
    "listed": "From the list of lesions",
}
LISTED_NOTE = "Drawn from the list: segment and size are as written; nobody has placed the lesions."
SCALE_NOTE = (
    "To scale on an average liver 21 cm wide, seen from the front; the patient’s right is on the "
    "left."
)

REFERRER_MAY_WRITE = frozenset({"draft", "needs_information"})
"""States of a case in which its referrer may write the referring hospital's reading."""


class Line(Protocol):
    """A line of a case's list of lesions."""

    number: int
    segments: str
    size_mm: int | None
    viable_mm: int | None
    li_rads: str
    vascular_contact: str
    note: str


def of_list(lines: Iterable[Line]) -> Findings:
    """The list as a reading, so that it can be drawn; segment IV alone is both its halves."""
    return Findings(
        side_by_side(
            Lesion(
                number=line.number,
                segments=_segments(line.segments),
                size_mm=line.size_mm,
                viable_mm=line.viable_mm,
                li_rads=line.li_rads if line.li_rads in LI_RADS else "",
                note="; ".join(part for part in (line.vascular_contact, line.note) if part),
            )
            for line in lines
        )
    )


def side_by_side(lesions: Iterable[Lesion]) -> tuple[Lesion, ...]:
    """Gives lesions that nobody has placed a place in their segments, not on top of each other."""
    found: list[Lesion] = []
    for one in lesions:
        if one.placed or not one.segments:
            found.append(one)
            continue
        x, y = one.place
        taken = [other.place for other in found if other.placed]
        places = [(x, y)] + [
            (round(x + r * math.cos(turn), 1), round(y + r * math.sin(turn), 1))
            for r in (15, 27)
            for turn in (0.3, 2.4, 4.4, 1.4, 3.4, 5.4)
        ]
        free = (
            p
            for p in places
            if segment_at(*p) in one.segments and all(math.dist(p, t) > 13 for t in taken)
        )
        x, y = next(free, (x, y))
        found.append(replace(one, x=x, y=y))
    return tuple(found)


def left_unchanged(lesions: Iterable[Lesion], begun_with: Iterable[Lesion]) -> bool:
    """Whether one of the lesions is still as the form began with it, to the whole millimetre."""
    before = {_plain(one) for one in begun_with}
    return any(_plain(one) in before for one in lesions)


def _plain(one: Lesion) -> Lesion:
    x, y = (round(at) if at is not None else None for at in (one.x, one.y))
    return replace(one, x=x, y=y, same_as="")


def _segments(text: str) -> tuple[str, ...]:
    named = [word.strip() for word in text.split(",")]
    found = {part for name in named for part in (("IVa", "IVb") if name == "IV" else (name,))}
    return tuple(name for name in SEGMENTS if name in found)


def as_lines(findings: Findings) -> list[dict[str, Any]]:
    """The reading as lines of the case's list, by which the decision aids count."""
    return [
        {
            "number": one.number,
            "segments": ", ".join(one.segments),
            "size_mm": one.size_mm,
            "viable_mm": one.viable_mm,
            "li_rads": one.li_rads,
            "vascular_contact": one.contact_words[:1].upper() + one.contact_words[1:],
            "note": one.note,
        }
        for one in findings.lesions
    ]


EARLIEST_IMAGES = 1990
"""The year before which no images are read here: a date of then is a mistyped one."""


def day_of_images(text: str, today: dt.date, born: dt.date | None) -> dt.date | None:
    """The day of the images from a form, or None where nothing is written. Raises ValueRefused.

    `born`: the patient's day of birth, where it is known.
    """
    value = day(text, "The day of the images", today)
    if value is None:
        return None
    if born is not None and value < born:
        raise ValueRefused("The day of the images lies before the patient’s birth. Check both.")
    if value.year < EARLIEST_IMAGES:
        raise ValueRefused(f"The day of the images lies before {EARLIEST_IMAGES}. Check the year.")
    return value
