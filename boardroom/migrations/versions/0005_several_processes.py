"""Several server processes: which are there, which screens each has, which makes an export"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardroom.db import UtcDateTime

revision = "0005_several_processes"
down_revision = "0004_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "server_process",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_server_process")),
        sa.UniqueConstraint("name", name=op.f("uq_server_process_name")),
    )
    op.create_table(
        "screen",
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["process_id"],
            ["server_process.id"],
            name=op.f("fk_screen_process_id_server_process"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_screen_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_screen_meeting_id_meeting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screen")),
        sa.UniqueConstraint("sid", name=op.f("uq_screen_sid")),
    )
    op.create_index(op.f("ix_screen_process_id"), "screen", ["process_id"])
    op.create_index("ix_screen_meeting_person", "screen", ["meeting_id", "person_id"])
    op.add_column(
        "minutes_export",
        sa.Column("process", sa.String(length=32), nullable=False, server_default=""),
    )


def downgrade() -> None:
    with op.batch_alter_table("minutes_export") as batch_op:
        batch_op.drop_column("process")
    op.drop_table("screen")
    op.drop_table("server_process")
