"""Two browsers and a wall in one meeting: what one does, the others see."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests import servers
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
        held: dict[str, Any] = page.evaluate(NORMAL)
        seq: int = page.evaluate("boardroomStage.seq")
        fresh.goto(page.url)
        settled(fresh)
        if fresh.evaluate("boardroomStage.seq") == seq:
            break
        settled(page)
    loaded: dict[str, Any] = fresh.evaluate(NORMAL)
    fresh.close()
    assert held == loaded


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


def test_a_case_from_the_start_of_the_meeting_to_its_close(people: People, meeting: str) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    surgeon = people.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    observer = people.page("observer@", f"{meeting}/stage", viewport=WIDE)
    wall = people.page("coordinator@", f"{meeting}/projector", viewport=WIDE)
    for page in (chair, surgeon, observer, wall):
        settled(page)
    expect(surgeon.get_by_role("heading", name="The meeting has not begun")).to_be_visible()

    chair.keyboard.press("n")  # start
    expect(surgeon.get_by_role("heading", name="No case is before the board")).to_be_visible()
    # Everybody whose screen was open is there; the wall is nobody.
    expect(surgeon.locator("[data-part=bar] button")).to_have_text(re.compile("here 3"))

    settled(chair)  # people press what they see
    chair.keyboard.press("n")  # the first case
    question = surgeon.locator("[data-part=case] .question")
    expect(question).to_be_visible()
    expect(wall.get_by_text(question.inner_text())).to_be_visible()
    expect(surgeon.get_by_text("sealed until the reveal").first).to_be_visible()
    # The wall has no patient's name, the stage has.
    name = surgeon.locator("[data-part=case] .patient-name").first.inner_text()
    assert name
    assert name not in wall.content()

    # Observers see and touch nothing.
    expect(observer.locator("[data-part=case] .question")).to_have_text(question.inner_text())
    assert observer.locator("form[data-live]").count() == 0
    expect(observer.locator("[data-mine]")).to_be_empty()

    # Nothing of an opinion is on a screen before the reveal.
    expect(surgeon.locator(".matrix")).to_have_count(0)
    settled(chair)
    chair.keyboard.press("r")
    asks = chair.get_by_role("dialog", name="Open the opinions")
    missing = surgeon.locator("[data-part=opinions]").get_by_text("Not yet in:").inner_text()
    expect(asks.locator("[data-fill-awaited]")).to_have_text(missing[len("Not yet in: ") : -1])
    asks.get_by_role("button", name="Wait for them").click()
    expect(surgeon.locator("[data-phase-is=presenting]")).to_be_attached()
    reveal(chair)
    # By keyboard one goes on from where one was, though the key's control is gone.
    expect(chair.locator(".stage-foot")).to_be_focused()
    expect(surgeon.locator("[data-part=opinions] .matrix tbody tr").first).to_be_visible()
    expect(wall.locator("[data-part=opinions] .matrix tbody tr").first).to_be_visible()

    # The scribe writes, everybody reads along.
    surgeon.keyboard.press("c")
    editor = surgeon.locator("[data-consensus-editor]")
    expect(editor).to_be_visible()
    # A key that is meant for the meeting chooses no verdict, and Escape leaves a field.
    verdict = editor.get_by_label("Verdict")
    expect(editor).to_be_focused()
    expect(verdict).to_be_in_viewport()  # its beginning, not its middle
    surgeon.keyboard.press("r")
    expect(verdict).to_have_value("")
    verdict.focus()
    surgeon.keyboard.press("Escape")
    expect(editor).to_be_focused()
    editor.get_by_label("Why the board decides so").fill("Embolise first; the remnant can grow.")
    expect(chair.locator("[data-part=consensus]")).to_contain_text("the remnant can grow")
    expect(wall.locator("[data-part=consensus]")).to_contain_text("the remnant can grow")
    expect(chair.locator("[data-part=consensus]")).to_contain_text("Dr Juniper Lanternfield writes")
    editor.get_by_label("Verdict").select_option("convertible")
    expect(observer.locator("[data-part=consensus] .consensus-verdict")).to_contain_text(
        "Convertible"
    )

    # Core specialties are missing and options are open: only as provisional, and it says why.
    settled(chair)
    chair.keyboard.press("x")
    dialog = chair.locator("#close-dialog")
    expect(dialog).to_contain_text("Without quorum")
    dialog.get_by_role("button", name="Close as provisional").click()
    expect(surgeon.locator("[data-part=agenda] li").first).to_contain_text("provisional")
    expect(editor).to_have_count(0)

    for page in (chair, surgeon, observer, wall):
        same_as_fresh(people, page)


def test_a_late_joiner_sees_the_present_state_and_a_lost_line_heals(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    radiologist = people.page("radiologist@", f"{meeting}/stage", viewport=WIDE)
    settled(chair)
    settled(radiologist)
    radiologist.context.set_offline(True)
    radiologist.evaluate("boardroomStage.socket.io.engine.close()")
    expect(radiologist.locator("[data-connection=lost]")).to_be_attached(timeout=10_000)
    expect(radiologist.get_by_text("Reconnecting")).to_be_visible()
    people.problems.clear()  # the browser complains about the line that we cut

    to_a_case(chair)
    code = chair.locator("[data-part=case] .case-code").first.inner_text()

    radiologist.context.set_offline(False)
    expect(radiologist.locator("[data-part=case] .case-code").first).to_have_text(
        code, timeout=15_000
    )
    people.problems.clear()
    same_as_fresh(people, radiologist)

    late = people.page("hepatologist@", f"{meeting}/stage", viewport=WIDE)
    expect(late.locator("[data-part=case] .case-code").first).to_have_text(code)
    expect(chair.locator("[data-part=bar]")).to_contain_text("here 3")


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
    chair.evaluate("document.querySelector(\"[data-mine] [action$='pen/take']\").requestSubmit()")
    expect(oncologist.locator("[data-part=consensus]")).to_contain_text("writes")
    settled(oncologist)
    oncologist.evaluate(
        "document.querySelector(\"[data-mine] [action$='pen/take']\").requestSubmit()"
    )
    told = oncologist.locator("#stage-problem")
    expect(told).to_contain_text("has the pen")
    expect(told.locator(".notice-info")).to_be_visible()
    told.get_by_role("button", name="Ask for the pen").click()
    expect(told).to_be_hidden()
    expect(chair.locator("[data-part=consensus]")).to_contain_text("asks for it")
    people.problems.clear()  # the browser reports the refusal


def test_a_long_consensus_stays_on_the_wall(people: People, meeting: str) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    wall = people.page("coordinator@", f"{meeting}/projector", viewport=WIDE)
    settled(chair)
    settled(wall)
    to_a_case(chair)
    reveal(chair)
    chair.keyboard.press("c")
    chair.locator("[data-consensus-editor]").get_by_label("Verdict").select_option("convertible")
    box, more = wall.locator(".wall-consensus-box"), wall.locator("[data-wall-more]")
    expect(box.locator(".consensus-verdict")).to_be_visible()
    write = """steps => {
      const box = document.querySelector(".wall-consensus-box .consensus");
      const step = "<li><span class=plan-what>Embolise, then measure again.</span></li>";
      box.innerHTML = box.querySelector(".consensus-verdict").outerHTML
        + `<ol class="plan">${step.repeat(steps)}</ol>`
        + `<p class="consensus-why">${"Why it is so. ".repeat(steps * 5)}</p>`;
      document.dispatchEvent(new CustomEvent("boardroom:painted"));
    }"""
    inside = "box => box.scrollHeight <= box.clientHeight + 1"
    frame = wall.locator(".wall-frame")
    wall.evaluate(write, 2)
    expect(frame).to_have_attribute("data-fit", "0")
    expect(more).to_be_hidden()
    assert box.evaluate(inside)
    for steps in (8, 30):
        wall.evaluate(write, steps)
        expect(more).to_contain_text("Continues on each person’s own screen")
        assert box.evaluate(inside)
        expect(box.locator(".plan li").first).to_be_visible()
        zoom = box.locator(".consensus").evaluate("element => getComputedStyle(element).zoom")
        assert float(zoom) >= 0.8
    wall.evaluate(write, 1)
    expect(more).to_be_hidden()


def test_what_is_mine_comes_when_the_server_was_busy(people: People, meeting: str) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    settled(chair)
    to_a_case(chair)
    surgeon = people.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    settled(surgeon)
    busy = [503, 503]

    def answer(route: Route) -> None:
        if busy:
            route.fulfill(status=busy.pop(), body="busy")
        else:
            route.continue_()

    surgeon.route("**/mine", answer)
    surgeon.evaluate("document.querySelector('[data-mine]').replaceChildren()")
    surgeon.evaluate("boardroomStage.personal()")
    expect(surgeon.locator("[data-mine] [data-key]").first).to_be_attached(timeout=15_000)
    assert not busy
    people.problems.clear()  # the browser reports the refused ones


def test_names_can_be_hidden_with_one_key_and_keys_are_shown_with_another(
    people: People, meeting: str
) -> None:
    surgeon = people.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    settled(surgeon)
    name = surgeon.locator("[data-part=agenda] .patient-name").first
    expect(name).to_be_visible()
    words = name.inner_text()
    agenda = surgeon.locator("[data-part=agenda]")
    assert words in agenda.aria_snapshot()
    surgeon.keyboard.press("h")
    expect(surgeon.locator("html")).to_have_attribute("data-names", "hidden")
    assert words not in agenda.inner_text()
    assert words not in agenda.aria_snapshot(), "nor read aloud"
    surgeon.reload()
    expect(surgeon.locator("html")).to_have_attribute("data-names", "hidden")
    surgeon.keyboard.press("?")
    expect(surgeon.get_by_role("heading", name="Keys")).to_be_visible()


def test_who_writes_an_opinion_beside_the_stage_is_still_in_the_room(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    surgeon = people.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    settled(surgeon)
    to_a_case(chair)
    room = chair.locator("#people-here .seats")  # who presents stands below it, here or not
    expect(room).to_contain_text("Lanternfield")
    case = surgeon.locator("[data-mine] a[data-key=o]")
    case.click()
    expect(surgeon.locator("#my-opinion")).to_be_visible()
    # Somebody at home who prepares an opinion meanwhile is not in the room by it.
    home = people.page("pathologist@", surgeon.url)
    expect(home.locator("#my-opinion")).to_be_visible()
    chair.wait_for_timeout(9_000)  # longer than a screen may be gone
    settled(chair)
    expect(room).to_contain_text("Lanternfield")
    assert home.locator("script[data-meeting]").count() == 0
    surgeon.goto("/account")
    expect(room).not_to_contain_text("Lanternfield", timeout=20_000)


def test_the_case_stays_on_the_wall(people: People, meeting: str) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    settled(chair)
    to_a_case(chair)
    wall = people.page("coordinator@", f"{meeting}/projector", viewport=WIDE)
    settled(wall)
    more = wall.locator("[data-wall-more]")
    write = """(lines) => {
      const wish = document.querySelector('.wall-wants');
      wish.textContent = 'The patient wants to be at home. '.repeat(lines);
      document.dispatchEvent(new CustomEvent('boardroom:painted'));
      const box = wish.closest('.wall-map'), at = wish.getBoundingClientRect();
      return box.scrollHeight <= box.clientHeight + 1 && at.bottom <= innerHeight && at.height > 0;
    }"""
    for size in (WIDE, {"width": 1280, "height": 720}):
        wall.set_viewport_size(size)
        assert wall.evaluate(write, 2)
        expect(more).to_be_hidden()
        assert wall.evaluate(write, 40), "folded, and not below the screen"
        expect(more).to_be_visible()


def test_deactivated_means_gone_at_once(people: People, meeting: str) -> None:
    nurse = people.page("nurse@", f"{meeting}/stage", viewport=WIDE)
    settled(nurse)
    name = nurse.locator("[data-part=agenda] .patient-name").first.inner_text()
    admin = people.page("admin@", "/boards/liver/people", viewport=WIDE)
    admin.get_by_role("link", name=re.compile("Tansy Hearthbell")).first.click()
    admin.get_by_role("button", name=re.compile("^Deactivate")).first.click()
    confirm = admin.locator("dialog[open]").get_by_role("button", name=re.compile("Deactivate"))
    if confirm.count():
        confirm.click()
    expect(nurse.locator("[data-connection=ended]")).to_be_attached(timeout=10_000)
    expect(nurse.get_by_role("heading", name="This screen is closed")).to_be_visible()
    assert name not in nurse.content(), "nothing of the meeting stays on the screen"
    people.problems[:] = [problem for problem in people.problems if "401" not in problem]
    nurse.goto("/")
    expect(nurse).to_have_url(re.compile("/sign-in"))


def test_a_server_that_restarts_says_so_and_the_page_comes_back(
    people: People, meeting: str
) -> None:
    """The last test of the file: it ends the file's server and starts it anew at its address."""
    page = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    settled(page)
    words = people.server.process.args
    assert isinstance(words, list)
    folder, port = Path(words[words.index("--data") + 1]), int(people.server.url.split(":")[-1])
    assert people.server.stop() == 0
    expect(page.locator("[data-connection=lost]")).to_have_text("the server restarts")
    expect(page.get_by_text("What you type is kept here")).to_be_visible()
    with servers.demo(folder, port):
        same_as_fresh(people, page)
        page.close()
    people.problems.clear()  # the browser complains about the server that was away
