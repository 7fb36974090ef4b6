"""Every field of a case's form: its label, what may stand in it, and how it is stored.

A field's name says where it belongs: ``question`` (the case), ``patient-name``,
``lesions-12-size_mm`` (line 12 of the lesions), ``fact-bilirubin-2-value`` (the second bilirubin
that was entered).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from boardroom.boards.definition import BoardDefinition
from boardroom.cases import rules
from boardroom.cases.rules import ValueRefused
from boardroom.text import clean_line, clean_text

Kind = Literal["line", "long", "date", "choice", "segments", "millimetres", "ecog", "tick"]

LONG = 20_000
TICKED = "yes"
ECOG = (
    ("0", "0: fully active"),
    ("1", "1: restricted in strenuous activity"),
    ("2", "2: up and about more than half of the day"),
    ("3", "3: in bed or chair more than half of the day"),
    ("4", "4: bedridden"),
)


@dataclass(frozen=True)
class Field:
    """One field. `vocabulary`: where a choice's words come from, the board's or one of ours."""

    name: str
    label: str
    kind: Kind = "line"
    length: int = 200
    vocabulary: str = ""
    hint: str = ""
    short: bool = False

    def choices(self, board: BoardDefinition) -> list[tuple[str, str]]:
        """(stored, shown) pairs, the empty one not among them."""
        if self.vocabulary == "documents":
            methods = board.choices_for("imaging_modalities")
            # A key means one thing: a board's "other" method of imaging is here something else.
            return [*(m for m in methods if m[0] not in DOCUMENT_KINDS), *DOCUMENT_KINDS.items()]
        own = _OWN_CHOICES.get(self.vocabulary)
        return list(own) if own is not None else board.choices_for(self.vocabulary)

    @property
    def told(self) -> bool:
        """Whether it is told in one's own words, as no name, place or number is."""
        return self.kind == "long" or self.name in ("note", "vascular_contact")

    def parse(self, text: str, board: BoardDefinition, today: dt.date) -> Any:
        """The value to store. Raises ValueRefused."""
        match self.kind:
            case "date":
                return rules.day(text, self.label, today)
            case "segments":
                return rules.segments(text)
            case "millimetres":
                return rules.millimetres(text, self.label, least=0 if "viable" in self.name else 1)
            case "choice" | "ecog":
                key = text.strip()
                if key and key not in {k for k, _ in self.choices(board)}:
                    raise ValueRefused(f"{self.label}: choose one of the list.")
                return key if self.kind == "choice" else int(key) if key else None
            case "tick":
                return text.strip() == TICKED
            case _:
                plain = clean(text, lines=self.kind == "long")
                if len(plain) > self.length:
                    over = len(plain) - self.length
                    raise ValueRefused(f"{self.label} is {over} characters too long.")
                return plain


_OWN_CHOICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "sexes": rules.SEXES,
    "li_rads": tuple((key, key) for key in rules.LI_RADS),
    "ecog": ECOG,
    "investigation_kinds": (("imaging", "Imaging"), ("pathology", "Pathology")),
}


# Marks that turn the reading direction can make a text say something else on screen.
_TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def clean(text: str, *, lines: bool) -> str:
    """Text without control characters and surrounding blanks; in one line unless `lines`."""
    return (clean_text if lines else clean_line)(text).translate(_TURNING)


