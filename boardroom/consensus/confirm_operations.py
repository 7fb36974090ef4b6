"""Make a provisional decision final afterwards. Flush only; the request commits."""

from __future__ import annotations

from boardroom import audit, live
from boardroom.cases.models import CaseStatus
from boardroom.cases.operations import hold as hold_case
from boardroom.cases.rules import move_case
from boardroom.consensus.models import Confirmation
from boardroom.consensus.queries import awaited_by, left_open
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem, ItemStatus, MeetingStatus
from boardroom.meetings.operations import hold
from boardroom.meetings.queries import board_of
from boardroom.people.models import Person, Role
from boardroom.refusals import Forbidden, IllegalTransition, Refused

LONGEST = 2000


def speaks_for(item: AgendaItem, person: Person) -> str | None:
    """The specialty for which the person can confirm the item now; "" as a chair, None not at all.

    The missing specialty comes first, so that a chair who is of it speaks as its member.
    """
    left = awaited_by(item)
    place = person.on(item.meeting.board)
    if left is None or place is None:
        return None
    if place.votes and place.specialty:
        board = board_of(item.meeting)
        stands_for = {place.specialty}
        if board.quorum.deputies_count:
            stands_for |= set(board.specialty(place.specialty).deputy_for)
        for key in left:
            if key in stands_for:
                return key
    return "" if place.role == Role.CHAIR else None


def confirmable(item: AgendaItem) -> bool:
    """Whether the item's decision is provisional, still waits for a word, and can be given it."""
    return _waits(item) and not left_open(item)


def _waits(item: AgendaItem) -> bool:
    return (
        item.status == ItemStatus.PROVISIONAL
        and item.meeting.status in (MeetingStatus.CLOSED, MeetingStatus.SIGNED)
        and item.case.status == CaseStatus.DISCUSSED
        and awaited_by(item) is not None
    )


def confirm(item: AgendaItem, text: str, *, actor: Person) -> Confirmation:
    """Put the missing specialty's word, or a chair's, to a decision that was closed without it.

    Signed minutes stay as they are: the confirmation stands beside them. Raises Forbidden for
    anybody else, IllegalTransition where there is nothing to confirm, Refused where something that
    no later word mends was left open.
    """
    meeting = item.meeting
    hold(meeting)
    db.session.refresh(item)
    case = hold_case(item.case_id)
    if not _waits(item):
        raise IllegalTransition("This decision does not wait for a confirmation.")
    if points := left_open(item):
        raise Refused(
            "This decision was left open, so it cannot be confirmed as it is. List the case again. "
            + " ".join(points)
        )
    specialty = speaks_for(item, actor)
    if specialty is None:
        raise Forbidden("The missing specialty's members or a chair confirm this decision.")
    if not specialty and not text:
        raise Refused("As the chair, write who agreed and how you know.")
    if len(text) > LONGEST:
        raise Refused(f"Keep it under {LONGEST:,} characters.")
    made = Confirmation(
        item_id=item.id, specialty=specialty, person_id=actor.id, text=text, at=now()
    )
    db.session.add(made)
    db.session.flush()
    final = awaited_by(item) is None
    if final:
        move_case(case.status, CaseStatus.DECIDED)
        case.status = CaseStatus.DECIDED
        case.status_note = ""
    db.session.flush()
    audit.record(
        "confirmed a provisional decision",
        board=meeting.board,
        case_id=case.id,
        meeting_id=meeting.id,
        specialty=specialty or "chair",
        final=final,
    )
    live.announce_case(case.id, "decision_confirmed", {"case", "agenda"}, actor=actor)
    return made
