"""The form that saves as it goes: nothing typed is lost, nobody overwrites another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import People


@pytest.fixture
def colleagues(people: People) -> Iterator[People]:
    """`people`, for tests in which the line is cut: the browser's own word on it is expected."""
    yield people
    people.problems[:] = [p for p in people.problems if "Failed to load resource" not in p]


@pytest.fixture
def begin(colleagues: People) -> Callable[[], Page]:
    """Begin a referral as the coordinator; returns its long form."""

    def make() -> Page:
        page = colleagues.page("coordinator@", "/cases/new")
        page.get_by_label("Patient’s name").fill("Mx Invented")
        page.get_by_label("The question that the board is to answer").fill("Can it be resected?")
        page.get_by_role("button", name="Begin the referral").click()
        page.wait_for_url("**/edit")
        return page

    return make


def state(page: Page, kind: str) -> None:
    expect(page.locator(f"[data-save-state='{kind}']").first).to_be_attached(timeout=40_000)


def unfold(page: Page, section: str) -> None:
    """Go to a section through the contents, as people do."""
    page.get_by_label("Sections of the form").locator(f"a[href='#{section}']").click()


def shown(page: Page, name: str) -> Locator:
    """A field; its section is unfolded first where it is closed."""
    field = page.locator(f"#f-{name}")
    if not field.is_visible():
        unfold(page, field.evaluate("el => el.closest('[data-section]').dataset.section"))
    return field


def fill(page: Page, name: str, text: str) -> None:
    shown(page, name).fill(text)


def test_it_saves_by_itself_and_says_what_is_wrong_beside_the_field(
    begin: Callable[[], Page],
) -> None:
    page = begin()
    missing = page.locator("[data-autosave-missing]")
    expect(missing).to_contain_text("A short clinical summary")
    fill(page, "summary", "Found by chance.")
    state(page, "saved")
    expect(missing).not_to_contain_text("A short clinical summary")
    fill(page, "fact-bilirubin-1-value", "34")
    state(page, "error")
    unit = page.locator("#f-fact-bilirubin-1-unit")
    expect(unit).to_have_attribute("aria-invalid", "true")
    expect(unit).to_have_accessible_description("Total bilirubin needs its unit: µmol/L or mg/dL.")
    unit.select_option("umol/L")
    state(page, "saved")
    expect(unit).not_to_have_attribute("aria-invalid", "true")
    page.reload()
    expect(page.locator("#f-summary")).to_have_value("Found by chance.")
    expect(page.locator("#f-fact-bilirubin-1-value")).to_have_value("34")


def test_a_lost_line_loses_nothing(begin: Callable[[], Page]) -> None:
    page = begin()
    page.context.set_offline(True)
    fill(page, "summary", "Typed in the lift.")
    state(page, "offline")
    page.context.set_offline(False)
    state(page, "saved")
    page.reload()
    expect(page.locator("#f-summary")).to_have_value("Typed in the lift.")


def test_a_browser_that_dies_loses_nothing(begin: Callable[[], Page]) -> None:
    page = begin()
    context, address = page.context, page.url
    context.set_offline(True)
    fill(page, "comorbidity", "Typed before the crash.")
    state(page, "offline")
    page.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    expect(again.locator("#f-comorbidity")).to_have_value("Typed before the crash.")
    state(again, "saved")
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('boardroom.kept:'))"
    assert again.evaluate(kept) == [], "what the server has is not kept on the device"


def test_two_people_see_both_texts(begin: Callable[[], Page], colleagues: People) -> None:
    page = begin()
    other = colleagues.page("chair@", page.url)
    fill(other, "summary", "Theirs.")
    state(other, "saved")
    fill(page, "comorbidity", "On another field nobody clashes.")
    state(page, "saved")
    expect(page.get_by_role("dialog")).to_have_count(0)
    fill(other, "comorbidity", "The other's.")
    both = other.get_by_role("dialog", name="Somebody saved before you")
    expect(both).to_contain_text("The other's.")
    expect(both).to_contain_text("On another field nobody clashes.")
    both.get_by_role("radio", name="Theirs").check()
    both.get_by_role("button", name="Save what I chose").click()
    expect(other.locator("#f-comorbidity")).to_have_value("On another field nobody clashes.")
    fill(page, "summary", "Mine.")
    both = page.get_by_role("dialog", name="Somebody saved before you")
    both.get_by_role("button", name="Save what I chose").click()
    state(page, "saved")
    other.reload()
    expect(other.locator("#f-summary")).to_have_value("Mine.")


