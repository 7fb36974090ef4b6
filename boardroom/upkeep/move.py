"""From SQLite to PostgreSQL: every row is copied, and compared before anything counts as moved.

The documents stay in the data folder, which both use.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Row, Table, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from boardroom import audit, create_app, migrations
from boardroom.db import Base, db, write_connection, write_transaction
from boardroom.upkeep.archive import Progress, UpkeepFailed, sync_folder
from boardroom.upkeep.check import check_record
from boardroom.upkeep.postgresql import empty, must_be_empty

MOVED = ".moved"
AT_ONCE = 1000  # rows


def move(source: Flask, file: Path, url: str, progress: Progress) -> dict[str, int]:
    """Copy the record of a SQLite file into an empty PostgreSQL database, and prove the copy.

    Nobody can write to the file meanwhile. Afterwards it has another name, so that nobody serves
    it by mistake. Returns the number of rows of each table. Raises UpkeepFailed, and then the file
    is as it was and the database empty.
    """
    target = create_app("production", data=source.config["DATA_DIR"], DATABASE_URL=url)
    try:
        must_be_empty(target)
        try:
            rows = _move(source, target, progress)
            _put_aside(source, file)
        except BaseException as error:
            empty(target)
            if isinstance(error, DBAPIError):
                reason = str(error.orig).partition("\n")[0]  # what follows can quote a value
                raise UpkeepFailed(f"The record cannot be moved: {reason}") from None
            raise
    finally:
        with target.app_context():
            db.session.rollback()
            db.engine.dispose()
    return rows


def _move(source: Flask, target: Flask, progress: Progress) -> dict[str, int]:
    with source.app_context(), write_connection(db.engine) as ours:
        migrations.upgrade(target)
        with target.app_context(), write_connection(db.engine) as theirs:
            rows = _copy(ours, theirs, progress)
            _compare(ours, theirs, rows, progress)
        progress("Checking the audit trail and the minutes", 0, 1)
        check_record(target)
        progress("Checking the audit trail and the minutes", 1, 1)
        with target.app_context(), write_transaction():
            audit.record("moved the record to PostgreSQL", rows=sum(rows.values()))
    return rows


def _tables() -> list[Table]:
    """Every table after those that it points to, as far as that can be."""
    return list(Base.metadata.sorted_tables)


def _later(table: Table, before: set[Table]) -> list[str]:
    """Names of the columns that point at rows which are not copied yet when this table is."""
    return [
        column.name
        for column in table.columns
        if any(key.column.table not in before for key in column.foreign_keys)
    ]


def _copy(ours: Connection, theirs: Connection, progress: Progress) -> dict[str, int]:
    tables, before = _tables(), set[Table]()
    total = sum(ours.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
    copied: dict[str, int] = {}
    done = 0
    for table in tables:
        copied[table.name] = 0
        later = _later(table, before)
        for part in _parts(ours, table):
            rows = [dict(row._mapping) for row in part]
            theirs.execute(insert(table), [row | dict.fromkeys(later) for row in rows])
            copied[table.name] += len(rows)
            done += len(rows)
            progress("Copying", done, total)
        before.add(table)
    for table in tables:
        _point(ours, theirs, table, _later(table, set(tables[: tables.index(table)])))
        last = theirs.scalar(select(func.max(table.c.id)))
        if last is not None:
            sequence = func.pg_get_serial_sequence(f'"{table.name}"', "id")
            theirs.execute(select(func.setval(sequence, last)))
    return copied


def _point(ours: Connection, theirs: Connection, table: Table, names: list[str]) -> None:
    """Fill in what points at rows that were copied later, or at rows of its own table."""
    for name in names:
        column = table.c[name]
        rows = ours.execute(select(table.c.id, column).where(column.is_not(None))).all()
        for key, value in rows:
            theirs.execute(update(table).where(table.c.id == key).values({name: value}))


def _compare(
    ours: Connection, theirs: Connection, rows: dict[str, int], progress: Progress
) -> None:
    """Read both again, row by row. Raises UpkeepFailed where they are not the same."""
    done, total = 0, sum(rows.values())
    for table in _tables():
        for mine, copied in zip(_parts(ours, table), _parts(theirs, table), strict=True):
            if [tuple(row) for row in mine] != [tuple(row) for row in copied]:
                raise UpkeepFailed(f"The copy of {table.name} is not the same as what was copied.")
            done += len(mine)
            progress("Comparing", done, total)


def _parts(connection: Connection, table: Table) -> Iterator[list[Row[Any]]]:
    """A table's rows in the order of their keys, some at a time."""
    last = 0
    while True:
        query = select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
        part = list(connection.execute(query).all())
        if not part:
            return
        yield part
        last = part[-1].id


def _put_aside(source: Flask, file: Path) -> None:
    with source.app_context():
        with db.engine.connect() as connection:  # all into the one file that gets the new name
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        db.engine.dispose()
    for end in ("", "-wal", "-shm"):
        part = file.with_name(file.name + end)
        if part.exists():
            part.rename(file.with_name(file.name + MOVED + end))
    sync_folder(file.parent)
