"""Whether a case's liver has portal hypertension: one truth for every aid.

Somebody can have stated it, and HVPG, varices, ascites, stiffness or platelets can show it. Where
the two contradict each other the newer counts, and what was measured or seen where neither is. HVPG
ranks before the other signs, but only with those of its time: see `hvpg`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from boardroom.clinical.case_liver import YEAR, a_year_at_most
from boardroom.clinical.case_record import (
    NOTHING,
    FactLike,
    Found,
    Record,
    newer,
    of_day,
    statement,
)
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.portal import SIGNIFICANT, VARICES

STATED = "portal_hypertension"


@dataclass(frozen=True, slots=True)
class Portal:
    """`there`: None where it is not known. `basis` says by what, in words; `contradiction` is ""
    where statement and evidence agree, or where there is one of them only, and no sign overtakes
    an older HVPG.
    """

    there: bool | None
    keys: tuple[str, ...] = ()
    basis: str = ""
    stated: bool = False
    contradiction: str = ""


@dataclass(frozen=True, slots=True)
class _Evidence:
    there: bool
    keys: tuple[str, ...]
    basis: str
    on: dt.date | None


def portal(record: Record) -> Portal:
    """As it was stated, or as it was measured or seen: whichever is newer."""
    found, overtaken = _weighed(record), _overtaken(record)
    said = " ".join(filter(None, (overtaken, found.contradiction)))
    return replace(found, contradiction=said)


def _weighed(record: Record) -> Portal:
    stated, shown = record.fact(STATED), _evidence(record)
    if stated is None:
        return Portal(shown.there, shown.keys, shown.basis) if shown else Portal(None)
    there = stated.value == "yes"
    said = Portal(there, (STATED,), f"as stated, {_on(stated.taken_on)}", stated=True)
    if shown is None or shown.there == there:
        return said if shown is None else Portal(shown.there, shown.keys, shown.basis)
    counts = newer(stated.taken_on, shown.on)
    words = (
        f"“Portal hypertension: {'Yes' if there else 'No'}” {of_day(stated.taken_on)} and "
        f"{shown.basis} {of_day(shown.on)} contradict: "
    )
    if counts:
        return Portal(there, (STATED,), said.basis, True, f"{words}the newer statement counts.")
    words += (
        "the newer counts."
        if newer(shown.on, stated.taken_on)
        else "what was measured or seen counts."
    )
    return Portal(shown.there, shown.keys, shown.basis, contradiction=words)


def _on(day: dt.date | None) -> str:
    return of_day(day).removeprefix("of ")


def _evidence(record: Record) -> _Evidence | None:
    """What was measured or seen, with the day of what decides it."""
    result, keys = record.of("csph")
    answer = result.values.get("csph") if result is not None else None
    if result is None or answer not in ("present", "absent"):
        return None
    days = [fact.taken_on for fact in _deciding(record, result.values["basis"])]
    dated = [day for day in days if day is not None]
    on = None
    if dated:
        # Each sign shows it by itself; stiffness and platelets only together, as of the older
        together = "platelets" in result.values["basis"]
        on = min(dated) if together and len(dated) == len(days) else max(dated)
        on = None if together and len(dated) < len(days) else on
    return _Evidence(answer == "present", keys, result.values["basis"], on)


_NAMED = {
    "HVPG": ("hvpg",),
    "varices": ("varices",),
    "variceal bleeding": ("variceal_bleeding",),
    "collaterals": ("collaterals",),
    "ascites": ("ascites",),
    "stiffness": ("stiffness",),
    "platelets": ("platelets",),
    "large spleen": ("splenomegaly", "spleen"),
}


def _deciding(record: Record, basis: str) -> Sequence[FactLike]:
    keys = [key for word, named in _NAMED.items() if word in basis for key in named]
    return [fact for key in keys if (fact := record.fact(key)) is not None]


# ---- An HVPG that newer signs contradict ---------------------------------------------------------


SEEN = {
    "varices": VARICES,
    "variceal_bleeding": ("yes",),
    "collaterals": ("yes",),
    "ascites": ("mild", "moderate_severe"),
}
"""Facts that show portal hypertension by themselves, and with which values."""


def hvpg(record: Record) -> Found:
    """HVPG, unless one below the limit is older than a sign that shows portal hypertension, or has
    no date beside one that has."""
    overtaken = _overtaken(record)
    return Found(None, (), (overtaken,)) if overtaken else a_year_at_most("hvpg")(record)


def _overtaken(record: Record) -> str:
    """Why the HVPG is not used, with both days; "" where it is.

    What was seen proves it on its day, so that an HVPG of nobody knows when cannot stand against
    it. Stiffness and platelets only stand in for HVPG and are measured often, so they overtake one
    of more than a year before.
    """
    fact, number = record.fact("hvpg"), record.number("hvpg")
    if fact is None or number is None or number >= SIGNIFICANT:
        return ""
    signs = [one for key in SEEN if (one := record.fact(key)) is not None]
    proof = [one for one in signs if one.value in SEEN[one.key] and one.taken_on is not None]
    undated = fact.taken_on is None
    named = [statement(one) for one in proof if undated or newer(one.taken_on, fact.taken_on)]
    if not named:
        instead = _evidence(record.without("hvpg", *SEEN))
        if instead is not None and instead.there and instead.on is not None:
            old = newer(instead.on - YEAR, fact.taken_on)
            named = [f"{instead.basis} {of_day(instead.on)}"] if old else []
    if not named:
        return ""
    measured = f"{FACTS[fact.key].label} {fact.value} {fact.unit} {of_day(fact.taken_on)}"
    is_, are = ("has a date", "have dates") if undated else ("is newer", "are newer")
    return f"{measured} is not used: {' and '.join(named)} {are if named[1:] else is_}."


# ---- For the aids -------------------------------------------------------------------------------


def portal_hypertension(record: Record) -> Found:
    """With what it was taken from, where that is no statement."""
    found = portal(record)
    if found.there is None:
        return NOTHING
    remarks = () if found.stated else (f"Portal hypertension taken from: {found.basis}.",)
    if found.contradiction:
        remarks = (found.contradiction,)
    return Found(found.there, found.keys, remarks)


def known_hypertension(record: Record) -> Found:
    """`portal_hypertension` where that only puts options into another order."""
    found = portal(record)
    if found.there is None:
        return NOTHING
    remarks = (found.contradiction,) if found.contradiction else ()
    return Found(found.there, found.keys, remarks)
