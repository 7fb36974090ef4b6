"""The demonstration's invented content, read from the TOML files beside this module.

Days are counted back from the day of the meeting that a case belongs to, so the demonstration is
always current. That every word fits the liver board and its fact catalogue is held by a test.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from boardroom.boards.definition import BoardDefinition
from boardroom.clinical.tumour_reading import Contact, Findings, Lesion
from boardroom.demo.earlier import DemoBack, DemoFollowUp, ShortOpinion, whole_case

FOLDER = Path(__file__).parent / "content"

Days = Annotated[StrictInt, Field(ge=0, le=20000)]
Millimetres = Annotated[StrictInt, Field(ge=0, le=400)]
StanceOf = tuple[str, str]


class Content(BaseModel):
    """Base of every piece: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DemoPerson(Content):
    """`key` names the person in the case files and is the first half of the address."""

    key: str
    name: str
    role: Literal["administrator", "chair", "coordinator", "specialist", "observer", "referrer"]
    specialty: str = ""
    hospital: str

    @property
    def email(self) -> str:
        """An address in a domain that can never exist."""
        return f"{self.key}@boardroom.example"


class DemoMeeting(Content):
    """`days_ago`: 0 is today. `attended`: who was there; `left_before`: and left before a case."""

    key: Literal["earlier", "past", "next"]
    title: str
    place: str
    days_ago: Days
    chair: str
    scribe: str
    attended: tuple[str, ...] = ()
    left_before: Mapping[str, str] = {}


class DemoPatient(Content):
    """An invented patient."""

    name: str
    sex: Literal["female", "male"]
    birth_date: dt.date
    record_number: str
    hospital: str


class DemoReferral(Content):
    """The referral. `by`: the account of the referrer, where there is one."""

    by: str = ""
    referrer_name: str
    referrer_contact: str
    referrer_hospital: str
    days_before: Days
    question: str
    diagnosis: str
    summary: str = ""
    comorbidity: str = ""
    ecog: Annotated[StrictInt, Field(ge=0, le=4)] | None = None


class DemoFirstOpinion(Content):
    """What was said elsewhere first."""

    verdict: str
    reason_kind: str
    reason: str
    by: str
    days_before: Days
    plan: str


class DemoFact(Content):
    """A clinical fact as typed: value, unit, and days before the meeting."""

    key: str
    value: str
    unit: str = ""
    days_before: Days = 5


class DemoLesion(Content):
    """One lesion; `viable_mm` after treatment."""

    number: Annotated[StrictInt, Field(gt=0)]
    segments: tuple[Literal["I", "II", "III", "IV", "V", "VI", "VII", "VIII"], ...]
    size_mm: Millimetres
    viable_mm: Millimetres | None = None
    li_rads: str = ""
    vascular_contact: str = ""
    note: str = ""


class DemoRead(Content):
    """One lesion as it was read: place in millimetres on the drawing, vessels as (name, how)."""

    number: Annotated[StrictInt, Field(gt=0)]
    segments: tuple[str, ...]
    x: Annotated[StrictInt, Field(ge=0, le=250)]
    y: Annotated[StrictInt, Field(ge=0, le=190)]
    size_mm: Millimetres
    viable_mm: Millimetres | None = None
    li_rads: str = ""
    features: tuple[str, ...] = ()
    contacts: tuple[tuple[str, str], ...] | None = None
    same_as: str = ""
    note: str = ""


class DemoReading(Content):
    """A side's reading of the images. `by`: who saves it; `read_by`: who has read them."""

    side: Literal["referring", "board"]
    by: str = "radiologist"
    read_by: str
    imaging: str
    images_days_before: Days
    days_before: Days
    lesions: tuple[DemoRead, ...]
    portal: str = ""
    portal_side: str = ""
    vein: str = ""
    vein_which: str = ""
    duct: str = ""
    spread: tuple[str, ...] = ()
    note: str = ""

    def findings(self) -> Findings:
        """As the program keeps it."""
        beyond = ("portal", "portal_side", "vein", "vein_which", "duct", "spread", "note")
        return Findings(
            tuple(
                Lesion(
                    **one.model_dump(exclude={"contacts"}),
                    contacts=None
                    if one.contacts is None
                    else tuple(Contact(*pair) for pair in one.contacts),
                )
                for one in self.lesions
            ),
            **{name: getattr(self, name) for name in beyond},
        )


class DemoTreatment(Content):
    """An earlier treatment."""

    kind: str
    days_before: Days
    detail: str
    response: str


class DemoInvestigation(Content):
    """An imaging or pathology examination."""

    kind: Literal["imaging", "pathology"]
    modality: str = ""
    days_before: Days
    availability: str
    report: str


class DemoQuestion(Content):
    """What the patient asks; answered once the board has decided."""

    text: str
    answer: str = ""


class DemoPatientView(Content):
    """What the patient knows, wants and asks, and who has met them."""

    knows: str = ""
    wants: str = ""
    met_by: str = ""
    questions: tuple[DemoQuestion, ...] = ()


class DemoDocument(Content):
    """A small text to be attached. `shows`: which report, of how many days before the meeting."""

    title: str
    body: str
    shows: str = ""
    days_before: Days | None = None


class DemoOpinion(Content):
    """A specialist's opinion. Options not named in `stances` have the stance `others`, no reason.

    `submitted = false`: still a draft.
    """

    by: str
    days_before: Days = 1
    submitted: bool = True
    verdict: str
    confidence: Annotated[StrictInt, Field(ge=1, le=5)]
    rationale: str
    change_mind: str = ""
    answers: Mapping[str, str] = {}
    stances: Mapping[str, StanceOf]
    others: str = "outside_field"

    def all_stances(self, board: BoardDefinition) -> dict[str, StanceOf]:
        """Option key → (stance, reason) for every option of the board, in the board's order."""
        return {o.key: self.stances.get(o.key, (self.others, "")) for o in board.options}


