"""Whether this process can serve: what a load balancer or a monitor asks every few seconds."""

from __future__ import annotations

import threading
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from boardroom import live, migrations
from boardroom.db import db
from boardroom.upkeep.serving import can_write

ASK_FOR = 3.0  # seconds until a database counts as one that does not answer
NO_ANSWER = "The database does not answer."


def reasons_not_ready(app: Flask) -> list[str]:
    """Why requests should not come here now, in plain words without paths or secrets."""
    reasons = []
    if app.extensions.get("stopping"):
        reasons.append("The server is stopping.")
    schema = _problem_in_time(app)
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


class _Question(threading.Thread):
    """What is amiss with the schema, asked beside the request: who asks for our health does not
    wait for a database that hangs."""

    def __init__(self, app: Flask) -> None:
        super().__init__(daemon=True)
        self._app = app
        self.problem: str | None = NO_ANSWER

    def run(self) -> None:
        with self._app.app_context():
            self.problem = _schema_problem(self._app)


def _problem_in_time(app: Flask) -> str | None:
    question: _Question | None = app.extensions.get("schema_question")
    if question is None or not question.is_alive():  # else one question is enough
        question = app.extensions["schema_question"] = _Question(app)
        question.start()
    question.join(ASK_FOR)
    return NO_ANSWER if question.is_alive() else question.problem


def _schema_problem(app: Flask) -> str | None:
    url = db.engine.url
    # Asking would make an empty file where the database has vanished.
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return "The database is missing."
    try:
        revision = migrations.current_revision(app)
    except (SQLAlchemyError, OSError):
        return NO_ANSWER
    if revision != migrations.head():
        return f"The database is at schema {revision}, this version needs {migrations.head()}."
    return None
