"""Who may do what: one rule for every route, in one table.

Nothing is open by default: a route that is not in `ROUTES` answers 403, and a test fails.
Each rule says in words whom it lets in, and is a small predicate of the person and what the
address names (`Subject`). Somebody who may not even know of a thing is told that nothing is there
(404); somebody who sees it but may not do this is told so (403).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.cases.models import Case, CaseStatus
from boardroom.cases.rules import SENDING_STATUSES
from boardroom.db import db
from boardroom.errors import error_page, wants_part
from boardroom.meetings.models import AgendaItem, Meeting, MeetingStatus
from boardroom.people.models import Membership, Person, Role

T = TypeVar("T")

LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Subject:
    """What an address names. ``board`` is the key of the board that all of it belongs to."""

    board: str | None = None
    case: Case | None = None
    meeting: Meeting | None = None
    item: AgendaItem | None = None

    def place_of(self, person: Person) -> Membership | None:
        """The person's membership of the subject's board, as far as it counts for the subject.

        What a referrer has begun and not handed in is the hospital's own; of the board only those
        who prepare it can help with it.
        """
        place = person.on(self.board) if self.board else None
        if place is not None and place.role not in BEFORE_SUBMISSION and _begun_there(self):
            return None
        return place


@dataclass(frozen=True)
class Rule:
    """A permission: its name, whom it lets in, and the predicate that decides."""

    name: str
    words: str
    allows: Callable[[Person, Subject], bool]
    public: bool = False


BEFORE_SUBMISSION = frozenset({Role.COORDINATOR, Role.CHAIR, Role.REFERRER})
"""Roles that can read a referrer's draft; of the referrers those of its hospital."""

RADIOLOGY = frozenset({"radiology", "interventional_radiology"})
"""Specialties whose members read images for the board."""

INSIDE = frozenset({Role.ADMINISTRATOR, Role.CHAIR, Role.COORDINATOR, Role.SPECIALIST})


def _role(*roles: Role) -> Callable[[Person, Subject], bool]:
    def allows(person: Person, subject: Subject) -> bool:
        place = subject.place_of(person)
        return place is not None and place.role in roles

    return allows


def _any_role(*roles: Role) -> Callable[[Person, Subject], bool]:
    """Of any board: for pages that list over all boards and filter by the person's own."""

    def allows(person: Person, subject: Subject) -> bool:
        return bool(person.boards(*roles))

    return allows


def _is_member(person: Person, subject: Subject) -> bool:
    place = subject.place_of(person)
    return place is not None and place.role != Role.REFERRER


def _own_hospital(person: Person, subject: Subject) -> bool:
    place = subject.place_of(person)
    return (
        place is not None
        and place.role == Role.REFERRER
        and subject.case is not None
        and bool(person.hospital)
        and subject.case.referrer_hospital.casefold() == person.hospital.casefold()
    )


def _begun_there(subject: Subject) -> bool:
    """Whether the case is a draft that a referrer began."""
    case = subject.case
    if case is None or case.status != CaseStatus.DRAFT or case.created_by is None:
        return False
    place = case.created_by.on(case.board)
    return place is not None and place.role == Role.REFERRER


def _fills_in(person: Person, subject: Subject) -> bool:
    return _own_hospital(person, subject) and (
        _begun_there(subject)
        or (subject.case is not None and subject.case.status == CaseStatus.NEEDS_INFORMATION)
    )


def _reads_case(person: Person, subject: Subject) -> bool:
    return _is_member(person, subject) or _own_hospital(person, subject)


def _reads_images(person: Person, subject: Subject) -> bool:
    place = subject.place_of(person)
    return place is not None and (
        place.role in (Role.CHAIR, Role.COORDINATOR)
        or (place.role == Role.SPECIALIST and place.specialty in RADIOLOGY)
    )


def _votes(person: Person, subject: Subject) -> bool:
    place = subject.place_of(person)
    return place is not None and place.votes