def test_an_undecided_clash_is_asked_again_and_overwrites_nothing(
    begin: Callable[[], Page], colleagues: People
) -> None:
    page = begin()
    other = colleagues.page("chair@", page.url)
    fill(page, "comorbidity", "The coordinator's words.")
    state(page, "saved")
    fill(other, "comorbidity", "The chair's words.")
    both = other.get_by_role("dialog", name="Somebody saved before you")
    both.get_by_role("button", name="Decide later").click()
    expect(both).to_have_count(0)

    # Another field, a reload with the question open, another reload: nothing is written, it asks.
    fill(other, "summary", "Meanwhile.")
    expect(both).to_contain_text("The coordinator's words.")
    for _ in range(2):
        other.reload()
        expect(both).to_contain_text("The chair's words.")
        expect(both).to_contain_text("The coordinator's words.")
    page.reload()
    expect(page.locator("#f-comorbidity")).to_have_value("The coordinator's words.")

    both.get_by_role("radio", name="Theirs").check()
    both.get_by_role("button", name="Save what I chose").click()
    state(other, "saved")
    expect(other.locator("#f-comorbidity")).to_have_value("The coordinator's words.")
    page.reload()
    expect(page.locator("#f-comorbidity")).to_have_value("The coordinator's words.")
    expect(page.locator("#f-summary")).to_have_value("Meanwhile.")


def test_a_file_too_large_is_said_before_it_is_sent(
    begin: Callable[[], Page], tmp_path: Path
) -> None:
    page = begin()
    large, small = tmp_path / "scan.pdf", tmp_path / "report.txt"
    with large.open("wb") as file:
        file.truncate(26 * 1024 * 1024)
    small.write_text("Two lesions.")
    chosen = page.locator("#f-file")
    chosen.set_input_files([large, small])
    expect(page.locator("#f-file-size")).to_have_text(
        "Not taken: scan.pdf has 26 MB. A document may have up to 25 MB."
    )
    assert chosen.evaluate("(input) => [...input.files].map((file) => file.name)") == ["report.txt"]
    chosen.set_input_files([])
    expect(page.locator("#f-file-size")).to_have_count(0)


def test_what_was_said_of_a_file_goes_with_the_next_choice(
    begin: Callable[[], Page], tmp_path: Path
) -> None:
    page = begin()
    empty, large = tmp_path / "empty.pdf", tmp_path / "scan.pdf"
    empty.touch()
    with large.open("wb") as file:
        file.truncate(26 * 1024 * 1024)
    unfold(page, "documents")
    page.locator("#f-file").set_input_files(empty)
    page.get_by_role("button", name="Attach", exact=True).click()
    field = page.locator(".field", has=page.locator("#f-file"))
    expect(field.locator(".field-error")).to_contain_text("empty")
    page.locator("#f-file").set_input_files(large)
    expect(field.locator(".field-error")).to_have_count(1)
    expect(field.locator(".field-error")).to_contain_text("Not taken: scan.pdf has 26 MB.")
    page.locator("#f-file").set_input_files([])
    expect(field.locator(".field-error")).to_have_count(0)


def test_lines_come_and_go_without_a_mouse(begin: Callable[[], Page]) -> None:
    page = begin()
    unfold(page, "tumour")
    page.locator("#add-lesions").press("Enter")
    segments = page.get_by_label("Lesion 1: Segments")
    expect(segments).to_be_focused()
    page.keyboard.type("5/8")
    page.keyboard.press("Tab")
    page.keyboard.type("42")
    page.keyboard.press("Tab")
    state(page, "saved")
    page.reload()
    expect(segments).to_have_value("V, VIII")
    page.get_by_role("button", name="Remove lesion 1").press("Enter")
    expect(segments).to_have_count(0)
    expect(page.locator("#add-lesions")).to_be_focused()


