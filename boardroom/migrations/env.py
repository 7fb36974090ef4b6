"""How Alembic reaches the database."""

from __future__ import annotations

from alembic import context

from boardroom import audit, receipts  # noqa: F401
from boardroom.aids import models as aids  # noqa: F401
from boardroom.comments import models as comments  # noqa: F401
from boardroom.consensus import models as consensus  # noqa: F401
from boardroom.db import Base, db, write_connection
from boardroom.followup import models as followup  # noqa: F401
from boardroom.letters import models as letters  # noqa: F401
from boardroom.migrations import modelled
from boardroom.minutes import models as minutes  # noqa: F401
from boardroom.opinions import models as opinions  # noqa: F401

with write_connection(db.engine) as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        include_name=modelled,
        user_module_prefix="",
    )
    with context.begin_transaction():
        context.run_migrations()
