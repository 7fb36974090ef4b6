"""What may happen to a case, what a fair discussion needs, which values can be true. Pure.

States are plain strings, equal to the members of `CaseStatus`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.parts import Need
from boardroom.refusals import IllegalTransition

CASE_MOVES: Mapping[str, frozenset[str]] = {
    # A registry's earlier visit is history as soon as it is there, or a later one is.
    "draft": frozenset({"submitted", "past"}),
    "submitted": frozenset({"needs_information", "listed", "declined", "standard_of_care", "past"}),
    "needs_information": frozenset({"submitted", "declined", "standard_of_care"}),
    # Back to submitted: taken off the agenda, or the meeting ended before its turn.
    "listed": frozenset({"submitted", "discussed", "deferred"}),
    # A provisional decision leaves the case discussed until it is final, put off or listed again.
    "discussed": frozenset({"decided", "deferred", "listed", "submitted"}),
    "deferred": frozenset(
        {"listed", "submitted", "needs_information", "declined", "standard_of_care"}
    ),
    "decided": frozenset({"followed_up"}),
    "declined": frozenset({"submitted"}),
    "standard_of_care": frozenset({"submitted"}),
    "followed_up": frozenset(),
    "past": frozenset(),
}

OPEN_STATUSES = frozenset(
    {"draft", "submitted", "needs_information", "listed", "discussed", "deferred"}
)
"""States in which a case may still be edited; afterwards a new round takes what is new."""

SENDING_STATUSES = frozenset({"submitted", "listed", "deferred"})
"""States in which a referrer sends what is missing, and new results, beside what is there."""

TURNED_DOWN_STATUSES = frozenset({"declined", "standard_of_care"})
"""States in which a case ended without a decision of the board."""

WAITING_STATUSES = frozenset({"submitted", "deferred"})
"""States in which a case waits for a place on an agenda."""

STATUS_WORDS: Mapping[str, str] = {
    "draft": "Draft",
    "submitted": "Submitted",
    "needs_information": "Needs information",
    "listed": "Listed",
    "discussed": "Discussed",
    "decided": "Decided",
    "deferred": "Deferred",
    "declined": "Declined",
    "standard_of_care": "Standard of care",
    "followed_up": "Followed up",
    "past": "Past visit",
}

_IS = {
    "draft": "is still a draft",
    "submitted": "is submitted",
    "needs_information": "waits for information",
    "listed": "is on an agenda",
    "discussed": "has been discussed",
    "decided": "is decided",
    "deferred": "is deferred",
    "declined": "was declined",
    "standard_of_care": "was given the standard of care",
    "followed_up": "is followed up",
    "past": "is a past visit that a registry tells of",
}
_VERBS = {
    "submitted": "submitted",
    "needs_information": "sent back for information",
    "listed": "put on an agenda",
    "discussed": "discussed",
    "decided": "decided",
    "deferred": "deferred",
    "declined": "declined",
    "standard_of_care": "given the standard of care",
    "followed_up": "followed up",
    "past": "made a past visit",
}


def move_case(old: str, new: str) -> None:
    """Raises IllegalTransition unless a case may go from `old` to `new`."""
    if not can_move_case(old, new):
        raise IllegalTransition(
            f"This case {_IS.get(old, old)}; it cannot be {_VERBS.get(new, new)} now."
        )


def can_move_case(old: str, new: str) -> bool:
    """Whether `move_case` would let it; for showing a button."""
    return new in CASE_MOVES.get(old, frozenset())


def must_be_open(status: str) -> None:
    """Raises IllegalTransition where the case may not be edited any more."""
    if status in OPEN_STATUSES:
        return
    way_on = {
        "decided": "Start a new round for what has changed since.",
        "followed_up": "Start a new round for what has changed since.",
        "past": "Write into the patient’s last round what has changed since.",
    }.get(status, "Take it in again before you change it.")
    raise IllegalTransition(f"This case {_IS.get(status, status)}. {way_on}")


# ---- What a fair discussion needs ---------------------------------------------------------------


@dataclass(frozen=True)
class KnownFact:
    """A recorded fact as far as readiness asks: there, and from when.

    `judged`: what somebody said by hand: accepted as it is (""), or why it is needed anew.
    """

    key: str
    taken_on: dt.date | None
    judged: str | None = None


@dataclass(frozen=True)
class KnownImaging:
    """An examination of which something is here: its method, "" where that was not said, its day.

    `judged`: as for a fact.
    """

    modality: str
    on_date: dt.date | None
    judged: str | None = None


@dataclass(frozen=True)
class Known:
    """What a case holds, as readiness sees it. `given`: items that are there, such as "lesions"."""

    diagnosis: str | None
    given: frozenset[str]
    facts: tuple[KnownFact, ...]
    imaging: tuple[KnownImaging, ...] = ()


@dataclass(frozen=True)
class Gap:
    """One thing that is missing or too old. `why` says more where the words alone do not.

    `owner`: the role or specialty that sees to it.
    """

    item: str
    label: str
    essential: bool
    why: str = ""
    owner: str = "referrer"


@dataclass(frozen=True)
class Readiness:
    """What a case still lacks for a fair discussion, out of how many things asked for."""

    gaps: tuple[Gap, ...]
    total: int
    asked: tuple[tuple[str, bool], ...] = ()  # (item, essential), for this diagnosis

    @property
    def done(self) -> int:
        """How many of the things asked for are there."""
        return self.total - len(self.gaps)

    @property
    def essential(self) -> tuple[Gap, ...]:
        """The gaps without which the case should not be listed."""
        return tuple(gap for gap in self.gaps if gap.essential)

    @property
    def ready(self) -> bool:
        """Whether nothing essential is missing."""
        return not self.essential


def readiness(board: BoardDefinition, known: Known, today: dt.date, owner: str = "") -> Readiness:
    """Compare what is known with what the board's definition asks for this diagnosis.

    `owner`: only of what this role or specialty sees to.
    """
    needs = [one for one in board.needs_for(known.diagnosis) if not owner or one.owner == owner]
    gaps = []
    for need in needs:
        if need.item.startswith("fact."):
            why = _fact_gap(need.item.removeprefix("fact."), need.max_age_days, known, today)
        elif need.item == "investigations.imaging":
            why = _imaging_gap(board, need, known, today)
        else:
            why = None if need.item in known.given else ""
        if why is not None:
            gaps.append(Gap(need.item, need.missing, need.essential, why, need.owner))
    gaps.sort(key=lambda gap: not gap.essential)
    return Readiness(tuple(gaps), len(needs), tuple((need.item, need.essential) for need in needs))


def _imaging_gap(board: BoardDefinition, need: Need, known: Known, today: dt.date) -> str | None:
    """None where one examination is young enough; else what is wrong with the newest."""
    wanted = [
        one
        for one in known.imaging
        if not need.modalities or one.modality in ("", *need.modalities)
    ]
    found = [(one.on_date or dt.date.min, _too_old(board, one, today)) for one in wanted]
    if any(why is None for _, why in found):
        return None
    return max(found, key=lambda pair: pair[0])[1] if found else ""


def _too_old(board: BoardDefinition, one: KnownImaging, today: dt.date) -> str | None:
    if one.judged is not None:
        return f"Needed anew: {one.judged}" if one.judged else None
    limit = board.referral.limit(one.modality)
    if limit is None or not limit.max_age_days:
        return None
    if one.on_date is None:
        return "Given without its date."
    age = (today - one.on_date).days
    return f"The last one is {age} days old." if age > limit.max_age_days else None


def _fact_gap(key: str, max_age: int, known: Known, today: dt.date) -> str | None:
    """None where the fact is good; else why not ("" where it simply is not there)."""
    values = [fact for fact in known.facts if fact.key == key]
    if not values:
        return ""
    latest = max(values, key=lambda fact: fact.taken_on or dt.date.min)
    if latest.judged is not None:
        return f"Needed anew: {latest.judged}" if latest.judged else None
    if not max_age:
        return None
    dates = [fact.taken_on for fact in values if fact.taken_on is not None]
    if not dates:
        return "Given without its date."
    age = (today - max(dates)).days
    return f"The last one is {age} days old." if age > max_age else None


# ---- Values --------------------------------------------------------------------------------------

SEGMENTS = ("I", "II", "III", "IVa", "IVb", "IV", "V", "VI", "VII", "VIII")
_BY_TEXT = (
    {name.upper(): name for name in SEGMENTS}
    | {
        str(n): name
        for n, name in enumerate(("I", "II", "III", "IV", "V", "VI", "VII", "VIII"), start=1)
    }
    | {"4A": "IVa", "4B": "IVb"}
)
_SEGMENT_WORDS = frozenset({"", "S", "SEG", "SEG.", "SEGMENT", "SEGMENTS"})
LI_RADS = ("LR-1", "LR-2", "LR-3", "LR-4", "LR-5", "LR-M", "LR-TIV", "LR-TR viable",
           "LR-TR equivocal", "LR-TR nonviable")  # fmt: skip
SEXES = (("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Not known"))
LARGEST_LESION_MM = 400


class ValueRefused(ValueError):
    """A value that cannot be recorded. `reason` is one plain sentence for beside the field."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def segments(text: str) -> str:
    """Couinaud segments as people write them ("5/8", "V, VIII", "S7") as "V, VIII".

    Raises ValueRefused for anything that is not a segment.
    """
    found: list[str] = []
    for word in re.split(r"[\s,;/+&]+|\band\b", text.strip()):
        plain = re.sub(r"^(SEGMENT|SEG\.?|S)(?=[IV\d])", "", word.upper())
        if plain in _SEGMENT_WORDS:
            continue
        name = _BY_TEXT.get(plain)
        if name is None:
            raise ValueRefused(
                f"'{word[:20]}' is not a liver segment. Write I to VIII, IVa or IVb."
            )
        if name not in found:
            found.append(name)
    return ", ".join(sorted(found, key=_place))


