"""A meeting over a line that loses requests and answers, sends posts twice, delays and is cut."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from tests import lines, servers
from tests.integration.rehearsals import hold, nothing_lost_or_doubled

PEOPLE, CASES, MINUTES = 8, 2, 0.15
CUT_EVERY = 120  # requests
CUT_FOR = 1.0  # seconds


def test_over_a_bad_line_nothing_acknowledged_is_lost_or_doubled(demo_folder: Path) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    with servers.demo(demo_folder) as server, lines.line_to(server.url) as line:

        def fault(method: str, path: str) -> lines.Fault | None:
            if chance.random() < 1 / CUT_EVERY:
                line.hiccup(CUT_FOR)
                return "lost"
            faults: list[lines.Fault | None] = ["lost"]
            if method == "POST":
                faults += ["answer lost", "twice"]
            return chance.choice(faults) if chance.random() < 0.25 else None

        def begun() -> None:
            line.fault, line.delay = fault, 0.05

        report, book = hold(
            line.url, begun=begun, people=PEOPLE, minutes=MINUTES, cases=CASES, seed=seed
        )
        befell = Counter(what for method, _, what in line.requests if method == "POST")
    assert min(befell["lost"], befell["answer lost"], befell["twice"]) > 0, (befell, seed)
    assert len(book.actions) > 25
    nothing_lost_or_doubled(demo_folder, report, book, seed)
