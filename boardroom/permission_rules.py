"""The rules that `permissions.py` gives to the routes: whom each lets in, in words and in code.

Each rule is a small predicate of the person and of what the address names (`Subject`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from boardroom.cases.models import Case, CaseStatus
from boardroom.cases.rules import SENDING_STATUSES
from boardroom.meetings.models import AgendaItem, Meeting
from boardroom.people.models import Membership, Person, Role


@dataclass(frozen=True)
class Subject:
    """What an address names. ``board`` is the key of the board that all of it belongs to."""

    board: str | None = None
    case: Case | None = None
    meeting: Meeting | None = None
    item: AgendaItem | None = None

    def place_of(self, person: Person) -> Membership | None:
        """The person's membership of the subject's board, as far as it counts for the subject.

        What a referrer has begun and not handed in is the hospital's own; of the board only the
        coordinator can help with it.
        """
        place = person.on(self.board) if self.board else None
        if place is not None and place.role not in BEFORE_SUBMISSION and _begun_there(self):
            return None
        return place


@dataclass(frozen=True)
class Rule:
    """A permission: its name, whom it lets in, and the predicate that decides."""

    name: str
    words: str
    allows: Callable[[Person, Subject], bool]
    public: bool = False


BEFORE_SUBMISSION = frozenset({Role.COORDINATOR, Role.REFERRER})
"""Roles that can read a referrer's draft; of the referrers those of its hospital."""

RADIOLOGY = frozenset({"radiology", "interventional_radiology"})
"""Specialties whose members read images for the board."""

INSIDE = frozenset({Role.ADMINISTRATOR, Role.CHAIR, Role.COORDINATOR, Role.SPECIALIST})


def _role(*roles: Role) -> Callable[[Person, Subject], bool]:
    def allows(person: Person, subject: Subject) -> bool:
        place = subject.place_of(person)
        return place is not None and place.role in roles

    return allows


def _any_role(*roles: Role) -> Callable[[Person, Subject], bool]:
    """Of any board: for pages that list over all boards and filter by the person's own."""

    def allows(person: Person, subject: Subject) -> bool:
        return bool(person.boards(*roles))

    return allows


def is_member(person: Person, subject: Subject) -> bool:
    place = subject.place_of(person)
    return place is not None and place.role != Role.REFERRER


def _own_hospital(person: Person, subject: Subject) -> bool:
    place = subject.place_of(person)
    return (
        place is not None
        and place.role == Role.REFERRER
        and subject.case is not None
        and bool(person.hospital)
        and subject.case.referrer_hospital.casefold() == person.hospital.casefold()
    )


def _begun_there(subject: Subject) -> bool:
    """Whether the case is a draft that a referrer began."""
    case = subject.case
    if case is None or case.status != CaseStatus.DRAFT or case.created_by is None:
        return False
    place = case.created_by.on(case.board)
    return place is not None and place.role == Role.REFERRER


def _fills_in(person: Person, subject: Subject) -> bool:
    return _own_hospital(person, subject) and (
        _begun_there(subject)
        or (subject.case is not None and subject.case.status == CaseStatus.NEEDS_INFORMATION)
    )


def reads_case(person: Person, subject: Subject) -> bool:
    return is_member(person, subject) or _own_hospital(person, subject)


def _reads_images(person: Person, subject: Subject) -> bool:
    place = subject.place_of(person)
    return place is not None and (
        place.role in (Role.CHAIR, Role.COORDINATOR)
        or (place.role == Role.SPECIALIST and place.specialty in RADIOLOGY)
    )


def _votes(person: Person, subject: Subject) -> bool:
    place = subject.place_of(person)
    return place is not None and place.votes


