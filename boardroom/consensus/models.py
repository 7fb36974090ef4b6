"""What the board decided about a case at a meeting."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boardroom.db import Base, key_column, now
from boardroom.meetings.models import AgendaItem
from boardroom.people.models import Person


class SignOffKind(StrEnum):
    """How a specialty stands to the consensus."""

    AGREE = "agree"
    RESERVATION = "reservation"
    DISSENT = "dissent"


class Consensus(Base):
    """The board's verdict and plan for one agenda item."""

    __tablename__ = "consensus"

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), unique=True)
    version: Mapped[int] = mapped_column(default=0)
    verdict: Mapped[str] = key_column(default="")
    rationale: Mapped[str] = mapped_column(default="")
    strength: Mapped[str] = key_column(default="")
    # Ordered plan: [{"what": text, "who": text, "when": text}, …].
    steps: Mapped[list[Any]] = mapped_column(default=list)
    # Every option's fate: {option key: {"disposition": key, "reason": text}}.
    dispositions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    teller: Mapped[str] = mapped_column(String(200), default="")  # who tells the patient
    tell_by: Mapped[dt.date | None]
    rediscuss: Mapped[str] = mapped_column(String(300), default="")  # when to discuss again
    reclassification_reason: Mapped[str] = key_column(default="")
    # When the case comes back by itself; see represent.py for the fields.
    represent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Why not the stage's first option (treatment stage migration); see clinical.bclc.
    stage_migration: Mapped[str] = key_column(default="", server_default="")
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[dt.datetime] = mapped_column(default=now)

    item: Mapped[AgendaItem] = relationship()
    saved_by: Mapped[Person | None] = relationship()


class SignOff(Base):
    """One specialty's word on the consensus; it can replace its own until the case closes."""

    __tablename__ = "sign_off"
    __table_args__ = (UniqueConstraint("item_id", "specialty"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    specialty: Mapped[str] = key_column()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[SignOffKind] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(default="")
    reopen_condition: Mapped[str] = mapped_column(default="")
    # The version of the consensus that was signed; a later edit asks for a new signature.
    consensus_version: Mapped[int] = mapped_column(default=0)
    at: Mapped[dt.datetime] = mapped_column(default=now)

    item: Mapped[AgendaItem] = relationship()
    person: Mapped[Person] = relationship(lazy="joined")


class Confirmation(Base):
    """Somebody makes a provisional decision final afterwards; it stands beside the minutes.

    `specialty`: the one whose word it is; empty for a chair's, where none was missing. `by_chair`:
    a chair said it for a specialty that was absent. `against`: who advised against what is chosen,
    and dissented, when it was said: [sentence, …].
    """

    __tablename__ = "confirmation"
    __table_args__ = (UniqueConstraint("item_id", "specialty"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    specialty: Mapped[str] = key_column(default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = key_column(default="agree", server_default="agree")  # of SignOffKind
    text: Mapped[str] = mapped_column(default="")
    reopen_condition: Mapped[str] = mapped_column(default="", server_default="")
    by_chair: Mapped[bool] = mapped_column(default=False, server_default=false())
    against: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    at: Mapped[dt.datetime] = mapped_column(default=now)

    item: Mapped[AgendaItem] = relationship()
    person: Mapped[Person] = relationship(lazy="joined")
