"""What an attached document shows, so that its age can be judged"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_documents"
down_revision = "0003_second_opinion"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "document", sa.Column("shows", sa.String(length=64), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("document", "shows")
