"""Clients of an application without a server."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.db import db
from boardroom.people.models import Person


def signed_in(app: Flask, key: str) -> FlaskClient:
    """A client of one of the demonstration's people, by what stands before the @."""
    client = app.test_client()
    with app.app_context():
        query = select(Person).where(Person.email == f"{key}@boardroom.example")
        mark = db.session.scalars(query).unique().one().get_id()
    with client.session_transaction() as session:
        session["_user_id"] = mark
        session["_fresh"] = True
    return client
