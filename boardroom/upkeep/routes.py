"""Addresses for machines: is the process alive, can it serve, how is it doing."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, jsonify, make_response, request
from werkzeug.wrappers import Response

from boardroom.upkeep import health
from boardroom.upkeep.metrics import TEXT, is_token, metrics_of

bp = Blueprint("upkeep", __name__)


@bp.get("/health/live")
def live() -> Response:
    """The process answers. Asks nothing else: a restart would not mend a database."""
    return jsonify(status="live")


@bp.get("/health/ready")
def ready() -> Response | tuple[Response, int]:
    """Requests can be served; if not, 503 with the reasons. Notes tell what is amiss besides."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    reasons = health.reasons_not_ready(app)
    if reasons:
        return jsonify(status="not ready", reasons=reasons), 503
    notes = health.notes()
    return jsonify(status="ready", notes=notes) if notes else jsonify(status="ready")


@bp.get("/metrics")
def metrics() -> Response:
    """Numbers for Prometheus, to whoever has the token; without one in the settings, nothing."""
    found = metrics_of(current_app)
    if found is None:
        abort(404)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_token(current_app, token.strip()):
        answer = make_response("Send the token: Authorization: Bearer …\n", 401)
        answer.headers["WWW-Authenticate"] = "Bearer"
        answer.mimetype = "text/plain"
        return answer
    answer = make_response(found.text())
    answer.headers["Content-Type"] = TEXT
    return answer
