"""Decided cases that are to come back: whose condition is met, and by which report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import String, cast, exists, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from boardroom.cases.models import Case
from boardroom.cases.rules import TURNED_DOWN_STATUSES
from boardroom.consensus.models import Consensus
from boardroom.consensus.represent import Report, met, represent_of
from boardroom.db import db
from boardroom.followup.models import Progress
from boardroom.followup.queries import CLOSED_WITH, DECIDED, decided_on, today_of
from boardroom.meetings.models import AgendaItem
from boardroom.web import local


@dataclass(frozen=True)
class Due:
    """A decided case that is to come back, and why: one sentence for each condition met."""

    item: AgendaItem
    reasons: tuple[str, ...]


def due_again(case_id: int | None = None) -> list[Due]:
    """Decided cases whose condition to come back is met, and that no later round has taken up.

    What brought a round about that was turned down is no reason for another. `case_id`: of this
    case alone.
    """
    later, turned_down = aliased(Case), aliased(Case)
    last_began = (
        select(func.max(turned_down.created_at))
        .where(turned_down.earlier_case_id == Case.id, turned_down.status.in_(TURNED_DOWN_STATUSES))
        .correlate(Case)
        .scalar_subquery()
    )
    query = (
        select(Consensus, AgendaItem, last_began)
        .join(AgendaItem, Consensus.item_id == AgendaItem.id)
        .join(Case, AgendaItem.case_id == Case.id)
        .options(contains_eager(AgendaItem.case), joinedload(AgendaItem.meeting))
        .where(
            Case.status.in_(DECIDED),
            Case.board.in_(current_app.extensions["boards"]),
            AgendaItem.status.in_(CLOSED_WITH),
            cast(Consensus.represent, String).not_in(("{}", "null")),
            ~exists().where(
                later.earlier_case_id == Case.id, later.status.not_in(TURNED_DOWN_STATUSES)
            ),
        )
        .order_by(AgendaItem.id)
    )
    if case_id is not None:
        query = query.where(Case.id == case_id)
    standing = _standing_items(case_id)
    rows = [row for row in db.session.execute(query).unique() if row[1].id in standing]
    reports = _reports([item.case_id for _, item, _ in rows])
    found = []
    for consensus, item, began in rows:
        board = item.meeting.board
        reasons = met(
            represent_of(consensus.represent),
            decided_on=decided_on(item),
            today=today_of(board),
            reports=[
                report
                for at, report in reports.get(item.case_id, [])
                if began is None or at > began
            ],
            came_back_on=local(began, board).date() if began is not None else None,
        )
        if reasons:
            found.append(Due(item, tuple(reasons)))
    return found


def _standing_items(case_id: int | None) -> set[int]:
    """Of every decided case the item whose decision stands: what an earlier, provisional one said
    about coming back was said anew by the last."""
    query = (
        select(AgendaItem.case_id, AgendaItem.id)
        .join(Case, AgendaItem.case_id == Case.id)
        .where(Case.status.in_(DECIDED), AgendaItem.status.in_(CLOSED_WITH))
        .order_by(AgendaItem.ended_at.nulls_first(), AgendaItem.id)
    )
    if case_id is not None:
        query = query.where(Case.id == case_id)
    return set(dict(db.session.execute(query).all()).values())


def _reports(case_ids: Iterable[int]) -> dict[int, list[tuple[dt.datetime, Report]]]:
    """Case → what was reported of it, each with the moment at which it was."""
    found: dict[int, list[tuple[dt.datetime, Report]]] = {}
    for one in db.session.scalars(
        select(Progress).where(Progress.case_id.in_(list(case_ids)), Progress.mistyped_at.is_(None))
    ):
        report = Report(one.fact, one.value, one.unit, one.taken_on)
        found.setdefault(one.case_id, []).append((one.at, report))
    return found
