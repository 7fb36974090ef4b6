"""How a case's sheet of the minutes is laid out so that it fills one page and seldom two.

The template could measure what it draws, at more than twice the time; so the height is estimated
here from the number of characters. Where the estimate is wrong, a sheet goes on to a second page.
All sizes are points; they are those of minutes.typ.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from boardroom.minutes.papers import View

WIDTH, HEIGHT = 510.0, 758.0
"""What a page holds between its margins."""
SMALLEST = 0.87
"""Nothing is drawn smaller than this against its full size."""

_LETTER = 0.48  # a letter's width against its size, on average
_PITCH, _LEADING = 1.147, 0.42  # from one line to the next, and the gap in it
_COLUMN = 250.0  # a column of opinions, less its marks
_TRIED = 12  # so many opinions are tried in every division


def fitted(case: View, options: int) -> View:
    """The case with `scale` (1 down to SMALLEST) and `opinion_columns` (places of opinions)."""
    sizes = [_opinion(one) for one in case["opinions"]]
    columns = balanced(sizes)
    tallest = max((sum(sizes[n] for n in column) for column in columns), default=0.0)
    tall = _before(case) + _decision(case)
    if case["opinions"]:
        rows = 14.6 * len(case["opinions"])
        signs = any(one["against_first"] for one in case["opinions"])  # half a line of the legend
        tall += 47 + rows + tallest + 9 * (1 + bool(options) + signs / 2)
    # Smaller letters make lines lower and longer, but the space between them stays.
    # A little less than that, because a line too much costs a page.
    scale = 1.0 if tall < 0.99 * HEIGHT else (HEIGHT / tall) ** 0.8 - 0.012
    return case | {"opinion_columns": columns, "scale": scale if scale >= SMALLEST else 1.0}


def balanced(sizes: list[float]) -> list[list[int]]:
    """The places of some heights in two columns that are about equally tall, each in order."""
    places = list(range(len(sizes)))
    if len(places) < 2:
        return [places]
    if len(places) > _TRIED:
        half = min(places[1:], key=lambda n: max(sum(sizes[:n]), sum(sizes[n:])))
        return [places[:half], places[half:]]
    left = min(
        (chosen for k in places[1:] for chosen in combinations(places, k) if chosen[0] == 0),
        key=lambda chosen: abs(sum(sizes) - 2 * sum(sizes[n] for n in chosen)),
    )
    return [list(left), [n for n in places if n not in left]]


def _run(texts: Any, size: float, width: float, more: int = 0) -> float:
    """The height of texts that run together; `more`: characters besides."""
    length = _characters(texts) + more
    lines = -(-length * size * _LETTER // width)
    return max(0.0, lines * size * _PITCH - size * _LEADING)


def _characters(value: Any) -> int:
    match value:
        case str():
            return len(value) + 1
        case dict():
            return sum(map(_characters, value.values()))
        case list() | tuple():
            return sum(map(_characters, value))
        case _:
            return 0


def _opinion(one: View) -> float:
    texts = [one["rationale"], one["answers"], one["change_mind"]]
    texts += [[reason["short"], reason["reason"]] for reason in one["reasons"]]
    texts += [[shift[k] for k in ("subject", "was", "now", "reason")] for shift in one["shifts"]]
    more = 24 * (bool(one["change_mind"]) + len(one["shifts"])) + 6 * len(one["reasons"])
    return 5 + 7.2 * _PITCH + _run(texts, 7.2, _COLUMN, more)


def _runs(rows: Iterable[Any], size: float, width: float) -> float:
    """Labels and texts one after another, with the space around them; nothing for nothing."""
    filled = [row for row in rows if row]
    return 6 + _run(filled, size, width, 14 * len(filled)) if filled else 0.0


def _rows(rows: Iterable[Any], size: float, width: float) -> float:
    """Texts below one another, with the space around them."""
    lines = [line for row in rows for line in row]
    return 4 + sum(3.4 + _run(line, size, width) for line in lines) if lines else 0.0


def _before(case: View) -> float:
    """Heading, first opinion and clinical picture."""
    lesions = ["; ".join(case["lesions"])] if case["lesions"] else []
    return (
        34
        + _run(case["question"], 12.6, WIDTH)
        + 12
        + _run(case["first"], 8, WIDTH - 9, 14)
        + (6 + _run(case["summary"], 8, WIDTH) if case["summary"] else 0)
        + (14 + _run(case["fact_days"], 8, WIDTH - 12, len(case["facts"])) if case["facts"] else 0)
        + _rows((case[k] for k in ("earlier_round", "listed")), 8, 448)
        + _runs((case[k] for k in _SHORT), 8, WIDTH)
        + _runs((fact["value"] for fact in case["long_facts"]), 8, WIDTH)
        + _rows(([card["line"], *card["remarks"]] for card in case["aids"]), 8, 448)
        + _rows((lesions, *(case[k] for k in ("treatments", "imaging", "pathology"))), 8, 448)
        + _map(case["map"])
        + _runs((case[k] for k in ("knows", "wants", "asks", "met")), 8, WIDTH)
    )


def _map(found: View | None) -> float:
    """The drawings beside each other, with what stands below each of them."""
    if found is None:
        return 0.0
    below = (
        _rows((one["lesions"] if found["compared"] else [], one["beyond"], one["note"]), 7.2, 155)
        for one in found["pictures"]
    )
    return 12 + 2 * 7.2 * _PITCH + 0.31 * WIDTH * _ASPECT + max(below)


_ASPECT = 190 / 250  # the drawing's height against its width

_SHORT = ("diagnosis", "referrer", "comorbidity", "presented", "times")


def _decision(case: View) -> float:
    """The ruled box."""
    c = case["consensus"]
    fates = 0.0
    if case["fates"]:
        fates = 22 + sum(4.4 + _run(f["options"], 7.7, 430) for f in case["fates"])
    if c is None:
        texts = [case["deferral"], case["provisional_reasons"], case["quorum"]]
        return 34 + fates + sum(_run(text, 8, WIDTH - 18) for text in texts)
    plan = sum(3.4 + _run([s["what"], s["who"]], 8, 268, 2) for s in c["steps"])
    plan += 12 + _rows(
        (case["objections"], case["stage_migration"], c["teller"], c["rediscuss"], c["represent"]),
        8,
        200,
    )
    signed = sum(
        5.6 + _run([s[k] for k in ("specialty", "person", "label", "at", "text", "reopen")], 8, 190)
        for s in case["sign_offs"]
    )
    return (
        58
        + (5 + _run(case["provisional_reasons"], 8, WIDTH - 18, 40) if _provisional(case) else 0)
        + _run(c["rationale"], 8.2, WIDTH - 18)
        + max(plan, 12 + signed)
        + fates
        + _runs([case["quorum"]], 7.2, WIDTH - 18)
    )


def _provisional(case: View) -> bool:
    return bool(case["state"] == "provisional")
