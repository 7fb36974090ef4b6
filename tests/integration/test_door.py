"""Whom the live process opens a line for, how many, and how much may be said on one."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from boardroom.live.lines import JOIN_WITHIN, MOST_LINES, TEND_EVERY
from boardroom.rehearsal.colleague import Colleague
from tests import servers
from tests.conftest import CopyData
from tests.integration.live_room import held, room

FLOOD = 4000


@pytest.fixture(scope="module")
def server(
    made_demo: Path, copy_data: CopyData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[servers.Server]:
    with servers.demo(copy_data(made_demo, tmp_path_factory.mktemp("door") / "demo")) as running:
        yield running


def cookie_of(person: Colleague) -> str:
    return "; ".join(f"{c.key}={c.value}" for c in person._http.cookie_jar)


def address(url: str) -> str:
    return f"{url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket"


async def answer(browser: aiohttp.ClientSession, url: str, cookie: str = "") -> int:
    """The status of a handshake; a line that is opened is closed again."""
    try:
        async with browser.ws_connect(address(url), headers={"Cookie": cookie}):
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


def test_no_line_is_opened_for_who_is_not_signed_in(server: servers.Server) -> None:
    async def story(url: str) -> None:
        async with room(url) as here, aiohttp.ClientSession() as browser:
            doctor = await here.enter(here.account("specialist"))
            cookie = cookie_of(doctor)
            assert await answer(browser, url) == 401
            name, _, value = cookie.partition("=")
            said, _, signature = value.rpartition(".")
            assert await answer(browser, url, f"{name}={said}.{signature[::-1]}") == 401
            visitor = Colleague(url, "Visitor", "none", here.ledger)
            await visitor.page("/sign-in")
            assert cookie_of(visitor).startswith(name)
            assert await answer(browser, url, cookie_of(visitor)) == 401
            await visitor.close()
            assert await answer(browser, url, cookie) == 101

    held(story, server.url)


def test_who_opens_a_line_and_does_not_join_is_cut(server: servers.Server) -> None:
    most = JOIN_WITHIN + 3 * TEND_EVERY

    async def answering(browser: aiohttp.ClientSession, url: str, cookie: str) -> None:
        async with browser.ws_connect(address(url), headers={"Cookie": cookie}) as line:
            async for message in line:
                if message.data == "2":
                    await line.send_str("3")

    async def mute(url: str, cookie: str) -> None:
        """Somebody who does not even answer that the line is closed."""
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Cookie: {cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        assert b" 101 " in await reader.readline()
        with contextlib.suppress(ConnectionResetError):
            while await reader.read(4096):
                pass
        writer.close()

    async def story(url: str) -> None:
        async with room(url) as here, aiohttp.ClientSession() as browser:
            doctor = await here.enter(here.account("specialist"))
            cookie = cookie_of(doctor)
            begun = time.monotonic()
            async with asyncio.timeout(most):
                await asyncio.gather(answering(browser, url, cookie), mute(url, cookie))
            assert time.monotonic() - begun > JOIN_WITHIN - 1
            assert doctor._socket is not None
            assert doctor._socket.connected, "who joined stays"

    held(story, server.url)


def test_lines_of_one_person_are_bounded(server: servers.Server) -> None:
    async def story(url: str) -> None:
        async with room(url) as here, aiohttp.ClientSession() as browser:
            doctor = await here.enter(here.account("specialist"))
            other = await here.enter(here.account("specialist", 1))
            cookie = cookie_of(doctor)
            lines = [
                await browser.ws_connect(address(url), headers={"Cookie": cookie})
                for _ in range(MOST_LINES - 1)
            ]
            assert await answer(browser, url, cookie) == 429
            assert await answer(browser, url, cookie_of(other)) == 101, "theirs alone"
            await lines.pop().close()
            async with asyncio.timeout(10):
                while await answer(browser, url, cookie) != 101:
                    await asyncio.sleep(0.1)
            for line in lines:
                await line.close()

    held(story, server.url)


def test_a_flood_of_what_is_fleeting_reaches_nobody(server: servers.Server) -> None:
    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            doctor = await here.enter(here.account("specialist"))
            await here.all_equal(await chair.do(here.at("start")))
            heard: Counter[str] = Counter()

            def hear(data: dict[str, Any]) -> None:
                heard[data["where"]] += 1

            assert chair._socket is not None
            assert doctor._socket is not None
            chair._socket.on("typing", hear)
            begun = time.monotonic()
            for _ in range(FLOOD):
                await doctor._socket.emit("typing", {"where": "flood"})
            await chair.reach(await chair.do(here.at("next"), after="0"))
            # All that was said before has been heeded once this is answered.
            await doctor._socket.call("join", {"meeting": here.place.meeting}, timeout=30)
            took = time.monotonic() - begun
            assert 1 <= heard["flood"] <= 10 + 4 * took
            await asyncio.sleep(1)
            await doctor._socket.emit("typing", {"where": "hand"})
            async with asyncio.timeout(5):
                while not heard["hand"]:
                    await asyncio.sleep(0.05)

    held(story, server.url)
