"""Two browsers and a wall in one meeting: what one does, the others see."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Route, expect

from tests import servers
from tests.browser.conftest import People
from tests.browser.stage import WIDE, reveal, same_as_fresh, settled, to_a_case


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


def test_what_is_mine_comes_when_the_server_was_busy(people: People, meeting: str) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    settled(chair)
    to_a_case(chair)
    surgeon = people.page("surgeon@", f"{meeting}/stage", viewport=WIDE)
    settled(surgeon)
    expect(surgeon.locator("[data-mine] [data-key]").first).to_be_attached()
    surgeon.wait_for_load_state("networkidle")  # none is on its way any more
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
