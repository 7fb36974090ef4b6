"""What became of a plan, what is reported afterwards, and why a case came back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from boardroom.cases.models import Case
from boardroom.consensus.models import SignOff
from boardroom.db import Base, key_column, now
from boardroom.people.models import Person


class FollowUp(Base):
    """One answer, so many days after the decision, to whether its plan was carried out."""

    __tablename__ = "follow_up"
    __table_args__ = (UniqueConstraint("case_id", "days"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    days: Mapped[int]
    carried_out: Mapped[str] = key_column()  # yes, partly, no, not_yet
    treatment: Mapped[str] = key_column(default="")  # an option of the board
    treatment_detail: Mapped[str] = mapped_column(default="")
    treated_on: Mapped[dt.date | None]
    deviation: Mapped[str] = key_column(default="")
    deviation_note: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = key_column(default="")
    answered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[dt.datetime] = mapped_column(default=now)

    case: Mapped[Case] = relationship()
    answered_by: Mapped[Person] = relationship(lazy="joined")


class Progress(Base):
    """Something new about a decided case, which may bring it back: a value, or cycles given."""

    __tablename__ = "progress"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    fact: Mapped[str] = key_column(default="")  # of boardroom.clinical.facts; empty for cycles
    value: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(32), default="")
    taken_on: Mapped[dt.date]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    mistyped_at: Mapped[dt.datetime | None]  # it stays in the list and counts for nothing

    case: Mapped[Case] = relationship()
    by: Mapped[Person] = relationship(lazy="joined")

    @property
    def stands(self) -> bool:
        """Whether it counts: nobody has marked it as mistyped."""
        return self.mistyped_at is None


class CaseReturn(Base):
    """Why a round began by itself, or from a dissent whose condition is met."""

    __tablename__ = "case_return"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), unique=True)  # the new round
    kind: Mapped[str] = key_column()  # condition, dissent
    reason: Mapped[str] = mapped_column(default="")
    sign_off_id: Mapped[int | None] = mapped_column(ForeignKey("sign_off.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[dt.datetime] = mapped_column(default=now)

    case: Mapped[Case] = relationship()
    sign_off: Mapped[SignOff | None] = relationship()
    by: Mapped[Person | None] = relationship()
