"""What is asked of a referrer and by when, which tests the board accepts, how complex a case is,
and why one was listed with something missing"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardroom.db import UtcDateTime

revision = "0003_second_opinion"
down_revision = "0002_cards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "information_request",
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_information_request_asked_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_information_request_case_id_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_request")),
    )
    op.create_index(op.f("ix_information_request_case_id"), "information_request", ["case_id"])
    op.create_table(
        "test_judgement",
        sa.Column("test", sa.String(length=100), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_test_judgement_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_test_judgement_case_id_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_judgement")),
        sa.UniqueConstraint("case_id", "test", name=op.f("uq_test_judgement_case_id_test")),
    )
    op.create_index(op.f("ix_test_judgement_case_id"), "test_judgement", ["case_id"])
    op.add_column("case", sa.Column("moved_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column(
        "case", sa.Column("complexity", sa.String(length=64), nullable=False, server_default="")
    )
    op.add_column("document", sa.Column("dated_on", sa.Date(), nullable=True))
    op.add_column("agenda_item", sa.Column("listed_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column(
        "agenda_item", sa.Column("listed_without", sa.JSON(), nullable=False, server_default="[]")
    )
    op.add_column(
        "agenda_item", sa.Column("override_reason", sa.Text(), nullable=False, server_default="")
    )
    op.add_column(
        "agenda_item",
        sa.Column("override_by", sa.String(length=200), nullable=False, server_default=""),
    )


def downgrade() -> None:
    for name in ("override_by", "override_reason", "listed_without", "listed_at"):
        op.drop_column("agenda_item", name)
    op.drop_column("document", "dated_on")
    op.drop_column("case", "complexity")
    op.drop_column("case", "moved_at")
    op.drop_table("test_judgement")
    op.drop_table("information_request")
