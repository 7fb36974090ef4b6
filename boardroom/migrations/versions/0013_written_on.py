"""The day on which a fact's value was written down, for answers without a date of their own"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_written_on"
down_revision = "0012_what_was_discussed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fact", sa.Column("written_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("fact", "written_on")
