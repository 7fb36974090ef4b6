"""The small pieces a board's definition is made of.

Every piece is frozen and refuses keys it does not know, so a misspelt key in a file is an error
and not a silently missing setting. How the pieces must fit together is checked in definition.py.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Head = Annotated[str, StringConstraints(min_length=1, max_length=6)]
Whole = Annotated[StrictInt, Field(gt=0)]

REFERRAL_FIELDS = frozenset(
    {
        "question",
        "diagnosis",
        "first_verdict",
        "first_reason_kind",
        "first_reason",
        "first_by",
        "first_on",
        "first_plan",
        "summary",
        "comorbidity",
        "ecog",
    }
)
"""Fields of a referral that a board can ask for under `readiness` as `referral.<field>`."""

PATIENT_FIELDS = frozenset({"sex", "birth_date"})
"""Of the patient, what a board can ask for as `patient.<field>`: scores rest on sex and age."""

CASE_PARTS = frozenset(
    {
        "lesions",
        "treatments",
        "investigations.imaging",
        "investigations.pathology",
        "patient_view.knows",
        "patient_view.wants",
        "patient_view.questions",
        "patient_view.met_by",
        "documents",
    }
)
"""Other parts of a case that a board can ask for under `readiness`."""

OWNER_ROLES = frozenset({"coordinator", "chair", "referrer"})
"""Roles that can own a deferred case or a missing item, beside every specialty."""


class Part(BaseModel):
    """Base of every piece: frozen, no unknown keys, no surrounding blanks."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Choice(Part):
    """One entry of a plain vocabulary: what is stored, what is read, and a hint beside it."""

    key: Key
    name: Line
    help: str = ""


class TreatmentKind(Choice):
    """A kind of treatment that a patient has had. `tumour`: whether it acts on the tumour, so that
    a response is measured from its beginning."""

    tumour: StrictBool = True


class Question(Part):
    """What one specialty is asked besides the verdict. Always optional to answer."""

    key: Key
    text: Line
    kind: Literal["text", "choice", "yesno"]
    choices: tuple[Choice, ...] = ()
    help: str = ""

    @model_validator(mode="after")
    def _choices_fit_the_kind(self) -> Self:
        if self.kind == "choice" and len(self.choices) < 2:
            raise ValueError("a question of kind 'choice' needs at least two choices")
        if self.kind != "choice" and self.choices:
            raise ValueError(f"a question of kind '{self.kind}' has no choices of its own")
        return self


class Specialty(Part):
    """A specialty with a seat at the board. `deputy_for`: whose chair it may fill for quorum."""

    key: Key
    name: Line
    mark: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    core: StrictBool = False
    deputy_for: tuple[Key, ...] = ()
    questions: tuple[Question, ...] = ()


class Option(Part):
    """A treatment option that every consensus must take a position on. `treats`: whether something
    is given by it, which surveillance is not."""

    key: Key
    name: Line
    short: Head
    help: str = ""
    treats: StrictBool = True


class Verdict(Part):
    """One word of the verdict vocabulary, shared by first opinion, specialists and board.

    `rank`: higher is nearer to cure; absent when the verdict says nothing yet. Comparing the rank
    of the first opinion with the board's gives the reclassification. `excludes`: options that can
    hardly be chosen beside it; where one is, the board is warned.
    """

    key: Key
    name: Line
    short: Line
    family: Key
    rank: StrictInt | None = None
    excludes: tuple[Key, ...] = ()
    help: str = ""


class Stance(Part):
    """How a specialist stands to one option. The keys are fixed, the words are the board's."""

    key: Literal["prefer", "acceptable", "advise_against", "outside_field"]
    name: Line
    help: str = ""


class Disposition(Part):
    """What the consensus did with one option. The keys are fixed, the words are the board's."""

    key: Literal["chosen", "fallback", "rejected", "not_applicable"]
    name: Line
    needs_reason: StrictBool = False
    help: str = ""


class Strength(Part):
    """How much agreement a consensus had. The keys are fixed, the words are the board's."""

    key: Literal["unanimous", "majority", "none_reached"]
    name: Line
    help: str = ""


class SignOffPosition(Part):
    """How a specialty puts its name to a consensus."""

    key: Literal["agree", "reservation", "dissent"]
    name: Line
    needs_reason: StrictBool = False
    needs_condition: StrictBool = False


