"""Screens that stop reading: nobody waits for them, what is kept for them is bounded, they heal."""

from __future__ import annotations

import asyncio
import queue
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from boardroom import websocket
from tests import servers
from tests.conftest import CopyData
from tests.integration.live_room import Client, held, room

SAVES = 60
LONG = "The remnant can grow. " * 200  # what a push of the consensus carries


@pytest.fixture
def server(made_demo: Path, copy_data: CopyData, tmp_path: Path) -> Iterator[servers.Server]:
    with servers.demo(copy_data(made_demo, tmp_path / "demo")) as running:
        yield running


def line_of(websocket: Any) -> Any:
    """The transport below it."""
    return websocket._response.connection.transport


def stop_reading(client: Client) -> Any:
    """As a laptop that is stuck: the connection stands, and nothing is taken from it.

    Returns the client's WebSocket.
    """
    assert client._socket is not None
    websocket = client._socket.eio.ws
    line = line_of(websocket)
    line.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.pause_reading()
    return websocket


def let_go_of(server: servers.Server) -> list[str]:
    """What the log says of those who were let go."""
    return [line for line in server.log if "reads too slowly" in line]


def test_who_stops_reading_is_let_go_keeps_nobody_waiting_and_heals(
    server: servers.Server,
) -> None:
    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            scribe_is = here.account("specialist")
            scribe = await here.enter(scribe_is)
            stuck, *typists = [
                await here.enter(one)
                for one in here.place.accounts
                if one.role == "specialist" and one != scribe_is
            ]
            assert stuck._socket is not None
            stuck._socket.eio.ping_timeout = (
                60  # so that it is the server that lets go, however slow
            )
            item = here.at(f"items/{here.items[0].id}")
            await chair.do(here.at("start"))
            await chair.do(here.at("next"), after="0")
            await chair.do(f"{item}/reveal")
            await here.all_equal(await scribe.do(here.at("pen/take")))
            ended = stop_reading(stuck)
            heard = asyncio.Event()
            assert chair._socket is not None
            chair._socket.on("typing", lambda data: data["where"] == "1" and heard.set())
            for version in range(SAVES):
                words = f"{LONG} {version}"
                seq = await scribe.do(f"{item}/consensus", version=str(version), rationale=words)
            # Here, not at the end: in time this library comes back by itself, as a browser does
            assert stuck.screen is not None
            assert stuck.screen.seq < seq
            late = time.monotonic() + 25  # what is fleeting counts as well
            while not let_go_of(server) and time.monotonic() < late:
                for number, typist in enumerate([scribe, *typists]):
                    assert typist._socket is not None
                    await typist._socket.emit("typing", {"where": str(number)})
                await asyncio.sleep(0.1)
            await asyncio.wait_for(heard.wait(), 10)
            await chair.reach(seq)
            saved = [push for push in chair.pushes if "consensus_saved" in push["kinds"]]
            assert len(saved) == SAVES, "each of them was pushed to who reads"
            assert let_go_of(server)
            if (line := line_of(ended)) is not None:  # else the library has let go of it before
                line.resume_reading()
            for _ in range(100):
                if ended.closed:
                    break
                await asyncio.sleep(0.05)
            assert ended.closed
            # A browser comes back by itself at once; this library takes another 15 s to see it.
            await stuck.drop_and_return(0)
            await stuck.reach(seq)
            comments = f"/cases/{here.items[0].case_id}/comments"
            await here.all_equal(await scribe.do(comments, body="After that."))

    held(story, server.url)
    let_go = let_go_of(server)
    assert len(let_go) == 1
    assert "Rehearsal" not in let_go[0]


def test_what_waits_for_one_screen_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go: list[bool] = []
    waiting = websocket.BoundedQueue(queue.Queue())
    waiting.too_long = lambda: let_go.append(True)
    for number in range(3 * websocket.MOST_WAITING):
        waiting.put(number)
    assert let_go == [], "a burst is no fault of who reads"
    monkeypatch.setattr(websocket, "PATIENCE", -1)
    for number in range(3 * websocket.MOST_WAITING):
        waiting.put(number)
    assert let_go == [True]
    assert waiting.qsize() == 0
    waiting.put(None)
    assert waiting.get(block=False) is None, "the writer is told that it is over"
