"""The one page that shows what went wrong; see refusals.py for what can."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import traceback
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, g, render_template, request, url_for
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, NoResultFound, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from boardroom.db import db
from boardroom.refusals import (
    DomainError,
    Forbidden,
    IllegalTransition,
    Locked,
    Overtaken,
    PenElsewhere,
    Refused,
    RoundBegun,
    StaleVersion,
)

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

__all__ = [
    "DomainError",
    "Forbidden",
    "IllegalTransition",
    "Locked",
    "PenElsewhere",
    "Refused",
    "StaleVersion",
    "database_error",
    "error_page",
    "field_errors",
    "init_errors",
    "wants_part",
]

log = logging.getLogger(__name__)

MOST_PLACES = 40  # of one error; a deeper one is told by its end


NO_ROOM = {
    "changed": "Nothing was changed. Whoever runs Boardroom has to make room; keep this page open "
    "until then.",
    "shown": "Who reads a case is written down, and there is no room for it: so it is not shown. "
    "Whoever runs Boardroom has to make room.",
}

MESSAGES = {
    400: ("That request could not be read", "Go back, reload the page and try again."),
    401: ("Please sign in", "Your session has ended. Sign in and carry on."),
    403: ("Not yours to open", "Your role on this board does not include this page."),
    404: ("Nothing here", "It may have been moved, or the address is mistyped."),
    405: ("Not this way", "The page cannot be used like that. Go back and try again."),
    413: ("Too large", "Documents may have up to 25 MB each, and forms 2 MB of text."),
    429: ("Too many tries", "Wait a minute, then try again."),
    503: (
        "Busy for a moment",
        "The database did not answer in time. Nothing was changed; try again.",
    ),
}


def init_errors(app: Flask) -> None:
    """One handler for each family of errors; none shows a traceback."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(NoResultFound, lambda error: error_page(404))
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, database_error)
    app.register_error_handler(PoolTimeout, database_error)
    app.register_error_handler(OSError, _system_error)
    app.register_error_handler(Exception, _unexpected)


def wants_part() -> bool:
    """Whether the request came from a script on a page, so that a short answer is enough."""
    return "HX-Request" in request.headers or "X-Boardroom-Part" in request.headers


def error_page(
    status: int,
    title: str = "",
    text: str = "",
    *,
    template: str = "errors/error.html",
    **more: object,
) -> tuple[str, int]:
    """The page, or the part for a script, that says what went wrong; (HTML, status)."""
    default_title, default_text = MESSAGES.get(
        status, ("Something went wrong", "Nothing was changed. Try again in a moment.")
    )
    try:
        html = render_template(
            "errors/_error.html" if wants_part() else template,
            status=status,
            title=title or default_title,
            text=text or default_text,
            **more,
        )
    except SQLAlchemyError as error:  # the frame of every page asks who is signed in
        log.error("database: %s, while a page said what went wrong", _type(error))
        _let_go()
        return error_page(503)
    return html, status


def field_errors(errors: Mapping[str, str]) -> tuple[str, int]:
    """The answer to a script's form: {field: what is wrong with it}, to be put beside each."""
    return render_template("errors/_fields.html", errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY


def _domain_error(error: DomainError) -> tuple[str, int]:
    if isinstance(error, Refused) and error.field and wants_part():
        return field_errors({error.field: str(error)})
    if isinstance(error, PenElsewhere):
        ask = (error.ask, url_for("meetings.ask_pen", meeting_id=error.meeting_id))
        return error_page(int(error.status), error.title, str(error), calm=True, ask=ask)
    if isinstance(error, RoundBegun):
        go = {"url": url_for("cases.case", case_id=error.case_id), "label": f"Open {error.code}"}
        return error_page(int(error.status), error.title, str(error), calm=True, back=go)
    if isinstance(error, StaleVersion):
        return error_page(
            int(error.status), error.title, str(error), mine=error.mine, theirs=error.theirs
        )
    points = error.points if isinstance(error, Refused) else ()
    calm = isinstance(error, Overtaken)
    return error_page(int(error.status), error.title, str(error), points=points, calm=calm)


def _csrf_error(error: CSRFError) -> tuple[str, int]:
    # Scripts post for who is signed in: the token counts no more because its session has ended.
    try:
        if wants_part() and not current_user.is_authenticated:
            return error_page(401)
    except DBAPIError as away:
        return database_error(away)
    return error_page(
        400,
        "This page was open for too long",
        "Reload it and send it again. Where a page saves by itself, what you typed is kept here.",
    )


def _http_error(error: HTTPException) -> tuple[str, int] | Response:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    return error_page(error.code)


def database_error(error: DBAPIError | PoolTimeout) -> tuple[str, int]:
    """The page for a database that is busy, away, or refuses a value."""
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if isinstance(error, DataError):  # such as a NUL in an address, which PostgreSQL does not take
        status = 400
    elif isinstance(error, OperationalError | PoolTimeout) or lost:
        status = 503
    else:
        return _unexpected(error)
    # The statement's parameters hold patients' data: only the kind of error is logged, and the
    # driver's own words where they are about the connection.
    said = getattr(error, "orig", error) if status == 503 else _type(error)
    log.error("database: %s", " ".join(str(said).split()))
    _let_go()
    return _no_room() if _is_full(error) else error_page(status)


def _is_full(error: DBAPIError | PoolTimeout) -> bool:
    """Whether the database has no room to write: SQLite's code, or PostgreSQL's SQLSTATE 53100."""
    said = getattr(error, "orig", None)
    codes = (getattr(said, "sqlite_errorname", ""), getattr(said, "sqlstate", ""))
    return "SQLITE_FULL" in codes or "53100" in codes


def _system_error(error: OSError) -> tuple[str, int]:
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return _unexpected(error)
    log.error("disk: %s, in %s", os.strerror(error.errno), request.endpoint)
    _let_go()
    return _no_room()


def _no_room() -> tuple[str, int]:
    words = NO_ROOM["shown" if request.method in ("GET", "HEAD") else "changed"]
    return error_page(HTTPStatus.SERVICE_UNAVAILABLE, "The server’s disk is full", words)


def _let_go() -> None:
    """Have the page that says so ask the database nothing: it is made for nobody in particular."""
    with contextlib.suppress(SQLAlchemyError):
        db.session.rollback()
    g._login_user = AnonymousUserMixin()


def _unexpected(error: Exception) -> tuple[str, int]:
    # Types and places only, whoever writes the log: an error's words can quote patients' data.
    facts = {"error": tell_error(error)}
    log.error("unexpected error in %s", request.endpoint, extra={"facts": facts})
    return error_page(500)


def tell_error(error: BaseException) -> str:
    """An error and what led to it as text: types and places, first cause first, no messages."""
    parts = []
    for one in reversed(list(_chain(error))):
        places = traceback.extract_tb(one.__traceback__)[-MOST_PLACES:]
        lines = [f"  {place.filename}:{place.lineno} in {place.name}" for place in places]
        parts.append("\n".join([_type(one), *lines]))
    return "\nwhich led to\n".join(parts)


def _type(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
