"""What a reading of the images says of vessels and spread, as the facts that the decision aids use.

The tumour map and a case's facts can say two different things. The aids then use one of them, and
say so in words: the reading, since it is the later look at the images themselves; but that a liver
CT saw no spread does not undo spread that another examination has found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.fact import YES_NO
from boardroom.clinical.tumour_reading import Findings

INVASION = ("macrovascular_invasion", "portal_invasion", "hepatic_vein_invasion")
SPREAD = ("extrahepatic_spread", "spread_site")

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
    """What the reading that counts says, with a name for it such as "the board’s reading"."""

    findings: Findings
    name: str
    on: dt.date | None = None

    def facts(self) -> dict[str, ReadFact | None]:
        """Facts by key, those that the reading states; None: not to be taken from elsewhere."""
        said = {**invasion(self.findings), **spread(self.findings)}
        return {
            key: ReadFact(key, value, self.on, self.name) if value else None
            for key, value in said.items()
        }


def invasion(findings: Findings) -> dict[str, str]:
    """Vein invasion as facts; "not stated" stays out."""
    said = {}
    if findings.portal:
        said["portal_invasion"] = findings.portal
    if findings.vein:
        said["hepatic_vein_invasion"] = findings.vein
    named = {findings.portal, findings.vein} - {"", "none"}
    if named or any(one.li_rads == "LR-TIV" for one in findings.lesions):
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


def merged(read: Read, recorded: Mapping[str, str]) -> tuple[dict[str, ReadFact | None], list[str]]:
    """(what of the reading takes a fact's place, what is contradicted, in words).

    `recorded`: the latest value of each fact as the case has it.
    """
    facts, remarks = read.facts(), []
    stated = facts.get("extrahepatic_spread")
    if stated is not None and stated.value == "no" and recorded.get("extrahepatic_spread") == "yes":
        remarks.append(_contradiction(stated, "yes", "The facts count here."))
        for key in SPREAD:
            facts.pop(key, None)
    for key in (*INVASION, "extrahepatic_spread"):
        one, was = facts.get(key), recorded.get(key, "")
        if one is not None and was and was != one.value:
            remarks.append(_contradiction(one, was, "The reading counts here."))
    return facts, remarks


def _contradiction(read: ReadFact, recorded: str, counts: str) -> str:
    fact = FACTS[read.key]
    return (
        f"{fact.label}: “{_word(read.key, read.value)}” in {read.origin}, "
        f"“{_word(read.key, recorded)}” among the facts. {counts}"
    )


def _word(key: str, value: str) -> str:
    return dict(YES_NO).get(value) or FACTS[key].choice_name(value)
