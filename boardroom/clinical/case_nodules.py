"""How many nodules of tumour a case has and how large they are: one answer for every aid.

Lesions that are listed come before number and size as facts state them, if a reading that is not
older than those facts lists them. Where nobody can tell which of the two is right, neither counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from boardroom.clinical.case_beyond import veins
from boardroom.clinical.case_record import Found, ReadLike, Record, newer, of_day
from boardroom.clinical.living import IN_A_VEIN, INSUFFICIENT, TREATED, UNCERTAIN, LesionLike
from boardroom.clinical.nodule_facts import (
    LARGEST,
    NUMBER,
    UNCOUNTABLE,
    Counted,
    counted,
    differing,
    differing_from_none,
    overruled,
    reading_of_lesions,
    slight,
)

__all__ = ["Burden", "Counted", "burden", "counted"]

NOT_SEEN = ("", "none")
NO_TUMOUR = "No viable tumour is recorded."
NOT_COUNTED = "and is not counted as tumour."
VIABLE = "Viable diameters are used, as measured after treatment."
Millimetres = int | Decimal


@dataclass(frozen=True, slots=True)
class Burden:
    """The tumour in a liver, in mm. What is not known is None.

    `none`: it is known that no tumour lives. `differs`: the lesions are listed otherwise than the
    facts state them, in words that also say which of the two counts; `disputed`: neither does;
    `uncountable`: there are too many to count.
    """

    sizes: tuple[Millimetres, ...] | None = None
    number: int | Decimal | None = None
    largest: Millimetres | None = None
    keys: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    none: bool = False
    differs: str = ""
    disputed: bool = False
    uncountable: bool = False


def burden(record: Record) -> Burden:
    """The nodules that every aid counts."""
    reading = reading_of_lesions(record)
    if reading is not None and reading.findings.uncountable:
        return _read_as_uncountable(record, reading)
    found = _found(record)
    fact = record.fact(UNCOUNTABLE)
    if fact is None or fact.value != "yes":
        return found
    said = f"“Too many nodules to count” {of_day(fact.taken_on)}: the newer"
    stated = record.fact(NUMBER)
    if reading is not None and newer(reading.day, fact.taken_on):
        return replace(found, remarks=(*found.remarks, f"{said} map counts."))
    if stated is not None and newer(stated.taken_on, fact.taken_on):
        return replace(found, remarks=(*found.remarks, f"{said} number counts."))
    words = "The nodules are too many to count, so their sizes are not known."
    return Burden(keys=(UNCOUNTABLE,), remarks=(words,), uncountable=True)


def _read_as_uncountable(record: Record, reading: ReadLike) -> Burden:
    stated, seen = record.fact(NUMBER), f"{reading.name} {reading.of_day}"
    if stated is not None and newer(stated.taken_on, reading.day):
        found = _stated(record)
        words = f"Too many nodules to count in {seen}: the newer number counts."
        return replace(found, remarks=(*found.remarks, words))
    words = f"The nodules are too many to count in {seen}, so their sizes are not known."
    return Burden(remarks=(words,), uncountable=True)


def _found(record: Record) -> Burden:
    if record.lesions:
        return _listed(record)
    reading = record.reading
    # An empty map on which nobody said that none is seen takes nothing away from the facts
    return (
        _unseen(record) if reading is not None and reading.findings.none_seen else _stated(record)
    )


def _stated(record: Record) -> Burden:
    number, largest = record.number(NUMBER), record.number(LARGEST)
    keys = tuple(key for key in (NUMBER, LARGEST) if record.text(key))
    if number == 0:
        return Burden(None, 0, None, (NUMBER,), (NO_TUMOUR,), none=True)
    sizes = (largest,) if number == 1 and largest is not None else None
    return Burden(sizes, number, largest, keys)


def _unseen(record: Record) -> Burden:
    """Of a reading that counts and lists no lesion."""
    reading = record.reading
    assert reading is not None
    found = differing_from_none(record)
    if found and not overruled(record, found):
        return _disputed(found)
    remarks = (f"{' '.join(found.values())} The map counts.",) if found else ()
    agreed = (NUMBER,) if record.number(NUMBER) == 0 and not found else ()
    differs = " ".join(remarks)
    if reading.findings.portal not in NOT_SEEN or reading.findings.vein not in NOT_SEEN:
        words = f"Tumour is seen in a vein, and no nodule, in {reading.name} {reading.of_day}."
        return Burden(remarks=(words, *remarks), differs=differs)
    words = f"No tumour is seen in {reading.name} {reading.of_day}."
    return Burden(number=0, keys=agreed, remarks=(words, *remarks), none=True, differs=differs)


def _disputed(differing: Mapping[str, str], cautions: Sequence[str] = ()) -> Burden:
    differs = f"{' '.join(differing.values())} Sizes and number are left out: say which is right."
    return Burden(remarks=(differs, *cautions), differs=differs, disputed=True)


def _listed(record: Record) -> Burden:
    found = counted(record.lesions)
    cautions = tuple(_cautions(found))
    differences = differing(record, found)
    read = reading_of_lesions(record) is not None
    counts = "The map counts." if read else "The lesions listed count."
    if differences and not overruled(record, differences):
        close = slight(record, found, differences)
        if not close:
            return _disputed(differences, cautions)
        remarks = (f"{' '.join(differences.values())} {close} {counts}", *cautions)
        said = Burden(keys=_agreed(record, differences), remarks=remarks)
        return _of_list(said, found, record)
    differs = f"{' '.join(differences.values())} {counts}" if differences else ""
    remarks = (differs, *cautions) if differs else cautions
    said = Burden(keys=_agreed(record, differences), remarks=remarks, differs=differs)
    return _of_list(said, found, record)


def _agreed(record: Record, differences: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(key for key in (NUMBER, LARGEST) if record.text(key) and key not in differences)


def _of_list(said: Burden, found: Counted, record: Record) -> Burden:
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
    unsure = [one for one in found.others if one.li_rads in UNCERTAIN]
    if unsure and not _stated_none(record, unsure):
        # It says what the cautions would say again
        others = tuple(words for words in said.remarks if not words.endswith(NOT_COUNTED))
        return replace(said, remarks=(_left_open(unsure, found), *others))
    if found.nodules or unsure:
        return replace(said, number=0, remarks=(NO_TUMOUR, *said.remarks), none=True)
    words = f"No lesion listed is tumour: {_categories(found.others)}."
    return replace(said, number=0, remarks=(words, *said.remarks), none=True)


def _categories(lesions: Iterable[LesionLike]) -> str:
    return ", ".join(f"{_name(one)} is {one.li_rads}" for one in lesions)


def _left_open(unsure: Sequence[LesionLike], found: Counted) -> str:
    """Why nobody can say that there is no tumour: 38 of 100 lesions of LR-3 are HCC (van der Pol
    2019), and images by which nothing can be categorised (LR-NC) assess no primary."""
    living = "living " if found.nodules else ""
    poor = any(one.li_rads == INSUFFICIENT for one in unsure)
    why = "the images do not suffice to tell" if poor else "nobody has said that there is none"
    return (
        f"No lesion counts as {living}tumour: {_categories(unsure)}. Not known to be none: {why}."
    )


def _stated_none(record: Record, unsure: Iterable[LesionLike]) -> bool:
    """Whether somebody who counted, and is not older than the map, says that there is no nodule."""
    fact, reading = record.fact(NUMBER), reading_of_lesions(record)
    if fact is None or record.number(NUMBER) != 0:
        return False
    older = reading is not None and newer(reading.day, fact.taken_on)
    return not older and all(one.li_rads != INSUFFICIENT for one in unsure)


def _name(lesion: LesionLike) -> str:
    return f"lesion {lesion.number}" if lesion.number else "a listed lesion"


def _lacking(lesion: LesionLike) -> str:
    what = "viable size" if lesion.li_rads in TREATED else "size"
    return f"The {what} of {_name(lesion)} is missing."


def _cautions(found: Counted) -> Iterable[str]:
    for one in found.others:
        if one.li_rads in UNCERTAIN:
            name = _name(one)
            words = f"{name} is {one.li_rads} {NOT_COUNTED}"
            yield words[0].upper() + words[1:]
    for one, size in zip(found.nodules, found.living, strict=True):
        if one.li_rads == "LR-M" and size != 0:
            words = f"{_name(one)} is LR-M, and the criteria are for hepatocellular carcinoma."
            yield words[0].upper() + words[1:]


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
