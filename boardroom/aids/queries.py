"""Reading what decisions were taken on, and the cards of a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import func, select

from boardroom.aids.cards import Cards, cards_of, made_of
from boardroom.aids.figures import values_of
from boardroom.aids.models import DecisionAids
from boardroom.aids.reading import Reading, read_aids
from boardroom.aids.record import read_of, record_of, suits
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, CaseStatus
from boardroom.clinical.stage_order import StageOrder, stage_order
from boardroom.consensus.models import Confirmation
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem, ItemStatus
from boardroom.web import local

DECIDED = ("discussed", "decided", "followed_up")
"""States of a case that show what its decision was taken on, a provisional one included: whoever is
to confirm it sees what the board saw."""


def kept_of(item_id: int) -> DecisionAids | None:
    """What the decision about an agenda item was taken on; None where none was kept."""
    return db.session.scalar(select(DecisionAids).where(DecisionAids.item_id == item_id))


def kept_by_item(item_ids: Iterable[int]) -> dict[int, DecisionAids]:
    """`kept_of` for several items in one query, by item."""
    query = select(DecisionAids).where(DecisionAids.item_id.in_(list(item_ids)))
    return {kept.item_id: kept for kept in db.session.scalars(query)}


def _changed_since(reading: Reading, case: Case, board: BoardDefinition) -> bool:
    """Whether a value that a kept reading rests on is another in the case now: lines over time,
    which are drawn from the case, would then not be those that the board saw."""
    anew = read_aids(case, board, dt.date.fromisoformat(reading["on"]))
    return _values(anew) != _values(reading)


def _values(reading: Reading) -> set[tuple[str, ...]]:
    return {
        (one["key"], one["value"], one["unit"], one["taken_on"])
        for filled in reading["aids"].values()
        for one in filled["sources"]
    }


def changed_until(case: Case) -> dt.date | None:
    """The last day on which what its decision was taken on could be changed in a case.

    Today while the decision is provisional, the day of its last confirmation where it was confirmed
    since; None where it was final at once, and once the case is followed up.
    """
    if case.status == CaseStatus.DISCUSSED:
        return local(now(), case.board).date()
    if case.status != CaseStatus.DECIDED:
        return None
    last = (
        select(AgendaItem.id)
        .join(DecisionAids, DecisionAids.item_id == AgendaItem.id)
        .where(AgendaItem.case_id == case.id)
        .order_by(DecisionAids.at.desc())
        .limit(1)
    )
    confirmed = db.session.scalar(
        select(func.max(Confirmation.at))
        .join(AgendaItem, AgendaItem.id == Confirmation.item_id)
        .where(AgendaItem.id == last.scalar_subquery(), AgendaItem.status == ItemStatus.PROVISIONAL)
    )
    return local(confirmed, case.board).date() if confirmed is not None else None


def cards_for(case: Case, board: BoardDefinition, on: dt.date, units: str = "") -> Cards:
    """The cards of a case on a day, or as they were when the board decided about it."""
    if case.status in DECIDED:
        kept = db.session.scalar(
            select(DecisionAids)
            .join(AgendaItem, AgendaItem.id == DecisionAids.item_id)
            .where(AgendaItem.case_id == case.id)
            .order_by(DecisionAids.at.desc())
            .limit(1)
        )
        if kept is not None:
            cards = made_of(kept.reading, case, board, units, kept=True)
            if changed_until(case) and _changed_since(kept.reading, case, board):
                return cards.without_trends()
            return cards
    return cards_of(case, board, on, units)


def stage_order_of(item: AgendaItem, board: BoardDefinition) -> StageOrder | None:
    """Which options come first at the stage of the item's case: as its decision kept it, else on
    the day of the meeting. None without a stage."""
    kept = kept_of(item.id) if item.ended_at is not None else None
    if kept is not None:
        return stage_order(values_of(kept.reading, "bclc_2022"))
    case, begins = item.case, item.meeting.started_at or item.meeting.starts_at
    if "bclc_2022" not in suits(case, board)[0]:
        return None
    record = record_of(case, local(begins, board.key).date(), read_of(case))
    return stage_order(
        values_of({"aids": {"bclc_2022": record.fill("bclc_2022").as_dict()}}, "bclc_2022")
    )
