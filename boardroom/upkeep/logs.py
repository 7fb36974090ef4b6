"""The program's log, which holds no patient's data.

One JSON object a line in a hospital (``log_format = "json"``), readable lines elsewhere. What
people type never gets in: a line about a request names its endpoint, not its address; an error is
told by its type and the places it passed, not by its words, which can quote a form or a row; and of
another library's message only the fixed text is kept, not the values put into it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from typing import Any

from flask import Flask, g, has_request_context

from boardroom.errors import tell_error

OURS = "boardroom"
# They tell errors with the clients' own words; live/connections.py tells them safely
SILENT = ("engineio.server", "socketio.server")


class PlainLines(logging.Formatter):
    """For people at a terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One line; an error's places follow on lines of their own."""
        facts = _facts(record)
        message = facts.pop("message")
        told = facts.pop("error", None)
        more = " ".join(f"{name}={value}" for name, value in facts.items())
        at = self.formatTime(record)
        line = f"{at} {record.levelname} {record.name}: {message}{' ' if more else ''}{more}"
        return f"{line}\n{told}" if told else line


class JsonLines(logging.Formatter):
    """For a log collector: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Keys: at (UTC), level, logger, message; request_id, error and others where there are."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        return json.dumps(line | _facts(record), ensure_ascii=False, default=str)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    ours = record.name == OURS or record.name.startswith(f"{OURS}.")
    facts: dict[str, Any] = {"message": record.getMessage() if ours else str(record.msg)}
    if has_request_context() and "request_id" in g:
        facts["request_id"] = g.request_id
    facts |= getattr(record, "facts", {})
    if record.exc_info and record.exc_info[1] is not None:
        facts["error"] = tell_error(record.exc_info[1])
    return facts


class StandardError(logging.StreamHandler[Any]):
    """Writes to whatever standard error is now."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """The present stream."""
        return sys.stderr


FORMATS: dict[str, type[logging.Formatter]] = {"plain": PlainLines, "json": JsonLines}


def init_logs(app: Flask) -> None:
    """One handler for the program's own log. Flask's would write into the server's error stream,
    which gevent's server sends back to the log."""
    logger = logging.getLogger(OURS)
    logger.setLevel(app.config["LOG_LEVEL"])
    handler = next((h for h in logger.handlers if isinstance(h, StandardError)), None)
    if handler is None:
        handler = StandardError()
        logger.addHandler(handler)
    handler.setFormatter(FORMATS[app.config["LOG_FORMAT"]]())
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def take_all() -> None:
    """Let every library's log go the same way: for a process that is ours alone, the server."""
    logger, root = logging.getLogger(OURS), logging.getLogger()
    root.handlers = [handler for handler in logger.handlers if isinstance(handler, StandardError)]
    logger.handlers = []
