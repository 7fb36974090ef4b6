"""The database's schema, step by step, run by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask

from boardroom.db import db


def modelled(name: str | None, kind: str, parents: object = None) -> bool:
    """Whether the models know such a thing: the indexes for words are the migrations' alone."""
    return not (kind in ("table", "index") and name is not None and "_words" in name)


def config(app: Flask) -> Config:
    """Alembic's configuration, bound to the application's engine."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["app"] = app
    return made


def upgrade(app: Flask, revision: str = "head") -> None:
    """Bring the database to a revision."""
    with app.app_context():
        db.session.rollback()
        command.upgrade(config(app), revision)


def make_revision(app: Flask, message: str) -> None:
    """Write a new step from the difference between the tables and the database."""
    with app.app_context():
        command.revision(config(app), message, autogenerate=True)


def current_revision(app: Flask) -> str | None:
    """The revision that the database is at, or None for an empty one."""
    from alembic.runtime.migration import MigrationContext

    with app.app_context(), db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision that this version knows."""
    return _steps().get_current_head()


def is_known(revision: str) -> bool:
    """Whether this version knows a revision; one that it does not is a newer version's."""
    return any(step.revision == revision for step in _steps().walk_revisions())


def _steps() -> ScriptDirectory:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    return ScriptDirectory.from_config(made)
