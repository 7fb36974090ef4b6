"""Pushing to open screens: the only module that speaks Socket.IO.

An operation calls `announce` inside its transaction: the meeting's next sequence number and its
event are written with the change. After the commit, `publish` renders the changed parts of the
stage once for each audience and sends them. Nothing is ever written over a socket; a client that
misses something sees a gap in the sequence and asks for the present state over HTTP.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, make_response, request
from flask_login import current_user
from flask_socketio import SocketIO, disconnect, emit, join_room
from sqlalchemy import select, update

from boardroom import audit, websocket
from boardroom.db import db, now, write_transaction
from boardroom.meetings.models import AgendaItem, Attendance, Meeting, MeetingEvent, MeetingStatus
from boardroom.people.models import Person, Role

log = logging.getLogger(__name__)

AUDIENCES = ("chair", "member", "observer", "projector")
HEAD_EVERY = 2.0  # seconds between two announcements of the last sequence number
LEFT_AFTER = 6.0  # seconds without a connection until somebody counts as gone

socketio = SocketIO()

# (meeting, audiences, names of parts) -> {audience: {part: html}}; set by the meetings feature.
Renderer = Callable[[int, Sequence[str], frozenset[str]], Mapping[str, Mapping[str, str]]]


@dataclass
class _Presence:
    """Who is connected to this process. Memory only: the record is the attendance table."""

    # sid -> (person id, meeting id, audience)
    sockets: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    # (person id, meeting id) -> monotonic time at which the last connection went
    gone: dict[tuple[int, int], float] = field(default_factory=dict)
    # person id -> every sid, joined to a meeting or not
    of_person: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def audiences(self, meeting_id: int) -> set[str]:
        return {a for _, m, a in list(self.sockets.values()) if m == meeting_id}

    def people(self, meeting_id: int) -> set[int]:
        """Ids of those with a screen of the meeting open; a wall screen is nobody."""
        return {
            p for p, m, a in list(self.sockets.values()) if m == meeting_id and a != "projector"
        }

    def is_here(self, person_id: int, meeting_id: int) -> bool:
        return any(p == person_id and m == meeting_id for p, m, _ in list(self.sockets.values()))


presence = _Presence()


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
    **payload: Any,
) -> None:
    """`announce` to every live meeting that has the case on its agenda."""
    query = (
        select(AgendaItem)
        .join(Meeting, AgendaItem.meeting_id == Meeting.id)
        .where(AgendaItem.case_id == case_id, Meeting.status == MeetingStatus.LIVE)
        .order_by(Meeting.id)
    )
    for item in db.session.scalars(query):
        announce(item.meeting, kind, parts, actor=actor, item=item, key=key, own=own, **payload)


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
    info = db.session.info
    ended = info.pop("ended", set())
    changes: dict[int, _Change] = info.pop("announced", {})
    for meeting_id, change in changes.items():
        try:
            _push(meeting_id, change)
        except Exception:
            log.exception("push of meeting %s failed; screens will ask", meeting_id)
    for person_id in ended:
        for sid in list(presence.of_person.get(person_id, ())):
            socketio.emit("goodbye", {}, to=sid)
            _close(sid)


def forget() -> None:
    """Drop what this session announced: for work that no screen should hear of."""
    db.session.info.pop("announced", None)
    db.session.info.pop("ended", None)


def _push(meeting_id: int, change: _Change) -> None:
    audiences = sorted(presence.audiences(meeting_id))
    if not audiences:
        return
    renderer: Renderer = current_app.extensions["stage_renderer"]
    # As if nobody in particular asked: in a session of its own, so that what is pushed is what a
    # fresh load reads, and with addresses even where no request runs (somebody left).
    with current_app.app_context(), current_app.test_request_context("/"):
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
        socketio.emit("change", message, to=_room(meeting_id, audience))


def _room(meeting_id: int, audience: str) -> str:
    return f"meeting:{meeting_id}:{audience}"


def audience_of(person: Person, meeting: Meeting, projector: bool = False) -> str | None:
    """Which rendering of the stage a person gets; None where they may not watch."""
    place = person.on(meeting.board)
    if not person.active or place is None or place.role == Role.REFERRER:
        return None
    if projector:
        return "projector"
    if place.role == Role.CHAIR:
        return "chair"
    return "observer" if place.role == Role.OBSERVER else "member"


# --- Connections -------------------------------------------------------------------------------


def _on_connect(auth: object = None) -> bool | None:
    try:
        if not current_user.is_authenticated:
            return False
        presence.of_person[current_user.id].add(request.sid)  # type: ignore[attr-defined]
        return None
    finally:
        db.session.rollback()


def _on_join(data: Any = None) -> dict[str, Any]:
    """Enter a meeting's room. Answers the present number, so that the client can compare."""
    wanted = data.get("meeting") if isinstance(data, dict) else None
    if not isinstance(wanted, int) or not 0 < wanted < 2**63:
        return {"error": "Say which meeting."}
    # The session was frozen when the socket connected; the person may have changed since.
    person = db.session.get(Person, current_user.id, populate_existing=True)
    meeting = db.session.get(Meeting, wanted)
    if person is None or meeting is None or person.get_id() != current_user.get_id():
        disconnect()
        return {"error": "Sign in again."}
    audience = audience_of(person, meeting, projector=data.get("projector") is True)
    if audience is None:
        return {"error": "This meeting is not yours to watch."}
    sid = request.sid  # type: ignore[attr-defined]
    join_room(_room(meeting.id, audience))
    join_room(f"meeting:{meeting.id}")
    presence.sockets[sid] = (person.id, meeting.id, audience)
    presence.gone.pop((person.id, meeting.id), None)
    # A wall screen is nobody's attendance.
    if audience != "projector" and meeting.status == MeetingStatus.LIVE:
        arrive(person, meeting)
    seq = db.session.scalar(select(Meeting.seq).where(Meeting.id == meeting.id))
    db.session.rollback()
    return {"seq": seq, "audience": audience, "now": now().timestamp()}


