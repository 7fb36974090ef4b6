"""How many nodules of tumour a case has and how large they are: one answer for every aid.

Lesions that are listed come before number and size as facts state them, if a reading that is not
older than those facts lists them. Where nobody can tell which of the two is right, neither counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from boardroom.clinical.case_beyond import veins
from boardroom.clinical.case_record import Found, Record, newer, of_day
from boardroom.clinical.living import (
    DEAD,
    IN_A_VEIN,
    TREATED,
    UNCERTAIN,
    LesionLike,
    is_nodule,
    living_mm,
)

NUMBER, LARGEST, UNCOUNTABLE = "nodule_count", "largest_mm", "nodules_uncountable"
NO_TUMOUR = "No viable tumour is recorded."
VIABLE = "Viable diameters are used, as measured after treatment."
Millimetres = int | Decimal


@dataclass(frozen=True, slots=True)
class Burden:
    """The tumour in a liver, in mm. What is not known is None.

    `none`: it is known that no tumour lives. `differs`: the lesions are listed otherwise than the
    facts state them, in words that also say which of the two counts.
    """

    sizes: tuple[Millimetres, ...] | None = None
    number: int | Decimal | None = None
    largest: Millimetres | None = None
    keys: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    none: bool = False
    differs: str = ""


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


def burden(record: Record) -> Burden:
    """The nodules that every aid counts."""
    fact, reading = record.fact(UNCOUNTABLE), record.reading
    found = _listed(record) if record.lesions else _stated(record)
    if fact is None or fact.value != "yes":
        return found
    if record.lesions and reading is not None and newer(reading.on, fact.taken_on):
        words = f"“Too many nodules to count” {of_day(fact.taken_on)}: the newer map counts."
        return replace(found, remarks=(*found.remarks, words))
    words = "The nodules are too many to count, so their sizes are not known."
    return Burden(keys=(UNCOUNTABLE,), remarks=(words,))


def _overruled(record: Record, keys: Iterable[str]) -> bool:
    """Whether the lesions come from a reading that is not older than these facts."""
    reading = record.reading
    facts = [fact for key in keys if (fact := record.fact(key)) is not None]
    return reading is not None and not any(newer(fact.taken_on, reading.on) for fact in facts)


def _stated(record: Record) -> Burden:
    number, largest = record.number(NUMBER), record.number(LARGEST)
    keys = tuple(key for key in (NUMBER, LARGEST) if record.text(key))
    if number == 0:
        return Burden(None, 0, None, (NUMBER,), (NO_TUMOUR,), none=True)
    sizes = (largest,) if number == 1 and largest is not None else None
    return Burden(sizes, number, largest, keys)


def _listed(record: Record) -> Burden:
    found = counted(record.lesions)
    cautions = tuple(_cautions(found))
    differing = _differing(record, found)
    differs = " ".join(differing.values())
    if differing and not _overruled(record, differing):
        differs += " Sizes and number are left out: say which is right."
        return Burden(remarks=(differs, *cautions), differs=differs)
    if differing:
        differs += " The map counts."
    keys = tuple(key for key in (NUMBER, LARGEST) if record.text(key) and key not in differing)
    said = Burden(keys=keys, remarks=(differs, *cautions) if differs else cautions, differs=differs)
    return _of_list(said, found)


def _of_list(said: Burden, found: Counted) -> Burden:
    unknown = [one for one, size in zip(found.nodules, found.living, strict=True) if size is None]
    if unknown:
        # One whose viable part was not measured may be dead
        sure = not any(one.li_rads in TREATED for one in unknown)
        return replace(
            said,
            number=found.number if sure else None,
            remarks=(*(_lacking(one) for one in unknown), *said.remarks),
        )
    if found.left:
        return replace(
            said,
            sizes=tuple(found.left),
            number=found.number,
            largest=max(found.left),
            remarks=(VIABLE, *said.remarks) if found.treated else said.remarks,
        )
    if any(one.li_rads == IN_A_VEIN for one in found.others):
        words = "Tumour is listed in a vein, and no nodule."
        return replace(said, remarks=(words, *said.remarks))
    return replace(said, number=0, remarks=(NO_TUMOUR, *said.remarks), none=True)


def _name(lesion: LesionLike) -> str:
    return f"lesion {lesion.number}" if lesion.number else "a listed lesion"


def _lacking(lesion: LesionLike) -> str:
    what = "viable size" if lesion.li_rads in TREATED else "size"
    return f"The {what} of {_name(lesion)} is missing."


def _cautions(found: Counted) -> Iterable[str]:
    for one in found.others:
        if one.li_rads in UNCERTAIN:
            name = _name(one)
            words = f"{name} is {one.li_rads} and is not counted as tumour."
            yield words[0].upper() + words[1:]
    for one, size in zip(found.nodules, found.living, strict=True):
        if one.li_rads == "LR-M" and size != 0:
            words = f"{_name(one)} is LR-M, and the criteria are for hepatocellular carcinoma."
            yield words[0].upper() + words[1:]


def _differing(record: Record, found: Counted) -> dict[str, str]:
    """Facts that state number or largest size otherwise than the lesions, each with its words.

    A fact can mean all that is listed, the nodules, or what lives of them: each agrees.
    """
    listed = "Map" if record.reading is not None else "Listed"
    every = [one.size_mm for one in record.lesions]
    whole = [one.size_mm for one in found.nodules]
    numbers = (len(record.lesions), len(found.nodules), found.number)
    sizes = [_most(every), _most(whole), _most(found.living)]
    differing = {}
    for key, label, unit, agree, here in (
        (LARGEST, "Largest nodule", " mm", sizes, _most(found.living) or _most(whole)),
        (NUMBER, "Number of nodules", "", numbers, found.number or len(found.nodules)),
    ):
        stated, fact = record.number(key), record.fact(key)
        if stated is None or fact is None or round(stated) in agree:
            continue
        if key == LARGEST and (not here or (None in every and stated > max(agree))):
            continue  # the one without a size may be that large
        when = f" ({of_day(fact.taken_on).removeprefix('of ')})" if fact.taken_on else ""
        differing[key] = f"{label}. {listed}: {here}{unit}, stated: {round(stated)}{unit}{when}."
    return differing


def _most(sizes: Sequence[int | None]) -> int:
    return max((size for size in sizes if size), default=0)


# ---- For the aids -------------------------------------------------------------------------------


def diameters(record: Record) -> Found:
    """Millimetres of every nodule that lives; nothing where one is unknown."""
    found = burden(record)
    sizes = list(found.sizes) if found.sizes else None
    return Found(sizes, found.keys, found.remarks, "tumor_diameters_mm")


def count(record: Record) -> Found:
    """How many nodules live; 0 is no primary, unless tumour lives in a vein."""
    found = burden(record)
    number = None if found.none and veins(record).there else found.number
    return Found(number, found.keys, found.remarks)


def at_least_one(record: Record) -> Found:
    """`count` for what is computed of a tumour only."""
    found = count(record)
    return found if found.value else Found(None, found.keys, found.remarks)


def largest(record: Record) -> Found:
    found = burden(record)
    return Found(found.largest, found.keys, found.remarks, "largest_tumor_diameter_mm")
