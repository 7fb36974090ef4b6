"""Which screens are open at the other server processes: a table that all of them keep.

Each process writes down its own screens and that it lives. Where one process serves alone nothing
is written; memory knows it all (see presence.py).
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, delete, insert, select, update

from boardroom.db import db, note_transaction, now
from boardroom.live.presence import presence
from boardroom.meetings.models import Screen, ServerProcess

GONE_AFTER = dt.timedelta(seconds=10)  # without a sign of life a process counts as dead


def register() -> None:
    """Make this process one of several; and again where the others took it for dead."""
    presence.name = presence.name or uuid4().hex
    with note_transaction() as session:
        process = ServerProcess(name=presence.name)
        session.add(process)
        session.flush()
        presence.process = process.id
    for sid, entry in list(presence.sockets.items()):
        opened(sid, *entry)


def opened(sid: str, person_id: int, meeting_id: int, audience: str) -> None:
    """Write down a screen of this process, so that the others know before it is answered."""
    if presence.process is None:
        return
    with note_transaction() as session:
        session.execute(delete(Screen).where(Screen.sid == sid))
        session.execute(
            insert(Screen).values(
                process_id=presence.process,
                sid=sid,
                person_id=person_id,
                meeting_id=meeting_id,
                audience=audience,
            )
        )


def forget_closed() -> None:
    """Strike out the screens of this process that were closed since the last time."""
    if presence.process is None:
        return
    closed = list(presence.closed)
    if closed:
        with note_transaction() as session:
            session.execute(delete(Screen).where(Screen.sid.in_(closed)))
        presence.closed.difference_update(closed)


def beat() -> list[tuple[int, int]]:
    """Say that this process lives, and strike out those that died.

    Returns (person, meeting) of the dead ones' screens; each to one process only.
    """
    if presence.process is None:
        return []
    with note_transaction() as session:
        alive = session.execute(
            update(ServerProcess)
            .where(ServerProcess.id == presence.process)
            .values(seen_at=now())
            .returning(ServerProcess.id)
        ).scalar_one_or_none()
    if alive is None:  # this machine slept, or the database was away
        register()
    dead = select(ServerProcess.id).where(ServerProcess.seen_at < now() - GONE_AFTER)
    if db.session.scalar(dead.limit(1)) is None:
        db.session.rollback()
        return []
    with note_transaction() as session:
        ids = session.scalars(dead.with_for_update(skip_locked=True)).all()
        theirs = set(
            session.execute(
                select(Screen.person_id, Screen.meeting_id).where(
                    Screen.process_id.in_(ids), Screen.audience != "projector"
                )
            ).tuples()
        )
        session.execute(delete(ServerProcess).where(ServerProcess.id.in_(ids)))
    return sorted(theirs)


def audiences(meeting_id: int) -> set[str]:
    """Which renderings of a meeting's stage somebody looks at, wherever."""
    here = presence.audiences(meeting_id)
    if presence.process is None:
        return here
    return here | set(db.session.scalars(_of(meeting_id, Screen.audience)))


def people(meeting_id: int) -> set[int]:
    """Ids of those with a screen of the meeting open, wherever; a wall screen is nobody."""
    here = presence.people(meeting_id)
    if presence.process is None:
        return here
    query = _of(meeting_id, Screen.person_id).where(Screen.audience != "projector")
    return here | set(db.session.scalars(query))


def is_here(person_id: int, meeting_id: int) -> bool:
    """Whether the person has a screen of the meeting open, wherever."""
    if presence.is_here(person_id, meeting_id) or presence.process is None:
        return presence.is_here(person_id, meeting_id)
    query = _of(meeting_id, Screen.id).where(
        Screen.person_id == person_id, Screen.process_id != presence.process
    )
    return db.session.scalar(query.limit(1)) is not None


def living() -> set[str]:
    """Names of the processes that live, this one included; empty where it serves alone."""
    if presence.process is None:
        return set()
    return set(db.session.scalars(select(ServerProcess.name)))


def _of(meeting_id: int, what: Any) -> Select[tuple[Any]]:
    return select(what).where(Screen.meeting_id == meeting_id).distinct()
