"""A bad network line: a proxy on this machine that delays, loses, repeats, cuts and falls silent.

It reads HTTP requests one by one, so that it can lose a request, or only its answer, or send it
twice; a WebSocket's bytes it passes on as they come.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

Fault = Literal["lost", "answer lost", "twice", "silent"]
MOST = 1 << 20  # bytes of a request's head


def no_fault(method: str, path: str) -> Fault | None:
    """What a good line does."""
    return None


class Line:
    """A way to a server, at an address of its own. `fault` decides what befalls each request."""

    def __init__(self, url: str) -> None:
        self.port = int(url.rpartition(":")[2])
        self.url = ""
        self.fault: Callable[[str, str], Fault | None] = no_fault
        self.delay = 0.0  # seconds at most, each way, for each piece
        self.requests: list[tuple[str, str, Fault | None]] = []
        self._dead = False
        self._silent = False
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._chance = random.Random(1)

    # ---- From the test's thread ----

    def cut(self) -> None:
        """Everything that goes over the line is cut off, and nothing new comes through."""
        self._in_loop(self._cut)

    def hush(self) -> None:
        """Nothing comes through any more, and nobody is told: all connections stay open."""
        self._silent = True

    def mend(self) -> None:
        """It is as good as before, for what is opened anew."""
        self._dead = self._silent = False

    def hiccup(self, seconds: float) -> None:
        """Cut it, from within `fault`, for a while."""
        self._cut()
        self._loop.call_later(seconds, self.mend)

    def posted(self, ending: str) -> int:
        """How many posts to addresses that end so reached the server's side."""
        return sum(
            (fault not in ("lost", "silent")) + (fault == "twice")
            for method, path, fault in self.requests
            if method == "POST" and path.endswith(ending)
        )

    def _in_loop(self, work: Callable[[], None]) -> None:
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (work(), done.set()))
        assert done.wait(10)

    # ---- In the line's own thread ----

    def _cut(self) -> None:
        self._dead = True
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0, limit=MOST)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await stop.wait()
        server.close()
        self._cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        ends = [writer]
        try:
            if not self._dead:
                there, out = await asyncio.open_connection("127.0.0.1", self.port)
                ends.append(out)
                self._open.update(ends)
                await self._both_ways(reader, writer, there, out)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open.difference_update(ends)
            for end in ends:
                end.transport.abort()
            self._tasks.discard(task)

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        out: asyncio.StreamWriter,
    ) -> None:
        lost = asyncio.Event()  # the answer that comes next

        async def forth() -> None:
            while not await self._request(reader, out, lost):
                pass
            await self._pieces(reader, out, None)

        ways = [
            asyncio.ensure_future(forth()),
            asyncio.ensure_future(self._pieces(there, writer, lost)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _request(
        self, reader: asyncio.StreamReader, out: asyncio.StreamWriter, lost: asyncio.Event
    ) -> bool:
        """Pass one request on, or not; whether it was the last one that is HTTP."""
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        said = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        body = await reader.readexactly(int(said.get("content-length", 0)))
        fault = self.fault(method, path)
        self.requests.append((method, path, fault))
        await self._wait()
        if fault == "lost" or self._dead:
            raise ConnectionResetError
        if fault == "silent":
            await asyncio.Event().wait()
        if fault == "answer lost":
            lost.set()
        if fault == "twice":
            await self._again(head + body)
        out.write(head + body)
        await out.drain()
        return "upgrade" in said

    async def _again(self, request: bytes) -> None:
        there, out = await asyncio.open_connection("127.0.0.1", self.port)
        out.write(request)
        await out.drain()

        async def heed() -> None:
            with contextlib.suppress(OSError):
                await there.read(1)
            out.transport.abort()

        task = asyncio.ensure_future(heed())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pieces(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        lost: asyncio.Event | None,
    ) -> None:
        while piece := await reader.read(1 << 16):
            if lost is not None and lost.is_set():
                return
            await self._wait()
            writer.write(piece)
            await writer.drain()

    async def _wait(self) -> None:
        if self._silent:  # and so it stays, for this connection
            await asyncio.Event().wait()
        if self.delay:
            await asyncio.sleep(self._chance.uniform(0, self.delay))


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """A line to a server; good until told otherwise."""
    line, ready, stop = Line(url), threading.Event(), asyncio.Event()
    loop = line._loop
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(line._serve(ready, stop)), daemon=True
    )
    thread.start()
    assert ready.wait(10)
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
