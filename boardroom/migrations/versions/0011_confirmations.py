"""A confirmation says who spoke how for whom; an agenda whether its times were set by hand"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_confirmations"
down_revision = "0010_deferral_notes"
branch_labels = None
depends_on = None

COLUMNS = ("kind", "reopen_condition", "by_chair", "against")


def upgrade() -> None:
    op.add_column(
        "confirmation",
        sa.Column("kind", sa.String(length=64), nullable=False, server_default="agree"),
    )
    op.add_column(
        "confirmation",
        sa.Column("reopen_condition", sa.Text(), nullable=False, server_default=""),
    )
    op.add_column(
        "confirmation",
        sa.Column("by_chair", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "confirmation", sa.Column("against", sa.JSON(), nullable=False, server_default="[]")
    )
    op.add_column(
        "agenda_item",
        sa.Column("minutes_by_hand", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    with op.batch_alter_table("agenda_item") as batch_op:
        batch_op.drop_column("minutes_by_hand")
    with op.batch_alter_table("confirmation") as batch_op:
        for name in reversed(COLUMNS):
            batch_op.drop_column(name)
