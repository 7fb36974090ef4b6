"""The audit trail: append-only, hash-chained, in the same transaction as what it records.

Old and new values come from the ORM's own history. A column says with ``info={"audit": …}`` that
its values stay out: ``sealed`` (an opinion before the reveal), ``secret`` (a password's hash), or
``skip`` (not worth a row). A class with ``__audit__ = False`` is left out altogether.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from flask import g, has_request_context
from sqlalchemy import ForeignKey, Index, String, event, inspect, select
from sqlalchemy.orm import (
    Mapped,
    Session,
    UOWTransaction,
    mapped_column,
    object_session,
    relationship,
)

from boardroom.db import Base, db, key_column, now, write_transaction
from boardroom.people.models import Person

GENESIS = "0" * 64


class AuditEntry(Base):
    """One thing that somebody did or read."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_board_at", "board", "at"),)
    __audit__ = False

    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    action: Mapped[str] = mapped_column(String(100), index=True)
    board: Mapped[str | None] = key_column()
    case_id: Mapped[int | None] = mapped_column(index=True)
    meeting_id: Mapped[int | None] = mapped_column(index=True)
    # [{"table", "id", "did": "added"|"changed"|"removed", "fields": {name: [old, new]}}, …]
    changes: Mapped[list[Any]] = mapped_column(default=list)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    actor: Mapped[Person | None] = relationship()


class AuditHead(Base):
    """One row: how long the chain is and its last hash, so that a cut-off end is noticed."""

    __tablename__ = "audit_head"
    __audit__ = False

    length: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default=GENESIS)


def record(
    action: str,
    *,
    board: str | None = None,
    case_id: int | None = None,
    meeting_id: int | None = None,
    actor: Person | None = None,
    **details: Any,
) -> None:
    """Name what this transaction does. The rows it changes are added by themselves.

    ``details`` are facts that no column holds; never an opinion's content before its reveal.
    """
    session = db.session
    session.info.setdefault("audit", []).append(
        {
            "action": action,
            "board": board,
            "case_id": case_id,
            "meeting_id": meeting_id,
            "actor_id": actor.id if actor is not None else None,
            "details": details,
        }
    )


def act_as(person: Person | None) -> None:
    """Say who acts in this session; requests do it for the person signed in."""
    db.session.info["actor_id"] = person.id if person is not None else None


def record_reading(action: str, **where: Any) -> None:
    """Record that a page with a patient's data was read; written after the page is made.

    ``where``: board, case_id, meeting_id as for `record`.
    """
    if has_request_context():
        g.setdefault("readings", []).append((action, where))


def write_readings() -> None:
    """Write what `record_reading` noted in this request, in a transaction of its own."""
    readings = g.pop("readings", None) if has_request_context() else None
    if not readings:
        return
    with write_transaction():
        for action, where in readings:
            record(action, **where)


def hash_of(entry: AuditEntry) -> str:
    """The entry's own link of the chain: of all that it says, and of the link before it."""
    content = {
        "at": entry.at.isoformat(),
        "actor": entry.actor_id,
        "action": entry.action,
        "board": entry.board,
        "case": entry.case_id,
        "meeting": entry.meeting_id,
        "changes": entry.changes,
        "details": entry.details,
        "previous": entry.previous_hash,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, str | int | float | bool | None):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value)


def _fields(instance: Base, did: str) -> dict[str, list[Any]]:
    state = inspect(instance)
    fields: dict[str, list[Any]] = {}
    for column in state.mapper.column_attrs:
        kind = column.columns[0].info.get("audit")
        if column.key == "id" or kind == "skip":
            continue
        history = state.attrs[column.key].history
        if did == "changed":
            if not history.has_changes():
                continue
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
        elif did == "added":
            old, new = None, getattr(instance, column.key)
        else:
            old, new = getattr(instance, column.key), None
        if old == new or (did == "added" and new in (None, "", [], {})):
            continue
        fields[column.key] = [f"({kind})"] if kind else [_plain(old), _plain(new)]
    return fields


def _after_flush(session: Session, context: UOWTransaction) -> None:
    changes = session.info.setdefault("changes", [])
    for did, instances in (("added", session.new), ("changed", session.dirty)):
        for instance in instances:
            if getattr(instance, "__audit__", True) and isinstance(instance, Base):
                fields = _fields(instance, did)
                if fields:
                    changes.append(_change(instance, did, fields))


def _before_delete(mapper: object, connection: object, instance: Base) -> None:
    """A row's own end: also of one that is removed because it left its parent's collection."""
    session = object_session(instance)
    if session is not None and getattr(instance, "__audit__", True):
        fields = _fields(instance, "removed")
        session.info.setdefault("changes", []).append(_change(instance, "removed", fields))


def _change(instance: Base, did: str, fields: dict[str, list[Any]]) -> dict[str, Any]:
    return {"table": instance.__tablename__, "id": instance.id, "did": did, "fields": fields}


def _before_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return  # also fires when a savepoint is released
    session.flush()
    entries = session.info.pop("audit", [])
    changes = session.info.pop("changes", [])
    if not entries and not changes:
        return
    if not entries:
        entries = [{"action": "changed", "details": {}}]
    head = session.scalar(select(AuditHead).with_for_update())
    if head is None:
        head = AuditHead(length=0, hash=GENESIS)
        session.add(head)
    for number, values in enumerate(entries):
        entry = AuditEntry(
            at=now(),
            actor_id=values.get("actor_id") or session.info.get("actor_id"),
            action=values["action"],
            board=values.get("board"),
            case_id=values.get("case_id"),
            meeting_id=values.get("meeting_id"),
            changes=changes if number == 0 else [],
            details=_plain(values["details"]),
            previous_hash=head.hash,
        )
        entry.hash = hash_of(entry)
        head.hash = entry.hash
        head.length += 1
        session.add(entry)
        session.flush()  # keeps the order of the keys that of the chain
    session.info.pop("changes", None)


def _after_rollback(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("audit", None)
        session.info.pop("changes", None)


def init_audit() -> None:
    """Listen to every session of the program."""
    for name, listener in (
        ("after_flush", _after_flush),
        ("before_commit", _before_commit),
        ("after_rollback", _after_rollback),
    ):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)
    if not event.contains(Base, "before_delete", _before_delete):
        event.listen(Base, "before_delete", _before_delete, propagate=True)
