"""The WebSocket side of Socket.IO, made fit for a room full of screens.

simple-websocket as it comes writes with ``socket.send``, which under gevent can put half a frame on
the wire to a slow reader; compresses every connection by itself (half the throughput, twice the
memory); and leaves Nagle's algorithm on. This adapter changes those three things, bounds what a
client may send while it is still being read, and lets go of a client that does not read what waits
for it: it comes back and asks for the present state, which is less than all that it missed.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import simple_websocket
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from flask_socketio import SocketIO

log = logging.getLogger(__name__)

MAX_MESSAGE = 64 * 1024  # bytes; what clients send is small
SEND_TIMEOUT = 10  # seconds for one frame: a reader that is slower is dropped and heals by asking
SEND_BUFFER = 128 * 1024  # bytes that the kernel keeps for one reader; by itself it goes to 4 MB
MOST_UNREAD = 50  # messages of one client that wait to be heeded; more stay in its own machine
MOST_WAITING = 200  # messages for one reader: minutes of a meeting
PATIENCE = 2.0  # seconds for which so many may wait


class _WholeFrames:
    """A socket whose `send` writes everything, one frame at a time, and whose `recv` takes nothing
    in while `full` says that what was taken is still unread."""

    def __init__(self, wrapped: Any, full: Callable[[], bool]) -> None:
        self._wrapped = wrapped
        self._full = full
        self._lock = threading.Lock()

    def send(self, data: bytes) -> None:
        with self._lock:
            self._wrapped.sendall(data)

    def recv(self, size: int) -> bytes:
        while self._full():
            time.sleep(0.01)
        data: bytes = self._wrapped.recv(size)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)


class BoundedQueue:
    """What waits to be written to one client.

    Where more than `MOST_WAITING` messages have waited for more than `PATIENCE`, they are thrown
    away, `too_long` is called, once, and nothing more is kept; None, which tells the writer to
    stop, always is. A burst alone is no fault of the reader's: the writer has not had its turn.
    """

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self._since = 0.0  # when the first of those that wait came
        self._over = False
        self.too_long: Callable[[], None] = lambda: None

    def put(self, message: Any) -> None:
        if message is not None and not self._over:
            waiting, now = self._queue.qsize(), time.monotonic()
            if not waiting:
                self._since = now
            elif waiting >= MOST_WAITING and now - self._since > PATIENCE:
                self._throw_away()
        if message is None or not self._over:
            self._queue.put(message)

    def _throw_away(self) -> None:
        self._over = True
        while self._queue.qsize():
            self._queue.get(block=False)
            self._queue.task_done()
        self.too_long()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)


class _Server(simple_websocket.Server):
    sock: Any

    def handshake(self) -> None:
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SEND_TIMEOUT * 1000)
        self.sock = _WholeFrames(self.sock, self._full)
        super().handshake()

    def _full(self) -> bool:
        return self.connected and len(self.input_buffer) >= MOST_UNREAD


class WebSocket(SimpleWebSocketWSGI):
    """What Engine.IO calls for each connection."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)  # no compression of its own
        self.ws = _Server(environ, max_message_size=MAX_MESSAGE, **self.server_args)
        self.app.__self__.queue.too_long = self._let_go  # of the Engine.IO socket that called
        answer = self.app(self)
        if self.ws.mode == "gunicorn":
            raise StopIteration
        if self.ws.mode == "werkzeug":
            raise ConnectionError
        return answer

    def close(self) -> None:
        """Say goodbye, and hang up: whoever does not answer would keep the line for ever."""
        with contextlib.suppress(OSError):  # it has gone by itself
            super().close()
            self.ws.sock.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        log.warning("a screen reads too slowly and is let go; it comes back and asks")
        with contextlib.suppress(OSError):  # it has gone by itself
            # With a reset, which comes through although the client takes nothing, and frees what
            # the kernel keeps for it.
            linger = struct.pack("ii", 1, 0)
            self.ws.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.ws.sock.shutdown(socket.SHUT_RDWR)


def _gevent_kwargs() -> dict[str, Any]:
    import gevent.event
    import gevent.selectors
    from engineio.async_drivers.gevent import Thread

    return {
        "thread_class": Thread,
        "event_class": gevent.event.Event,
        "selector_class": gevent.selectors.DefaultSelector,
    }


def install(socketio: SocketIO) -> None:
    """Make the server use this adapter. Engine.IO has no public setting for it."""
    engine = socketio.server.eio
    kwargs = _gevent_kwargs() if engine.async_mode == "gevent" else {}

    def make(handler: Any, server: Any) -> WebSocket:
        return WebSocket(handler, server, **kwargs)

    queue = engine._async["queue"]
    engine._async = {
        **engine._async,
        "websocket": make,
        "queue": lambda: BoundedQueue(queue()),
    }
