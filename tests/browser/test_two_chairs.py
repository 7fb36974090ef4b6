"""Two chairs, or two windows of one: what comes too late is told, and no word is lost."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.conftest import People
from tests.browser.stage import WIDE, reveal, settled, to_a_case


def test_two_chairs_start_at_once_and_the_second_has_nothing_to_close(
    people: People, meeting: str
) -> None:
    first = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    second = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    for page in (first, second):
        settled(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    second.route("**/start", hold)
    second.keyboard.press("n")
    first.keyboard.press("n")
    expect(second.locator("[data-meeting-is=live]")).to_be_attached()
    (late,) = held
    late.continue_()
    expect(second.locator("#toasts")).to_contain_text("Another chair has gone on meanwhile.")
    expect(second.locator("dialog[open]")).to_have_count(0)
    people.problems.clear()  # the browser reports the refusal


def test_what_was_typed_of_a_case_that_is_gone_is_told(people: People, meeting: str) -> None:
    first = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    second = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    for page in (first, second):
        settled(page)
    to_a_case(first)
    settled(second)
    for page, note in ((first, "First words"), (second, "Second words")):
        page.keyboard.press("d")
        dialog = page.locator("#defer-dialog")
        dialog.get_by_label("Why is it put off?").select_option(index=1)
        dialog.locator("textarea").fill(note)
    first.locator("#defer-dialog").get_by_role("button", name="Defer the case").click()
    expect(second.locator("#defer-dialog")).to_be_hidden()
    expect(second.locator("#toasts")).to_contain_text("Another chair has gone on meanwhile.")
    expect(second.locator("#toasts")).to_contain_text("Second words")
    # The words belong to that case: the next one's dialog begins without them.
    to_a_case(second)
    second.keyboard.press("d")
    expect(second.locator("#defer-dialog textarea")).to_have_value("")


def test_an_open_question_follows_the_room_and_a_slip_passes_over_no_case(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    surgeon = people.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    for page in (chair, surgeon):
        settled(page)
    to_a_case(chair)
    code = chair.locator("[data-part=case] .case-code").first
    before = code.inner_text()
    chair.wait_for_timeout(800)  # a press while a case has just come is no move
    for _ in range(2):  # 20 ms apart
        chair.evaluate("setTimeout(() => document.querySelector('[data-key=n]').click(), 20)")
    expect(code).not_to_have_text(before)
    after = code.inner_text()
    chair.evaluate("document.querySelector('[data-key=n]').click()")  # the case has just come
    chair.wait_for_timeout(800)
    expect(code).to_have_text(after)

    reveal(chair)
    settled(surgeon)
    surgeon.keyboard.press("c")
    editor = surgeon.locator("[data-consensus-editor]")
    expect(editor).to_be_focused()
    chair.keyboard.press("x")
    close = chair.locator("dialog[open]")
    expect(close).to_contain_text("verdict")
    editor.get_by_label("Verdict").select_option("resectable")
    expect(close).not_to_contain_text("verdict")
    close.get_by_role("button", name="Cancel").or_(close.locator("[data-close]")).first.click()
