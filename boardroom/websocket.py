"""The WebSocket side of Socket.IO, made fit for a room full of screens.

simple-websocket as it comes writes with ``socket.send``, which under gevent can put half a frame on
the wire to a slow reader; compresses every connection by itself (half the throughput, twice the
memory); and leaves Nagle's algorithm on. This adapter changes those three things and bounds what a
client may send while it is still being read.
"""

from __future__ import annotations

import socket
import threading
from typing import Any

import simple_websocket
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from flask_socketio import SocketIO

MAX_MESSAGE = 64 * 1024  # bytes; what clients send is small
SEND_TIMEOUT = 10  # seconds for one frame: a reader that is slower is dropped and heals by asking


class _WholeFrames:
    """A socket whose `send` writes everything, one frame at a time."""

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped
        self._lock = threading.Lock()

    def send(self, data: bytes) -> None:
        with self._lock:
            self._wrapped.sendall(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)


class _Server(simple_websocket.Server):
    sock: Any

    def handshake(self) -> None:
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SEND_TIMEOUT * 1000)
        self.sock = _WholeFrames(self.sock)
        super().handshake()


class WebSocket(SimpleWebSocketWSGI):
    """What Engine.IO calls for each connection."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)  # no compression of its own
        self.ws = _Server(environ, max_message_size=MAX_MESSAGE, **self.server_args)
        answer = self.app(self)
        if self.ws.mode == "gunicorn":
            raise StopIteration
        if self.ws.mode == "werkzeug":
            raise ConnectionError
        return answer


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

    engine._async = {**engine._async, "websocket": make}
