"""A past that is acted out: who did what at which moment, in the order in which it happened."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from boardroom import audit, live
from boardroom.db import at_time, db, write_transaction
from boardroom.people.models import Person

Deed = Callable[[Person], object]


@dataclass(frozen=True)
class _Step:
    moment: dt.datetime
    number: int
    actor: str
    deed: Deed


class Timeline:
    """Collects deeds, then does each at its moment, as its actor, in its own transaction."""

    def __init__(self, zone: ZoneInfo, end: dt.datetime) -> None:
        """`end`: the present; nothing happens later."""
        self.zone = zone
        self.end = end
        self.people: dict[str, Person] = {}
        self._steps: list[_Step] = []

    def at(self, day: dt.date, hour: int, minute: int = 0, second: int = 0) -> dt.datetime:
        """A moment by the board's clock."""
        return dt.datetime.combine(day, dt.time(hour, minute, second), self.zone)

    def some_time(self, day: dt.date, what: str, first: int = 8, last: int = 19) -> dt.datetime:
        """A moment of the day between two hours, always the same for the same words."""
        minutes = zlib.crc32(what.encode()) % ((last - first) * 60)
        return self.at(day, first) + dt.timedelta(minutes=minutes)

    def add(self, moment: dt.datetime, actor: str, deed: Deed) -> None:
        """Plan a deed of the person with this key; one that would come too late is done at the end.

        Deeds of one moment are done in the order in which they were planned.
        """
        # Compared and moved as instants: within one zone Python would compare wall clocks.
        instant = min(moment.astimezone(dt.UTC), self.end)
        self._steps.append(_Step(instant, len(self._steps), actor, deed))

    def run(self) -> None:
        """Do everything that was planned."""
        for step in sorted(self._steps, key=lambda s: (s.moment, s.number)):
            with at_time(step.moment), write_transaction():
                actor = self.people[step.actor]
                audit.act_as(actor)
                step.deed(actor)
            live.publish()
        self._steps.clear()
        audit.act_as(None)
        db.session.rollback()
