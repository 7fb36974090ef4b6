"""Connections: joining, leaving, what is passed on, and the work beside the requests."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user
from flask_socketio import disconnect, emit, join_room
from sqlalchemy import select

from boardroom import websocket
from boardroom.db import db, now
from boardroom.live import elsewhere
from boardroom.live.attendance import (
    arrive,
    close_stale_stays,
    open_missing_stays,
    see_off,
    stays_in,
    sweep,
)
from boardroom.live.lines import TEND_EVERY, Door, cut, tend
from boardroom.live.presence import audience_of, presence
from boardroom.live.push import end_here, end_line, room, socketio
from boardroom.live.queue import Queue, channel_of
from boardroom.meetings.models import Meeting, MeetingStatus
from boardroom.people.models import Person
from boardroom.people.sessions import ends_at

log = logging.getLogger(__name__)

HEAD_EVERY = 2.0  # seconds between two announcements of the last sequence number


def _on_connect(auth: object = None) -> bool | None:
    try:
        if not current_user.is_authenticated:
            return False
        sid = request.sid  # type: ignore[attr-defined]
        presence.of_person[current_user.id].add(sid)
        presence.sessions[sid] = current_user.get_id()
        presence.ends[sid] = ends_at(current_app)
        return None
    finally:
        db.session.rollback()


def _on_join(data: Any = None) -> dict[str, Any]:
    """Enter a meeting's room. Answers the present number, so that the client can compare."""
    wanted = data.get("meeting") if isinstance(data, dict) else None
    if type(wanted) is not int or not 0 < wanted < 2**63:
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
    # Beside the stage (an opinion, a case) somebody who is here stays so, and nobody comes by it.
    beside = data.get("beside") is True
    if beside and stays_in(person, meeting.board) != meeting.id:
        db.session.rollback()
        return {"error": "You are not in this meeting."}
    if not beside:
        join_room(room(meeting.id, audience))
        join_room(f"meeting:{meeting.id}")
    presence.sockets[sid] = (person.id, meeting.id, audience)
    presence.gone.pop((person.id, meeting.id), None)
    elsewhere.opened(sid, person.id, meeting.id, audience)
    # A wall screen is nobody's attendance.
    if audience != "projector" and not beside and meeting.status == MeetingStatus.LIVE:
        arrive(person, meeting)
    seq = db.session.scalar(select(Meeting.seq).where(Meeting.id == meeting.id))
    db.session.rollback()
    return {"seq": seq, "audience": audience, "now": now().timestamp()}


def _on_disconnect(reason: object = None) -> None:
    # May run inside another client's emit: note it, and let the housekeeping write.
    sid = request.sid  # type: ignore[attr-defined]
    entry = presence.sockets.pop(sid, None)
    presence.sessions.pop(sid, None)
    presence.ends.pop(sid, None)
    for sids in list(presence.of_person.values()):
        sids.discard(sid)
    if entry is None:
        return
    presence.closed.add(sid)
    if not presence.is_here(entry[0], entry[1]):
        presence.gone[entry[0], entry[1]] = time.monotonic()


def _relay(name: str) -> Callable[[Any], None]:
    def handler(data: Any = None) -> None:
        """Pass on something fleeting (who is typing, the presenter's place) to the others.

        Not more of one person than a hand can do; the rest is dropped. Who is typing fades by
        itself on the screens, and a page says it anew every two seconds.
        """
        give_way()  # who sends a thousand of these keeps nobody from theirs
        entry = presence.sockets.get(request.sid)  # type: ignore[attr-defined]
        if entry is None or entry[2] in {"observer", "projector"} or not isinstance(data, dict):
            return
        if not presence.paces[entry[0]].allows():
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


def send_heads() -> None:
    """Tell this process's screens the last sequence number: a lost last push leaves no gap.

    Each process asks the database itself, so that it heals without the queue, too.
    """
    meetings = {meeting_id for _, meeting_id, _ in list(presence.sockets.values())}
    if not meetings:
        return
    heads = db.session.execute(
        select(Meeting.id, Meeting.seq).where(Meeting.id.in_(meetings))
    ).all()
    db.session.rollback()
    for meeting_id, seq in heads:
        head = {"seq": seq, "now": now().timestamp()}
        socketio.emit("head", head, to=f"meeting:{meeting_id}", ignore_queue=True)


