"""What was kept with a decision put into the words of the minutes."""

from __future__ import annotations

import datetime as dt

from boardroom.aids.cards import Card, card_of, lab_limits
from boardroom.aids.models import DecisionAids as Kept
from boardroom.boards.definition import BoardDefinition
from boardroom.minutes import times
from boardroom.minutes.aid_parts import AidCard, AidResult, DecisionAids

CARDS = ("liver", "tumour", "staging")


def decision_aids(kept: Kept | None, diagnosis: str, board: BoardDefinition) -> DecisionAids | None:
    """What was kept with a decision, for its record; None where nothing was.

    `diagnosis`: the key of the one that the case had then.
    """
    if kept is None:
        return None
    reading, units = kept.reading, board.aids.units
    limits = lab_limits(diagnosis, board)
    cards = [card_of(key, reading, limits, board, units) for key in CARDS]
    return DecisionAids(
        on=dt.date.fromisoformat(reading["on"]),
        units=units,
        cards=tuple(_card(card) for card in cards if card.line),
        results=tuple(AidResult.model_validate(one) for one in reading["aids"].values()),
        note=cards[0].note,
    )


def _card(card: Card) -> AidCard:
    stale = [f"{one.label} was {one.age_days} days old." for one in card.stale]
    return AidCard(
        key=card.key,  # type: ignore[arg-type]
        title=card.title,
        line=card.line,
        rests_on=tuple(
            f"{one.label} {one.words} ({times.date(one.taken_on) or 'no date'})"
            for one in card.sources
        ),
        missing=tuple(dict.fromkeys(one.label for one in card.missing)),
        remarks=(*card.refused, *stale, *card.warnings),
    )
