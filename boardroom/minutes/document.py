"""The minutes of one meeting as a document: the typed form of the exported JSON.

Nothing here knows the web or the database. What is gathered elsewhere into a MinutesDocument can be
hashed, signed, exported and drawn without asking again.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, WithJsonSchema, model_validator

from boardroom.consensus.later_words import body, spoken
from boardroom.minutes import canonical
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
from boardroom.minutes.decision import (
    Consensus,
    Deferral,
    OutcomeKey,
    Quorum,
    Reclassification,
    SignOff,
)
from boardroom.minutes.earlier import EarlierRound
from boardroom.minutes.versions import SCHEMA_VERSION, Version, as_of
from boardroom.opinions.rules import was_late
from boardroom.text import stop

NOT_HASHED = frozenset({"signature", "amendments", "confirmations", "generated_at"})
"""What stands beside the record and is therefore not part of its hash."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
StanceKey = Literal["prefer", "acceptable", "advise_against", "outside_field"]
ShiftField = Literal[
    "", "verdict", "stance", "confidence", "rationale", "change_mind", "reason", "answer"
]


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
    """An answer to one of the board's questions to the specialty.

    `answer_key`: that of the choice, empty for an answer in words.
    """

    question_key: Key = ""
    question: Text
    answer_key: Key = ""
    answer: Text


class Shift(Part):
    """A change of an opinion after the reveal. `subject`: what changed, in words.

    `field` says what kind of thing changed, `subject_key` which option or question; `was_key` and
    `now_key` are empty for texts.
    """

    at: Instant
    field: ShiftField = ""
    subject_key: Key = ""
    subject: Text
    was_key: Key = ""
    was: Text
    now_key: Key = ""
    now: Text
    reason: Text = ""


class Opinion(Part):
    """One specialist's view, as it stood at the end. `confidence`: 1 (a guess) to 5 (certain).

    `against_first`: the verdict against the first opinion's; null where either is missing.
    """

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
    against_first: OutcomeKey | None = None

    @property
    def late(self) -> bool:
        """Whether it was given after the others had been opened, by somebody who had heard them."""
        return was_late(self.submitted_at, self.revealed_at)


class MinutesCase(CaseBrief):
    """One case at the meeting: what was asked, said and decided.

    `stage_migration`: why the option chosen is not the first of the tumour's stage.
    `listed_without`: what was missing when the case was listed, why it was listed, and by whom.
    `earlier_round`: where a case that came back came from; null for a first round.
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
    listed_without: Text = ""
    earlier_round: EarlierRound | None = None


class Amendment(Part):
    """A later correction or addition. It stands beside the record, which it does not change."""

    number: Whole
    at: Instant
    by: Text
    case: Key | None = None
    text: Text
    reason: Text = ""


class Confirmation(Part):
    """Somebody's later word on a provisional decision. It stands beside the record.

    `specialty`: the one whose word it is; null for the chair. `by_chair`: the chair said it for a
    specialty that was absent. `against`: who had advised against what is chosen, a sentence each.
    """

    case: Key
    specialty: Specialty | None = None
    person: Text
    at: Instant
    text: Text = ""
    kind: Literal["signed", "reservation", "dissent"] = "signed"
    by_chair: bool = False
    reopen_condition: Text = ""
    against: tuple[Text, ...] = ()


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

    schema_version: Annotated[
        Version,
        WithJsonSchema({"type": "string", "const": SCHEMA_VERSION}, mode="serialization"),
    ] = SCHEMA_VERSION
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

    @model_validator(mode="after")
    def _days_are_days(self) -> MinutesDocument:
        for case in self.cases:
            prose = case.consensus is not None and isinstance(case.consensus.tell_by, str)
            if prose and self.schema_version != "1.0":
                raise ValueError(f"tell_by of {case.code} is not a day such as 2026-11-30")
        return self


def record_of(document: MinutesDocument) -> dict[str, Any]:
    """What is signed and stored: the JSON of the record, in the version that it was made under."""
    record = canonical.loads(document.model_dump_json(exclude=set(NOT_HASHED)))
    return as_of(document.schema_version, record)


def content_hash(document: MinutesDocument) -> str:
    """SHA-256, hexadecimal, of the record: what the chair signs.

    Taken over the document's JSON without what stands beside it (NOT_HASHED), written canonically
    (RFC 8785: sorted keys, no spaces, UTF-8), so that anybody can compute it again from the
    exported JSON.
    """
    return hashlib.sha256(canonical.dumps(record_of(document))).hexdigest()


def matches_signature(document: MinutesDocument) -> bool | None:
    """Whether the record is the one that was signed.

    None where that cannot be told: it is not signed, or names were taken out after the signing.
    """
    if document.signature is None or document.names == "withheld":
        return None
    return document.signature.content_hash == content_hash(document)


def to_json(document: MinutesDocument) -> str:
    """The document as indented JSON, every field of its schema's version written out."""
    if document.schema_version == SCHEMA_VERSION:
        return document.model_dump_json(indent=2) + "\n"
    content = document.model_dump(mode="json")
    for said in content["confirmations"]:
        # What a key says since is said in words there, so that no dissent reads as agreement.
        how = "said by the chair on its behalf" if said["by_chair"] else spoken(said["kind"])
        words = body(said["text"], said["reopen_condition"])
        said["text"] = ": ".join(filter(None, (how[:1].upper() + how[1:], words)))
        if said["against"]:
            said["text"] = f"{stop(said['text'])} Beside it: {' '.join(said['against'])}".strip()
    content = as_of(document.schema_version, content)
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
