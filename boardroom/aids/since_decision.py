"""What the decision aids say today where that is not what a decision was taken on."""

from __future__ import annotations

from dataclasses import dataclass

from boardroom.aids.cards import Cards
from boardroom.aids.figure import Figure


@dataclass(frozen=True)
class Changed:
    """One figure of a card that is another today. `then`: its value when the board decided."""

    label: str
    value: str
    then: str
    note: str = ""


def changed(then: Cards, today: Cards) -> tuple[Changed, ...]:
    """The figures of two sets of cards, in the same units, that say something else today."""
    found = []
    for card in today.cards:
        before = {one.label: one for one in then.card(card.key).figures}
        now = {one.label: one for one in card.figures}
        for label in {**before, **now}:
            old, new = _value(before.get(label)), _value(now.get(label))
            if old != new:
                note = now[label].note if label in now else ""
                found.append(Changed(label, new, old, note))
    return tuple(found)


def _value(figure: Figure | None) -> str:
    return figure.value if figure is not None else "not known"
