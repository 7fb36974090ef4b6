"""Vein invasion and disease outside the liver, as a case's facts say it: one truth for every aid.

The same can be said by several facts ("Tumour in a vein: No", "Portal vein invasion: Vp4"). Where
two of them contradict each other the newer counts; where nobody can tell which is newer neither
does, and the aids miss it until somebody says which is right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from boardroom.clinical.case_record import NOTHING, FactLike, Found, Record, newer, statement
from boardroom.clinical.living import IN_A_VEIN

MACRO, PORTAL, HEPATIC = "macrovascular_invasion", "portal_invasion", "hepatic_vein_invasion"
OUTSIDE, SITE, NODES = "extrahepatic_spread", "spread_site", "nodes"
INVOLVED = ("n1", "distant")

Get = Callable[[str], FactLike | None]


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement that there is such a thing, or that there is none; by which facts."""

    facts: tuple[str, ...]
    words: str
    on: dt.date | None


@dataclass(frozen=True, slots=True)
class Truth:
    """`there`: None where it is not known, and `torn` where that is for a contradiction.

    `standing`: the statements that nothing newer denies.
    """

    there: bool | None
    standing: tuple[Claim, ...] = ()
    remarks: tuple[str, ...] = ()
    torn: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for claim in self.standing for key in claim.facts))

    def says(self, key: str) -> bool:
        return key in self.keys

    def found(self) -> Found:
        return Found(self.there, self.keys, self.remarks)


def _claim(fact: FactLike) -> Claim:
    origin, words = getattr(fact, "origin", ""), statement(fact)
    return Claim((fact.key,), f"{words} ({origin})" if origin else words, fact.taken_on)


def _settled(there: Sequence[Claim], absent: Sequence[Claim]) -> Truth:
    """Which of the statements for and against counts, by their days."""
    if not there or not absent:
        found = there or absent
        return Truth(bool(there) if found else None, tuple(found))
    later = [one for one in there if all(newer(one.on, no.on) for no in absent)]
    fallen = [one for one in there if any(newer(no.on, one.on) for no in absent)]
    unclear = [one for one in there if one not in later and one not in fallen]
    said = later or unclear or fallen
    words = " and ".join(one.words for one in (*absent, *said))
    torn = not later and bool(unclear)
    end = "say which is right." if torn else "the newer counts."
    standing = (*later, *unclear) if later else (*absent, *unclear) if torn else tuple(absent)
    return Truth(
        None if torn else bool(later), tuple(standing), (f"{words} contradict: {end}",), torn
    )


# ---- Veins --------------------------------------------------------------------------------------


def veins(record: Record) -> Truth:
    """Whether a portal or hepatic vein is invaded; the veins that are named are among `standing`.

    Tumour in a vein that is listed as a lesion says so too; a reading has said it as a fact.
    """
    facts = [fact for key in (MACRO, PORTAL, HEPATIC) if (fact := record.fact(key)) is not None]
    there = [_claim(fact) for fact in facts if fact.value not in ("no", "none")]
    if record.reading is None:
        there += [
            Claim((), f"“Lesion {one.number}: {IN_A_VEIN}”", None)
            for one in record.lesions
            if one.li_rads == IN_A_VEIN
        ]
    absent = [_claim(fact) for fact in facts if fact.key == MACRO and fact.value == "no"]
    free = [_claim(fact) for fact in facts if fact.value == "none"]  # of the named veins only
    if len(free) == 2:
        # Both together say that there is none: as of the day on which the first of them was seen
        days = [one.on for one in free if one.on is not None]
        on = min(days) if len(days) == 2 else None
        absent.append(Claim((PORTAL, HEPATIC), " and ".join(one.words for one in free), on))
    return _settled(there, absent)


def invasion(record: Record) -> Found:
    """Stated as such, or by how far a portal or hepatic vein is invaded."""
    return veins(record).found()


