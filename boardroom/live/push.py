"""What a transaction announces, rendered once for each audience and sent after the commit."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blinker import Namespace
from flask import current_app, make_response
from flask_socketio import SocketIO
from sqlalchemy import select, update

from boardroom.db import db, now
from boardroom.live import elsewhere
from boardroom.live.presence import presence
from boardroom.live.queue import Queue
from boardroom.meetings.models import AgendaItem, Meeting, MeetingEvent, MeetingStatus
from boardroom.people.models import Person

log = logging.getLogger(__name__)

socketio = SocketIO()

# Sent after each push, with `sizes` (bytes for each audience) and `committed` (performance counter)
pushed = Namespace().signal("pushed")

# (meeting, audiences, names of parts) -> {audience: {part: html}}; set by the meetings feature.
Renderer = Callable[[int, Sequence[str], frozenset[str]], Mapping[str, Mapping[str, str]]]


@dataclass
class _Change:
    """What one transaction announced for one meeting."""

    first: int
    last: int
    kinds: list[str] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    own: set[int] = field(default_factory=set)  # whose private part is touched above all


def announce(
    meeting: Meeting,
    kind: str,
    parts: Iterable[str],
    *,
    actor: Person | None,
    item: AgendaItem | None = None,
    key: str | None = None,
    own: Iterable[int] = (),
    **payload: Any,
) -> int:
    """Take the meeting's next sequence number for a change, and say which parts of the stage it
    touches. "mine" stands for what each person sees alone and fetches for themselves, which they
    do one after the other; `own` has the ids of those who fetch theirs at once, be it that only
    theirs changed or that they wait for it.

    Returns the number. The push happens after the commit; a rollback forgets it.
    """
    session = db.session
    seq = session.execute(
        update(Meeting)
        .where(Meeting.id == meeting.id)
        .values(seq=Meeting.seq + 1)
        .returning(Meeting.seq)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    session.add(
        MeetingEvent(
            meeting_id=meeting.id,
            seq=seq,
            actor_id=actor.id if actor is not None else None,
            kind=kind,
            item_id=item.id if item is not None else None,
            key=key,
            payload=payload,
        )
    )
    changes: dict[int, _Change] = session.info.setdefault("announced", {})
    change = changes.setdefault(meeting.id, _Change(first=seq, last=seq))
    change.last = seq
    change.kinds.append(kind)
    change.parts.update(parts)
    change.own.update(own)
    return int(seq)


def announce_case(
    case_id: int,
    kind: str,
    parts: Iterable[str],
    *,
    actor: Person | None,
    key: str | None = None,
    own: Iterable[int] = (),
    before: Iterable[str] = (),
    **payload: Any,
) -> None:
    """`announce` to every live meeting that has the case on its agenda.

    `before`: the parts of a stage that waits for its meeting to begin and shows the change as well;
    without any, planned meetings hear nothing.
    """
    heard = {MeetingStatus.LIVE: set(parts)}
    if before:
        heard[MeetingStatus.PLANNED] = set(before)
    query = (
        select(AgendaItem)
        .join(Meeting, AgendaItem.meeting_id == Meeting.id)
        .where(AgendaItem.case_id == case_id, Meeting.status.in_(heard))
        .order_by(Meeting.id)
    )
    for item in db.session.scalars(query):
        announce(
            item.meeting,
            kind,
            heard[item.meeting.status],
            actor=actor,
            item=item,
            key=key,
            own=own,
            **payload,
        )


def end_connections(person: Person) -> None:
    """Close every live connection of a person once this transaction is committed."""
    db.session.info.setdefault("ended", set()).add(person.id)


def numbered(view: Callable[[], Any]) -> Callable[[], Any]:
    """Wrap a view so that its answer carries the number of the change that it made in a meeting.

    Whoever sent it can then tell when their own screen has it.
    """

    def run() -> Any:
        response = make_response(view())
        changes: dict[int, _Change] = db.session.info.get("announced", {})
        if len(changes) == 1 and response.status_code < 400:
            (change,) = changes.values()
            response.headers.setdefault("X-Boardroom-Seq", str(change.last))
        return response

    return run


def publish() -> None:
    """Send what the transaction just committed. Never fails its caller: screens heal by asking."""
    committed = time.perf_counter()
    info = db.session.info
    ended = info.pop("ended", set())
    changes: dict[int, _Change] = info.pop("announced", {})
    for meeting_id, change in changes.items():
        try:
            _push(meeting_id, change, committed)
        except Exception:
            log.exception("push of meeting %s failed; screens will ask", meeting_id)
    for person_id in ended:
        end_here(person_id)
        if isinstance(socketio.server.manager, Queue):
            socketio.server.manager.end(person_id)


def end_here(person_id: int) -> None:
    """End a person's connections to this process."""
    for sid in list(presence.of_person.get(person_id, ())):
        end_line(sid)


def end_line(sid: str) -> None:
    """End one connection to this process, for good."""
    socketio.emit("goodbye", {}, to=sid, ignore_queue=True)
    close(sid)


def forget() -> None:
    """Drop what this session announced: for work that no screen should hear of."""
    db.session.info.pop("announced", None)
    db.session.info.pop("ended", None)


def _push(meeting_id: int, change: _Change, committed: float) -> None:
    renderer: Renderer = current_app.extensions["stage_renderer"]
    # As if nobody in particular asked: in a session of its own, so that what is pushed is what a
    # fresh load reads, and with addresses even where no request runs (somebody left).
    with current_app.app_context(), current_app.test_request_context("/"):
        audiences = sorted(elsewhere.audiences(meeting_id))
        if not audiences:
            return
        parts = renderer(meeting_id, audiences, frozenset(change.parts - {"mine"}))
    at = now().timestamp()  # no snapshot is held while sockets are written
    for audience in audiences:
        message = {
            "meeting": meeting_id,
            "first": change.first,
            "seq": change.last,
            "kinds": change.kinds,
            # Observers and the wall have nothing of their own.
            "mine": "mine" in change.parts and audience in ("chair", "member"),
            "own": sorted(change.own),
            "now": at,
            "parts": parts[audience],
        }
        socketio.emit("change", message, to=room(meeting_id, audience))
    if pushed.receivers:
        sizes = [sum(len(html.encode()) for html in parts[a].values()) for a in audiences]
        pushed.send(current_app._get_current_object(), sizes=sizes, committed=committed)  # type: ignore[attr-defined]


def room(meeting_id: int, audience: str) -> str:
    """Name of the Socket.IO room of an audience."""
    return f"meeting:{meeting_id}:{audience}"


def close(sid: str) -> None:
    """End one connection."""
    with contextlib.suppress(KeyError, ValueError):  # already gone
        socketio.server.disconnect(sid, namespace="/", ignore_queue=True)
