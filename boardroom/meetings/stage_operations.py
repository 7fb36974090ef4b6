"""What happens in a live meeting: one verb a function, each in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from boardroom import audit, live
from boardroom.aids.operations import keep_aids
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, CaseStatus
from boardroom.cases.rules import move_case
from boardroom.consensus.queries import points_of
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem, Attendance, ItemStatus, Meeting, MeetingStatus
from boardroom.meetings.queries import votes_here
from boardroom.meetings.rules import move_item, move_meeting
from boardroom.opinions import operations as opinions
from boardroom.people.models import Person, Role
from boardroom.refusals import Forbidden, IllegalTransition, Locked, Refused

SHARED = frozenset(
    {"bar", "people", "agenda", "case", "opinions", "consensus", "comments", "controls"}
)
EVERYTHING = SHARED | {"mine"}
ENDED = (ItemStatus.DONE, ItemStatus.PROVISIONAL, ItemStatus.DEFERRED)


def lock_meeting(meeting_id: int) -> Meeting:
    """The meeting, held until this transaction ends, so that two clicks cannot cross.

    Raises Locked once its minutes are signed.
    """
    meeting = db.session.scalars(
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .with_for_update(of=Meeting)
        .execution_options(populate_existing=True)
    ).one()
    if meeting.status == MeetingStatus.SIGNED:
        raise Locked("The minutes of this meeting are signed. An amendment can stand beside them.")
    return meeting


def live_meeting(meeting_id: int) -> Meeting:
    """`lock_meeting`, and it must be running. Raises IllegalTransition."""
    meeting = lock_meeting(meeting_id)
    if meeting.status != MeetingStatus.LIVE:
        raise IllegalTransition("The meeting is not running.")
    return meeting


def start(meeting: Meeting, *, actor: Person) -> None:
    """Open the meeting; everybody whose screen waits for it is counted as here."""
    move_meeting(meeting.status, MeetingStatus.LIVE)
    meeting.status = MeetingStatus.LIVE
    meeting.started_at = now()
    meeting.chair_id = meeting.chair_id or actor.id
    live.count_in(meeting)
    db.session.flush()
    _note(meeting, "meeting_started", "started a meeting", actor, parts=SHARED)


def take(meeting: Meeting, item: AgendaItem, *, actor: Person) -> None:
    """Put a case before the board. The one that was there waits on, its clock stopped."""
    if meeting.current_item_id == item.id and item.status not in ENDED:
        return
    current = meeting.current_item
    if current is not None and current.status not in ENDED:
        _stop_clock(current)
        if current.status == ItemStatus.PRESENTING:
            _to(current, ItemStatus.WAITING)
    if item.status == ItemStatus.DEFERRED:
        item.deferral_reason, item.deferral_note, item.ended_at = "", "", None
        _case_to(item.case, CaseStatus.LISTED)
    if item.status not in (ItemStatus.DONE, ItemStatus.DECIDING):
        # Opinions that are open stay open: such a case goes on deciding.
        _to(item, ItemStatus.DECIDING if item.revealed_at else ItemStatus.PRESENTING)
    if item.status not in ENDED:
        item.ended_at, item.provisional_reasons = None, []
        item.started_at = item.started_at or now()
        item.resumed_at = now()
        item.presented_by_id = item.presented_by_id or item.presenter_id
    meeting.current_item_id = item.id
    meeting.presenter_id = item.presenter_id
    db.session.flush()
    _note(meeting, "case_taken", "took a case", actor, item=item, parts=EVERYTHING)


def defer(
    meeting: Meeting,
    item: AgendaItem,
    *,
    actor: Person,
    board: BoardDefinition,
    reason: str,
    note: str,
) -> None:
    """Put a case off with a coded reason. Raises Refused for a reason the board does not know."""
    if reason not in {entry.key for entry in board.deferral_reasons}:
        raise Refused("Choose why the case is put off.")
    _stop_clock(item)
    _to(item, ItemStatus.DEFERRED)
    item.ended_at = now()
    item.deferral_reason, item.deferral_note = reason, note.strip()
    _case_to(item.case, CaseStatus.DEFERRED)
    item.case.status_note = board.deferral_reason(reason).name + (f": {note}" if note else "")
    db.session.flush()
    _note(
        meeting,
        "case_deferred",
        "deferred a case",
        actor,
        item=item,
        parts=SHARED,
        reason=reason,
    )


def reveal(meeting: Meeting, item: AgendaItem, *, actor: Person) -> int:
    """Open all submitted opinions together; returns how many."""
    _must_be_current(meeting, item)
    _to(item, ItemStatus.DECIDING)
    item.revealed_at = now()
    opened = opinions.reveal_all(item.case_id, actor=actor)
    db.session.flush()
    _note(
        meeting,
        "opinions_revealed",
        "revealed the opinions",
        actor,
        item=item,
        parts={"agenda", "opinions", "consensus", "controls", "mine"},
        opinions=len(opened),
    )
    return len(opened)


def close_case(
    meeting: Meeting,
    item: AgendaItem,
    *,
    actor: Person,
    board: BoardDefinition,
    provisional: bool,
) -> list[str]:
    """End a case with its decision. Returns the reasons why it is provisional (none: it is final).

    Raises Refused, naming what is open, where something is and the chair did not say "provisional".
    """
    _must_be_current(meeting, item)
    if item.status not in (ItemStatus.PRESENTING, ItemStatus.DECIDING):
        raise IllegalTransition("This case is closed already.")
    votes = votes_here(meeting)
    present = [s.key for s in board.specialties if s.key in set(votes)]
    reasons = points_of(item)
    if reasons and not provisional:
        raise Refused(
            "The decision is not complete, so it can be closed only as provisional. "
            + " ".join(reasons)
        )
    if item.status == ItemStatus.PRESENTING:
        reveal(meeting, item, actor=actor)  # what was said before stands in the record
    _stop_clock(item)
    _to(item, ItemStatus.PROVISIONAL if reasons else ItemStatus.DONE)
    item.ended_at = now()
    item.provisional_reasons = list(reasons)
    item.quorum = {
        "people": len(votes),
        "needed": list(board.quorum.specialties),
        "present": present,
        "missing": list(board.quorum_missing(present)),
    }
    kept = keep_aids(item, board)
    _case_to(item.case, CaseStatus.DISCUSSED)
    if not reasons:
        _case_to(item.case, CaseStatus.DECIDED)
    meeting.pen_holder_id = meeting.pen_asked_by_id = None
    db.session.flush()
    _note(
        meeting,
        "case_closed",
        "closed a case as provisional" if reasons else "closed a case",
        actor,
        item=item,
        parts=SHARED,
        provisional=bool(reasons),
        aids=kept.sha256,
    )
    return reasons


def close(meeting: Meeting, *, actor: Person) -> None:
    """End the meeting. Cases not reached go back to the waiting list.

    Raises IllegalTransition while a case is before the board.
    """
    current = meeting.current_item
    if current is not None and current.status == ItemStatus.DECIDING:
        raise IllegalTransition("Close or defer the case before the board first.")
    move_meeting(meeting.status, MeetingStatus.CLOSED)
    meeting.status = MeetingStatus.CLOSED
    meeting.closed_at = now()
    for item in meeting.items:
        if item.status in (ItemStatus.WAITING, ItemStatus.PRESENTING):
            _stop_clock(item)
            item.status = ItemStatus.WAITING
            _case_to(item.case, CaseStatus.SUBMITTED)
        elif item.status == ItemStatus.DECIDING:
            raise IllegalTransition(f"Case {item.case.code} has open opinions: close or defer it.")
    meeting.current_item_id = meeting.presenter_id = None
    meeting.pen_holder_id = meeting.pen_asked_by_id = None
    for stay in db.session.scalars(
        select(Attendance).where(Attendance.meeting_id == meeting.id, Attendance.left_at.is_(None))
    ):
        stay.left_at = meeting.closed_at
    db.session.flush()
    _note(meeting, "meeting_closed", "closed a meeting", actor, parts=SHARED)


def let_present(meeting: Meeting, person: Person | None, *, actor: Person) -> None:
    """Give somebody the presenter's place, which every screen can follow; None takes it back."""
    meeting.presenter_id = person.id if person is not None else None
    if person is not None and meeting.current_item is not None:
        meeting.current_item.presented_by_id = person.id
    db.session.flush()
    _note(
        meeting,
        "presenter_changed",
        "let somebody present",
        actor,
        item=meeting.current_item,
        parts={"bar", "people", "case", "controls"},
    )


