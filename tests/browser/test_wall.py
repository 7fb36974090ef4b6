"""The wall: a long consensus and a long case stay in sight."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.stage import WIDE, reveal, settled, to_a_case


def test_a_long_consensus_stays_on_the_wall(people: People, meeting: str) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    wall = people.page("coordinator@", f"{meeting}/projector", viewport=WIDE)
    settled(chair)
    settled(wall)
    to_a_case(chair)
    reveal(chair)
    chair.keyboard.press("c")
    editor = chair.locator("[data-consensus-editor]")
    expect(editor).to_be_focused()
    editor.get_by_label("Verdict").select_option("convertible")
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
      const high = box.scrollHeight, room = box.clientHeight;
      const seen = { high, room, ends: at.bottom, tall: at.height };
      const fits = high <= room + 1 && at.bottom <= innerHeight && at.height > 0;
      return fits || JSON.stringify([seen, innerHeight, box.closest('.wall-case').dataset.folds]);
    }"""
    for size in (WIDE, {"width": 1280, "height": 720}):
        wall.set_viewport_size(size)
        assert wall.evaluate(write, 2) is True
        expect(more).to_be_hidden()
        found = wall.evaluate(write, 40)
        assert found is True, f"folded, and not below the screen: {found}"
        expect(more).to_be_visible()


