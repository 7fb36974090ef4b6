"""What a referrer can still send once the case is with the board: what is missing, and new values.

Nothing that is there is changed by it: texts only where nothing stands, values only after those
that were given before.
"""

from __future__ import annotations

from dataclasses import dataclass

from boardroom.boards.definition import BoardDefinition
from boardroom.cases import fields
from boardroom.cases.fields import Field
from boardroom.cases.models import Case
from boardroom.cases.targets import entered
from boardroom.cases.view import in_order, in_words
from boardroom.clinical.fact import Fact
from boardroom.clinical.facts import FACTS

_VIEW = {"knows": "patient_knows", "wants": "patient_wants"}


@dataclass(frozen=True)
class NewValue:
    """A fact that can be given: the prefix of its fields, and the latest value in words."""

    fact: Fact
    prefix: str
    latest: str

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.prefix}-value", f"{self.prefix}-unit", self.day)

    @property
    def day(self) -> str:
        return f"{self.prefix}-taken_on"


@dataclass(frozen=True)
class More:
    """The fields offered for one case."""

    values: tuple[NewValue, ...]
    texts: tuple[tuple[str, Field], ...]

    @property
    def names(self) -> frozenset[str]:
        """Names of every field that may be sent."""
        return frozenset(name for one in self.values for name in one.names) | {
            name for name, _ in self.texts
        }


def more_of(case: Case, board: BoardDefinition) -> More:
    """What the board's definition asks of a referrer, as far as it can still be given."""
    needs = [need for need in board.needs_for(case.diagnosis or None) if need.owner == "referrer"]
    values, texts = [], []
    for need in needs:
        kind, _, name = need.item.partition(".")
        if kind == "fact" and name in FACTS:
            values.append(_value(case, name))
            continue
        column = name if kind == "referral" else _VIEW.get(name, "")
        if column in fields.CASE and not fields.as_text(getattr(case, column)):
            texts.append((column, fields.CASE[column]))
    return More(tuple(values), tuple(texts))


def _value(case: Case, key: str) -> NewValue:
    known = entered(case, key)
    standing = in_order(fact for fact in known if fact.stands)
    latest = in_words(standing[-1]) if standing else None
    words = ""
    if latest is not None:
        day = f", {latest.taken_on.day} {latest.taken_on:%b %Y}" if latest.taken_on else ""
        words = f"{latest.words}{day}"
    return NewValue(FACTS[key], f"fact-{key}-{len(known) + 1}", words)
