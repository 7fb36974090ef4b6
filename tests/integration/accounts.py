"""Accounts with a password, and signing in to them."""

from __future__ import annotations

from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from boardroom.db import db
from boardroom.people.models import Person

PASSWORD = "correct horse battery"
NEW = "seven quiet green rivers"

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def the(app: Flask, person_id: int) -> Person:
    """The person as stored now, with memberships."""
    with app.app_context():
        person = db.session.get_one(Person, person_id)
        _ = person.memberships
        return person


def post_sign_in(client: FlaskClient, email: str, password: str) -> Any:
    return client.post("/sign-in", data={"email": email, "password": password})


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200
