"""What a letter's parts were drafted as, so that the page says where the record changed since"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_letter_drafts"
down_revision = "0008_mistyped"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("drafted", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("letter", "drafted")
