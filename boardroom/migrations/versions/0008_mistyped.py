"""A result that was reported and mistyped can be marked so"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from boardroom.db import UtcDateTime

revision = "0008_mistyped"
down_revision = "0007_hospitals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("progress", sa.Column("mistyped_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("progress", "mistyped_at")
