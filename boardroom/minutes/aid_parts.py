"""The decision aids as a part of the minutes: what a decision was taken on, words and numbers.

The words are made once, from what was kept with the decision, and signed with the record: they do
not change when labs, wording or formulas do.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from boardroom.minutes.brief import Key, Part, Text


class AidSource(Part):
    """A value that an aid rests on, as it was entered."""

    key: Key
    label: Text
    value: Text
    unit: Text = ""
    taken_on: dt.date | None = None


class AidResult(Part):
    """One aid as it stood. `result`: its values, inputs, version and citation; null where a
    recorded value was refused."""

    name: Key
    title: Text
    result: dict[str, Any] | None = None
    refused: Text = ""
    sources: tuple[AidSource, ...] = ()
    oldest_lab_days: int | None = None
    warnings: tuple[Text, ...] = ()


class AidCard(Part):
    """What the board saw at a glance. `rests_on`: the values behind it with their dates."""

    key: Literal["liver", "tumour", "staging"]
    title: Text
    line: Text = ""
    rests_on: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()
    remarks: tuple[Text, ...] = ()


class DecisionAids(Part):
    """The aids on the day of the decision; `units`: in which the words are written."""

    on: dt.date
    units: Literal["si", "conventional"]
    cards: tuple[AidCard, ...] = ()
    results: tuple[AidResult, ...] = ()
    note: Text = ""

    def value(self, aid: str, key: str) -> Any:
        """One value of one aid, None where it was not computed."""
        for one in self.results:
            if one.name == aid and one.result is not None:
                return one.result.get(key)
        return None


def aids_view(aids: DecisionAids | None) -> list[dict[str, Any]]:
    """The cards for the PDF and the Word file."""
    if aids is None:
        return []
    return [
        {
            "title": card.title,
            "line": card.line,
            "rests_on": "; ".join(card.rests_on),
            "missing": ", ".join(card.missing),
            "remarks": list(card.remarks),
        }
        for card in aids.cards
    ]
