"""A meeting, its agenda, its event log and who was in the room."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boardroom.cases.models import Case
from boardroom.db import Base, key_column, now
from boardroom.keys import never_twice
from boardroom.people.models import Person


class MeetingStatus(StrEnum):
    """The life of a meeting."""

    PLANNED = "planned"
    LIVE = "live"
    CLOSED = "closed"
    SIGNED = "signed"


class ItemStatus(StrEnum):
    """The life of a case at one meeting."""

    WAITING = "waiting"
    PRESENTING = "presenting"
    DECIDING = "deciding"  # opinions are open, the consensus is being written
    LEFT_OPEN = "left_open"  # opinions are open, the chair went on without a decision; comes back
    DONE = "done"
    DEFERRED = "deferred"
    PROVISIONAL = "provisional"


class Meeting(Base):
    """One sitting of a board."""

    __tablename__ = "meeting"
    __table_args__ = (Index("ix_meeting_board_starts_at", "board", "starts_at"),)

    board: Mapped[str] = key_column()
    title: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200), default="")
    starts_at: Mapped[dt.datetime]
    length_minutes: Mapped[int]
    status: Mapped[MeetingStatus] = mapped_column(String(16), default=MeetingStatus.PLANNED)
    # The number of the last change; every change takes the next one in its own transaction.
    seq: Mapped[int] = mapped_column(default=0, info={"audit": "skip"})
    agenda_version: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    chair_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    current_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("agenda_item.id", use_alter=True)
    )
    presenter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    pen_holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    pen_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    chair: Mapped[Person | None] = relationship(foreign_keys=chair_id)
    presenter: Mapped[Person | None] = relationship(foreign_keys=presenter_id)
    pen_holder: Mapped[Person | None] = relationship(foreign_keys=pen_holder_id)
    pen_asked_by: Mapped[Person | None] = relationship(foreign_keys=pen_asked_by_id)
    current_item: Mapped[AgendaItem | None] = relationship(
        foreign_keys=current_item_id, post_update=True
    )
    items: Mapped[list[AgendaItem]] = relationship(
        back_populates="meeting",
        foreign_keys="AgendaItem.meeting_id",
        order_by="AgendaItem.position",
        cascade="all, delete-orphan",
    )


class AgendaItem(Base):
    """One case at one meeting."""

    __tablename__ = "agenda_item"
    __table_args__ = (UniqueConstraint("meeting_id", "case_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    position: Mapped[int]
    minutes: Mapped[int]  # allotted
    # Whether somebody set them: otherwise they follow the complexity of the case.
    minutes_by_hand: Mapped[bool] = mapped_column(default=False, server_default=false())
    status: Mapped[ItemStatus] = mapped_column(String(16), default=ItemStatus.WAITING)
    presenter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who will present
    presented_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who did
    # Spent before the present sitting of the case; since `resumed_at` the clock runs on.
    spent_seconds: Mapped[int] = mapped_column(default=0)
    resumed_at: Mapped[dt.datetime | None]
    started_at: Mapped[dt.datetime | None]
    revealed_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    listed_at: Mapped[dt.datetime | None] = mapped_column(default=now)
    # Listed although something essential was missing: what ([words, …]), why, and who said so.
    listed_without: Mapped[list[Any]] = mapped_column(default=list)
    override_reason: Mapped[str] = mapped_column(default="")
    override_by: Mapped[str] = mapped_column(String(200), default="")  # the name, as it was then
    deferral_reason: Mapped[str] = key_column(default="")
    deferral_note: Mapped[str] = mapped_column(default="")
    # Who sees to it (a role or a specialty), and the day on which the case lists itself again.
    deferral_owner: Mapped[str] = key_column(default="")
    deferral_due: Mapped[dt.date | None]
    # Why a decision is only provisional, in words: [text, …].
    provisional_reasons: Mapped[list[Any]] = mapped_column(default=list)
    # Quorum as it was when the case was closed: {"needed": […], "present": […], "missing": […],
    # "persons": {specialty: [person's number, …]}, "people": how many, "minimum_people": number,
    # "beyond": […]} (the last: those of "needed" that this case alone asked for).
    quorum: Mapped[dict[str, Any]] = mapped_column(default=dict)

    meeting: Mapped[Meeting] = relationship(back_populates="items", foreign_keys=meeting_id)
    case: Mapped[Case] = relationship()
    presenter: Mapped[Person | None] = relationship(foreign_keys=presenter_id)
    presented_by: Mapped[Person | None] = relationship(foreign_keys=presented_by_id)


class MeetingEvent(Base):
    """One change of a meeting: its time line, and what a screen compares itself against."""

    __tablename__ = "meeting_event"
    __table_args__ = (UniqueConstraint("meeting_id", "seq"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    seq: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = key_column()
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    # The idempotency key of the post that made it.
    key: Mapped[str | None] = mapped_column(String(64), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)

    actor: Mapped[Person | None] = relationship()


class Attendance(Base):
    """One stay of one person in a live meeting, from joining to leaving."""

    __tablename__ = "attendance"
    __table_args__ = (Index("ix_attendance_meeting_person", "meeting_id", "person_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    specialty: Mapped[str | None] = key_column()
    joined_at: Mapped[dt.datetime] = mapped_column(default=now)
    left_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")


class ServerProcess(Base):
    """One of several server processes that share the record; a single one needs no row."""

    __tablename__ = "server_process"
    __audit__ = False

    name: Mapped[str] = mapped_column(String(32), unique=True)
    seen_at: Mapped[dt.datetime] = mapped_column(default=now)  # every few seconds while it lives


class Screen(Base):
    """A screen of a meeting that is open at one of several server processes."""

    __tablename__ = "screen"
    __table_args__ = (Index("ix_screen_meeting_person", "meeting_id", "person_id"),)
    __audit__ = False

    process_id: Mapped[int] = mapped_column(
        ForeignKey("server_process.id", ondelete="CASCADE"), index=True
    )
    sid: Mapped[str] = mapped_column(String(64), unique=True)  # the connection's name
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    audience: Mapped[str] = key_column()


never_twice(AgendaItem, "meeting_id")
