"""What happens in a live meeting: one verb a function, each in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from boardroom import audit, live
from boardroom.aids.operations import keep_aids
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, CaseStatus
from boardroom.cases.rules import move_case
from boardroom.consensus.operations import carry_on
from boardroom.consensus.queries import points_of
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem, Attendance, ItemStatus, Meeting, MeetingStatus
from boardroom.meetings.queries import voters_here
from boardroom.meetings.rules import move_item, move_meeting
from boardroom.minutes.at_close import keep_brief
from boardroom.opinions import operations as opinions
from boardroom.opinions.queries import opened_at
from boardroom.people.models import Person
from boardroom.refusals import IllegalTransition, Locked, Refused
from boardroom.text import stop

SHARED = frozenset(
    {"bar", "people", "agenda", "case", "opinions", "consensus", "comments", "controls"}
)
LATEST_DUE = dt.timedelta(days=730)
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
    note_change(meeting, "meeting_started", "started a meeting", actor, parts=SHARED)


def take(
    meeting: Meeting,
    item: AgendaItem,
    *,
    actor: Person,
    leave_open: bool = False,
    again: bool = False,
) -> None:
    """Put a case before the board. The one that was there waits on, its clock stopped.

    Once its opinions are open it is left without a decision only by the chair's own word,
    `leave_open`, which stands in the record; and one that was deferred or closed as provisional is
    taken `again` only by the chair's own word: raises IllegalTransition without it.
    """
    if meeting.current_item_id == item.id and item.status not in ENDED:
        return
    if item.status in (ItemStatus.DEFERRED, ItemStatus.PROVISIONAL) and not again:
        was = "deferred" if item.status == ItemStatus.DEFERRED else "closed as provisional"
        raise IllegalTransition(f"{item.case.code} was {was}. Say that you take it up again.")
    current = current_item(meeting)
    if current is not None and current.status == ItemStatus.DECIDING:
        _leave_open(meeting, current, actor=actor, said=leave_open)
    elif current is not None and current.status == ItemStatus.PRESENTING:
        _stop_clock(current)
        _to(current, ItemStatus.WAITING)
    if item.status == ItemStatus.DEFERRED:
        item.deferral_reason, item.deferral_note, item.ended_at = "", "", None
        item.deferral_owner, item.deferral_due = "", None
        _case_to(item.case, CaseStatus.LISTED)
    if item.status == ItemStatus.PROVISIONAL:
        _case_to(item.case, CaseStatus.LISTED)  # opinions may shift again
    if item.revealed_at is None and (since := opened_at(item.case_id)) is not None:
        # Open since another meeting: there is no seal any more, and the board goes on from there.
        item.revealed_at = since
        carry_on(item)
    if item.status != ItemStatus.DONE:
        # Opinions that are open stay open: such a case goes on deciding.
        _to(item, ItemStatus.DECIDING if item.revealed_at else ItemStatus.PRESENTING)
    if item.status not in ENDED:
        item.ended_at, item.provisional_reasons = None, []
        item.started_at = item.started_at or now()
        item.resumed_at = now()
        item.presented_by_id = item.presented_by_id or _planned_and_here(meeting, item)
    meeting.current_item_id = item.id
    meeting.presenter_id = _planned_and_here(meeting, item)
    meeting.pen_holder_id = meeting.pen_asked_by_id = None
    db.session.flush()
    note_change(meeting, "case_taken", "took a case", actor, item=item, parts=EVERYTHING)


def _planned_and_here(meeting: Meeting, item: AgendaItem) -> int | None:
    """Who was to present the case, if they are in the room; the chair lets another present."""
    here = select(Attendance.id).where(
        Attendance.meeting_id == meeting.id,
        Attendance.person_id == item.presenter_id,
        Attendance.left_at.is_(None),
    )
    return item.presenter_id if db.session.scalar(here.limit(1)) is not None else None


def _leave_open(meeting: Meeting, item: AgendaItem, *, actor: Person, said: bool) -> None:
    if not said:
        raise IllegalTransition(
            f"The opinions on {item.case.code} are open and nothing is decided. Close it, defer "
            "it, or say that you leave it open and come back."
        )
    _stop_clock(item)
    _to(item, ItemStatus.LEFT_OPEN)
    note_change(meeting, "case_left_open", "left a case open", actor, item=item, parts={"agenda"})


def defer(
    meeting: Meeting,
    item: AgendaItem,
    *,
    actor: Person,
    board: BoardDefinition,
    reason: str,
    note: str,
    owner: str = "",
    due: dt.date | None = None,
) -> None:
    """Put a case off with a coded reason, an owner, and the day on which it lists itself again.

    `owner`, `due`: left out, they are the board's usual ones for the reason. Raises Refused for a
    reason or an owner the board does not know, and for a day that is not ahead; IllegalTransition
    for a case that was closed or deferred a moment ago, by another chair.
    """
    if item.status in ENDED:
        raise IllegalTransition(
            f"{item.case.code} was closed or deferred meanwhile. Take it again to defer it."
            if item.status != ItemStatus.DONE
            else f"{item.case.code} was closed meanwhile, with a final decision."
        )
    if reason not in {entry.key for entry in board.deferral_reasons}:
        raise Refused("Choose why the case is put off.", field="reason")
    usual = board.deferral_reason(reason)
    owner = owner or usual.default_owner
    if owner not in dict(board.owners()):
        raise Refused("Choose who sees to it.", field="owner")
    today = now().astimezone(ZoneInfo(board.time_zone)).date()
    due = due or today + dt.timedelta(days=usual.due_days)
    if not today < due <= today + LATEST_DUE:
        raise Refused(
            "Choose a day after today and within two years on which it is listed again.",
            field="due",
        )
    _stop_clock(item)
    _to(item, ItemStatus.DEFERRED)
    item.ended_at = now()
    item.deferral_reason, item.deferral_note = reason, note.strip()
    item.deferral_owner, item.deferral_due = owner, due
    _case_to(item.case, CaseStatus.DEFERRED)
    if meeting.current_item_id == item.id:
        meeting.pen_holder_id = meeting.pen_asked_by_id = None
    item.case.status_note = (
        stop(usual.name + (f": {note.strip()}" if note.strip() else ""))
        + f" {board.owner_name(owner).capitalize()} sees to it; "
        + f"listed again on {due.day} {due:%b %Y}."
    )
    db.session.flush()
    note_change(
        meeting,
        "case_deferred",
        "deferred a case",
        actor,
        item=item,
        parts=SHARED,
        reason=reason,
    )


def reveal(meeting: Meeting, item: AgendaItem, *, actor: Person) -> int:
    """Open all submitted opinions together; returns how many.

    Only of a case that is being presented: one that was deferred or closed a moment ago, by another
    chair, stays so, and its opinions sealed.
    """
    _must_be_current(meeting, item)
    if item.status in ENDED:
        raise IllegalTransition(
            f"{item.case.code} was closed or deferred meanwhile. Take it again to reveal."
        )
    _to(item, ItemStatus.DECIDING)
    item.revealed_at = now()
    opened = opinions.reveal_all(item.case_id, actor=actor)
    db.session.flush()
    note_change(
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
    voters = voters_here(meeting)
    here = {s: sorted(person for person, of in voters if of == s) for _, s in voters}
    present = [s.key for s in board.specialties if s.key in here]
    reasons = points_of(item)
    if reasons and not provisional:
        raise Refused(
            "The decision is not complete, so it can be closed only as provisional.",
            points=reasons,
        )
    if item.status == ItemStatus.PRESENTING:
        reveal(meeting, item, actor=actor)  # what was said before stands in the record
    _stop_clock(item)
    _to(item, ItemStatus.PROVISIONAL if reasons else ItemStatus.DONE)
    item.ended_at = now()
    item.provisional_reasons = list(reasons)
    item.quorum = {
        "people": len(voters),
        "minimum_people": board.quorum.minimum_people,
        "needed": list(board.needed_for(item.case.beyond)),
        "present": present,
        "missing": list(board.quorum_missing(present, item.case.beyond)),
        "beyond": list(item.case.beyond),
        "persons": {key: here[key] for key in present},
    }
    kept, brief = keep_aids(item, board), keep_brief(item, board)
    _case_to(item.case, CaseStatus.DISCUSSED)
    if not reasons:
        _case_to(item.case, CaseStatus.DECIDED)
    meeting.pen_holder_id = meeting.pen_asked_by_id = None
    db.session.flush()
    note_change(
        meeting,
        "case_closed",
        "closed a case as provisional" if reasons else "closed a case",
        actor,
        item=item,
        parts=SHARED,
        provisional=bool(reasons),
        aids=kept.sha256,
        brief=brief.sha256,
    )
    return reasons


def close(meeting: Meeting, *, actor: Person) -> None:
    """End the meeting. Cases not reached go back to the waiting list.

    Raises IllegalTransition while a case is before the board.
    """
    current = current_item(meeting)
    if current is not None and current.status == ItemStatus.DECIDING:
        raise IllegalTransition("Close or defer the case before the board first.")
    left = [i.case.code for i in meeting.items if i.status == ItemStatus.LEFT_OPEN]
    if left:
        raise IllegalTransition(
            f"{', '.join(left)} {'was' if len(left) == 1 else 'were'} left open. Take "
            f"{'it' if len(left) == 1 else 'each'} again, and close or defer it."
        )
    move_meeting(meeting.status, MeetingStatus.CLOSED)
    meeting.status = MeetingStatus.CLOSED
    meeting.closed_at = now()
    for item in meeting.items:
        if item.status in (ItemStatus.WAITING, ItemStatus.PRESENTING):
            _stop_clock(item)
            item.status = ItemStatus.WAITING
            item.started_at = item.presented_by_id = None  # called up, and not discussed
            _case_to(item.case, CaseStatus.SUBMITTED)
    meeting.current_item_id = meeting.presenter_id = None
    meeting.pen_holder_id = meeting.pen_asked_by_id = None
    for stay in db.session.scalars(
        select(Attendance).where(Attendance.meeting_id == meeting.id, Attendance.left_at.is_(None))
    ):
        stay.left_at = meeting.closed_at
    db.session.flush()
    note_change(meeting, "meeting_closed", "closed a meeting", actor, parts=SHARED)


def let_present(meeting: Meeting, person: Person | None, *, actor: Person) -> None:
    """Give somebody the presenter's place, which every screen can follow; None takes it back."""
    meeting.presenter_id = person.id if person is not None else None
    if person is not None and meeting.current_item is not None:
        meeting.current_item.presented_by_id = person.id
    db.session.flush()
    note_change(
        meeting,
        "presenter_changed",
        "let somebody present",
        actor,
        item=meeting.current_item,
        parts={"bar", "people", "case", "controls"},
    )


# --- Shared --------------------------------------------------------------------------------------


def current_item(meeting: Meeting) -> AgendaItem | None:
    """The case before the board, as this transaction has it."""
    # By its key: the relationship may still hold what it was before this transaction changed it.
    key = meeting.current_item_id
    return db.session.get(AgendaItem, key) if key is not None else None


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


def note_change(
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
    """Put a change into the audit trail and the meeting's events; see `live.announce`."""
    case: Case | None = item.case if item is not None else None
    audit.record(
        action,
        board=meeting.board,
        meeting_id=meeting.id,
        case_id=case.id if case is not None else None,
        **payload,
    )
    live.announce(meeting, kind, parts, actor=actor, item=item, own=own, **payload)
