"""What every test can ask for: an application on a real SQLite file, people, cases, meetings."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from boardroom import create_app, migrations
from boardroom.db import db, write_transaction
from boardroom.people.models import Membership, Person, Role

# ---- Made once for all tests of a run, whichever process runs them ----

MadeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """``made_once(name, make)`` is a folder that `make` filled; nobody may work in it.

    Each core runs tests in a process of its own: whichever asks first makes it, the others wait.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(name: str, make: Callable[[Path], object]) -> Path:
        made, begun = shared / name, shared / f"{name}.begun"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                shutil.rmtree(begun, ignore_errors=True)
                begun.mkdir()
                make(begun)
                begun.rename(made)
        return made

    return folder


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once(made_once: MadeOnce) -> Iterator[None]:
    """Every test has an application of its own; they share the compiled templates."""
    compiled = FileSystemBytecodeCache(str(made_once("templates", lambda folder: None)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Flask, "jinja_options", {"bytecode_cache": compiled})
        yield


@pytest.fixture(scope="session")
def migrated_database(made_once: MadeOnce) -> Path:
    """A database that went through every migration once; each test gets a copy."""

    def make(folder: Path) -> None:
        app = create_app("testing", data=folder)
        migrations.upgrade(app)
        with app.app_context():
            db.engine.dispose()

    return made_once("migrated", make) / "boardroom.db"


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
def data(tmp_path: Path, migrated_database: Path) -> Path:
    """A data folder with an empty, migrated database."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(migrated_database, folder / "boardroom.db")
    return folder


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