class DemoReply(Content):
    """A reply in a thread."""

    by: str
    days_before: Days
    text: str
    mentions: tuple[str, ...] = ()


class DemoComment(DemoReply):
    """A thread's first comment and its replies."""

    replies: tuple[DemoReply, ...] = ()


class DemoStep(Content):
    """One step of the plan, in words."""

    what: str
    who: str
    when: str


class DemoSignOff(Content):
    """How one person signed for their specialty."""

    by: str
    kind: Literal["agree", "reservation", "dissent"] = "agree"
    text: str = ""
    reopen_condition: str = ""


class DemoShift(Content):
    """What one person changed after the reveal."""

    by: str
    reason: str
    verdict: str | None = None
    confidence: Annotated[StrictInt, Field(ge=1, le=5)] | None = None
    stances: Mapping[str, StanceOf] = {}


class DemoOutcome(Content):
    """What the past meeting decided. Options not named in `dispositions` do not apply.

    `provisional`: reasons why it is only provisional, none when it is final. `letter`: parts of the
    patient's letter in the words of who tells them; `letter_waits`: it is a draft still.
    """

    minutes_spent: Annotated[StrictInt, Field(gt=0, le=30)]
    verdict: str
    strength: str
    rationale: str
    reclassification_reason: str = ""
    stage_migration: str = ""
    steps: tuple[DemoStep, ...] = Field(min_length=1)
    dispositions: Mapping[str, StanceOf]
    teller: str
    tell_by_days: Days
    rediscuss: str
    provisional: tuple[str, ...] = ()
    letter: Mapping[str, str] = {}
    letter_waits: bool = False
    back: DemoBack | None = None
    sign_offs: tuple[DemoSignOff, ...]
    shifts: tuple[DemoShift, ...] = ()

    def all_dispositions(self, board: BoardDefinition) -> dict[str, StanceOf]:
        """Option key → (disposition, reason) for every option, in the board's order."""
        return {o.key: self.dispositions.get(o.key, ("not_applicable", "")) for o in board.options}


class DemoDeferral(Content):
    """A case that the past meeting put off."""

    minutes_spent: Annotated[StrictInt, Field(gt=0, le=30)]
    reason: str
    note: str


class DemoRequest(Content):
    """What the coordinator asked the referrer for: readiness items, and in words."""

    days_before: Days
    due_in_days: Days
    items: tuple[str, ...]
    note: str = ""


class DemoCase(Content):
    """One case. `meeting` "" is a referral that waits for the coordinator.

    `submitted` false: its referrer is still writing it. `asked`: what is asked of the referrer and
    not yet answered. `listed_without`: why it is listed although it is not ready. `needs`:
    specialties beyond the quorum. `progress`: fact, value, unit, days after the decision.
    `read_again`: size and viable size of its one lesion, once it has come back.
    """

    key: str
    meeting: Literal["earlier", "past", "next", ""]
    position: StrictInt = 0
    minutes: StrictInt = 4
    presenter: str = ""
    patient: DemoPatient
    referral: DemoReferral
    first_opinion: DemoFirstOpinion | None = None
    facts: tuple[DemoFact, ...] = ()
    lesions: tuple[DemoLesion, ...] = ()
    readings: tuple[DemoReading, ...] = ()
    treatments: tuple[DemoTreatment, ...] = ()
    investigations: tuple[DemoInvestigation, ...] = ()
    patient_view: DemoPatientView = DemoPatientView()
    documents: tuple[DemoDocument, ...] = ()
    opinions: tuple[DemoOpinion, ...] = ()
    comments: tuple[DemoComment, ...] = ()
    outcome: DemoOutcome | None = None
    deferral: DemoDeferral | None = None
    submitted: bool = True
    asked: DemoRequest | None = None
    needs: tuple[str, ...] = ()
    listed_without: str = ""
    follow_ups: tuple[DemoFollowUp, ...] = ()
    progress: tuple[tuple[str, str, str, StrictInt], ...] = ()
    read_again: tuple[Millimetres, Millimetres] | None = None


class DemoContent(Content):
    """Everything: people, the meetings, and the cases in agenda order."""

    people: tuple[DemoPerson, ...]
    meetings: tuple[DemoMeeting, ...]
    cases: tuple[DemoCase, ...]

    def person(self, key: str) -> DemoPerson:
        """The person with this key; raises KeyError."""
        return {p.key: p for p in self.people}[key]

    def meeting(self, key: str) -> DemoMeeting:
        """The meeting "earlier", "past" or "next"; raises KeyError."""
        meetings: dict[str, DemoMeeting] = {m.key: m for m in self.meetings}
        return meetings[key]

    def cases_of(self, meeting: str) -> list[DemoCase]:
        """The cases of a meeting in agenda order."""
        return sorted((c for c in self.cases if c.meeting == meeting), key=lambda c: c.position)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def load_content(folder: Path = FOLDER) -> DemoContent:
    """Read people.toml, meetings.toml, cases/*.toml (a case's key is its file's name) and the
    short second opinions of earlier.toml."""
    cases = [
        {"key": path.stem, **_read(path)} for path in sorted((folder / "cases").glob("*.toml"))
    ]
    for position, short in enumerate(_read(folder / "earlier.toml")["opinions"], start=1):
        cases.append(whole_case(ShortOpinion.model_validate(short), position))
    return DemoContent.model_validate(
        {**_read(folder / "people.toml"), **_read(folder / "meetings.toml"), "cases": cases}
    )
