"""What every test of the live stage does: wait for it, take a case, open the opinions."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import People

WIDE = {"width": 1440, "height": 900}

# What the browser itself writes into a part: running clocks, and what somebody unfolded.
NORMAL = """
() => {
  const part = (box) => {
    const copy = box.cloneNode(true);
    const all = (selector, change) => copy.querySelectorAll(selector).forEach(change);
    all('[data-run-now], [data-ends-at]', (clock) => { clock.textContent = ''; });
    all('.over', (clock) => clock.classList.remove('over'));
    all('[data-thread-url]', (box) => { box.replaceChildren(); delete box.dataset.loaded; });
    all('details[open]', (fold) => fold.removeAttribute('open'));
    all('[data-htmx-powered]', (element) => element.removeAttribute('data-htmx-powered'));
    all('[aria-busy]', (button) => button.removeAttribute('aria-busy'));
    const trimmed = (_, words) => `class="${words.trim()}"`;
    return copy.innerHTML.replace(/class="([^"]*)"/g, trimmed).replace(/\\s+/g, ' ');
  };
  const boxes = [...document.querySelectorAll('[data-part]')];
  return Object.fromEntries(boxes.map((box) => [box.dataset.part, part(box)]));
}
"""


def settled(page: Page) -> None:
    """Wait until the page has everything that the server has announced."""
    expect(page.locator("[data-connection=live]")).to_be_attached(timeout=10_000)
    page.wait_for_function(
        """async () => {
          const headers = {'X-Boardroom-Part': '1'};
          const answer = await fetch(document.body.dataset.stateUrl, {headers});
          const state = await answer.json();
          return window.boardroomStage.seq === state.seq;
        }""",
        timeout=10_000,
    )


def same_as_fresh(people: People, page: Page) -> None:
    """What the page shows is what a fresh load of it shows."""
    settled(page)
    fresh = page.context.new_page()
    for _ in range(5):  # somebody may come or go in between
        held, seq = page.evaluate(f"[({NORMAL})(), boardroomStage.seq]")
        fresh.goto(page.url)
        settled(fresh)
        loaded, same = fresh.evaluate(f"[({NORMAL})(), boardroomStage.seq]")
        if same == seq:
            break
        settled(page)
    fresh.close()
    differ = {
        name: (held[name], loaded.get(name)) for name in held if held[name] != loaded.get(name)
    }
    assert not differ, differ


def to_a_case(chair: Page) -> None:
    """Until a case is presented: begin the meeting, take one; press what shows."""
    phase = chair.locator("[data-phase-is]")
    for words in ("Start the meeting", "First case"):
        button = chair.locator("[data-key=n]", has_text=words)
        if button.count():
            chair.keyboard.press("n")
            expect(button).to_have_count(0)
    if phase.get_attribute("data-phase-is") != "presenting":
        chair.keyboard.press("n")
        undecided = chair.get_by_role("button", name="Leave it open, go on")
        presented = chair.locator("[data-phase-is=presenting]")
        expect(undecided.or_(presented)).not_to_have_count(0)
        if undecided.is_visible():
            undecided.click()
    expect(chair.locator("[data-phase-is=presenting]")).to_be_attached()


def reveal(chair: Page) -> None:
    """R, and the chair's answer where the opinion of a needed specialty is not in yet."""
    chair.keyboard.press("r")
    asks = chair.get_by_role("dialog", name="Open the opinions")
    expect(asks.or_(chair.locator("[data-phase-is=deciding]"))).not_to_have_count(0)
    if asks.count():
        asks.get_by_role("button", name="Reveal now").click()
    expect(chair.locator("[data-phase-is=deciding]")).to_be_attached()
