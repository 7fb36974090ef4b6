"""A hospital's own cases are counted in the index alone"""

from __future__ import annotations

from alembic import op

revision = "0007_hospitals"
down_revision = "0006_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Also goes from one hospital's name to the next, as the index that it replaces.
    op.create_index("ix_case_hospital", "case", ["referrer_hospital", "board", "id"])
    op.drop_index("ix_case_referrer_hospital", "case")


def downgrade() -> None:
    op.create_index("ix_case_referrer_hospital", "case", ["referrer_hospital"])
    op.drop_index("ix_case_hospital", "case")
