"""A wheel built from the tree carries all that a page needs, and runs from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

RUNS = """
import sys
from pathlib import Path
import boardroom
from boardroom import create_app, migrations

assert Path(boardroom.__file__).is_relative_to(sys.argv[1]), boardroom.__file__
app = create_app("testing", data=sys.argv[2])
migrations.upgrade(app)
client = app.test_client()
page = client.get("/", follow_redirects=True)
assert page.status_code == 200, page.status
vendor = client.get("/static/vendor/bootstrap/bootstrap.min.css")
assert vendor.status_code == 200, vendor.status
print("runs")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_all_assets_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "static/css", "static/js", "config"):
        tracked = {p for p in (ROOT / folder).rglob("*") if p.is_file() and p.name[0] != "."}
        assert tracked
        missing = {f"boardroom/_assets/{p.relative_to(ROOT)}" for p in tracked} - names
        assert not missing
    for library in (
        "bootstrap/bootstrap.min.css",
        "bootstrap/bootstrap.bundle.min.js",
        "htmx/htmx.min.js",
        "inter/index.css",
        "inter/files/inter-latin-wght-normal.woff2",
        "socket.io/socket.io.min.js",
        "sortablejs/Sortable.min.js",
    ):
        assert f"boardroom/_assets/static/vendor/{library}" in names
    assert not [name for name in names if "axe" in name or name.startswith("tests/")]


def test_wheel_runs_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    done = subprocess.run(
        [sys.executable, "-c", RUNS, site, tmp_path / "data"],
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "runs", done.stderr
    assert not list(empty.iterdir())
