"""Where a case stands: the days on which it was received, asked about, listed and decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from boardroom.cases.models import Case, CaseStatus, InformationRequest
from boardroom.cases.queries import visible_to
from boardroom.cases.rules import TURNED_DOWN_STATUSES as ENDED
from boardroom.consensus.later_words import final_since
from boardroom.consensus.made_final import said_of
from boardroom.consensus.models import Confirmation
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem, ItemStatus, MeetingStatus
from boardroom.people.models import Person, Role
from boardroom.text import unstopped
from boardroom.web import day, label, local


@dataclass(frozen=True)
class Step:
    """One thing that has happened. `days`: since the case was received; `why`: in free words."""

    name: str
    on: dt.date | None
    more: str = ""
    days: int | None = None
    why: str = ""


@dataclass(frozen=True)
class Standing:
    """The steps of a case so far, in their order, and how many days it has taken."""

    steps: tuple[Step, ...]
    days: int | None
    ended: bool
    imported: bool = False

    @property
    def present(self) -> Step | None:
        """Where the case stands now: its last step, and for one that is decided its decision."""
        ends = [one for one in self.steps if not self.ended or one.name != "Listed"]
        return ends[-1] if ends else None

    @property
    def words(self) -> str:
        """The time it has taken, in a few words; "" before it was received."""
        if self.days is None:
            return ""
        count = "1 day" if self.days == 1 else f"{self.days} days"
        if self.ended:
            return f"took {count}" if self.days else "done on the day it came"
        return (
            f"{count} so far" if self.days else "imported today" if self.imported else "came today"
        )


@dataclass(frozen=True)
class Asked:
    """What is asked of a referrer. `open`: which of the items are still missing."""

    request: InformationRequest
    days_over: int
    open: frozenset[str] = frozenset()

    @property
    def overdue(self) -> bool:
        return self.days_over > 0

    @property
    def unanswered(self) -> list[str]:
        """Items that are still missing and not said to be out of reach."""
        return [
            one["item"]
            for one in self.request.items
            if one["item"] in self.open and not one.get("cannot")
        ]


def standings(cases: Iterable[Case], *, outside: bool = False) -> dict[int, Standing]:
    """Where each case stands, by its id; two queries for all of them, one more where a decision was
    provisional. `outside`: see `standing_of`."""
    cases = list(cases)
    ids = [case.id for case in cases]
    asked: dict[int, list[InformationRequest]] = {}
    for one in db.session.scalars(
        select(InformationRequest)
        .where(InformationRequest.case_id.in_(ids))
        .order_by(InformationRequest.id)
    ):
        asked.setdefault(one.case_id, []).append(one)
    listed: dict[int, list[AgendaItem]] = {}
    for item in db.session.scalars(
        select(AgendaItem)
        .where(AgendaItem.case_id.in_(ids))
        .options(joinedload(AgendaItem.meeting))
        .order_by(AgendaItem.id)
    ).unique():
        listed.setdefault(item.case_id, []).append(item)
    confirmed = _confirmed([item for items in listed.values() for item in items])
    return {
        c.id: standing_of(
            c, asked.get(c.id, []), listed.get(c.id, []), outside=outside, confirmed=confirmed
        )
        for c in cases
    }


Confirmed = Mapping[int, Sequence[Confirmation]]
"""Item to the later words on its provisional decision, in their order."""


def _confirmed(items: Iterable[AgendaItem]) -> Confirmed:
    ids = [item.id for item in items if item.status == ItemStatus.PROVISIONAL]
    found: dict[int, list[Confirmation]] = {}
    if not ids:
        return found
    query = select(Confirmation).where(Confirmation.item_id.in_(ids)).order_by(Confirmation.id)
    for one in db.session.scalars(query):
        found.setdefault(one.item_id, []).append(one)
    return found


def standing_of(
    case: Case,
    asked: list[InformationRequest],
    items: list[AgendaItem],
    *,
    outside: bool = False,
    confirmed: Confirmed | None = None,
) -> Standing:
    """Where a case stands, for who has its requests and its places on agendas, oldest first.

    `outside`: for another hospital, which reads who said what with the signed answer, not before.
    `confirmed`: for who has the later words of several cases.
    """
    received = _day(case.submitted_at, case)
    found: list[tuple[dt.datetime | None, Step]] = []

    def add(
        name: str,
        at: dt.datetime | None,
        more: str = "",
        *,
        why: str = "",
        on: dt.date | None = None,
    ) -> None:
        on = on or _day(at, case)
        days = (on - received).days if on and received else None
        found.append((at, Step(name, on, more, days, why)))

    if case.source and case.referred_on:  # the registry's day, before all that happened here
        found.append((None, Step("Visit", case.referred_on)))
    if case.source:
        add("Imported", case.created_at)
    if case.submitted_at and not (case.source and received == _day(case.created_at, case)):
        add("Received", case.submitted_at)
    for one in asked:
        add("Asked for information", one.asked_at, f"needed by {day(one.due_on)}")
        if one.ended_at and one.answered:
            add("Information received" if one.received else "Submitted again", one.ended_at,
                "; ".join(_without(*pair) for pair in one.not_given))  # fmt: skip
    for item in items:
        add("Listed", item.listed_at, f"for {day(item.meeting.starts_at, case.board)}")
        match item.status:
            case ItemStatus.DONE:
                add("Decided", item.ended_at)
            case ItemStatus.PROVISIONAL:
                more = "provisionally"
                if item is items[-1] and case.status in ("decided", "followed_up"):
                    told = not outside or item.meeting.status == MeetingStatus.SIGNED
                    later = confirmed if confirmed is not None else _confirmed([item])
                    said = said_of(later.get(item.id, ()), case.board) if told else []
                    more += f", {final_since(said)}"
                add("Decided", item.ended_at, more)
            case ItemStatus.DEFERRED:
                until = f"until {day(item.deferral_due)}" if item.deferral_due else ""
                add("Deferred", item.ended_at, until, why=why_deferred(item, case.board))
    if case.status == CaseStatus.SUBMITTED and items and items[-1].status == ItemStatus.DEFERRED:
        moved, ended = case.moved_at, items[-1].ended_at
        # Of a time when that moment was not kept, the day on which it was due is known
        known = moved is not None and ended is not None and moved > ended
        on = None if known else items[-1].deferral_due
        add("Waits to be listed again", moved if known else None, on=on)
    if case.status in ENDED:
        name = "Declined" if case.status == CaseStatus.DECLINED else "Standard of care"
        add(name, case.moved_at)
    # A step without its moment (of a time when it was not kept) stays where it was put.
    latest = dt.datetime.min.replace(tzinfo=dt.UTC)
    keyed = []
    for at, step in found:
        latest = max(latest, at) if at else latest
        keyed.append((at or latest, step))
    steps = tuple(step for _, step in sorted(keyed, key=lambda pair: pair[0]))
    over = case.status in ENDED or case.status in ("decided", "followed_up")
    end = next((s.on for s in reversed(steps) if s.on), None) if over else _day(now(), case)
    taken = (end - received).days if end and received else None
    return Standing(steps, taken, over, imported=bool(case.source))


def why_deferred(item: AgendaItem, board: str) -> str:
    """Why the case was put off, in the board's words, and the note; "" where nothing is said."""
    reason = label(item.deferral_reason, board, "deferral_reasons")
    return ". ".join(filter(None, (reason, item.deferral_note.strip())))


