"""What the tests of the whole program share: the demonstration, made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from boardroom import create_app, migrations
from boardroom.db import db
from boardroom.demo.build import build


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
