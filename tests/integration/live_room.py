"""A live meeting of a test's own, and people in it who keep a stage as browsers do.

They are the rehearsal's: they sign in, join over Socket.IO, take pushes in order and heal.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import uuid4

from boardroom.rehearsal.colleague import PART, Colleague, Unexpected
from boardroom.rehearsal.ledger import Ledger
from boardroom.rehearsal.run import agenda_of
from boardroom.rehearsal.script import Item
from boardroom.rehearsal.setting import Account, Place, prepare


class Client(Colleague):
    """A colleague who keeps every push, word for word."""

    def watch(self) -> None:
        self.pushes: list[dict[str, Any]] = []
        self.deaf = False
        assert self.screen is not None
        take = self.screen.take

        def note(change: dict[str, Any], at: float) -> None:
            self.pushes.append(change)
            if not self.deaf:
                take(change, at)

        self.screen.take = note  # type: ignore[method-assign]

    async def reach(self, seq: int, within: float = 5.0) -> None:
        """Wait until the screen is at a number."""
        assert self.screen is not None
        late = asyncio.get_running_loop().time() + within
        while self.screen.seq < seq:
            assert asyncio.get_running_loop().time() < late, f"{self.name} hears nothing of {seq}"
            await asyncio.sleep(0.02)

    async def do(self, path: str, **data: str) -> int:
        """A post from the stage; returns the number of its change."""
        _, headers, _ = await self.post(path, data, part=True)
        return int(headers.get("X-Boardroom-Seq", 0))

    async def asks(self, path: str, **data: str) -> tuple[int, str]:
        """A post that may be refused: status and text."""
        headers = {"X-CSRFToken": self.token, "Idempotency-Key": str(uuid4())} | PART
        async with self._http.post(
            self.url + path, data=data, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, unescape(await answer.text())

    async def tells(self, path: str, **data: str) -> int:
        """The status of a post that may be refused."""
        try:
            return (await self.post(path, data, part=True))[0]
        except Unexpected as refusal:
            return int(str(refusal).split(" answered ")[1].split()[0])


@dataclass
class Room:
    """One meeting of a test, and those who are in it."""

    url: str
    place: Place
    ledger: Ledger
    clients: list[Client] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    async def enter(self, account: Account) -> Client:
        """Somebody signs in, opens the stage and joins."""
        client = Client(self.url, account.name, account.role, self.ledger, account.specialty)
        self.clients.append(client)
        await client.sign_in(account.person)
        await client.open_stage(self.place.meeting)
        client.watch()
        await client.join()
        if not self.items:
            self.items = await agenda_of(client, self.place)
        return client

    def account(self, role: str, number: int = 0) -> Account:
        return [a for a in self.place.accounts if a.role == role][number]

    def at(self, verb: str) -> str:
        return f"/meetings/{self.place.meeting}/{verb}"

    async def all_equal(self, seq: int) -> None:
        """Everybody gets to the number, and holds what a fresh load shows."""
        assert seq
        for client in self.clients:
            await client.reach(seq)
            assert client.screen is not None
            assert await client.screen.equals_fresh() is None
            client.ledger.checked += 1
        assert self.ledger.errors == []


@contextlib.asynccontextmanager
async def room(url: str, people: int = 15, cases: int = 1) -> AsyncIterator[Room]:
    """A new meeting with invented cases; its clients are put away at the end."""
    ledger = Ledger()
    made = Room(url, await prepare(url, people, cases, ledger, random.Random(1)), ledger)
    try:
        yield made
    finally:
        for client in made.clients:
            await client.close()


def held(story: Callable[[str], Awaitable[None]], url: str) -> None:
    async def run() -> None:
        async with asyncio.timeout(60):
            await story(url)

    asyncio.run(run())
