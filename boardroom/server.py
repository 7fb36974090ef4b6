"""The production server: one gevent process that serves pages and sockets."""

from __future__ import annotations

import gc
import logging
import signal
from collections.abc import Callable

import gevent
from flask import Flask
from gevent.pywsgi import WSGIServer

from boardroom import live
from boardroom.followup import keeping
from boardroom.meetings.stage import PARTS
from boardroom.minutes import exporting

log = logging.getLogger(__name__)


def _settle(app: Flask) -> None:
    """Load the stage's templates, and keep the collector from walking all that is loaded.

    A full collection was a pause of 0.1 to 0.2 s for everybody, several times a meeting. What is
    here now stays for good; what comes and goes is collected young, the rest less often.
    """
    for part in PARTS:
        app.jinja_env.get_template(f"meetings/stage/_{part}.html")
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def serve(app: Flask, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. ``ready`` gets the address once connections are accepted.

    Port 0 takes a free one.
    """
    live.start_housekeeping(app)
    exporting.close_interrupted(app)
    live.start_background(keeping.keep, app)
    _settle(app)
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
