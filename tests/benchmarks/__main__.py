"""`python -m tests.benchmarks`: run the benchmark, print its tables, write them as JSON beside."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests import servers
from tests.benchmarks import live, pages, papers, rooms, start
from tests.benchmarks.figures import machine, median

KINDS = ("live", "rooms", "pages", "minutes", "start")
FULL: dict[str, Any] = {
    "people": (10, 40, 200, 500), "actions": 100, "saturated": 5.0, "settle": 10.0,
    "rooms": (20, 40, 30), "cases": (100, 10_000, 100_000), "loads": 40,
    "papers": (1, 40, 500), "renders": 3, "starts": 5,
}  # fmt: skip
SMALL: dict[str, Any] = {
    "people": (4,), "actions": 3, "saturated": 0.2, "settle": 0.0,
    "rooms": (2, 2, 2), "cases": (100,), "loads": 1, "papers": (1,), "renders": 1, "starts": 1,
}  # fmt: skip


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}; all")
    parser.add_argument("--small", action="store_true", help="only see whether it runs")
    parser.add_argument("--demo", type=Path, metavar="DIR", help="a demonstration; made without it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the figures go as JSON")
    asked = parser.parse_args()
    kinds = asked.kinds or KINDS
    if unknown := set(kinds) - set(KINDS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    size = SMALL if asked.small else FULL
    found: dict[str, Any] = {"machine": machine()}
    print(found["machine"])
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        if asked.demo:
            shutil.copytree(asked.demo, demo)
        else:
            with servers.demo(demo):
                pass
        for kind in kinds:
            found[kind] = {
                "live": lambda: _live(size, demo),
                "rooms": lambda: _rooms(size, demo),
                "pages": lambda: _pages(size, demo),
                "minutes": lambda: _minutes(size, demo, Path(folder)),
                "start": lambda: _start(size, demo),
            }[kind]()
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2) + "\n")


def _table(head: Sequence[str], rows: Iterator[Sequence[object]]) -> None:
    """A table in Markdown, each row as soon as it is known."""
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
        sys.stdout.flush()


def _live(size: dict[str, Any], demo: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def rows() -> Iterator[Sequence[object]]:
        for people in size["people"]:
            one = live.measure(demo, people, size["actions"], size["saturated"], size["settle"])
            found.append(one)
            three = [one[name] for name in ("boardroom", "durable", "broadcast")]
            ours, durable, _ = three
            yield (
                people,
                *(f"{x['p50']:.0f} / {x['p99']:.0f}" for x in three),
                f"{ours['p99'] / durable['p99']:.1f}×",
                *(f"{x['a_second']:.0f}" for x in three),
                sum(x["lost"] for x in three),
                f"{ours['bytes'] / 1000:.1f} kB",
                *(f"{x['memory']:.0f}" for x in (ours, durable)),
            )

    _table(
        ("people", "ms to the last screen, p50 / p99", "(a) with a commit", "(b) broadcast alone",
         "p99 to (a)", "actions a second", "(a)", "(b)", "lost", "a push", "kB a person", "(a)"),
        rows(),
    )  # fmt: skip
    return found


def _rooms(size: dict[str, Any], demo: Path) -> dict[str, Any]:
    one = rooms.measure(demo, *size["rooms"])
    _table(
        ("meetings at once", "people in each", "ms to the last screen, p50 / p99 / max", "changes",
         "lost", "later than 1 s", "kB a person"),
        iter([(
            one["rooms"], one["people"], f"{one['p50']:.0f} / {one['p99']:.0f} / {one['max']:.0f}",
            one["changes"], one["lost"], one["late"], f"{one['memory']:.0f}",
        )]),
    )  # fmt: skip
    return one


def _pages(size: dict[str, Any], demo: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def rows() -> Iterator[Sequence[object]]:
        for cases in size["cases"]:
            for one in pages.measure(demo, cases, size["loads"]):
                found.append(one)
                times = f"{one['p50']:.0f} / {one['p99']:.0f}"
                weight = f"{one['first_visit'] / 1000:.0f} / {one['later'] / 1000:.0f}"
                yield one["page"], f"{cases:,}", times, one["queries"], weight

    _table(
        ("page", "cases", "server's ms, p50 / p99", "queries", "kB on the line, first / later"),
        rows(),
    )
    return found


def _minutes(size: dict[str, Any], demo: Path, folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def rows() -> Iterator[Sequence[object]]:
        for cases in size["papers"]:
            for one in papers.measure(demo, cases, size["renders"], folder):
                found.append(one)
                yield (
                    cases,
                    one["format"],
                    f"{one['seconds']:.2f}",
                    f"{one['again']:.2f}",
                    f"{one['memory'] / 1000:.0f}",
                    f"{one['bytes'] / 1000:,.0f}",
                )

    _table(("cases", "format", "seconds", "asked again", "MB more", "kB"), rows())
    return found


def _start(size: dict[str, Any], demo: Path) -> dict[str, Any]:
    times = start.measure(demo, size["starts"])
    _table(
        ("start", "seconds, median", "slowest"),
        iter([("command to first page", f"{median(times):.2f}", f"{max(times):.2f}")]),
    )
    return {"seconds": times}


if __name__ == "__main__":
    main()
