"""Each request has a number of its own, a line in the log, and is counted."""

from __future__ import annotations

import logging
import re
import time
from typing import Any
from uuid import uuid4

from flask import Flask, g, request, request_finished, request_started
from werkzeug.wrappers import Response

from boardroom.db import db
from boardroom.upkeep.metrics import metrics_of

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
# A proxy's number is taken over, so that both logs can be read together. Nobody's name is one.
NUMBER = re.compile(r"[0-9a-f-]{16,64}")
# Asked every few seconds by machines, or many times for one page.
QUIET = frozenset({"static", "upkeep.live", "upkeep.ready", "upkeep.metrics"})


def _begin(app: Flask, **extra: Any) -> None:
    g.began = time.perf_counter()
    given = request.headers.get(HEADER, "") if app.config["PROXY_COUNT"] else ""
    g.request_id = given if NUMBER.fullmatch(given) else uuid4().hex


def _finish(app: Flask, response: Response, **extra: Any) -> None:
    seconds = time.perf_counter() - g.began
    endpoint = request.endpoint or "(none)"
    response.headers[HEADER] = g.request_id
    metrics = metrics_of(app)
    if metrics is not None:
        metrics.count_request(endpoint, response.status_code, seconds)
    level = logging.DEBUG if endpoint in QUIET else logging.INFO
    if not log.isEnabledFor(level):
        return
    facts: dict[str, Any] = {
        "method": request.method,
        "endpoint": endpoint,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
    }
    person = db.session.info.get("actor_id")
    if person is not None:
        facts["person"] = person
    log.log(level, "request", extra={"facts": facts})


def init_requests(app: Flask) -> None:
    """Follow every request from before the first guard to after the last header."""
    request_started.connect(_begin, app)
    request_finished.connect(_finish, app)
