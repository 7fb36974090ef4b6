"""What can go wrong in the board's own terms. Pure, so that rules can raise it."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus


class DomainError(Exception):
    """Something the board's rules do not allow. Its text is shown to the person who asked."""

    status = HTTPStatus.CONFLICT
    title = "That is not possible now"


class IllegalTransition(DomainError):
    """A case, meeting, item or opinion asked to move where it may not."""


class Overtaken(IllegalTransition):
    """A colleague did the same, or what makes it needless, a moment before."""

    title = "Done already"


class RoundBegun(Overtaken):
    """A later round of the case has begun already; `case_id` leads to the last of them."""

    title = "Taken up again already"

    def __init__(self, code: str, case_id: int) -> None:
        super().__init__(f"{code} is the latest round of this case: go on with that one.")
        self.code, self.case_id = code, case_id


class Forbidden(DomainError):
    """The person may not do this."""

    status = HTTPStatus.FORBIDDEN
    title = "Not yours to do"


class PenElsewhere(DomainError):
    """Who writes is decided by the pen, and the pen is in another hand or in none.

    `meeting_id` leads to where it is asked for; a free one is taken by asking.
    """

    title = "The pen is free"

    def __init__(self, holder: str | None, meeting_id: int) -> None:
        super().__init__(
            "Ask for it, and it can be handed to you with one press. Until then you see each word "
            "as it is written."
            if holder
            else "Take it before you write."
        )
        self.meeting_id = meeting_id
        self.ask = "Ask for the pen" if holder else "Take the pen"
        if holder:
            self.title = f"{holder} has the pen"


class Refused(DomainError):
    """A value that cannot be taken as it is.

    `field`: the form's name for it, where it has one. `points`: what stands in the way where it is
    several things, a sentence each.
    """

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Something needs another look"

    def __init__(self, message: str, *, field: str = "", points: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.field = field
        self.points = tuple(points)


class Locked(DomainError):
    """A signed record, which never changes."""

    status = HTTPStatus.LOCKED
    title = "Signed records do not change"


class StaleVersion(DomainError):
    """Somebody else saved first. Carries both texts so that nothing is lost.

    ``mine`` and ``theirs`` map a field's label to its text.
    """

    title = "Somebody saved before you"

    def __init__(self, message: str, *, mine: dict[str, str], theirs: dict[str, str]) -> None:
        super().__init__(message)
        self.mine = mine
        self.theirs = theirs