# --- The scribe's pen: held by one person at a time, and can be asked for ------------------------


def take_pen(meeting: Meeting, *, actor: Person) -> None:
    """Take the pen when nobody holds it; the chair may take it from anybody."""
    place = actor.on(meeting.board)
    chair = place is not None and place.role == Role.CHAIR
    holder = meeting.pen_holder_id
    if holder not in (None, actor.id) and not chair and _is_here(meeting, holder):
        raise Forbidden("Somebody else holds the pen. Ask for it.")
    _hand_pen(meeting, actor, actor)


def ask_pen(meeting: Meeting, *, actor: Person) -> None:
    """Ask whoever holds the pen; a free pen is taken at once."""
    if meeting.pen_holder_id in (None, actor.id) or not _is_here(meeting, meeting.pen_holder_id):
        _hand_pen(meeting, actor, actor)
        return
    meeting.pen_asked_by_id = actor.id
    db.session.flush()
    both = [actor.id, meeting.pen_holder_id]
    _note(meeting, "pen_asked", "asked for the pen", actor, parts={"consensus"}, own=both)


def give_pen(meeting: Meeting, to: Person | None, *, actor: Person) -> None:
    """Hand the pen to somebody, or lay it down (None)."""
    if meeting.pen_holder_id != actor.id:
        raise Forbidden("The pen is not in your hand.")
    if to is not None:
        place = to.on(meeting.board)
        if not to.active or place is None or place.role in (Role.OBSERVER, Role.REFERRER):
            raise Refused("The pen can only go to somebody who takes part.")
    _hand_pen(meeting, to, actor)


