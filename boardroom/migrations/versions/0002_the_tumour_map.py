"""The tumour map: radiology's readings, every version kept"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardroom.db import UtcDateTime

revision = "0002_tumour_map"
down_revision = "0002_ledger"
branch_labels = None
depends_on = None

TABLE = "tumour_reading"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("imaging", sa.String(length=64), nullable=False),
        sa.Column("imaged_on", sa.Date(), nullable=True),
        sa.Column("read_by", sa.String(length=200), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case.id"], name=op.f("fk_tumour_reading_case_id_case")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by_id"], ["person.id"], name=op.f("fk_tumour_reading_saved_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tumour_reading")),
        sa.UniqueConstraint("case_id", "side", "version", name=op.f("uq_tumour_reading_case_id")),
    )
    op.create_index(op.f("ix_tumour_reading_case_id"), TABLE, ["case_id"])
    _append_only()


def _append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
            )
    else:
        op.execute(
            f"CREATE FUNCTION {TABLE}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{TABLE} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_append_only()"
        )


def downgrade() -> None:
    op.drop_table(TABLE)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP FUNCTION {TABLE}_append_only()")
