"""Signed minutes, which never change, and the amendments that stand beside them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boardroom.cases.models import Case
from boardroom.db import Base, key_column, now
from boardroom.meetings.models import Meeting
from boardroom.people.models import Person


class Minutes(Base):
    """The signed record of a meeting: the content exactly as it was signed, and its hash."""

    __tablename__ = "minutes"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    content: Mapped[dict[str, Any]] = mapped_column(info={"audit": "skip"})
    content_hash: Mapped[str] = mapped_column(String(64))  # SHA-256, hexadecimal
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[dt.datetime] = mapped_column(default=now)

    meeting: Mapped[Meeting] = relationship()
    signed_by: Mapped[Person] = relationship()
    amendments: Mapped[list[Amendment]] = relationship(
        back_populates="minutes", order_by="Amendment.number"
    )


class DecisionBrief(Base):
    """The case as the board had it before it, exactly as it stood when an agenda item was closed.

    It holds the patient's name: copies without names leave it out as they do elsewhere.
    """

    __tablename__ = "decision_brief"

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), unique=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    # A boardroom.minutes.brief.CaseBrief; the trail holds its hash instead.
    content: Mapped[dict[str, Any]] = mapped_column(info={"audit": "skip"})
    sha256: Mapped[str] = mapped_column(String(64))


class Amendment(Base):
    """A later correction or addition, with who, when and why."""

    __tablename__ = "amendment"

    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), index=True)
    number: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    text: Mapped[str]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)

    minutes: Mapped[Minutes] = relationship(back_populates="amendments")
    case: Mapped[Case | None] = relationship()
    by: Mapped[Person] = relationship()


class Export(Base):
    """A file with the minutes of several meetings, made in the background."""

    __tablename__ = "minutes_export"
    __audit__ = False

    board: Mapped[str] = key_column(index=True)
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    format: Mapped[str] = mapped_column(String(8))
    without_names: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[dt.datetime | None]
    problem: Mapped[str] = mapped_column(default="")  # in words; empty when all went well
    # Which of several server processes makes it; empty where there is one.
    process: Mapped[str] = mapped_column(String(32), default="", server_default="")

    by: Mapped[Person] = relationship()
