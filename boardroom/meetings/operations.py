"""Plan a meeting and build its agenda. Flush only; the request commits."""

from __future__ import annotations

from sqlalchemy import select

from boardroom.db import db
from boardroom.meetings.models import Meeting


def hold(meeting: Meeting) -> None:
    """Read the meeting again and keep others from changing it until this transaction ends."""
    db.session.scalars(
        select(Meeting)
        .where(Meeting.id == meeting.id)
        .with_for_update(of=Meeting)
        .execution_options(populate_existing=True)
    ).one()
