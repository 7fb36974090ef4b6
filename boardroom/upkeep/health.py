"""Whether this process can serve: what a load balancer or a monitor asks every few seconds."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from boardroom import live, migrations
from boardroom.db import db
from boardroom.upkeep.serving import can_write


def reasons_not_ready(app: Flask) -> list[str]:
    """Why requests should not come here now, in plain words without paths or secrets."""
    reasons = []
    if app.extensions.get("stopping"):
        reasons.append("The server is stopping.")
    schema = _schema_problem(app)
    if schema:
        reasons.append(schema)
    if not can_write(Path(app.config["DATA_DIR"])):
        reasons.append("The data folder cannot be written.")
    return reasons


def notes() -> list[str]:
    """What is amiss though requests are served well."""
    if live.queue_is_away():
        return ["The message queue is not reached. Screens of other processes lag by seconds."]
    return []


def _schema_problem(app: Flask) -> str | None:
    url = db.engine.url
    # Asking would make an empty file where the database has vanished.
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return "The database is missing."
    try:
        revision = migrations.current_revision(app)
    except (SQLAlchemyError, OSError):
        return "The database does not answer."
    if revision != migrations.head():
        return f"The database is at schema {revision}, this version needs {migrations.head()}."
    return None
