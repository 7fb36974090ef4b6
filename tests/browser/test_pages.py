"""Every page, as those who use it see it: axe finds nothing, nothing runs over the edge."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import servers
from tests.browser.conftest import People

PAGES = {
    None: ["/sign-in", "/nothing-here"],
    "coordinator@": [
        "/",
        "/cases",
        "/cases?status=submitted",
        "/cases/{case}",
        "/cases/{waiting}/edit",
        "/meetings",
        "/meetings/new",
        "/meetings/{meeting}",
        "/meetings/{meeting}/edit",
        "/meetings/{meeting}/stage",
        "/meetings/{meeting}/projector",
        "/meetings/{past}",
        "/meetings/{past}/stage",
        "/meetings/{past}/minutes",
        "/boards/liver/exports",
        "/account",
    ],
    "surgeon@": [
        "/",
        "/cases/{case}",
        "/cases/{case}/opinion",
        "/cases/{decided}",
        "{letter}",
        "/boards/liver",
    ],
    "oncologist2@": ["/cases/{case}/opinion"],
    "chair@": [
        "/",
        "/meetings/{past}/minutes",
        "/meetings/{meeting}/stage",
        "/cases/{decided}/letters/referrer",
    ],
    "admin@": [
        "/",
        "/boards/liver/people",
        "/boards/liver/people/invite",
        "/boards/liver/people/4",
        "/boards/liver/audit",
    ],
    "observer@": ["/", "/cases/{case}", "/meetings/{meeting}/stage"],
    "referrer@": ["/", "/cases"],
}

PHONE = {"width": 360, "height": 740}
EDGE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def places(browser: Browser, server: servers.Server) -> dict[str, str]:
    """Numbers to put into the addresses."""
    people = People(browser, server)
    said = server.said
    page = people.page("coordinator@", f"/meetings/{said['meeting']}")
    case = page.locator("a[href^='/cases/']").first.get_attribute("href") or ""
    page.goto(f"/meetings/{said['past_meeting']}")
    decided = page.locator("a[href^='/cases/']").first.get_attribute("href") or ""
    surgeon = people.page("surgeon@", "/")
    letter = surgeon.locator("a[href$='/letters/patient']").first.get_attribute("href") or ""
    page.goto("/cases?status=submitted")
    waiting = (
        page.locator("main a[href^='/cases/']:not([href*='new'])").first.get_attribute("href") or ""
    )
    people.close()
    return {
        "case": case.split("/")[2],
        "decided": decided.split("/")[2],
        "waiting": waiting.split("/")[2],
        "letter": letter,
        "meeting": str(said["meeting"]),
        "past": str(said["past_meeting"]),
    }


def violations(page: Page, axe_source: str, *, colours_only: bool = False) -> list[str]:
    """What axe says against a page, one line each."""
    page.evaluate(axe_source)
    found = page.evaluate(
        """async (coloursOnly) => {
             const colours = new Set(axe.getRules(['cat.color']).map(rule => rule.ruleId));
             const others = axe.getRules().filter(rule => !colours.has(rule.ruleId))
               .map(rule => [rule.ruleId, {enabled: false}]);
             const turning = document.getAnimations().filter(a => a instanceof CSSTransition);
             await Promise.allSettled(turning.map(transition => transition.finished));
             return (await axe.run(document, {
               resultTypes: ['violations'], rules: Object.fromEntries(coloursOnly ? others : []),
               runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
             })).violations.map(v =>
               `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')}`);
           }""",
        colours_only,
    )
    return [f"{page.url} {line}" for line in found]


@pytest.mark.parametrize("who", list(PAGES), ids=lambda who: who or "nobody")
def test_axe_finds_nothing(
    people: People, places: dict[str, str], axe_source: str, who: str | None
) -> None:
    page = people.page(who, viewport={"width": 1280, "height": 800})
    found: list[str] = []
    for path in PAGES[who]:
        page.goto(path.format(**places))
        page.wait_for_load_state("load")
        found += violations(page, axe_source)
        # In the dark the same elements have other colours.
        page.emulate_media(color_scheme="dark")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        found += violations(page, axe_source, colours_only=True)
        page.emulate_media(color_scheme="light")
    if who is None:
        people.problems.clear()  # the page that does not exist answers 404
    assert not found, "\n".join(found)


def test_nothing_runs_over_the_edge_of_a_small_screen(
    people: People, places: dict[str, str]
) -> None:
    wide: list[str] = []
    for who, paths in PAGES.items():
        page = people.page(who, viewport=PHONE)
        for path in paths:
            page.goto(path.format(**places))
            for width in (360, 320):
                page.set_viewport_size(PHONE | {"width": width})
                over = page.evaluate(EDGE)
                if over > 0:
                    wide.append(f"{who} {page.url} at {width}: {over} px")
            page.set_viewport_size(PHONE)
        page.context.close()
    people.problems.clear()
    assert not wide, "\n".join(wide)


def test_axe_finds_nothing_on_a_phone(
    people: People, places: dict[str, str], axe_source: str
) -> None:
    page = people.page("surgeon@", viewport=PHONE, has_touch=True)
    found: list[str] = []
    for path in ("/", "/cases/{case}/opinion", "/meetings/{meeting}/stage", "/cases/{case}"):
        page.goto(path.format(**places))
        found += violations(page, axe_source)
    assert not found, "\n".join(found)
