"""The minutes of one meeting as a document: the typed form of the exported JSON.

Nothing here knows the web or the database. What is gathered elsewhere into a MinutesDocument can be
hashed, signed, exported and drawn without asking again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import Field, StringConstraints

from boardroom.minutes.brief import (
    BoardInfo,
    CaseBrief,
    Instant,
    Key,
    Option,
    Part,
    Specialty,
    Term,
    Text,
    Whole,
)

SCHEMA_VERSION: Literal["1.1"] = "1.1"
"""Rises with every change of the schema: the first number when a reader could stumble over it."""

NOT_HASHED = frozenset({"signature", "amendments", "confirmations", "generated_at"})
"""What stands beside the record and is therefore not part of its hash."""

NEWER: Mapping[str, tuple[str, ...]] = {
    "1.1": (
        "cases.quorum.beyond",
        "cases.deferral.owner",
        "cases.deferral.due",
        "cases.consensus.represent",
    ),
}
"""Fields that each version added to the record, as paths; a list on the way is gone through.

A record that was signed under an earlier version does not have them, and its hash is taken without.
"""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
StanceKey = Literal["prefer", "acceptable", "advise_against", "outside_field"]
DispositionKey = Literal["chosen", "fallback", "rejected", "not_applicable", "open"]


class MeetingInfo(Part):
    """The sitting. `length_minutes`: as planned; how long it took follows from its two ends."""

    id: Key
    title: Text
    place: Text = ""
    planned_start: Instant
    length_minutes: Whole | None = None
    started_at: Instant | None = None
    closed_at: Instant | None = None


class Interval(Part):
    """One stay in the meeting; `left` is null for who stayed to the end."""

    joined: Instant
    left: Instant | None = None


class Attendee(Part):
    """A person who was there. `specialty` is null for coordinators, observers and guests."""

    name: Text
    role: Text = ""
    specialty: Specialty | None = None
    intervals: tuple[Interval, ...] = ()
    minutes: Whole | None = None


class OptionStance(Part):
    """How one specialist stands to one option."""

    option: Key
    stance: StanceKey
    reason: Text = ""


class Answer(Part):
    """An answer to one of the board's questions to the specialty."""

    question: Text
    answer: Text


class Shift(Part):
    """A change of an opinion after the reveal. `subject`: what changed, in words."""

    at: Instant
    subject: Text
    was: Text
    now: Text
    reason: Text = ""


class Opinion(Part):
    """One specialist's view, as it stood at the end. `confidence`: 1 (a guess) to 5 (certain)."""

    specialty: Specialty
    person: Text
    verdict: Term | None = None
    confidence: Annotated[int, Field(ge=1, le=5)] | None = None
    stances: tuple[OptionStance, ...] = ()
    rationale: Text = ""
    change_mind: Text = ""
    answers: tuple[Answer, ...] = ()
    submitted_at: Instant | None = None
    revealed_at: Instant | None = None
    shifts: tuple[Shift, ...] = ()


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
    """What the board decided. `represent`: when the case comes back by itself, in words."""

    verdict: Term | None = None
    strength: Term | None = None
    rationale: Text = ""
    steps: tuple[PlanStep, ...] = ()
    dispositions: tuple[OptionDisposition, ...] = ()
    teller: Text = ""
    tell_by: Text = ""
    rediscuss: Text = ""
    represent: tuple[Text, ...] = ()


class Reclassification(Part):
    """The board's verdict against the first opinion's."""

    outcome: Literal["upgraded", "confirmed", "downgraded", "undetermined"]
    reason: Text = ""


class Quorum(Part):
    """Specialties that this case needed, by name, as it was when the case was closed.

    `beyond`: those of `needed` that this case asked for besides the board's quorum.
    """

    needed: tuple[Text, ...] = ()
    present: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()
    beyond: tuple[Text, ...] = ()


class SignOff(Part):
    """One specialty's word on the consensus. A dissent names when to reopen the case."""

    specialty: Specialty
    person: Text
    kind: Literal["signed", "reservation", "dissent"]
    text: Text = ""
    reopen_condition: Text = ""
    at: Instant | None = None


