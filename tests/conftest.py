"""What every test can ask for: an application on a real database, people, cases, meetings.

The database is a SQLite file. With TEST_DATABASE=postgresql in the environment it is PostgreSQL: a
server that the tests start, and in it a database for each data folder, named by the folder's own
settings, so that commands and servers on that folder find it too.
"""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import tomllib
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from boardroom import create_app, engines, migrations
from boardroom.db import db, write_transaction
from boardroom.people.models import Membership, Person, Role
from tests.databases import Postgres, name_in, point_to, postgres

ON_POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"


def pytest_configure(config: pytest.Config) -> None:
    if ON_POSTGRESQL:
        # Applications that a test leaves lying about; SQLite's connections say nothing of it.
        for ignored in ("still open:ResourceWarning", ":pytest.PytestUnraisableExceptionWarning"):
            config.addinivalue_line("filterwarnings", f"ignore:.*{ignored}")
        # Also of those that end with the process, when pytest's own filters are gone
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.simplefilter("ignore", pytest.PytestUnraisableExceptionWarning)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if ON_POSTGRESQL and item.get_closest_marker("sqlite"):
            item.add_marker(pytest.mark.skip(reason="about SQLite, or starts from it"))


def pytest_collection_finish(session: pytest.Session) -> None:
    # What is loaded stays to the end: the collector need not walk it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


# ---- The database ----

CopyData = Callable[[Path, Path], Path]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgres]:
    """A PostgreSQL server, started by the first test that asks for it."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Postgres | None:
    """The PostgreSQL server that every test's record is in; None where they run on SQLite."""
    return request.getfixturevalue("postgresql") if ON_POSTGRESQL else None


@pytest.fixture(scope="session")
def copy_data(cluster: Postgres | None) -> CopyData:
    """Copy a data folder, which nobody serves, with its database."""

    def copy(source: Path, target: Path) -> Path:
        shutil.copytree(source, target, dirs_exist_ok=True)
        if cluster is not None:
            point_to(target, cluster.address(cluster.new(name_in(source))))
        return target

    return copy


# ---- Made once for all tests of a run, whichever process runs them ----

MadeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, cluster: Postgres | None) -> MadeOnce:
    """``made_once(name, make)`` is a folder that `make` filled; nobody may work in it.

    Each core runs tests in a process of its own: whichever asks first makes it, the others wait.
    On PostgreSQL each has a server of its own, and makes it there.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ and cluster is None else own

    def folder(name: str, make: Callable[[Path], object]) -> Path:
        made, begun = shared / name, shared / f"{name}.begun"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                shutil.rmtree(begun, ignore_errors=True)
                begun.mkdir(mode=0o700)
                if cluster is not None:
                    point_to(begun, cluster.address(cluster.new()))
                make(begun)
                begun.rename(made)
        return made

    return folder


class RememberedRule(Rule):
    """A route whose code that builds addresses is compiled for the first application only."""

    _compiled: ClassVar[dict[tuple[object, ...], Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        key = (self.rule, self.subdomain, self.host, repr(self.defaults), append_unknown)
        if key not in self._compiled:
            self._compiled[key] = super()._compile_builder(append_unknown)
        return self._compiled[key]


@pytest.fixture(scope="session", autouse=True)
def compiled_once(made_once: MadeOnce) -> Iterator[None]:
    """Every test has an application of its own; they share compiled templates and routes, and what
    was parsed of the boards' and letters' files."""
    compiled = FileSystemBytecodeCache(str(made_once("templates", lambda folder: None)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Flask, "jinja_options", {"bytecode_cache": compiled})
        patched.setattr(Flask, "url_rule_class", RememberedRule)
        parsed = cache(tomllib.loads)
        patched.setattr(tomllib, "loads", lambda text: deepcopy(parsed(text)))
        yield


@pytest.fixture(scope="session", autouse=True)
def not_waiting_for_the_disk() -> Iterator[None]:
    """SQLite in a test's own process does not wait for the disk at each commit, no more than the
    tests' PostgreSQL: only a machine that loses its power would tell. A served process waits."""
    connected = engines._sqlite_connected

    def connect(connection: Any, record: Any) -> None:
        connected(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(engines, "_sqlite_connected", connect)
        yield


@pytest.fixture(scope="session")
def migrated(made_once: MadeOnce) -> Path:
    """A data folder that went through every migration once; each test gets a copy."""

    def make(folder: Path) -> None:
        app = create_app("testing", data=folder)
        migrations.upgrade(app)
        with app.app_context():
            db.engine.dispose()

    return made_once("migrated", make)


@pytest.fixture(scope="session")
def made_demo(made_once: MadeOnce) -> Path:
    """A folder with the demonstration; only to be copied."""

    def make(folder: Path) -> None:
        from boardroom.demo.build import build

        app = create_app("demo", data=folder)
        migrations.upgrade(app)
        with app.app_context():
            build(app)
            db.session.close()
            db.engine.dispose()

    return made_once("demo", make)


# ---- A test's own ----


@pytest.fixture
def data(tmp_path: Path, migrated: Path, copy_data: CopyData) -> Path:
    """A data folder with an empty, migrated database."""
    return copy_data(migrated, tmp_path / "data")


@pytest.fixture
def app(data: Path) -> Iterator[Flask]:
    """The application in testing mode."""
    made = create_app("testing", data=data)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def person(app: Flask) -> Callable[..., int]:
    """Make a person; returns the id. ``person("chair")``, ``person("specialist", "surgery")``."""
    count = iter(range(1, 10_000))

    def make(
        role: str = "specialist",
        specialty: str | None = None,
        *,
        board: str = "liver",
        hospital: str = "St Example",
        name: str | None = None,
        email: str | None = None,
        password_hash: str | None = None,
    ) -> int:
        number = next(count)
        with app.app_context(), write_transaction() as session:
            made = Person(
                name=name or f"Test {role.title()} {number}",
                email=email or f"{role}{number}@boardroom.example",
                hospital=hospital,
                password_hash=password_hash,
                memberships=[Membership(board=board, role=Role(role), specialty=specialty)],
            )
            session.add(made)
            session.flush()
            return made.id

    return make


@pytest.fixture
def sign_in(app: Flask) -> Callable[[int], FlaskClient]:
    """A client signed in as the person with this id (without going through the form)."""

    def make(person_id: int) -> FlaskClient:
        client = app.test_client()
        with app.app_context():
            person = db.session.get_one(Person, person_id)
            session_id = person.get_id()
        with client.session_transaction() as session:
            session["_user_id"] = session_id
            session["_fresh"] = True
        return client

    return make


@pytest.fixture
def rows(app: Flask) -> Callable[..., list[Any]]:
    """Run a select in a fresh session and return its scalars."""

    def run(statement: Any) -> list[Any]:
        with app.app_context():
            return list(db.session.scalars(statement).unique())

    return run
