"""The same program on PostgreSQL and Valkey with three server processes, and what befalls them.

The demonstration is moved there with `boardroom move`; each test holds a meeting of its own whose
people are spread over the processes, which are addressed directly. The rehearsal goes through the
shipped nginx configuration where nginx is installed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from html import unescape
from pathlib import Path

import pytest
import requests

from boardroom.rehearsal.colleague import Unexpected
from boardroom.rehearsal.ledger import Ledger
from boardroom.rehearsal.pages import Page
from tests import proxies
from tests.integration.house import PROCESSES, House, boardroom, held, meeting, until, whole
from tests.integration.live_room import Client

pytestmark = pytest.mark.many


def test_a_rehearsal_over_three_processes(house: House, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        urls = house.urls
        if proxies.program() is not None:
            urls = [stack.enter_context(proxies.nginx(tmp_path, house.urls))]
        said = boardroom(
            "rehearse", *(part for url in urls for part in ("--url", url)),
            "--people", "15", "--cases", "2", "--minutes", "0.2", "--json",
        )  # fmt: skip
    report = json.loads(said)
    assert report["errors"] == []
    assert report["actions"]["found"] == report["actions"]["acknowledged"] > 20
    assert report["actions"]["duplicated"] == 0
    assert report["stages"]["equal"] == report["stages"]["checked"] >= 15
    whole(house)


def test_who_waits_at_another_process_is_counted_in_and_hears_everything(house: House) -> None:
    async def story() -> None:
        async with meeting(house) as here:
            chair = await here.enter_at(house.urls[0], here.account("chair"))
            doctor = await here.enter_at(house.urls[1], here.account("specialist"))
            watcher = await here.enter_at(house.urls[2], here.account("observer"))
            seq = await chair.do(here.at("start"))
            await here.all_equal(seq)
            assert chair.screen is not None
            for client in (doctor, watcher):
                assert client.name in chair.screen.parts["people"], "counted in with the start"
            assert chair.screen.seq == seq
            await here.all_equal(await chair.do(here.at("next"), after="0"))
            case = here.items[0].case_id
            seq = await doctor.do(f"/cases/{case}/comments", body="Said at the second")
            await here.all_equal(seq)
            # Nobody of the observers' audience is at the second process, and yet it was pushed.
            assert seq in [push["seq"] for push in watcher.pushes]

    held(story)


def test_what_is_pressed_at_once_in_every_process_happens_once(house: House) -> None:
    async def story() -> None:
        async with meeting(house) as here:
            chairs = [await here.enter_at(url, here.account("chair")) for url in house.urls]
            await chairs[0].do(here.at("start"))
            taken = await asyncio.gather(*(c.do(here.at("next"), after="0") for c in chairs))
            case, item = here.items[0].case_id, here.at(f"items/{here.items[0].id}")
            # One form sent three times, and three people who write at once.
            again = await asyncio.gather(
                *(
                    c.post(f"/cases/{case}/comments", {"body": "once"}, key="k" * 20, part=True)
                    for c in chairs
                )
            )
            assert len({headers["X-Boardroom-Seq"] for _, headers, _ in again}) == 1
            doctors = [
                await here.enter_at(url, here.account("specialist", n))
                for n, url in enumerate(house.urls)
            ]
            revealed = await asyncio.gather(*(c.tells(f"{item}/reveal") for c in chairs))
            assert min(revealed) < 300
            pens = await asyncio.gather(*(d.tells(here.at("pen/take")) for d in doctors))
            assert sorted(status < 300 for status in pens) == [False, False, True]
            seq = await chairs[0].do(f"/cases/{case}/comments", body="after all that")
            await here.all_equal(seq)
            for client in here.clients:
                kinds = [kind for push in client.pushes for kind in push["kinds"]]
                assert kinds.count("case_taken") <= 1
                assert kinds.count("opinions_revealed") <= 1
            assert max(taken) > 0
            thread = unescape(await chairs[0].text(f"/cases/{case}/comments", part=True))
            assert thread.count(">once<") == 1

    held(story)
    whole(house)


def test_wrong_passwords_are_counted_by_all_processes_together(house: House) -> None:
    def try_at(url: str) -> int:
        with requests.Session() as visitor:
            page = Page(visitor.get(f"{url}/sign-in", timeout=10).text)
            tried = visitor.post(
                f"{url}/sign-in",
                data={"email": "a@b.example", "password": "wrong", "csrf_token": page.token},
                timeout=10,
            )
        return tried.status_code

    tries = [try_at(house.urls[n % PROCESSES]) for n in range(5)]
    assert tries == [422, 422, 422, 422, 429]


def test_somebody_deactivated_is_out_at_once_in_every_process(house: House) -> None:
    async def story() -> None:
        async with meeting(house) as here:
            guest = here.account("specialist", 6)
            screens = [await here.enter_at(url, guest) for url in house.urls[1:]]
            lines = [screen._socket for screen in screens]
            for screen in screens:
                screen._socket = None  # it is not to come back
            admin = await here.enter_at(house.urls[0], here.account("administrator"))
            await admin.post(f"/boards/liver/people/{guest.person}/deactivate", {})
            await until(lambda: not any(line is not None and line.connected for line in lines), 5)
            for screen in screens:
                assert await screen.tells(here.at("pen/take")) in (400, 401)

    held(story)


def test_somebody_who_may_watch_no_more_is_out_at_once_in_every_process(house: House) -> None:
    async def story() -> None:
        async with meeting(house) as here:
            guest = here.account("specialist", 5)
            screens = [await here.enter_at(url, guest) for url in house.urls]
            chair = await here.enter_at(house.urls[0], here.account("chair"))
            await here.all_equal(await chair.do(here.at("start")))
            lines = [screen._socket for screen in screens]
            for screen in screens:
                screen._socket = None  # it is not to come back
            admin = await here.enter_at(house.urls[1], here.account("administrator"))
            place = {"name": guest.name, "hospital": "St Example", "role": "referrer"}
            await admin.post(f"/boards/liver/people/{guest.person}", place | {"specialty": ""})
            await until(lambda: not any(line is not None and line.connected for line in lines), 5)
            assert chair.screen is not None
            await until(lambda: guest.name not in here_now(chair), 5)
            for screen in screens:
                assert await screen.tells(here.at("pen/take")) in (403, 404)
                for verb in ("stage/state", "mine"):
                    with pytest.raises(Unexpected, match="answered 40[34]"):
                        await screen.text(here.at(verb), part=True)
                with pytest.raises(Unexpected, match="not yours to watch"):
                    await screen.join()
            admin.ledger.errors.clear()

    held(story)


def test_without_the_queue_screens_heal_and_nobody_stays_in(house: House) -> None:
    async def story() -> None:
        async with meeting(house) as here:
            guest, other = here.account("specialist", 7), here.account("specialist", 8)
            chair = await here.enter_at(house.urls[0], here.account("chair"))
            doctor = await here.enter_at(house.urls[1], here.account("specialist"))
            stays = await here.enter_at(house.urls[2], guest)
            signed_out = await here.enter_at(house.urls[2], other)
            lines = []
            for one in (stays, signed_out):
                lines.append(one._socket)
                one._socket = None
                assert one.screen is not None
                one.screen._ledger = Ledger()  # that page will be told to sign in
            admin = await here.enter_at(house.urls[0], here.account("administrator"))
            await chair.do(here.at("start"))
            house.valkey.stop()
            try:
                await chair.do(here.at("next"), after="0")
                case = here.items[0].case_id
                seq = await doctor.do(f"/cases/{case}/comments", body="Said while it was away")
                await chair.reach(seq)
                await doctor.reach(seq)
                answer = requests.get(house.urls[0] + "/health/ready", timeout=5).json()
                assert answer["status"] == "ready", "the others can be served"
                assert "queue" in " ".join(answer["notes"])
                for person in (guest, other):
                    await admin.post(f"/boards/liver/people/{person.person}/deactivate", {})
                # Welcome again, but with a session of another day: the one of before is over.
                await admin.post(f"/boards/liver/people/{other.person}/reactivate", {})
                await until(lambda: not any(line and line.connected for line in lines), 20)
                for one in (stays, signed_out):
                    here.clients.remove(one)
                    await one.close()
                # Signing in counts tries by itself meanwhile.
                await here.enter_at(house.urls[2], here.account("observer"))
            finally:
                house.valkey.start()
            await until(lambda: reached(house))
            seq = await chair.do(here.at(f"items/{here.items[0].id}/reveal"))
            await here.all_equal(seq)
            assert seq in [push["seq"] for push in doctor.pushes], "pushed again, not asked for"

    held(story)


def test_a_queue_that_hangs_holds_nobody_up_and_is_told(house: House) -> None:
    async def story() -> None:
        async with meeting(house) as here:
            chair = await here.enter_at(house.urls[0], here.account("chair"))
            doctor = await here.enter_at(house.urls[1], here.account("specialist"))
            await chair.do(here.at("start"))
            await here.all_equal(await chair.do(here.at("next"), after="0"))
            case = here.items[0].case_id
            await until(lambda: reached(house))
            house.valkey.hang()
            try:
                took, said_so = [], 0
                for turn in range(12):
                    began = time.monotonic()
                    seq = await doctor.do(f"/cases/{case}/comments", body=f"It hangs, {turn}")
                    took.append(time.monotonic() - began)
                    said_so += turn >= 8 and not reached(house)
                    await asyncio.sleep(0.4)
                assert max(took) < 0.9, took
                assert said_so == 4, "and keeps saying so"
                await chair.reach(seq)
                await doctor.reach(seq)
            finally:
                house.valkey.go_on()
            await until(lambda: reached(house))
            seq = await chair.do(here.at(f"items/{here.items[0].id}/reveal"))
            await here.all_equal(seq)
            assert seq in [push["seq"] for push in doctor.pushes], "pushed again, not asked for"

    held(story)


def reached(house: House) -> bool:
    answers = [requests.get(url + "/health/ready", timeout=5).json() for url in house.urls]
    return not any(answer.get("notes") for answer in answers)


def test_a_restart_of_the_database_loses_and_doubles_nothing(house: House) -> None:
    async def story() -> None:
        async with meeting(house) as here:
            chair = await here.enter_at(house.urls[0], here.account("chair"))
            await chair.do(here.at("start"))
            await chair.do(here.at("next"), after="0")
            doctors = [
                await here.enter_at(house.urls[n % PROCESSES], here.account("specialist", n))
                for n in range(5)
            ]
            case, said = here.items[0].case_id, set()

            async def talk(doctor: Client, number: int) -> None:
                for turn in range(8):
                    word = f"word-{number}-{turn}-end"
                    await doctor.do(f"/cases/{case}/comments", body=word)
                    said.add(word)
                    await asyncio.sleep(0.1)

            talking = asyncio.gather(*(talk(d, n) for n, d in enumerate(doctors)))
            await until(lambda: len(said) >= 5)
            house.postgres.stop()
            answer = await asyncio.to_thread(
                requests.post,
                house.urls[0] + "/sign-in/demo",
                headers={"X-Boardroom-Part": "1"},
                timeout=30,
            )
            assert answer.status_code in (401, 503)  # nobody is signed in there
            unready = await asyncio.to_thread(
                requests.get, house.urls[0] + "/health/ready", timeout=30
            )
            assert unready.status_code == 503
            assert unready.json()["reasons"] == ["The database does not answer."]
            house.postgres.start()
            await talking
            assert len(said) == 40
            thread = unescape(await chair.text(f"/cases/{case}/comments", part=True))
            assert [thread.count(word) for word in sorted(said)] == [1] * 40
            await here.all_equal(await chair.do(here.at(f"items/{here.items[0].id}/reveal")))

    held(story)
    whole(house)


def test_a_process_that_dies_takes_only_its_own_people_with_it(house: House) -> None:
    async def story() -> None:
        async with meeting(house) as here:
            chair = await here.enter_at(house.urls[0], here.account("chair"))
            gone = await here.enter_at(house.urls[2], here.account("specialist"))
            moved = await here.enter_at(house.urls[2], here.account("specialist", 1))
            await here.all_equal(await chair.do(here.at("start")))
            moved.url = house.urls[1]  # where a proxy would send it
            house.processes[2].kill()
            assert chair.screen is not None
            present = chair.screen.parts["people"]
            assert gone.name in present
            assert moved.name in present
            here.clients.remove(gone)
            await gone.close()
            await until(lambda: gone.name not in here_now(chair), 25)
            assert moved.name in here_now(chair)

    held(story)


def here_now(client: Client) -> str:
    assert client.screen is not None
    return client.screen.parts["people"]
