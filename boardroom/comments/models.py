"""Comments on a case, in threads, and who is addressed in them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boardroom.cases.models import Case
from boardroom.db import Base, now
from boardroom.people.models import Person


class Comment(Base):
    """What somebody said about a case; a reply names the comment that opened its thread."""

    __tablename__ = "comment"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(default=now)
    edited_at: Mapped[dt.datetime | None]
    withdrawn_at: Mapped[dt.datetime | None]

    case: Mapped[Case] = relationship()
    author: Mapped[Person] = relationship(lazy="joined")
    mentions: Mapped[list[Mention]] = relationship(
        back_populates="comment", cascade="all, delete-orphan", lazy="selectin"
    )


class Mention(Base):
    """Somebody addressed in a comment, and when they saw it."""

    __tablename__ = "mention"
    __table_args__ = (UniqueConstraint("comment_id", "person_id"),)

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    seen_at: Mapped[dt.datetime | None]

    comment: Mapped[Comment] = relationship(back_populates="mentions")
    person: Mapped[Person] = relationship(lazy="joined")
