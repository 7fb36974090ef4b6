"""Where settings come from, and where the files that ship with the program are.

Order, later wins: ``config/default.toml``, the named mode's file (``demo`` or ``production``),
``DATA/boardroom.toml`` where it exists, then environment variables ``BOARDROOM_*``.
"""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

Mode = Literal["production", "demo", "testing"]

DEFAULT_DATA = "boardroom-data"


SHORTEST_KEY = 32  # characters of what signs sessions


class SettingsError(Exception):
    """A settings file or value that cannot be used; the message says which and why."""


def asset_dir(name: str) -> Path:
    """Folder of shipped files: ``templates``, ``static`` or ``config``.

    A checkout has them at its top level; a wheel carries them inside the package.
    """
    packaged = Path(__file__).parent / "_assets" / name
    if packaged.is_dir():
        return packaged
    return Path(__file__).parent.parent / name


def data_dir(chosen: str | os.PathLike[str] | None = None) -> Path:
    """The folder with database and documents: chosen, BOARDROOM_DATA, or ./boardroom-data."""
    return Path(chosen or os.environ.get("BOARDROOM_DATA") or DEFAULT_DATA).expanduser().resolve()


def read_settings(
    mode: Mode, data: Path, overrides: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """All settings for one run, as Flask configuration keys.

    ``overrides`` win, and may hold more than settings. Raises SettingsError where a file cannot be
    read, or a setting is unknown or not what it has to be.
    """
    values = configured(mode, data, overrides)
    values["MODE"] = mode
    values["DEMO"] = mode == "demo"
    values["TESTING"] = mode == "testing"
    values["DATA_DIR"] = data
    values["DOCUMENTS_DIR"] = data / "documents"
    values["DATABASE_URL"] = values.get("DATABASE_URL") or own_database(data)
    for name in ("boards", "letters"):
        shipped = str(asset_dir("config") / name)
        values[f"{name.upper()}_DIR"] = values.get(f"{name.upper()}_DIR") or shipped
    if not values.get("SECRET_KEY"):
        values["SECRET_KEY"] = _own_secret_key(data)
    return values


def database_file(mode: Mode, data: Path) -> Path | None:
    """The SQLite file that a run would open, which need not be there; None for another database.

    Makes nothing. Raises SettingsError where a file cannot be read.
    """
    data = data_dir(data)
    url = configured(mode, data).get("DATABASE_URL") or own_database(data)
    scheme, _, place = url.partition(":///")
    return Path(place) if scheme.startswith("sqlite") and place else None


def checked_address(url: str) -> str:
    """A database's address with its driver. Raises SettingsError."""
    from boardroom.known_settings import address_of

    try:
        return address_of(url)
    except ValueError as error:
        raise SettingsError(f"database_url {error}") from None


def point_to(data: Path, url: str) -> bool:
    """Have a data folder's own settings name a database; False where the settings do already.

    Raises SettingsError where they name another one.
    """
    named = configured("production", data).get("DATABASE_URL")
    if named:
        if named != checked_address(url):
            raise SettingsError("The settings name another database already (database_url).")
        return False
    path = data / "boardroom.toml"
    before = path.read_text() if path.is_file() else ""
    written = path.with_suffix(".new")
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"database_url = {json.dumps(url)}\n{before}")  # a JSON text is a TOML one
    written.replace(path)
    return True


def own_database(data: Path) -> str:
    """The address of the SQLite file in a data folder."""
    return f"sqlite:///{data / 'boardroom.db'}"


def configured(
    mode: Mode, data: Path, overrides: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """What files, environment and overrides say of the settings, each of them checked.

    Raises SettingsError, with every mistake: where it stands, the setting's name, and why.
    """
    from boardroom import known_settings

    values: dict[str, Any] = {}
    said_in: dict[str, str] = {}
    for path in (
        asset_dir("config") / "default.toml",
        asset_dir("config") / f"{mode}.toml",
        data / "boardroom.toml",
    ):
        if path.exists() or path.is_symlink():  # a folder of that name, or one that leads nowhere
            found = _read_toml(path)
            values |= found
            said_in |= {name: f"{path}: {name}" for name in found}
    for name, value in _from_environment().items():
        values[name] = value
        said_in[name] = f"BOARDROOM_{name.upper()}"
    for name, value in (overrides or {}).items():
        if name.lower() in known_settings.Settings.model_fields:
            values[name.lower()] = value
            said_in.pop(name.lower(), None)
    good, wrong = known_settings.checked(values)
    if wrong:
        raise SettingsError(
            "\n".join(
                f"{said_in.get(name.partition('.')[0], name)}: {why}" for name, why in wrong.items()
            )
        )
    return {name.upper(): value for name, value in good.items()}


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return {key.lower(): value for key, value in tomllib.load(file).items()}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _from_environment() -> dict[str, Any]:
    """``BOARDROOM_X=…`` as settings; a value that is valid TOML keeps its type.

    Where text is wanted, a value without quotes is text whatever it looks like.
    """
    from boardroom.known_settings import FOREIGN, OTHERS, is_text

    found: dict[str, Any] = {}
    for variable, text in os.environ.items():
        name = variable.removeprefix("BOARDROOM_")
        if name == variable or name in OTHERS or FOREIGN.match(f"{name}={text}"):
            continue
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        name = name.lower()
        found[name] = text if is_text(name) and not isinstance(value, str) else value
    return found


def _own_secret_key(data: Path) -> str:
    """The installation's key, made once and readable by its owner alone."""
    path = data / "secret_key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass  # another process made it in this instant
        else:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
    key = path.read_text().strip()
    if len(key) < SHORTEST_KEY:
        raise SettingsError(
            f"{path}: holds less than {SHORTEST_KEY} characters; remove it, and one is made anew"
        )
    return key
