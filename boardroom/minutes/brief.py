"""The pieces of a board's papers that the minutes and the meeting pack have in common.

Every piece is frozen and refuses fields it does not know. Text is cleaned once, here, so that the
record, its hash and every rendering hold the same characters. Times are aware and kept in UTC; they
are shown in the board's time zone.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

# Control characters and non-characters cannot stand in a Word file or a PDF; the bidirectional
# overrides can make a text read as something that it does not say. Tabs and newlines stay.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
    "\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff]"
)
_LINE_ENDS = re.compile("\r\n?|\u0085|\u2028|\u2029")


def clean(text: str) -> str:
    """The text with plain newlines and without characters that cannot be printed."""
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text)).strip()


def _to_utc(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC)


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, LookupError):
        raise ValueError(f"'{value}' is not a time zone, such as 'Europe/London'") from None
    return value


Text = Annotated[str, AfterValidator(clean)]
"""What people wrote or are called."""
Key = Annotated[str, StringConstraints(max_length=100), AfterValidator(clean)]
"""What the program calls it: the key of a vocabulary entry, or a case's code."""
Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment, in UTC."""
Whole = Annotated[int, Field(ge=0, le=2**53 - 1)]


class Part(BaseModel):
    """Base of every piece: frozen, no unknown fields, defaults always written out."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        json_schema_serialization_defaults_required=True,
    )


class Term(Part):
    """An entry of one of the board's vocabularies: what is stored and what is read.

    `short`: the form for a narrow column, where the board has one.
    """

    key: Key
    label: Text
    short: Text = ""


class Specialty(Part):
    """A specialty at the board, with the two-letter mark it is drawn with."""

    key: Key
    name: Text
    mark: Text = ""
    core: bool = False


class BoardInfo(Part):
    """The board. `time_zone` (IANA name) is the one in which times are shown."""

    key: Key
    name: Text
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"


class Option(Part):
    """A treatment option of the board; `short` heads its column in the matrix."""

    key: Key
    name: Text
    short: Text


class Patient(Part):
    """The patient. Without names, `name`, `birth_date` and `record_number` are null."""

    name: Text | None = None
    sex: Text = ""
    age: Whole | None = None
    birth_date: dt.date | None = None
    record_number: Text | None = None
    hospital: Text = ""


class Referrer(Part):
    """Who asked the board."""

    name: Text = ""
    hospital: Text = ""


class FirstOpinion(Part):
    """What was said before the case came to the board, in the board's own vocabulary."""

    verdict: Term | None = None
    reason_kind_key: Key = ""
    reason_kind: Text = ""
    reason: Text = ""
    by: Text = ""
    on: dt.date | None = None
    plan: Text = ""


class KeyFact(Part):
    """A fact worth seeing at a glance. `value` with its unit; `note`: its date, or a warning."""

    label: Text
    value: Text
    note: Text = ""


class RecordedFact(Part):
    """A fact as it was entered, for programs: `facts` has the latest ones in words.

    `value`: a number as written, or the key of a choice; `number`: the same where it is one;
    `unit`: the unit's key.
    """

    key: Key
    label: Text
    value: Text
    number: float | None = None
    unit: Key = ""
    on: dt.date | None = None


class Lesion(Part):
    """One lesion. Sizes are diameters in millimetres; `detail`: all but the size, in words."""

    number: Whole
    segments: Text = ""
    size_mm: Annotated[float, Field(ge=0)] | None = None
    viable_mm: Annotated[float, Field(ge=0)] | None = None
    li_rads: Key = ""
    vascular_contact: Text = ""
    note: Text = ""
    detail: Text = ""


class MapContact(Part):
    """A vessel that a lesion meets, and how: abuts, encases or occludes."""

    vessel: Key
    degree: Key


class MapLesion(Part):
    """One lesion as it was read. `x`, `y`: millimetres on the drawing, null where not placed;
    `contacts`: null where nothing is said, empty where no vessel is touched; `features`: major
    features of LI-RADS, "none" where none is seen, empty where nothing is said."""

    number: Whole
    segments: tuple[Key, ...] = ()
    x: Annotated[float, Field(ge=0)] | None = None
    y: Annotated[float, Field(ge=0)] | None = None
    size_mm: Whole | None = None
    viable_mm: Whole | None = None
    li_rads: Key = ""
    features: tuple[Key, ...] = ()
    contacts: tuple[MapContact, ...] | None = None
    same_as: Key = ""
    note: Text = ""


class MapReading(Part):
    """One side's reading of the images, as it stood when the case was decided.

    `side`: referring, board, or listed for what only stands in the list of lesions. Empty words
    are not stated; "none" is none seen.
    """

    side: Literal["referring", "board", "listed"]
    version: Whole = 0
    imaging: Text = ""
    imaged_on: dt.date | None = None
    read_by: Text = ""
    by: Text = ""
    saved_at: Instant | None = None
    lesions: tuple[MapLesion, ...] = ()
    portal: Key = ""
    portal_side: Key = ""
    vein: Key = ""
    vein_which: Key = ""
    duct: Key = ""
    spread: tuple[Key, ...] = ()
    note: Text = ""
    in_all: Key = ""

    @model_validator(mode="before")
    @classmethod
    def _none_was_seen(cls, data: Any) -> Any:
        """Before 2.3 a reading without a lesion was one of no lesion, and was signed as that."""
        if isinstance(data, dict) and "in_all" not in data and not data.get("lesions"):
            return {**data, "in_all": "none"}
        return data


class Treatment(Part):
    """A treatment that the patient has had."""

    kind_key: Key = ""
    kind: Text
    on: dt.date | None = None
    detail: Text = ""
    response_key: Key = ""
    response: Text = ""


class Investigation(Part):
    """An examination. `availability`: shown, report only or none, in the board's words."""

    kind: Literal["imaging", "pathology", "other"]
    modality_key: Key = ""
    modality: Text = ""
    on: dt.date | None = None
    availability_key: Key = ""
    availability: Text = ""
    report: Text = ""


class PatientView(Part):
    """What the patient knows, wants and asks, and who of the board has met them."""

    knows: Text = ""
    wants: Text = ""
    asks: tuple[Text, ...] = ()
    met_by: Text = ""


class CaseBrief(Part):
    """A case as it is put before the board.

    `response_since`: of a case that came back, how the tumour answered since, by mRECIST, in words.
    """

    position: Whole
    code: Key
    question: Text
    patient: Patient
    diagnosis_key: Key = ""
    diagnosis: Text = ""
    referrer: Referrer = Referrer()
    first_opinion: FirstOpinion = FirstOpinion()
    summary: Text = ""
    comorbidity: Text = ""
    facts: tuple[KeyFact, ...] = ()
    recorded_facts: tuple[RecordedFact, ...] = ()
    lesions: tuple[Lesion, ...] = ()
    tumour_map: tuple[MapReading, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    investigations: tuple[Investigation, ...] = ()
    patient_view: PatientView = PatientView()
    allotted_minutes: Whole | None = None
    response_since: Text = ""
