"""Whether the audit trail is whole, for the command, its page, and what checks a backup."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from boardroom.audit import GENESIS, AuditEntry, AuditHead, hash_of
from boardroom.db import db
from boardroom.people.models import Person


def verify(noted: tuple[int, str] | None = None) -> tuple[int, str | None]:
    """Walk the whole chain. Returns its length, and what is wrong or None.

    Whoever owns the database can write another chain: so ``noted`` is how long it was on an earlier
    day, and its last hash then, as kept elsewhere; it must go through there.
    """
    previous, length = GENESIS, 0
    met = noted is None
    try:
        for entry in _stream():
            length += 1
            if entry.previous_hash != previous:
                return length, f"entry {entry.id} does not follow the one before it"
            if entry.hash != hash_of(entry):
                return length, f"entry {entry.id} was changed after it was written"
            previous = entry.hash
            met = met or (length, previous) == noted
        wrong = _wrong_at_the_end(length, previous)
    except (ValueError, TypeError, AttributeError, DBAPIError):  # whose words can quote the record
        after = f"after entry number {length} " if length else ""
        return length, f"something {after}cannot be read"
    if wrong is None and noted is not None and not met:
        wrong = f"it is not the one of which entry number {noted[0]} was noted"
    return length, wrong


def end() -> tuple[int, str]:
    """How long the trail is by what says where it ends, and its last hash."""
    head = db.session.scalar(select(AuditHead))
    return (head.length, head.hash) if head is not None else (0, GENESIS)


def _wrong_at_the_end(length: int, last: str) -> str | None:
    head = db.session.scalar(select(AuditHead))
    if head is None and length:
        return "what says where the trail ends is missing: entries may be missing, too"
    if head is not None and (head.length != length or head.hash != last):
        return f"the trail ends at entry {length} of {head.length}: the rest is missing"
    if not length and db.session.scalar(select(Person.id).limit(1)):
        return "there are people, and no entry says who let them in"
    return None


UNGUARDED = "the database’s own guard, which refuses to change entries, was taken away"


def guarded() -> bool:
    """Whether the database itself still refuses to change an entry or to remove one."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        query = (
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' "
            "AND name IN ('audit_entry_no_update', 'audit_entry_no_delete')"
        )
        return bool(connection.scalar(text(query)) == 2)
    query = (
        "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'audit_entry'::regclass "
        "AND tgname = 'audit_entry_append_only' AND tgenabled <> 'D'"
    )
    return bool(connection.scalar(text(query)) == 1)


def _stream() -> Iterator[AuditEntry]:
    query = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)
    with db.session.scalars(query) as entries:  # closed where the walk ends early, too
        yield from entries
