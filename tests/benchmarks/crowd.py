"""Many screens in one process: they note when each change arrives, and no more."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

_NUMBER = re.compile(rb'"seq":(\d+)')
AT_ONCE = 25


@dataclass
class Arrivals:
    """When each change of one meeting reached the screens."""

    screens: int = 0
    count: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    last: dict[int, float] = field(default_factory=dict)
    size: dict[int, int] = field(default_factory=dict)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def arrived(self, number: int, size: int) -> None:
        """A screen has the change."""
        self.count[number] += 1
        self.last[number] = time.perf_counter()
        self.size[number] = size
        if self.count[number] == self.screens:
            self.woken.set()

    async def all_have(self, number: int, seconds: float) -> float | None:
        """When the last screen had it; None where some never did."""
        until = time.perf_counter() + seconds
        while self.count[number] < self.screens:
            self.woken.clear()
            try:
                await asyncio.wait_for(self.woken.wait(), until - time.perf_counter())
            except TimeoutError:
                return None
        return self.last[number]


class Screen(WSListener):  # type: ignore[misc]
    """One Socket.IO connection, as little of it as there is to speak."""

    def __init__(self, join: dict[str, Any], arrivals: Arrivals) -> None:
        super().__init__()
        self.join = join
        self.arrivals = arrivals
        self.joined: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.answers: dict[int, asyncio.Future[Any]] = {}
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """The line is open."""
        self.transport = transport

    def say(self, text: str) -> None:
        """Send one packet."""
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, text.encode())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A packet of Engine.IO, or of Socket.IO within."""
        if frame.msg_type != WSMsgType.TEXT:
            return
        text = frame.get_payload_as_bytes()
        if text.startswith(b'42["change"'):
            found = _NUMBER.search(text, 0, 200)
            assert found is not None, text[:200]
            self.arrivals.arrived(int(found[1]), len(text))
        elif text == b"2":
            self.say("3")  # still here
        elif text.startswith(b"0"):
            self.say("40")
        elif text.startswith(b"40"):
            self.say("420" + json.dumps(["join", self.join]))
        elif text.startswith(b"430"):
            self.joined.set_result(json.loads(text[3:])[0])
        elif text.startswith(b"43"):
            mark, _, rest = text[2:].partition(b"[")
            self.answers.pop(int(mark)).set_result(json.loads(b"[" + rest)[0])

    async def call(self, name: str, data: Any, mark: int) -> Any:
        """Send an event and wait for its answer."""
        answer = self.answers[mark] = asyncio.get_running_loop().create_future()
        self.say(f"42{mark}" + json.dumps([name, data]))
        return await answer


async def enter(
    url: str,
    cookies: list[str],
    screens: int,
    arrivals: Arrivals,
    join: Callable[[int], dict[str, Any]],
) -> list[Screen]:
    """Open so many screens, their people in turn, and wait until each is in its room."""
    gate = asyncio.Semaphore(AT_ONCE)
    address = url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"

    async def one(number: int) -> Screen:
        async with gate:
            headers = [("Cookie", cookies[number % len(cookies)])] if cookies else []
            _, screen = await ws_connect(
                lambda: Screen(join(number), arrivals),
                address,
                extra_headers=headers,
                websocket_handshake_timeout=30,
            )
            answer = await asyncio.wait_for(screen.joined, 30)
            assert "error" not in answer, answer
            return screen

    entered = await asyncio.gather(*(one(n) for n in range(screens)))
    arrivals.screens = screens
    return entered


def leave(screens: list[Screen]) -> None:
    """Close them all."""
    for screen in screens:
        if screen.transport is not None:
            screen.transport.disconnect()
