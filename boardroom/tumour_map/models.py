"""Radiology's readings of a case. A save adds a row and changes none, so every version is kept."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boardroom.clinical.tumour_reading import Findings
from boardroom.db import Base, key_column, now
from boardroom.people.models import Person


class Side(StrEnum):
    """Whose reading it is."""

    REFERRING = "referring"
    BOARD = "board"


class Reading(Base):
    """One version of one side's reading: append-only, the highest version counts."""

    __tablename__ = "tumour_reading"
    __table_args__ = (
        UniqueConstraint("case_id", "side", "version", name="uq_tumour_reading_case_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    side: Mapped[Side] = mapped_column(String(16))
    version: Mapped[int]
    imaging: Mapped[str] = key_column(default="")  # what was read: one of the board's methods
    imaged_on: Mapped[dt.date | None]
    read_by: Mapped[str] = mapped_column(String(200), default="")
    # boardroom.clinical.tumour_reading.Findings.as_dict()
    findings: Mapped[dict[str, Any]]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[dt.datetime] = mapped_column(default=now)

    saved_by: Mapped[Person | None] = relationship(lazy="joined")

    @property
    def said(self) -> Findings:
        """What it says."""
        return Findings.of(self.findings)
