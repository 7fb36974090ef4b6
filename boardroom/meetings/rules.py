"""What may happen to a meeting and its agenda, and how its time adds up. Pure.

States are plain strings, equal to the members of `MeetingStatus` and `ItemStatus`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from boardroom.boards.definition import BoardDefinition, UnknownKeyError
from boardroom.refusals import IllegalTransition

LONGEST_MEETING = 12 * 60
LONGEST_CASE = 4 * 60

MEETING_MOVES: Mapping[str, frozenset[str]] = {
    "planned": frozenset({"live"}),
    "live": frozenset({"closed"}),
    "closed": frozenset({"signed"}),
    "signed": frozenset(),
}

# A case that was set aside before the reveal waits again. After it, opinions are open and stay so:
# the case is decided, put off, or left open by the chair's own word, to come back to. So only the
# case before the board is "presenting" or "deciding". What was put off or settled provisionally may
# be taken again in the same meeting (the missing surgeon arrives); a case whose opinions another
# meeting opened goes on deciding at once. A final decision is corrected by an amendment.
ITEM_MOVES: Mapping[str, frozenset[str]] = {
    "waiting": frozenset({"presenting", "deciding", "deferred"}),
    "presenting": frozenset({"waiting", "deciding", "deferred"}),
    "deciding": frozenset({"done", "provisional", "deferred", "left_open"}),
    "left_open": frozenset({"deciding", "deferred"}),
    "deferred": frozenset({"presenting", "deciding"}),
    "provisional": frozenset({"deciding"}),
    "done": frozenset(),
}

OPENS_WITH_THE_REVEAL = "The consensus opens with the reveal."

OPEN_ITEM = frozenset({"waiting", "presenting", "deciding", "left_open"})
"""States in which a case still needs the meeting's time."""

LISTABLE_CASE = frozenset({"submitted", "deferred", "discussed"})
"""States in which a case can be put on an agenda; one discussed was decided only provisionally."""

_MEETING_WORDS = {
    "planned": "has not begun",
    "live": "is live",
    "closed": "has ended",
    "signed": "is signed",
}
_MEETING_VERBS = {"live": "started", "closed": "closed", "signed": "signed", "planned": "planned"}
_ITEM_WORDS = {
    "waiting": "is waiting",
    "presenting": "is being presented",
    "deciding": "is being decided",
    "left_open": "was left open",
    "done": "is decided",
    "deferred": "is deferred",
    "provisional": "is decided provisionally",
}
_ITEM_VERBS = {
    "waiting": "put back",
    "presenting": "presented",
    "deciding": "opened for the decision",
    "left_open": "left open",
    "done": "closed",
    "deferred": "deferred",
    "provisional": "closed as provisional",
}


def move_meeting(old: str, new: str) -> None:
    """Raises IllegalTransition unless a meeting may go from `old` to `new`."""
    if new not in MEETING_MOVES.get(old, frozenset()):
        raise IllegalTransition(
            f"This meeting {_MEETING_WORDS.get(old, old)}; it cannot be "
            f"{_MEETING_VERBS.get(new, new)} now."
        )


def move_item(old: str, new: str) -> None:
    """Raises IllegalTransition unless a case at a meeting may go from `old` to `new`."""
    if new not in ITEM_MOVES.get(old, frozenset()):
        raise IllegalTransition(
            f"This case {_ITEM_WORDS.get(old, old)}; it cannot be {_ITEM_VERBS.get(new, new)} now."
        )


def can_move_item(old: str, new: str) -> bool:
    """Whether `move_item` would let it; for showing a button."""
    return new in ITEM_MOVES.get(old, frozenset())


def agenda_open(meeting_status: str) -> bool:
    """Whether cases may be added, removed and ordered: until the meeting is closed."""
    return meeting_status in {"planned", "live"}


def removable(item_status: str) -> bool:
    """Whether a case may be taken off the agenda: only one that nobody has begun with."""
    return item_status == "waiting"


@dataclass(frozen=True)
class Times:
    """How an agenda fits into its meeting; all in minutes."""

    total: int
    length: int

    @property
    def over(self) -> int:
        """By how much the agenda is longer than the meeting; 0 where it fits."""
        return max(0, self.total - self.length)

    @property
    def free(self) -> int:
        """What is left of the meeting; 0 where nothing is."""
        return max(0, self.length - self.total)

    @property
    def words(self) -> str:
        """The sum in a sentence."""
        sum_up = f"{duration(self.total)} of {duration(self.length)}"
        if self.over:
            return f"{sum_up}: {duration(self.over)} too long"
        return f"{sum_up}: {duration(self.free)} left" if self.free else f"{sum_up}: exactly full"


def duration(minutes: int) -> str:
    """For instance "2 h 5 min" or "45 min"."""
    hours, rest = divmod(max(0, minutes), 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


def times(minutes: Iterable[int], length: int) -> Times:
    """The agenda's allotted minutes against the meeting's length."""
    return Times(total=sum(minutes), length=length)


def planned_times(start: dt.datetime, minutes: Sequence[int]) -> list[dt.datetime]:
    """When each case begins if every one keeps to its time, and at the end when the last ends."""
    moments = [start]
    for one in minutes:
        moments.append(moments[-1] + dt.timedelta(minutes=one))
    return moments


def suggested_complexity(
    board: BoardDefinition, *, first_verdict: str, lesions: int, treatments: int, said: str = ""
) -> str:
    """ "simple" or "complex": as triage said, or judged by what the case holds.

    Complex: several lesions, several treatments behind it, or a first opinion that saw no way to
    cure, because then the board is asked whether there is one after all.
    """
    try:
        rank = board.verdict(first_verdict).rank
    except UnknownKeyError:
        rank = None
    best = max((v.rank for v in board.verdicts if v.rank is not None), default=None)
    hard = first_verdict != "" and rank != best
    is_complex = lesions > 1 or treatments > 1 or hard
    return said or ("complex" if is_complex else "simple")


def suggested_minutes(
    board: BoardDefinition, *, first_verdict: str, lesions: int, treatments: int, said: str = ""
) -> int:
    """Minutes to begin with, the board's for a simple or a complex case."""
    found = suggested_complexity(
        board, first_verdict=first_verdict, lesions=lesions, treatments=treatments, said=said
    )
    return board.meeting.minutes_complex if found == "complex" else board.meeting.minutes_simple


def by_complexity(lines: Sequence[tuple[int, str | None]], first: str) -> list[int]:
    """The agenda's items with those of the complexity `first` before the others.

    `lines`: (item, complexity) in their order; None for one that keeps its place, because the
    board has begun with it. Items of the same complexity keep their order.
    """
    free = iter(
        sorted((line for line in lines if line[1] is not None), key=lambda line: line[1] != first)
    )
    return [item if kind is None else next(free)[0] for item, kind in lines]


def moved(order: Sequence[int], item: int, place: int) -> list[int]:
    """The order with `item` at `place` (from 0, cut to what there is)."""
    rest = [one for one in order if one != item]
    place = max(0, min(place, len(rest)))
    return [*rest[:place], item, *rest[place:]]


def pauses_before(minutes: Sequence[int], after: int) -> frozenset[int]:
    """Before which cases (from 0) a pause fits, about every `after` minutes; 0 for none at all.

    A pause comes after the case in which the time is up, and never after the last one.
    """
    found = set()
    sitting = 0
    for number, one in enumerate(minutes[:-1], 1):
        sitting += one
        if after and sitting >= after:
            found.add(number)
            sitting = 0
    return frozenset(found)