def end_unwelcome() -> None:
    """End the connections of those who lost their place, or whose session was ended from elsewhere,
    while the queue told nobody."""
    if presence.process is None:
        return
    sockets, sessions = set(presence.sockets.values()), dict(presence.sessions)
    people = {
        person.id: person
        for person in db.session.scalars(
            select(Person)
            .where(Person.id.in_({int(name.partition(":")[0]) for name in sessions.values()}))
            .execution_options(populate_existing=True)
        )
    }
    boards = dict(
        db.session.execute(
            select(Meeting.id, Meeting).where(Meeting.id.in_({m for _, m, _ in sockets}))
        )
        .tuples()
        .all()
    )
    wrong = {
        person_id
        for person_id, meeting_id, audience in sockets
        if person_id in people
        and audience_of(people[person_id], boards[meeting_id], audience == "projector") != audience
    }
    today = {person.get_id() for person in people.values()}
    db.session.rollback()
    for person_id in wrong:
        end_here(person_id)
    for sid, name in sessions.items():
        if name not in today and sid in presence.sessions:
            end_line(sid)


def _housekeeping(app: Flask) -> None:
    for turn in itertools.count():
        socketio.sleep(HEAD_EVERY)
        try:
            with app.app_context():
                send_heads()
                elsewhere.forget_closed()
                for person_id, meeting_id in elsewhere.beat():
                    see_off(person_id, meeting_id)
                sweep()
                open_missing_stays()
                if turn % 3 == 0:
                    end_unwelcome()
        except Exception:
            log.exception("housekeeping failed; it goes on")


def init_live(app: Flask) -> None:
    """Bind Socket.IO to the application. WebSocket only: no sticky sessions, no polling."""
    socketio.init_app(
        app,
        async_mode=app.config.get("ASYNC_MODE", "threading"),
        client_manager=_queue(app),
        transports=["websocket"],
        allow_upgrades=False,
        ping_interval=10,
        ping_timeout=5,
        max_http_buffer_size=websocket.MAX_MESSAGE,
        async_handlers=False,
        cors_allowed_origins=None,
        manage_session=False,
    )
    app.wsgi_app = Door(app, app.wsgi_app)  # type: ignore[method-assign]
    websocket.install(socketio)
    socketio.on_error_default(_failed)
    socketio.on_event("connect", _on_connect)
    socketio.on_event("disconnect", _on_disconnect)
    socketio.on_event("join", _on_join)
    for name in ("typing", "place"):
        socketio.on_event(name, _relay(name))


def _queue(app: Flask) -> Queue | None:
    """The way to the other processes, where the settings name one; None for a process alone."""
    if not app.config["MESSAGE_QUEUE"]:
        return None
    queue = Queue(app.config["MESSAGE_QUEUE"], channel_of(app.config["SECRET_KEY"]))

    def end(person_id: int) -> None:
        with app.app_context():
            end_here(person_id)

    queue.on_end = end
    return queue


def queue_is_away() -> bool:
    """Whether the other processes are not reached."""
    manager = socketio.server.manager if socketio.server is not None else None
    return isinstance(manager, Queue) and not manager.reached


def start_background(work: Callable[..., object], *args: object) -> None:
    """Run work beside the requests, in whatever way this process does that."""
    socketio.start_background_task(work, *args)


def repeat(work: Callable[[Flask], object], app: Flask, seconds: float) -> None:
    """Do work now and then while the process runs; what fails is logged and tried again."""
    while True:
        try:
            work(app)
        except Exception:
            log.exception("%s failed; it is tried again", work.__name__)
        socketio.sleep(seconds)


def give_way() -> None:
    """Let everything run that is ready to run."""
    socketio.sleep(0)


def say_goodbye() -> None:
    """At a graceful stop: tell every client, then end its transport."""
    socketio.emit("restart", {}, ignore_queue=True)
    for eio_sid in list(socketio.server.eio.sockets):
        cut(eio_sid)


def _failed(error: Exception) -> None:
    log.error("a socket's event failed", exc_info=error)


def start_housekeeping(app: Flask) -> None:
    """Begin the work beside the requests; the server calls it once, before it serves."""
    with app.app_context():
        if app.config["MESSAGE_QUEUE"]:
            elsewhere.register()
            socketio.server.manager.initialize()
        close_stale_stays()
    socketio.start_background_task(_housekeeping, app)
    socketio.start_background_task(repeat, tend, app, TEND_EVERY)
