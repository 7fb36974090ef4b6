"""Counting second opinions: rows, totals, the flow from first verdicts to the board's. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import OUTCOMES, Outcome, reclassify


@dataclass(frozen=True)
class Line:
    """One second opinion. Verdicts, options and outcomes are keys of the board's words.

    Nothing in it names a patient.
    """

    case_id: int
    code: str
    hospital: str
    diagnosis: str
    first: str
    first_reason: str
    ours: str
    reclassification: Outcome | None
    reason: str
    provisional: bool
    referred_on: dt.date | None
    decided_on: dt.date
    carried_out: str = ""
    treatment: str = ""
    treated_on: dt.date | None = None
    deviation: str = ""
    outcome: str = ""
    outcome_after: int | None = None  # days after the decision
    later: tuple[str, ...] = ()  # codes of later rounds

    @property
    def days(self) -> int | None:
        """Days from the referral to the decision."""
        if self.referred_on is None:
            return None
        return max(0, (self.decided_on - self.referred_on).days)


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to."""

    first_day: dt.date | None = None
    last_day: dt.date | None = None
    first: str = ""
    ours: str = ""
    reclassification: str = ""
    hospital: str = ""

    @property
    def any(self) -> bool:
        return any(value for value in self.__dict__.values())

    def lets(self, line: Line) -> bool:
        """Whether the line stays."""
        return (
            (self.first_day is None or line.decided_on >= self.first_day)
            and (self.last_day is None or line.decided_on <= self.last_day)
            and self.first in ("", line.first)
            and self.ours in ("", line.ours)
            and self.reclassification in ("", line.reclassification)
            and (not self.hospital or line.hospital.casefold() == self.hospital.casefold())
        )


@dataclass(frozen=True)
class Sums:
    """The ledger in a line: how many of each reclassification, and what came of it."""

    total: int
    by_outcome: dict[str, int]
    reasons: tuple[tuple[str, int], ...]
    median_days: float | None
    answered: int
    carried_out: int

    def share(self, outcome: str) -> int:
        """Per cent of all, rounded; 0 of nothing."""
        return round(100 * self.by_outcome.get(outcome, 0) / self.total) if self.total else 0


def sums(lines: Sequence[Line]) -> Sums:
    """Totals over the lines."""
    days = [line.days for line in lines if line.days is not None]
    told = [line for line in lines if line.carried_out not in ("", "not_yet")]
    counted = Counter(line.reclassification for line in lines if line.reclassification)
    return Sums(
        total=len(lines),
        by_outcome={outcome: counted.get(outcome, 0) for outcome in OUTCOMES},
        reasons=tuple(Counter(line.reason for line in lines if line.reason).most_common()),
        median_days=median(days) if days else None,
        answered=len(told),
        carried_out=sum(line.carried_out == "yes" for line in told),
    )


# ---- The flow ------------------------------------------------------------------------------------

LEFT, RIGHT = 262.0, 638.0
NODE = 10.0
WIDTH = 900
GAP = 10.0
LEAST = 22.0  # of a node with its label
LEGIBLE = 15.0  # what a band's count needs not to touch the next one's


@dataclass(frozen=True)
class Node:
    """A verdict on one side. `y`, `height`: its bar; `label_y`: the middle of its words."""

    key: str
    label: str
    count: int
    y: float
    height: float

    @property
    def label_y(self) -> float:
        return round(self.y + self.height / 2, 1)


@dataclass(frozen=True)
class Band:
    """From one first verdict to one of the board's. `path`: its outline in SVG; `number_at`: where
    its count stands, at its beginning, where no other band crosses it; None if it is too thin."""

    first: str
    ours: str
    first_label: str
    ours_label: str
    count: int
    outcome: Outcome
    path: str
    number_at: tuple[float, float] | None


@dataclass(frozen=True)
class Flow:
    """The picture; `width` and `height` are those of its view box."""

    left: tuple[Node, ...] = ()
    right: tuple[Node, ...] = ()
    bands: tuple[Band, ...] = ()
    height: int = 0
    width: int = WIDTH
    left_x: float = LEFT
    right_x: float = RIGHT
    node: float = NODE
    total: int = field(default=0)


