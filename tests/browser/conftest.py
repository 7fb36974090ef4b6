"""Browser tests drive the Chromium that tests/chromium.py finds, through pytest-playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import chromium, servers

HERE = Path(__file__).parent

# Several browsers, a server and two cores: what is right may take its time to show
expect.set_options(timeout=15_000)


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


@pytest.fixture(scope="module")
def server(made_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """A demonstration of the module's own, on a free port."""
    folder = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(made_demo, folder)
    with servers.demo(folder) as running:
        yield running


class People:
    """Opens browsers, each signed in as somebody of the demonstration."""

    def __init__(self, browser: Browser, server: servers.Server) -> None:
        self.browser = browser
        self.server = server
        self.contexts: list[BrowserContext] = []
        self.problems: list[str] = []

    def page(self, who: str | None, path: str = "/", **context: Any) -> Page:
        """A page of a browser of its own, signed in as the person whose address begins so."""
        known = self.server.sessions.get(who or "")
        made = self.browser.new_context(base_url=self.server.url, storage_state=known, **context)
        self.contexts.append(made)
        page = made.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                self.problems.append(f"{page.url}: {message.text}")
                if message.type == "error"
                else None
            ),
        )
        if who is not None and known is None:
            page.goto("/sign-in")
            account = next(a for a in self.server.said["accounts"] if a["email"].startswith(who))
            page.get_by_label("Email").fill(account["email"])
            page.get_by_label("Password").fill(account["password"])
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url("**/")
            # Only once for each person: the next of their browsers has this one's cookie.
            self.server.sessions[who] = made.storage_state()
        page.goto(path)
        return page

    def close(self) -> None:
        """Close every browser that was opened."""
        for context in self.contexts:
            context.close()


@pytest.fixture
def people(browser: Browser, server: servers.Server) -> Iterator[People]:
    """See `People`. Whatever a page's console reports as an error fails the test."""
    opened = People(browser, server)
    yield opened
    opened.close()
    assert not opened.problems, opened.problems


@pytest.fixture
def meeting(people: People) -> str:
    """Address of the demonstration's meeting that is to be held."""
    return f"/meetings/{people.server.said['meeting']}"
