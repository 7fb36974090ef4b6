"""The production server: one gevent process that serves pages and sockets."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable

import gevent
from flask import Flask
from gevent.pywsgi import WSGIServer

from boardroom import live

log = logging.getLogger(__name__)


def serve(app: Flask, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. ``ready`` gets the address once connections are accepted.

    Port 0 takes a free one.
    """
    live.start_housekeeping(app)
    server = WSGIServer((host, port), app, log=None, error_log=log)
    server.start()
    shown = f"[{host}]" if ":" in host else host

    def stop() -> None:
        live.say_goodbye()
        server.stop(timeout=2)

    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stop)
    ready(f"http://{shown}:{server.server_port}")
    server.serve_forever()
