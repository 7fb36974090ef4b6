"""Who may do what: one rule for every route, in one table.

Nothing is open by default: a route that is not in `ROUTES` answers 403, and a test fails.
Somebody who may not even know of a thing is told that nothing is there (404); somebody who sees it
but may not do this is told so (403).
"""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, jsonify, redirect, request, session, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from boardroom import audit, discarded, receipts
from boardroom.cases.kept_back import init_kept_back, keep_back
from boardroom.cases.models import Case
from boardroom.db import db
from boardroom.errors import error_page, wants_part
from boardroom.meetings.models import AgendaItem, Meeting, MeetingStatus
from boardroom.people.models import Membership, Person, Role
from boardroom.people.queries import administrator_names
from boardroom.permission_rules import (
    ADMINISTER,
    COMMENT,
    CONFIRM,
    DRAW_UP,
    EDIT_CASE,
    EXPORT,
    EXPORTERS,
    FIGURES,
    FILL_IN,
    FOLLOW_UP,
    GIVE_OPINION,
    INSIDER,
    MEMBER,
    PLAN,
    PREPARE,
    PUBLIC,
    READ_CASE,
    READ_DOCUMENT,
    READ_IMAGES,
    READ_IMAGES_FIRST,
    READ_LETTER,
    READ_MINUTES,
    RUN,
    SEND_MORE,
    SIGN_MINUTES,
    SIGN_OFF,
    SIGNED_IN,
    START_CASE,
    TAKE_PART,
    WATCH,
    WRITE_LETTER,
    Rule,
    Subject,
    is_member,
    reads_case,
)
from boardroom.web import day

T = TypeVar("T")

LARGEST_KEY = 2**63 - 1

SAYS_IT_IS_GONE = frozenset({"meetings.unlist_case", "meetings.allot"})
"""Routes that answer for themselves where a colleague took the case off the agenda before."""

ROUTES: dict[str, Rule] = {
    "static": PUBLIC,
    # For machines: no session, no audit, nothing of a patient
    "upkeep.live": PUBLIC,
    "upkeep.ready": PUBLIC,
    "upkeep.metrics": PUBLIC,  # asks for a token of its own
    # People
    "people.sign_in": PUBLIC,
    "people.sign_in_demo": PUBLIC,
    "people.sign_out": SIGNED_IN,
    "people.accept_invitation": PUBLIC,
    "people.account": SIGNED_IN,
    "aids.choose_units": SIGNED_IN,
    "people.people_list": ADMINISTER,
    "people.invite": ADMINISTER,
    "people.edit_person": ADMINISTER,
    "people.deactivate": ADMINISTER,
    "people.reactivate": ADMINISTER,
    "people.invite_again": ADMINISTER,
    "people.audit_trail": ADMINISTER,
    # Boards and home
    "boards.definition": MEMBER,
    "home.home": SIGNED_IN,
    # Cases
    "cases.case_list": SIGNED_IN,  # shows what READ_CASE would let each person open
    "cases.new_case": START_CASE,
    "cases.case": READ_CASE,
    "cases.edit_case": FILL_IN,
    "cases.save_case": FILL_IN,
    "cases.add_part": FILL_IN,
    "cases.remove_part": FILL_IN,
    "cases.submit": FILL_IN,
    "cases.discard": DRAW_UP,
    "cases.more": SEND_MORE,
    "cases.send_more": SEND_MORE,
    "cases.move_case": EDIT_CASE,
    "cases.set_needed": EDIT_CASE,
    "cases.set_complexity": EDIT_CASE,
    "cases.judge_test": READ_IMAGES,
    "cases.upload_document": FILL_IN,
    "cases.document": READ_DOCUMENT,
    "cases.remove_document": DRAW_UP,
    # The tumour map
    "tumour_map.board_reading": READ_IMAGES,
    "tumour_map.referring_reading": READ_IMAGES_FIRST,
    # Opinions
    "opinions.opinion": GIVE_OPINION,
    "opinions.save_draft": GIVE_OPINION,
    "opinions.submit": GIVE_OPINION,
    "opinions.shift": GIVE_OPINION,
    # Comments
    "comments.thread": MEMBER,
    "comments.add": COMMENT,
    "comments.edit": COMMENT,
    "comments.withdraw": COMMENT,
    "comments.seen": COMMENT,
    # Meetings: before
    "meetings.meeting_list": INSIDER,
    "meetings.new_meeting": PLAN,
    "meetings.meeting": WATCH,
    "meetings.edit_meeting": PREPARE,
    "meetings.list_case": PREPARE,
    "meetings.unlist_case": PREPARE,
    "meetings.order_agenda": PREPARE,
    "meetings.allot": PREPARE,
    "meetings.pack": TAKE_PART,  # a file with names, birth dates and record numbers, to take away
    "meetings.pack_without_names": WATCH,
    # Meetings: live
    "meetings.stage": WATCH,
    "meetings.projector": WATCH,
    "meetings.stage_state": WATCH,
    "meetings.mine": WATCH,
    "meetings.start": RUN,
    "meetings.take": RUN,
    "meetings.next_case": RUN,
    "meetings.previous_case": RUN,
    "meetings.defer": RUN,
    "meetings.reveal": RUN,
    "meetings.close_case": RUN,
    "meetings.close": RUN,
    "meetings.let_present": RUN,
    "meetings.take_pen": TAKE_PART,
    "meetings.ask_pen": TAKE_PART,
    "meetings.give_pen": TAKE_PART,
    # Consensus
    "consensus.editor": TAKE_PART,
    "consensus.save": TAKE_PART,
    "consensus.sign_off": SIGN_OFF,
    "consensus.confirm": CONFIRM,
    # After the decision
    "followup.answer": FOLLOW_UP,
    "followup.report": FOLLOW_UP,
    "followup.mistyped": FOLLOW_UP,
    "followup.reopen": CONFIRM,
    "figures.ledger": FIGURES,
    "figures.ledger_csv": FIGURES,
    # Minutes
    "minutes.minutes": READ_MINUTES,
    "minutes.download": EXPORT,
    "minutes.sign": SIGN_MINUTES,
    "minutes.amend": SIGN_MINUTES,
    "minutes.exports": EXPORT,
    "minutes.start_export": EXPORT,
    "minutes.export_state": EXPORT,
    "minutes.export_file": EXPORT,
    # Letters
    "letters.letter": READ_LETTER,
    "letters.download": READ_LETTER,
    "letters.preview": WRITE_LETTER,
    "letters.begin": WRITE_LETTER,
    "letters.save": WRITE_LETTER,
    "letters.renew": WRITE_LETTER,
    "letters.approve": WRITE_LETTER,
    "letters.correct": WRITE_LETTER,
    "letters.answer": WRITE_LETTER,
}


