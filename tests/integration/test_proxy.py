"""The shipped nginx configuration: the address that a browser named, and processes that die."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
import requests

from boardroom.rehearsal.pages import Page
from tests import proxies, servers

pytestmark = pytest.mark.skipif(proxies.program() is None, reason="nginx is not installed")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """A demonstration."""
    with servers.demo(tmp_path_factory.mktemp("proxied")) as running:
        yield running


@contextlib.contextmanager
def dying() -> Iterator[tuple[str, list[str]]]:
    """A process that says it is well, and dies of all else; its address, and what it was asked."""
    taken: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    with line:
                        asked = line.recv(65536).decode("latin-1").partition("\r\n")[0]
                        taken.append(asked)
                        if "/health/" in asked:
                            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", taken
        listener.shutdown(socket.SHUT_RDWR)


def somebody(text: str) -> dict[str, str]:
    """What is sent from the page for signing in to come in as its first person."""
    person = re.search(r'name="person" value="(\d+)"', text)
    assert person is not None
    return {"person": person.group(1), "csrf_token": Page(text).token}


def test_sockets_are_taken_from_the_address_that_the_browser_named(
    server: servers.Server, tmp_path: Path
) -> None:
    async def status(url: str, origin: str) -> int:
        address = f"{url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket"
        headers = {"Origin": origin, "Cookie": cookie}
        async with aiohttp.ClientSession() as browser:
            try:
                async with browser.ws_connect(address, headers=headers):
                    return 101
            except aiohttp.WSServerHandshakeError as error:
                return error.status

    with requests.Session() as browser, proxies.nginx(tmp_path, [server.url]) as url:
        text = browser.get(f"{server.url}/sign-in", timeout=10).text
        browser.post(f"{server.url}/sign-in/demo", data=somebody(text), timeout=10)
        cookie = "; ".join(f"{one.name}={one.value}" for one in browser.cookies)
        assert asyncio.run(status(url, url)) == 101
        for other in ("http://elsewhere.example", "http://127.0.0.1", server.url):
            assert asyncio.run(status(url, other)) == 400, other


def test_a_post_to_a_process_that_dies_is_taken_by_the_next(
    server: servers.Server, tmp_path: Path
) -> None:
    with dying() as (broken, taken), proxies.nginx(tmp_path, [broken, server.url]) as url:
        for _ in range(2):
            with requests.Session() as browser:
                text = browser.get(f"{server.url}/sign-in", timeout=10).text
                done = browser.post(
                    f"{url}/sign-in/demo", data=somebody(text), timeout=10, allow_redirects=False
                )
                assert done.status_code == 303
        assert len([asked for asked in taken if asked.startswith("POST")]) == 1


def test_where_no_process_answers_there_are_plain_words(tmp_path: Path) -> None:
    with dying() as (broken, _), proxies.nginx(tmp_path, [broken]) as url:
        for answer in (
            requests.get(f"{url}/meetings", timeout=10),
            requests.post(f"{url}/sign-in", timeout=10),
        ):
            assert answer.status_code == 503
            assert "Boardroom does not answer" in answer.text
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert answer.headers["Retry-After"] == "5"
            assert "nginx" not in answer.text
