"""Values that one examination gives together. Pure.

How many nodules there are and how large the largest is are read from the same images: the number of
one examination beside the size of another describes a liver that nobody has seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Protocol, TypeVar

TOGETHER = ("nodule_count", "largest_mm")
SAME = dt.timedelta(days=14)
"""Values no further apart are of one examination (images and report may be dated apart)."""


class Dated(Protocol):
    """A recorded value with the day on which it was taken."""

    @property
    def taken_on(self) -> dt.date | None: ...


F = TypeVar("F", bound=Dated)


def outdated(latest: Mapping[str, F]) -> dict[str, F]:
    """{key: the newer value} for each value in `latest` that an examination after it replaces."""
    found = [(key, latest[key]) for key in TOGETHER if key in latest]
    newest = max((fact.taken_on for _, fact in found if fact.taken_on is not None), default=None)
    if newest is None:
        return {}
    replacing = next(fact for _, fact in found if fact.taken_on == newest)
    return {
        key: replacing
        for key, fact in found
        if fact.taken_on is not None and newest - fact.taken_on > SAME
    }
