"""A second opinion as another hospital asks for it, and as the coordinator gets it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.papers import PDF

QUESTION = "Is an operation in two stages possible?"


def shown(page: Page, name: str) -> None:
    """Unfold the section of a field through the contents."""
    field = page.locator(f"#f-{name}")
    if not field.is_visible():
        section = field.evaluate("el => el.closest('[data-section]').dataset.section")
        page.get_by_label("Sections of the form").locator(f"a[href='#{section}']").click()


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state='saved']").first).to_be_attached(timeout=40_000)


def test_from_the_first_word_to_the_answer_of_what_is_asked(people: People, tmp_path: Path) -> None:
    page = people.page("referrer@")
    page.get_by_role("link", name="Ask for a second opinion").first.click()
    page.get_by_label("Patient’s name").fill("Mx Invented")
    page.get_by_label("The question that the board is to answer").fill(QUESTION)
    page.get_by_role("button", name="Begin the referral").click()
    page.wait_for_url("**/edit")
    for name, text in (
        ("first_reason", "Both lobes"),
        ("first_plan", "Chemotherapy for good"),
        ("patient_wants", "To see the sea again"),
        ("fact-bilirubin-1-value", "11"),
    ):
        shown(page, name)
        page.locator(f"#f-{name}").fill(text)
    page.locator("#f-fact-bilirubin-1-unit").select_option("umol/L")
    shown(page, "diagnosis")
    page.locator("#f-diagnosis").select_option("crlm")
    shown(page, "first_verdict")
    page.locator("#f-first_verdict").select_option("unresectable_technical")
    saved(page)

    shown(page, "file")
    file = tmp_path / "report.pdf"
    file.write_bytes(PDF)
    page.locator("#f-file").set_input_files(file)
    page.locator("#f-shows").select_option("ct")
    page.locator("#f-dated_on").fill("2020-02-03")
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("link", name="report.pdf")).to_be_visible()
    kept = page.get_by_label("report.pdf: date of the report or images")
    expect(kept).to_have_value("2020-02-03")
    page.get_by_role("button", name="Submit to the board").first.click()
    expect(page.get_by_text("Received", exact=False).first).to_be_visible()
    where = page.url
    expect(page.get_by_text("of 3 Feb 2020, attached")).to_be_visible()

    coordinator = people.page("coordinator@")
    line = coordinator.get_by_label("Received, to be triaged").get_by_role("link", name=QUESTION)
    line.click()
    coordinator.get_by_role("button", name="Ask for information").click()
    asked = coordinator.get_by_role("group", name="What is needed?").get_by_role("checkbox")
    for box in asked.all():
        box.set_checked(box.get_attribute("value") == "fact.inr")
    coordinator.get_by_label("In your words, or something else").fill("The images, please.")
    coordinator.get_by_role("button", name="Ask", exact=True).click()
    expect(coordinator.get_by_text("The case waits for information.")).to_be_visible()

    page.goto("/")
    expect(page.get_by_text("needed by").first).to_be_visible()
    page.goto(where)
    page.get_by_role("link", name="Answer in the form").click()
    page.get_by_role("button", name="Submit again").first.click()
    expect(page.locator("#error-summary")).to_contain_text("or say why you cannot get it")
    people.problems.clear()  # the browser reports the refusal
    page.locator("#asked").get_by_role("link", name="INR of the last 30 days").click()
    expect(page.locator("#f-fact-inr-1-value")).to_be_focused()
    page.locator("#f-fact-inr-1-value").fill("1.0")
    page.locator("#f-fact-inr-1-taken_on").fill(dt.datetime.now(dt.UTC).date().isoformat())
    saved(page)
    expect(page.locator("#asked")).to_contain_text("is here")
    expect(page.locator("#asked").get_by_role("textbox")).to_have_count(0)
    page.get_by_role("button", name="Submit again").first.click()
    expect(page.get_by_text("The board has the case again.")).to_be_visible()
    coordinator.goto("/")
    expect(coordinator.get_by_label("Received, to be triaged")).to_contain_text(
        "information received"
    )


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_the_referrers_pages_are_accessible(people: People, axe_source: str, width: int) -> None:
    page = people.page("referrer2@", viewport={"width": width, "height": 900})
    listed = page.get_by_role("link", name="listed").first.get_attribute("href")
    asked = page.get_by_role("link", name="needed by").first.get_attribute("href")
    paths = ["/", "/cases/new", asked, f"{asked}/edit", listed, f"{listed}/more"]
    for path in paths:
        page.goto(path)
        page.evaluate(axe_source)
        found = page.evaluate("axe.run(document)")["violations"]
        assert not found, (path, [(v["id"], v["nodes"][0]["target"]) for v in found])
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, path


def test_a_hard_word_is_explained_in_the_letter_by_one_press(people: People) -> None:
    page = people.page("chair@")
    page.locator("a[href$='/letters/patient']").first.click()
    page.get_by_label("What we found").fill("The biopsy shows cancer.")
    offer = page.get_by_role("button", name="with plain words to")
    offer.click()
    words = page.get_by_label("Words in this letter")
    expect(words).to_have_value(re.compile("- Biopsy: "))
    saved(page)
    expect(offer).to_have_count(0)
    page.reload()
    expect(words).to_have_value(re.compile("- Biopsy: "))
    # And it goes as it came
    page.get_by_label("What we found").fill("There is a spot.")
    needless = page.get_by_role("button", name="out of")
    needless.click()
    expect(words).not_to_have_value(re.compile("- Biopsy: "))
    saved(page)
    expect(needless).to_have_count(0)


def test_a_word_left_hard_asks_for_a_tick_while_it_stands_in_the_letter(people: People) -> None:
    page = people.page("chair@")
    page.locator("a[href$='/letters/patient']").first.click()
    tick = page.get_by_label("They are explained in the talk")
    found, before = page.get_by_label("What we found"), "There is a spot."
    found.fill(before)
    saved(page)
    expect(tick).to_be_hidden()
    found.fill(f"{before} It is idiosyncratic.")
    expect(tick).to_be_visible()
    expect(page.locator("[data-letter-left-hard]")).to_contain_text("idiosyncratic")
    tick.check()
    found.fill(f"{before} It is idiosyncratic and portosystemic.")
    expect(page.locator("[data-letter-left-hard]")).to_contain_text("portosystemic")
    expect(tick).not_to_be_checked()
    found.fill(before)
    expect(tick).to_be_hidden()
