"""Who is connected to this process, and which rendering of the stage each gets."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field

from boardroom.meetings.models import Meeting
from boardroom.people.models import Person, Role

AUDIENCES = ("chair", "member", "observer", "projector")


class _Pace:
    """How much somebody may pass on: so many at once, so many a second in the long run."""

    AT_ONCE, A_SECOND = 8, 4

    def __init__(self) -> None:
        self._left = float(self.AT_ONCE)
        self._since = time.monotonic()

    def allows(self) -> bool:
        """Whether one more may be passed on now."""
        present = time.monotonic()
        grown = self._left + (present - self._since) * self.A_SECOND
        self._left, self._since = min(float(self.AT_ONCE), grown), present
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass
class _Presence:
    """Who is connected to this process. Memory only: the record is the attendance table, and for
    the other processes, where there are any, the table of screens (elsewhere.py)."""

    # This process's name and row among several; None where it serves alone.
    name: str = ""
    process: int | None = None
    # sids that left and are still in the table of screens
    closed: set[str] = field(default_factory=set)
    # sid -> (person id, meeting id, audience)
    sockets: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    # (person id, meeting id) -> monotonic time at which the last connection went
    gone: dict[tuple[int, int], float] = field(default_factory=dict)
    # person id -> every sid, joined to a meeting or not
    of_person: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    # sid -> the session that it connected with, and when that ends, seconds of the epoch
    sessions: dict[str, str] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    # person id -> what they may still pass on
    paces: dict[int, _Pace] = field(default_factory=lambda: defaultdict(_Pace))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def audiences(self, meeting_id: int) -> set[str]:
        return {a for _, m, a in list(self.sockets.values()) if m == meeting_id}

    def people(self, meeting_id: int) -> set[int]:
        """Ids of those with a screen of the meeting open; a wall screen is nobody."""
        return {
            p for p, m, a in list(self.sockets.values()) if m == meeting_id and a != "projector"
        }

    def is_here(self, person_id: int, meeting_id: int) -> bool:
        return any(p == person_id and m == meeting_id for p, m, _ in list(self.sockets.values()))


presence = _Presence()


def process_name() -> str:
    """This process's name among several; empty where it serves alone."""
    return presence.name


def audience_of(person: Person, meeting: Meeting, projector: bool = False) -> str | None:
    """Which rendering of the stage a person gets; None where they may not watch."""
    place = person.on(meeting.board)
    if not person.active or place is None or place.role == Role.REFERRER:
        return None
    if projector:
        return "projector"
    if place.role == Role.CHAIR:
        return "chair"
    return "observer" if place.role == Role.OBSERVER else "member"
