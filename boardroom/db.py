"""The database: engine set-up, base class, and the one transaction convention.

Reading requests read one snapshot. Every other request is one write transaction: it starts as such
(so that two writers queue instead of failing half-way), commits when the answer is a success,
is rolled back otherwise, and only then tells the open screens.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from inspect import iscoroutinefunction
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, DateTime, Engine, Integer, MetaData, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import JSON, TypeDecorator

from boardroom import engines
from boardroom.engines import Work

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


_work: ContextVar[Work | None] = ContextVar("boardroom_work", default=None)
_moment: ContextVar[dt.datetime | None] = ContextVar("boardroom_moment", default=None)


def present_work() -> Work:
    """What the transaction that begins now is for."""
    work = _work.get()
    if work is not None:
        return work
    return "write" if has_request_context() and request.method not in SAFE_METHODS else "read"


class _Session(engines.TurnSession):
    present_work = staticmethod(present_work)


db = SQLAlchemy(session_options={"class_": _Session, "autoflush": True, "expire_on_commit": False})


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


def write_transaction() -> contextlib.AbstractContextManager[Session]:
    """A write outside a request (commands, live connections): commits at the end, or rolls back."""
    return _transaction("write")


def note_transaction() -> contextlib.AbstractContextManager[Session]:
    """A write that nothing is decided on, such as who is connected where: does not queue.

    On PostgreSQL; on SQLite every write does.
    """
    return _transaction("note")


@contextlib.contextmanager
def _transaction(work: Work) -> Iterator[Session]:
    token = _work.set(work)
    try:
        db.session.rollback()  # an earlier read must not hold an older snapshot
        yield db.session
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _work.reset(token)


def let_others_write() -> None:
    """Between two writes of many: whoever waits comes in, and a meeting beside goes on."""
    time.sleep(4 * engines.LOOK_AGAIN)


@contextlib.contextmanager
def write_connection(engine: Engine) -> Iterator[Connection]:
    """A connection for work below the ORM, such as migrations; commits at the end."""
    token = _work.set("write")
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        _work.reset(token)


def keep_on_error() -> None:
    """Commit what this request recorded even though it answers with an error.

    For the trace of a refused sign-in; nothing else should need it.
    """
    g.keep_on_error = True


def init_db(app: Flask) -> None:
    """Bind the engine named by DATABASE_URL."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": engines.options_for(app.config["DATABASE_URL"])}
    db.init_app(app)
    # The extension also closes asynchronous sessions, which we have none of: an event loop for each
    # request, and one that fails where several requests are under way in one thread (gevent).
    app.teardown_appcontext_funcs[:] = [
        _quietly(function)
        for function in app.teardown_appcontext_funcs
        if not iscoroutinefunction(function)
    ]
    with app.app_context():
        engines.prepare(db.engine, present_work, has_request_context)


def _quietly(close: Callable[..., Any]) -> Callable[..., None]:
    """Close sessions at the end of a request, whose answer stands whatever the line is like."""

    def run(*args: object) -> None:
        with contextlib.suppress(OperationalError):
            close(*args)

    return run


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
