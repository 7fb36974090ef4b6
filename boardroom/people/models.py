"""Who uses Boardroom, on which board, as what."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boardroom.db import Base, key_column, now
from boardroom.text import by_surname, names_of


class Role(StrEnum):
    """What a person is on one board. A vote needs a specialty besides."""

    ADMINISTRATOR = "administrator"
    CHAIR = "chair"
    COORDINATOR = "coordinator"
    SPECIALIST = "specialist"
    OBSERVER = "observer"
    REFERRER = "referrer"


class Person(Base):
    """An account. Clinical records keep pointing at it, so it is deactivated, never deleted."""

    __tablename__ = "person"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    hospital: Mapped[str] = mapped_column(String(200), default="")
    password_hash: Mapped[str | None] = mapped_column(info={"audit": "secret"})
    active: Mapped[bool] = mapped_column(default=True)
    # Part of every session cookie; raising it signs the person out everywhere.
    session_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    last_seen_at: Mapped[dt.datetime | None] = mapped_column(info={"audit": "skip"})
    # Which units this person reads: "si", "conventional", or "" for the board's.
    units: Mapped[str] = key_column(default="", server_default="")
    invitation_hash: Mapped[str | None] = mapped_column(
        String(64), unique=True, info={"audit": "secret"}
    )
    invitation_expires_at: Mapped[dt.datetime | None]

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person", order_by="Membership.board"
    )

    # Flask-Login's protocol.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        return f"{self.id}:{self.session_version}"

    @property
    def initials(self) -> str:
        """Up to two letters for the avatar, none of them of a title."""
        words = [word for word in names_of(self.name) if word[0].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words))

    @property
    def place_by_name(self) -> tuple[str, str, int]:
        """What lists of people are sorted by."""
        return (*by_surname(self.name), self.id)

    def on(self, board: str) -> Membership | None:
        """The person's membership of a board, or None."""
        return next((m for m in self.memberships if m.board == board), None)

    def boards(self, *roles: Role) -> list[str]:
        """Keys of the boards on which the person has one of the roles (any, when none is named)."""
        return [m.board for m in self.memberships if not roles or m.role in roles]


class Membership(Base):
    """A person's place on one board."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "board"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    board: Mapped[str] = key_column(index=True)
    role: Mapped[Role] = mapped_column(String(32))
    specialty: Mapped[str | None] = key_column()

    person: Mapped[Person] = relationship(back_populates="memberships")

    @property
    def votes(self) -> bool:
        """Whether this place gives opinions and signs off: a specialty, and not a guest's role."""
        return self.specialty is not None and self.role not in (Role.OBSERVER, Role.REFERRER)


class EndedSession(Base):
    """A session that somebody signed out of: whoever has a copy of its cookie is not let in."""

    __tablename__ = "ended_session"
    __audit__ = False

    digest: Mapped[str] = mapped_column(String(64), unique=True)
    until: Mapped[dt.datetime] = mapped_column(index=True)  # then the cookie has ended by itself