def count_in(meeting: Meeting) -> None:
    """Open a stay for everybody whose screen waited for the meeting, inside its start."""
    for person_id in sorted(presence.people(meeting.id)):
        person = db.session.get(Person, person_id)
        place = person.on(meeting.board) if person is not None else None
        if place is not None:
            db.session.add(
                Attendance(meeting_id=meeting.id, person_id=person_id, specialty=place.specialty)
            )


def arrive(person: Person, meeting: Meeting) -> None:
    """Open a stay in the attendance of a live meeting, unless one is open."""
    place = person.on(meeting.board)
    open_stay = select(Attendance).where(
        Attendance.meeting_id == meeting.id,
        Attendance.person_id == person.id,
        Attendance.left_at.is_(None),
    )
    if db.session.scalars(open_stay).first() is not None:
        return
    with write_transaction():
        if db.session.scalars(open_stay).first() is not None:
            return
        db.session.add(
            Attendance(
                meeting_id=meeting.id,
                person_id=person.id,
                specialty=place.specialty if place else None,
            )
        )
        audit.record("joined a meeting", board=meeting.board, meeting_id=meeting.id, actor=person)
        announce(meeting, "joined", {"bar", "people"}, actor=person)
    publish()


def _on_disconnect(reason: object = None) -> None:
    # May run inside another client's emit: note it, and let the housekeeping write.
    sid = request.sid  # type: ignore[attr-defined]
    entry = presence.sockets.pop(sid, None)
    for sids in list(presence.of_person.values()):
        sids.discard(sid)
    if entry is not None and not presence.is_here(entry[0], entry[1]):
        presence.gone[entry[0], entry[1]] = time.monotonic()


def _relay(name: str) -> Callable[[Any], None]:
    def handler(data: Any = None) -> None:
        """Pass on something fleeting (who is typing, the presenter's place) to the others."""
        entry = presence.sockets.get(request.sid)  # type: ignore[attr-defined]
        if entry is None or entry[2] in {"observer", "projector"} or not isinstance(data, dict):
            return
        if name == "place" and not _presents(*entry[:2]):
            return
        where = str(data.get("where", ""))[:60]
        emit(
            name,
            {"person": entry[0], "name": current_user.name, "where": where},
            to=f"meeting:{entry[1]}",
            include_self=False,
        )

    return handler


def _presents(person_id: int, meeting_id: int) -> bool:
    presenter = db.session.scalar(select(Meeting.presenter_id).where(Meeting.id == meeting_id))
    db.session.rollback()
    return presenter == person_id


def _close(sid: str) -> None:
    with contextlib.suppress(KeyError, ValueError):  # already gone
        socketio.server.disconnect(sid, namespace="/")


# --- Housekeeping ------------------------------------------------------------------------------


