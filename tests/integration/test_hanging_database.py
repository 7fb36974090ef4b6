"""A PostgreSQL that takes everything and answers nothing: who waits for it is told so."""

from __future__ import annotations

import asyncio
import time

import pytest
import requests

from boardroom import unanswered
from boardroom.upkeep import health
from tests.integration.house import House, held, meeting

pytestmark = pytest.mark.many

SLACK = 5.0  # seconds, for a busy machine


def test_a_database_that_hangs_is_told_and_no_post_is_lost(house: House) -> None:
    url = house.urls[0]

    def ready() -> tuple[int, float]:
        asked = time.monotonic()
        answer = requests.get(f"{url}/health/ready", timeout=30)
        return answer.status_code, time.monotonic() - asked

    async def story() -> None:
        async with meeting(house) as here:
            chair = await here.enter_at(url, here.account("chair"))
            doctor = await here.enter_at(url, here.account("specialist"))
            await chair.do(here.at("start"))
            await here.all_equal(await chair.do(here.at("next"), after="0"))
            comments = f"/cases/{here.items[0].case_id}/comments"
            with house.postgres.hanging():
                begun = time.monotonic()
                post = asyncio.ensure_future(doctor.asks(comments, body="While it hangs."))
                status, took = await asyncio.to_thread(ready)
                assert (status, took < health.ASK_FOR + SLACK) == (503, True)
                assert (await post)[0] == 503
                assert time.monotonic() - begun < unanswered.SILENCE + SLACK
            async with asyncio.timeout(15):
                while (await asyncio.to_thread(ready))[0] != 200:
                    await asyncio.sleep(0.2)
            await here.all_equal(await doctor.do(comments, body="After that."))

    held(story)