PUBLIC = Rule("public", "anybody, signed in or not", lambda person, subject: True, public=True)
SIGNED_IN = Rule("signed in", "everybody with an account", lambda person, subject: True)
INSIDER = Rule(
    "member of a board",
    "members of any board, observers too; not referrers",
    _any_role(*INSIDE, Role.OBSERVER),
)
MEMBER = Rule("member", "members of this board, observers too; not referrers", _is_member)
READ_CASE = Rule(
    "read a case",
    "members of its board (what a referrer has begun and not handed in: coordinators and chairs), "
    "and referrers of the hospital that sent it",
    _reads_case,
)
READ_DOCUMENT = Rule(
    "read a document",
    "who reads the case, observers excepted: a document is a file with names to take away",
    lambda person, subject: (
        _reads_case(person, subject)
        and (place := subject.place_of(person)) is not None
        and place.role != Role.OBSERVER
    ),
)
START_CASE = Rule(
    "start a case",
    "coordinators and chairs; referrers, for their own hospital",
    lambda person, subject: bool(
        person.boards(Role.COORDINATOR, Role.CHAIR)
        or (person.hospital and person.boards(Role.REFERRER))
    ),
)
EDIT_CASE = Rule(
    "edit a case", "coordinators and chairs of its board", _role(Role.COORDINATOR, Role.CHAIR)
)
FILL_IN = Rule(
    "fill in a case",
    "coordinators and chairs of its board; referrers of the hospital that sent it, while "
    "information is asked for and until they submit what one of them began",
    lambda person, subject: (
        _role(Role.COORDINATOR, Role.CHAIR)(person, subject) or _fills_in(person, subject)
    ),
)
SEND_MORE = Rule(
    "send more",
    "referrers of the hospital that sent the case, while the board has not discussed it",
    lambda person, subject: (
        _own_hospital(person, subject)
        and subject.case is not None
        and subject.case.status in SENDING_STATUSES
    ),
)
DRAW_UP = Rule(
    "draw up a case",
    "coordinators and chairs of its board; referrers of the hospital that sent it, until they "
    "submit what one of them began",
    lambda person, subject: (
        _role(Role.COORDINATOR, Role.CHAIR)(person, subject)
        or (_own_hospital(person, subject) and _begun_there(subject))
    ),
)
READ_IMAGES = Rule(
    "read the images for the board",
    "radiologists, coordinators and chairs of its board",
    _reads_images,
)
READ_IMAGES_FIRST = Rule(
    "give the referring hospital's reading",
    "radiologists, coordinators and chairs of its board; referrers of the hospital that sent it",
    lambda person, subject: _reads_images(person, subject) or _own_hospital(person, subject),
)
COMMENT = Rule("comment", "members of the board except observers and referrers", _role(*INSIDE))
GIVE_OPINION = Rule(
    "give an opinion", "members with a specialty, except observers and referrers", _votes
)
SIGN_OFF = Rule("sign off", "members with a specialty, except observers and referrers", _votes)
CONFIRM = Rule(
    "confirm or reopen",
    "members with a specialty, and chairs; who may speak for whom is checked with the decision",
    lambda person, subject: _votes(person, subject) or _role(Role.CHAIR)(person, subject),
)
FOLLOW_UP = Rule(
    "tell what became of a plan",
    "members except observers, and referrers of the hospital that sent the case",
    lambda person, subject: _role(*INSIDE)(person, subject) or _own_hospital(person, subject),
)
FIGURES = Rule(
    "see the figures",
    "administrators, chairs and coordinators of the board",
    _role(Role.ADMINISTRATOR, Role.CHAIR, Role.COORDINATOR),
)
WATCH = Rule("watch a meeting", "members of its board, observers too; not referrers", _is_member)
TAKE_PART = Rule("take part", "members of the board except observers and referrers", _role(*INSIDE))
PREPARE = Rule(
    "prepare a meeting", "coordinators and chairs of its board", _role(Role.COORDINATOR, Role.CHAIR)
)
PLAN = Rule(
    "plan meetings",
    "coordinators and chairs of any board",
    _any_role(Role.COORDINATOR, Role.CHAIR),
)
RUN = Rule("run a meeting", "chairs of its board", _role(Role.CHAIR))
READ_MINUTES = Rule("read minutes", "members of the board, observers too", _is_member)
EXPORTERS = (Role.ADMINISTRATOR, Role.CHAIR, Role.COORDINATOR)
EXPORT = Rule(
    "export minutes",
    "administrators, chairs and coordinators of the board",
    _role(*EXPORTERS),
)
SIGN_MINUTES = Rule("sign minutes", "chairs of the board", _role(Role.CHAIR))
READ_LETTER = Rule(
    "read a letter",
    "members of the board except observers; once approved, referrers of the hospital that asked",
    lambda person, subject: _role(*INSIDE)(person, subject) or _own_hospital(person, subject),
)
WRITE_LETTER = Rule(
    "write a letter",
    "chairs, coordinators and members with a specialty; the letter asks who tells the patient",
    lambda person, subject: (
        _votes(person, subject) or _role(Role.CHAIR, Role.COORDINATOR)(person, subject)
    ),
)
ADMINISTER = Rule("administer", "administrators of the board", _role(Role.ADMINISTRATOR))

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
    "letters.approve": WRITE_LETTER,
    "letters.correct": WRITE_LETTER,
    "letters.answer": WRITE_LETTER,
}


def subject_of(view_args: dict[str, object] | None) -> Subject:
    """Load what an address names. Aborts with 404 where it does not exist or fit together."""
    args = view_args or {}
    if any(isinstance(value, int) and value > LARGEST_KEY for value in args.values()):
        abort(404)  # the database could not even be asked
    board = args.get("board")
    case = _load(Case, args.get("case_id"))
    item = _load(AgendaItem, args.get("item_id"))
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


def guard() -> Response | tuple[str, int] | None:
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
    subject = subject_of(request.view_args)
    g.subject = subject
    if subject.board is not None and subject.board not in current_app.extensions["boards"]:
        return _of_the_past(subject.board)
    if rule.allows(current_user, subject):
        return None
    visible = subject.board is None or (
        _reads_case(current_user, subject) if subject.case else _is_member(current_user, subject)
    )
    return abort(403 if visible else 404)


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
        f"The file {board}.toml that defines it is not among the boards’ files. Its record is "
        "kept: put the file back and start the server anew, and all of it is here again.",
        template="errors/past_board.html",
        meetings=signed,
        exports=exports,
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
    app.before_request(guard)
    app.jinja_env.globals["can"] = can
