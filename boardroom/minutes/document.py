"""The minutes of one meeting as a document: the typed form of the exported JSON.

Nothing here knows the web or the database. What is gathered elsewhere into a MinutesDocument can be
hashed, signed, exported and drawn without asking again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import Field, StringConstraints

from boardroom.minutes.aid_parts import DecisionAids
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

NEWER: Mapping[str, frozenset[str]] = {"1.1": frozenset({"decision_aids", "stage_migration"})}
"""Version → fields of a case that it added. A record signed before has none of them in its hash."""

NOT_HASHED = frozenset({"signature", "amendments", "generated_at"})
"""What stands beside the record and is therefore not part of its hash."""

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
    """What the board decided."""

    verdict: Term | None = None
    strength: Term | None = None
    rationale: Text = ""
    steps: tuple[PlanStep, ...] = ()
    dispositions: tuple[OptionDisposition, ...] = ()
    teller: Text = ""
    tell_by: Text = ""
    rediscuss: Text = ""


class Reclassification(Part):
    """The board's verdict against the first opinion's."""

    outcome: Literal["upgraded", "confirmed", "downgraded", "undetermined"]
    reason: Text = ""


class Quorum(Part):
    """Specialties that this case needed, by name, as it was when the case was closed."""

    needed: tuple[Text, ...] = ()
    present: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()


class SignOff(Part):
    """One specialty's word on the consensus. A dissent names when to reopen the case."""

    specialty: Specialty
    person: Text
    kind: Literal["signed", "reservation", "dissent"]
    text: Text = ""
    reopen_condition: Text = ""
    at: Instant | None = None


class Deferral(Part):
    """Why a case was put off."""

    reason: Text
    note: Text = ""


class MinutesCase(CaseBrief):
    """One case at the meeting: what was asked, said and decided.

    `stage_migration`: why the option chosen is not the first of the tumour's stage.
    """

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
    decision_aids: DecisionAids | None = None
    stage_migration: Text = ""


class Amendment(Part):
    """A later correction or addition. It stands beside the record, which it does not change."""

    number: Whole
    at: Instant
    by: Text
    case: Key | None = None
    text: Text
    reason: Text = ""


class Signature(Part):
    """The chair's signature over the record whose hash it names."""

    signed_by: Text
    signed_at: Instant
    content_hash: Sha256


class MinutesDocument(Part):
    """The minutes of one meeting of one board.

    `names`: whether patients can be recognised from it; `withheld` marks a copy made by
    `without_names`. The record is everything but the signature, the amendments and `generated_at`.
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
    signature: Signature | None = None
    generated_at: Instant


def content_hash(document: MinutesDocument) -> str:
    """SHA-256, hexadecimal, of the record: what the chair signs.

    Taken over the document's JSON without `signature`, `amendments` and `generated_at`, written
    canonically (RFC 8785: sorted keys, no spaces, UTF-8), so that anybody can compute it again
    from the exported JSON.
    """
    return hashlib.sha256(rfc8785.dumps(_as_of_its_version(document))).hexdigest()


def _as_of_its_version(document: MinutesDocument) -> dict[str, Any]:
    """The record with the fields that its version has, and no later one's."""
    record = document.model_dump(mode="json", exclude=set(NOT_HASHED))
    later = {
        name
        for version, names in NEWER.items()
        if _order(version) > _order(document.schema_version)
        for name in names
    }
    for case in record["cases"]:
        for name in later:
            case.pop(name, None)
    return record


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def matches_signature(document: MinutesDocument) -> bool | None:
    """Whether the record is the one that was signed.

    None where that cannot be told: it is not signed, or names were taken out after the signing.
    """
    if document.signature is None or document.names == "withheld":
        return None
    return document.signature.content_hash == content_hash(document)


def to_json(document: MinutesDocument) -> str:
    """The document as indented JSON, every field of its version written out."""
    beside = document.model_dump(mode="json", include=set(NOT_HASHED))
    return json.dumps(_as_of_its_version(document) | beside, indent=2, ensure_ascii=False) + "\n"
