"""Letters, their approved versions, and who answered a patient's question"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardroom.db import UtcDateTime

revision = "0002_letters"
down_revision = "0002_none_stated"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("patient_question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answered_at", UtcDateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_patient_question_answered_by_id_person"),
            "person",
            ["answered_by_id"],
            ["id"],
        )
    op.create_table(
        "letter",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("correction", sa.Text(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_letter_case_id_case")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_letter_item_id_agenda_item")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by_id"], ["person.id"], name=op.f("fk_letter_saved_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("item_id", "kind", name=op.f("uq_letter_item_id_kind")),
    )
    op.create_index(op.f("ix_letter_case_id"), "letter", ["case_id"], unique=False)
    op.create_table(
        "approved_letter",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=False),
        sa.Column("approved_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_approved_letter_approved_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_approved_letter_letter_id_letter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approved_letter")),
        sa.UniqueConstraint(
            "letter_id", "number", name=op.f("uq_approved_letter_letter_id_number")
        ),
    )
    op.create_index(
        op.f("ix_approved_letter_letter_id"), "approved_letter", ["letter_id"], unique=False
    )
    _forbid_changes("approved_letter")


def _forbid_changes(table: str) -> None:
    """Rows of this table can be added, never changed or removed, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    else:
        op.execute(
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
        )


def downgrade() -> None:
    raise RuntimeError("Approved letters are never removed; restore a backup instead.")
