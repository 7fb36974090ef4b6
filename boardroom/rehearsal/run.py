"""`boardroom rehearse`: prepare a meeting of its own, hold it, verify it, report."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
from collections.abc import Callable
from typing import Any

from boardroom.rehearsal.colleague import NO_ANSWER, Colleague, Unexpected
from boardroom.rehearsal.ledger import Ledger
from boardroom.rehearsal.pages import Page
from boardroom.rehearsal.script import Item, Script
from boardroom.rehearsal.setting import Place, prepare
from boardroom.rehearsal.verify import verify

SETTLE = 1.5  # seconds after the last action until all screens should be equal
AT_ONCE = 8  # clients that sign in or join at the same time


class RehearsalFailed(Exception):
    """The rehearsal could not begin; the text says why."""


def run(
    *urls: str,
    people: int,
    minutes: float,
    cases: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    seed: int | None = None,
) -> dict[str, Any]:
    """Hold a rehearsal at a running demonstration and return the report.

    `people` clients hold `cases` cases in `minutes` minutes; where `cases` is None, one for every
    ten seconds, 20 at most. Several `urls` are processes that serve one record: the clients are
    spread over them. Raises RehearsalFailed where it cannot begin: nobody answers, or it is no
    demonstration.
    """
    many = cases or max(2, min(20, round(minutes * 6)))
    try:
        return asyncio.run(
            _rehearse(
                [url.rstrip("/") for url in urls],
                people,
                minutes * 60,
                many,
                progress,
                random.Random(seed),
            )
        )
    except NO_ANSWER as error:
        said = str(error) or type(error).__name__
        raise RehearsalFailed(f"{' or '.join(urls)} does not answer ({said}).") from error
    except Unexpected as error:
        raise RehearsalFailed(str(error)) from error


async def _rehearse(
    urls: list[str],
    people: int,
    seconds: float,
    cases: int,
    progress: Callable[[int, int], None],
    chance: random.Random,
) -> dict[str, Any]:
    ledger = Ledger()
    place = await prepare(urls[0], people, cases, ledger, chance)
    clients = [
        Colleague(url, account.name, account.role, ledger, account.specialty, account.person)
        for url, account in zip(itertools.cycle(urls), place.seats(people), strict=False)
    ]
    try:
        await _enter(clients, place)
        chair = next(c for c in clients if c.role == "chair")
        page = await chair.page(f"/meetings/{place.meeting}/stage")
        script = Script(
            place.meeting,
            await agenda_of(chair, place),
            chair,
            clients,
            ledger,
            seconds,
            progress,
            chance,
            _deferrals(page),
        )
        if await _held(script, ledger):
            await asyncio.sleep(SETTLE)
            await _few(clients, Colleague.check_stage)
        try:
            await verify(ledger, place.meeting, place.codes, chair, clients)
        except (Unexpected, ValueError, KeyError, *NO_ANSWER) as error:
            # what led to it is told before it
            ledger.error(f"the record could not be looked at: {error!r}")
    finally:
        await _few(clients, Colleague.close)
    return ledger.report(len(clients), cases)


async def _held(script: Script, ledger: Ledger) -> bool:
    """Hold the meeting; False where it was broken off, because the server was lost or another."""
    meeting = asyncio.ensure_future(script.run())
    lost = asyncio.ensure_future(ledger.lost.wait())
    try:
        await asyncio.wait((meeting, lost), return_when=asyncio.FIRST_COMPLETED)
        if meeting.done():
            meeting.result()
            return not ledger.lost.is_set()
        ledger.error("broken off: the server does not answer any more")
    except (Unexpected, *NO_ANSWER) as error:
        ledger.error(f"broken off: {error!r}")
    finally:
        for task in (meeting, lost):
            task.cancel()
        await asyncio.gather(meeting, lost, return_exceptions=True)
    return False


async def _enter(clients: list[Colleague], place: Place) -> None:

    async def enter(client: Colleague) -> None:
        await client.sign_in(client.person)
        await client.open_stage(place.meeting)
        await client.join()

    await _few(clients, enter)


async def _few(clients: list[Colleague], work: Callable[[Colleague], Any]) -> None:
    """Do something with every client, some at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(client: Colleague) -> None:
        async with gate:
            await work(client)

    await asyncio.gather(*(one(client) for client in clients))


async def agenda_of(chair: Colleague, place: Place) -> list[Item]:
    """The agenda as the stage shows it; its order is the order in which cases were listed."""
    assert chair.screen is not None
    rows = re.findall(
        r'id="agenda-(\d+)".*?case-code">([^<]+)<', chair.screen.parts["agenda"], re.DOTALL
    )
    keys = {code: key for key, code in place.codes.items()}
    return [Item(int(number), keys[code.strip()], code.strip()) for number, code in rows]


def _deferrals(page: Page) -> list[str]:
    """The board's reasons to put a case off, from the chair's dialog."""
    form = page.form(offering="reason")
    return form.words("reason") if form else []
