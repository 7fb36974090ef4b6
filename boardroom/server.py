"""The production server: one gevent process that serves pages and sockets."""

from __future__ import annotations

import contextlib
import gc
import logging
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gevent
from flask import Flask
from gevent.event import Event
from gevent.pywsgi import WSGIHandler, WSGIServer
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from boardroom import live
from boardroom.aside import run_aside
from boardroom.db import db
from boardroom.followup import keeping
from boardroom.letters.rules import prepare
from boardroom.meetings.stage import PARTS
from boardroom.minutes import exporting
from boardroom.upkeep import logs
from boardroom.upkeep.serving import serving

log = logging.getLogger(__name__)

FINISH_WITHIN = 8.0  # seconds for requests that were taken when the stop was asked for
PREPARE_AFTER = 5.0  # seconds from the start
CLOSE_WITHIN = 2.0  # seconds for the last words to every socket


class _Handler(WSGIHandler):
    """One connection: counted while it is answered, and without words of its client in the log."""

    server: _Server

    def handle_one_response(self) -> None:
        busy = self.server.sockets if self._upgrades() else self.server.requests
        busy.add(self)
        try:
            super().handle_one_response()
        finally:
            busy.discard(self)
            if self.server.stopping:
                self.close_connection = True

    def _upgrades(self) -> bool:
        environ: dict[str, Any] = self.environ or {}
        return str(environ.get("HTTP_UPGRADE", "")).lower() == "websocket"

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        if self.server.stopping and not self._upgrades():
            headers = [*headers, ("Connection", "close")]
        return super().start_response(status, headers, exc_info)

    def log_error(self, msg: str, *args: object) -> None:
        # What a client sent that is no HTTP can hold anything.
        log.warning("a request could not be read")

    def handle_error(self, t: Any, v: Any, tb: Any) -> None:
        if not issubclass(t, gevent.GreenletExit):
            log.error("a request failed outside the application", exc_info=(t, v, tb))
        self._send_error_response_if_possible(500)  # type: ignore[attr-defined]

    def _handle_client_error(self, ex: Exception) -> Any:
        # As a ValueError, which is logged by `log_error` above; others are printed word for word.
        return super()._handle_client_error(ValueError())  # type: ignore[misc]


class _Server(WSGIServer):
    """Takes connections; knows which requests and which sockets are open."""

    handler_class = _Handler

    def __init__(self, listener: tuple[str, int], app: Flask) -> None:
        super().__init__(listener, app, log=None, error_log=log)
        self.requests: set[_Handler] = set()
        self.sockets: set[_Handler] = set()
        self.stopping = False

    def handle(self, sock: socket.socket, address: Any) -> None:
        # Headers and body are two writes: held back until the first is acknowledged, each answer
        # on an open connection came 40 ms late.
        with contextlib.suppress(OSError):  # gone already
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().handle(sock, address)


class KeptTemplates(FileSystemBytecodeCache):
    """Compiled templates; where one cannot be kept (a full disk) the page is there all the same."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        try:
            super().dump_bytecode(bucket)
        except OSError as error:
            log.warning("a compiled template was not kept: %s", error.strerror)


def _settle(app: Flask) -> None:
    """Load the stage's templates, and keep the collector from walking all that is loaded.

    Compiled templates are kept for the next start, beside the record: nobody else writes there.
    A full collection was a pause of 0.1 to 0.2 s for everybody, several times a meeting. What is
    here now stays for good; what comes and goes is collected young, the rest less often.
    """
    compiled = Path(app.config["DATA_DIR"]) / "compiled"
    compiled.mkdir(mode=0o700, exist_ok=True)
    app.jinja_env.bytecode_cache = KeptTemplates(str(compiled))
    for part in PARTS:
        app.jinja_env.get_template(f"meetings/stage/_{part}.html")
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _prepare(app: Flask) -> None:
    """What the first letter would wait for, read while nobody waits, and kept from the collector.

    Not at once: whoever comes first has the processor, and a server that is stopped as soon as it
    was started does not wait for the end of it.
    """
    gevent.sleep(PREPARE_AFTER)
    if app.extensions.get("stopping"):
        return
    gc.disable()  # walking all the new words was a pause of 0.3 s for everybody
    try:
        run_aside(prepare)
    finally:
        gc.freeze()
        gc.enable()


def _print_exception(context: object, t: Any, v: Any, tb: Any) -> None:
    log.error("work in the background failed", exc_info=(t, v, tb))


def _wait_while(busy: Callable[[], bool], seconds: float, hurry: Event) -> None:
    with gevent.Timeout(seconds, False):  # type: ignore[arg-type]
        while busy() and not hurry.wait(0.02):
            pass


def _stop(app: Flask, server: _Server, hurry: Event) -> None:
    """Finish what was taken, tell the screens, close them, let go of the database.

    The requests come first: what they change is still pushed. Whoever asks from now on is refused
    and tries again, as every page does by itself.
    """
    server.stopping = app.extensions["stopping"] = True
    log.info("stopping")
    server.close()
    # A connection just accepted gets the moment in which its request is read.
    gevent.sleep(0.1)
    _wait_while(lambda: bool(server.requests), FINISH_WITHIN, hurry)
    if server.requests:
        log.warning("%d requests were cut off", len(server.requests))
    live.say_goodbye()
    _wait_while(lambda: bool(server.sockets), CLOSE_WITHIN, hurry)
    with app.app_context():
        db.engine.dispose()
    log.info("stopped")


def serve(app: Flask, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, and then stop gracefully; a second signal hurries it.

    ``ready`` gets the address once connections are accepted. Port 0 takes a free one. Raises
    AlreadyServed where another process serves the folder and no message queue joins the two.
    """
    with serving(Path(app.config["DATA_DIR"]), alone=not app.config["MESSAGE_QUEUE"]):
        _serve(app, host, port, ready)


def _serve(app: Flask, host: str, port: int, ready: Callable[[str], None]) -> None:
    logs.take_all()
    gevent.get_hub().print_exception = _print_exception  # type: ignore[method-assign]
    live.start_housekeeping(app)
    exporting.close_interrupted(app)
    live.start_background(live.repeat, keeping.bring_back, app, keeping.EVERY)
    live.start_background(live.repeat, exporting.sweep, app, exporting.SWEEP_EVERY)
    if app.config["MESSAGE_QUEUE"]:
        live.start_background(live.repeat, exporting.close_interrupted, app, exporting.EVERY)
    _settle(app)
    live.start_background(_prepare, app)
    server = _Server((host, port), app)
    server.start()
    shown = f"[{host}]" if ":" in host else host
    asked, hurry = Event(), Event()

    def on_signal() -> None:
        (hurry if asked.is_set() else asked).set()

    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, on_signal)
    ready(f"http://{shown}:{server.server_port}")
    asked.wait()
    _stop(app, server, hurry)
