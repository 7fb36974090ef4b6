"""Who is signed in: Flask-Login, with sessions that end when an account's rights do."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask
from flask_login import LoginManager
from sqlalchemy.orm import selectinload

from boardroom.db import db
from boardroom.people.models import Person

login_manager = LoginManager()
hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Argon2id, with the library's present parameters."""
    return hasher.hash(password)


def password_matches(person: Person | None, password: str) -> bool:
    """Whether the password is the person's. Takes as long for an account that does not exist."""
    stored = person.password_hash if person is not None and person.active else None
    try:
        return hasher.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


_NOBODY = PasswordHasher().hash("nobody has this password")


def init_sign_in(app: Flask) -> None:
    """Bind Flask-Login."""
    login_manager.session_protection = "basic"
    login_manager.init_app(app)


@login_manager.user_loader
def load_person(session_id: str) -> Person | None:
    """The person of a session, or None where the session was ended from elsewhere."""
    person_id, _, version = session_id.partition(":")
    if not (person_id.isdecimal() and version.isdecimal()):
        return None
    person = db.session.get(
        Person, int(person_id), options=[selectinload(Person.memberships)]
    )
    if person is None or not person.active or person.session_version != int(version):
        return None
    return person
