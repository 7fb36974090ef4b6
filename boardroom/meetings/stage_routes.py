"""The live meeting: the stage, the projector, and what the chair and the scribe do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import current_app, g, jsonify, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.queries import own_opinion_status
from boardroom.db import db, now
from boardroom.meetings import pen_operations as pen
from boardroom.meetings import stage_operations as operations
from boardroom.meetings.blueprint import bp
from boardroom.meetings.models import AgendaItem, Meeting
from boardroom.meetings.queries import presenters_of
from boardroom.meetings.stage import Stage, load_meeting, parts_of, render_parts
from boardroom.people.models import Person
from boardroom.refusals import Refused
from boardroom.web import see_other


def _board(meeting: Meeting) -> BoardDefinition:
    found: BoardDefinition = current_app.extensions["boards"][meeting.board]
    return found


def _done(meeting: Meeting) -> Response:
    """A script gets the new sequence number and hears the rest by push; a form gets the stage."""
    if "X-Boardroom-Part" not in request.headers:
        return see_other("meetings.stage", meeting_id=meeting.id)
    db.session.refresh(meeting, ["seq"])
    response = current_app.response_class(status=204)
    response.headers["X-Boardroom-Seq"] = str(meeting.seq)
    return response


def _record_reading(meeting: Meeting) -> None:
    item = meeting.current_item
    audit.record_reading(
        "watched a meeting",
        board=meeting.board,
        meeting_id=meeting.id,
        case_id=item.case_id if item is not None else None,
    )


@bp.get("/meetings/<int:meeting_id>/stage")
def stage(meeting_id: int) -> str:
    """The live meeting, as the person's role sees it."""
    meeting = load_meeting(meeting_id)
    audience = live.audience_of(current_user, meeting) or "observer"
    _record_reading(meeting)
    return render_template(
        "meetings/stage.html",
        meeting=meeting,
        audience=audience,
        parts=render_parts(meeting, audience),
        presenters=presenters_of(meeting.board) if audience == "chair" else [],
        board=_board(meeting),
        stage=Stage(meeting, audience),
    )


@bp.get("/meetings/<int:meeting_id>/projector")
def projector(meeting_id: int) -> str:
    """The wall: the question, the matrix, the consensus; no names and nothing to press."""
    meeting = load_meeting(meeting_id)
    _record_reading(meeting)
    return render_template(
        "meetings/projector.html",
        meeting=meeting,
        audience="projector",
        parts=render_parts(meeting, "projector"),
        board=_board(meeting),
    )


@bp.get("/meetings/<int:meeting_id>/stage/state")
def stage_state(meeting_id: int) -> Response:
    """The whole present state: what a screen asks for on a gap, on waking, on reconnecting.

    Answers ``{"seq", "now", "parts": {name: html}}``.
    """
    meeting = load_meeting(meeting_id)
    audience = live.audience_of(current_user, meeting, "projector" in request.args) or "observer"
    _record_reading(meeting)
    return jsonify(
        meeting=meeting.id,
        seq=meeting.seq,
        now=now().timestamp(),
        audience=audience,
        parts=dict(render_parts(meeting, audience)),
        order=parts_of(audience),
    )


@bp.get("/meetings/<int:meeting_id>/mine")
def mine(meeting_id: int) -> str:
    """What concerns the person alone: their opinion, their sign-off, the pen.

    Everybody asks for it when a case is taken, so it reads no more than it shows.
    """
    meeting: Meeting = g.subject.meeting
    audience = live.audience_of(current_user, meeting) or "observer"
    item = meeting.current_item
    place = current_user.on(meeting.board)
    opinion = (
        own_opinion_status(item.case_id, current_user.id)
        if item is not None and place is not None and place.votes
        else None
    )
    return render_template(
        "meetings/stage/_mine.html",
        meeting=meeting,
        board=_board(meeting),
        stage=Stage(meeting, audience),
        item=item,
        place=place,
        opinion=opinion,
        holds_pen=meeting.pen_holder_id == current_user.id,
    )


@bp.post("/meetings/<int:meeting_id>/start")
def start(meeting_id: int) -> Response:
    meeting = operations.lock_meeting(meeting_id)
    operations.start(meeting, actor=current_user)
    return _done(meeting)


