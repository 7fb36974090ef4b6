"""Placing lesions on the drawing: by keyboard, by mouse, by touch, and without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.browser.test_pages import EDGE, violations


def to_the_reading(page: Page) -> str:
    """From the list to the board's reading of the case without one; returns the case's address."""
    page.locator("main a[href^='/cases/']", has_text="BR-0030").first.click()
    address = re.sub(r"#.*", "", page.url)
    page.get_by_role("link", name="The board’s reading").click()
    return address


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the drawing, in millimetres, is on the screen."""
    box = page.locator("[data-liver]").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"] / 250, box["y"] + y * box["height"] / 190


def test_lesions_are_placed_by_mouse_and_by_keyboard(people: People, axe_source: str) -> None:
    page = people.page("radiologist@", "/cases?q=BR-0030")
    address = to_the_reading(page)
    field = page.locator("[data-lesion-row]").first.locator
    assert field("[name$=size_mm]").input_value() == "36", "it begins with the case's list"

    # By mouse: dragged from III into IVb, and the fields follow.
    lesion = page.locator("[data-lesion='1']")
    expect(lesion.locator(".lm-badge")).to_be_visible()
    box = lesion.locator(".lm-badge").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*at(page, 126, 108), steps=6)
    page.mouse.up()
    expect(field("[name$=-x]")).to_have_value(re.compile("12[567]"))
    expect(field("input[value=IVb]")).to_be_checked()
    expect(field("input[value=III]")).not_to_be_checked()

    # A press on the liver adds one, which the keyboard moves. Its size is nobody's to invent.
    page.mouse.click(*at(page, 56, 72))
    added = page.locator("[data-lesion='2']")
    expect(added).to_be_focused()
    row = page.locator("[data-lesion-row]").nth(1).locator
    expect(row("input[value=VII]")).to_be_checked()
    before = int(row("[name$=-y]").input_value())
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("+")
    expect(row("[name$=-y]")).to_have_value(str(before - 12))
    expect(row("[name$=size_mm]")).to_have_value("")
    expect(page.locator("[data-told]")).to_contain_text("No size yet")
    expect(row("[data-spare]")).to_be_hidden()
    for _ in range(30):
        page.keyboard.press("Shift+ArrowLeft")
    assert int(row("[name$=-x]").input_value()) > 15, "it stays within the liver"
    page.keyboard.press("Enter")
    expect(row("[name$=size_mm]")).to_be_focused()

    # A field moves the drawing.
    row("[name$=size_mm]").fill("44")
    expect(added.locator(".lm-body")).to_have_attribute("r", "22")
    added.focus()
    for key in ("+", "+", "-", "-"):
        page.keyboard.press(key)
    expect(page.locator("[data-told]")).to_contain_text("Lesion 2, segment VII, 44 mm")
    page.get_by_role("button", name="Add a lesion").click()
    assert not violations(page, axe_source)
    page.get_by_role("button", name="Save the reading").click()
    page.wait_for_url("**#tumour-map")
    assert page.url.startswith(address)
    table = page.get_by_role("region", name="Lesions, The board’s reading")
    expect(table.get_by_role("row", name=re.compile("^2 differs VII 44 mm"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Lesion 2: segment VII, 44 mm"))).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_without_a_script_the_form_is_enough(people: People, width: int) -> None:
    page = people.page(
        "radiologist@",
        "/cases?q=BR-0027",
        java_script_enabled=False,
        viewport={"width": width, "height": 740},
    )
    page.locator("main a[href^='/cases/']", has_text="BR-0027").first.click()
    page.get_by_role("link", name="The board’s reading").click()
    rows = page.locator("[data-lesion-row]")
    # Behind the rows: when it is there, all of them are
    expect(page.get_by_role("button", name="Save and add another lesion")).to_be_visible()
    count = rows.count()
    last = rows.nth(count - 1)
    last.get_by_label("VIII", exact=True).check()
    last.get_by_label("Size, mm").fill("8,5 cm")
    page.get_by_role("button", name="Save and add another lesion").click()
    expect(page.get_by_text(re.compile("recorded in millimetres")).first).to_be_visible()
    last.get_by_label("Size, mm").fill(str(width // 60))
    page.get_by_role("button", name="Save and add another lesion").click()
    expect(page.get_by_text(re.compile("is saved"))).to_be_visible()
    assert rows.count() == count + 1
    people.problems.clear()  # the refused save answers 422


def test_a_refused_field_is_led_to_and_its_size_is_not_drawn(
    people: People, axe_source: str
) -> None:
    page = people.page("radiologist@", "/cases?q=BR-0024")
    page.locator("main a[href^='/cases/']", has_text="BR-0024").first.click()
    page.get_by_role("link", name="The board’s reading").click()
    size = page.locator("#lesions-1-size_mm")
    body = page.locator("[data-lesion='2'] .lm-body")
    for typed, radius in (("300", "105"), ("500", "0")):
        size.fill(typed)
        expect(body).to_have_attribute("r", radius)
    page.get_by_role("button", name="Save the reading").click()
    expect(size).to_be_focused()
    expect(size).to_be_in_viewport()
    link = page.get_by_role("link", name="Lesion 2: size, mm")
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
    link.click()
    expect(size).to_be_focused()
    assert not violations(page, axe_source)
    people.problems.clear()  # the refused save answers 422


def test_the_reading_and_two_readings_are_accessible(people: People, axe_source: str) -> None:
    for theme, width in (("light", 1280), ("dark", 360)):
        page = people.page(
            "radiologist@", "/cases?q=BR-0024", color_scheme=theme,
            viewport={"width": width, "height": 800}, has_touch=width < 1000,
        )  # fmt: skip
        page.locator("main a[href^='/cases/']", has_text="BR-0024").first.click()
        expect(page.get_by_text("What the two readings say differently")).to_be_visible()
        found = violations(page, axe_source)
        page.get_by_role("link", name="The board’s reading").click()
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        found += violations(page, axe_source)
        assert not found, "\n".join(found)
        assert page.evaluate(EDGE) <= 0
        if width < 1000:
            page.locator("[data-liver]").scroll_into_view_if_needed()
            page.touchscreen.tap(*at(page, 170, 79))
            expect(page.locator("[data-lesion='3']")).to_be_focused()
            expect(page.locator("[data-lesion-row] input[value=III]").nth(2)).to_be_checked()


class Finger:
    """One finger, or more, on the drawing of a phone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cdp = page.context.new_cdp_session(page)

    def touch(self, kind: str, *fingers: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(fingers)]
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def swipe(self, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
        self.touch("touchStart", start)
        for n in range(1, steps + 1):
            part = n / steps
            here = [a + (b - a) * part for a, b in zip(start, end, strict=True)]
            self.touch("touchMove", (here[0], here[1]))
            self.page.wait_for_timeout(16)
        self.touch("touchEnd")
        self.page.wait_for_timeout(150)

    def tap(self, x: float, y: float) -> None:
        """On a place of the drawing, in millimetres."""
        self.page.touchscreen.tap(*at(self.page, x, y))

    def lesions(self) -> dict[str, list[float]]:
        """Where each lesion of the drawing is, in millimetres."""
        texts = self.page.locator("[data-lesions] [data-lesion]").evaluate_all(
            "all => all.map(one => `${one.dataset.lesion} ${one.getAttribute('transform')}`)"
        )
        parts = [re.findall(r"[\d.]+", text) for text in texts]
        return {number: [float(x), float(y)] for number, x, y in parts}


def on_a_phone(people: People, code: str = "BR-0024", **more: Any) -> Finger:
    """The board's reading on a phone of 360 px, the drawing in the middle of it."""
    page = people.page(
        "radiologist@", f"/cases?q={code}",
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, **more,
    )  # fmt: skip
    page.locator("main a[href^='/cases/']", has_text=code).first.click()
    page.get_by_role("link", name="The board’s reading").click()
    page.locator("[data-liver]").evaluate("one => one.scrollIntoView({block: 'center'})")
    expect(page.locator("[data-liver].is-on")).to_be_visible()
    return Finger(page)


def scrolled(page: Page) -> float:
    return float(page.evaluate("scrollY"))


def test_a_finger_that_scrolls_over_the_map_changes_nothing(people: People) -> None:
    finger = on_a_phone(people)
    page, before = finger.page, finger.lesions()
    for start in (before["1"], [170, 79]):  # over a lesion, and over the liver beside it
        here, stood = at(page, *start), scrolled(page)
        finger.swipe(here, (here[0] + 4, here[1] - 90))
        assert scrolled(page) > stood + 40, "the page scrolls"
        assert finger.lesions() == before
        page.locator("[data-liver]").evaluate("one => one.scrollIntoView({block: 'center'})")
    here = at(page, *before["1"])
    finger.swipe(here, (here[0] + 25, here[1]))
    assert finger.lesions() == before, "a short swipe to the side moves nothing either"
    here, far = at(page, 100, 90), at(page, 60, 90)
    finger.touch("touchStart", here)
    finger.touch("touchStart", here, far)
    finger.touch("touchEnd")
    assert finger.lesions() == before, "two fingers zoom; they place nothing"
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_finger_drags_the_lesion_that_is_chosen_and_no_other(people: People) -> None:
    finger = on_a_phone(people)
    page, before = finger.page, finger.lesions()
    finger.tap(170, 79)
    (number,) = set(finger.lesions()) - set(before)
    placed = page.locator(f"[data-lesions] [data-lesion='{number}']")
    expect(placed).to_be_focused()
    expect(placed).to_have_class(re.compile("is-chosen"))
    stood = scrolled(page)
    here, there, far = at(page, 170, 79), at(page, 160, 90), at(page, 60, 90)
    finger.touch("touchStart", here)
    finger.touch("touchStart", here, far)
    finger.touch("touchMove", there, far)
    finger.touch("touchMove", there, (far[0] + 20, far[1]))
    finger.touch("touchEnd")
    after = finger.lesions()
    assert set(after) == {*before, number}, "a second finger places nothing"
    assert after[number] == pytest.approx([160, 90], abs=2)
    assert scrolled(page) == stood
    here = at(page, *after[number])
    finger.swipe(here, (here[0], here[1] - 30))
    assert finger.lesions()[number][1] < 80
    assert scrolled(page) == stood, "it is the lesion that follows the finger, not the page"

    # Another is chosen by a tap, and stays where it is.
    finger.tap(*before["1"])
    expect(page.locator("[data-lesions] [data-lesion='1']")).to_have_class(re.compile("is-chosen"))
    expect(placed).not_to_have_class(re.compile("is-chosen"))
    assert finger.lesions()["1"] == before["1"]
    expect(page.get_by_role("button", name="Remove lesion 1")).to_be_visible()


def test_the_last_step_is_undone_and_a_chosen_lesion_removed(people: People) -> None:
    finger = on_a_phone(people)
    page, before = finger.page, finger.lesions()
    undo = page.get_by_role("button", name="Undo")
    rows = page.locator("[data-lesion-row]")
    count = rows.count()

    # Placed, moved by the finger, and its size typed: each is a step.
    finger.tap(170, 79)
    (number,) = set(finger.lesions()) - set(before)
    here = at(page, 170, 79)
    finger.swipe(here, (here[0] + 25, here[1] + 10))
    moved = finger.lesions()[number]
    assert moved != [170, 79]
    size = rows.nth(int(number) - 1).locator("[name$=size_mm]")
    size.fill("24")
    size.blur()
    expect(page.locator(f"[data-lesions] [data-lesion='{number}'] .lm-body")).to_have_attribute(
        "r", "12"
    )
    undo.tap()
    expect(size).to_have_value("")
    assert finger.lesions()[number] == moved
    undo.tap()
    assert finger.lesions()[number] == pytest.approx([170, 79], abs=1)
    expect(page.locator("[data-told]")).to_contain_text(f"Taken back: Lesion {number}")
    undo.tap()
    assert finger.lesions() == before
    expect(undo).to_be_disabled()
    assert rows.count() == count

    # Removed where it is seen, without opening anything; and brought back.
    finger.tap(*before["1"])
    page.get_by_role("button", name="Remove lesion 1").tap()
    assert set(finger.lesions()) == set(before) - {"1"}
    expect(page.locator("[data-told]")).to_contain_text("Lesion 1 is left out when you save")
    box = rows.first.get_by_label("Remove this lesion when I save")
    expect(box).to_be_visible()
    expect(box).to_be_checked()
    undo.tap()
    assert finger.lesions() == before
    expect(box).not_to_be_checked()


def test_ctrl_z_in_the_map_undoes_keys_and_mouse(people: People) -> None:
    page = people.page("radiologist@", "/cases?q=BR-0024", viewport={"width": 1280, "height": 800})
    page.locator("main a[href^='/cases/']", has_text="BR-0024").first.click()
    page.get_by_role("link", name="The board’s reading").click()
    finger = Finger(page)
    lesion = page.locator("[data-lesions] [data-lesion='1']")
    expect(lesion.locator(".lm-badge")).to_be_visible()
    before, size = finger.lesions(), page.locator("[name$='-0-size_mm']")
    was = int(size.input_value())

    # A key that is held is one step; another key is another.
    lesion.focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "+", "+"):
        page.keyboard.press(key)
    expect(size).to_have_value(str(was + 2))
    page.keyboard.press("Control+z")
    expect(size).to_have_value(str(was))
    assert finger.lesions()["1"] != before["1"]
    page.keyboard.press("Control+z")
    assert finger.lesions() == before
    expect(lesion).to_be_focused()

    # With the mouse: pressed and dragged is one step. What had the focus is gone, and the next
    # Ctrl+Z is for the map all the same.
    start = at(page, *before["1"])
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 8, start[1] - 6, steps=4)
    page.mouse.up()
    moved = finger.lesions()
    page.mouse.click(*at(page, 170, 79))
    assert len(finger.lesions()) == len(before) + 1
    page.keyboard.press("Control+z")
    assert finger.lesions() == moved
    page.keyboard.press("Control+z")
    assert finger.lesions() == before

    # In a field it is the field's own.
    size.fill("77")
    page.keyboard.press("Control+z")
    assert finger.lesions() == before


def test_a_category_that_does_not_go_with_what_is_viable_is_called_out(people: People) -> None:
    page = people.page("radiologist@", "/cases?q=BR-0024")
    page.locator("main a[href^='/cases/']", has_text="BR-0024").first.click()
    page.get_by_role("link", name="The board’s reading").click()
    row = page.locator("[data-lesion-row]").first
    untreated = row.get_by_text("lesions that were not treated")
    without = row.get_by_text("The size of the viable part is not given")
    row.get_by_label("LI-RADS", exact=True).select_option("LR-5")
    row.get_by_label("Viable, mm").fill("")
    expect(untreated).to_be_hidden()
    row.get_by_label("Viable, mm").fill("0")
    expect(untreated).to_be_visible()
    row.get_by_label("LI-RADS", exact=True).select_option("LR-TR equivocal")
    expect(untreated).to_be_hidden()
    row.get_by_label("Viable, mm").fill("")
    expect(without).to_be_visible()
    row.get_by_label("Viable, mm").fill("8")
    expect(without).to_be_hidden()
