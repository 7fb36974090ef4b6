"""The database: engine set-up, base class, and the one transaction convention.

Reading requests read one snapshot. Every other request is one write transaction: it starts as such
(so that two writers queue instead of failing half-way), commits when the answer is a success,
is rolled back otherwise, and only then tells the open screens.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from inspect import iscoroutinefunction
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, DateTime, Engine, Integer, MetaData, String, Text, event
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import JSON, TypeDecorator

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

db = SQLAlchemy(session_options={"autoflush": True, "expire_on_commit": False})

_writing: ContextVar[bool] = ContextVar("boardroom_writing", default=False)
_moment: ContextVar[dt.datetime | None] = ContextVar("boardroom_moment", default=None)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware instant, stored as UTC. SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        read: dt.datetime = value
        return read.replace(tzinfo=dt.UTC) if read.tzinfo is None else read.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Every table: an integer key, and names for constraints that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        dt.datetime: UtcDateTime(),
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: Text,
    }

    id: Mapped[int] = mapped_column(Integer, primary_key=True)


def key_column(**more: Any) -> Mapped[str]:
    """A column for a key of the board's definition, such as a verdict or a specialty."""
    return mapped_column(String(64), **more)


def now() -> dt.datetime:
    """The present instant, in UTC."""
    return _moment.get() or dt.datetime.now(dt.UTC)


@contextlib.contextmanager
def at_time(moment: dt.datetime) -> Iterator[None]:
    """Let `now` answer this instant. Only for the demonstration, which tells a past."""
    token = _moment.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _moment.reset(token)


@contextlib.contextmanager
def write_transaction() -> Iterator[Session]:
    """A write outside a request (commands, live connections): commits at the end, or rolls back."""
    token = _writing.set(True)
    try:
        db.session.rollback()  # an earlier read must not hold an older snapshot
        yield db.session
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(token)


@contextlib.contextmanager
def write_connection(engine: Engine) -> Iterator[Connection]:
    """A connection for work below the ORM, such as migrations; commits at the end."""
    token = _writing.set(True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        _writing.reset(token)


def keep_on_error() -> None:
    """Commit what this request recorded even though it answers with an error.

    For the trace of a refused sign-in; nothing else should need it.
    """
    g.keep_on_error = True


def is_write() -> bool:
    """Whether the work now running may write."""
    if _writing.get():
        return True
    return has_request_context() and request.method not in SAFE_METHODS


def init_db(app: Flask) -> None:
    """Bind the engine named by DATABASE_URL."""
    url = app.config["DATABASE_URL"]
    # Statements' values are patients' data: an error that quotes one must not carry them
    engine_options: dict[str, Any] = {"url": url, "hide_parameters": True}
    if url.startswith("sqlite"):
        engine_options["connect_args"] = {"timeout": 5, "check_same_thread": False}
    app.config["SQLALCHEMY_ENGINES"] = {"default": engine_options}
    db.init_app(app)
    # The extension also closes asynchronous sessions, which we have none of: an event loop for each
    # request, and one that fails where several requests are under way in one thread (gevent).
    app.teardown_appcontext_funcs[:] = [
        function for function in app.teardown_appcontext_funcs if not iscoroutinefunction(function)
    ]
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=5000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        # A deferred transaction that writes later can fail against a writer in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write() else "BEGIN")


def after_commit(work: Callable[[], object]) -> None:
    """Do something once this request's transaction is committed; nothing if it is rolled back."""
    g.setdefault("after_commit", []).append(work)


def in_one_transaction(view: Callable[[], Any], publish: Callable[[], None]) -> Any:
    """Run a writing request's view, then commit and publish, or roll back.

    A view that answers with an error status changes nothing.
    """
    from flask import make_response

    try:
        response = make_response(view())
        if response.status_code < 400 or g.get("keep_on_error"):
            db.session.commit()
        else:
            db.session.rollback()
            return response
    except BaseException:
        if g.get("keep_on_error"):
            db.session.commit()
        else:
            db.session.rollback()
        raise
    publish()
    for work in g.pop("after_commit", ()):
        work()
    return response
