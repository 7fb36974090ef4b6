"""What can go wrong in the board's own terms. Pure, so that rules can raise it."""

from __future__ import annotations

from http import HTTPStatus


class DomainError(Exception):
    """Something the board's rules do not allow. Its text is shown to the person who asked."""

    status = HTTPStatus.CONFLICT
    title = "That is not possible now"


class IllegalTransition(DomainError):
    """A case, meeting, item or opinion asked to move where it may not."""


class Forbidden(DomainError):
    """The person may not do this."""

    status = HTTPStatus.FORBIDDEN
    title = "Not yours to open"


class Refused(DomainError):
    """A value that cannot be taken as it is."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Something needs another look"


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
