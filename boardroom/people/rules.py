"""What an account may be: passwords, places on a board, invitations. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Collection
from typing import Literal
from urllib.parse import urlsplit

import email_validator
from email_validator import EmailNotValidError, validate_email

# Hospitals' own networks do use names such as ".local"; nothing is sent to them from here.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

PASSWORD_MIN = 12
PASSWORD_MAX = 200  # hashing a book would keep the server busy
GUESTS = ("observer", "referrer")
INVITATION_LASTS = dt.timedelta(days=7)

State = Literal["active", "invited", "expired", "deactivated"]

# Names of inner networks (.local, .lan) are addresses here, so no list of known endings is asked.

_GUESSED_FIRST = ("password", "passwort", "boardroom", "123456", "qwerty", "letmein", "welcome")


def password_problem(password: str, *, email: str, name: str) -> str | None:
    """Why a new password is not taken, in words for the person choosing it; None when it is."""
    if len(password) < PASSWORD_MIN:
        missing = PASSWORD_MIN - len(password)
        return (
            f"Use at least {PASSWORD_MIN} characters: {missing} more. Three or four words that "
            "have nothing to do with each other are easy to remember."
        )
    if len(password) > PASSWORD_MAX:
        return f"Use at most {PASSWORD_MAX} characters."
    plain = _plain(password)
    if len(set(plain)) < 5:
        return "Use more different characters."
    for word in _own_words(email, name):
        if word in plain:
            return f"Leave “{word}” out: your name and address are the first that others try."
    for word in _GUESSED_FIRST:
        if word in plain:
            return f"Leave “{word}” out: it is among the first that others try."
    return None


def account_problem(email: str, name: str, password: str | None = None) -> str | None:
    """Why nobody can have this address, name and new password, in words; None when they can."""
    if not is_email(email.strip()):
        return f"'{email}' is not a complete email address."
    if not name.strip() or len(name) > 200:
        return "A name has 1 to 200 characters."
    return None if password is None else password_problem(password, email=email, name=name)


def is_email(text: str) -> bool:
    """Whether the text is a complete email address."""
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return len(text) <= 254


def _own_words(email: str, name: str) -> list[str]:
    """The parts of a name and an address that are long enough to be telling."""
    account, _, host = email.partition("@")
    parts = [account, host.partition(".")[0], *re.split(r"[^\w]+|_", f"{account} {name}")]
    return sorted({word for part in parts if len(word := _plain(part)) >= 4}, key=len, reverse=True)


def _plain(text: str) -> str:
    """Lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def place_problems(
    role: str, specialty: str, hospital: str, specialties: Collection[str]
) -> dict[str, str]:
    """What does not fit together in a place on a board: field → words; empty when all does."""
    problems: dict[str, str] = {}
    if specialty and specialty not in specialties:
        problems["specialty"] = "Choose a specialty of this board."
    elif role == "specialist" and not specialty:
        problems["specialty"] = "A specialist speaks for a specialty: choose which."
    elif role in GUESTS and specialty:
        # Their presence must not count towards quorum.
        problems["specialty"] = f"A person who is {_article(role)} speaks for no specialty here."
    if role == "referrer" and not hospital.strip():
        problems["hospital"] = "A referrer sees the cases of one hospital: say which."
    return problems


def _article(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"


def new_token() -> str:
    """A token for a one-time link: 256 random bits, fit for an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token. It is random, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def state_of(
    *, active: bool, has_password: bool, link_expires_at: dt.datetime | None, at: dt.datetime
) -> State:
    """How an account stands at an instant."""
    if not active:
        return "deactivated"
    if has_password:
        return "active"
    return "invited" if link_expires_at is not None and link_expires_at > at else "expired"


def local_path(address: object) -> str | None:
    """The address, if it is a path on this server and nothing else; None otherwise."""
    if not isinstance(address, str) or not address.startswith("/") or len(address) > 2000:
        return None
    # Browsers read "\" as "/", and skip tabs and line ends: "/\host" would leave this server.
    if address.startswith("//") or "\\" in address or any(ord(c) < 32 for c in address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address