PUBLIC = Rule("public", "anybody, signed in or not", lambda person, subject: True, public=True)
SIGNED_IN = Rule("signed in", "everybody with an account", lambda person, subject: True)
INSIDER = Rule(
    "member of a board",
    "members of any board, observers too; not referrers",
    _any_role(*INSIDE, Role.OBSERVER),
)
MEMBER = Rule("member", "members of this board, observers too; not referrers", is_member)
READ_CASE = Rule(
    "read a case",
    "members of its board (what a referrer has begun and not handed in: coordinators), "
    "and referrers of the hospital that sent it",
    reads_case,
)
READ_DOCUMENT = Rule(
    "read a document",
    "who reads the case, observers excepted: a document is a file with names to take away",
    lambda person, subject: (
        reads_case(person, subject)
        and (place := subject.place_of(person)) is not None
        and place.role != Role.OBSERVER
    ),
)
START_CASE = Rule(
    "start a case",
    "coordinators and chairs; referrers, for their own hospital",
    lambda person, subject: bool(
        person.boards(Role.COORDINATOR, Role.CHAIR)
        or (person.hospital and person.boards(Role.REFERRER))
    ),
)
EDIT_CASE = Rule(
    "edit a case", "coordinators and chairs of its board", _role(Role.COORDINATOR, Role.CHAIR)
)
FILL_IN = Rule(
    "fill in a case",
    "coordinators and chairs of its board; referrers of the hospital that sent it, while "
    "information is asked for and until they submit what one of them began",
    lambda person, subject: (
        _role(Role.COORDINATOR, Role.CHAIR)(person, subject) or _fills_in(person, subject)
    ),
)
SEND_MORE = Rule(
    "send more",
    "referrers of the hospital that sent the case, while the board has not discussed it",
    lambda person, subject: (
        _own_hospital(person, subject)
        and subject.case is not None
        and subject.case.status in SENDING_STATUSES
    ),
)
DRAW_UP = Rule(
    "draw up a case",
    "coordinators and chairs of its board; referrers of the hospital that sent it, until they "
    "submit what one of them began",
    lambda person, subject: (
        _role(Role.COORDINATOR, Role.CHAIR)(person, subject)
        or (_own_hospital(person, subject) and _begun_there(subject))
    ),
)
READ_IMAGES = Rule(
    "read the images for the board",
    "radiologists, coordinators and chairs of its board",
    _reads_images,
)
READ_IMAGES_FIRST = Rule(
    "give the referring hospital's reading",
    "radiologists, coordinators and chairs of its board; referrers of the hospital that sent it",
    lambda person, subject: _reads_images(person, subject) or _own_hospital(person, subject),
)
COMMENT = Rule("comment", "members of the board except observers and referrers", _role(*INSIDE))
GIVE_OPINION = Rule(
    "give an opinion", "members with a specialty, except observers and referrers", _votes
)
SIGN_OFF = Rule("sign off", "members with a specialty, except observers and referrers", _votes)
CONFIRM = Rule(
    "confirm or reopen",
    "members with a specialty, and chairs; who may speak for whom is checked with the decision",
    lambda person, subject: _votes(person, subject) or _role(Role.CHAIR)(person, subject),
)
FOLLOW_UP = Rule(
    "tell what became of a plan",
    "members except observers, and referrers of the hospital that sent the case",
    lambda person, subject: _role(*INSIDE)(person, subject) or _own_hospital(person, subject),
)
FIGURES = Rule(
    "see the figures",
    "administrators, chairs and coordinators of the board",
    _role(Role.ADMINISTRATOR, Role.CHAIR, Role.COORDINATOR),
)
WATCH = Rule("watch a meeting", "members of its board, observers too; not referrers", is_member)
TAKE_PART = Rule("take part", "members of the board except observers and referrers", _role(*INSIDE))
PREPARE = Rule(
    "prepare a meeting", "coordinators and chairs of its board", _role(Role.COORDINATOR, Role.CHAIR)
)
PLAN = Rule(
    "plan meetings",
    "coordinators and chairs of any board",
    _any_role(Role.COORDINATOR, Role.CHAIR),
)
RUN = Rule("run a meeting", "chairs of its board", _role(Role.CHAIR))
READ_MINUTES = Rule("read minutes", "members of the board, observers too", is_member)
EXPORTERS = (Role.ADMINISTRATOR, Role.CHAIR, Role.COORDINATOR)
EXPORT = Rule(
    "export minutes",
    "administrators, chairs and coordinators of the board",
    _role(*EXPORTERS),
)
SIGN_MINUTES = Rule("sign minutes", "chairs of the board", _role(Role.CHAIR))
READ_LETTER = Rule(
    "read a letter",
    "members of the board except observers; once approved, referrers of the hospital that asked",
    lambda person, subject: _role(*INSIDE)(person, subject) or _own_hospital(person, subject),
)
WRITE_LETTER = Rule(
    "write a letter",
    "chairs, coordinators and members with a specialty; the letter asks who tells the patient",
    lambda person, subject: (
        _votes(person, subject) or _role(Role.CHAIR, Role.COORDINATOR)(person, subject)
    ),
)
ADMINISTER = Rule("administer", "administrators of the board", _role(Role.ADMINISTRATOR))
