"""Between meetings: an opinion on a phone, a comment, a referral that saves as it goes."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.browser.test_referral_form import shown

PHONE = {"width": 360, "height": 740}
# Verdicts that take more lines than they have words, in letters a tenth wider than ours: another
# device's fonts differ.
BROKEN_WORDS = """() => {
  const choices = [...document.querySelectorAll(".verdict-family .choice-text > span")];
  for (const one of choices) one.style.letterSpacing = "0.06em";
  return choices.filter((one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
    const box = one.closest(".choice");
    return lines > one.textContent.trim().split(/\\s+/).length || box.scrollWidth > box.clientWidth;
  }).map((one) => one.textContent);
}"""
SAVED = re.compile("^Saved")


def saved(page: Page) -> None:
    """Wait until the page says that everything is saved."""
    expect(page.locator("[data-save-state=saved]").first).to_have_text(SAVED, timeout=10_000)


def tap(page: Page, name: str, value: str) -> None:
    """Tap a choice as a thumb does: on its face, not on the hidden radio."""
    page.locator(f"label:has(input[name='{name}'][value='{value}'])").tap()


def test_an_opinion_on_a_phone_is_kept_as_a_draft_and_sealed(people: People) -> None:
    phone = people.page("radiologist@", viewport=PHONE, has_touch=True)
    phone.locator(".home-wanted").first.tap()
    address = phone.url
    for width in (320, PHONE["width"]):
        phone.set_viewport_size(PHONE | {"width": width})
        assert phone.evaluate(BROKEN_WORDS) == []
    tap(phone, "verdict", "resectable")
    tap(phone, "stance-resection", "prefer")
    saved(phone)
    phone.reload()
    expect(phone.locator("input[name='verdict'][value='resectable']")).to_be_checked()
    expect(phone.locator("input[name='stance-resection'][value='prefer']")).to_be_checked()

    phone.get_by_text("The rest is outside my field").tap()
    tap(phone, "confidence", "4")
    phone.get_by_label(re.compile("^Why")).first.fill("Clear of both pedicles.")
    phone.get_by_role("button", name=re.compile("Submit sealed")).tap()
    expect(phone.get_by_role("heading", name=re.compile("sealed until the reveal"))).to_be_visible()

    chair = people.page("chair@", address.removesuffix("/opinion"))
    assert "Clear of both pedicles" not in chair.content()


def test_two_windows_of_one_person_are_not_somebody_else(people: People) -> None:
    page = people.page("pathologist@")
    page.locator(".home-wanted").first.click()
    other = people.page("pathologist@", page.url)
    why = re.compile("^Why")
    page.get_by_label(why).first.fill("In the first window.")
    saved(page)
    other.get_by_label(why).first.fill("In the second window.")
    both = other.get_by_role("dialog", name="You saved this in another window")
    both.get_by_role("radio", name="Saved before").check()
    both.get_by_role("button", name="Save what I chose").click()
    expect(other.get_by_label(why).first).to_have_value("In the first window.")
    people.problems[:] = [problem for problem in people.problems if "409" not in problem]


def test_what_is_typed_without_a_line_is_kept_and_saved_once_it_is_back(people: People) -> None:
    page = people.page("oncologist@")
    page.locator(".home-wanted").first.click()
    page.wait_for_url("**/opinion")
    page.wait_for_load_state("networkidle")  # its scripts too, before the line is cut
    page.context.set_offline(True)
    page.get_by_label(re.compile("^Why")).first.fill("Written on the train.")
    expect(page.locator("[data-save-state=offline]").first).to_have_text(
        re.compile("Offline, kept here"), timeout=10_000
    )
    page.context.set_offline(False)
    saved(page)
    people.problems.clear()  # the browser complains about the line that we cut
    page.reload()
    expect(page.get_by_label(re.compile("^Why")).first).to_have_value("Written on the train.")


def test_the_keyboard_goes_on_where_a_withdrawn_comment_stood(people: People) -> None:
    page = people.page("surgeon@", "/cases/24/comments")
    page.get_by_label("Your comment").fill("On second thoughts.")
    page.get_by_role("button", name="Comment", exact=True).click()
    place = page.locator(".comment-head").filter(has=page.locator("b"))
    mine = page.locator("p.comment-body", has_text="On second thoughts.")
    expect(mine).to_be_visible()
    count = place.count()
    withdraw = page.get_by_role("button", name="Withdraw", exact=True).last
    withdraw.focus()
    page.keyboard.press("Enter")
    sure = page.get_by_role("button", name="Withdraw it")
    expect(sure).to_be_visible()
    sure.focus()
    page.keyboard.press("Enter")
    expect(mine).to_have_count(0)
    assert place.count() == count
    focused = page.locator(".comment-head:focus")
    expect(focused).to_have_count(1)
    expect(focused.locator("+ .comment-body")).to_contain_text("Withdrawn")
    page.keyboard.press("Tab")
    expect(page.locator("body:focus")).to_have_count(0)


def test_a_comment_that_names_somebody_reaches_their_home(people: People) -> None:
    surgeon = people.page("surgeon@", f"/meetings/{people.server.said['meeting']}")
    surgeon.locator("a.case-code").first.click()
    box = surgeon.get_by_placeholder(re.compile("Say something")).first
    box.fill("@Dr Ines Candlebarrow could you hold the dose to the remnant?")
    surgeon.get_by_role("button", name=re.compile("Comment|Say")).first.click()
    expect(surgeon.get_by_text("hold the dose to the remnant?").first).to_be_visible()
    named = people.page("radiation@", "/") if _account(people, "radiation") else None
    if named is None:
        named = people.page("radiotherapist@", "/")
    expect(named.get_by_text("hold the dose to the remnant?")).to_be_visible()


def _account(people: People, start: str) -> bool:
    return any(a["email"].startswith(start) for a in people.server.said["accounts"])


def test_a_referral_saves_as_it_goes_and_comes_onto_the_agenda(
    people: People, tmp_path: Path
) -> None:
    page = people.page("coordinator@", "/cases/new")
    page.get_by_label(re.compile("Patient’s name", re.IGNORECASE)).fill("Testpatient Willowherb")
    page.get_by_label(re.compile("question", re.IGNORECASE)).fill("Is this resectable after all?")
    page.get_by_role("button", name="Begin the referral").click()
    page.wait_for_url("**/edit")

    # A wrong value is told beside its field, and the rest is kept.
    born = shown(page, "patient-birth_date")
    born.fill("1871-01-01")
    shown(page, "diagnosis").select_option("hcc")
    expect(page.get_by_text("Date of birth cannot be that long ago.")).to_be_visible()
    expect(born).to_have_attribute("aria-invalid", "true")
    born.fill("1961-01-01")
    saved(page)
    page.reload()
    expect(page.locator("#f-diagnosis")).to_have_value("hcc")
    expect(page.locator("#f-patient-name")).to_have_value("Testpatient Willowherb")

    missing = page.locator("[data-autosave-missing] li, .missing li")
    before = missing.count()
    shown(page, "first_verdict").select_option("unresectable_technical")
    shown(page, "first_reason").fill("Touches the confluence.")
    page.locator("#f-first_reason").blur()
    expect(missing).not_to_have_count(before, timeout=10_000)

    report = tmp_path / "report.txt"
    report.write_text("CT of the liver. Invented.")
    shown(page, "file").set_input_files(report)
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_role("link", name="report.txt")).to_be_visible()

    page.get_by_role("button", name="Submit to the board").first.click()
    expect(page).to_have_url(re.compile(r"/cases/\d+$"), timeout=10_000)
    page.goto(f"/meetings/{people.server.said['meeting']}")
    row = page.locator(".waiting-case", has_text="Testpatient Willowherb")
    row.get_by_text("List anyway").click()  # no labs, no lesions
    row.get_by_label("Why without what is missing").fill("Radiology can answer from the report")
    row.get_by_role("button", name=re.compile("^List BR")).click()
    listed = page.locator("section", has=page.locator("#agenda-head")).locator(
        "li", has_text="Testpatient Willowherb"
    )
    expect(listed.first).to_be_visible()

    # By keyboard alone: one place up.
    code = listed.first.locator(".case-code").first.inner_text()
    codes = page.locator("section:has(#agenda-head) li a.case-code")
    assert codes.last.inner_text() == code
    page.get_by_role("button", name=f"Move {code} up").press("Enter")
    expect(codes.nth(codes.count() - 2)).to_have_text(code)


def test_who_signs_out_leaves_no_words_on_the_device(people: People) -> None:
    kept = """[localStorage, sessionStorage].flatMap((store) => Object.keys(store))
      .filter((key) => key.startsWith('boardroom.kept:')).length"""
    page = people.page("hepatologist@")
    people.server.sessions.pop("hepatologist@")  # this session ends here
    page.locator(".home-wanted").first.click()
    case = page.url.removesuffix("/opinion")
    page.goto(f"{case}/comments")
    page.locator("form[data-kept] textarea").first.fill("A comment that is never sent.")
    page.goto(f"{case}/opinion")
    page.route("**/opinion/draft", lambda route: route.abort())
    page.get_by_label("Why", exact=False).last.fill("A sealed sentence that is never sent.")

    def sign_out() -> None:
        page.get_by_role("button", name="your menu").click()
        page.get_by_role("button", name="Sign out").click()

    sign_out()
    asks = page.get_by_role("dialog", name="Not everything is sent yet")
    asks.get_by_role("button", name="Stay signed in").click()
    assert page.evaluate(kept) == 2
    sign_out()
    asks.get_by_role("button", name="Discard it and sign out").click()
    page.wait_for_url("**/sign-in**")
    assert page.evaluate(kept) == 0
    assert "never sent" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    people.problems.clear()  # the browser complains about the line that we cut


def test_long_minutes_are_walked_by_their_parts_and_the_strip_follows(people: People) -> None:
    past = people.server.said["past_meeting"]
    page = people.page("chair@", f"/meetings/{past}/minutes", viewport=PHONE)
    parts = page.get_by_role("navigation", name="In these minutes")
    case = parts.get_by_role("link", name=re.compile("^BR-")).last
    expect(case).not_to_be_in_viewport(ratio=1)
    case.click()
    expect(case).to_have_attribute("aria-current", "true")
    expect(case).to_be_in_viewport(ratio=1)
    expect(page.locator(f"article#{case.inner_text()}")).to_be_in_viewport()