@bp.post("/meetings/<int:meeting_id>/close")
def close(meeting_id: int) -> Response:
    meeting = operations.live_meeting(meeting_id)
    operations.close(meeting, actor=current_user)
    return _done(meeting)


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/take")
def take(meeting_id: int, item_id: int) -> Response:
    meeting = operations.live_meeting(meeting_id)
    operations.take(
        meeting, _item(), actor=current_user, leave_open=_leaves_open(), again=_takes_again()
    )
    return _done(meeting)


@bp.post("/meetings/<int:meeting_id>/next")
def next_case(meeting_id: int) -> Response:
    """Take the next case that waits. ``after`` names the item that the chair saw as the current
    one, so that two clicks do not skip a case."""
    meeting = operations.live_meeting(meeting_id)
    shown = Stage(meeting, "chair")
    if not _moved_on(meeting):
        if shown.next_item is None:
            raise Refused("No case waits any more. Close the meeting when you are ready.")
        operations.take(meeting, shown.next_item, actor=current_user, leave_open=_leaves_open())
    return _done(meeting)


@bp.post("/meetings/<int:meeting_id>/previous")
def previous_case(meeting_id: int) -> Response:
    meeting = operations.live_meeting(meeting_id)
    shown = Stage(meeting, "chair")
    if not _moved_on(meeting):
        if shown.previous_item is None:
            raise Refused("This is the first case.")
        operations.take(
            meeting,
            shown.previous_item,
            actor=current_user,
            leave_open=_leaves_open(),
            again=_takes_again(),
        )
    return _done(meeting)


def _leaves_open() -> bool:
    return request.form.get("leave") == "yes"


def _takes_again() -> bool:
    return request.form.get("again") == "yes"


def _moved_on(meeting: Meeting) -> bool:
    seen = request.form.get("after", type=int)
    return seen is not None and seen != (meeting.current_item_id or 0)


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/defer")
def defer(meeting_id: int, item_id: int) -> Response:
    meeting = operations.live_meeting(meeting_id)
    note = request.form.get("note", "")
    if len(note) > 1000:
        raise Refused("Keep the note under 1,000 characters.", field="note")
    operations.defer(
        meeting,
        _item(),
        actor=current_user,
        board=_board(meeting),
        reason=request.form.get("reason", ""),
        note=note,
        owner=request.form.get("owner", ""),
        due=_day(request.form.get("due", "")),
    )
    return _done(meeting)


def _day(text: str) -> dt.date | None:
    """A day that a form names, or None where it names none."""
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("Write the day as year-month-day, such as 2026-11-26.", field="due") from None


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/reveal")
def reveal(meeting_id: int, item_id: int) -> Response:
    meeting = operations.live_meeting(meeting_id)
    operations.reveal(meeting, _item(), actor=current_user)
    return _done(meeting)


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/close")
def close_case(meeting_id: int, item_id: int) -> Response:
    meeting = operations.live_meeting(meeting_id)
    operations.close_case(
        meeting,
        _item(),
        actor=current_user,
        board=_board(meeting),
        provisional=request.form.get("provisional") == "yes",
    )
    return _done(meeting)


@bp.post("/meetings/<int:meeting_id>/presenter")
def let_present(meeting_id: int) -> Response:
    meeting = operations.live_meeting(meeting_id)
    operations.let_present(meeting, _person(meeting), actor=current_user)
    return _done(meeting)


@bp.post("/meetings/<int:meeting_id>/pen/take")
def take_pen(meeting_id: int) -> Response:
    meeting = operations.live_meeting(meeting_id)
    pen.take_pen(meeting, actor=current_user)
    return _done(meeting)


@bp.post("/meetings/<int:meeting_id>/pen/ask")
def ask_pen(meeting_id: int) -> Response:
    meeting = operations.live_meeting(meeting_id)
    pen.ask_pen(meeting, actor=current_user)
    return _done(meeting)


@bp.post("/meetings/<int:meeting_id>/pen/give")
def give_pen(meeting_id: int) -> Response:
    meeting = operations.live_meeting(meeting_id)
    pen.give_pen(meeting, _person(meeting), actor=current_user)
    return _done(meeting)


def _item() -> AgendaItem:
    item: AgendaItem = g.subject.item
    return item


def _person(meeting: Meeting) -> Person | None:
    """The member that the form names, or None where it names nobody."""
    chosen: Any = request.form.get("person")
    if not chosen:
        return None
    if not str(chosen).isdecimal() or len(chosen) > 12:
        raise Refused("Choose somebody of the board.", field="person")
    found = db.session.get(Person, int(chosen))
    if found is None or found.on(meeting.board) is None:
        raise Refused("Choose somebody of the board.", field="person")
    return found