class SignOffRule(Part):
    """Who must sign: each core specialty, only those present, or nobody."""

    required_of: Literal["core", "core_present", "nobody"]
    positions: tuple[SignOffPosition, ...]


class Quorum(Part):
    """Which specialties must be there for a decision to be final, and how many people at least."""

    specialties: tuple[Key, ...]
    deputies_count: StrictBool = True
    minimum_people: Whole = 1


class MeetingDefaults(Part):
    """Durations in minutes. `break_after`: propose a pause after so long, 0 for never."""

    length_minutes: Whole
    minutes_simple: Whole
    minutes_complex: Whole
    break_after: Annotated[StrictInt, Field(ge=0)] = 0


class DeferralReason(Choice):
    """Why a case is put off; who then owns it (a role or a specialty) and for how long."""

    default_owner: Key = "coordinator"
    due_days: Whole = 7


class Teller(Choice):
    """Who can tell the patient. `specialty`: whose members are then asked how it went."""

    specialty: str = ""


class FollowUp(Part):
    """After how many days the board asks whether its plan was carried out."""

    days: tuple[Whole, ...] = (30, 90)


class OutcomeWord(Choice):
    """How the patient is. `final`: nothing is asked any more afterwards."""

    final: StrictBool = False


DEVIATIONS = (
    Choice(key="comorbidity", name="Comorbidity"),
    Choice(key="progression", name="Progression"),
    Choice(key="patient", name="The patient's wish"),
    Choice(key="physician", name="The physician's decision"),
    Choice(key="other", name="Other"),
)
OUTCOMES = (
    OutcomeWord(key="disease_free", name="Alive, no disease"),
    OutcomeWord(key="stable", name="Alive, disease stable or responding"),
    OutcomeWord(key="progressed", name="Alive, disease progressed"),
    OutcomeWord(key="died", name="Died", final=True),
    OutcomeWord(key="lost", name="Not known"),
)
"""Words for a board whose file has none of its own."""


class PlanStep(Part):
    """A step that plans often contain, offered to the scribe."""

    key: Key
    text: Line
    who: Line
    within_days: Whole


class Need(Part):
    """One thing a fair discussion needs.

    `item`: `referral.<field>`, `patient.<field>`, `fact.<key>` or a part of the case (see
    CASE_PARTS).
    `missing`: what to say when it is not there. `essential`: without it the case should not be
    listed; otherwise it is only pointed out. `diagnoses`: only for these (empty: for all).
    `max_age_days`: for facts, how old is too old (0: any age). `modalities`: for imaging, which
    methods serve (empty: all); how old is too old stands under `referral`. `owner`: the role or
    specialty that sees to it before the meeting.
    """

    item: str
    missing: Line
    essential: StrictBool = True
    diagnoses: tuple[Key, ...] = ()
    max_age_days: Annotated[StrictInt, Field(ge=0)] = 0
    modalities: tuple[Key, ...] = ()
    owner: Key = "referrer"


class TestLimit(Part):
    """Which existing examinations of one method the board takes over from another hospital.

    `max_age_days`: how old is too old (0: any age). `images`: the images themselves must be here,
    the report alone is not enough.
    """

    modality: Key
    max_age_days: Annotated[StrictInt, Field(ge=0)] = 0
    images: StrictBool = False


class ReferralRules(Part):
    """How the board deals with referrals. `answer_days`: how long a referrer has for an answer."""

    answer_days: Whole = 7
    tests: tuple[TestLimit, ...] = ()

    def limit(self, modality: str) -> TestLimit | None:
        """What holds for one method, or None where the board says nothing of it."""
        return next((one for one in self.tests if one.modality == modality), None)


class OnlyFor(Part):
    """Decision aids that suit some diagnoses only, and what to say for the others.

    `or_with`: also suits where this fact is recorded as yes, whatever the diagnosis.
    """

    aids: tuple[Key, ...] = Field(min_length=1)
    diagnoses: tuple[Key, ...] = Field(min_length=1)
    or_with: str = ""
    why: Line


class AidRules(Part):
    """How the board sees decision aids.

    `units`: what the stage, the wall and the minutes show to everybody. `lab_days`: how old a lab
    may be where `readiness` does not say. `prothrombin_limits`: which limits of Child-Pugh go with
    a prothrombin activity in %, where there is no INR.
    """

    units: Literal["si", "conventional"] = "conventional"
    lab_days: Whole = 30
    prothrombin_limits: Literal["japan", "france"] | None = None
    only_for: tuple[OnlyFor, ...] = ()
