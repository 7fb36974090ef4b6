"""Where settings come from, and where the files that ship with the program are.

Order, later wins: ``config/default.toml``, the named mode's file (``demo`` or ``production``),
``DATA/boardroom.toml`` where it exists, then environment variables ``BOARDROOM_*``.
"""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from pathlib import Path
from typing import Any, Literal

Mode = Literal["production", "demo", "testing"]

DEFAULT_DATA = "boardroom-data"


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


def read_settings(mode: Mode, data: Path) -> dict[str, Any]:
    """All settings for one run, as Flask configuration keys.

    Raises SettingsError where a file cannot be read.
    """
    values = configured(mode, data)
    values["MODE"] = mode
    values["DEMO"] = mode == "demo"
    values["TESTING"] = mode == "testing"
    values["DATA_DIR"] = data
    values["DOCUMENTS_DIR"] = data / "documents"
    values["DATABASE_URL"] = checked_address(str(values.get("DATABASE_URL") or own_database(data)))
    values.setdefault("BOARDS_DIR", str(asset_dir("config") / "boards"))
    values.setdefault("LETTERS_DIR", str(asset_dir("config") / "letters"))
    if not values.get("SECRET_KEY"):
        values["SECRET_KEY"] = _own_secret_key(data)
    return values


def database_file(mode: Mode, data: Path) -> Path | None:
    """The SQLite file that a run would open, which need not be there; None for another database.

    Makes nothing. Raises SettingsError where a file cannot be read.
    """
    data = data_dir(data)
    url = str(configured(mode, data).get("DATABASE_URL") or own_database(data))
    scheme, _, place = url.partition(":///")
    return Path(place) if scheme.startswith("sqlite") and place else None


def checked_address(url: str) -> str:
    """A database's address with its driver. Raises SettingsError."""
    from sqlalchemy.exc import ArgumentError

    from boardroom.engines import normal_url

    try:
        return normal_url(url)
    except ArgumentError:  # its words quote the address, which can hold a password
        raise SettingsError(
            "database_url is no address of a database, such as postgresql://user@host/boardroom"
        ) from None


def point_to(data: Path, url: str) -> bool:
    """Have a data folder's own settings name a database; False where the settings do already.

    Raises SettingsError where they name another one.
    """
    named = configured("production", data).get("DATABASE_URL")
    if named is not None:
        if checked_address(str(named)) != checked_address(url):
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


def configured(mode: Mode, data: Path) -> dict[str, Any]:
    """What files and environment say. Raises SettingsError where a file cannot be read."""
    values: dict[str, Any] = {}
    for path in (
        asset_dir("config") / "default.toml",
        asset_dir("config") / f"{mode}.toml",
        data / "boardroom.toml",
    ):
        if path.is_file():
            values.update(_read_toml(path))
    values.update(_from_environment())
    return values


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return {key.upper(): value for key, value in tomllib.load(file).items()}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _from_environment() -> dict[str, Any]:
    """``BOARDROOM_X=…`` as settings; a value that is valid TOML keeps its type."""
    found: dict[str, Any] = {}
    for name, text in os.environ.items():
        if name.startswith("BOARDROOM_") and name != "BOARDROOM_DATA":
            try:
                found[name.removeprefix("BOARDROOM_")] = tomllib.loads(f"value = {text}")["value"]
            except tomllib.TOMLDecodeError:
                found[name.removeprefix("BOARDROOM_")] = text
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
    return path.read_text().strip()
