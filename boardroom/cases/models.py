"""A case: one question about one patient, with its referral, first opinion and facts."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boardroom.db import Base, key_column, now
from boardroom.keys import never_twice
from boardroom.people.models import Person


class CaseStatus(StrEnum):
    """The life of a case (see rules.py for the allowed moves)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    NEEDS_INFORMATION = "needs_information"
    LISTED = "listed"
    DISCUSSED = "discussed"
    DECIDED = "decided"
    DEFERRED = "deferred"
    DECLINED = "declined"
    STANDARD_OF_CARE = "standard_of_care"
    FOLLOWED_UP = "followed_up"
    PAST = "past"  # a visit before the case came here, as a registry tells it


class Patient(Base):
    """A patient, as far as the board needs to know them."""

    __tablename__ = "patient"

    name: Mapped[str] = mapped_column(String(200), default="")
    birth_date: Mapped[dt.date | None]
    sex: Mapped[str] = key_column(default="")  # female, male, other, unknown
    record_number: Mapped[str] = mapped_column(String(64), default="", index=True)
    hospital: Mapped[str] = mapped_column(String(200), default="")


class Case(Base):
    """One question about one patient, and everything known for answering it."""

    __tablename__ = "case"
    __table_args__ = (
        Index("ix_case_board_status", "board", "status"),
        Index("ix_case_board", "board", "id"),
        Index("ix_case_hospital", "referrer_hospital", "board", "id"),
    )

    code: Mapped[str] = mapped_column(String(32), unique=True)
    board: Mapped[str] = key_column()
    status: Mapped[CaseStatus] = mapped_column(String(32), default=CaseStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    earlier_case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    submitted_at: Mapped[dt.datetime | None]
    status_note: Mapped[str] = mapped_column(
        default=""
    )  # what is needed, why declined, by whom treated
    moved_at: Mapped[dt.datetime | None]  # when last submitted, sent back, turned down or due
    complexity: Mapped[str] = key_column(default="")  # simple or complex, as triage said
    # The registry and row a case was imported from, so that a second import finds it.
    source: Mapped[str | None] = mapped_column(String(200), unique=True)

    # The referral.
    referrer_name: Mapped[str] = mapped_column(String(200), default="")
    referrer_contact: Mapped[str] = mapped_column(String(200), default="")
    referrer_hospital: Mapped[str] = mapped_column(String(200), default="")
    referred_on: Mapped[dt.date | None]
    question: Mapped[str] = mapped_column(default="")
    diagnosis: Mapped[str] = key_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    comorbidity: Mapped[str] = mapped_column(default="")
    ecog: Mapped[int | None]
    # That there was none, which an empty list of treatments or of pathology does not say.
    no_treatment: Mapped[bool] = mapped_column(default=False)
    no_tissue: Mapped[bool] = mapped_column(default=False)

    # The first opinion.
    first_verdict: Mapped[str] = key_column(default="")
    first_reason_kind: Mapped[str] = key_column(default="")
    first_reason: Mapped[str] = mapped_column(default="")
    first_by: Mapped[str] = mapped_column(String(200), default="")
    first_on: Mapped[dt.date | None]
    first_plan: Mapped[str] = mapped_column(default="")

    # The patient's view.
    patient_knows: Mapped[str] = mapped_column(default="")
    patient_wants: Mapped[str] = mapped_column(default="")
    met_by: Mapped[str] = mapped_column(String(200), default="")

    patient: Mapped[Patient] = relationship(lazy="joined")
    created_by: Mapped[Person | None] = relationship(foreign_keys=created_by_id)
    earlier_case: Mapped[Case | None] = relationship(remote_side="Case.id")
    facts: Mapped[list[Fact]] = relationship(
        back_populates="case",
        cascade="all, delete-orphan",
        order_by="Fact.key, Fact.taken_on.nulls_first(), Fact.id",
    )
    lesions: Mapped[list[Lesion]] = relationship(
        back_populates="case", cascade="all, delete-orphan", order_by="Lesion.number"
    )
    treatments: Mapped[list[Treatment]] = relationship(
        back_populates="case",
        cascade="all, delete-orphan",
        order_by="Treatment.on_date.nulls_first(), Treatment.id",
    )
    investigations: Mapped[list[Investigation]] = relationship(
        back_populates="case",
        cascade="all, delete-orphan",
        order_by="Investigation.on_date.nulls_first(), Investigation.id",
    )
    questions: Mapped[list[PatientQuestion]] = relationship(
        back_populates="case", cascade="all, delete-orphan", order_by="PatientQuestion.id"
    )
    documents: Mapped[list[Document]] = relationship(
        back_populates="case", cascade="all, delete-orphan", order_by="Document.id"
    )
    needed: Mapped[list[CaseSpecialty]] = relationship(
        back_populates="case", cascade="all, delete-orphan", order_by="CaseSpecialty.id"
    )
    requests: Mapped[list[InformationRequest]] = relationship(
        back_populates="case", cascade="all, delete-orphan", order_by="InformationRequest.id"
    )
    judgements: Mapped[list[TestJudgement]] = relationship(
        back_populates="case", cascade="all, delete-orphan", order_by="TestJudgement.id"
    )

    @property
    def standing_facts(self) -> list[Fact]:
        """The facts that count: without those that were marked as mistyped."""
        return [fact for fact in self.facts if fact.stands]

    @property
    def beyond(self) -> tuple[str, ...]:
        """Keys of the specialties that this case needs besides the board's quorum."""
        return tuple(one.specialty for one in self.needed)


class _OfCase:
    """A row that belongs to one case."""

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)