def _hand_pen(meeting: Meeting, to: Person | None, actor: Person) -> None:
    waiting = {actor.id, meeting.pen_holder_id, to.id if to is not None else None}
    meeting.pen_holder_id = to.id if to is not None else None
    meeting.pen_asked_by_id = None
    db.session.flush()
    _note(
        meeting,
        "pen_handed",
        "handed the pen on",
        actor,
        parts={"consensus"},
        own=[person_id for person_id in waiting if person_id is not None],
        to=meeting.pen_holder_id,
    )


# --- Shared --------------------------------------------------------------------------------------


def _is_here(meeting: Meeting, person_id: int | None) -> bool:
    query = select(Attendance.id).where(
        Attendance.meeting_id == meeting.id,
        Attendance.person_id == person_id,
        Attendance.left_at.is_(None),
    )
    return db.session.scalars(query).first() is not None


def _must_be_current(meeting: Meeting, item: AgendaItem) -> None:
    if meeting.current_item_id != item.id:
        raise IllegalTransition("Another case is before the board now. Look again.")


def _to(item: AgendaItem, status: ItemStatus) -> None:
    move_item(item.status, status)
    item.status = status


def _case_to(case: Case, status: CaseStatus) -> None:
    if case.status != status:
        move_case(case.status, status)
        case.status = status


def _stop_clock(item: AgendaItem) -> None:
    if item.resumed_at is not None:
        item.spent_seconds += max(0, round((now() - item.resumed_at).total_seconds()))
        item.resumed_at = None


def _note(
    meeting: Meeting,
    kind: str,
    action: str,
    actor: Person,
    *,
    parts: Iterable[str],
    item: AgendaItem | None = None,
    own: Iterable[int] = (),
    **payload: Any,
) -> None:
    case: Case | None = item.case if item is not None else None
    audit.record(
        action,
        board=meeting.board,
        meeting_id=meeting.id,
        case_id=case.id if case is not None else None,
        **payload,
    )
    live.announce(meeting, kind, parts, actor=actor, item=item, own=own, **payload)
