"""A session that ends while somebody types: what is told, kept, sent by whom, and forgotten."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.browser.stage import WIDE, reveal, settled, to_a_case

WHY = "Why the board decides so"
STATE = "[data-save-state]"
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('boardroom.kept:')).length"


@pytest.fixture
def scribe(people: People, meeting: str) -> Page:
    """The stage of who holds the pen, in a browser with a session of its own."""
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    people.server.sessions.pop("surgeon@", None)  # the sessions of this file end
    page = people.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    people.server.sessions.pop("surgeon@")
    for one in (chair, page):
        settled(one)
    if not chair.locator("[data-phase-is=deciding]").count():
        to_a_case(chair)
        reveal(chair)
    expect(page.locator("[data-phase-is=deciding]")).to_be_attached()
    settled(page)
    if not page.locator("[data-consensus-editor]").count():
        page.keyboard.press("c")
    expect(page.locator("[data-consensus-editor]")).to_be_visible()
    return page


def sign_in(people: People, page: Page, who: str) -> None:
    """In another tab of the same browser."""
    account = next(a for a in people.server.said["accounts"] if a["email"].startswith(who))
    page.goto("/sign-in")
    page.get_by_label("Email").fill(account["email"])
    page.get_by_label("Password").fill(account["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")


def only_refusals(people: People) -> None:
    """The browser complains about what was refused to who was signed out, and of nothing else."""
    told = [one for one in people.problems if not re.search("status of 40[01]|ERR_FAILED", one)]
    people.problems.clear()
    assert not told


def test_who_is_signed_out_is_told_and_all_is_saved_when_they_are_back(
    people: People, scribe: Page
) -> None:
    scribe.context.clear_cookies()
    scribe.get_by_label(WHY).fill("Typed after the session had ended.")
    expect(scribe.locator(STATE).first).to_have_text("Signed out, kept here")
    expect(scribe.locator("#toasts")).to_contain_text("You are signed out. Sign in in another tab")
    scribe.get_by_label(WHY).fill("Typed after the session had ended, and on.")
    expect(scribe.locator(STATE).first).to_have_text("Signed out, kept here")
    assert scribe.evaluate(KEPT) == 1

    sign_in(people, scribe.context.new_page(), "surgeon@")
    expect(scribe.locator(STATE).first).to_have_text(re.compile("^Saved"))
    expect(scribe.locator("[data-part=consensus]")).to_contain_text("had ended, and on.")
    assert scribe.evaluate(KEPT) == 0
    scribe.get_by_label(WHY).fill("And typing goes on.")
    expect(scribe.locator("[data-part=consensus]")).to_contain_text("And typing goes on.")
    only_refusals(people)


def test_nobody_else_who_signs_in_there_sends_or_sees_it(people: People, scribe: Page) -> None:
    scribe.context.clear_cookies()
    scribe.get_by_label(WHY).fill("The surgeon's own words.")
    expect(scribe.locator(STATE).first).to_have_text("Signed out, kept here")
    other = scribe.context.new_page()
    sign_in(people, other, "hepatologist@")
    scribe.get_by_label(WHY).fill("The surgeon's own words, more.")
    expect(scribe.locator("#toasts")).to_contain_text("signed in as yourself")
    expect(scribe.locator(STATE).first).to_have_text("Not saved")
    other.goto(scribe.url)
    settled(other)
    expect(other.locator("[data-part=consensus]")).not_to_contain_text("own words")
    other.goto("/account")
    other.locator("main").get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/sign-in**")
    assert scribe.evaluate(KEPT) == 1, "it is not hers to throw away"

    sign_in(people, other, "surgeon@")
    expect(scribe.locator("[data-part=consensus]")).to_contain_text("own words, more.")
    only_refusals(people)


def test_a_closed_stage_comes_back_with_its_words(people: People, scribe: Page) -> None:
    scribe.route("**/consensus", lambda route: route.abort())
    scribe.get_by_label(WHY).fill("Kept while the session ended.")
    expect(scribe.locator(STATE).first).to_have_text("Offline, kept here")
    scribe.context.clear_cookies()
    scribe.evaluate("boardroomStage.ask()")
    expect(scribe.get_by_role("heading", name="This screen is closed")).to_be_visible()
    scribe.unroute("**/consensus")
    sign_in(people, scribe.context.new_page(), "surgeon@")
    expect(scribe.locator("[data-part=consensus]")).to_contain_text("Kept while the session ended.")
    only_refusals(people)


def test_what_is_discarded_at_signing_out_is_discarded_in_every_tab(
    people: People, scribe: Page
) -> None:
    beside = scribe.context.new_page()
    beside.goto(str(scribe.locator("[data-thread-url]").get_attribute("data-thread-url")))
    beside.locator("form[data-kept] textarea").first.fill("A comment that is never sent.")
    scribe.route("**/consensus", lambda route: route.abort())
    scribe.get_by_label(WHY).fill("Never to be seen again.")
    expect(scribe.locator(STATE).first).to_have_text("Offline, kept here")
    leaving = scribe.context.new_page()
    leaving.goto("/account")
    leaving.locator("main").get_by_role("button", name="Sign out").click()
    leaving.get_by_role("button", name="Discard it and sign out").click()
    leaving.wait_for_url("**/sign-in**")

    expect(scribe.get_by_role("heading", name="This screen is closed")).to_be_visible()
    expect(scribe.get_by_text("You signed out in another tab.").first).to_be_visible()
    expect(beside.locator("#toasts")).to_contain_text("You signed out in another tab.")
    beside.locator("form[data-kept] textarea").first.fill("A comment that is never sent either.")
    scribe.wait_for_timeout(2500)  # longer than until the next try
    for page in (scribe, beside, leaving):
        stores = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        assert "boardroom.kept:" not in stores
        assert "ever" not in stores

    sign_in(people, leaving, "surgeon@")
    scribe.unroute("**/consensus")
    scribe.wait_for_timeout(1000)
    expect(leaving.locator("body")).to_be_visible()
    scribe.reload()
    settled(scribe)
    expect(scribe.locator("body")).not_to_contain_text("Never to be seen")
    only_refusals(people)
