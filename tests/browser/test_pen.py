"""The pen: one writes at a time, and no word is lost when it goes."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.stage import WIDE, reveal, same_as_fresh, settled, to_a_case


def test_no_word_is_lost_when_the_pen_goes_and_no_case_is_left_without_one(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    surgeon = people.page("surgeon@", f"{meeting}/stage", viewport={"width": 360, "height": 740})
    oncologist = people.page("oncologist@", f"{meeting}/stage", viewport=WIDE)
    for page in (chair, surgeon, oncologist):
        settled(page)
    to_a_case(chair)
    settled(surgeon)

    # Before the reveal a key says why it does nothing; on a small screen it brings its tab.
    surgeon.keyboard.press("s")
    expect(surgeon.locator("#toasts")).to_contain_text("The consensus opens with the reveal.")
    reveal(chair)
    expect(surgeon.locator("[data-phase-is=deciding]")).to_be_attached()
    expect(surgeon.locator(".stage-board")).to_be_hidden()
    surgeon.keyboard.press("c")
    expect(surgeon.locator("[data-consensus-editor]")).to_be_visible()

    # What was typed a moment ago goes out before the pen does.
    expect(oncologist.locator("[data-part=consensus]")).to_contain_text("Lanternfield writes")
    settled(oncologist)
    oncologist.keyboard.press("c")
    why = "Why the board decides so"
    give = surgeon.get_by_role("button", name=re.compile("Give the pen to"))
    expect(give).to_be_visible()
    surgeon.get_by_label(why).fill("Typed as the pen went.")
    give.click()
    expect(oncologist.get_by_label(why)).to_have_value("Typed as the pen went.")
    expect(surgeon.locator("[data-consensus-editor]")).to_have_count(0)
    expect(surgeon.locator("[data-unsaved-texts]")).to_have_count(0)

    # The chair who has asked can still take it; who was writing sees both texts.
    chair.keyboard.press("c")
    expect(chair.get_by_text("You have asked for the pen.")).to_be_visible()
    expect(chair.get_by_role("button", name="Take the pen")).to_be_visible()
    settled(oncologist)
    oncologist.get_by_label(why).fill("Typed as the chair took it.")
    chair.keyboard.press("t")
    unsaved = oncologist.locator("[data-unsaved-texts]")
    expect(unsaved).to_contain_text("Typed as the chair took it.")
    expect(unsaved).to_contain_text("Typed as the pen went.")
    expect(unsaved).to_have_count(1)
    expect(oncologist.locator("[data-consensus-editor]")).to_have_count(0)
    editor = chair.locator("[data-consensus-editor]")
    expect(chair.get_by_label(why)).to_have_value("Typed as the pen went.")

    # The rest is what nobody is for; it says so, and can be taken back.
    editor.get_by_role("button", name="The rest does not apply").click()
    said = editor.locator("[data-fates-said]")
    expect(said).to_contain_text(re.compile(r"not apply now.*Left for you to decide", re.DOTALL))
    applied = editor.locator("[name^=disposition_][value=not_applicable]:checked")
    for row in editor.locator(".fate-row:has([value=not_applicable]:checked)").all():
        expect(row).to_have_attribute("data-supporters", "")
    said.get_by_role("button", name="Undo").click()
    expect(applied).to_have_count(0)

    # Going on is a choice that the agenda shows.
    editor.evaluate("form => form.focus()")
    chair.get_by_label(why).fill("Last words of the chair.")
    chair.keyboard.press("Escape")
    chair.keyboard.press("n")
    chair.get_by_role("button", name="Leave it open, go on").click()
    agenda = oncologist.locator("[data-part=agenda]")
    expect(agenda.locator(".status-left_open")).to_have_count(1)
    expect(agenda.locator(".is-current")).to_have_count(1)
    unsaved.get_by_role("button", name="Close").click()
    expect(chair.locator("[data-phase-is=presenting]")).to_be_attached()
    expect(chair.locator("[data-unsaved-texts]")).to_have_count(0)
    chair.keyboard.press("b")
    expect(chair.locator("[data-part=consensus]")).to_contain_text("Last words of the chair.")
    for page in (chair, oncologist):
        same_as_fresh(people, page)
    # The browser reports each save that came after the pen had gone.
    people.problems[:] = [one for one in people.problems if "409 (CONFLICT)" not in one]


def test_what_is_wrong_stands_beside_its_field_and_the_pen_can_be_asked_for(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    oncologist = people.page("oncologist@", f"{meeting}/stage", viewport=WIDE)
    settled(chair)
    settled(oncologist)
    to_a_case(chair)
    reveal(chair)

    chair.keyboard.press("d")
    dialog = chair.locator("#defer-dialog")
    dialog.get_by_label("Why is it put off?").select_option(index=1)
    day = dialog.get_by_label("Lists itself again on")
    day.fill("2001-01-01")
    dialog.get_by_role("button", name="Defer the case").click()
    beside = dialog.locator(".field:has(#defer-due)")
    expect(beside.locator(".field-error")).to_contain_text("Choose a day after today")
    expect(dialog.locator(".field-error")).to_have_count(1)
    expect(dialog.locator("[data-dialog-problem]")).to_have_count(0)
    expect(day).to_be_focused()
    expect(day).to_have_attribute("aria-invalid", "true")
    expect(day).to_have_attribute("aria-describedby", "defer-due-hint defer-due-error")
    people.problems.clear()  # the browser reports the refusal
    dialog.get_by_role("button", name="Cancel").click()
    chair.keyboard.press("d")
    expect(dialog.locator(".field-error")).to_have_count(0)
    expect(day).to_have_attribute("aria-describedby", "defer-due-hint")
    dialog.get_by_role("button", name="Cancel").click()

    # Two reach for the pen at once: who comes second is told calmly, with the way to ask.
    settled(chair)
    take = "[data-mine] [action$='pen/take']"  # what is mine comes a moment after the shared parts
    chair.locator(take).first.evaluate("form => form.requestSubmit()")
    expect(oncologist.locator("[data-part=consensus]")).to_contain_text("writes")
    settled(oncologist)
    oncologist.locator(take).first.evaluate("form => form.requestSubmit()")
    told = oncologist.locator("#stage-problem")
    expect(told).to_contain_text("has the pen")
    expect(told.locator(".notice-info")).to_be_visible()
    told.get_by_role("button", name="Ask for the pen").click()
    expect(told).to_be_hidden()
    expect(chair.locator("[data-part=consensus]")).to_contain_text("asks for it")
    people.problems.clear()  # the browser reports the refusal


def test_who_types_without_a_pause_is_saved_and_seen_all_the_same(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    settled(chair)
    to_a_case(chair)
    reveal(chair)
    chair.keyboard.press("c")
    saves: list[str] = []
    chair.on("request", lambda asked: saves.append(asked.url) if asked.method == "POST" else None)
    why = chair.get_by_label("Why the board decides so")
    why.press_sequentially("A sentence that never rests, and goes on, ", delay=120)
    assert [url for url in saves if url.endswith("/consensus")], (
        f"nothing went out meanwhile: {saves}"
    )
    why.press_sequentially("to its end.", delay=20)
    expect(chair.locator("[data-part=consensus]")).to_contain_text("goes on, to its end.")


def test_a_word_goes_on_when_the_case_is_taken_away_and_is_no_command(
    people: People, meeting: str
) -> None:
    writing = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    leading = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    for page in (writing, leading):
        settled(page)
    to_a_case(leading)
    reveal(leading)
    settled(writing)
    writing.keyboard.press("c")
    editor = writing.locator("[data-consensus-editor]")
    expect(editor).to_be_focused()
    before = editor.get_attribute("action")
    leading.keyboard.press("n")
    editor.get_by_label("Why the board decides so").press_sequentially("We")
    leading.get_by_role("button", name="Leave it open, go on").click()
    for _ in range(200):  # R opens the opinions, as soon as the next case is before the board
        writing.keyboard.type("r")
        if writing.locator("[data-phase-is=presenting]").count():
            break
    writing.keyboard.type("rrr", delay=20)

    # The form of the case before takes nothing more; what it had is shown and can be copied.
    stands = writing.locator(f"[data-consensus-editor][action='{before}']:not([inert])")
    expect(stands).to_have_count(0)
    unsaved = writing.locator("[data-unsaved-texts]")
    expect(unsaved).to_contain_text("We")
    expect(writing.locator("dialog[open]")).to_have_count(1)
    unsaved.get_by_role("button", name="Close").click()
    expect(writing.locator("[data-phase-is=presenting]")).to_be_attached()
    writing.wait_for_timeout(1200)  # a moment later a key is a command again
    reveal(writing)
    # The browser reports the save that came after the case had gone.
    people.problems[:] = [one for one in people.problems if "409 (CONFLICT)" not in one]
