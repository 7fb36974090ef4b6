"""Specialties that a case needs, confirmations, follow-up, cases that come back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardroom.db import UtcDateTime

revision = "0002_ledger"
down_revision = "0002_letters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "agenda_item",
        sa.Column("deferral_owner", sa.String(length=64), nullable=False, server_default=""),
    )
    op.add_column("agenda_item", sa.Column("deferral_due", sa.Date(), nullable=True))
    op.add_column(
        "consensus", sa.Column("represent", sa.JSON(), nullable=False, server_default="{}")
    )
    _of(
        "case_specialty",
        "case",
        sa.Column("specialty", sa.String(length=64), nullable=False),
        _person("case_specialty", "added_by_id", nullable=True),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.UniqueConstraint(
            "case_id", "specialty", name=op.f("uq_case_specialty_case_id_specialty")
        ),
    )
    _of(
        "confirmation",
        "item",
        sa.Column("specialty", sa.String(length=64), nullable=False),
        _person("confirmation", "person_id"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("item_id", "specialty", name=op.f("uq_confirmation_item_id_specialty")),
    )
    _of(
        "follow_up",
        "case",
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("carried_out", sa.String(length=64), nullable=False),
        sa.Column("treatment", sa.String(length=64), nullable=False),
        sa.Column("treatment_detail", sa.Text(), nullable=False),
        sa.Column("treated_on", sa.Date(), nullable=True),
        sa.Column("deviation", sa.String(length=64), nullable=False),
        sa.Column("deviation_note", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        _person("follow_up", "answered_by_id"),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("case_id", "days", name=op.f("uq_follow_up_case_id_days")),
    )
    _of(
        "progress",
        "case",
        sa.Column("fact", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        _person("progress", "by_id"),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
    )
    _of(
        "case_return",
        "case",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "sign_off_id",
            sa.Integer(),
            sa.ForeignKey("sign_off.id", name=op.f("fk_case_return_sign_off_id_sign_off")),
            nullable=True,
        ),
        _person("case_return", "by_id", nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_return_case_id")),
        indexed=False,
    )


def _person(table: str, name: str, *, nullable: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey("person.id", name=op.f(f"fk_{table}_{name}_person"))
    return sa.Column(name, sa.Integer(), key, nullable=nullable)


def _of(table: str, parent: str, *columns: sa.schema.SchemaItem, indexed: bool = True) -> None:
    """A table whose rows belong to a case or to an agenda item."""
    owner, column = {"case": "case", "item": "agenda_item"}[parent], f"{parent}_id"
    op.create_table(
        table,
        sa.Column(
            column,
            sa.Integer(),
            sa.ForeignKey(f"{owner}.id", name=op.f(f"fk_{table}_{column}_{owner}")),
            nullable=False,
        ),
        *columns,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    if indexed:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    raise RuntimeError("What was confirmed and reported would be lost; restore a backup instead.")