class Deferral(Part):
    """Why a case was put off, who sees to it, and the day on which it is listed again."""

    reason: Text
    note: Text = ""
    owner: Text = ""
    due: dt.date | None = None


class MinutesCase(CaseBrief):
    """One case at the meeting: what was asked, said and decided."""

    state: Literal["done", "provisional", "deferred", "not_reached"]
    presented_by: Text = ""
    started_at: Instant | None = None
    revealed_at: Instant | None = None
    ended_at: Instant | None = None
    seconds_spent: Whole | None = None
    deferral: Deferral | None = None
    opinions: tuple[Opinion, ...] = ()
    consensus: Consensus | None = None
    reclassification: Reclassification | None = None
    quorum: Quorum = Quorum()
    provisional_reasons: tuple[Text, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()


class Amendment(Part):
    """A later correction or addition. It stands beside the record, which it does not change."""

    number: Whole
    at: Instant
    by: Text
    case: Key | None = None
    text: Text
    reason: Text = ""


class Confirmation(Part):
    """Somebody's later word that makes a provisional decision final. It stands beside the record.

    `specialty`: the missing one for which the person spoke; null for the chair.
    """

    case: Key
    specialty: Specialty | None = None
    person: Text
    at: Instant
    text: Text = ""


class Signature(Part):
    """The chair's signature over the record whose hash it names."""

    signed_by: Text
    signed_at: Instant
    content_hash: Sha256


class MinutesDocument(Part):
    """The minutes of one meeting of one board.

    `names`: whether patients can be recognised from it; `withheld` marks a copy made by
    `without_names`. The record is everything but the signature, the amendments, the confirmations
    and `generated_at`.
    """

    schema_version: Literal["1.0", "1.1"] = SCHEMA_VERSION
    names: Literal["included", "withheld"] = "included"
    board: BoardInfo
    meeting: MeetingInfo
    chair: Text = ""
    attendance: tuple[Attendee, ...] = ()
    core_specialties: tuple[Specialty, ...] = ()
    core_missing: tuple[Specialty, ...] = ()
    options: tuple[Option, ...] = ()
    cases: tuple[MinutesCase, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    signature: Signature | None = None
    generated_at: Instant


def content_hash(document: MinutesDocument) -> str:
    """SHA-256, hexadecimal, of the record: what the chair signs.

    Taken over the document's JSON without what stands beside it (NOT_HASHED), written canonically
    (RFC 8785: sorted keys, no spaces, UTF-8), so that anybody can compute it again from the
    exported JSON.
    """
    return hashlib.sha256(rfc8785.dumps(record_of(document))).hexdigest()


def record_of(document: MinutesDocument) -> dict[str, Any]:
    """What is signed and kept: the document's JSON without what stands beside the record."""
    return _as_of_its_version(document, document.model_dump(mode="json", exclude=set(NOT_HASHED)))


def _as_of_its_version(document: MinutesDocument, data: dict[str, Any]) -> dict[str, Any]:
    """The data without the fields that later versions than the document's own added."""
    for version, paths in NEWER.items():
        if version > document.schema_version:
            for path in paths:
                *way, name = path.split(".")
                for holder in _holders(data, way):
                    holder.pop(name, None)
    return data


def _holders(data: Any, way: list[str]) -> Iterator[dict[str, Any]]:
    """Every object at the end of the way."""
    if isinstance(data, list):
        for one in data:
            yield from _holders(one, way)
    elif isinstance(data, dict):
        if way:
            yield from _holders(data.get(way[0]), way[1:])
        else:
            yield data


def matches_signature(document: MinutesDocument) -> bool | None:
    """Whether the record is the one that was signed.

    None where that cannot be told: it is not signed, or names were taken out after the signing.
    """
    if document.signature is None or document.names == "withheld":
        return None
    return document.signature.content_hash == content_hash(document)


def to_json(document: MinutesDocument) -> str:
    """The document as indented JSON, every field of its version written out."""
    data = _as_of_its_version(document, document.model_dump(mode="json"))
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
