"""Before a meeting: plan it, build its agenda, read the pack."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import current_app, flash, g, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.boards.definition import BoardDefinition
from boardroom.db import now
from boardroom.errors import wants_part
from boardroom.followup.return_queries import earlier_rounds
from boardroom.meetings import forms, operations, queries, rules
from boardroom.meetings.blueprint import bp
from boardroom.meetings.models import AgendaItem, Meeting
from boardroom.meetings.pack import pack_of
from boardroom.minutes.pack import pack_pdf
from boardroom.people.models import Role
from boardroom.permissions import can
from boardroom.receipts import request_key
from boardroom.refusals import Overtaken, Refused
from boardroom.text import clean_line
from boardroom.web import local, see_other

PLANNERS = (Role.COORDINATOR, Role.CHAIR)
INSIDE = (*PLANNERS, Role.ADMINISTRATOR, Role.SPECIALIST, Role.OBSERVER)


@bp.get("/meetings")
def meeting_list() -> str:
    """Meetings of the person's boards: live, coming, past."""
    boards = current_user.boards(*INSIDE)
    found = queries.meetings_of(boards, _number("page") or 1)
    return render_template(
        "meetings/meeting_list.html", found=found, several_boards=len(boards) > 1
    )


@bp.route("/meetings/new", methods=["GET", "POST"])
def new_meeting() -> Any:
    """Plan a meeting of a board that the person coordinates or chairs."""
    ours = current_user.boards(*PLANNERS)
    wanted = request.values.get("board") or ours[0]
    if wanted not in ours:
        raise Refused("You do not plan the meetings of that board.")
    board: BoardDefinition = current_app.extensions["boards"][wanted]
    form = forms.MeetingForm(board, queries.chairs_of(wanted), now())
    if form.is_submitted():
        if form.validate():
            meeting = operations.plan(wanted, **form.values(), actor=current_user)
            flash("The meeting is planned. Now list its cases.", "success")
            return see_other("meetings.meeting", meeting_id=meeting.id)
        return _new_page(form, board, ours), HTTPStatus.UNPROCESSABLE_ENTITY
    return _new_page(form, board, ours)


def _new_page(form: forms.MeetingForm, board: BoardDefinition, ours: list[str]) -> str:
    boards = [current_app.extensions["boards"][key] for key in ours]
    return render_template("meetings/new_meeting.html", form=form, board=board, boards=boards)


@bp.get("/meetings/<int:meeting_id>")
def meeting(meeting_id: int) -> str:
    """The agenda; for coordinators and chairs, the place where it is built."""
    return _page(g.subject.meeting)


@bp.route("/meetings/<int:meeting_id>/edit", methods=["GET", "POST"])
def edit_meeting(meeting_id: int) -> Any:
    """Change when, where, how long and under whom the board meets."""
    found: Meeting = g.subject.meeting
    board = queries.board_of(found)
    form = forms.MeetingForm(board, queries.chairs_of(board.key), now(), found)
    if form.is_submitted():
        if form.validate():
            operations.edit(found, form.values(), request.form.get("seen", ""), actor=current_user)
            flash("Saved.", "success")
            return see_other("meetings.meeting", meeting_id=meeting_id)
        return _edit_page(form, found), HTTPStatus.UNPROCESSABLE_ENTITY
    return _edit_page(form, found)


def _edit_page(form: forms.MeetingForm, found: Meeting) -> str:
    return render_template(
        "meetings/edit_meeting.html",
        form=form,
        meeting=found,
        board=queries.board_of(found),
        seen=request.form.get("seen") or operations.fingerprint(found),
        open=rules.agenda_open(found.status),
    )


@bp.post("/meetings/<int:meeting_id>/agenda")
def list_case(meeting_id: int) -> Any:
    """Put a waiting case on the agenda."""
    case_id = _number("case", request.form)
    if case_id is None:
        raise Refused("Say which case to list.")
    try:
        operations.list_case(
            g.subject.meeting,
            case_id,
            override=request.form.get("override", ""),
            actor=current_user,
            key=request_key(),
        )
    except Overtaken as first:
        return _overtaken(g.subject.meeting, first)
    return _after(g.subject.meeting)


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/remove")
def unlist_case(meeting_id: int, item_id: int) -> Any:
    """Take a case off the agenda."""
    item = _still_listed()
    if item is None:
        return _overtaken(g.subject.meeting, _taken_off())
    operations.unlist_case(item, actor=current_user, key=request_key())
    return _after(g.subject.meeting)


