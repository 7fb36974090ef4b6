"""A PostgreSQL database as a whole: is it there, is it empty, empty it again."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from boardroom.db import db, write_connection
from boardroom.upkeep.archive import UpkeepFailed


def must_be_empty(app: Flask) -> None:
    """Raises UpkeepFailed unless the application's database answers, is PostgreSQL, is empty."""
    with app.app_context():
        place = shown(app)
        if db.engine.dialect.name != "postgresql":
            raise UpkeepFailed(f"{place} is no PostgreSQL database.")
        try:
            with db.engine.connect() as connection:
                tables = inspect(connection).get_table_names()
        except DBAPIError as error:
            reason = str(error.orig).partition("\n")[0]
            raise UpkeepFailed(f"{place} cannot be used: {reason}") from None
    if tables:
        raise UpkeepFailed(
            f"{place} is not empty: it has tables ({', '.join(sorted(tables)[:3])} …). Make a new "
            "database for Boardroom alone."
        )


def empty(app: Flask) -> None:
    """Remove all that was made in a database that was found empty."""
    with app.app_context():
        db.session.rollback()
        with write_connection(db.engine) as connection:
            if tables := inspect(connection).get_table_names():
                names = ", ".join(_quoted(connection, name) for name in tables)
                connection.execute(text(f"DROP TABLE {names} CASCADE"))
            for name in connection.scalars(
                text(
                    "SELECT proname FROM pg_proc WHERE proname LIKE '%\\_append\\_only' "
                    "AND pronamespace = current_schema()::regnamespace"
                )
            ).all():
                connection.execute(text(f"DROP FUNCTION {_quoted(connection, name)}()"))


def shown(app: Flask) -> str:
    """Where the application's database is, without its password."""
    with app.app_context():
        return db.engine.url.render_as_string(hide_password=True)


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
