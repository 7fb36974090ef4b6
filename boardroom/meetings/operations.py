"""Plan a meeting and build its agenda. Flush only; the request commits.

The agenda can change until the meeting is closed; open stages follow.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, CaseStatus
from boardroom.cases.operations import hold as hold_case
from boardroom.cases.queries import cases_with_everything
from boardroom.cases.rules import move_case
from boardroom.cases.view import readiness_of
from boardroom.db import db, now
from boardroom.meetings import rules
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingEvent, MeetingStatus
from boardroom.meetings.queries import (
    board_of,
    complexity_of,
    details_in_words,
    minutes_of,
    present_details,
)
from boardroom.people.models import Person, Role
from boardroom.refusals import IllegalTransition, Locked, Overtaken, Refused, StaleVersion
from boardroom.text import clean_line
from boardroom.web import local

AGENDA = frozenset({"agenda", "bar", "controls"})  # the bar says which case of how many
BEFORE = AGENDA | {"case", "opinions"}  # a meeting that has not begun shows its agenda there, too
MOST_ITEMS = 60
LONGEST_REASON = 300


def hold(meeting: Meeting) -> None:
    """Read the meeting again and keep others from changing it until this transaction ends."""
    db.session.scalars(
        select(Meeting)
        .where(Meeting.id == meeting.id)
        .with_for_update(of=Meeting)
        .execution_options(populate_existing=True)
    ).one()


def plan(
    board: str,
    *,
    title: str,
    place: str,
    starts_at: dt.datetime,
    length_minutes: int,
    chair: Person | None,
    actor: Person,
) -> Meeting:
    """A new meeting with an empty agenda."""
    _must_chair(chair, board)
    meeting = Meeting(
        board=board,
        title=title,
        place=place,
        starts_at=starts_at,
        length_minutes=length_minutes,
        chair_id=chair.id if chair is not None else None,
    )
    db.session.add(meeting)
    db.session.flush()
    audit.record("planned a meeting", board=board, meeting_id=meeting.id, actor=actor)
    return meeting


def edit(meeting: Meeting, values: Mapping[str, Any], seen: str, *, actor: Person) -> None:
    """Change title, place, time, length or chair.

    `seen`: the `fingerprint` of what the form showed. Raises StaleVersion where somebody changed it
    since, Locked once the meeting is closed, Refused for a new time while it is live.
    """
    hold(meeting)
    _must_be_open(meeting)
    _must_chair(values.get("chair"), meeting.board)
    new = {
        "title": values["title"],
        "place": values["place"],
        "starts_at": values["starts_at"],
        "length_minutes": values["length_minutes"],
        "chair_id": values["chair"].id if values.get("chair") is not None else None,
    }
    changed = {name for name, value in new.items() if getattr(meeting, name) != value}
    if not changed:
        return
    if seen != fingerprint(meeting):
        theirs = details_in_words(meeting.board, present_details(meeting))
        mine = details_in_words(meeting.board, values)
        differ = {label for label in mine if mine[label] != theirs[label]}
        raise StaleVersion(
            "Somebody changed this meeting while you were editing it.",
            mine={label: text for label, text in mine.items() if label in differ},
            theirs={label: text for label, text in theirs.items() if label in differ},
        )
    if meeting.status != MeetingStatus.PLANNED and "starts_at" in changed:
        raise Refused("The meeting has begun; its time cannot be moved any more.")
    for name in changed:
        setattr(meeting, name, new[name])
    db.session.flush()
    audit.record("changed a meeting", board=meeting.board, meeting_id=meeting.id, actor=actor)
    live.announce(meeting, "meeting_changed", {"bar", "agenda", "case"}, actor=actor)


def fingerprint(meeting: Meeting) -> str:
    """A short text that differs whenever what the meeting's form shows does."""
    chair = meeting.chair_id or 0
    when = int(meeting.starts_at.timestamp())
    text = f"{meeting.title}\n{meeting.place}\n{when}\n{meeting.length_minutes}\n{chair}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def list_case(
    meeting: Meeting,
    case_id: int,
    *,
    actor: Person,
    minutes: int | None = None,
    override: str = "",
    key: str | None = None,
) -> AgendaItem:
    """Put a waiting case at the end of the agenda, with the board's usual time for its kind.

    `override`: why it is listed although something essential is missing; without it such a case
    is refused, also one that comes back with a decision that was only provisional.
    """
    hold(meeting)
    _must_be_open(meeting)
    case = hold_case(case_id)
    if case.board != meeting.board:
        raise Refused("This case belongs to another board.")
    if any(item.case_id == case_id for item in meeting.items):
        raise Overtaken(f"{case.code} is on this agenda already.")
    if case.status == CaseStatus.LISTED:
        raise Overtaken(f"{case.code} is on the agenda of another meeting already.")
    if len(meeting.items) >= MOST_ITEMS:
        raise Refused(f"An agenda can have up to {MOST_ITEMS} cases.")
    move_case(case.status, CaseStatus.LISTED)
    board = board_of(meeting)
    missing = _essential_gaps(case, board)
    why = clean_line(override)
    if missing and not why:
        raise Refused(
            f"{case.code} is not ready: {_in_words(missing)}. Complete it, or write why the board "
            "should discuss it without."
        )
    if len(why) > LONGEST_REASON:
        raise Refused(f"That reason is too long: {LONGEST_REASON} characters at most.")
    case.status = CaseStatus.LISTED
    item = AgendaItem(
        listed_at=now(),
        listed_without=missing,
        override_reason=why if missing else "",
        override_by=actor.name if missing else "",
        case_id=case_id,
        position=max((one.position for one in meeting.items), default=0) + 1,
        minutes=minutes or minutes_of(case, board),
        minutes_by_hand=minutes is not None,
    )
    meeting.items.append(item)
    meeting.agenda_version += 1
    db.session.flush()
    action = "listed a case that is not ready" if missing else "listed a case"
    _note(meeting, "case_listed", action, actor, item=item, key=key)
    return item


