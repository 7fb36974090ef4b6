"""What the decision aids said when a case was decided."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from boardroom.db import Base, now


class DecisionAids(Base):
    """The aids with their inputs, exactly as they stood when an agenda item was closed.

    A table of its own, because an agenda is read often and these values seldom.
    """

    __tablename__ = "decision_aids"

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), unique=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    # See boardroom.aids.reading; the trail holds its hash instead.
    reading: Mapped[dict[str, Any]] = mapped_column(info={"audit": "skip"})
    sha256: Mapped[str] = mapped_column(String(64))
