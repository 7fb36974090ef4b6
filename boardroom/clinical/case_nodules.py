"""How many nodules of tumour a case has and how large they are."""

from __future__ import annotations

from boardroom.clinical.case_record import NOTHING, Found, Record


def diameters(record: Record) -> Found:
    """Millimetres of every nodule, viable ones after treatment; nothing where one is unknown."""
    keys = tuple(k for k in ("nodule_count", "nodules_uncountable") if record.text(k))
    if record.text("nodules_uncountable") == "yes":
        return Found(
            None, keys, ("The nodules are too many to count, so their sizes are not known.",)
        )
    treated = any(lesion.viable_mm is not None for lesion in record.lesions)
    sizes = [
        lesion.size_mm if lesion.viable_mm is None else lesion.viable_mm
        for lesion in record.lesions
    ]
    remarks = ["Viable diameters are used, as measured after treatment."] if treated else []
    left = [size for size in sizes if size != 0]
    if None in left:
        return Found(None, keys, ("The size of a listed lesion is missing.",))
    if treated and not left:
        return Found(None, keys, ("No viable tumour is recorded.",))
    count = record.number("nodule_count")
    if not left:
        largest = record.number("largest_mm")
        if count == 1 and largest is not None:
            return Found([largest], (*keys, "largest_mm"), entry="tumor_diameters_mm")
        return Found(None, keys)
    if count is not None and count != len(left) and not treated:
        return Found(
            None, keys, (f"{count} nodules are counted and {len(left)} lesions have a size.",)
        )
    return Found(left, keys, tuple(remarks), "tumor_diameters_mm")


def count(record: Record) -> Found:
    found = diameters(record)
    if found.value:
        return Found(len(found.value), found.keys)
    number = record.number("nodule_count")
    return Found(number, ("nodule_count",), found.remarks) if number is not None else found


def largest(record: Record) -> Found:
    found = diameters(record)
    name = "largest_tumor_diameter_mm"
    if found.value:
        return Found(max(found.value), found.keys, found.remarks, name)
    number = record.number("largest_mm")
    return Found(number, ("largest_mm",), entry=name) if number is not None else NOTHING
