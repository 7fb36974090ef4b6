"""Every setting that there is, with its kind and what it may be: one checked piece of data.

A setting with no default here has one in `config/default.toml`. What is not known is refused: a
name mistyped, or a line that landed below a `[table]`, would change nothing and say nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from boardroom.settings import SHORTEST_KEY
from boardroom.toml_mistakes import mistakes_in

SHORTEST_TOKEN = 24  # characters of what opens the metrics

OTHERS = frozenset(
    {
        "DATA", "ADMIN_EMAIL", "ADMIN_NAME", "ADMIN_PASSWORD", "USER_PASSWORD",  # the command's
        "SHARED", "CHROMIUM",  # the tests'
    }
)  # fmt: skip
"""BOARDROOM_… variables that are no settings."""
FOREIGN = re.compile(r"(\w+_)?(SERVICE_(HOST|PORT)(_\w+)?|PORT_\w+)=|(\w+_)?PORT=(tcp|udp|sctp)://")
"""What Docker and Kubernetes tell every container beside a service whose name begins so."""
GONE = {
    "wtf_csrf_time_limit": (
        "is a setting no longer: a page can be sent as long as its session lasts "
        "(permanent_session_lifetime). Take the line out"
    ),
}
"""What an older version knew."""


def _at_least(characters: int) -> Callable[[str], str]:
    """A secret that can be guessed is none; an empty one means that there is none."""

    def check(text: str) -> str:
        if 0 < len(text) < characters:
            raise ValueError(
                f"must be text of at least {characters} characters, such as the output of: "
                "openssl rand -hex 32"
            )
        return text

    return check


def _limit(text: str) -> str:
    from limits import parse_many

    try:
        good = all(limit.amount > 0 for limit in parse_many(text))
    except ValueError:
        good = False
    if not good:
        raise ValueError('must be how many in what time, such as "10 per minute; 30 per hour"')
    return text


def address_of(url: str) -> str:
    """A database's address with its driver.

    Raises ValueError, which says why without the address: that can hold a password.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from boardroom.engines import KINDS, normal_url

    if not url:
        return url
    try:
        made = normal_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(
            "is no address of a database, such as postgresql://user@host/boardroom"
        ) from None
    if made.partition(":")[0] not in KINDS:
        raise ValueError("must begin with postgresql:// (or sqlite:///, for a file)")
    if "@" in (make_url(made).host or ""):  # it would be named where the host is not found
        raise ValueError("has two @: one in a password is written %40")
    return made


def _queue(url: str) -> str:
    if not url:
        return url
    from redis import ConnectionPool, RedisError

    parts = urlsplit(url)
    try:
        good = parts.scheme in ("redis", "rediss") and bool(parts.hostname)
        good = good and (parts.path in ("", "/") or parts.path[1:].isdecimal())
        ConnectionPool.from_url(url).make_connection()  # connects to nothing yet
    except (ValueError, TypeError, RedisError):  # TypeError: an option that there is not
        good = False
    if not good:
        raise ValueError("is no address of Redis or Valkey, such as redis://127.0.0.1:6379/0")
    return url


def is_web_address(text: str) -> bool:
    """Whether it begins with http:// or https:// and names a host."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _host(name: str) -> str:
    if not re.fullmatch(r"([A-Za-z0-9.-]+(:[0-9]+)?)?", name):
        raise ValueError("must be a host and no more, such as boardroom.example or 10.0.0.1:8000")
    return name


def _public(url: str) -> str:
    if url and not is_web_address(url):
        raise ValueError("must begin with https:// (or http://), such as https://boardroom.example")
    return url


def _folder(name: str) -> str:
    if name and not Path(name).is_dir():
        raise ValueError(f"names no folder: {name}")
    return name


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


Folder = Annotated[str, BeforeValidator(_text), AfterValidator(_folder)]
Secret = Annotated[str, AfterValidator(_at_least(SHORTEST_KEY))]
Limit = Annotated[str, AfterValidator(_limit)]
Seconds = Annotated[int, Field(ge=5, le=31_536_000)]
Bytes = Annotated[int, Field(ge=65_536, le=1 << 40)]


class Settings(BaseModel):
    """What `boardroom.toml` and BOARDROOM_… variables may say, for Flask's configuration."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    secret_key: Secret = ""
    secret_key_fallbacks: list[Secret] = []
    database_url: Annotated[str, AfterValidator(address_of)] = ""
    message_queue: Annotated[str, AfterValidator(_queue)]
    public_url: Annotated[str, AfterValidator(_public)]
    proxy_count: Annotated[int, Field(ge=0, le=10)]
    server_name: Annotated[str, AfterValidator(_host)] = ""
    trusted_hosts: list[str] = []
    boards_dir: Folder = ""
    letters_dir: Folder = ""
    session_cookie_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    session_cookie_httponly: bool
    session_cookie_samesite: Literal["Lax", "Strict"]
    session_cookie_secure: bool
    permanent_session_lifetime: Seconds
    max_content_length: Bytes
    max_form_memory_size: Bytes
    document_max_bytes: Bytes
    export_days: Annotated[int, Field(ge=1, le=3650)]
    wtf_csrf_enabled: bool = True
    sign_in_limit: Limit
    sign_in_address_limit: Limit
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
    log_format: Literal["plain", "json"]
    metrics_token: Annotated[str, AfterValidator(_at_least(SHORTEST_TOKEN))]
    send_file_max_age_default: Annotated[int, Field(ge=0, le=31_536_000)]


def is_text(name: str) -> bool:
    """Whether a setting is text, so that a variable needs no quotes however its value looks."""
    field = Settings.model_fields.get(name)
    return field is not None and field.annotation is str


def checked(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was said, by the settings' names; or what is wrong with which of them, plainly."""
    try:
        return Settings.model_validate(dict(values)).model_dump(exclude_unset=True), {}
    except ValidationError as error:
        wrong = {
            name: why if name.partition(".")[0] in Settings.model_fields else unknown(name, values)
            for name, why in mistakes_in(error, values)
        }
        return {}, wrong


def unknown(name: str, values: Mapping[str, Any]) -> str:
    """Why a name is refused, with what may have been meant."""
    if name.lower() in GONE:
        return GONE[name.lower()]
    if isinstance(values.get(name), Mapping):
        lost = [key for key in values[name] if str(key).lower() in Settings.model_fields]
        if lost:
            return f"there is no such table, and {lost[0]} below it does nothing: put it above"
        return "there is no such table"
    near = difflib.get_close_matches(name.lower(), Settings.model_fields, n=1, cutoff=0.7)
    return f"there is no such setting; is {near[0]} meant?" if near else "there is no such setting"