def _essential_gaps(case: Case, board: BoardDefinition) -> list[str]:
    # As of today and not of the meeting's day: labs of this week are good enough to be listed on,
    # and the agenda says in time which of them will be too old.
    today = local(now(), board.key).date()
    return [gap.label for gap in readiness_of(case, board, today).essential]


def _in_words(missing: Sequence[str]) -> str:
    more = f", and {len(missing) - 3} more" if len(missing) > 3 else ""
    verb = "is" if len(missing) == 1 else "are"
    return f"{'; '.join(missing[:3])}{more} {verb} missing"


def unlist_case(item: AgendaItem, *, actor: Person, key: str | None = None) -> None:
    """Take a case that nobody has begun with off the agenda; it waits to be listed again."""
    meeting = item.meeting
    hold(meeting)
    db.session.refresh(item)
    _must_be_open(meeting)
    begun = db.session.scalar(select(exists().where(MeetingEvent.item_id == item.id)))
    if not rules.removable(item.status) or begun or meeting.current_item_id == item.id:
        raise IllegalTransition("The board has begun with this case. Defer it instead.")
    case = hold_case(item.case_id)
    move_case(case.status, CaseStatus.SUBMITTED)
    case.status = CaseStatus.SUBMITTED
    meeting.agenda_version += 1
    _note(meeting, "case_unlisted", "took a case off an agenda", actor, item=item, key=key)
    meeting.items.remove(item)
    db.session.flush()
    _number(meeting, [one.id for one in _in_order(meeting)])


def order(
    meeting: Meeting,
    item_ids: Sequence[int],
    version: int,
    *,
    actor: Person,
    key: str | None = None,
) -> None:
    """Put the agenda into this order. `version`: the agenda's that was on the person's screen.

    Raises StaleVersion with both orders where somebody changed the agenda since, and Refused where
    the items are not exactly those of the agenda.
    """
    hold(meeting)
    _must_be_open(meeting)
    items = {item.id: item for item in meeting.items}
    present = [item.id for item in _in_order(meeting)]
    if list(item_ids) == present:
        return
    if version != meeting.agenda_version:
        raise StaleVersion(
            "Somebody changed the agenda while you were ordering it. Look at it again.",
            mine={"Order": _order_in_words(item_ids, items)},
            theirs={"Order": _order_in_words(present, items)},
        )
    if sorted(item_ids) != sorted(present):
        raise Refused("This order does not have every case of the agenda once.")
    _number(meeting, item_ids)
    meeting.agenda_version += 1
    _note(meeting, "agenda_ordered", "ordered an agenda", actor, key=key)


def order_by_complexity(
    meeting: Meeting,
    first: str,
    version: int,
    *,
    actor: Person,
    key: str | None = None,
) -> None:
    """Put the simple or the complex cases (`first`) before the others, among those that wait.

    Whoever moves a case afterwards has the last word. Raises as `order` does.
    """
    if first not in ("simple", "complex"):
        raise Refused("Choose whether simple or complex cases come first.")
    board = board_of(meeting)
    cases = cases_with_everything([item.case_id for item in meeting.items])
    lines = [
        (
            item.id,
            None
            if item.status != ItemStatus.WAITING or item.id == meeting.current_item_id
            else complexity_of(cases[item.case_id], board),
        )
        for item in _in_order(meeting)
    ]
    order(meeting, rules.by_complexity(lines, first), version, actor=actor, key=key)


