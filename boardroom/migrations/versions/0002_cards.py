"""What the decision aids said when a case was decided, and why a stage's first option was left;
the units that a person reads"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardroom.db import UtcDateTime

revision = "0002_cards"
down_revision = "0002_tumour_map"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision_aids",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_decision_aids_item_id_agenda_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_aids")),
        sa.UniqueConstraint("item_id", name=op.f("uq_decision_aids_item_id")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("units", sa.String(length=64), nullable=False, server_default="")
        )
    with op.batch_alter_table("consensus", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("stage_migration", sa.String(length=64), nullable=False, server_default="")
        )


def downgrade() -> None:
    with op.batch_alter_table("consensus", schema=None) as batch_op:
        batch_op.drop_column("stage_migration")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("units")
    op.drop_table("decision_aids")
