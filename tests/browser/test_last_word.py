"""What a person agrees to is what stood before them when they agreed."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.browser.stage import WIDE, reveal, settled, to_a_case


def verdict_is(page: Page, words: str) -> None:
    expect(page.locator("[data-part=consensus] .consensus-ours")).to_contain_text(words)


def test_a_text_that_changes_under_a_signature_is_read_first(people: People, meeting: str) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    surgeon = people.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    hepatologist = people.page("hepatologist@", f"{meeting}/stage", viewport=WIDE)
    for page in (chair, surgeon, hepatologist):
        settled(page)
    to_a_case(chair)
    reveal(chair)
    settled(surgeon)
    surgeon.keyboard.press("c")
    verdict = surgeon.locator("[data-consensus-editor]").get_by_label("Verdict")
    verdict.select_option("transplantable")
    verdict_is(hepatologist, "Transplantable")
    settled(hepatologist)

    hepatologist.keyboard.press("s")
    dialog = hepatologist.locator("#sign-off-dialog")
    expect(dialog.locator("[data-signs-text]")).to_contain_text("Transplantable")
    expect(dialog.locator("[name=kind]").first).to_be_focused()
    dialog.get_by_label("Agree", exact=True).check()
    verdict.select_option("resectable")
    changed = dialog.locator("[data-signs-changed]")
    expect(changed).to_be_visible()
    expect(dialog.locator("[data-signs-text]")).to_contain_text("Resectable")
    dialog.get_by_role("button", name="Sign off").click()
    expect(dialog).to_be_visible()  # the browser asks for the tick first
    expect(hepatologist.locator("[data-part=consensus]")).not_to_contain_text("Copperkettle")
    changed.get_by_label("I have read what it says now").check()
    dialog.get_by_role("button", name="Sign off").click()
    expect(dialog).to_be_hidden()
    expect(chair.locator("[data-part=consensus] .signatures")).to_contain_text("Copperkettle")

    # The scribe's own last words change nothing under their own signature.
    surgeon.keyboard.press("Escape")
    surgeon.get_by_label("Why the board decides so").fill("Said last.")
    surgeon.get_by_role("button", name="Sign off").first.click()
    signing = surgeon.locator("#sign-off-dialog")
    signing.get_by_label("Agree", exact=True).check()
    signing.get_by_role("button", name="Sign off").click()
    expect(signing).to_be_hidden()
    expect(chair.locator("[data-part=consensus] .signatures")).to_contain_text("Lanternfield")


def test_what_was_deferred_is_taken_up_again_only_when_meant(people: People, meeting: str) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    settled(chair)
    to_a_case(chair)
    code = chair.locator("[data-part=case] .case-code").first.inner_text()
    chair.keyboard.press("d")
    chair.get_by_label("Why is it put off?").select_option(index=1)
    chair.get_by_role("button", name="Defer the case").click()
    expect(chair.locator("[data-phase-is=deferred]")).to_be_attached()
    expect(chair.locator("dialog[open]")).to_have_count(0)  # keys wait for its answer
    to_a_case(chair)
    chair.keyboard.press("b")
    asks = chair.get_by_role("dialog", name=f"Take {code} up again")
    expect(asks).to_contain_text("It was deferred.")
    asks.get_by_role("button", name="Go back").click()
    expect(chair.locator("[data-part=agenda]")).to_contain_text("deferred")
    chair.keyboard.press("b")
    asks.get_by_role("button", name="Take it up again").click()
    expect(chair.locator("[data-part=case] .case-code").first).to_have_text(code)
    expect(chair.locator("[data-phase-is=presenting]")).to_be_attached()


def test_a_question_that_another_chair_has_answered_is_put_away(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    settled(chair)
    to_a_case(chair)
    second = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    settled(second)
    second.keyboard.press("d")
    asks = second.get_by_role("dialog", name="Defer")
    expect(asks).to_be_visible()
    chair.keyboard.press("n")
    expect(asks).to_be_hidden()
    expect(second.locator("#toasts")).to_contain_text("Another chair has gone on meanwhile.")
    expect(chair.locator("#toasts")).to_contain_text("waits again.")

    # Who presents is asked with the one who does.
    chair.keyboard.press("p")
    chosen = chair.get_by_label("Everybody’s screen can follow")
    chosen.select_option(label="Dr Odette Moonglass")
    chair.get_by_role("button", name="Let present").click()
    expect(second.locator("[data-presenter]")).to_contain_text("Moonglass")
    second.keyboard.press("p")
    shown = second.locator("#present-person option:checked")
    expect(shown).to_have_text("Dr Odette Moonglass")
