"""A line that is cut, silent, loses answers: what was typed is kept, said to be, and sent once."""

from __future__ import annotations

import dataclasses
import re
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import lines, servers
from tests.browser.conftest import People
from tests.browser.stage import (
    WIDE,
    reveal,
    same_as_fresh,
    settled,
    to_a_case,
)

WHY = "Why the board decides so"
OFFLINE = "[data-save-state=offline]"


@pytest.fixture
def line(server: servers.Server) -> Iterator[lines.Line]:
    with lines.line_to(server.url) as made:
        yield made


@pytest.fixture
def far(browser: Browser, server: servers.Server, line: lines.Line) -> Iterator[People]:
    """People who reach the server over the line. Their browsers may complain about it."""
    opened = People(browser, dataclasses.replace(server, url=line.url))
    yield opened
    opened.close()
    told = [
        one
        for one in opened.problems
        if not re.search("Failed to (load|fetch)|WebSocket conn", one)
    ]
    assert not told


def record(server: servers.Server, query: str) -> list[Any]:
    """Rows of the server's database."""
    words = server.process.args
    assert isinstance(words, list)
    folder = Path(words[words.index("--data") + 1])
    with sqlite3.connect(f"file:{folder / 'boardroom.db'}?mode=ro", uri=True) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def saves(server: servers.Server) -> int:
    """How many versions of a consensus were ever saved."""
    return int(record(server, "SELECT coalesce(sum(version), 0) FROM consensus")[0][0])


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state=saved]").first).to_have_text(re.compile("^Saved"))


def scribe_at_work(chair: Page, scribe: Page) -> None:
    """A case is decided and the scribe has the pen."""
    for page in (chair, scribe):
        settled(page)
    if not chair.locator("[data-phase-is=deciding]").count():
        to_a_case(chair)
        reveal(chair)
    expect(scribe.locator("[data-phase-is=deciding]")).to_be_attached()
    settled(scribe)
    if not scribe.locator("[data-consensus-editor]").count():
        scribe.keyboard.press("c")
    expect(scribe.locator("[data-consensus-editor]")).to_be_visible()


def say(page: Page, words: str) -> None:
    """A comment on the case before the board, as from another window of the same person."""
    page.evaluate(
        """([url, body]) => fetch(url, {method: "POST", body: new URLSearchParams({body}),
            headers: {"X-Boardroom-Part": "1"}})""",
        [page.locator("[data-thread-url]").get_attribute("data-thread-url"), words],
    )