def flow(lines: Iterable[Line], board: BoardDefinition) -> Flow:
    """How many went from which first verdict to which of the board's, ready to be drawn.

    Verdicts stand in the board's order on both sides, so that a band that rises is an upgrade.
    """
    counts = Counter((line.first, line.ours) for line in lines)
    if not counts:
        return Flow()
    total = sum(counts.values())
    order = {v.key: n for n, v in enumerate(board.verdicts)}
    names = {v.key: v.short for v in board.verdicts}

    def place(key: str) -> int:
        return order.get(key, len(order))

    unit = max(4.0, min(24.0, 420.0 / total))
    firsts = sorted({first for first, _ in counts}, key=place)
    ours = sorted({our for _, our in counts}, key=place)
    left = _column(
        [(k, sum(n for (f, _), n in counts.items() if f == k)) for k in firsts], names, unit
    )
    right = _column(
        [(k, sum(n for (_, o), n in counts.items() if o == k)) for k in ours], names, unit
    )
    height = max(column[-1].y + column[-1].height for column in (left, right)) + GAP
    left, right = _centred(left, height), _centred(right, height)
    from_y = {node.key: _start(node, unit) for node in left}
    to_y = {node.key: _start(node, unit) for node in right}
    bands = []
    for first in firsts:
        for our in ours:
            count = counts.get((first, our), 0)
            if not count:
                continue
            thick = count * unit
            y0, y1 = from_y[first], to_y[our]
            from_y[first] += thick
            to_y[our] += thick
            bands.append(
                Band(
                    first, our, names.get(first, first), names.get(our, our), count,
                    reclassify(first, our, board) or "undetermined",
                    _ribbon(y0, y1, thick),
                    (LEFT + NODE + 24, round(y0 + thick / 2, 1)) if thick >= LEGIBLE else None,
                )
            )  # fmt: skip
    return Flow(tuple(left), tuple(right), tuple(bands), round(height), total=total)


def _column(counted: list[tuple[str, int]], names: dict[str, str], unit: float) -> list[Node]:
    nodes, y = [], GAP
    for key, count in counted:
        height = max(count * unit, LEAST)
        nodes.append(Node(key, names.get(key, key), count, round(y, 1), round(height, 1)))
        y += height + GAP
    return nodes


def _centred(nodes: list[Node], height: float) -> list[Node]:
    shift = (height - GAP - (nodes[-1].y + nodes[-1].height)) / 2
    return [
        Node(node.key, node.label, node.count, round(node.y + shift, 1), node.height)
        for node in nodes
    ]


def _start(node: Node, unit: float) -> float:
    """Where the first band begins: a bar that is taller than its bands has them in its middle."""
    return node.y + (node.height - node.count * unit) / 2


def _ribbon(y0: float, y1: float, thick: float) -> str:
    x0, x1 = LEFT + NODE, RIGHT
    bend = (x0 + x1) / 2
    return (
        f"M{x0:g} {y0:.1f}C{bend:g} {y0:.1f} {bend:g} {y1:.1f} {x1:g} {y1:.1f}"
        f"V{y1 + thick:.1f}C{bend:g} {y1 + thick:.1f} {bend:g} {y0 + thick:.1f} "
        f"{x0:g} {y0 + thick:.1f}Z"
    )


# ---- Deferrals -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """A case at a meeting as far as deferral goes. `reason` empty: it was not deferred."""

    hospital: str
    reason: str


@dataclass(frozen=True)
class Rate:
    """How many of how many were deferred."""

    key: str
    deferred: int
    of: int

    @property
    def per_cent(self) -> int:
        return round(100 * self.deferred / self.of) if self.of else 0


def deferral_rates(taken: Sequence[Taken]) -> tuple[list[Rate], list[Rate]]:
    """By reason (of all cases taken), and by referring hospital (of its own); most first."""
    total = len(taken)
    reasons = Counter(one.reason for one in taken if one.reason)
    by_reason = [Rate(key, count, total) for key, count in reasons.most_common()]
    all_of = Counter(one.hospital for one in taken)
    deferred = Counter(one.hospital for one in taken if one.reason)
    by_hospital = [Rate(key, deferred.get(key, 0), count) for key, count in all_of.items()]
    by_hospital.sort(key=lambda rate: (-rate.per_cent, -rate.of, rate.key))
    return by_reason, by_hospital
