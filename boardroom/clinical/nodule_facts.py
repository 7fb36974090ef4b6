"""Number and largest size of nodules as facts state them, beside the lesions that are listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from boardroom.clinical.case_record import FactLike, ReadLike, Record, newer, of_day
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.imaging import SAME
from boardroom.clinical.living import (
    DEAD,
    TREATED,
    LesionLike,
    is_nodule,
    living_mm,
)

NUMBER, LARGEST, UNCOUNTABLE = "nodule_count", "largest_mm", "nodules_uncountable"
SCATTER = 5
"""Millimetres by which two readers measure the same nodule apart; a choice of the house."""
LIMITS = (20, 30, 50)
"""Sizes in mm at which a stage or a criterion becomes another."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Lesions as they count: the nodules of tumour, and in mm what lives of each of them."""

    nodules: tuple[LesionLike, ...]
    living: tuple[int | None, ...]
    others: tuple[LesionLike, ...]
    treated: bool

    @property
    def left(self) -> list[int]:
        """What is known to live."""
        return [size for size in self.living if size]

    @property
    def number(self) -> int:
        """How many live, or may."""
        return len([size for size in self.living if size != 0])


def counted(lesions: Iterable[LesionLike]) -> Counted:
    """The lesions of a list or a reading as they count."""
    every = tuple(lesions)
    nodules = tuple(one for one in every if is_nodule(one))
    return Counted(
        nodules,
        tuple(living_mm(one) for one in nodules),
        tuple(one for one in every if not is_nodule(one)),
        any(one.viable_mm is not None or one.li_rads in TREATED | {DEAD} for one in nodules),
    )


def reading_of_lesions(record: Record) -> ReadLike | None:
    """The reading that counts, where it says anything of lesions; None where the lesions, if there
    are any, are only listed."""
    reading = record.reading
    return reading if reading is not None and reading.findings.tells_lesions else None


def overruled(record: Record, keys: Iterable[str]) -> bool:
    """Whether the lesions come from a reading that is not older than these facts."""
    reading = reading_of_lesions(record)
    facts = [fact for key in keys if (fact := record.fact(key)) is not None]
    return reading is not None and not any(newer(fact.taken_on, reading.day) for fact in facts)


def differing(record: Record, found: Counted) -> dict[str, str]:
    """Facts that state number or largest size otherwise than the lesions, each with its words.

    A fact can mean all that is listed, the nodules, or what lives of them: each agrees.
    """
    listed = "Map" if reading_of_lesions(record) is not None else "Listed"
    every = [one.size_mm for one in record.lesions]
    whole = [one.size_mm for one in found.nodules]
    numbers = (len(record.lesions), len(found.nodules), found.number)
    sizes = [_most(every), _most(whole), _most(found.living)]
    found_here = {}
    for key, label, unit, agree, here in (
        (LARGEST, "Largest nodule", " mm", sizes, _largest(found)),
        (NUMBER, "Number of nodules", "", numbers, found.number or len(found.nodules)),
    ):
        stated, fact = record.number(key), record.fact(key)
        if stated is None or fact is None or _whole(stated) in agree:
            continue
        if key == LARGEST and (not here or (None in every and stated > max(agree))):
            continue  # the one without a size may be that large
        found_here[key] = f"{label}. {listed}: {here}{unit}, {_as_stated(fact)}."
    return found_here


def differing_from_none(record: Record) -> dict[str, str]:
    """Facts that state nodules where the reading that counts lists none, each with its words."""
    found = {}
    for key, label in ((LARGEST, "Largest nodule"), (NUMBER, "Number of nodules")):
        stated, fact = record.number(key), record.fact(key)
        if stated and fact is not None:
            found[key] = f"{label}. Map: none, {_as_stated(fact)}."
    return found


def slight(record: Record, found: Counted, differences: Mapping[str, str]) -> str:
    """Why these differences are no contradiction, in words; "" where they are one."""
    stated, here = record.number(LARGEST), _largest(found)
    if NUMBER in differences or stated is None or not here:
        return ""
    same_side = all((here > limit) == (stated > limit) for limit in LIMITS)
    if same_side and abs(stated - here) <= SCATTER:
        return "So much apart are two measurements of the same nodule."
    fact, reading = record.fact(LARGEST), reading_of_lesions(record)
    day = reading.day if reading is not None else None
    taken = fact.taken_on if fact is not None else None
    together = taken is not None and day is not None and abs(taken - day) <= SAME
    if together and record.text(NUMBER) and abs(stated - here) * 5 <= here:
        return f"The same number was counted within {SAME.days} days of the images."
    return ""


def _largest(found: Counted) -> int:
    return _most(found.living) or _most([one.size_mm for one in found.nodules])


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))


def _as_stated(fact: FactLike) -> str:
    """ "stated: 7 cm (9 Sep 2026)", as it was recorded."""
    when = f" ({of_day(fact.taken_on).removeprefix('of ')})" if fact.taken_on else ""
    known = {one.key: one.name for one in FACTS[fact.key].units if one.key}
    unit = f" {known[fact.unit]}" if fact.unit in known else ""
    return f"stated: {fact.value}{unit}{when}"


def _most(sizes: Sequence[int | None]) -> int:
    return max((size for size in sizes if size), default=0)
