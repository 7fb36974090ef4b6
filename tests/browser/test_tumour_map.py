"""Placing lesions on the drawing: by keyboard, by mouse, by touch, and without a script."""

from __future__ import annotations

import re

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
    expect(table.get_by_role("row", name=re.compile("^2 VII 44 mm"))).to_be_visible()
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


def test_a_finger_moves_a_lesion_and_a_second_one_changes_nothing(people: People) -> None:
    page = people.page(
        "radiologist@", "/cases?q=BR-0024",
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
    )  # fmt: skip
    page.locator("main a[href^='/cases/']", has_text="BR-0024").first.click()
    page.get_by_role("link", name="The board’s reading").click()
    page.locator("[data-liver]").scroll_into_view_if_needed()
    here, there, far = at(page, 170, 79), at(page, 160, 90), at(page, 60, 90)
    cdp = page.context.new_cdp_session(page)

    def touch(kind: str, *fingers: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(fingers)]
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def lesions() -> list[str]:
        return page.locator("[data-lesions] [data-lesion]").evaluate_all(
            "all => all.map(one => `${one.dataset.lesion} ${one.getAttribute('transform')}`).sort()"
        )

    before = lesions()
    touch("touchStart", here)
    touch("touchStart", here, far)
    touch("touchMove", there, far)
    touch("touchMove", there, (far[0] + 20, far[1]))
    touch("touchEnd")
    expect(page.locator("[data-lesions] [data-lesion]")).to_have_count(len(before) + 1)
    (placed,) = set(lesions()) - set(before)
    numbers = [float(part) for part in re.findall(r"[\d.]+", placed)]
    assert abs(numbers[1] - 160) <= 2
    assert abs(numbers[2] - 90) <= 2
