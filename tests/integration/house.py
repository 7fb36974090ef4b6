"""Three server processes on PostgreSQL and Valkey, all of them real, and meetings held there."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from boardroom import audit_proof, create_app
from boardroom.db import db
from boardroom.rehearsal.ledger import Ledger
from boardroom.rehearsal.setting import Account, prepare
from tests import databases, servers
from tests.conftest import CopyData
from tests.integration.live_room import Client, Room

PROCESSES = 3


@dataclass
class House:
    """Three processes that serve one record."""

    folder: Path
    postgres: databases.Postgres
    valkey: databases.Valkey
    processes: list[servers.Server]

    @property
    def urls(self) -> list[str]:
        return [process.url for process in self.processes]


@contextlib.contextmanager
def open_house(demonstration: Path, copy_data: CopyData, folder: Path) -> Iterator[House]:
    """PostgreSQL, Valkey, the demonstration moved there, three processes."""
    copy_data(demonstration, folder)
    if not (folder / "boardroom.db").exists():
        pytest.skip("these start a PostgreSQL of their own, from a demonstration on SQLite")
    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(databases.postgres())
        valkey = stack.enter_context(databases.valkey())
        boardroom("move", "--data", str(folder), "--to", postgres.address(postgres.new()))
        with (folder / "boardroom.toml").open("a") as settings:
            settings.write(f'message_queue = "{valkey.url}"\nsign_in_limit = "4 per minute"\n')
        made = House(folder, postgres, valkey, [])
        with ThreadPoolExecutor(PROCESSES) as pool:
            contexts = [servers.demo(folder) for _ in range(PROCESSES)]
            made.processes = list(pool.map(lambda context: context.__enter__(), contexts))
            for context in contexts:
                stack.push(context.__exit__)
        yield made


def boardroom(*command: str) -> str:
    """What the command says."""
    done = subprocess.run(
        [sys.executable, "-m", "boardroom", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Spread(Room):
    """A meeting whose people are at different processes."""

    async def enter_at(self, url: str, account: Account) -> Client:
        """Somebody joins at one of the processes."""
        self.url = url
        return await self.enter(account)


@contextlib.asynccontextmanager
async def meeting(house: House, cases: int = 1) -> AsyncIterator[Spread]:
    """A new meeting with invented cases; its clients are put away at the end."""
    ledger = Ledger()
    place = await prepare(house.urls[0], 15, cases, ledger, random.Random(1))
    made = Spread(house.urls[0], place, ledger)
    try:
        yield made
    finally:
        for client in made.clients:
            await client.close()


def held(story: Callable[[], Awaitable[None]]) -> None:
    """Let a story happen, within reason."""

    async def run() -> None:
        async with asyncio.timeout(90):
            await story()

    asyncio.run(run())


async def until(what: Callable[[], object], within: float = 15.0) -> None:
    """Wait until something is so."""
    late = asyncio.get_running_loop().time() + within
    while not what():
        assert asyncio.get_running_loop().time() < late, "it never came to that"
        await asyncio.sleep(0.05)


def whole(house: House) -> None:
    """The audit trail is one chain, whoever wrote into it."""
    app = create_app("demo", data=house.folder)
    with app.app_context():
        assert audit_proof.verify()[1] is None
        db.session.rollback()
        db.engine.dispose()
