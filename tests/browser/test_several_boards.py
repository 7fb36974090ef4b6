"""Somebody with places on several boards: the bar holds them all, and nothing goes out of sight."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from boardroom import create_app
from boardroom.db import db, write_transaction
from boardroom.people.models import Membership, Person, Role
from boardroom.settings import asset_dir
from tests import servers
from tests.browser.conftest import People

OTHERS = {"lung": "Lung tumour board", "north": "Regional liver board of the northern hospitals"}


@pytest.fixture(scope="module")
def server(made_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """The demonstration, whose administrator has two more boards."""
    folder = tmp_path_factory.mktemp("server")
    boards, data = folder / "boards", folder / "data"
    boards.mkdir()
    shutil.copytree(made_demo, data)
    text = (asset_dir("config") / "boards" / "liver.toml").read_text(encoding="utf-8")
    (boards / "liver.toml").write_text(text, encoding="utf-8")
    for key, name in OTHERS.items():
        other = text.replace('key = "liver"', f'key = "{key}"', 1)
        other = re.sub("(?m)^name = .*$", f'name = "{name}"', other, count=1)
        other = other.replace('case_code_prefix = "BR"', f'case_code_prefix = "{key[:2].upper()}"')
        (boards / f"{key}.toml").write_text(other, encoding="utf-8")
    app = create_app("demo", data=data, BOARDS_DIR=str(boards))
    with app.app_context():
        with write_transaction() as session:
            admin = session.scalars(select(Person).where(Person.email.startswith("admin@"))).one()
            admin.memberships += [Membership(board=key, role=Role.ADMINISTRATOR) for key in OTHERS]
        db.session.close()
        db.engine.dispose()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOARDROOM_BOARDS_DIR", str(boards))
        with servers.demo(data) as running:
            yield running


def edges(page: Page) -> list[str]:
    """What of the bar lies outside it, or of the page outside the screen."""
    found: list[str] = page.evaluate("""() => {
        const bar = document.querySelector(".bar"), box = bar.getBoundingClientRect();
        const out = [...bar.querySelectorAll("a, summary, button")].filter((el) => el.checkVisibility())
            .filter((el) => { const at = el.getBoundingClientRect(); return at.left < 0 || at.right > innerWidth; })
            .map((el) => el.textContent.trim());
        const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
        return [...out, ...(over > 0 ? [`${over} px`] : []), ...(box.height > 60 ? ["two lines"] : [])];
    }""")  # noqa: E501
    return found


@pytest.mark.parametrize("width", [360, 1000, 1280, 1440, 1920])
def test_nothing_of_the_bar_is_out_of_sight(people: People, width: int) -> None:
    page = people.page("admin@", "/", viewport={"width": width, "height": 800})
    assert edges(page) == []
    for name in ("Hide patients’ names", "Piper Ledgerwick, your menu"):
        expect(page.get_by_role("button", name=name).first).to_be_in_viewport(ratio=1)
    if width == 360:
        page.get_by_role("button", name="Menu", exact=True).click()
    for entry in ("Figures", "Exports", "People", "Audit"):
        page.locator("summary", has_text=entry).click()
        assert edges(page) == [], f"{entry} is unfolded"
        expect(page.locator(".bar-boards[open]")).to_have_count(1)
    page.get_by_role("link", name="Audit: Lung tumour board").click()
    page.wait_for_url("**/boards/lung/audit")
    expect(page.locator(".bar-boards summary[aria-current]")).to_have_text("Audit")


def test_a_board_is_chosen_without_a_mouse(people: People, axe_source: str) -> None:
    page = people.page("admin@", "/", viewport={"width": 1280, "height": 800})
    people_of = page.locator("summary", has_text="People")
    people_of.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="People: Liver board")).to_be_focused()
    page.evaluate(axe_source)
    said = page.evaluate("async () => (await axe.run('.bar')).violations.map((one) => one.help)")
    assert said == []
    page.keyboard.press("Escape")
    expect(people_of).to_be_focused()
    expect(page.locator(".bar-boards[open]")).to_have_count(0)
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/boards/(lung|north)/people"))


@pytest.mark.parametrize("width", [360, 1280])
def test_the_boards_unfold_within_the_menu_of_the_stage(
    people: People, meeting: str, width: int
) -> None:
    page = people.page("admin@", f"{meeting}/stage", viewport={"width": width, "height": 700})
    page.get_by_role("button", name="Menu", exact=True).click()
    page.locator("summary", has_text="Exports").click()
    board = page.get_by_role("link", name=f"Exports: {OTHERS['north']}")
    expect(board).to_be_in_viewport(ratio=1)
    menu, below = page.locator("#bar-nav"), page.locator("summary", has_text="People")
    inside, link, entry = (one.bounding_box() for one in (menu, board, below))
    assert inside is not None
    assert link is not None
    assert entry is not None
    assert link["x"] + link["width"] <= inside["x"] + inside["width"]
    assert link["y"] + link["height"] <= entry["y"], "nothing lies over the next entry"