def subject_of(view_args: dict[str, object] | None, *, item_gone: bool = False) -> Subject:
    """Load what an address names. Aborts with 404 where it does not exist or fit together.

    `item_gone`: an item that is not there is none of the subject's, where its meeting is named too.
    """
    args = view_args or {}
    if any(isinstance(value, int) and value > LARGEST_KEY for value in args.values()):
        abort(404)  # the database could not even be asked
    board = args.get("board")
    case = _load(Case, args.get("case_id"))
    item_id = args.get("item_id")
    if item_gone and "meeting_id" in args and item_id is not None:
        item = db.session.get(AgendaItem, item_id)
    else:
        item = _load(AgendaItem, item_id)
    meeting = _load(Meeting, args.get("meeting_id") or (item.meeting_id if item else None))
    if item is not None and meeting is not None and item.meeting_id != meeting.id:
        abort(404)
    for thing in (case, meeting):
        if thing is not None:
            if board is not None and board != thing.board:
                abort(404)
            board = thing.board
    return Subject(board=str(board) if board else None, case=case, meeting=meeting, item=item)


def _load(table: type[T], key: object) -> T | None:
    if key is None:
        return None
    found = db.session.get(table, key)
    if found is None:
        abort(404)
    return found


def allowed(person: Person, endpoint: str, subject: Subject) -> bool:
    """Whether the table lets the person use the endpoint on the subject."""
    rule = ROUTES.get(endpoint)
    return rule is not None and (rule.public or rule.allows(person, subject))


def can(endpoint: str, **view_args: object) -> bool:
    """For templates: whether to show a link or button to the person signed in."""
    rule = ROUTES.get(endpoint)
    if rule is None:
        return False
    if rule.public:
        return True
    if not current_user.is_authenticated:
        return False
    subject = subject_of(view_args) if view_args else g.get("subject", Subject())
    return rule.allows(current_user, subject)


