"""What a reading of the images cannot say, or says in two ways at once, and what is odd in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from boardroom.clinical.liver_map import (
    SEGMENTS,
    contains,
    outline_polygon,
    segment_at,
    touch_each_other,
)
from boardroom.clinical.tumour_reading import (
    DEGREES,
    DUCT,
    FEATURES,
    IN_ALL,
    LARGEST_MM,
    LI_RADS,
    MOST_CONTACTS,
    MOST_LESIONS,
    PORTAL,
    SIDES,
    SITES,
    VEIN,
    VEINS,
    VESSEL_NAMES,
    Findings,
    Lesion,
)

UNTREATED = frozenset({"LR-1", "LR-2", "LR-3", "LR-4", "LR-5"})
"""Categories of LI-RADS for a lesion that was not treated."""


@dataclass
class Refusals:
    """What is wrong, by field: ("size_mm", 0) of the first lesion, ("portal", None) of all."""

    found: dict[tuple[str, int | None], str] = field(default_factory=dict)

    def add(self, name: str, index: int | None, reason: str) -> None:
        self.found.setdefault((name, index), reason)


def refusals(findings: Findings) -> dict[tuple[str, int | None], str]:
    """What cannot be true, or says two things at once; a plain sentence for beside each field."""
    wrong = Refusals()
    for index, lesion in enumerate(findings.lesions):
        _check_place(lesion, index, wrong)
        _check_size(lesion, index, wrong)
        _check_features(lesion, index, wrong)
        _check_contacts(lesion, index, wrong)
    _check_numbers(findings.lesions, wrong)
    _check_in_all(findings, wrong)
    _check_beyond(findings, wrong)
    return wrong.found


def _check_place(lesion: Lesion, index: int, wrong: Refusals) -> None:
    if any(s not in SEGMENTS for s in lesion.segments):
        wrong.add("segments", index, "Choose segments of the list.")
        return
    if not lesion.segments and not lesion.placed:
        wrong.add("segments", index, "Choose the segment, or place the lesion on the drawing.")
        return
    if not touch_each_other(lesion.segments):
        wrong.add(
            "segments",
            index,
            f"Segments {lesion.where} do not lie side by side: list two lesions.",
        )
    if lesion.x is None or lesion.y is None:
        if lesion.x is not None or lesion.y is not None:
            wrong.add("y" if lesion.y is None else "x", index, "Give both numbers, or none.")
        return
    if not contains(outline_polygon(), lesion.x, lesion.y):
        wrong.add("x", index, "This place is outside the liver.")
        return
    here = segment_at(lesion.x, lesion.y)
    if lesion.segments and here not in lesion.segments:
        wrong.add(
            "x",
            index,
            f"This place is in segment {here}, which is not among those chosen ({lesion.where}).",
        )


def _check_size(lesion: Lesion, index: int, wrong: Refusals) -> None:
    size, viable, category = lesion.size_mm, lesion.viable_mm, lesion.li_rads
    if size is None:
        wrong.add("size_mm", index, "Give the largest diameter in millimetres.")
    elif not 1 <= size <= LARGEST_MM:
        wrong.add("size_mm", index, f"The size has to be from 1 to {LARGEST_MM} mm.")
    if viable is not None and viable < 0:
        wrong.add("viable_mm", index, "Nothing viable is 0 mm; less cannot be.")
    elif viable is not None and size is not None and viable > size:
        wrong.add("viable_mm", index, "The viable part cannot be larger than the lesion.")
    if category and category not in LI_RADS:
        wrong.add("li_rads", index, "Choose a category of the list.")
    elif category == "LR-5" and size is not None and size < 10:
        wrong.add("li_rads", index, "LR-5 needs 10 mm or more; below that it is LR-4 at most.")
    elif category == "LR-TR nonviable" and viable:
        wrong.add("li_rads", index, f"{viable} mm are viable: that is not LR-TR nonviable.")
    elif category == "LR-TR viable" and viable == 0:
        wrong.add("li_rads", index, "Nothing is viable: that is not LR-TR viable.")


CAUTIONS: Mapping[str, str] = {
    "untreated": "LR-1 to LR-5 are for lesions that were not treated, and nothing of this one is "
    "viable. Is it LR-TR nonviable?",
    "viable": "The size of the viable part is not given. 0 means that nothing is viable.",
}
"""What is odd in a lesion and yet may be so, by what it is about."""


def caution_of(lesion: Lesion) -> str:
    """The key of what is odd in a lesion, in CAUTIONS; empty where nothing is."""
    if lesion.li_rads in UNTREATED and lesion.viable_mm == 0:
        return "untreated"
    if lesion.li_rads in ("LR-TR viable", "LR-TR equivocal") and lesion.viable_mm is None:
        return "viable"
    return ""


def _check_features(lesion: Lesion, index: int, wrong: Refusals) -> None:
    if any(key not in FEATURES for key in lesion.features):
        wrong.add("features", index, "Choose features of the list.")
    elif "none" in lesion.features and len(lesion.features) > 1:
        wrong.add("features", index, "None of these, and a feature: choose one of the two.")


def _check_contacts(lesion: Lesion, index: int, wrong: Refusals) -> None:
    contacts = lesion.contacts or ()
    if len(contacts) > MOST_CONTACTS:
        wrong.add("contacts", index, f"At most {MOST_CONTACTS} vessels for each lesion.")
    seen = set()
    for contact in contacts:
        if contact.vessel not in VESSEL_NAMES or contact.degree not in DEGREES:
            wrong.add("contacts", index, "Choose the vessel and how it is met.")
        elif contact.vessel in seen:
            name = VESSEL_NAMES[contact.vessel]
            wrong.add("contacts", index, f"The {name} is named twice.")
        seen.add(contact.vessel)


def _check_numbers(lesions: Iterable[Lesion], wrong: Refusals) -> None:
    numbers: set[int] = set()
    partners: set[str] = set()
    for index, lesion in enumerate(lesions):
        if index >= MOST_LESIONS:
            wrong.add("segments", index, f"At most {MOST_LESIONS} lesions; describe the others.")
        if lesion.number in numbers or not 1 <= lesion.number <= 999:
            wrong.add("number", index, "Each lesion needs a number of its own.")
        numbers.add(lesion.number)
        if lesion.same_as.isdigit() and lesion.same_as in partners:
            wrong.add("same_as", index, "Another lesion is the same as this one already.")
        partners.add(lesion.same_as)


def _check_in_all(findings: Findings, wrong: Refusals) -> None:
    said = findings.in_all
    if said and said not in IN_ALL:
        wrong.add("in_all", None, "Choose one of the list.")
    elif findings.lesions and said in ("none", "open"):
        number = findings.lesions[0].number
        wrong.add("in_all", None, f"“{IN_ALL[said]}”, and lesion {number} is placed: choose one.")
    elif not findings.lesions and not said:
        # Taking every lesion away must not read as having looked and seen none
        wrong.add("in_all", None, "No lesion is placed: say here whether none is seen.")


def _check_beyond(findings: Findings, wrong: Refusals) -> None:
    for name, known in (
        ("portal", PORTAL), ("portal_side", SIDES), ("vein", VEIN), ("vein_which", VEINS),
        ("duct", DUCT),
    ):  # fmt: skip
        value = getattr(findings, name)
        if value and value not in known:
            wrong.add(name, None, "Choose one of the list.")
    if findings.portal_side and findings.portal in ("", "none"):
        wrong.add("portal_side", None, "Say how far the portal vein is invaded, or leave this out.")
    if findings.portal == "vp3" and findings.portal_side == "both":
        wrong.add("portal_side", None, "Tumour in the branches of both sides is Vp4.")
    if findings.vein_which and findings.vein in ("", "none"):
        wrong.add("vein_which", None, "Say how far the vein is invaded, or leave this out.")
    if any(site not in SITES for site in findings.spread):
        wrong.add("spread", None, "Choose sites of the list.")
    elif "none" in findings.spread and len(findings.spread) > 1:
        wrong.add("spread", None, "None seen, and a site: choose one of the two.")
    in_vein = [one.number for one in findings.lesions if one.li_rads == "LR-TIV"]
    if in_vein and findings.portal == "none" and findings.vein == "none":
        wrong.add("portal", None, f"Lesion {in_vein[0]} is LR-TIV: say which vein tumour is in.")
