"""Who is signed in: Flask-Login, with sessions that end when an account's rights do."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable
from functools import cache
from math import ceil
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, current_app, make_response, request, session, url_for
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import delete, exists, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from boardroom import receipts
from boardroom.db import db, note_transaction, now
from boardroom.errors import error_page
from boardroom.live.queue import channel_of
from boardroom.people.models import EndedSession, Membership, Person
from boardroom.people.sessions import Sessions

T = TypeVar("T")

SEEN_EVERY = 300  # seconds between two notes that a person was here

login_manager = LoginManager()
limiter = Limiter(key_func=get_remote_address)
hasher = PasswordHasher()

# Each check takes 64 MB and a processor for a moment: a rush at the door must wait its turn.
_turns = threading.BoundedSemaphore(2)


# --- Passwords ---------------------------------------------------------------------------------


def hash_password(password: str) -> str:
    """Argon2id, with the library's present parameters."""
    return _aside(lambda: hasher.hash(_written(password)))


def password_matches(person: Person | None, password: str) -> bool:
    """Whether the password is the person's. Takes as long for an account that does not exist."""
    stored = person.password_hash if person is not None and person.active else None
    # The check must not hold the database's one write lock: what was read is not needed below.
    db.session.rollback()

    def check() -> bool:
        spare = _nobodys_hash()  # made whether it is needed or not: time must tell nothing
        try:
            return hasher.verify(stored or spare, _written(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    return _aside(check)


def needs_new_hash(person: Person) -> bool:
    """Whether the stored hash was made with weaker parameters than today's."""
    return person.password_hash is not None and hasher.check_needs_rehash(person.password_hash)


def _written(password: str) -> str:
    """One form for characters that keyboards compose in different ways."""
    return unicodedata.normalize("NFKC", password)


def _aside(work: Callable[[], T]) -> T:
    """Run slow arithmetic where it does not stop everybody else's requests."""
    if current_app and current_app.config.get("ASYNC_MODE") == "gevent":
        import gevent

        with _turns:
            result: T = gevent.get_hub().threadpool.apply(work)
            return result
    with _turns:
        return work()


@cache
def _nobodys_hash() -> str:
    """What a password is compared with where there is no account; made at the first sign-in."""
    return hasher.hash("nobody has this password")


# --- Sessions ----------------------------------------------------------------------------------


def begin_session(person: Person) -> None:
    """Sign the person in with a new session: nothing that stood in the old one is kept."""
    session.clear()
    login_user(person)
    session.permanent = True
    session["seen"] = int(time.time())
    session["session"] = secrets.token_urlsafe(16)
    person.last_seen_at = now()
    db.session.execute(delete(EndedSession).where(EndedSession.until < now()))
    receipts.forget_old()


def end_session() -> None:
    """Sign out on this device. A copy of its cookie lets nobody in from now on."""
    if name := session.get("session"):
        # Twice as long as a cookie: one that was asked for in this instant is signed anew
        until = now() + 2 * current_app.permanent_session_lifetime
        known = select(EndedSession.id).where(EndedSession.digest == _digest(name))
        if db.session.scalar(known) is None:
            db.session.add(EndedSession(digest=_digest(name), until=until))
    logout_user()
    session.clear()


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def init_sign_in(app: Flask) -> None:
    """Bind Flask-Login, and the throttle of the sign-in."""
    app.session_interface = Sessions()
    login_manager.session_protection = "basic"
    login_manager.init_app(app)
    queue = app.config["MESSAGE_QUEUE"]
    app.config.setdefault("RATELIMIT_STORAGE_URI", queue or "memory://")
    if queue:  # tries are counted by all processes together; by each alone while the queue is away
        app.config.setdefault(
            "RATELIMIT_STORAGE_OPTIONS", {"socket_timeout": 1, "socket_connect_timeout": 1}
        )
        app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", True)
        app.config.setdefault("RATELIMIT_KEY_PREFIX", channel_of(app.config["SECRET_KEY"]))
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.after_request(_note_presence)


@login_manager.user_loader
def load_person(session_id: str) -> Person | None:
    """The person of a session, or None where the session was ended from elsewhere."""
    person_id, _, version = session_id.partition(":")
    if not (person_id.isdecimal() and version.isdecimal()):
        return None
    # A board whose definition was taken away has no pages: nobody has a place on it meanwhile.
    here = Person.memberships.and_(Membership.board.in_(current_app.extensions["boards"]))
    ended = exists().where(EndedSession.digest == _digest(session.get("session", "")))
    query = select(Person, ended).where(Person.id == int(person_id)).options(joinedload(here))
    found = db.session.execute(query).unique().one_or_none()
    if found is None:
        return None
    person, has_ended = found
    if has_ended or not person.active or person.session_version != int(version):
        return None
    loaded: Person = person
    return loaded


def _note_presence(response: Response) -> Response:
    """Every few minutes, write down that the person is about; never at the price of the answer."""
    if request.endpoint in {None, "static"} or request.blueprint == "upkeep":
        return response
    if "_user_id" not in session:
        return response
    if time.time() - session.get("seen", 0) < SEEN_EVERY or not current_user.is_authenticated:
        return response
    person_id = current_user.id
    try:
        with note_transaction() as database:
            database.execute(
                update(Person)
                .where(Person.id == person_id)
                .values(last_seen_at=now())
                .execution_options(synchronize_session=False)
            )
        session["seen"] = int(time.time())
    except (OperationalError, PoolTimeout):
        pass  # busy: the next request will do
    return response


# --- Throttle ----------------------------------------------------------------------------------


def _address_and_account() -> str:
    account = request.form.get("email", "").strip().casefold()[:254] or session.get("_user_id", "")
    return f"{get_remote_address()} {account}"


def _failed(response: Response) -> bool:
    return response.status_code >= 400


def _too_many(error: RateLimitExceeded) -> Response:
    """Say how long to wait. The same whether the account exists or not."""
    found = limiter.current_limit
    seconds = max(1, ceil(found.window[0] - time.time())) if found is not None else 60
    wait = f"{seconds} seconds" if seconds < 90 else f"{-(-seconds // 60)} minutes"
    wait = "1 second" if seconds == 1 else wait
    html, status = error_page(
        429,
        text=f"Wait {wait}, then try again. Nothing is locked: the right password works then.",
        back={"url": url_for("people.sign_in"), "label": "Back to signing in"},
    )
    response = make_response(html, status)
    response.headers["Retry-After"] = str(seconds)
    return response


def throttled(view: Callable[..., T]) -> Callable[..., T]:
    """Limit how often passwords are tried: from one address on one account, and from one address
    altogether. Only failed tries count, so that a hospital behind one address can sign in."""
    by_account = limiter.limit(
        lambda: str(current_app.config["SIGN_IN_LIMIT"]),
        key_func=_address_and_account,
        methods=["POST"],
        deduct_when=_failed,
    )
    by_address = limiter.limit(
        lambda: str(current_app.config["SIGN_IN_ADDRESS_LIMIT"]),
        methods=["POST"],
        deduct_when=_failed,
    )
    limited: Callable[..., T] = by_address(by_account(view))
    return limited
