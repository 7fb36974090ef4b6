"""How the simulated meeting goes: who does what, case by case, at a person's pace."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from boardroom.rehearsal.colleague import Colleague
from boardroom.rehearsal.ledger import Ledger
from boardroom.rehearsal.pages import Form

SPECIALISTS_A_CASE = 8  # opinions on one case, at most
COMMENTS_A_CASE = 4
SIGNING = ("agree", "agree", "agree", "reservation", "agree", "dissent")
DEFERRED = 7  # every seventh case is put off
PROVISIONAL = 5  # every fifth of the others is closed with something left open


@dataclass(frozen=True)
class Item:
    """One case of the rehearsal's agenda."""

    id: int
    case_id: int
    code: str


@dataclass
class Said:
    """What is to be found in the record of one case when all is over."""

    deferred: bool = False
    provisional: bool = False


class Script:
    """The meeting. `clients`: everybody connected; the first of a person acts for them."""

    def __init__(
        self,
        meeting: int,
        items: list[Item],
        chair: Colleague,
        clients: list[Colleague],
        ledger: Ledger,
        seconds: float,
        progress: Callable[[int, int], None],
        chance: random.Random,
        deferrals: list[str],
    ) -> None:
        self.meeting = meeting
        self.items = items
        self.chair = chair
        self.clients = clients
        self.ledger = ledger
        self.seconds = seconds
        self.progress = progress
        self.chance = chance
        self.deferrals = deferrals
        people = list({c.person: c for c in reversed(clients)}.values())[::-1]
        self.members = [c for c in people if c.role != "observer"]
        self.voters = [c for c in self.members if c.specialty]
        self.said: dict[int, Said] = {item.case_id: Said() for item in items}
        self._count = 0
        self._tag = f"{chance.randrange(16**6):06x}"

    # --- The course of it ------------------------------------------------------------------------

    async def run(self) -> None:
        """Start, take every case, close."""
        await self.chair.act("start", self._at("start"), {})
        slot = self.seconds / len(self.items)
        begun = time.monotonic()
        for number, item in enumerate(self.items):
            self.progress(number, len(self.items))
            await self._case(number, item, slot)
            await _until(begun + slot * (number + 1))
        await self.chair.act("close", self._at("close"), {})
        self.progress(len(self.items), len(self.items))

    async def _case(self, number: int, item: Item, slot: float) -> None:
        begun = time.monotonic()
        said = self.said[item.case_id]
        said.deferred = number % DEFERRED == DEFERRED - 1
        said.provisional = number % PROVISIONAL == PROVISIONAL - 1
        before = self.items[number - 1].id if number else 0
        if number % 2:
            await self.chair.act("take", self._item(item, "take"), {}, case_id=item.case_id)
        else:
            await self.chair.act(
                "take", self._at("next"), {"after": str(before)}, case_id=item.case_id, again=True
            )
        asides = [self._comments(item, slot), self._comings_and_goings(slot), self._checks(slot)]
        if number % 4 == 1:
            asides.append(self._presenter())
        async with self._meanwhile(asides):
            await self._opinions(item, slot)
            await _until(begun + slot * 0.4)
            if said.deferred:
                await self.chair.act(
                    "defer",
                    self._item(item, "defer"),
                    {
                        "reason": self.chance.choice(self.deferrals),
                        "note": self._token("Rehearsed deferral"),
                    },
                    case_id=item.case_id,
                    token=self._last,
                )
            else:
                await self._decide(item, said, slot, begun)

    async def _decide(self, item: Item, said: Said, slot: float, begun: float) -> None:
        await self.chair.act("reveal", self._item(item, "reveal"), {}, case_id=item.case_id)
        shifting = [self._shift(item, c, slot) for c in self._some(self.shifters, 2)]
        async with self._meanwhile(shifting):
            await _until(begun + slot * 0.48)
            version = await self._write(item, said, slot)
        await _until(begun + slot * 0.72)
        if version:
            await self._sign(item, said, version, slot)
        await _until(begun + slot * 0.92)
        await self._close_case(item)

    async def _close_case(self, item: Item) -> None:
        """The chair presses the button that is there: what is left open decides which one it is.

        Somebody can leave, and the quorum with them, between the look and the press: then the chair
        is told so, looks, and presses the other.
        """
        for last in (False, False, True):
            assert self.chair.screen is not None
            open_still = 'data-dialog="close-dialog"' in self.chair.screen.parts["controls"]
            closed = await self.chair.act(
                "close_case",
                self._item(item, "close"),
                {"provisional": "yes"} if open_still else {},
                case_id=item.case_id,
                refusable=not last,
            )
            if closed is not None or last:
                return
            await self.chair.screen.ask()

    # --- Opinions --------------------------------------------------------------------------------

    async def _opinions(self, item: Item, slot: float) -> None:
        self.shifters: list[Colleague] = []
        givers = self._some(self.voters, SPECIALISTS_A_CASE)
        await asyncio.gather(*(self._careful(self._opinion(item, c, slot)) for c in givers))

    async def _opinion(self, item: Item, who: Colleague, slot: float) -> None:
        """Open the form, save a draft, come back to it, and submit what it then holds."""
        await asyncio.sleep(self.chance.uniform(0, slot * 0.24))
        path = f"/cases/{item.case_id}/opinion"
        form = await self._opinion_form(who, path)
        if form is None:
            return
        mind = self._token("I would change my mind if")
        draft = {"change_mind": mind, "version": form.fields["version"], "_was": "{}"}
        await who.act("draft", f"{path}/draft", draft, case_id=item.case_id, token=mind)
        await asyncio.sleep(self.chance.uniform(0.3, 1) * slot * 0.12)
        form = await self._opinion_form(who, path)
        if form is None:
            return
        self.ledger.found(mind, int(form.fields["change_mind"] == mind))
        if self.chance.random() < 0.1:
            return  # thinks on, and never submits
        why = self._token("Rehearsed rationale")
        view = self._view(form) | {"rationale": why}
        answer = await who.act(
            "opinion",
            f"{path}/submit",
            view,
            case_id=item.case_id,
            token=why,
            part=False,
            again=self.chance.random() < 0.15,
        )
        if answer is not None:
            self.shifters.append(who)

    async def _shift(self, item: Item, who: Colleague, slot: float) -> None:
        await asyncio.sleep(self.chance.uniform(0.02, 0.25) * slot)
        path = f"/cases/{item.case_id}/opinion"
        page = await who.page(f"{path}?change=1")
        form = page.form(r"/opinion/shift$")
        if form is None:
            self.ledger.error(f"{who.name}: no form to shift an opinion")
            return
        why = self._token("Rehearsed shift")
        moved = dict(form.fields) | {"shift_reason": why}
        others = [v for v in form.words("verdict") if v != form.fields.get("verdict")]
        moved["verdict"] = self.chance.choice(others)
        await who.act(
            "shift", f"{path}/shift", _own(moved), case_id=item.case_id, token=why, part=False
        )

    async def _opinion_form(self, who: Colleague, path: str) -> Form | None:
        page = await who.page(path)
        form = page.form(r"/opinion/(draft|submit)$")
        if form is None:
            self.ledger.error(f"{who.name}: no form at {path}")
        return form

    def _view(self, form: Form) -> dict[str, str]:
        view = dict(form.fields)
        view["verdict"] = self.chance.choice(form.words("verdict"))
        view["confidence"] = self.chance.choice(form.words("confidence"))
        for name in form.choices:
            if name.startswith("stance-") and self.chance.random() < 0.6:
                view[name] = self.chance.choice(form.words(name))
        view["rest"] = "outside_field"
        view["expects"] = "open"  # whoever is late says it openly
        return _own(view)

    # --- Comments, comings and goings ------------------------------------------------------------

    async def _comments(self, item: Item, slot: float) -> None:
        times = sorted(self.chance.uniform(0.05, 0.85) * slot for _ in range(COMMENTS_A_CASE))
        begun = time.monotonic()
        for at in times:
            await _until(begun + at)
            who, to = self._some(self.members, 2)
            text = f"@{to.name}: " + self._token("rehearsed comment")
            await who.act(
                "comment",
                f"/cases/{item.case_id}/comments",
                {"body": text},
                case_id=item.case_id,
                token=self._last,
                again=self.chance.random() < 0.2,
            )

    async def _comings_and_goings(self, slot: float) -> None:
        for _ in range(1 + len(self.clients) // 30):
            await asyncio.sleep(self.chance.uniform(0.05, 0.3) * slot)
            here = [c for c in self.clients if c.here]
            if not here:  # the server is away
                continue
            who = self.chance.choice(here)
            await who.drop_and_return(min(slot * 0.3, self.chance.uniform(0.2, 3)))

    async def _checks(self, slot: float) -> None:
        for _ in range(2):
            await asyncio.sleep(self.chance.uniform(0.3, 0.5) * slot)
            for client in self._some(self.clients, 4):
                await client.check_stage()
                await asyncio.sleep(0.1)

    async def _presenter(self) -> None:
        person = self.chance.choice(self.members).person
        await self.chair.act("presenter", self._at("presenter"), {"person": str(person)})

    # --- The consensus ---------------------------------------------------------------------------

    async def _write(self, item: Item, said: Said, slot: float) -> int:
        """Take the pen, write in several saves, lay it down. Returns the version."""
        scribe = self.chance.choice(self.members)
        if await scribe.act("pen", self._at("pen/take"), {}, case_id=item.case_id) is None:
            return 0
        path = self._item(item, "consensus")
        page = await scribe.page(path, part=True)
        form = page.form(r"/consensus$")
        if form is None:
            self.ledger.error(f"{scribe.name}: the pen came without an editor")
            return 0
        version = int(form.fields["version"])
        for save in self._saves(form, said.provisional):
            token = self._last if any(self._last in v for v in save.values()) else ""
            answer = await scribe.act(
                "save",
                path,
                save | {"version": str(version)},
                case_id=item.case_id,
                token=token,
                again=self.chance.random() < 0.2,
            )
            if answer is not None:  # the first one, whether this was sent once or twice
                told = json.loads(answer)
                version = int(told["version"])
                if told.get("errors"):
                    self.ledger.error(f"a save was not taken: {told['errors']}")
            await asyncio.sleep(self.chance.uniform(0.02, 0.05) * slot)
        await scribe.act("pen", self._at("pen/give"), {"person": ""}, case_id=item.case_id)
        return version

    def _saves(self, form: Form, provisional: bool) -> Iterable[dict[str, str]]:
        chance, words = self.chance, form.words
        yield {"verdict": chance.choice(words("verdict")), "rationale": self._token("So decided")}
        yield {
            "step_0_what": self._token("Rehearsed step"),
            "step_0_who": "Surgery",
            "step_0_when": "within 14 days",
        }
        fates = [name for name in form.choices if name.startswith("disposition_")]
        chosen = chance.choice(fates)
        half = len(fates) // 2
        for some in (fates[:half], fates[half:]):
            if provisional and some is not fates[:half] and len(some) > 1:
                some = some[1:]
            yield {
                field: text
                for name in some
                for field, text in (
                    (name, "chosen" if name == chosen else chance.choice(words(name)[1:])),
                    (name.replace("disposition_", "reason_", 1), self._token("because")),
                )
            }
        day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3)
        yield {"strength": words("strength")[0], "tell_by": day.isoformat()}
        yield {"teller": self._token("Rehearsed teller")}

    async def _sign(self, item: Item, said: Said, version: int, slot: float) -> None:
        """One for each specialty, most of them agreeing."""
        signers = {c.specialty: c for c in self._some(self.voters, len(self.voters))}
        kinds = self._some(SIGNING, len(SIGNING))
        most = list(signers.values())
        await asyncio.gather(
            *(
                self._careful(self._sign_one(item, c, kinds[n % len(kinds)], version, slot))
                for n, c in enumerate(most)
            )
        )

    async def _sign_one(
        self, item: Item, who: Colleague, kind: str, version: int, slot: float
    ) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.15) * slot)
        # Agreement keeps no words: such a signature is looked for among the meeting's changes
        text = self._token("Rehearsed sign-off") if kind != "agree" else ""
        await who.act(
            "sign_off",
            self._item(item, "sign-off"),
            {
                "kind": kind,
                "text": text,
                "reopen_condition": "the rehearsal is held again" if kind == "dissent" else "",
                "consensus_version": str(version),
            },
            case_id=item.case_id,
            token=text,
            again=self.chance.random() < 0.1,
        )

    # --- Small things ----------------------------------------------------------------------------

    async def _careful(self, work: Awaitable[Any]) -> None:
        """One person's trouble does not end the meeting; it is told in the report."""
        try:
            await work
        except Exception as error:  # noqa: BLE001
            self.ledger.error(f"{type(error).__name__}: {error}")

    @contextlib.asynccontextmanager
    async def _meanwhile(self, works: Iterable[Awaitable[Any]]) -> AsyncIterator[None]:
        """Let others work beside the block; it ends with theirs, and a failure ends both."""
        theirs = asyncio.gather(*(self._careful(work) for work in works))
        try:
            yield
            await theirs
        finally:
            theirs.cancel()
            await asyncio.gather(theirs, return_exceptions=True)

    def _token(self, words: str) -> str:
        """A text that exists once; `_last` keeps it for the book."""
        self._count += 1
        self._last = f"{words} {self._tag}-{self._count}."
        return self._last

    def _some(self, whom: Any, most: int) -> list[Any]:
        return self.chance.sample(list(whom), min(most, len(whom)))

    def _at(self, verb: str) -> str:
        return f"/meetings/{self.meeting}/{verb}"

    def _item(self, item: Item, verb: str) -> str:
        return f"/meetings/{self.meeting}/items/{item.id}/{verb}"


def _own(fields: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in fields.items() if name not in ("csrf_token", "_key")}


async def _until(when: float) -> None:
    await asyncio.sleep(max(0.0, when - time.monotonic()))
