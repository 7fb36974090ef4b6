"""Many meetings at once in one process, each with its own room of screens and its own scribe."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.crowd import Arrivals, Screen, enter, leave
from tests.benchmarks.figures import memory_of, quantile
from tests.benchmarks.live import Meeting, meet, served, waits_of

EVERY = 2.0  # seconds between two saves of one scribe, who has to write them
LATE = 1000.0  # ms; what arrives later than that counts as late


async def _entered(
    meeting: Meeting, cookies: list[str], people: int
) -> tuple[Arrivals, list[Screen]]:
    arrivals = Arrivals()
    screens = await enter(
        meeting.url, cookies, people, arrivals, lambda _: {"meeting": meeting.number}
    )
    return arrivals, screens


async def _written(
    meeting: Meeting, arrivals: Arrivals, actions: int, begin: float
) -> tuple[list[float], list[int], int]:
    await asyncio.sleep(begin)
    return await waits_of(meeting.save, arrivals, actions, EVERY)


async def _rooms(demo: Path, rooms: int, people: int, actions: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, served(demo, Path(folder)) as server:
        first = await meet(server.url, server.process.pid, people)
        meetings = [first]
        try:
            for seed in range(2, rooms + 1):
                meetings.append(await meet(server.url, first.pid, 2, seed))
            before = memory_of(first.pid)
            entered = [await _entered(m, first.cookies, people) for m in meetings]
            await asyncio.sleep(1)
            memory = memory_of(first.pid) - before
            found = await asyncio.gather(
                *(
                    _written(meeting, arrivals, actions, EVERY * number / rooms)
                    for number, (meeting, (arrivals, _)) in enumerate(
                        zip(meetings, entered, strict=True)
                    )
                )
            )
            for _, screens in entered:
                leave(screens)
        finally:
            for meeting in meetings:
                await meeting.close()
    waits = [wait for some, _, _ in found for wait in some]
    return {
        "rooms": rooms,
        "people": people,
        "p50": quantile(waits, 0.5),
        "p99": quantile(waits, 0.99),
        "max": max(waits, default=0.0),
        "changes": rooms * actions,
        "lost": sum(lost for _, _, lost in found),
        "late": sum(wait > LATE for wait in waits),
        "memory": memory / (rooms * people),
    }


def measure(demo: Path, rooms: int, people: int, actions: int) -> dict[str, Any]:
    """So many rooms of so many people, each scribe saving every two seconds.

    ms from the post to the last screen of its room, what was lost or late, kB a person.
    """
    return asyncio.run(_rooms(demo, rooms, people, actions))