def close_stale_stays() -> None:
    """At start: whoever was connected to a process that died left with it."""
    with write_transaction():
        db.session.execute(
            update(Attendance)
            .where(Attendance.left_at.is_(None))
            .values(left_at=now())
            .execution_options(synchronize_session=False)
        )


def sweep() -> None:
    """Close the stays of those who have been gone for a while."""
    due = [
        who for who, since in list(presence.gone.items()) if time.monotonic() - since > LEFT_AFTER
    ]
    for person_id, meeting_id in due:
        presence.gone.pop((person_id, meeting_id), None)
        if presence.is_here(person_id, meeting_id):
            continue
        leave(person_id, meeting_id)


def leave(person_id: int, meeting_id: int) -> None:
    """Close a person's stay in the attendance of a meeting."""
    with write_transaction() as session:
        stays = session.scalars(
            select(Attendance).where(
                Attendance.meeting_id == meeting_id,
                Attendance.person_id == person_id,
                Attendance.left_at.is_(None),
            )
        ).all()
        meeting = session.get(Meeting, meeting_id)
        person = session.get(Person, person_id)
        for stay in stays:
            stay.left_at = now()
        if stays and meeting is not None:
            audit.record("left a meeting", board=meeting.board, meeting_id=meeting.id, actor=person)
            announce(meeting, "left", {"bar", "people"}, actor=person)
    publish()


def open_missing_stays() -> None:
    """Whoever has a screen of a live meeting open is there, however their joining went."""
    meetings = {meeting_id for _, meeting_id, _ in list(presence.sockets.values())}
    if not meetings:
        return
    live_ones = db.session.scalars(
        select(Meeting).where(Meeting.id.in_(meetings), Meeting.status == MeetingStatus.LIVE)
    ).all()
    counted = set(
        db.session.execute(
            select(Attendance.person_id, Attendance.meeting_id).where(
                Attendance.meeting_id.in_([m.id for m in live_ones]), Attendance.left_at.is_(None)
            )
        ).tuples()
    )
    absent = [
        (person_id, meeting.id)
        for meeting in live_ones
        for person_id in presence.people(meeting.id)
        if (person_id, meeting.id) not in counted
    ]
    db.session.rollback()
    for person_id, meeting_id in absent:
        person, meeting = db.session.get(Person, person_id), db.session.get(Meeting, meeting_id)
        if person is not None and meeting is not None:
            arrive(person, meeting)


def send_heads() -> None:
    """Tell every room the last sequence number: a lost last push leaves no gap to notice."""
    meetings = {meeting_id for _, meeting_id, _ in list(presence.sockets.values())}
    if not meetings:
        return
    heads = db.session.execute(
        select(Meeting.id, Meeting.seq).where(Meeting.id.in_(meetings))
    ).all()
    db.session.rollback()
    for meeting_id, seq in heads:
        socketio.emit("head", {"seq": seq, "now": now().timestamp()}, to=f"meeting:{meeting_id}")


def _housekeeping(app: Flask) -> None:
    while True:
        socketio.sleep(HEAD_EVERY)
        try:
            with app.app_context():
                sweep()
                open_missing_stays()
                send_heads()
        except Exception:
            log.exception("housekeeping failed; it goes on")


def init_live(app: Flask) -> None:
    """Bind Socket.IO to the application. WebSocket only: no sticky sessions, no polling."""
    socketio.init_app(
        app,
        async_mode=app.config.get("ASYNC_MODE", "threading"),
        message_queue=app.config.get("MESSAGE_QUEUE"),
        transports=["websocket"],
        allow_upgrades=False,
        ping_interval=10,
        ping_timeout=5,
        max_http_buffer_size=websocket.MAX_MESSAGE,
        async_handlers=False,
        cors_allowed_origins=None,
        manage_session=False,
    )
    websocket.install(socketio)
    socketio.on_event("connect", _on_connect)
    socketio.on_event("disconnect", _on_disconnect)
    socketio.on_event("join", _on_join)
    for name in ("typing", "place"):
        socketio.on_event(name, _relay(name))


def start_background(work: Callable[..., object], *args: object) -> None:
    """Run work beside the requests, in whatever way this process does that."""
    socketio.start_background_task(work, *args)


def say_goodbye() -> None:
    """At a graceful stop: close every connection, so that clients look for the server again."""
    for sid in list(presence.sockets):
        _close(sid)


def start_housekeeping(app: Flask) -> None:
    """Begin the work beside the requests; the server calls it once, before it serves."""
    with app.app_context():
        close_stale_stays()
    socketio.start_background_task(_housekeeping, app)
