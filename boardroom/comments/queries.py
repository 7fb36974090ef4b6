"""Reading comments."""

from __future__ import annotations

from sqlalchemy import func, select

from boardroom.comments.models import Comment
from boardroom.db import db


def summary_of(case_id: int) -> tuple[int, str]:
    """How many comments stand on a case, and a word that changes whenever one of them does.

    For the live stage, which then asks for the thread itself.
    """
    count, last, edited, withdrawn = db.session.execute(
        select(
            func.count(Comment.id).filter(Comment.withdrawn_at.is_(None)),
            func.max(Comment.id),
            func.max(Comment.edited_at),
            func.max(Comment.withdrawn_at),
        ).where(Comment.case_id == case_id)
    ).one()
    return count, "-".join(str(part) for part in (last, edited, withdrawn) if part)
