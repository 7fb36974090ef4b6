"""The two databases, SQLite and PostgreSQL, made to keep the same promises.

A read is one snapshot. Writers queue: one writes at a time, from the first thing that it reads to
its commit, so that nobody decides on what another is about to change. SQLite does it with its write
lock, PostgreSQL with an advisory lock, over as many processes as there are. A commit is on the disk
before it is acknowledged. Who waits for more than 5 s is told so, and has changed nothing; nobody
else waits with them. Where PostgreSQL itself hangs it takes 8 s (unanswered.py).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, SessionTransaction

Work = Literal["read", "write", "note"]
"""What a transaction is for. A note is a write that nobody decides on; it does not queue."""

WAIT = 5  # seconds for the turn to write
LOOK_AGAIN = 0.005  # seconds between two looks whether another program has let go of SQLite's lock
IMMEDIATE = "BEGIN IMMEDIATE"
WRITERS = 0x626F617264  # the advisory lock's number: "board"
KINDS = ("sqlite", "postgresql+psycopg")  # what an address may begin with, its driver named
CONNECTIONS = 20  # of one process, at most; PostgreSQL allows 100 in all unless told otherwise


def normal_url(url: str) -> str:
    """The address with the driver that ships with the program; raises ArgumentError for no URL."""
    made = make_url(url)
    if made.drivername in ("postgres", "postgresql"):
        made = made.set(drivername="postgresql+psycopg")
    return made.render_as_string(hide_password=False)


def options_for(url: str) -> dict[str, Any]:
    """How SQLAlchemy is to make the engine."""
    # Statements' values are patients' data: an error that quotes one must not carry them
    options: dict[str, Any] = {"url": normal_url(url), "hide_parameters": True}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": WAIT, "check_same_thread": False}
    else:
        options["connect_args"] = {
            "application_name": "boardroom",
            "connect_timeout": WAIT,
            "options": f"-c TimeZone=UTC -c lock_timeout={WAIT}s",
            "tcp_user_timeout": WAIT * 2000,
            "keepalives_idle": WAIT * 2,
            "keepalives_interval": WAIT,
            "keepalives_count": 2,
        }
        options |= {"pool_size": CONNECTIONS, "max_overflow": 0, "pool_timeout": WAIT * 2}
    return options


def prepare(
    engine: Engine, present_work: Callable[[], Work], somebody_waits: Callable[[], bool]
) -> None:
    """Make every transaction of the engine begin as what it is for. Where somebody waits for an
    answer, a PostgreSQL that hangs is given up on; a command or the work beside requests, which may
    take its time, waits for it."""
    begin: dict[Work, str]
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _sqlite_connects)
        event.listen(engine, "connect", _sqlite_connected)
        # A deferred transaction that writes later can fail against a writer in between.
        begin = {"read": "BEGIN", "write": IMMEDIATE, "note": IMMEDIATE}
    else:
        event.listen(engine, "do_connect", partial(_postgresql_connects, somebody_waits))
        event.listen(engine, "connect", _postgresql_connected)
        begin = {
            "read": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            # Each statement sees what was committed before it, which is all there is: a snapshot
            # taken together with the lock would be older than the wait for it.
            # And a process that hangs with the lock must not keep the others out for long.
            "write": "BEGIN ISOLATION LEVEL READ COMMITTED; "
            "SET LOCAL idle_in_transaction_session_timeout = '20s'; "
            f"SELECT pg_advisory_xact_lock({WRITERS})",
            "note": "BEGIN ISOLATION LEVEL READ COMMITTED",
        }

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        how = begin[present_work()]
        if how != IMMEDIATE or not _taken(connection):
            connection.exec_driver_sql(how)


class TurnSession(Session):
    """A session that waits for its process's turn to write before it takes a connection.

    Otherwise the writers that wait for the database's lock would hold all connections, and
    everybody who only reads would wait behind them. And they come in the order in which they asked.
    """

    present_work: Callable[[], Work]

    def get_bind(self, *args: Any, **more: Any) -> Engine | Connection:
        """Where a statement goes; asked before each. Raises TimeoutError."""
        bind = super().get_bind(*args, **more)
        if "turn" not in self.info and self.present_work() == "write":
            turn = _turns.setdefault(bind.engine, threading.Lock())
            if not turn.acquire(timeout=WAIT):
                raise PoolTimeout("the other writers of this process take too long")
            self.info["turn"] = turn
        return bind

    def close(self) -> None:
        """As a session's, and the turn is over even where nothing had begun."""
        try:
            super().close()
        finally:
            _end_turn(self)


_turns: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()


@event.listens_for(TurnSession, "after_transaction_end")
def _after_transaction(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        _end_turn(session)


def _end_turn(session: Session) -> None:
    if (turn := session.info.pop("turn", None)) is not None:
        turn.release()


def _taken(connection: Connection) -> bool:
    """Begin to write as soon as SQLite's lock is free; False where it is not, or something else is
    amiss, which SQLite then says.

    SQLite would wait by itself, but within C, where the whole server waits with it: another program
    that writes would stop everybody. A sleep lets the others run.
    """
    driver: Any = connection.connection.driver_connection
    late = time.monotonic() + WAIT
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < late:
            try:
                driver.execute(IMMEDIATE)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    return False
            else:
                return True
            time.sleep(LOOK_AGAIN)
        return False
    finally:
        # For what is waited for within a transaction, all of it short, as when a log is put back
        driver.execute(f"PRAGMA busy_timeout={WAIT * 1000}")


def _sqlite_connects(dialect: object, record: object, words: list[Any], options: object) -> None:
    """Make a new file its owner's alone; SQLite gives its log and its index the same mode."""
    if words[0].startswith((":", "file:")):  # in memory, or told in SQLite's own way
        return
    with contextlib.suppress(OSError):  # it is there; or cannot be made, and SQLite says so
        os.close(os.open(words[0], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _sqlite_connected(connection: Any, record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, above
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={WAIT * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _postgresql_connects(
    somebody_waits: Callable[[], bool],
    dialect: object,
    record: object,
    words: list[Any],
    options: dict[str, Any],
) -> object:
    from boardroom.unanswered import Line  # psycopg only where it is needed

    line = Line.connect(*words, **options)
    line.somebody_waits = somebody_waits
    return line


def _postgresql_connected(connection: Any, record: object) -> None:
    connection.autocommit = True  # as above: the driver says COMMIT and ROLLBACK, we say BEGIN
