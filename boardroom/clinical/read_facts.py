"""What a reading of the images says of vessels and spread, as the facts that the decision aids use.

The tumour map and a case's facts can say two different things. The aids then use one of them, and
say so in words: a fact of a day after that of the images, else the reading, since it is the later
look at the images themselves; but that a liver CT saw no spread does not undo spread that another
examination has found, and what images showed is not undone by a later word that there is none: only
by later images.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from boardroom.clinical.case_beyond import (
    HEPATIC,
    INVOLVED,
    MACRO,
    NODES,
    OUTSIDE,
    PORTAL,
    SITE,
    outside,
)
from boardroom.clinical.case_record import FactLike, newer, of_day
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.fact import YES_NO
from boardroom.clinical.living import IN_A_VEIN, UNCERTAIN, is_nodule, living_mm
from boardroom.clinical.nodule_facts import UNCOUNTABLE
from boardroom.clinical.tumour_reading import SITES, Findings

SPREAD = (OUTSIDE, SITE)
TAKEN = (MACRO, PORTAL, HEPATIC, *SPREAD, NODES)
"""Facts that a reading can say."""

MONTH = dt.timedelta(days=30)
READING, NEWER = "The reading counts here.", "The newer counts here."
_HILAR = "hilar_nodes"

# A site to the fact's word for it. Hilar nodes are regional and a neighbouring organ is grown into:
# both are outside the liver, neither is M1 of itself.
_SITES = {
    "lung": "lung",
    "bone": "bone",
    "distant_nodes": "nodes",
    "adrenal": "adrenal",
    "peritoneum": "peritoneum",
    "elsewhere": "other",
}


@dataclass(frozen=True, slots=True)
class ReadFact:
    """A fact as a reading says it; `origin` names the reading."""

    key: str
    value: str
    taken_on: dt.date | None
    origin: str
    unit: str = ""


@dataclass(frozen=True)
class Read:
    """What the reading that counts says, with a name for it such as "the board’s reading".

    `on` is the day of its images; of images without a day the reading counts as of `saved_on`.
    """

    findings: Findings
    name: str
    on: dt.date | None = None
    saved_on: dt.date | None = None

    @property
    def day(self) -> dt.date | None:
        """The day that it counts by."""
        return self.on or self.saved_on

    @property
    def of_day(self) -> str:
        """ "of 9 Sep 2026", "saved 9 Sep 2026"."""
        words = of_day(self.day)
        return words if self.on or self.day is None else words.replace("of", "saved", 1)

    @property
    def origin(self) -> str:
        """Its name, with the day of saving where that is the day that it counts by."""
        return self.name if self.on or self.day is None else f"{self.name}, {self.of_day}"

    def facts(self) -> dict[str, ReadFact | None]:
        """Facts by key, those that the reading states; None: not to be taken from elsewhere."""
        said = {**invasion(self.findings), **spread(self.findings)}
        if _HILAR in self.findings.sites:
            said[NODES] = "n1"
        return {
            key: ReadFact(key, value, self.day, self.origin) if value else None
            for key, value in said.items()
        }


def left_open(findings: Findings, other: Findings) -> Findings:
    """A reading, and where it says nothing of veins, spread or lesions what another one has seen
    there."""
    seen: dict[str, Any] = {}
    if not findings.portal and other.portal not in ("", "none"):
        seen |= {"portal": other.portal, "portal_side": other.portal_side}
    if not findings.vein and other.vein not in ("", "none"):
        seen |= {"vein": other.vein, "vein_which": other.vein_which}
    if not findings.spread and other.sites:
        seen |= {"spread": other.spread}
    if not findings.tells_lesions and other.tells_lesions:
        seen |= {"lesions": other.lesions, "in_all": other.in_all}
    return replace(findings, **seen) if seen else findings


@dataclass(frozen=True, slots=True)
class FactRead:
    """A fact as images of a day showed it, with its unit."""

    key: str
    value: str
    unit: str
    taken_on: dt.date


def facts_read(
    findings: Findings, on: dt.date, recorded: Sequence[FactLike] = ()
) -> dict[str, FactRead]:
    """What a reading says of veins, spread, nodes, number and size of nodules, as facts by key, for
    the round after it.

    Number and size are left out where a size is not known, and where what may be tumour is all
    there is; spread of none does not undo another examination's and is left out as well. Nodes are
    suspicious at most, for only tissue proves them: `recorded`, the facts of the round, may say
    that it did, and then they say it. Nor are nodules too many to count where a map now tells them.
    """
    said = {
        key: (fact.value, "")
        for key, fact in Read(findings, "", on).facts().items()
        if fact is not None and not (key == OUTSIDE and fact.value == "no")
    }
    if NODES in said:
        said[NODES] = ("suspicious", "")
        known = [one for one in recorded if one.key == NODES]
        last = max(known, key=lambda one: one.taken_on or dt.date.min, default=None)
        if last is not None and last.value in INVOLVED:
            del said[NODES]
    if findings.uncountable:
        said[UNCOUNTABLE] = ("yes", "")
    else:
        said |= _number_and_size(findings)
        too_many = "yes" in [one.value for one in recorded if one.key == UNCOUNTABLE]
        if findings.tells_lesions and too_many:
            said[UNCOUNTABLE] = ("no", "")
    return {key: FactRead(key, value, unit, on) for key, (value, unit) in said.items()}


def _number_and_size(findings: Findings) -> dict[str, tuple[str, str]]:
    """Of the nodules that live: how many, and the whole diameter of the largest, which is what the
    fact asks for; what of it lives is measured anew in the images of the round."""
    nodules = [(one.size_mm, living_mm(one)) for one in findings.lesions if is_nodule(one)]
    left = [whole for whole, living in nodules if living]
    unsure = any(one.li_rads in UNCERTAIN for one in findings.lesions)
    unmeasured = any(living is None for _, living in nodules)
    if unmeasured or not findings.tells_lesions or (unsure and not left):
        return {}
    said = {"nodule_count": (str(len(left)), "")}
    sizes = [whole for whole in left if whole is not None]
    if sizes and len(sizes) == len(left):
        said["largest_mm"] = (str(max(sizes)), "mm")
    return said


def invasion(findings: Findings) -> dict[str, str]:
    """Vein invasion as facts; "not stated" stays out."""
    said = {}
    if findings.portal:
        said["portal_invasion"] = findings.portal
    if findings.vein:
        said["hepatic_vein_invasion"] = findings.vein
    named = {findings.portal, findings.vein} - {"", "none"}
    if named or _in_a_vein(findings):
        said["macrovascular_invasion"] = "yes"
    elif findings.portal == findings.vein == "none":
        said["macrovascular_invasion"] = "no"
    return said


def spread(findings: Findings) -> dict[str, str]:
    """Disease outside the liver as facts; "" for a site that no other source may name for it."""
    if not findings.spread:
        return {}
    if not findings.sites:
        return {"extrahepatic_spread": "no"}
    far = {_SITES[site] for site in findings.sites if site in _SITES}
    where = "several" if len(far) > 1 else next(iter(far), "")
    return {"extrahepatic_spread": "yes", "spread_site": where}


def merged(
    read: Read, recorded: Mapping[str, FactLike]
) -> tuple[dict[str, ReadFact | None], list[str]]:
    """(what of the reading takes a fact's place, what is contradicted, in words).

    `recorded`: the latest of each fact as the case has it.
    """
    remarks: list[str] = []
    findings = _without_newer(read, recorded, remarks)
    facts = replace(read, findings=findings).facts()
    remarks += _of_spread(facts, recorded)
    remarks += _older_than_images(read, facts, recorded)
    for key in TAKEN:
        one, fact = facts.get(key), recorded.get(key)
        if one is None or fact is None or fact.value == one.value:
            continue
        if key == SITE:
            continue
        if key == NODES and fact.value == "distant":
            del facts[key]  # further nodes beside those at the hilum
        elif _outweighs(fact, one):
            del facts[key]
            if key != MACRO or _in_a_vein(findings):  # else the veins themselves are told apart
                remarks.append(_contradiction(one, fact, NEWER))
        else:
            remarks.append(_contradiction(one, fact, READING))
    return facts, remarks


def _older_than_images(
    read: Read, facts: Mapping[str, ReadFact | None], recorded: Mapping[str, FactLike]
) -> Iterator[str]:
    """An old word that there is none, where newer images leave it open."""
    for key in (MACRO, PORTAL, HEPATIC, OUTSIDE):
        fact = recorded.get(key)
        if key in facts or fact is None or fact.value not in _NONE or read.day is None:
            continue
        if fact.taken_on is not None and read.day - fact.taken_on > MONTH:
            yield (
                f"“{FACTS[key].label}: {_word(key, fact.value)}” {of_day(fact.taken_on)} is older "
                f"than the images of {read.name} {of_day(read.day)}, which leave it open."
            )


def _without_newer(read: Read, recorded: Mapping[str, FactLike], remarks: list[str]) -> Findings:
    """What is left of the reading where a newer fact says otherwise of a vein."""
    findings = read.findings
    for key, said in ((PORTAL, findings.portal), (HEPATIC, findings.vein)):
        fact = recorded.get(key)
        seen = ReadFact(key, said, read.day, read.origin)
        if said and fact is not None and said != fact.value and _outweighs(fact, seen):
            remarks.append(_contradiction(seen, fact, NEWER))
            portal = key == PORTAL
            findings = replace(findings, portal="") if portal else replace(findings, vein="")
    return findings


def _of_spread(
    facts: dict[str, ReadFact | None], recorded: Mapping[str, FactLike]
) -> Iterator[str]:
    """Takes from `facts` what recorded spread outweighs, and says so."""
    stated = facts.get(OUTSIDE)
    if stated is None:
        return
    truth = outside(recorded.get)
    if stated.value == "no" and (truth.there or truth.torn):
        for key in SPREAD:
            facts.pop(key, None)
        if truth.there:
            key = next(key for key in truth.keys)
            yield _contradiction(stated, recorded[key], "The facts count here.")
        return
    site = recorded.get(SITE)
    if site is not None and newer(site.taken_on, stated.taken_on) and stated.value == "yes":
        read_site = facts.pop(SITE, None)
        if read_site is not None and read_site.value != site.value:
            yield _contradiction(read_site, site, NEWER)


_NONE = ("no", "none", "n0")


def _outweighs(fact: FactLike, read: ReadFact) -> bool:
    """Whether a fact counts before what was read: a newer one, but no word that there is none
    before images that showed it."""
    denies = fact.value in _NONE and read.value not in _NONE
    return newer(fact.taken_on, read.taken_on) and not denies


def _in_a_vein(findings: Findings) -> bool:
    return any(one.li_rads == IN_A_VEIN for one in findings.lesions)


def _contradiction(read: ReadFact, recorded: FactLike, counts: str) -> str:
    label = FACTS[read.key].label
    said = SITES[_HILAR] if read.key == NODES else _word(read.key, read.value)
    other = "" if recorded.key == read.key else f"{FACTS[recorded.key].label}: "
    return (
        f"{label}: “{said}” in {read.origin}, "
        f"“{other}{_word(recorded.key, recorded.value)}” among the facts. {counts}"
    )


def _word(key: str, value: str) -> str:
    return dict(YES_NO).get(value) or FACTS[key].choice_name(value)
