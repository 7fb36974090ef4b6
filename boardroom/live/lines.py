"""The lines to this process: who may open one, how many, and when one is cut."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask

from boardroom.live.presence import presence
from boardroom.live.push import socketio

MOST_LINES = 40  # of one person: a stage, a wall, cases beside it, on several devices
JOIN_WITHIN = 8.0  # seconds from the handshake to the first word of Socket.IO
TEND_EVERY = 2.0  # seconds

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Door:
    """Stands before Socket.IO, which would open a line for everybody and ask who it is afterwards.

    It looks at nothing but the session's cookie: whoever is turned away costs next to nothing.
    """

    def __init__(self, app: Flask, within: Application) -> None:
        self._app = app
        self._within = within
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if not f"{environ.get('PATH_INFO', '')}/".startswith("/socket.io/"):
            return self._within(environ, start_response)
        person = self._person(environ)
        if person is None:
            return _refuse(HTTPStatus.UNAUTHORIZED, start_response)
        with self._lock:
            if self._open[person] >= MOST_LINES:
                return _refuse(HTTPStatus.TOO_MANY_REQUESTS, start_response)
            self._open[person] += 1
        try:
            return self._within(environ, start_response)  # for as long as the line is open
        finally:
            with self._lock:
                self._open[person] -= 1
                if not self._open[person]:
                    del self._open[person]

    def _person(self, environ: dict[str, Any]) -> str | None:
        """The number of the person that the cookie was signed for, if it has not expired."""
        request = self._app.request_class(environ)
        session = self._app.session_interface.open_session(self._app, request)
        known = session.get("_user_id") if session is not None else None
        return str(known).partition(":")[0] if known else None


def _refuse(status: HTTPStatus, start_response: Callable[..., Any]) -> list[bytes]:
    words = status.phrase.encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(words)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [words]


_outside: dict[
    str, float
] = {}  # line -> monotonic time at which it was first seen not to have joined


def cut_unjoined() -> None:
    """Cut the lines that were opened and on which nobody ever joined."""
    manager, present = socketio.server.manager, time.monotonic()
    found = {
        line
        for line in list(socketio.server.eio.sockets)
        if manager.sid_from_eio_sid(line, "/") is None
    }
    for line in _outside.keys() - found:
        del _outside[line]
    for line in found:
        if present - _outside.setdefault(line, present) >= JOIN_WITHIN:
            cut(line)


def cut_expired() -> None:
    """Cut the lines of sessions that have ended: who asked for pages since comes back by itself,
    with the session of today; who did not is signed out."""
    present = time.time()
    for sid in [sid for sid, end in presence.ends.items() if end < present]:
        presence.ends.pop(sid, None)
        cut(socketio.server.manager.eio_sid_from_sid(sid, "/"))


def cut(line: str | None) -> None:
    """End a transport. Not Socket.IO's disconnect: after that a client believes that it was sent
    away for good, and does not come back by itself."""
    connection = socketio.server.eio.sockets.get(line)
    if connection is not None:
        connection.close(wait=False, abort=True)  # what is queued is still written


def tend(app: Flask) -> None:
    """Cut what is to be cut. Asks the database nothing, so it is done while that is away."""
    cut_expired()
    cut_unjoined()
