"""One simulated colleague: a browser's HTTP session, its live connection, and its screen."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import random
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import aiohttp
import socketio
from yarl import URL

from boardroom.rehearsal.ledger import Action, Ledger
from boardroom.rehearsal.pages import Page
from boardroom.rehearsal.screen import Screen

# A line that is lost is no news here: the client comes back, and what counts is in the report.
for _name in ("engineio.client", "socketio.client"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

PART = {"X-Boardroom-Part": "1"}
TRIES = 8  # of one post or page whose answer was lost
COME_BACK = 30.0  # seconds in which a lost line is taken up again
NO_ANSWER = (aiohttp.ClientError, socketio.exceptions.SocketIOError, TimeoutError)
TIMEOUT = aiohttp.ClientTimeout(total=20)


async def _pause(tried: int) -> None:
    await asyncio.sleep(min(4, 0.5 * 2**tried))


class Unexpected(Exception):
    """The server answered what it should not have; the text says who asked what."""


class _SharedJson:
    """Every screen of one audience is sent the same text: read it once, not forty times."""

    dumps = staticmethod(json.dumps)

    @staticmethod
    @functools.lru_cache(maxsize=64)
    def loads(text: str) -> Any:
        return json.loads(text)


class Colleague:
    """A client. Nothing of the server is reached except through its pages and its socket."""

    def __init__(
        self,
        url: str,
        name: str,
        role: str,
        ledger: Ledger,
        specialty: str = "",
        person: int = 0,
    ) -> None:
        self.url = url
        self.name = name
        self.role = role
        self.specialty = specialty
        self.ledger = ledger
        self.person = person
        self.token = ""
        self.screen: Screen | None = None
        self.here = False
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            connector=aiohttp.TCPConnector(limit=6),
            timeout=TIMEOUT,
        )
        self._socket: socketio.AsyncClient | None = None
        self._task: asyncio.Task[None] | None = None

    # --- Pages -----------------------------------------------------------------------------------

    async def page(self, path: str, *, part: bool = False) -> Page:
        """Open a page. Raises Unexpected unless it is shown."""
        return Page(await self.text(path, part=part))

    async def text(self, path: str, *, part: bool = False) -> str:
        """A page's text; in a meeting it is asked for again while nobody answers.

        Raises Unexpected.
        """
        for tried in range(TRIES):
            try:
                async with self._http.get(self.url + path, headers=PART if part else {}) as answer:
                    text = await answer.text()
                    if answer.status == 503:
                        raise aiohttp.ClientConnectionError("busy")
                    if answer.status != 200:
                        raise Unexpected(f"{self.name}: GET {path} answered {answer.status}")
                    return text
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
                if self.screen is None or tried == TRIES - 1:
                    raise
                await _pause(tried)
        raise AssertionError("unreachable")

    async def json(self, path: str) -> Any:
        """The JSON that stands at an address. Raises Unexpected."""
        return json.loads(await self.text(path, part=True))

    async def sign_in(self, person: int, token: str | None = None) -> None:
        """Press the person's button on the demonstration's sign-in page."""
        token = token or (await self.page("/sign-in")).token
        self.person = person
        await self.post("/sign-in/demo", {"person": str(person)}, token=token)

    async def post(
        self,
        path: str,
        data: Mapping[str, str],
        *,
        token: str | None = None,
        key: str | None = None,
        part: bool = False,
    ) -> tuple[int, Mapping[str, str], str]:
        """Send a form; try again with the same key while no answer comes.

        Returns status, headers and text. Raises Unexpected for a refusal.
        """
        headers = {"X-CSRFToken": token or self.token, "Idempotency-Key": key or str(uuid4())}
        if part:
            headers |= PART | {"Accept": "application/json"}
        for tried in range(TRIES):
            try:
                async with self._http.post(
                    self.url + path, data=data, headers=headers, allow_redirects=False
                ) as answer:
                    text = await answer.text()
                    if answer.status == 503:
                        raise aiohttp.ClientConnectionError("busy")
                    if answer.status >= 400:
                        said = " ".join(text.split())[:200]
                        raise Unexpected(
                            f"{self.name}: POST {path} answered {answer.status} {said}"
                        )
                    return answer.status, answer.headers, text
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError):
                if tried == TRIES - 1:
                    raise
                await _pause(tried)
        raise AssertionError("unreachable")

    async def act(
        self,
        kind: str,
        path: str,
        data: Mapping[str, str],
        *,
        case_id: int | None = None,
        token: str = "",
        part: bool = True,
        again: bool = False,
        refusable: bool = False,
    ) -> str | None:
        """Do something that is to be found in the record afterwards.

        `again`: the same post is sent a second time, as a browser does whose answer was lost; it
        must not be done twice. `refusable`: a refusal is no error, whoever did it looks again.
        Returns the answer's text, or None where it was refused.
        """
        action = Action(kind, self.name, case_id, token, time.monotonic())
        self.ledger.actions.append(action)
        key = str(uuid4())
        try:
            status, headers, text = await self.post(path, data, key=key, part=part)
            action.acknowledged = True
            if seq := headers.get("X-Boardroom-Seq"):
                action.seq = int(seq)
            if again:
                repeated, headers, _ = await self.post(path, data, key=key, part=part)
                if repeated != status or "X-Boardroom-Repeated" not in headers:
                    self.ledger.error(f"{self.name}: a repeated {kind} answered {repeated}")
        except (Unexpected, aiohttp.ClientError, TimeoutError) as error:
            if refusable and isinstance(error, Unexpected):
                self.ledger.actions.remove(action)
            else:
                self.ledger.error(f"{kind} of {self.name}: {error!r}")
                if not isinstance(error, Unexpected):
                    self.ledger.lost.set()
            return None
        return text

    # --- The stage -------------------------------------------------------------------------------

    async def open_stage(self, meeting: int) -> None:
        """Open the meeting's page and take the token and the addresses from it."""
        page = await self.page(f"/meetings/{meeting}/stage")
        self.token = page.token
        self.screen = Screen(
            meeting,
            int(page.body["data-seq"]),
            int(page.body["data-person"]),
            ask=functools.partial(self.json, page.body["data-state-url"]),
            personal=functools.partial(self.text, page.body["data-mine-url"], part=True),
            ledger=self.ledger,
        )
        await self.screen.ask()  # a browser has the parts from the page itself

    async def join(self) -> None:
        """Connect and enter the meeting's room; the screen then heals what it missed."""
        assert self.screen is not None
        screen = self.screen
        cookies = self._http.cookie_jar.filter_cookies(URL(self.url))
        header = "; ".join(f"{name}={cookie.value}" for name, cookie in cookies.items())
        client = socketio.AsyncClient(reconnection=False, json=_SharedJson)
        client.on("change", lambda change: screen.take(change, time.monotonic()))
        client.on("head", screen.compare)
        client.on("disconnect", functools.partial(self._lost, client))
        try:
            await client.connect(
                self.url, headers={"Cookie": header}, transports=["websocket"], wait_timeout=20
            )
        except socketio.exceptions.SocketIOError:
            if client.eio.http is not None:  # it leaves that open
                await client.eio.http.close()
            raise
        answer = await client.call("join", {"meeting": screen.meeting}, timeout=20)
        if "error" in answer:
            await client.disconnect()
            raise Unexpected(f"{self.name}: could not join: {answer['error']}")
        self._socket, self.here = client, True
        await screen.joined(int(answer["seq"]))

    async def _lost(self, client: socketio.AsyncClient, reason: str) -> None:
        """The line broke without our doing: come back, as a browser does."""
        if client is self._socket:
            self._task = asyncio.ensure_future(self.drop_and_return(random.uniform(0.2, 0.6)))

    async def leave(self) -> None:
        """Close the live connection, as when a lid is shut."""
        client, self._socket, self.here = self._socket, None, False
        if client is not None:
            await client.disconnect()

    async def drop_and_return(self, away: float) -> None:
        """Lose the line for a while, come back, and heal."""
        await self.leave()
        await asyncio.sleep(away)
        until = time.monotonic() + COME_BACK
        while True:
            try:
                await self.join()
            except Unexpected as error:
                self.ledger.error(f"{self.name}: could not come back: {error}")
                return
            except NO_ANSWER as error:
                if time.monotonic() > until:
                    self.ledger.error(f"{self.name}: could not come back: {error!r}")
                    return
                await asyncio.sleep(random.uniform(0.3, 1.5))
            else:
                return

    async def check_stage(self) -> None:
        """Compare what the screen holds with a fresh load."""
        if self.screen is None or not self.here:
            return
        try:
            same = await self.screen.equals_fresh()
        except (Unexpected, aiohttp.ClientError, TimeoutError) as error:
            self.ledger.error(f"a fresh load failed: {error!r}")
            return
        self.ledger.checked += 1
        if same is None:
            self.ledger.equal += 1
        else:
            self.ledger.error(f"{self.name}'s screen is not equal: {same}")

    async def close(self) -> None:
        """Put everything away."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.leave()
        if self.screen is not None:
            self.screen.close()
        await self._http.close()
