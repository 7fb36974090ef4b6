"""A fact of a later round that is a mistyped result of an earlier one is marked itself"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardroom.db import UtcDateTime

revision = "0015_mistyped_facts"
down_revision = "0014_ended_sessions"
branch_labels = None
depends_on = None

_case = sa.table("case", sa.column("id"), sa.column("earlier_case_id"))
_SAME = ("value", "unit", "taken_on")
_fact = sa.table("fact", sa.column("case_id"), sa.column("key"), sa.column("mistyped_at"),
                 *(sa.column(name) for name in _SAME))  # fmt: skip
_result = sa.table("progress", sa.column("case_id"), sa.column("fact"), sa.column("mistyped_at"),
                   *(sa.column(name) for name in _SAME))  # fmt: skip


def upgrade() -> None:
    op.add_column("fact", sa.Column("mistyped_at", UtcDateTime(timezone=True), nullable=True))
    to, was = _fact.c, _result.c
    database = op.get_bind()
    marked = sa.select(_result).where(was.mistyped_at.is_not(None), was.fact != "")
    for one in database.execute(marked).all():
        same = [was[name] == getattr(one, name) for name in ("case_id", "fact", *_SAME)]
        stands = sa.select(was.case_id).where(*same, was.mistyped_at.is_(None))
        if database.execute(stands).first():
            continue
        after = sa.select(_case.c.id).where(_case.c.earlier_case_id == one.case_id)
        later = after.cte("later", recursive=True)
        further = sa.select(_case.c.id).join(later, _case.c.earlier_case_id == later.c.id)
        later = later.union(further)
        database.execute(
            sa.update(_fact)
            .where(
                to.case_id.in_(sa.select(later.c.id)),
                to.key == one.fact,
                *(to[name] == getattr(one, name) for name in _SAME),
            )
            .values(mistyped_at=one.mistyped_at)
        )


def downgrade() -> None:
    op.drop_column("fact", "mistyped_at")
