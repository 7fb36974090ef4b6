"""What a board had before it is kept with its decision, as the decision aids are"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardroom.db import UtcDateTime

revision = "0012_what_was_discussed"
down_revision = "0011_confirmations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision_brief",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_decision_brief_item_id_agenda_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_brief")),
        sa.UniqueConstraint("item_id", name=op.f("uq_decision_brief_item_id")),
    )


def downgrade() -> None:
    op.drop_table("decision_brief")
