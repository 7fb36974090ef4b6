"""What was done in a rehearsal, when each screen heard of it, and what became of it."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

MOST_ERRORS = 50


@dataclass
class Action:
    """One thing that somebody did. `token`: a text that exists nowhere else and finds it again."""

    kind: str
    who: str
    case_id: int | None
    token: str
    sent_at: float  # seconds of the monotonic clock, of the first try
    acknowledged: bool = False
    seq: int | None = None  # the meeting's number for it, as the answer's header said
    times_found: int | None = None


@dataclass
class Ledger:
    """The book of one rehearsal."""

    actions: list[Action] = field(default_factory=list)
    # sequence number → when it reached each screen as a push
    arrivals: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    # sequence number → what kind of change it was, as pushed
    kinds: dict[int, str] = field(default_factory=dict)
    checked: int = 0
    equal: int = 0
    errors: list[str] = field(default_factory=list)
    # set where an action was tried to the end, and nobody answered any more
    lost: asyncio.Event = field(default_factory=asyncio.Event)

    def error(self, text: str) -> None:
        """Note something that should not have happened; the first fifty are kept."""
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(text)

    def found(self, token: str, times: int) -> None:
        """Say how often the action with this text was found in the record."""
        for action in self.actions:
            if action.token == token:
                action.times_found = times

    def arrived(self, first: int, last: int, kinds: list[str], at: float) -> None:
        """A screen was pushed the changes from `first` to `last`."""
        for seq, kind in zip(range(first, last + 1), kinds, strict=False):
            self.arrivals[seq].append(at)
            if self.kinds.setdefault(seq, kind) != kind:
                self.error(f"change {seq} was pushed as {self.kinds[seq]} and as {kind}")

    def latencies(self) -> list[float]:
        """Milliseconds from sending a post to the change's arrival, one for each screen; sorted."""
        return sorted(
            (at - action.sent_at) * 1000
            for action in self.actions
            if action.acknowledged and action.seq is not None
            for at in self.arrivals.get(action.seq, ())
        )

    def report(self, people: int, cases: int) -> dict[str, Any]:
        """The report as the command prints it."""
        acknowledged = [a for a in self.actions if a.acknowledged]
        times = self.latencies()
        return {
            "people": people,
            "cases": cases,
            "actions": {
                "sent": len(self.actions),
                "acknowledged": len(acknowledged),
                "found": sum((a.times_found or 0) >= 1 for a in acknowledged),
                "duplicated": sum(max(0, (a.times_found or 0) - 1) for a in self.actions),
            },
            "push_ms": {
                "p50": _part(times, 0.50),
                "p99": _part(times, 0.99),
                "max": round(times[-1], 1) if times else None,
            },
            "stages": {"checked": self.checked, "equal": self.equal},
            "errors": self.errors,
        }


def _part(times: list[float], share: float) -> float | None:
    """The value that `share` of the sorted times do not exceed."""
    if not times:
        return None
    return round(times[max(0, math.ceil(share * len(times)) - 1)], 1)