def test_after_the_reveal_one_map_is_large_and_all_is_inside_the_screen(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    wall = people.page("coordinator@", f"{meeting}/projector", viewport=WIDE)
    settled(chair)
    settled(wall)
    measure = """() => {
      const box = (within) => document.querySelector(within);
      const inside = (within) => {
        const one = box(within), at = one.getBoundingClientRect();
        return one.scrollHeight <= one.clientHeight + 1 && at.bottom <= innerHeight + 1
          && one.scrollWidth <= one.clientWidth + 1 && at.right <= innerWidth + 1;
      };
      const label = box(".matrix tfoot th span");
      const map = box(".wall-map .liver-map").getBoundingClientRect();
      return {
        map: map.height / innerHeight,
        inside: [".wall-map", ".wall-board", ".matrix-wrap"].every(inside),
        legend: box(".matrix-legend").getClientRects().length === 1,
        lines: new Set([...label.getClientRects()].map((line) => line.top)).size,
      };
    }"""
    seen = set()
    while seen != {"one", "two"}:
        to_a_case(chair)
        reveal(chair)
        settled(wall)
        maps = "one" if wall.locator(".maps-one").count() else "two"
        seen.add(maps)
        low = ((1920, 900), (1366, 640), (1024, 600))
        for width, height in ((1920, 1080), (1280, 720), *low):
            wall.set_viewport_size({"width": width, "height": height})
            expect(wall.locator(".matrix tfoot th")).to_contain_text("For : against")
            wall.evaluate("document.dispatchEvent(new CustomEvent('boardroom:painted'))")
            found = wall.evaluate(measure)
            assert found["inside"], (maps, width)
            assert found["legend"], "what the signs of a stance mean"
            assert found["lines"] == 1, "For and against stand in one line"
            least = 0.25 if maps == "one" else 0.2
            assert found["map"] >= least, (maps, found["map"], width)


def test_a_low_screen_shows_what_was_rejected_and_who_dissents(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    wall = people.page("coordinator@", f"{meeting}/projector", viewport=WIDE)
    settled(chair)
    settled(wall)
    to_a_case(chair)
    reveal(chair)
    chair.keyboard.press("c")
    editor = chair.locator("[data-consensus-editor]")
    expect(editor).to_be_focused()
    editor.get_by_label("Verdict").select_option("convertible")
    box = wall.locator(".wall-consensus-box")
    expect(box.locator(".consensus-verdict")).to_be_visible()
    write = """() => {
      const box = document.querySelector(".wall-consensus-box .consensus");
      const one = (option) =>
        `<span class="fate-one"><b>${option}</b> <span>A reason of a few words.</span></span> `;
      const fate = (kind, options) => `<div class="fate fate-${kind}"><dt>${kind}</dt>`
        + `<dd>${options.map(one).join("")}</dd></div>`;
      const step = "<li><span class=plan-what>Embolise, then measure again.</span></li>";
      box.innerHTML = box.querySelector(".consensus-verdict").outerHTML
        + `<ol class="plan">${step.repeat(3)}</ol>`
        + `<dl class="fates">${fate("chosen", ["Resection"])}`
        + `${fate("rejected", ["TACE", "TARE", "Transplant"])}`
        + `${fate("not_applicable", ["Ablation"])}</dl>`
        + `<h3>Why</h3><p class="consensus-why">${"Why it is so. ".repeat(30)}</p>`
        + `<ul class="signatures"><li class="signature is-dissent"><i></i>`
        + "<div><p>Dissent</p><p>Chemotherapy first.</p></div></li></ul>";
      document.dispatchEvent(new CustomEvent("boardroom:painted"));

    }"""
    for width, height in ((1920, 900), (1366, 640), (1280, 600)):
        wall.set_viewport_size({"width": width, "height": height})
        wall.evaluate(write)
        assert box.evaluate("box => box.scrollHeight <= box.clientHeight + 1"), width
        for words in ("Resection", "TACE", "TARE", "Transplant", "Chemotherapy first."):
            expect(box.get_by_text(words, exact=True)).to_be_visible()


def test_who_tells_the_patient_stays_and_smaller_type_comes_before_a_cut(
    people: People, meeting: str
) -> None:
    chair = people.page("chair@", f"{meeting}/stage", viewport=WIDE)
    wall = people.page("coordinator@", f"{meeting}/projector", viewport=WIDE)
    settled(chair)
    settled(wall)
    to_a_case(chair)
    reveal(chair)
    chair.keyboard.press("c")
    editor = chair.locator("[data-consensus-editor]")
    expect(editor).to_be_focused()
    editor.get_by_label("Verdict").select_option("convertible")
    box, more = wall.locator(".wall-consensus-box"), wall.locator("[data-wall-more]")
    expect(box.locator(".consensus-verdict")).to_be_visible()
    write = """lines => {
      const box = document.querySelector(".wall-consensus-box .consensus");
      const why = "<span>Too small.</span>";
      const one = (option) => `<span class="fate-one"><b>${option}</b> ${why}</span> `;
      box.innerHTML = box.querySelector(".consensus-verdict").outerHTML
        + `<dl class="fates"><div class="fate fate-rejected"><dt>Rejected</dt>`
        + `<dd>${["Resection", "Transplant", "TACE"].map(one).join("")}</dd></div></dl>`
        + `<p class="consensus-why">${"Why it is so.<br>".repeat(lines)}</p>`
        + `<dl class="consensus-then"><div><dt>Tells the patient</dt>`
        + `<dd>The surgeon, by Friday</dd></div></dl>`;
      document.dispatchEvent(new CustomEvent("boardroom:painted"));
    }"""
    told = box.get_by_text("The surgeon, by Friday")
    zoom = "element => Number(getComputedStyle(element).zoom)"
    for width, height in ((1920, 1080), (1920, 900), (1366, 640)):
        wall.set_viewport_size({"width": width, "height": height})
        smallest = 1.0
        for lines in range(1, 40):
            wall.evaluate(write, lines)
            expect(told).to_be_in_viewport()
            if more.is_visible():
                break
            smallest = min(smallest, box.locator(".consensus").evaluate(zoom))
        assert smallest < 0.81, "what is cut was too long for the smallest type too"
        wall.evaluate(write, 60)
        expect(more).to_be_visible()
        expect(told).to_be_in_viewport()
        ends = told.evaluate("one => one.getBoundingClientRect().top")
        legend = wall.locator(".matrix-legend")
        assert legend.evaluate("one => one.getBoundingClientRect().bottom") <= ends
    wall.evaluate("document.querySelector('.wall-frame').dataset.folds = 'because'")
    rejected = box.locator(".fate-one").first
    after = "one => getComputedStyle(one, '::after').content"
    assert rejected.locator("b").evaluate(after) == '";"', "no blank before it"
    assert rejected.evaluate(after) == "none"
