"""What one client holds of the live stage, kept as static/js/stage_sync.js keeps it."""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from boardroom.rehearsal.ledger import Ledger

WAIT_FOR_GAP = 0.3  # seconds
SPREAD = 1.2  # seconds over which colleagues fetch what is theirs alone
KEPT = 60  # states that a check can still be compared with
CATCH_UP = 3.0  # seconds


class Screen:
    """The parts of a stage at one sequence number.

    `ask` fetches the whole present state, `personal` what is the person's alone.
    """

    def __init__(
        self,
        meeting: int,
        seq: int,
        person: int,
        *,
        ask: Callable[[], Awaitable[dict[str, Any]]],
        personal: Callable[[], Awaitable[str]],
        ledger: Ledger,
    ) -> None:
        self.meeting = meeting
        self.seq = seq
        self.person = person
        self.parts: dict[str, str] = {}
        self.mine = ""
        self._ask = ask
        self._personal = personal
        self._ledger = ledger
        self._waiting: dict[int, dict[str, Any]] = {}
        self._states: OrderedDict[int, dict[str, str]] = OrderedDict()
        self._gap: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None
        self._again = False
        self._mine_later: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- From the socket -------------------------------------------------------------------------

    async def joined(self, seq: int) -> None:
        """The room is entered: compare, and ask for what was missed."""
        if seq != self.seq:
            await self.ask()
        else:
            self._fetch_mine(0)

    def take(self, change: dict[str, Any], at: float) -> None:
        """A push."""
        self._ledger.arrived(change["first"], change["seq"], change["kinds"], at)
        if change["seq"] <= self.seq:
            return
        self._waiting[change["first"]] = change
        self._paint_waiting()

    def compare(self, head: dict[str, Any]) -> None:
        """The server's last number: a lost last push leaves no gap."""
        if head["seq"] > self.seq and not self._waiting:
            asyncio.get_running_loop().call_later(WAIT_FOR_GAP, self._ask_if_behind, head["seq"])

    def _paint_waiting(self) -> None:
        while change := self._waiting.pop(self.seq + 1, None):
            self.seq = change["seq"]
            self.parts = self.parts | change["parts"]
            self._remember()
            if self.person in change["own"]:
                self._fetch_mine(0)
            elif change["mine"] and self._mine_later is None:
                self._fetch_mine(random.uniform(0, SPREAD))
        for first in [f for f, c in self._waiting.items() if c["seq"] <= self.seq]:
            del self._waiting[first]
        if self._gap is not None:
            self._gap.cancel()
            self._gap = None
        if self._waiting:
            self._gap = asyncio.get_running_loop().call_later(WAIT_FOR_GAP, self._ask_soon)

    # --- Asking ----------------------------------------------------------------------------------

    def _ask_if_behind(self, seq: int) -> None:
        if seq > self.seq:
            self._ask_soon()

    def _ask_soon(self) -> None:
        self._start(self.ask())

    async def ask(self) -> None:
        """Fetch the whole state; one question at a time."""
        if self._asking is not None:
            self._again = True
            await self._asking
            return
        self._asking = self._start(self._fetch_state())
        try:
            await self._asking
        finally:
            self._asking = None
        if self._again:
            self._again = False
            await self.ask()

    async def _fetch_state(self) -> None:
        state = await self._ask()
        if state["seq"] < self.seq:
            return
        self.seq, self.parts = state["seq"], state["parts"]
        self._remember()
        self._fetch_mine(0)
        self._paint_waiting()

    def _fetch_mine(self, after: float) -> None:
        if self._mine_later is not None:
            self._mine_later.cancel()
        loop = asyncio.get_running_loop()
        self._mine_later = loop.call_later(after, lambda: self._start(self._load_mine()))

    async def _load_mine(self) -> None:
        self._mine_later = None
        self.mine = await self._personal()

    def _start(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        # A lost line: the next head or change asks again. Everything else is told.
        if not isinstance(error, (aiohttp.ClientConnectionError, TimeoutError)):
            self._ledger.error(repr(error))

    # --- Checking --------------------------------------------------------------------------------

    def _remember(self) -> None:
        self._states[self.seq] = self.parts
        while len(self._states) > KEPT:
            self._states.popitem(last=False)

    async def equals_fresh(self) -> str | None:
        """None where a fresh load equals what is held at its number; else what differs."""
        for _ in range(5):
            fresh = await self._ask()
            late = asyncio.get_running_loop().time() + CATCH_UP
            while self.seq < fresh["seq"] and asyncio.get_running_loop().time() < late:
                await asyncio.sleep(0.02)
            held = self._states.get(fresh["seq"])
            if held is not None:
                return difference(held, fresh["parts"], fresh["seq"])
            # A push of several changes at once went over this number: look again.
        return f"never at the number of the fresh load (held {self.seq}, fresh {fresh['seq']})"

    def close(self) -> None:
        """Stop all that is under way."""
        for timer in (self._gap, self._mine_later):
            if timer is not None:
                timer.cancel()
        for task in list(self._tasks):
            task.cancel()


def difference(held: dict[str, str], fresh: dict[str, str], seq: int) -> str | None:
    """Where two states of a stage differ first, in words; None where they are equal."""
    for part in sorted({*held, *fresh}):
        ours, theirs = held.get(part, ""), fresh.get(part, "")
        if ours != theirs:
            at = next(
                (i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b),
                min(len(ours), len(theirs)),
            )
            around = slice(max(0, at - 40), at + 60)
            return f"'{part}' at {seq}: held …{ours[around]!r}, fresh …{theirs[around]!r}"
    return None
