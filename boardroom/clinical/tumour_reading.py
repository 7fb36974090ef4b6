"""One radiology reading of a liver's lesions: what it may say, in words and in numbers.

A reading is what somebody saw on the images: lesions with segment, place, size, LI-RADS category
and vessels, and beyond them invasion and spread. "Not stated" (an empty word, None) is told apart
from "none": nothing is taken for granted that nobody looked for.

Classes of invasion are those of the Liver Cancer Study Group of Japan (portal Vp, hepatic vein Vv,
bile duct B), paraphrased.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from boardroom.clinical.liver_map import (
    BY_KEY,
    SEGMENTS,
    Point,
    default_place,
    segment_at,
)

LARGEST_MM = 400
MOST_LESIONS = 60
MOST_CONTACTS = 3

LI_RADS = ("LR-NC", "LR-1", "LR-2", "LR-3", "LR-4", "LR-5", "LR-M", "LR-TIV", "LR-TR viable",
           "LR-TR equivocal", "LR-TR nonviable", "LR-TR nonevaluable")  # fmt: skip

FEATURES: Mapping[str, str] = {
    "none": "None of these",
    "aphe": "Arterial enhancement, not of the rim",
    "washout": "Washout, not peripheral",
    "capsule": "Enhancing capsule",
    "growth": "Half as large again within 6 months",
}
"""Major features of LI-RADS v2018; the size is the lesion's own."""

DEGREES: Mapping[str, str] = {
    "abuts": "abuts",
    "encases": "encases",
    "occludes": "occludes",
}
VESSEL_NAMES: Mapping[str, str] = {
    key: vessel.name for key, vessel in BY_KEY.items() if vessel.short
}

PORTAL: Mapping[str, str] = {
    "none": "None seen",
    "vp1": "Vp1: beyond the second-order branches",
    "vp2": "Vp2: second-order branches",
    "vp3": "Vp3: first-order branches",
    "vp4": "Vp4: trunk, or the other side's branch",
}
VEIN: Mapping[str, str] = {
    "none": "None seen",
    "vv1": "Vv1: branches of a hepatic vein",
    "vv2": "Vv2: right, middle or left hepatic vein",
    "vv3": "Vv3: inferior vena cava",
}
DUCT: Mapping[str, str] = {
    "none": "None seen",
    "b1": "B1: third-order ducts or beyond",
    "b2": "B2: second-order ducts",
    "b3": "B3: right or left hepatic duct",
    "b4": "B4: common hepatic duct",
}
IN_ALL: Mapping[str, str] = {
    "none": "No lesion is seen",
    "uncountable": "Too many to count, or not to be told apart",
    "open": "Not described here",
}
"""What a reader says of the lesions as a whole, where those that are placed do not say it."""
SIDES: Mapping[str, str] = {"right": "right", "left": "left", "both": "both sides"}
VEINS: Mapping[str, str] = {"right": "right", "middle": "middle", "left": "left"}
SITES: Mapping[str, str] = {
    "none": "None seen",
    "lung": "Lung",
    "bone": "Bone",
    "hilar_nodes": "Nodes at the liver hilum",
    "distant_nodes": "Nodes further away",
    "adrenal": "Adrenal gland",
    "peritoneum": "Peritoneum",
    "organ": "Neighbouring organ",
    "elsewhere": "Elsewhere",
}


@dataclass(frozen=True)
class Contact:
    """How a lesion meets a vessel."""

    vessel: str
    degree: str

    @property
    def words(self) -> str:
        """ "encases the middle hepatic vein"."""
        article = "" if self.vessel.endswith("branches") else "the "
        return f"{DEGREES[self.degree]} {article}{VESSEL_NAMES[self.vessel]}"


@dataclass(frozen=True)
class Lesion:
    """One lesion. Sizes in whole millimetres; `x`, `y`: its middle on the drawing.

    `contacts`: None where nothing is said, empty where no vessel is touched. `features`: LI-RADS
    major features that are seen, "none" where they were looked for, empty where not. `same_as`: the
    number in the other reading, "none" where the other has not seen it, "" to be found by place.
    """

    number: int
    segments: tuple[str, ...] = ()
    x: float | None = None
    y: float | None = None
    size_mm: int | None = None
    viable_mm: int | None = None
    li_rads: str = ""
    contacts: tuple[Contact, ...] | None = None
    same_as: str = ""
    note: str = ""
    features: tuple[str, ...] = ()

    @property
    def place(self) -> Point:
        """Where it is drawn; in the middle of its segments where nobody has placed it."""
        if self.x is None or self.y is None:
            return default_place(self.segments)
        return (self.x, self.y)

    @property
    def placed(self) -> bool:
        return self.x is not None and self.y is not None

    @property
    def where(self) -> str:
        """ "V, VIII"."""
        return ", ".join(self.segments)

    @property
    def contact_words(self) -> str:
        """How it meets vessels, in words; nothing where nothing is said."""
        if self.contacts is None:
            return ""
        return "; ".join(c.words for c in self.contacts) or "touches no vessel"

    @property
    def feature_words(self) -> str:
        """ "arterial enhancement, not of the rim; enhancing capsule"; "" where none is said."""
        if self.features == ("none",):
            return "no major feature"
        words = "; ".join(FEATURES[key] for key in self.features)
        return words[:1].lower() + words[1:]

    @property
    def size_words(self) -> str:
        """ "42 mm, 20 mm viable"."""
        parts = [f"{self.size_mm} mm"] if self.size_mm is not None else []
        if self.viable_mm is not None:
            parts.append(f"{self.viable_mm} mm viable" if self.viable_mm else "nothing viable")
        return ", ".join(parts)

    @property
    def words(self) -> str:
        """The whole lesion in one line, for a description."""
        where = f"segment {self.where}" if self.segments else "segment not stated"
        parts = [where, self.size_words or "size not stated", self.li_rads, self.contact_words]
        return f"Lesion {self.number}: {', '.join(part for part in parts if part)}."


