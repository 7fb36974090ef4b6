"""Notes of deferred cases that were listed again name the day, which they called "today" """

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_deferral_notes"
down_revision = "0009_letter_drafts"
branch_labels = None
depends_on = None

TODAY = "Was deferred until today"

_case = sa.table("case", sa.column("id", sa.Integer), sa.column("status_note", sa.Text))
_item = sa.table(
    "agenda_item",
    sa.column("id", sa.Integer),
    sa.column("case_id", sa.Integer),
    sa.column("status", sa.String),
    sa.column("deferral_due", sa.Date),
)


def upgrade() -> None:
    connection = op.get_bind()
    notes = sa.select(_case.c.id, _case.c.status_note)
    for case_id, note in connection.execute(
        notes.where(_case.c.status_note.like(f"{TODAY}%"))
    ).all():
        due = connection.scalar(
            sa.select(_item.c.deferral_due)
            .where(_item.c.case_id == case_id, _item.c.status == "deferred")
            .order_by(_item.c.id.desc())
            .limit(1)
        )
        until = f"Was deferred until {due:%a} {due.day} {due:%b %Y}" if due else "Was deferred"
        connection.execute(
            sa.update(_case)
            .where(_case.c.id == case_id)
            .values(status_note=until + note.removeprefix(TODAY))
        )


def downgrade() -> None:
    """What was "today" is not known any more; the day is right as well."""
