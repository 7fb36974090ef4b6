"""Opinions. What one says is sealed from everyone else until the reveal."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boardroom.cases.models import Case
from boardroom.db import Base, key_column, now
from boardroom.people.models import Person

# The audit trail can be searched by administrators: what an opinion says must not reach it.
SEALED = {"audit": "sealed"}


class OpinionStatus(StrEnum):
    """Draft: its author's alone. Submitted: sealed. Revealed: open to the board."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVEALED = "revealed"


class Opinion(Base):
    """One specialist's view of one case."""

    __tablename__ = "opinion"
    __table_args__ = (UniqueConstraint("case_id", "person_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    specialty: Mapped[str] = key_column()
    status: Mapped[OpinionStatus] = mapped_column(String(16), default=OpinionStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    verdict: Mapped[str] = key_column(default="", info=SEALED)
    confidence: Mapped[int | None] = mapped_column(info=SEALED)  # 1 (guess) to 5 (certain)
    rationale: Mapped[str] = mapped_column(default="", info=SEALED)
    change_mind: Mapped[str] = mapped_column(default="", info=SEALED)
    # Answers to the board's questions for the specialty: {question key: text}.
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, info=SEALED)
    # {option key: {"stance": key, "reason": text}}.
    stances: Mapped[dict[str, Any]] = mapped_column(default=dict, info=SEALED)
    saved_at: Mapped[dt.datetime] = mapped_column(default=now)
    submitted_at: Mapped[dt.datetime | None]
    revealed_at: Mapped[dt.datetime | None]

    case: Mapped[Case] = relationship()
    person: Mapped[Person] = relationship(lazy="joined")
    shifts: Mapped[list[Shift]] = relationship(
        back_populates="opinion", order_by="Shift.id", cascade="all, delete-orphan"
    )


class Shift(Base):
    """A change of a revealed opinion; the earlier view is kept."""

    __tablename__ = "opinion_shift"

    opinion_id: Mapped[int] = mapped_column(ForeignKey("opinion.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(default="")
    # What changed: {"verdict": [old, new], "confidence": [...], "stances": {option: [old, new]}}.
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)

    opinion: Mapped[Opinion] = relationship(back_populates="shifts")
