"""Each aid of a card in its fold: what it says, lacks and rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boardroom.aids.places import place_for
from boardroom.clinical import AIDS
from boardroom.clinical.inputs import half_up, plain


@dataclass(frozen=True)
class Missing:
    """What an aid lacks, and the element of the form where it is given; "" for none."""

    label: str
    place: str


@dataclass(frozen=True)
class AidLine:
    """One aid in a card's fold: what it says or lacks, by which version, from which source."""

    name: str
    title: str
    words: str
    missing: tuple[Missing, ...]
    remarks: tuple[str, ...]
    version: str
    citation: str
    convention: str


def line_of(name: str, filled: Mapping[str, Any], needless: frozenset[str]) -> AidLine:
    """`needless`: what is not missing, since there is nothing to be measured."""
    result = filled["result"]
    if result is None:
        return AidLine(name, filled["title"], filled["refused"], (), (), "", "", "")
    clamped = [_clamped(name, one) for one in result["clamped"]]
    remarks = (*filled["warnings"], *result["warnings"], *clamped)
    return AidLine(
        name=name,
        title=result["title"],
        words=result["headline"] if result["complete"] else "",
        missing=tuple(
            Missing(label, place_for(name, label))
            for label in result["missing"]
            if label not in needless
        ),
        remarks=tuple(dict.fromkeys(remarks)),
        version=result["version"],
        citation=result["citation"],
        convention=result["convention"],
    )


def _clamped(name: str, one: Mapping[str, Any]) -> str:
    """ "Creatinine 0.9 mg/dL counts as 1 mg/dL: below 1."."""
    asked = AIDS[name].input_named(one["input"]) if name in AIDS else None
    label = asked.label if asked is not None else one["input"]
    unit = dict(asked.entries).get(one["input"]) if asked is not None else None
    behind = f"\u00a0{unit.name}" if unit is not None and unit.key else ""
    given, used = (plain(half_up(one[key], 2)) for key in ("given", "used"))
    return f"{label} {given}{behind} counts as {used}{behind}: {one['reason']}."
