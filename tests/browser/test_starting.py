"""Starting a meeting: not by a slip of the key that also means "next case"."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import expect

from tests.browser.conftest import People


def test_a_meeting_of_another_day_starts_by_a_second_word(people: People) -> None:
    chair = people.page("chair@", "/meetings/new")
    chair.get_by_label("Title").fill("A far meeting")
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)
    chair.locator("input[name=day]").fill(day.isoformat())
    chair.locator("input[name=time]").fill("16:30")
    chair.get_by_role("button", name="Plan it").click()
    chair.wait_for_url(re.compile(r"/meetings/\d+$"))
    chair.goto(f"{chair.url}/stage")
    chair.wait_for_function("window.boardroomStage !== undefined")
    asks = chair.get_by_role("dialog", name="Start this meeting now?")
    chair.keyboard.press("n")
    expect(asks).to_contain_text("It is planned for")
    expect(asks).to_contain_text("No case is on its agenda.")
    asks.get_by_role("button", name="Not yet").click()
    expect(asks).to_be_hidden()
    expect(chair.locator("[data-meeting-is=planned]")).to_be_attached()
    chair.keyboard.press("n")
    asks.get_by_role("button", name="Start the meeting").click()
    expect(chair.locator("[data-meeting-is=live]")).to_be_attached()