def as_text(value: Any) -> str:
    """A stored value as its field shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return TICKED if value else ""
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _by_name(*fields: Field) -> Mapping[str, Field]:
    return MappingProxyType({field.name: field for field in fields})


PATIENT = _by_name(
    Field("name", "Name"),
    Field("sex", "Sex", "choice", vocabulary="sexes", short=True),
    Field("birth_date", "Date of birth", "date"),
    Field("record_number", "Record number", length=64, short=True),
    Field("hospital", "Treated at"),
)

REFERRAL = _by_name(
    Field("referrer_name", "Referred by", hint="A doctor who can be asked"),
    Field("referrer_contact", "Telephone or mail"),
    Field("referrer_hospital", "Hospital", hint="Its referrers see this case."),
    Field("referred_on", "Referred on", "date"),
    Field(
        "question",
        "The question that the board is to answer",
        "long",
        2_000,
        hint="One that a decision answers, such as: can the left remnant carry the operation?",
    ),
    Field("diagnosis", "Diagnosis", "choice", vocabulary="diagnoses"),
)

FIRST_OPINION = _by_name(
    Field("first_verdict", "Verdict", "choice", vocabulary="verdicts"),
    Field("first_reason_kind", "Kind of reason", "choice", vocabulary="first_opinion_reasons"),
    Field("first_reason", "Why", "long", LONG, hint="As it was said or written, in its own words"),
    Field("first_by", "Given by"),
    Field("first_on", "Given on", "date"),
    Field("first_plan", "What was planned", "long", LONG),
)

CLINICAL = _by_name(
    Field("summary", "Clinical summary", "long", LONG),
    Field("comorbidity", "Other illnesses", "long", LONG, hint="Or that there are none"),
    Field("ecog", "ECOG performance status", "ecog", vocabulary="ecog"),
)

PATIENT_VIEW = _by_name(
    Field("patient_knows", "What the patient knows", "long", LONG),
    Field(
        "patient_wants",
        "What the patient wants",
        "long",
        LONG,
        hint="And needs, so that a plan fits: help at home, work, the way here, language, mood",
    ),
    Field("met_by", "Who of the board has met the patient"),
)


DOCUMENT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "labs": "Laboratory results",
        "pathology": "Pathology report",
        "letter": "Letter or summary",
        "other": "Something else",
    }
)
"""What a document can show besides the board's methods of imaging."""

DOCUMENT = _by_name(
    Field("shows", "It shows", "choice", vocabulary="documents"),
    Field("dated_on", "Date of the report or images", "date"),
)


@dataclass(frozen=True)
class NoneStated(Field):
    """A tick that says that a list is empty because there was nothing, of one kind or of all.

    `collection`, `line_kind`: the lines that it excludes. `section`: where in the form it stands.
    """

    collection: str = ""
    line_kind: str = ""
    section: str = ""
    listed: str = ""

    def excludes(self, line_kind: str) -> bool:
        """Whether a line of its collection with this kind says the opposite."""
        return not self.line_kind or self.line_kind == line_kind


NONE_STATED: Mapping[str, NoneStated] = MappingProxyType(
    {
        "no_treatment": NoneStated(
            "no_treatment",
            "No earlier treatment",
            "tick",
            collection="treatments",
            section="treatments",
            listed="A treatment is listed. Remove it first, or leave this empty.",
        ),
        "no_tissue": NoneStated(
            "no_tissue",
            "No tissue was taken: there is no pathology",
            "tick",
            collection="investigations",
            line_kind="pathology",
            section="investigations",
            listed="A pathology is listed. Remove it first, or leave this empty.",
        ),
    }
)
"""What can be said to have been none. Never true together with a line that says otherwise."""

CASE: Mapping[str, Field] = MappingProxyType(
    {**REFERRAL, **FIRST_OPINION, **CLINICAL, **PATIENT_VIEW, **NONE_STATED}
)
"""The fields that are columns of the case itself."""

LINES: Mapping[str, Mapping[str, Field]] = MappingProxyType(
    {
        "lesions": _by_name(
            Field("segments", "Segments", "segments", 64, short=True),
            Field("size_mm", "Size, mm", "millimetres", short=True),
            Field("viable_mm", "Viable, mm", "millimetres", short=True),
            Field("li_rads", "LI-RADS", "choice", vocabulary="li_rads", short=True),
            Field("vascular_contact", "Touches or invades"),
            Field("note", "Note", length=500),
        ),
        "treatments": _by_name(
            Field("kind", "Treatment", "choice", vocabulary="treatment_kinds"),
            Field("on_date", "Date", "date"),
            Field("response", "Response", "choice", vocabulary="treatment_responses"),
            Field("detail", "Detail", "long", 2_000),
        ),
        "investigations": _by_name(
            Field("kind", "Kind", "choice", vocabulary="investigation_kinds", short=True),
            Field("modality", "Method", "choice", vocabulary="imaging_modalities"),
            Field("on_date", "Date", "date"),
            Field("availability", "For the meeting", "choice", vocabulary="availability"),
            Field("report", "Report", "long", LONG),
        ),
        "questions": _by_name(
            Field("text", "The patient asks", "long", 2_000),
            Field("answer", "Answer", "long", 4_000),
        ),
    }
)
"""The lists of a case and the fields of one line of each."""

LINE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "lesions": "lesion",
        "treatments": "treatment",
        "investigations": "examination",
        "questions": "question",
    }
)
MOST_LINES = 60
"""How many lines one list may have; more is a mistake or an attack."""
