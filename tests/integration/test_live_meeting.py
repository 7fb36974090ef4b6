"""The live meeting over sockets: a real server, and clients that keep a stage as browsers do.

One demonstration serves all tests; each holds a meeting of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from boardroom.rehearsal.colleague import Unexpected
from boardroom.rehearsal.setting import accounts_on, invite
from tests import servers
from tests.conftest import CopyData
from tests.databases import free_port
from tests.integration.live_room import Client, held, room

SENTINEL = "SEALED-WORDS-7391"


@pytest.fixture(scope="module")
def url(
    made_demo: Path, copy_data: CopyData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = copy_data(made_demo, tmp_path_factory.mktemp("live") / "demo")
    with servers.demo(folder) as server:
        yield server.url


def test_who_comes_late_sees_the_present_state_at_once(url: str) -> None:
    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            await chair.do(here.at("start"))
            seq = await chair.do(here.at("next"), after="0")
            late = await here.enter(here.account("specialist"))
            assert late.screen is not None
            assert late.screen.seq >= seq
            assert here.items[0].code in late.screen.parts["agenda"]
            assert "Rehearsal case 1" in late.screen.parts["case"]
            await chair.reach(late.screen.seq)
            assert chair.screen is not None
            assert late.name in chair.screen.parts["people"], "the others see who came"
            await here.all_equal(seq)

    held(story, url)


def test_what_one_does_the_others_see(url: str) -> None:
    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            doctor = await here.enter(here.account("specialist"))
            other = await here.enter(here.account("specialist", 1))
            await here.enter(here.account("observer"))
            case = here.items[0].case_id
            item = here.at(f"items/{here.items[0].id}")
            await here.all_equal(await chair.do(here.at("start")))
            await here.all_equal(await chair.do(here.at("next"), after="0"))
            assert doctor.screen is not None
            assert other.screen is not None

            await here.all_equal(await doctor.do(f"/cases/{case}/comments", body="Seen at once?"))
            assert '<span class="count">1</span>' in other.screen.parts["comments"]
            await here.all_equal(await opinion(doctor, case, "Said before the reveal"))
            await here.all_equal(await chair.do(f"{item}/reveal"))
            assert doctor.name in other.screen.parts["opinions"]
            await here.all_equal(await doctor.do(here.at("pen/take")))
            assert f"{doctor.name} writes" in other.screen.parts["consensus"]
            await here.all_equal(
                await doctor.do(
                    f"{item}/consensus",
                    version="0",
                    verdict="convertible",
                    rationale="Written live",
                )
            )
            assert "Written live" in other.screen.parts["consensus"]
            await here.all_equal(
                await doctor.do(f"{item}/consensus", version="1", disposition_resection="chosen")
            )
            assert "is-chosen" in other.screen.parts["opinions"]
            await here.all_equal(
                await other.do(f"{item}/sign-off", kind="agree", consensus_version="2")
            )
            assert other.name in doctor.screen.parts["consensus"]
            await here.all_equal(await chair.do(f"{item}/close", provisional="yes"))
            await here.all_equal(await chair.do(here.at("close")))

    held(story, url)


async def opinion(who: Client, case: int, words: str) -> int:
    """Give an opinion with these words everywhere; returns the number of the change."""
    form = (await who.page(f"/cases/{case}/opinion")).form(r"/opinion/(draft|submit)$")
    assert form is not None
    view = {
        "verdict": form.words("verdict")[0],
        "confidence": "3",
        "rationale": words,
        "change_mind": words,
        "stance-resection": "prefer",
        "reason-resection": words,
        "rest": "outside_field",
    }
    _, headers, _ = await who.post(f"/cases/{case}/opinion/submit", view)
    return int(headers["X-Boardroom-Seq"])


def test_no_push_tells_a_sealed_opinion(url: str) -> None:
    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            doctor = await here.enter(here.account("specialist"))
            other = await here.enter(here.account("specialist", 1))
            admin = await here.enter(here.account("administrator"))
            observer = await here.enter(here.account("observer"))
            case, item = here.items[0].case_id, here.at(f"items/{here.items[0].id}")
            await chair.do(here.at("start"))
            await chair.do(here.at("next"), after="0")
            seq = await opinion(doctor, case, SENTINEL)
            other_seq = await opinion(other, case, "Nothing secret")
            await here.all_equal(max(seq, other_seq))
            for client in (chair, other, admin, observer):
                assert any("opinion_submitted" in push["kinds"] for push in client.pushes)
                assert SENTINEL not in repr(client.pushes)
                assert client.screen is not None
                assert SENTINEL not in repr(client.screen.parts) + client.screen.mine
            assert SENTINEL not in repr(doctor.pushes), "nor by a push to its author"
            seq = await chair.do(f"{item}/reveal")
            await here.all_equal(seq)
            assert SENTINEL in repr(observer.pushes), "the sentinel is where the stage shows it"

    held(story, url)


def test_observers_touch_nothing(url: str) -> None:
    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            observer = await here.enter(here.account("observer"))
            await chair.do(here.at("start"))
            seq = await chair.do(here.at("next"), after="0")
            case, item = here.items[0].case_id, here.at(f"items/{here.items[0].id}")
            for path, data in (
                (here.at("next"), {"after": "0"}),
                (here.at("pen/take"), {}),
                (f"{item}/reveal", {}),
                (f"{item}/consensus", {"version": "0", "rationale": "no"}),
                (f"/cases/{case}/comments", {"body": "no"}),
                (f"/cases/{case}/opinion/submit", {"verdict": "resectable"}),
            ):
                assert await observer.tells(path, **data) == 403, path
            assert observer.screen is not None
            assert "<form" not in observer.screen.parts["controls"]
            assert "<form" not in observer.screen.mine
            await here.all_equal(seq)
            assert chair.screen is not None
            assert chair.screen.seq == seq, "nothing that was refused took a number"

    held(story, url)


def test_somebody_deactivated_is_out_at_once(url: str) -> None:
    async def story(url: str) -> None:
        async with room(url) as here:
            await invite(url, here.place.accounts, 1, here.ledger)
            helper = Client(url, "somebody", "observer", here.ledger)
            here.clients.append(helper)
            accounts = accounts_on(await helper.text("/sign-in"))
            guest = next(a for a in accounts if a.name.startswith("Rehearsal Guest"))
            client = await here.enter(guest)
            left: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            assert client._socket is not None
            client._socket.on("goodbye", lambda data: left.set_result(True))
            connection, client._socket = client._socket, None  # it is not to come back
            admin = await here.enter(here.account("administrator"))
            chair = await here.enter(here.account("chair"))
            await chair.do(here.at("start"))
            await chair.do(here.at("next"), after="0")
            await chair.do(here.at(f"items/{here.items[0].id}/reveal"))
            await chair.reach(await client.do(here.at("pen/take")))
            assert chair.screen is not None
            assert f"{guest.name} writes" in chair.screen.parts["consensus"]
            assert guest.name in chair.screen.parts["people"]
            await admin.post(f"/boards/liver/people/{guest.person}/deactivate", {})
            assert await asyncio.wait_for(left, 5)
            for _ in range(100):
                if not connection.connected:
                    break
                await asyncio.sleep(0.05)
            assert not connection.connected
            # The others see it at once: the pen is free and the place is empty.
            for _ in range(20):
                if guest.name not in chair.screen.parts["people"]:
                    break
                await asyncio.sleep(0.05)
            assert guest.name not in chair.screen.parts["people"]
            assert "nobody holds the pen" in chair.screen.parts["consensus"]
            for path in ("stage/state", "mine"):
                with pytest.raises(Unexpected, match="answered 401"):
                    await client.text(here.at(path), part=True)
            assert await client.tells(f"/cases/{here.items[0].case_id}/comments", body="x") in (
                400, 401,
            )  # fmt: skip
            with pytest.raises((Unexpected, aiohttp.ClientError, Exception)):
                await client.join()

    held(story, url)


def test_pushes_that_never_arrive_are_healed(url: str) -> None:
    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            doctor = await here.enter(here.account("specialist"))
            case = here.items[0].case_id
            await chair.do(here.at("start"))
            seq = await chair.do(here.at("next"), after="0")
            await here.all_equal(seq)
            # The last push is lost: no gap shows it, the next head does.
            doctor.deaf = True
            seq = await chair.do(f"/cases/{case}/comments", body="lost")
            await asyncio.sleep(0.3)
            assert doctor.screen is not None
            assert doctor.screen.seq < seq
            doctor.deaf = False
            await here.all_equal(seq)
            # One in the middle is lost: the gap shows it.
            doctor.deaf = True
            await chair.do(f"/cases/{case}/comments", body="lost too")
            await asyncio.sleep(0.1)
            doctor.deaf = False
            seq = await chair.do(f"/cases/{case}/comments", body="after the gap")
            await doctor.reach(seq, within=1.5)
            await here.all_equal(seq)
            # Away for a while, as with a closed lid.
            await chair.do(here.at(f"items/{here.items[0].id}/reveal"))
            away = asyncio.ensure_future(doctor.drop_and_return(0.5))
            seq = await chair.do(here.at("pen/take"))
            await away
            await here.all_equal(seq)

    held(story, url)


def test_the_same_post_twice_is_done_once(url: str) -> None:
    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            case, key = here.items[0].case_id, str(uuid4())
            await chair.do(here.at("start"))
            path, form = f"/cases/{case}/comments", {"body": "Only once, please"}
            first, *others = await asyncio.gather(
                *(chair.post(path, form, key=key, part=True) for _ in range(4))
            )
            assert {answer[0] for answer in (first, *others)} == {303}
            assert {answer[1]["X-Boardroom-Seq"] for answer in others} == {
                first[1]["X-Boardroom-Seq"]
            }
            repeated = [a for a in (first, *others) if "X-Boardroom-Repeated" in a[1]]
            assert len(repeated) == 3
            assert (await chair.text(path, part=True)).count("Only once, please") == 1
            await here.all_equal(int(first[1]["X-Boardroom-Seq"]))

    held(story, url)


def test_two_who_press_next_at_once_take_one_case(url: str) -> None:
    async def story(url: str) -> None:
        async with room(url, cases=3) as here:
            one = await here.enter(here.account("chair"))
            two = await here.enter(here.account("chair"))
            await one.do(here.at("start"))
            await asyncio.gather(*(c.do(here.at("next"), after="0") for c in (one, two, one, two)))
            assert one.screen is not None
            seq = (await one.json(here.at("stage/state")))["seq"]
            await here.all_equal(seq)
            taken = [p for p in two.pushes if "case_taken" in p["kinds"]]
            assert len(taken) == 1
            assert "Rehearsal case 1" in one.screen.parts["case"]

    held(story, url)


def test_a_server_that_dies_loses_nothing_it_acknowledged(demo_folder: Path) -> None:
    """Killed in the middle of posts and started again: all that was acknowledged is there once,
    and everybody's screen comes back by itself."""
    port = free_port()

    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            doctor = await here.enter(here.account("specialist"))
            case = here.items[0].case_id
            await chair.do(here.at("start"))
            await chair.do(here.at("next"), after="0")
            acknowledged: list[str] = []

            async def talk(who: Client, number: int) -> None:
                text = f"Remember {number:03d}."
                await who.post(f"/cases/{case}/comments", {"body": text}, part=True)
                acknowledged.append(text)

            talking = [asyncio.ensure_future(talk((chair, doctor)[n % 2], n)) for n in range(40)]
            while len(acknowledged) < 6:
                await asyncio.sleep(0.01)
            running[0].kill()
            killed_after = len(acknowledged)
            assert killed_after < 40, "it died in the middle"
            running.append(again.enter_context(servers.demo(demo_folder, port)))
            await asyncio.gather(*talking)  # they try again with the same keys
            thread = await doctor.text(f"/cases/{case}/comments", part=True)
            assert len(acknowledged) == 40
            for text in acknowledged:
                assert thread.count(text) == 1, text
            seq = (await chair.json(here.at("stage/state")))["seq"]
            for _ in range(100):
                if chair.here and doctor.here:
                    break
                await asyncio.sleep(0.1)
            await here.all_equal(seq)

    with contextlib.ExitStack() as again:
        running = [again.enter_context(servers.demo(demo_folder, port))]
        held(story, running[0].url)


def test_who_signs_out_is_out_of_the_room(url: str) -> None:
    """In another window than the stage's: no push reaches it any more, and no quorum counts it."""

    async def story(url: str) -> None:
        async with room(url) as here:
            chair = await here.enter(here.account("chair"))
            guest = await here.enter(here.account("specialist"))
            await chair.do(here.at("start"))
            left: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            assert guest._socket is not None
            guest._socket.on("goodbye", lambda data: left.set_result(True))
            connection, guest._socket = guest._socket, None  # it is not to come back
            await guest.post("/sign-out", {})
            assert await asyncio.wait_for(left, 5)
            for _ in range(100):
                if not connection.connected:
                    break
                await asyncio.sleep(0.05)
            assert not connection.connected
            assert chair.screen is not None
            for _ in range(600):
                if guest.name not in chair.screen.parts["people"]:
                    break
                await asyncio.sleep(0.05)
            assert guest.name not in chair.screen.parts["people"]

    held(story, url)