@bp.post("/meetings/<int:meeting_id>/agenda/order")
def order_agenda(meeting_id: int) -> Any:
    """Order the agenda: all of it (`order`: items with commas; `first`: simple or complex cases),
    or one case by a place (`move`)."""
    found: Meeting = g.subject.meeting
    version = _number("agenda_version", request.form)
    if version is None:
        raise Refused("Reload the page: the agenda’s version is missing.")
    way, _, which = request.form.get("move", "").partition(":")
    if way in {"up", "down"}:
        item = next((i for i in found.items if str(i.id) == which), None)
        if item is None:
            return _overtaken(found, _taken_off("nothing was moved"))
        by = -1 if way == "up" else 1
        operations.move(found, item, by, version, actor=current_user, key=request_key())
        return _after(found)
    if first := request.form.get("first"):
        operations.order_by_complexity(found, first, version, actor=current_user, key=request_key())
        return _after(found)
    ids = request.form.get("order", "").split(",")
    if len(ids) > operations.MOST_ITEMS or not all(
        one.isascii() and one.isdigit() and len(one) < 12 for one in ids
    ):
        raise Refused("The order could not be read. Reload the page.")
    operations.order(found, [int(i) for i in ids], version, actor=current_user, key=request_key())
    return _after(found)


@bp.post("/meetings/<int:meeting_id>/items/<int:item_id>/time")
def allot(meeting_id: int, item_id: int) -> Any:
    """Give a case its minutes and its presenter."""
    item = _still_listed()
    if item is None:
        return _overtaken(g.subject.meeting, _taken_off("its time was not changed"))
    form = forms.AllotForm(queries.presenters_of(item.meeting.board))
    if not form.validate():
        return _page(item.meeting, refused={item.id: form}), HTTPStatus.UNPROCESSABLE_ENTITY
    operations.allot(
        item,
        minutes=form.minutes.data or 0,
        presenter=form.people.get(form.presenter.data or ""),
        actor=current_user,
        key=request_key(),
    )
    return _after(item.meeting)


def _still_listed() -> AgendaItem | None:
    """The item of the address as the person saw it; None where a colleague took it off before.

    The database can give its key to a case that was listed since: the form says which it meant.
    """
    item: AgendaItem | None = g.subject.item
    meant = _number("case", request.form)
    return item if item is not None and meant in (None, item.case_id) else None


def _taken_off(so: str = "") -> Overtaken:
    case_id = _number("case", request.form)
    code = queries.code_of(g.subject.meeting.board, case_id) if case_id is not None else None
    said = f"{code or 'This case'} was already taken off the agenda"
    return Overtaken(f"{said}; {so}." if so else f"{said}.")


def _overtaken(found: Meeting, first: Overtaken) -> Any:
    """The answer to who came a moment too late: the agenda as it now is, and what happened."""
    if wants_part():
        raise first  # the script shows it above the agenda, and asks for that anew
    flash(str(first), "info")
    return see_other("meetings.meeting", meeting_id=found.id, _anchor="agenda")


@bp.get("/meetings/<int:meeting_id>/pack.pdf")
def pack(meeting_id: int) -> Response:
    """The agenda with every case as it stands, to read before the meeting."""
    return _pack(g.subject.meeting, names=True)


@bp.get("/meetings/<int:meeting_id>/pack-without-names.pdf")
def pack_without_names(meeting_id: int) -> Response:
    """The pack without what patients are known by."""
    return _pack(g.subject.meeting, names=False)


def _pack(found: Meeting, *, names: bool) -> Response:
    document = pack_of(found, names=names)
    audit.record_reading("downloaded a pack", board=found.board, meeting_id=found.id)
    day = local(found.starts_at, found.board).date().isoformat()
    response = Response(pack_pdf(document), mimetype="application/pdf")
    suffix = "" if names else "-without-names"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{found.board}-{day}-pack{suffix}.pdf"'
    )
    return response


def _after(found: Meeting) -> Any:
    """The answer to a change of the agenda: the page, or for a script the changed part of it."""
    if wants_part():
        response = current_app.make_response(_page(found))
        response.headers["X-Boardroom-Seq"] = str(queries.sequence_of(found))
        return response
    return see_other("meetings.meeting", meeting_id=found.id, _anchor="agenda")


def _page(found: Meeting, refused: Mapping[int, forms.AllotForm] | None = None) -> str:
    """The meeting's page, or for a script the agenda alone.

    `refused`: the item whose time could not be taken, with what was typed.
    """
    prepares = can("meetings.list_case", meeting_id=found.id) and rules.agenda_open(found.status)
    find = clean_line(request.args.get("find"))[:100]
    if request.method == "GET":
        audit.record_reading("read an agenda", board=found.board, meeting_id=found.id)
    waiting = queries.waiting_for(found, find) if prepares else None
    return render_template(
        "meetings/_agenda.html" if wants_part() else "meetings/meeting.html",
        meeting=found,
        board=queries.board_of(found),
        agenda=queries.agenda_of(found),
        waiting=waiting,
        rounds=earlier_rounds(one.case for one in waiting.cases) if waiting is not None else {},
        presenters=queries.presenters_of(found.board) if prepares else [],
        prepares=prepares,
        find=find,
        refused=refused or {},
    )


def _number(name: str, source: Any = None) -> int | None:
    """A small whole number from the address or the form, or None."""
    text = str((request.args if source is None else source).get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
