"""Browser tests drive the Chromium that tests/chromium.py finds, through pytest-playwright."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import chromium

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The Chromium to drive; without one the test is skipped, with CI=true it fails."""
    try:
        path = chromium.find()
    except FileNotFoundError as problem:
        pytest.fail(str(problem), pytrace=False)
    if path is None:
        if chromium.in_ci():
            pytest.fail(chromium.NOT_FOUND, pytrace=False)
        pytest.skip(chromium.NOT_FOUND)
    return path


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], chromium_path: Path
) -> dict[str, Any]:
    """pytest-playwright's launch options, with our Chromium and its command line."""
    return browser_type_launch_args | {
        "executable_path": str(chromium_path),
        "args": chromium.launch_args(),
    }


@pytest.fixture(scope="session")
def axe_source() -> str:
    """axe-core's script, for `page.evaluate`: it comes with an install in place."""
    return (HERE.parent / "vendor/axe-core/axe.min.js").read_text(encoding="utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that `-m "not browser"` leaves them out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