def move(
    meeting: Meeting,
    item: AgendaItem,
    by: int,
    version: int,
    *,
    actor: Person,
    key: str | None = None,
) -> None:
    """Move one case up (negative) or down by some places. Raises as `order` does."""
    present = [one.id for one in _in_order(meeting)]
    new = rules.moved(present, item.id, present.index(item.id) + by)
    order(meeting, new, version, actor=actor, key=key)


def allot(
    item: AgendaItem,
    *,
    minutes: int,
    presenter: Person | None,
    actor: Person,
    key: str | None = None,
) -> None:
    """Give a case its minutes, and say who will present it."""
    meeting = item.meeting
    hold(meeting)
    db.session.refresh(item)
    _must_be_open(meeting)
    if item.status not in rules.OPEN_ITEM:
        raise IllegalTransition("This case has been dealt with; its time does not matter any more.")
    if not 1 <= minutes <= rules.LONGEST_CASE:
        raise Refused(f"Give a case between 1 and {rules.LONGEST_CASE} minutes.")
    if presenter is not None:
        place = presenter.on(meeting.board)
        if not presenter.active or place is None or place.role in {Role.OBSERVER, Role.REFERRER}:
            raise Refused("Only somebody who takes part in the board can present a case.")
    presenter_id = presenter.id if presenter is not None else None
    if (item.minutes, item.presenter_id) == (minutes, presenter_id):
        return
    item.minutes_by_hand = item.minutes_by_hand or item.minutes != minutes
    item.minutes = minutes
    item.presenter_id = presenter_id
    db.session.flush()
    _note(meeting, "case_allotted", "gave a case its time", actor, item=item, key=key)


def follow_complexity(case: Case, *, actor: Person) -> None:
    """Give a case that waits on an agenda the usual time of its kind, unless somebody set it."""
    waiting = select(AgendaItem).where(
        AgendaItem.case_id == case.id, AgendaItem.status == ItemStatus.WAITING
    )
    for item in db.session.scalars(waiting).all():
        meeting = item.meeting
        hold(meeting)
        db.session.refresh(item)
        board = board_of(meeting)
        usual = (board.meeting.minutes_simple, board.meeting.minutes_complex)
        minutes = minutes_of(case, board)
        by_hand = item.minutes_by_hand or item.minutes not in usual
        if by_hand or item.minutes == minutes or not rules.agenda_open(meeting.status):
            continue
        item.minutes = minutes
        db.session.flush()
        _note(meeting, "case_allotted", "gave a case its time", actor, item=item)


def _must_be_open(meeting: Meeting) -> None:
    if meeting.status == MeetingStatus.SIGNED:
        raise Locked("The minutes of this meeting are signed. An amendment can stand beside them.")
    if not rules.agenda_open(meeting.status):
        raise Locked("This meeting is over. Its agenda does not change any more.")


def _must_chair(chair: Person | None, board: str) -> None:
    if chair is None:
        return
    place = chair.on(board)
    if not chair.active or place is None or place.role != Role.CHAIR:
        raise Refused("Only a chair of this board can chair its meeting.")


def _in_order(meeting: Meeting) -> list[AgendaItem]:
    return sorted(meeting.items, key=lambda item: (item.position, item.id))


def _number(meeting: Meeting, item_ids: Sequence[int]) -> None:
    place = {item_id: number for number, item_id in enumerate(item_ids, 1)}
    for item in meeting.items:
        item.position = place[item.id]
    db.session.flush()


def _order_in_words(item_ids: Sequence[int], items: Mapping[int, AgendaItem]) -> str:
    codes = [items[one].case.code if one in items else "a case since removed" for one in item_ids]
    return "\n".join(f"{number}. {code}" for number, code in enumerate(codes, 1))


def _note(
    meeting: Meeting,
    kind: str,
    action: str,
    actor: Person,
    *,
    item: AgendaItem | None = None,
    key: str | None = None,
) -> None:
    # The event does not point at the item: one that was only planned may go without a trace of it.
    case_id = item.case_id if item is not None else None
    audit.record(action, board=meeting.board, case_id=case_id, meeting_id=meeting.id, actor=actor)
    more: dict[str, Any] = {"case": item.case.code} if item is not None else {}
    parts = BEFORE if meeting.status == MeetingStatus.PLANNED else AGENDA
    live.announce(meeting, kind, parts, actor=actor, key=key, **more)
