"""What the tests of the whole program share: the demonstration, made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom import create_app, migrations
from boardroom.db import db
from boardroom.demo.build import build
from boardroom.people.models import Person


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demonstration; only to be copied."""
    folder = tmp_path_factory.mktemp("made") / "demo"
    app = create_app("demo", data=folder)
    migrations.upgrade(app)
    with app.app_context():
        build(app)
        db.session.close()
        db.engine.dispose()
    return folder


@pytest.fixture
def demo_folder(made_demo: Path, tmp_path: Path) -> Path:
    """The demonstration in a folder of the test's own."""
    folder = tmp_path / "demo"
    shutil.copytree(made_demo, folder)
    return folder


@pytest.fixture
def demo(demo_folder: Path) -> Iterator[Flask]:
    """The demonstration, with its signed meeting, as an application of the test's own."""
    app = create_app("demo", data=demo_folder, WTF_CSRF_ENABLED=False)
    yield app
    with app.app_context():
        db.session.close()
        db.engine.dispose()


@pytest.fixture
def as_(demo: Flask) -> Callable[[str], FlaskClient]:
    """A client signed in as one of the demonstration's people."""

    def make(key: str) -> FlaskClient:
        client = demo.test_client()
        with demo.app_context():
            person = db.session.scalars(
                select(Person).where(Person.email == f"{key}@boardroom.example")
            ).one()
            client_id = person.get_id()
        with client.session_transaction() as session:
            session["_user_id"] = client_id
            session["_fresh"] = True
        return client

    return make