def _place(segment: str) -> tuple[int, str]:
    whole = segment.rstrip("ab")
    return ("I", "II", "III", "IV", "V", "VI", "VII", "VIII").index(whole), segment


def millimetres(text: str, what: str, *, least: int = 1) -> int | None:
    """A size in whole millimetres, or None where nothing is written. Raises ValueRefused."""
    plain = text.strip().lower()
    if not plain:
        return None
    number = plain.removesuffix("mm").strip()
    if plain.endswith("cm"):
        raise ValueRefused(f"{what} is recorded in millimetres.")
    if not re.fullmatch(r"[0-9]{1,4}", number):
        raise ValueRefused(f"{what} has to be a whole number of millimetres.")
    size = int(number)
    if not least <= size <= LARGEST_LESION_MM:
        raise ValueRefused(f"{what} has to be from {least} to {LARGEST_LESION_MM} mm.")
    return size


def check_lesion(size_mm: int | None, viable_mm: int | None) -> None:
    """What is left after treatment cannot be larger than the lesion. Raises ValueRefused."""
    if size_mm is not None and viable_mm is not None and viable_mm > size_mm:
        raise ValueRefused("The viable part cannot be larger than the lesion.")


def day(text: str, what: str, today: dt.date, *, future: bool = False) -> dt.date | None:
    """A date from a form, or None where nothing is written. Raises ValueRefused."""
    plain = text.strip()
    if not plain:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", plain):
            raise ValueError
        value = dt.date.fromisoformat(plain)
    except ValueError:
        raise ValueRefused(f"{what} has to be a date, such as 2026-11-26.") from None
    if value.year < 1900:
        raise ValueRefused(f"{what} cannot be that long ago.")
    if value > today and not future:
        raise ValueRefused(f"{what} lies in the future.")
    return value


def check_born(day: dt.date | None, what: str, born: dt.date | None) -> None:
    """Nothing is found in a patient before they are born. Raises ValueRefused."""
    if day is not None and born is not None and day < born:
        raise ValueRefused(f"{what} lies before the patient’s birth, {born.day} {born:%b %Y}.")


@dataclass(frozen=True)
class Lacking:
    """One thing without which a draft is not submitted, and the field in which it is given.

    `item` is the readiness item that says the same, where there is one.
    """

    field: str
    item: str
    words: str
    message: str


def lacking_for_submission(*, named: bool, question: str, diagnosis: str) -> tuple[Lacking, ...]:
    """What stands between a draft and its submission, in the form's order."""
    found = []
    if not named:
        words = "the patient's name or record number"
        found.append(Lacking("patient-name", "patient", words, f"Write {words}."))
    if not question.strip():
        words = "the question that the board is to answer"
        found.append(Lacking("question", "referral.question", words, f"Write {words}."))
    if not diagnosis:
        words = "the diagnosis, or that it is uncertain"
        found.append(Lacking("diagnosis", "referral.diagnosis", words, f"Choose {words}."))
    return tuple(found)
