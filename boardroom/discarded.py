"""Drafts that were thrown away, as the audit trail tells them: nothing else is left of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.db import db
from boardroom.people.models import Person

ACTION = "discarded a draft"


@dataclass(frozen=True)
class Discarded:
    """A draft that is gone. `until`: the entry that says so, the last one about it."""

    case_id: int
    code: str
    until: int


def of_board(board: str) -> list[Discarded]:
    """Every discarded draft of a board, the earliest first."""
    return _told(AuditEntry.board == board)


def of_cases(keys: Collection[int]) -> list[Discarded]:
    """The discarded drafts that had one of these keys, the earliest first."""
    return _told(AuditEntry.case_id.in_(keys)) if keys else []


def known_to(person: Person, case_id: int) -> str:
    """The code of a discarded draft that this person worked on or read; "" for all others, to
    whom nothing is there and nothing ever was."""
    found = of_cases([case_id])
    if not found:
        return ""
    mine = select(AuditEntry.id).where(
        AuditEntry.case_id == case_id, AuditEntry.actor_id == person.id
    )
    return found[-1].code if db.session.scalar(mine.limit(1)) is not None else ""


def _told(which: object) -> list[Discarded]:
    query = (
        select(AuditEntry)
        .where(AuditEntry.action == ACTION, which)  # type: ignore[arg-type]
        .order_by(AuditEntry.id)
    )
    return [
        Discarded(entry.case_id, _code(entry), entry.id)
        for entry in db.session.scalars(query)
        if entry.case_id is not None
    ]


def _code(entry: AuditEntry) -> str:
    if code := entry.details.get("code"):
        return str(code)
    # An entry of before the code was noted holds it among what was removed.
    for change in entry.changes:
        if (
            change["table"] == "case"
            and change["id"] == entry.case_id
            and "code" in change["fields"]
        ):
            return str(change["fields"]["code"][0])
    return ""
