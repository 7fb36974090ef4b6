"""Letters: a draft that is worked on, and its approved versions, which never change."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boardroom.cases.models import Case
from boardroom.db import Base, now
from boardroom.meetings.models import AgendaItem
from boardroom.people.models import Person


class LetterKind(StrEnum):
    """Whom the letter is for."""

    PATIENT = "patient"
    REFERRER = "referrer"


class Letter(Base):
    """One letter about the decision on one agenda item, as it is being written."""

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("item_id", "kind"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    kind: Mapped[LetterKind] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=1)
    # {section: text}. The text that counts is kept whole with each approved version.
    sections: Mapped[dict[str, Any]] = mapped_column(default=dict, info={"audit": "skip"})
    # {section: text} as it was drafted from the record; empty for a letter of an older version.
    drafted: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default="{}", info={"audit": "skip"}
    )
    # Open: can be edited. Closed by the approval, opened again by a correction.
    open: Mapped[bool] = mapped_column(default=True)
    correction: Mapped[str] = mapped_column(default="")  # why it is written again
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[dt.datetime] = mapped_column(default=now)

    case: Mapped[Case] = relationship()
    item: Mapped[AgendaItem] = relationship()
    saved_by: Mapped[Person | None] = relationship()
    approved: Mapped[list[ApprovedLetter]] = relationship(
        back_populates="letter", order_by="ApprovedLetter.number"
    )

    @property
    def latest(self) -> ApprovedLetter | None:
        """The newest approved version."""
        return self.approved[-1] if self.approved else None


class ApprovedLetter(Base):
    """One version as it was approved: its content, which never changes, and its hash."""

    __tablename__ = "approved_letter"
    __table_args__ = (UniqueConstraint("letter_id", "number"),)

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(info={"audit": "skip"})
    content_hash: Mapped[str] = mapped_column(String(64))  # SHA-256, hexadecimal
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[dt.datetime] = mapped_column(default=now)

    letter: Mapped[Letter] = relationship(back_populates="approved")
    approved_by: Mapped[Person] = relationship()