def degree(record: Record, key: str, truth: Truth) -> str:
    """How far a vein is invaded once contradictions are settled; "" where that is not known."""
    fact = record.fact(key)
    if fact is None or truth.torn:
        return ""
    if fact.value != "none":
        return fact.value if truth.says(key) else "none"
    # Where neither vein was invaded and one now is, nobody has said which
    return "" if truth.there and record.text(PORTAL) == record.text(HEPATIC) else "none"


def vascular(record: Record) -> Found:
    found = invasion(record)
    if found.value is not False:
        return found
    remark = "Microscopic invasion is known only after surgery; imaging shows none."
    return Found(False, found.keys, (*found.remarks, remark))


def major_vein(record: Record) -> Found:
    """First-order portal branch or main trunk, a main hepatic vein or the caval vein."""
    truth = veins(record)
    if not truth.there:
        return truth.found()
    portal, hepatic = (degree(record, key, truth) for key in (PORTAL, HEPATIC))
    if portal in ("vp3", "vp4"):
        return Found(True, (PORTAL,), truth.remarks)
    if hepatic in ("vv2", "vv3"):
        return Found(True, (HEPATIC,), truth.remarks)
    if portal and hepatic:
        return Found(False, (PORTAL, HEPATIC), truth.remarks)
    return Found(None, (), truth.remarks)


def portal_thrombosis(record: Record) -> Found:
    """Blood clot or tumour; tumour as `veins` has it."""
    truth = veins(record)
    portal = degree(record, PORTAL, truth)
    keys = ("portal_thrombosis", "portal_thrombosis_bland")
    there = tuple(key for key in keys if record.text(key) == "yes")
    if portal not in ("", "none"):
        there = (*there, PORTAL)
    if there:
        return Found(True, there, truth.remarks)
    if truth.torn and truth.says(PORTAL):
        return Found(None, truth.keys, truth.remarks)
    if record.text("portal_thrombosis") == "no":
        return Found(False, ("portal_thrombosis",))
    if record.text("portal_thrombosis_bland") == "no" and portal == "none":
        return Found(False, ("portal_thrombosis_bland", PORTAL), truth.remarks)
    return NOTHING


# ---- Outside the liver --------------------------------------------------------------------------


def outside(get: Get) -> Truth:
    """Whether there is disease outside the liver, nodes included; what is named stands with it."""
    facts = [fact for key in (OUTSIDE, NODES, SITE) if (fact := get(key)) is not None]
    there = [_claim(fact) for fact in facts if _is_outside(fact)]
    absent = [_claim(fact) for fact in facts if fact.key == OUTSIDE and fact.value == "no"]
    return _settled(there, absent)


def _is_outside(fact: FactLike) -> bool:
    match fact.key:
        case "nodes":
            return fact.value in INVOLVED
        case "extrahepatic_spread":
            return fact.value == "yes"
        case _:
            return True


def spread(record: Record) -> Found:
    return outside(record.fact).found()


def nodes(record: Record) -> Found:
    truth, value = outside(record.fact), record.text(NODES)
    if value == "n1" and (truth.torn or not truth.says(NODES)):
        return Found(None, (NODES,), truth.remarks)
    match value:
        case "n0":
            return Found("N0", (NODES,))
        case "n1":
            return Found("N1", (NODES,), truth.remarks)
        case "suspicious":
            return Found(None, (NODES,), ("Suspicious nodes are neither N0 nor N1.",))
        case _:
            return NOTHING


def metastasis(record: Record) -> Found:
    """Spread is M1 where its place is named, since regional nodes alone are N1."""
    truth = outside(record.fact)
    if truth.torn:
        return Found(None, truth.keys, truth.remarks)
    if truth.there is False:
        return Found("M0", truth.keys, truth.remarks)
    far = tuple(_far(record, truth.keys))
    return Found("M1", far, truth.remarks) if far else NOTHING


def _far(record: Record, keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        if key == SITE or (key == NODES and record.text(key) == "distant"):
            yield key