class Fact(_OfCase, Base):
    """A clinical fact, kept as it was entered: the value, its unit and its date.

    `written_on`: the day on which somebody put this value into the case; None for what was carried
    over, imported, or entered before it was kept. `mistyped_at`: when the result that it is was
    marked as mistyped at follow-up; it stays until somebody corrects it and counts for nothing.
    """

    __tablename__ = "fact"

    key: Mapped[str] = key_column()  # from boardroom.clinical.facts
    value: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(32), default="")
    taken_on: Mapped[dt.date | None]
    written_on: Mapped[dt.date | None]
    mistyped_at: Mapped[dt.datetime | None]

    case: Mapped[Case] = relationship(back_populates="facts")

    @property
    def stands(self) -> bool:
        """Whether it counts: nobody has marked it as mistyped."""
        return self.mistyped_at is None


class Lesion(_OfCase, Base):
    """One liver lesion as read by radiology."""

    __tablename__ = "lesion"

    number: Mapped[int]
    segments: Mapped[str] = mapped_column(String(64), default="")  # Couinaud, "VII" or "V, VIII"
    size_mm: Mapped[int | None]
    viable_mm: Mapped[int | None]  # after treatment
    li_rads: Mapped[str] = key_column(default="")
    vascular_contact: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(default="")

    case: Mapped[Case] = relationship(back_populates="lesions")


class Treatment(_OfCase, Base):
    """A treatment the patient has had."""

    __tablename__ = "treatment"

    kind: Mapped[str] = key_column()
    on_date: Mapped[dt.date | None]
    detail: Mapped[str] = mapped_column(default="")
    response: Mapped[str] = mapped_column(String(200), default="")

    case: Mapped[Case] = relationship(back_populates="treatments")


class Investigation(_OfCase, Base):
    """An imaging or pathology examination and how far the board can see it."""

    __tablename__ = "investigation"

    kind: Mapped[str] = key_column()  # imaging or pathology
    modality: Mapped[str] = key_column(default="")
    on_date: Mapped[dt.date | None]
    availability: Mapped[str] = key_column(default="")  # shown, report_only, none
    report: Mapped[str] = mapped_column(default="")

    case: Mapped[Case] = relationship(back_populates="investigations")


class PatientQuestion(_OfCase, Base):
    """A question that the patient wants answered."""

    __tablename__ = "patient_question"

    text: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[dt.datetime | None]

    case: Mapped[Case] = relationship(back_populates="questions")
    answered_by: Mapped[Person | None] = relationship()


class Document(_OfCase, Base):
    """A file of the case; the bytes lie in the data folder under their SHA-256."""

    __tablename__ = "document"

    title: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[dt.datetime] = mapped_column(default=now)
    dated_on: Mapped[dt.date | None]  # of what it shows, not of the file
    shows: Mapped[str] = key_column(default="")  # a method of imaging, or one of DOCUMENT_KINDS

    case: Mapped[Case] = relationship(back_populates="documents")
    uploaded_by: Mapped[Person | None] = relationship()


class CaseSpecialty(_OfCase, Base):
    """A specialty without which this case is not finally decided, beyond the board's quorum."""

    __tablename__ = "case_specialty"
    __table_args__ = (UniqueConstraint("case_id", "specialty"),)

    specialty: Mapped[str] = key_column()
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[dt.datetime] = mapped_column(default=now)

    case: Mapped[Case] = relationship(back_populates="needed")


class InformationRequest(_OfCase, Base):
    """What the board asked of a referrer, and by when. One that has ended stays, for the record."""

    __tablename__ = "information_request"

    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[dt.datetime] = mapped_column(default=now)
    due_on: Mapped[dt.date]
    note: Mapped[str] = mapped_column(default="")
    # Readiness items, in the words of the day: [{"item": "fact.inr", "label": "INR of …"}, …];
    # "cannot": why the referrer cannot get it; "given": whether it was there at the request's end.
    items: Mapped[list[Any]] = mapped_column(default=list)
    ended_at: Mapped[dt.datetime | None]
    answered: Mapped[bool] = mapped_column(default=False)  # else it was dropped

    case: Mapped[Case] = relationship(back_populates="requests")
    asked_by: Mapped[Person | None] = relationship()

    @property
    def not_given(self) -> list[tuple[str, str]]:
        """What the request ended without, each with the reason that the referrer gave, or ""."""
        return [
            (one["label"], one.get("cannot", "")) for one in self.items if one.get("given") is False
        ]

    @property
    def received(self) -> bool:
        """Whether all that was asked for came; what was asked in free words nobody can compare."""
        return self.answered and bool(self.items) and not self.not_given


class TestJudgement(_OfCase, Base):
    """What somebody said by hand of one existing test, against what its age alone would say."""

    __tablename__ = "test_judgement"
    __table_args__ = (UniqueConstraint("case_id", "test"),)
    __test__ = False  # pytest: this collects nothing

    test: Mapped[str] = mapped_column(String(100))  # "investigation:7" or "fact:inr:2026-11-02"
    accepted: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)

    case: Mapped[Case] = relationship(back_populates="judgements")
    by: Mapped[Person | None] = relationship()


class CaseCounter(Base):
    """The last running number given to a case of a board."""

    __tablename__ = "case_counter"

    board: Mapped[str] = key_column(unique=True)
    last: Mapped[int] = mapped_column(default=0)


never_twice(Case)
never_twice(_OfCase, "case_id")
