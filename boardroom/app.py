"""How the application is put together."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask, abort, current_app, g, make_response, request, url_for
from flask_login import current_user
from flask_wtf import CSRFProtect
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from boardroom import audit, live, receipts
from boardroom.boards import reclassification
from boardroom.boards.definition import BoardDefinition, load_boards
from boardroom.db import SAFE_METHODS, in_one_transaction, init_db
from boardroom.errors import database_error, init_errors
from boardroom.letters.phrases import load_libraries
from boardroom.permissions import init_permissions
from boardroom.settings import Mode, asset_dir, data_dir, read_settings
from boardroom.upkeep.logs import init_logs
from boardroom.upkeep.metrics import init_metrics
from boardroom.upkeep.requests import init_requests

MOST_FIELDS = 5000  # of one form; the longest page of a case has some hundreds

A_YEAR = 31_536_000  # seconds

csrf = CSRFProtect()

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Application(Flask):
    """Flask, with every writing request made one transaction."""

    def dispatch_request(self) -> Any:
        if request.method in SAFE_METHODS:
            return super().dispatch_request()
        return in_one_transaction(
            receipts.once(live.numbered(super().dispatch_request)), live.publish
        )

    def log_exception(self, exc_info: Any) -> None:
        """An error outside the views, after the answer was made; Flask's words hold the address."""
        self.logger.error("unexpected, after the view", exc_info=exc_info)


def build(
    mode: Mode, data: str | os.PathLike[str] | None, overrides: Mapping[str, object]
) -> Flask:
    """See `boardroom.create_app`."""
    app = Application(
        "boardroom",
        template_folder=str(asset_dir("templates")),
        static_folder=str(asset_dir("static")),
    )
    folder = data_dir(data)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    app.config.update(read_settings(mode, folder, overrides))
    # A token belongs to a session and ends with it: a page may be open for as long as its session.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config.update(overrides)
    init_logs(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if app.config["PROXY_COUNT"]:
        count = app.config["PROXY_COUNT"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.extensions["boards"] = load_boards(Path(app.config["BOARDS_DIR"]))
    app.extensions["letters"] = load_libraries(
        Path(app.config["LETTERS_DIR"]),
        app.extensions["boards"],
        asset_dir("config") / "letters" / "liver.toml",
    )

    init_db(app)
    init_requests(app)
    audit.init_audit()
    app.before_request(_read_body_first)
    csrf.init_app(app)
    from boardroom.people.sign_in import init_sign_in

    init_sign_in(app)
    init_permissions(app)
    init_errors(app)
    from boardroom.meetings.stage import render_for_all

    _register_features(app)
    _prepare_templates(app)
    live.init_live(app)
    init_metrics(app)
    app.wsgi_app = _with_headers(app.wsgi_app)  # type: ignore[method-assign]
    app.extensions["stage_renderer"] = render_for_all
    app.after_request(_finish)
    return app


def _register_features(app: Flask) -> None:
    import boardroom.meetings.routes
    import boardroom.meetings.stage_routes
    import boardroom.people.audit_routes
    import boardroom.people.routes
    import boardroom.people.sign_in_routes  # noqa: F401
    from boardroom.aids.routes import bp as aids
    from boardroom.boards.routes import bp as boards
    from boardroom.cases.routes import bp as cases
    from boardroom.comments.routes import bp as comments
    from boardroom.consensus.routes import bp as consensus
    from boardroom.figures.routes import bp as figures
    from boardroom.followup.routes import bp as followup
    from boardroom.home.routes import bp as home
    from boardroom.letters.routes import bp as letters
    from boardroom.meetings.blueprint import bp as meetings
    from boardroom.minutes.routes import bp as minutes
    from boardroom.opinions.routes import bp as opinions
    from boardroom.people.blueprint import bp as people
    from boardroom.tumour_map.routes import bp as tumour_map
    from boardroom.upkeep.routes import bp as upkeep

    for blueprint in (
        aids,
        home,
        people,
        boards,
        cases,
        tumour_map,
        opinions,
        comments,
        meetings,
        consensus,
        followup,
        figures,
        minutes,
        letters,
        upkeep,
    ):
        app.register_blueprint(blueprint)


def _read_body_first() -> None:
    """Take the whole body in before the database is touched.

    A slow sender must not hold the write transaction that the guard will open.
    """
    if request.method in SAFE_METHODS:
        return
    if request.mimetype != "multipart/form-data":
        # The parser bounds only multipart forms by itself, and takes others in one go: a form of
        # millions of fields would hold up every screen.
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
        if request.get_data().count(b"&") > MOST_FIELDS:
            abort(413)
    _ = request.form, request.files


def _with_headers(application: Any) -> Any:
    """`HEADERS` on every answer, those that Socket.IO gives before Flask is asked included."""

    def run(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            has = {name.lower() for name, _ in headers}
            more = [(name, text) for name, text in HEADERS.items() if name.lower() not in has]
            return start_response(status, [*headers, *more], *rest)

        return application(environ, start)

    return run


def _finish(response: Response) -> Response:
    if request.endpoint != "static":
        # Patients' data stays out of shared caches and of the back button after signing out.
        response.headers.setdefault("Cache-Control", "no-store")
    elif "v" in request.args and response.status_code < 400:
        _keep_for_good(response)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
    if response.status_code < 400:
        try:
            audit.write_readings()
        except (OperationalError, PoolTimeout) as error:  # what is not written down is not shown
            response = make_response(database_error(error))
            response.headers["Cache-Control"] = "no-store"
    else:
        g.pop("readings", None)
    return response


def _keep_for_good(response: Response) -> None:
    """A static file that was asked for by its content never changes under that address.

    One whose content is another by now is not kept: its address could mean the old one again, when
    a version is taken back.
    """
    name = str((request.view_args or {}).get("filename", ""))
    if request.args["v"] == current_app.extensions["fingerprint"](name):
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"


def _prepare_templates(app: Flask) -> None:
    from boardroom.web import filters, navigation

    static = Path(app.static_folder or "")

    @cache
    def fingerprint(name: str) -> str:
        try:
            return hashlib.sha256((static / name).read_bytes()).hexdigest()[:10]
        except OSError:
            return "0"

    app.extensions["fingerprint"] = fingerprint

    def asset(name: str) -> str:
        """Address of a static file that changes whenever its content does."""
        return url_for("static", filename=name, v=fingerprint(name))

    def board(key: str) -> BoardDefinition:
        found: BoardDefinition = app.extensions["boards"][key]
        return found

    app.jinja_env.globals.update(
        asset=asset,
        board_of=board,
        new_key=lambda: str(uuid4()),
        reclassified={"words": reclassification.WORDS, "meanings": reclassification.MEANINGS},
    )
    app.jinja_env.filters.update(filters(app))

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        return {
            "nav": navigation() if current_user.is_authenticated else [],
            "demo_mode": app.config["DEMO"],
        }