def test_submitting_waits_for_the_last_word(begin: Callable[[], Page]) -> None:
    page = begin()
    page.get_by_role("button", name="Submit to the board").first.click()
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Choose the diagnosis").press("Enter")
    diagnosis = page.locator("#f-diagnosis")
    expect(diagnosis).to_be_focused()
    expect(diagnosis).to_have_accessible_description(
        "Choose the diagnosis, or that it is uncertain."
    )
    diagnosis.select_option("hcc")
    contents = page.get_by_label("Sections of the form")
    expect(contents.get_by_role("link", name="Referral")).to_contain_text("complete")
    fill(page, "summary", "The last word.")
    page.get_by_role("button", name="Submit to the board").first.click()
    page.wait_for_url(lambda url: not url.endswith("/edit"))
    expect(page.get_by_text("is submitted to the board")).to_be_visible()
    expect(page.get_by_text("The last word.")).to_be_visible()


def test_a_refused_value_is_saved_once_it_is_mended(
    begin: Callable[[], Page], colleagues: People
) -> None:
    page = begin()
    fill(page, "fact-inr-1-value", "many")
    fill(page, "summary", "Typed.")
    page.get_by_role("button", name="Submit to the board").first.click()
    expect(page.locator("#error-summary")).to_contain_text("not a number")
    inr = page.locator("#f-fact-inr-1-value")
    expect(inr).to_have_value("many")
    inr.fill("1.2")
    state(page, "saved")
    page.reload()
    expect(inr).to_have_value("1.2")
    expect(page.locator("#f-summary")).to_have_value("Typed.")


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A document to attach."""
    path = tmp_path / "report.txt"
    path.write_text("Two lesions.")
    return path


def test_saving_attaches_what_is_chosen(begin: Callable[[], Page], report: Path) -> None:
    page = begin()
    fill(page, "summary", "Typed with it.")
    unfold(page, "documents")
    page.locator("#f-file").set_input_files(report)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".document-line")).to_contain_text("report")
    expect(page.locator("#f-summary")).to_have_value("Typed with it.")


def test_submitting_attaches_what_is_chosen_first(begin: Callable[[], Page], report: Path) -> None:
    page = begin()
    shown(page, "diagnosis").select_option("hcc")
    fill(page, "fact-inr-1-value", "many")
    unfold(page, "documents")
    page.locator("#f-file").set_input_files(report)
    page.get_by_role("button", name="Submit to the board").first.click()
    summary = page.locator("#error-summary")
    expect(summary).to_contain_text("not a number")
    expect(page.locator("#f-fact-inr-1-value")).to_have_value("many")
    expect(page.locator(".document-line")).to_have_count(1)

    page.locator("#f-fact-inr-1-value").fill("1.2")
    shown(page, "file").set_input_files({"name": "b.txt", "mimeType": "text/plain", "buffer": b"B"})
    page.get_by_role("button", name="Submit to the board").first.click()
    expect(page.get_by_text("is submitted to the board")).to_be_visible()
    page.get_by_role("link", name="Edit", exact=True).first.click()
    expect(page.locator(".document-line")).to_have_count(2)


def test_a_document_that_cannot_be_attached_holds_the_submission_up(
    begin: Callable[[], Page], tmp_path: Path
) -> None:
    page = begin()
    shown(page, "diagnosis").select_option("hcc")
    empty = tmp_path / "empty.pdf"
    empty.touch()
    unfold(page, "documents")
    page.locator("#f-file").set_input_files(empty)
    page.get_by_role("button", name="Submit to the board").first.click()
    expect(page.locator("#f-file-size")).to_contain_text("nothing is submitted yet")
    expect(page.locator("#f-file")).to_be_focused()
    page.locator("#f-file").set_input_files([])
    page.get_by_role("button", name="Submit to the board").first.click()
    expect(page.get_by_text("is submitted to the board")).to_be_visible()


def test_leaving_asks_while_a_document_is_chosen(begin: Callable[[], Page], report: Path) -> None:
    page = begin()
    unfold(page, "documents")
    page.locator("#f-file").set_input_files(report)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Read the case").first.click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert "/edit" in page.url
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator(".document-line")).to_have_count(1)
    assert asked == ["beforeunload"], "attaching it asks nothing"
