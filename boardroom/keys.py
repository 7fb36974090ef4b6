"""No key is ever given twice where an old page could name another row by it.

PostgreSQL counts on by itself. SQLite gives the key of a last row that was removed to the next one:
a page that was opened before would then write one patient's words into another's case. The audit
trail, of which nothing is ever removed, says which keys were given.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Text, cast, event, func, select
from sqlalchemy.orm import object_session

from boardroom.audit import AuditEntry


def never_twice(table: type[Any], owner: str = "") -> None:
    """Give the rows of this table, or of every table made of this mixin, keys that nothing had.

    `owner`: the column that says what a row belongs to, "case_id" or "meeting_id": its keys are
    then different from those of all that was removed from the same one. Without: it is a case.
    """

    def give(mapper: Any, connection: Connection, row: Any) -> None:
        if connection.dialect.name != "sqlite" or row.id is not None:
            return
        session = object_session(row)
        info = session.info if session is not None else {}
        name = mapper.local_table.name
        last = info.setdefault("keys_given", {})  # several rows can be on their way at once
        column = mapper.local_table.c.id
        row.id = 1 + max(
            last.get(name, 0),
            connection.scalar(select(func.max(column))) or 0,
            _removed(info.get("changes", ()), name),
            _removed_before(connection, name, owner, getattr(row, owner))
            if owner
            else connection.scalar(select(func.max(AuditEntry.case_id))) or 0,
        )
        last[name] = row.id

    event.listen(table, "before_insert", give, propagate=True)


def _removed_before(connection: Connection, name: str, owner: str, key: int | None) -> int:
    """The highest key of what was removed from this table and belonged to this case or meeting."""
    if key is None:
        return 0
    query = select(AuditEntry.changes).where(
        getattr(AuditEntry, owner) == key,
        cast(AuditEntry.changes, Text).contains('"removed"'),
    )
    return max((_removed(changes, name) for changes in connection.scalars(query)), default=0)


def _removed(changes: Any, name: str) -> int:
    keys = [one["id"] for one in changes if one["did"] == "removed" and one["table"] == name]
    return max((key for key in keys if key is not None), default=0)
