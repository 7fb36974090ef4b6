"""Two things at once, in different processes: one outcome, both told, nothing lost.

Each race is run several times: whoever is first, the record says so, and who came too late has
what they wrote in the answer.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Select, select

from boardroom import create_app
from boardroom.consensus.models import SignOff
from boardroom.db import db
from boardroom.meetings.models import AgendaItem, Meeting, MeetingEvent
from boardroom.opinions.models import Opinion
from tests.integration.house import House, Spread, held, meeting, whole
from tests.integration.live_room import Client

pytestmark = pytest.mark.many

RUNS = 4
Record = Callable[[Select[tuple[Any]]], list[Any]]


async def soon(*what: object) -> list[tuple[int, str]]:
    """All at once, but for a few milliseconds of chance. Status and text of each."""

    async def one(work: object) -> tuple[int, str]:
        await asyncio.sleep(random.uniform(0, 0.02))
        return await work  # type: ignore[misc,no-any-return]

    return list(await asyncio.gather(*(one(work) for work in what)))


@pytest.fixture(scope="module")
def record(house: House) -> Iterator[Record]:
    """The record beside the processes that serve it."""
    app = create_app("demo", data=house.folder)

    def read(query: Select[tuple[Any]]) -> list[Any]:
        with app.app_context():
            found = list(db.session.scalars(query))
            db.session.expunge_all()
            db.session.rollback()
        return found

    yield read
    with app.app_context():
        db.engine.dispose()


def happened(record: Record, here: Spread, item: int) -> list[tuple[str, int]]:
    """What happened to a case at the meeting, in order: kind and who. No number is missing."""
    events = record(
        select(MeetingEvent)
        .where(MeetingEvent.meeting_id == here.place.meeting)
        .order_by(MeetingEvent.seq)
    )
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return [(e.kind, e.actor_id or 0) for e in events if e.item_id == item]


async def opinion_of(who: Client, case: int, words: str) -> dict[str, str]:
    """A complete opinion as their form would send it, sealed."""
    form = (await who.page(f"/cases/{case}/opinion")).form(r"/opinion/(draft|submit)$")
    assert form is not None
    return {
        "version": form.fields["version"],
        "verdict": form.words("verdict")[0],
        "confidence": "3",
        "rationale": words,
        "rest": "outside_field",
        "expects": "sealed",
    }


def test_a_reveal_and_last_second_opinions(house: House, record: Record) -> None:
    async def story() -> None:
        async with meeting(house, cases=RUNS) as here:
            chair = await here.enter_at(house.urls[0], here.account("chair"))
            doctors = [
                await here.enter_at(house.urls[n % 3], here.account("specialist", n))
                for n in range(1, 4)
            ]
            await chair.do(here.at("start"))
            for run, item in enumerate(here.items):
                await chair.do(here.at(f"items/{item.id}/take"))
                views = [
                    await opinion_of(doctor, item.case_id, f"Last-second {run}-{n}")
                    for n, doctor in enumerate(doctors)
                ]
                path = f"/cases/{item.case_id}/opinion/submit"
                (revealed, _), *answers = await soon(
                    chair.asks(here.at(f"items/{item.id}/reveal")),
                    *(d.asks(path, **v) for d, v in zip(doctors, views, strict=True)),
                )
                assert revealed < 300
                order = happened(record, here, item.id)
                at = [kind for kind, _ in order].index("opinions_revealed")
                for doctor, view, (status, text) in zip(doctors, views, answers, strict=True):
                    given = ("opinion_submitted", doctor.person)
                    if status == 303:
                        assert given in order[:at], "who was in time was in time"
                    else:
                        assert status == 409
                        assert given not in order
                        assert view["rationale"] in text, "their words come back"
                        assert "Submit, open at once" in text
                    (seen,) = record(
                        select(Opinion.status).where(
                            Opinion.case_id == item.case_id, Opinion.person_id == doctor.person
                        ),
                    ) or ("none",)
                    assert seen == ("revealed" if status == 303 else "none")
                seq = await chair.do(here.at(f"items/{item.id}/close"), provisional="yes")
                await here.all_equal(seq)

    held(story)
    whole(house)


def test_a_close_and_sign_offs(house: House, record: Record) -> None:
    async def story() -> None:
        async with meeting(house, cases=RUNS) as here:
            chair = await here.enter_at(house.urls[0], here.account("chair"))
            doctors = [
                await here.enter_at(house.urls[n % 3], here.account("specialist", n))
                for n in range(1, 4)
            ]
            await chair.do(here.at("start"))
            for run, item in enumerate(here.items):
                at = here.at(f"items/{item.id}")
                await chair.do(f"{at}/take")
                await chair.do(f"{at}/reveal")
                await doctors[0].do(here.at("pen/take"))
                await doctors[0].do(f"{at}/consensus", version="0", verdict="convertible")
                words = [f"Signed at the last moment {run}-{n}" for n in range(3)]
                (closed, _), *answers = await soon(
                    chair.asks(f"{at}/close", provisional="yes"),
                    *(
                        d.asks(f"{at}/sign-off", kind="reservation", text=w, consensus_version="1")
                        for d, w in zip(doctors, words, strict=True)
                    ),
                )
                assert closed < 300
                order = happened(record, here, item.id)
                end = [kind for kind, _ in order].index("case_closed")
                signed = record(select(SignOff.text).where(SignOff.item_id == item.id))
                for doctor, word, (status, text) in zip(doctors, words, answers, strict=True):
                    if status < 400:
                        assert ("signed_off", doctor.person) in order[:end]
                        assert word in signed
                    else:
                        assert status == 423  # beside the dialog, which keeps their words
                        assert ("signed_off", doctor.person) not in order
                        assert word not in signed
                        assert "closed" in text
            seq = await doctors[0].do(f"/cases/{here.items[0].case_id}/comments", body="After.")
            await here.all_equal(seq)

    held(story)
    whole(house)


def test_two_orders_of_one_agenda(house: House, record: Record) -> None:
    async def story() -> None:
        async with meeting(house, cases=3) as here:
            chair = await here.enter_at(house.urls[0], here.account("chair"))
            other = await here.enter_at(house.urls[1], here.account("coordinator"))
            for _ in range(RUNS):
                ids = record(
                    select(AgendaItem.id)
                    .where(AgendaItem.meeting_id == here.place.meeting)
                    .order_by(AgendaItem.position),
                )
                one, two, three = (str(key) for key in ids)
                (version,) = record(
                    select(Meeting.agenda_version).where(Meeting.id == here.place.meeting),
                )
                orders = [f"{three},{two},{one}", f"{two},{three},{one}"]
                answers = await soon(
                    *(
                        who.asks(here.at("agenda/order"), order=o, agenda_version=str(version))
                        for who, o in zip((chair, other), orders, strict=True)
                    )
                )
                assert sorted(status for status, _ in answers)[1] == 409, answers
                won = [status < 400 for status, _ in answers].index(True)
                now = record(
                    select(AgendaItem.id)
                    .where(AgendaItem.meeting_id == here.place.meeting)
                    .order_by(AgendaItem.position),
                )
                assert ",".join(map(str, now)) == orders[won]
                told = answers[1 - won][1]
                for code in here.place.codes.values():
                    assert told.count(code) >= 2, "both orders are in the answer"

    held(story)
    whole(house)


def test_two_edits_of_one_field(house: House, record: Record) -> None:
    async def story() -> None:
        async with meeting(house) as here:
            people = [
                await here.enter_at(url, here.account(role))
                for url, role in zip(house.urls, ("chair", "coordinator", "chair"), strict=True)
            ]
            case = here.items[0].case_id
            form = (await people[0].page(f"/cases/{case}/edit")).form(r"/save$")
            assert form is not None
            version, text = int(form.fields["version"]), form.fields.get("summary", "")
            for run in range(RUNS):
                words = [f"Summary {run} by {n}" for n in range(3)]
                answers = await soon(
                    *(
                        who.asks(
                            f"/cases/{case}/save",
                            version=str(version),
                            summary=word,
                            _was=json.dumps({"summary": text}),
                        )
                        for who, word in zip(people, words, strict=True)
                    )
                )
                assert sorted(status for status, _ in answers) == [200, 409, 409]
                won = [status for status, _ in answers].index(200)
                for n, (status, told) in enumerate(answers):
                    said = json.loads(told)
                    assert said["version"] == version + 1
                    if status == 409:
                        assert said["mine"] == {"summary": words[n]}
                        assert said["theirs"] == {"summary": words[won]}
                version, text = version + 1, words[won]

    held(story)
    whole(house)
