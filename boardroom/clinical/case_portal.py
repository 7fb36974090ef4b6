"""Whether a case's liver has portal hypertension: one truth for every aid.

Somebody can have stated it, and HVPG, varices, ascites, stiffness or platelets can show it. Where
the two contradict each other the newer counts, and what was measured or seen where neither is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from boardroom.clinical.case_record import NOTHING, FactLike, Found, Record, newer, of_day

STATED = "portal_hypertension"


@dataclass(frozen=True, slots=True)
class Portal:
    """`there`: None where it is not known. `basis` says by what, in words; `contradiction` is ""
    where statement and evidence agree, or where there is one of them only.
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
    "collaterals": ("collaterals",),
    "ascites": ("ascites",),
    "stiffness": ("stiffness",),
    "platelets": ("platelets",),
    "large spleen": ("splenomegaly", "spleen"),
}


def _deciding(record: Record, basis: str) -> Sequence[FactLike]:
    keys = [key for word, named in _NAMED.items() if word in basis for key in named]
    return [fact for key in keys if (fact := record.fact(key)) is not None]


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