def judged_on(case: Case, items: Iterable[AgendaItem] | None = None) -> dt.date:
    """The day on which it matters how old the case's tests are.

    Today's, or that of its last decision or end. `items`: its places on agendas, for who has them.
    """
    today = local(now(), case.board).date()
    if case.status == CaseStatus.PAST:
        return case.referred_on or today
    if case.status in ENDED:
        return _day(case.moved_at, case) or today
    if case.status not in (CaseStatus.DISCUSSED, CaseStatus.DECIDED, CaseStatus.FOLLOWED_UP):
        return today
    if items is None:
        items = db.session.scalars(select(AgendaItem).where(AgendaItem.case_id == case.id))
    decided = (ItemStatus.DONE, ItemStatus.PROVISIONAL)
    ends = [one.ended_at for one in items if one.status in decided and one.ended_at]
    return _day(max(ends, default=None), case) or today


def _without(label: str, why: str) -> str:
    why = unstopped(why)  # more of them may follow
    return f"without “{label}”" + (f", because: {why}" if why else "")


def _day(at: dt.datetime | None, case: Case) -> dt.date | None:
    return local(at, case.board).date() if at is not None else None


# ---- What is asked of referrers -----------------------------------------------------------------


def asked_of(case: Case, missing: Iterable[str]) -> Asked | None:
    """What the case's referrer is asked at present, or None. `missing`: items still lacking."""
    request = next((one for one in reversed(case.requests) if one.ended_at is None), None)
    if request is None:
        return None
    items = {one["item"] for one in request.items}
    return Asked(request, _over(request, case), frozenset(items & set(missing)))


def open_requests(person: Person) -> list[Asked]:
    """What is asked and not answered yet, the most urgent first.

    For coordinators and chairs: of all their boards' referrers; for a referrer: of their hospital.
    """
    boards = person.boards(Role.COORDINATOR, Role.CHAIR, Role.REFERRER)
    query = (
        select(InformationRequest)
        .join(InformationRequest.case)
        .options(contains_eager(InformationRequest.case))
        .where(
            InformationRequest.ended_at.is_(None),
            Case.status == CaseStatus.NEEDS_INFORMATION,
            Case.board.in_(boards),
            visible_to(person),
        )
        .order_by(InformationRequest.due_on, InformationRequest.id)
    )
    return [Asked(one, _over(one, one.case)) for one in db.session.scalars(query).unique()]


def _over(request: InformationRequest, case: Case) -> int:
    return max(0, (local(now(), case.board).date() - request.due_on).days)