@dataclass(frozen=True)
class Findings:
    """What a reading says. Empty words are things that it does not state.

    `in_all`: a key of IN_ALL. Without it, and without a lesion, nothing is said of lesions: an
    empty map is not yet one on which somebody looked and saw none.
    """

    lesions: tuple[Lesion, ...] = ()
    portal: str = ""
    portal_side: str = ""
    vein: str = ""
    vein_which: str = ""
    duct: str = ""
    spread: tuple[str, ...] = ()
    note: str = ""
    in_all: str = ""

    @property
    def none_seen(self) -> bool:
        """Whether the reader says that there is no lesion."""
        return self.in_all == "none" and not self.lesions

    @property
    def uncountable(self) -> bool:
        return self.in_all == "uncountable"

    @property
    def tells_lesions(self) -> bool:
        """Whether anything is said of lesions; that there are none is something."""
        return bool(self.lesions) or self.none_seen or self.uncountable

    @property
    def in_all_words(self) -> str:
        """ "No lesion is seen."; of a map without a lesion always something."""
        if self.in_all in ("none", "uncountable"):
            return f"{IN_ALL[self.in_all]}."
        return "" if self.lesions else "Nothing is said of lesions."

    def lesion(self, number: int) -> Lesion:
        """The lesion with this number. Raises KeyError."""
        return {one.number: one for one in self.lesions}[number]

    @property
    def sites(self) -> tuple[str, ...]:
        """Where spread is seen, "none" left out."""
        return tuple(site for site in self.spread if site != "none")

    def beyond(self) -> list[tuple[str, str]]:
        """Invasion and spread as (label, words), those that are stated."""
        rows = []
        if self.portal:
            side = f", {SIDES[self.portal_side]}" if self.portal_side else ""
            rows.append(("Portal vein invasion", PORTAL[self.portal] + side))
        if self.vein:
            which = f", {VEINS[self.vein_which]}" if self.vein_which else ""
            rows.append(("Hepatic vein invasion", VEIN[self.vein] + which))
        if self.duct:
            rows.append(("Bile duct invasion", DUCT[self.duct]))
        if self.spread:
            rows.append(("Outside the liver", ", ".join(SITES[s] for s in self.spread)))
        return rows

    def as_dict(self) -> dict[str, Any]:
        """As it is stored: plain values only."""
        return asdict(self) | {
            "lesions": [
                asdict(one)
                | {
                    "segments": list(one.segments),
                    "features": list(one.features),
                    "contacts": None
                    if one.contacts is None
                    else [[c.vessel, c.degree] for c in one.contacts],
                }
                for one in self.lesions
            ],
            "spread": list(self.spread),
        }

    def as_record(self) -> dict[str, Any]:
        """`as_dict` with the parts of a contact named, for papers that others read."""
        stored = self.as_dict()
        for one in stored["lesions"]:
            if one["contacts"] is not None:
                one["contacts"] = [{"vessel": v, "degree": d} for v, d in one["contacts"]]
        return stored

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Findings:
        """Read back what `as_dict` wrote; before it wrote `in_all`, no lesion meant none seen."""
        before = {} if "in_all" in stored or stored["lesions"] else {"in_all": "none"}
        lesions = tuple(
            Lesion(
                **{
                    **one,
                    "segments": tuple(one["segments"]),
                    "features": tuple(one.get("features", ())),
                    "contacts": None
                    if one["contacts"] is None
                    else tuple(Contact(*pair) for pair in one["contacts"]),
                }
            )
            for one in stored["lesions"]
        )
        return cls(**{**before, **stored, "lesions": lesions, "spread": tuple(stored["spread"])})


def description(findings: Findings, whose: str) -> str:
    """The drawing in words, for who cannot see it."""
    count = len(findings.lesions)
    first = f"Liver with {count} lesion{'s' * (count != 1)}, {whose}." if count else ""
    beyond = [f"{label}: {words}." for label, words in findings.beyond()]
    said = [findings.in_all_words] if findings.in_all_words else []
    lesions = [*(one.words for one in findings.lesions), *said]
    return " ".join([first or f"Liver without a lesion drawn, {whose}.", *lesions, *beyond])


def completed(findings: Findings) -> Findings:
    """With the segment read off the drawing where a lesion was placed and no segment chosen."""
    return replace(findings, lesions=tuple(_completed(findings.lesions)))


def _place(segment: str) -> int:
    return SEGMENTS.index(segment) if segment in SEGMENTS else len(SEGMENTS)


def _completed(lesions: Iterable[Lesion]) -> Iterator[Lesion]:
    for one in lesions:
        here = segment_at(one.x, one.y) if one.x is not None and one.y is not None else None
        segments = one.segments or ((here,) if here is not None else ())
        yield replace(one, segments=tuple(sorted(set(segments), key=_place)))
