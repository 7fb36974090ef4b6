"""One action in a meeting: from the post to the last screen, beside the bare ceiling.

The action is the scribe's save of the consensus: posted as a form, validated, authorised, committed
with its event and its audit entry, rendered, pushed to everybody. Beside it (a) a bare broadcast of
as many bytes with one durable commit and (b) the bare broadcast alone. Screens and server share the
machine's cores.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yarl import URL

from boardroom.rehearsal.colleague import Colleague
from boardroom.rehearsal.ledger import Ledger
from boardroom.rehearsal.setting import Place, prepare
from tests import servers
from tests.benchmarks.crowd import Arrivals, Screen, enter, leave
from tests.benchmarks.figures import memory_of, quantile

EVERY = 0.1  # seconds between two actions where latency is measured
PATIENCE = 15.0  # seconds until a change counts as lost

Act = Callable[[int], Awaitable[int]]
"""Do the action with this number; answers the number of the change."""


@dataclass
class Meeting:
    """A meeting that runs, with a scribe who has the pen."""

    url: str
    pid: int
    number: int
    cookies: list[str]
    scribe: Colleague
    path: str
    version: int
    others: list[Colleague]

    async def save(self, number: int) -> int:
        """The scribe writes on."""
        text = f"Remnant grows after embolisation; the plan is written for the {number}th time."
        _, headers, answer = await self.scribe.post(
            self.path, {"rationale": text, "version": str(self.version)}, part=True
        )
        self.version = int(json.loads(answer)["version"])
        return int(headers["X-Boardroom-Seq"])

    async def close(self) -> None:
        """Put the clients away."""
        for one in (self.scribe, *self.others):
            await one.close()


async def meet(url: str, pid: int, accounts: int, seed: int = 1) -> Meeting:
    """Hold a meeting until its first case is decided on and somebody has the pen."""
    ledger = Ledger()
    place = await prepare(url, accounts, 2, ledger, random.Random(seed))
    people = [
        Colleague(url, a.name, a.role, ledger, a.specialty, a.person)
        for a in place.seats(len(place.accounts))
    ]
    for person in people:
        await person.sign_in(person.person)
    chair = next(p for p in people if p.role == "chair")
    scribe = next(p for p in people if p.role == "specialist")
    for one in (chair, scribe):
        one.token = (await one.page(f"/meetings/{place.meeting}/stage")).token
    item = await _first_case_open(chair, place)
    await scribe.post(f"/meetings/{place.meeting}/pen/take", {}, part=True)
    path = f"/meetings/{place.meeting}/items/{item}/consensus"
    form = (await scribe.page(path, part=True)).form(r"/consensus$")
    assert form is not None
    cookies = [_cookie(person, url) for person in people]
    others = [p for p in people if p is not scribe]
    version = int(form.fields["version"])
    return Meeting(url, pid, place.meeting, cookies, scribe, path, version, others)


async def _first_case_open(chair: Colleague, place: Place) -> int:
    base = f"/meetings/{place.meeting}"
    await chair.post(f"{base}/start", {"after": "0"}, part=True)
    await chair.post(f"{base}/next", {"after": "0"}, part=True)
    state = await chair.json(f"{base}/stage/state")
    form = _form_of(state["parts"]["controls"], "/reveal")
    await chair.post(form, {}, part=True)
    return int(form.split("/items/")[1].split("/")[0])


def _form_of(html: str, ending: str) -> str:
    return next(word for word in html.split('"') if word.endswith(ending))


def _cookie(person: Colleague, url: str) -> str:
    found = person._http.cookie_jar.filter_cookies(URL(url))
    return "; ".join(f"{name}={cookie.value}" for name, cookie in found.items())


@contextmanager
def bare(folder: Path | None) -> Iterator[tuple[str, int]]:
    """The reference as a process; with a durable commit where a folder is given."""
    command = [sys.executable, "-m", "tests.benchmarks.bare"]
    if folder is not None:
        command.append(str(folder / "bare.sqlite"))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.terminate()
        process.wait(10)


async def waits_of(
    act: Act, arrivals: Arrivals, actions: int, every: float
) -> tuple[list[float], list[int], int]:
    """So many actions at a steady pace: ms to the last screen, the changes, how many were lost."""
    waits, numbers, lost = [], [], 0
    for number in range(actions):
        begun = time.perf_counter()
        change = await act(number)
        last = await arrivals.all_have(change, PATIENCE)
        numbers.append(change)
        if last is None:
            lost += 1
        else:
            waits.append((last - begun) * 1000)
        await asyncio.sleep(max(0.0, every - (time.perf_counter() - begun)))
    return waits, numbers, lost


async def timed(act: Act, arrivals: Arrivals, actions: int) -> dict[str, Any]:
    """So many actions at a steady pace: latency to the last screen (ms), bytes, what was lost."""
    waits, numbers, lost = await waits_of(act, arrivals, actions, EVERY)
    return {
        "p50": quantile(waits, 0.5),
        "p99": quantile(waits, 0.99),
        "max": max(waits, default=0.0),
        "lost": lost,
        "bytes": round(sum(arrivals.size[n] for n in numbers) / len(numbers)),
    }


async def saturated(act: Act, arrivals: Arrivals, seconds: float) -> float:
    """Actions a second when each begins as soon as the one before is acknowledged."""
    begun = time.perf_counter()
    for number in itertools.count(1):
        change = await act(number)
        if time.perf_counter() - begun > seconds:
            break
    await arrivals.all_have(change, PATIENCE)
    return number / (time.perf_counter() - begun)


async def _whole(
    pid: int,
    act: Act,
    open_: Callable[[Arrivals], Awaitable[list[Screen]]],
    actions: int,
    sat: float,
) -> dict[str, Any]:
    arrivals = Arrivals()
    before = memory_of(pid)
    screens = await open_(arrivals)
    await asyncio.sleep(1)
    found = {"memory": (memory_of(pid) - before) / len(screens)}
    await timed(act, arrivals, 10)  # the first ones warm up
    found |= await timed(act, arrivals, actions)
    found["a_second"] = await saturated(act, arrivals, sat)
    leave(screens)
    return found


async def _boardroom(
    demo: Path, people: int, actions: int, sat: float, settle: float
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, served(demo, Path(folder)) as server:
        meeting = await meet(server.url, server.process.pid, min(people, 40))
        await asyncio.sleep(settle)
        try:
            return await _whole(
                meeting.pid,
                meeting.save,
                lambda arrivals: enter(
                    server.url,
                    meeting.cookies,
                    people,
                    arrivals,
                    lambda _: {"meeting": meeting.number},
                ),
                actions,
                sat,
            )
        finally:
            await meeting.close()


async def _bare(people: int, actions: int, sat: float, size: int, durable: bool) -> dict[str, Any]:
    words = "x" * max(1, size - 70)
    with (
        tempfile.TemporaryDirectory() as folder,
        bare(Path(folder) if durable else None) as (url, pid),
    ):
        actor: list[Screen] = []
        marks = itertools.count(1)

        async def act(_: int) -> int:
            return int(await actor[0].call("act", words, next(marks)))

        async def open_(arrivals: Arrivals) -> list[Screen]:
            actor.extend(await enter(url, [], people, arrivals, lambda _: {}))
            return actor

        return await _whole(pid, act, open_, actions, sat)


@contextmanager
def served(demo: Path, folder: Path) -> Iterator[servers.Server]:
    """A server on a copy of the demonstration."""
    shutil.copytree(demo, folder / "data")
    with servers.demo(folder / "data") as server:
        yield server


def measure(demo: Path, people: int, actions: int, sat: float, settle: float) -> dict[str, Any]:
    """Boardroom, on a copy of a demonstration, and both references at one size of the room.

    `settle`: seconds after the start before people come. Soon after it the server reads in the word
    list for letters, once, which is part of no action.
    """
    ours = asyncio.run(_boardroom(demo, people, actions, sat, settle))
    return {
        "people": people,
        "boardroom": ours,
        "durable": asyncio.run(_bare(people, actions, sat, ours["bytes"], durable=True)),
        "broadcast": asyncio.run(_bare(people, actions, sat, ours["bytes"], durable=False)),
    }