def guard() -> Any:
    """Before every request: refuse it unless its rule lets the person in."""
    if request.endpoint is None:
        return None  # no such address: 404, or a redirect to the one with a slash
    rule = ROUTES.get(request.endpoint)
    if rule is None:
        abort(403)
    if rule.public:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    audit.act_as(current_user)
    try:
        subject = subject_of(request.view_args, item_gone=request.endpoint in SAYS_IT_IS_GONE)
    except NotFound:
        if (code := _discarded(request.view_args)) is not None:
            return _is_discarded(code)
        raise
    g.subject = subject
    if subject.board is not None and subject.board not in current_app.extensions["boards"]:
        return _of_the_past(subject.board)
    if rule.allows(current_user, subject):
        if subject.case is not None and not is_member(current_user, subject):
            keep_back(subject.case)
        return None
    # Sent again after its answer was lost: what it did may be why it is not allowed any more.
    if (again := receipts.first_answer()) is not None:
        return again
    if rule in (FILL_IN, DRAW_UP) and (case := _handed_in(subject)) is not None:
        return _is_with_the_board(case)
    visible = subject.board is None or (
        reads_case(current_user, subject) if subject.case else is_member(current_user, subject)
    )
    return abort(403 if visible else 404)


def _discarded(view_args: dict[str, object] | None) -> str | None:
    """The code of the draft that the address names, for who knew it before it was discarded."""
    key = (view_args or {}).get("case_id")
    if not isinstance(key, int) or key > LARGEST_KEY or db.session.get(Case, key) is not None:
        return None
    return discarded.known_to(current_user, key) or None


def _is_discarded(code: str) -> Any:
    """Whoever comes back to a draft in an old page, or by a form that is sent again."""
    text = f"{code} was discarded. Begin a new case if you need one."
    if request.method != "GET":
        text = f"{code} was discarded. What you sent was not saved, and went into no other case."
    if "json" in request.headers.get("Accept", ""):
        return jsonify(error=text), 404
    where = {"url": url_for("cases.case_list"), "label": "To the cases"}
    return error_page(404, "This draft was discarded", text, back=where, calm=True)


def _handed_in(subject: Subject) -> Case | None:
    """The case, where the person's own hospital sent it and has handed it in; else None."""
    case = subject.case
    if case is None or case.submitted_at is None or not reads_case(current_user, subject):
        return None
    return None if is_member(current_user, subject) else case


def _is_with_the_board(case: Case) -> tuple[str, int]:
    """Whoever comes back to the form of what they handed in: no refusal, but where it is now."""
    where = {"url": url_for("cases.case", case_id=case.id), "label": f"To {case.code}"}
    return error_page(
        403,
        f"Submitted on {day(case.submitted_at, case.board)}",
        f"{case.code} is with the board, so its form is closed. What is new, or was forgotten, is "
        "sent from the case.",
        back=where,
        calm=True,
    )


def _of_the_past(board: str) -> tuple[str, int] | None:
    """A board that has a record but no definition any more: said to its members, and whoever may
    export gets its signed minutes; to all others it is nothing."""
    place = db.session.scalar(
        select(Membership).where(Membership.person_id == current_user.id, Membership.board == board)
    )
    if place is None or place.role == Role.REFERRER:
        abort(404)
    exports = place.role in EXPORTERS
    if exports and request.endpoint == "minutes.download":
        return None
    signed = _signed_meetings(board) if exports else []
    return error_page(
        410,
        "This board is not set up any more",
        _how_to_set_up(board, place.role),
        template="errors/past_board.html",
        meetings=signed,
        exports=exports,
    )


def _how_to_set_up(board: str, role: Role) -> str:
    """What is missing: the file, for who administers the board; for the others, whom to tell."""
    if role == Role.ADMINISTRATOR:
        return (
            f"The file {board}.toml that defines it is not among the boards’ files. Its record is "
            "kept: put the file back and start the server anew, and all of it is here again."
        )
    names = administrator_names(board)
    tell = (
        f"an administrator of the board: {', '.join(names)}"
        if names
        else ("whoever looks after this server")
    )
    return (
        "Its definition is missing on this server. Its record is kept, and all of it is here again "
        f"as soon as the definition is. Tell {tell}."
    )


def _signed_meetings(board: str) -> list[Meeting]:
    query = (
        select(Meeting)
        .where(Meeting.board == board, Meeting.status == MeetingStatus.SIGNED)
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    )
    return list(db.session.scalars(query))


def _to_sign_in() -> Response:
    if wants_part() or request.method != "GET":
        abort(401)
    session["after_sign_in"] = request.full_path.rstrip("?")
    return redirect(url_for("people.sign_in"))


def init_permissions(app: Flask) -> None:
    """Put the guard before every route and `can` into every template."""
    init_kept_back()
    app.before_request(guard)
    app.jinja_env.globals["can"] = can
