"""What the board decided about a case, as the minutes hold it, and who put their name to it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema

from boardroom.minutes.brief import Instant, Key, Part, Specialty, Term, Text, Whole

OutcomeKey = Literal["upgraded", "confirmed", "downgraded", "undetermined"]
DispositionKey = Literal["chosen", "fallback", "rejected", "not_applicable", "open"]

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _day_or_text(value: Any) -> Any:
    if isinstance(value, str) and _ISO_DAY.fullmatch(value):
        return dt.date.fromisoformat(value)
    return value


DayAsWritten = Annotated[
    dt.date | Text | None,
    BeforeValidator(_day_or_text),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, mode="serialization"
    ),
]
"""A day; in a record of schema 1.0 the words in which it was written."""


class PlanStep(Part):
    """One step of the plan, in its order."""

    order: Whole
    what: Text
    who: Text = ""
    when: Text = ""


class OptionDisposition(Part):
    """What became of one option. `open`: none was recorded."""

    option: Key
    disposition: DispositionKey
    reason: Text = ""


class Consensus(Part):
    """What the board decided.

    `version` counts the text's changes, the last of which was at `changed_at`; `tell_by`: the day
    by which the patient is told; `represent`: when the case comes back by itself, in words.
    """

    version: Whole | None = None
    changed_at: Instant | None = None

    verdict: Term | None = None
    strength: Term | None = None
    rationale: Text = ""
    steps: tuple[PlanStep, ...] = ()
    dispositions: tuple[OptionDisposition, ...] = ()
    teller_key: Key = ""
    teller: Text = ""
    tell_by: DayAsWritten = None
    rediscuss: Text = ""
    represent: tuple[Text, ...] = ()


class Reclassification(Part):
    """The board's verdict against the first opinion's."""

    outcome: OutcomeKey
    reason_key: Key = ""
    reason: Text = ""


class QuorumSpecialty(Part):
    """A specialty when a case was closed: who was there for it, and whether it was missing.

    One that nobody was there for is not `missing` where a deputy counts or quorum does not need it.
    """

    specialty: Specialty
    needed: bool
    missing: bool
    persons: tuple[Text, ...] = ()


class Quorum(Part):
    """Specialties that this case needed, by name, as it was when the case was closed.

    `beyond`: those of `needed` that this case asked for besides the board's quorum; `people`: how
    many with a vote were there; `minimum_people`: how many had to be.
    """

    needed: tuple[Text, ...] = ()
    present: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()
    beyond: tuple[Text, ...] = ()
    people: Whole | None = None
    minimum_people: Whole | None = None
    by_specialty: tuple[QuorumSpecialty, ...] = ()


class SignOff(Part):
    """One specialty's word on the consensus. A dissent names when to reopen the case.

    `version`: that of the text that was signed; `earlier_text`: it was changed afterwards.
    """

    specialty: Specialty
    person: Text
    kind: Literal["signed", "reservation", "dissent"]
    version: Whole | None = None
    earlier_text: bool = False
    text: Text = ""
    reopen_condition: Text = ""
    at: Instant | None = None


class Deferral(Part):
    """Why a case was put off, who sees to it, and the day on which it is listed again."""

    reason_key: Key = ""
    reason: Text
    note: Text = ""
    owner: Text = ""
    due: dt.date | None = None