def test_what_is_typed_while_the_line_is_cut_is_kept_and_arrives_once(
    people: People, far: People, line: lines.Line, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    scribe = far.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    scribe_at_work(chair, scribe)
    seq, before = scribe.evaluate("boardroomStage.seq"), saves(people.server)

    line.cut()
    scribe.get_by_label(WHY).fill("Typed while nothing came through.")
    expect(scribe.locator(OFFLINE).first).to_have_text("Offline, kept here")
    expect(scribe.locator("[data-connection=lost]")).to_be_attached()
    for number in range(12):  # the meeting goes on without them
        say(chair, f"Said in between {number}")
    chair.wait_for_function("seq => boardroomStage.seq >= seq", arg=seq + 12)
    assert "nothing came through" not in chair.locator("[data-part=consensus]").inner_text()

    line.mend()
    saved(scribe)
    expect(chair.locator("[data-part=consensus]")).to_contain_text("nothing came through.")
    expect(scribe.get_by_label(WHY)).to_have_value("Typed while nothing came through.")
    same_as_fresh(far, scribe)
    same_as_fresh(people, chair)
    assert saves(people.server) == before + 1


def test_a_line_that_falls_silent_is_told_as_offline_and_what_was_typed_arrives_once(
    people: People, far: People, line: lines.Line, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    scribe = far.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    scribe_at_work(chair, scribe)
    before, sent = saves(people.server), line.posted("/consensus")

    line.hush()
    scribe.get_by_label(WHY).fill("Typed into the silence.")
    expect(scribe.locator(OFFLINE).first).to_have_text("Offline, kept here", timeout=25_000)
    assert line.posted("/consensus") == sent + 1, "it is the answer that does not come"
    assert saves(people.server) == before
    scribe.get_by_label(WHY).fill("Typed into the silence, and on.")
    expect(scribe.locator(OFFLINE).first).to_have_text("Offline, kept here")

    line.mend()
    expect(chair.locator("[data-part=consensus]")).to_contain_text(
        "silence, and on.", timeout=60_000
    )
    saved(scribe)
    assert saves(people.server) == before + 2, "what waited for its answer, then what came after"
    expect(scribe.locator("dialog[open]")).to_have_count(0)
    expect(scribe.locator("[data-connection=live]")).to_be_attached(timeout=40_000)
    same_as_fresh(far, scribe)


def test_what_is_sent_by_script_has_a_time_limit_and_an_upload_a_longer_one(people: People) -> None:
    page = people.page("chair@")
    limits = page.evaluate(
        """async () => {
          const limits = [];
          AbortSignal.timeout = (ms) => { limits.push(ms); return new AbortController().signal; };
          const upload = new FormData();
          upload.append("file", new File([new Uint8Array(3e6)], "report.pdf"));
          await fetch("/");
          await fetch("/account", {method: "POST", body: upload});
          await fetch("/", {signal: new AbortController().signal});
          return limits;
        }"""
    )
    assert limits == [15_000, 115_000]
    people.problems.clear()  # what was posted to the account is refused


def test_a_save_whose_answer_is_lost_is_no_other_text_than_what_is_typed_on(
    people: People, far: People, line: lines.Line, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    scribe = far.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    scribe_at_work(chair, scribe)
    before = saves(people.server)
    # The browser itself sends it anew over each connection that it had before.
    line.fault = lambda method, path: "answer lost" if path.endswith("/consensus") else None
    scribe.get_by_label(WHY).fill("Arrived, but nobody was told.")
    expect(chair.locator("[data-part=consensus]")).to_contain_text("nobody was told.")
    expect(scribe.locator(OFFLINE).first).to_have_text("Offline, kept here")
    scribe.get_by_label(WHY).fill("Arrived, but nobody was told. More of it.")
    line.fault = lines.no_fault
    expect(chair.locator("[data-part=consensus]")).to_contain_text("More of it.")
    saved(scribe)
    expect(scribe.locator("dialog[open]")).to_have_count(0)
    assert saves(people.server) == before + 2


def test_a_server_that_stands_still_is_told_as_offline_and_saves_when_it_goes_on(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    scribe = people.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    scribe_at_work(chair, scribe)
    before = saves(people.server)
    people.server.process.send_signal(signal.SIGSTOP)
    try:
        scribe.get_by_label(WHY).fill("Typed while the server stood still.")
        expect(scribe.locator(OFFLINE).first).to_have_text("Offline, kept here", timeout=25_000)
        scribe.get_by_label(WHY).fill("Typed while the server stood still, all of it.")
        expect(scribe.locator("[data-connection=lost]")).to_be_attached()
        expect(scribe.locator(OFFLINE).first).to_have_text("Offline, kept here")
    finally:
        people.server.process.send_signal(signal.SIGCONT)
    expect(chair.locator("[data-part=consensus]")).to_contain_text("all of it.", timeout=60_000)
    saved(scribe)
    expect(scribe.locator("dialog[open]")).to_have_count(0)
    assert saves(people.server) == before + 2
    people.problems.clear()  # the browser complains about the server that did not answer


def test_a_lost_answer_and_a_post_that_comes_twice_are_one(
    people: People, far: People, line: lines.Line, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    scribe = far.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    scribe_at_work(chair, scribe)
    losses: dict[str, list[lines.Fault]] = {"/consensus": ["answer lost", "twice"]}

    def fault(method: str, path: str) -> lines.Fault | None:
        due = losses.get(path[path.rfind("/") :], [])
        return due.pop(0) if method == "POST" and due else None

    line.fault, before = fault, saves(people.server)
    for words in ("The first answer is lost.", "The second comes twice."):
        scribe.get_by_label(WHY).fill(words)
        expect(chair.locator("[data-part=consensus]")).to_contain_text(words)
        saved(scribe)
        before += 1
        assert saves(people.server) == before
    assert line.posted("/consensus") >= 4

    scribe.keyboard.press("Escape")
    scribe.keyboard.press("m")
    box = scribe.get_by_placeholder(re.compile("Say something")).first
    box.fill("Said when no answer came.")
    comment = scribe.locator("[data-comment-form]").get_by_role("button", name="Comment")
    # The browser itself sends it anew over each connection that it had before.
    losses["/comments"] = ["answer lost"] * 20
    comment.click()
    expect(scribe.locator("#toasts")).to_contain_text("Not sent. Your words are still here")
    expect(box).to_have_value("Said when no answer came.")
    losses.clear()
    comment.click()
    expect(scribe.locator(".thread")).to_contain_text("Said when no answer came.")
    said = "SELECT 1 FROM comment WHERE body = 'Said when no answer came.'"
    assert len(record(people.server, said)) == 1


def test_a_comment_that_is_begun_outlives_what_the_others_do(people: People, meeting: str) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    writer = people.page("oncologist@", f"{meeting}/stage", viewport=WIDE)
    scribe_at_work(chair, people.page("surgeon@", f"{meeting}/stage", viewport=WIDE))
    settled(writer)
    writer.keyboard.press("m")
    box = writer.get_by_placeholder(re.compile("Say something")).first
    box.fill("A thought half written")
    box.blur()
    count = writer.locator(".stage-thread .count")
    before = int(count.inner_text())
    say(chair, "Somebody else speaks.")
    expect(count).to_have_text(str(before + 1))
    expect(box).to_have_value("A thought half written")

    writer.reload()
    settled(writer)
    writer.keyboard.press("m")
    expect(box).to_have_value("A thought half written")
    box.fill("A thought half written, and then whole.")
    writer.locator("[data-comment-form]").get_by_role("button", name="Comment").click()
    expect(writer.locator(".thread")).to_contain_text("and then whole.")
    expect(box).to_have_value("")
    writer.reload()
    settled(writer)
    writer.keyboard.press("m")
    expect(writer.locator(".thread")).to_contain_text("and then whole.")
    expect(box).to_have_value("")


def test_a_laptop_that_slept_shows_the_present_when_it_wakes(
    people: People, far: People, line: lines.Line, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    sleeper = far.page("oncologist@", f"{meeting}/stage", viewport=WIDE)
    scribe_at_work(chair, people.page("surgeon@", f"{meeting}/stage", viewport=WIDE))
    settled(sleeper)
    lid = sleeper.context.new_cdp_session(sleeper)
    lid.send("Page.setWebLifecycleState", {"state": "frozen"})
    line.cut()
    seq = chair.evaluate("boardroomStage.seq")
    for number in range(40):
        say(chair, f"Said while one slept {number}")
    chair.wait_for_function("seq => boardroomStage.seq >= seq", arg=seq + 40)
    chair.keyboard.press("x")
    chair.locator("#close-dialog").get_by_role("button", name="Close as provisional").click()
    expect(chair.locator("[data-phase-is=deciding]")).to_have_count(0)
    line.mend()
    lid.send("Page.setWebLifecycleState", {"state": "active"})
    expect(sleeper.locator("[data-part=agenda]")).to_contain_text("provisional")
    same_as_fresh(far, sleeper)
