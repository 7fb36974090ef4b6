"""Cases can say that there was no earlier treatment, or that no tissue was taken"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_none_stated"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = ("no_treatment", "no_tissue")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column(
            "case", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("case", name)
