"""Cases that a meeting put off: when they list themselves again, and who sees to them till then."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import and_, func, select

from boardroom.cases.models import Case, CaseStatus
from boardroom.db import db
from boardroom.meetings.models import AgendaItem, ItemStatus
from boardroom.people.models import Person, Role

PUT_OFF = (CaseStatus.DEFERRED, CaseStatus.SUBMITTED, CaseStatus.NEEDS_INFORMATION)
"""States of a case between a meeting that put it off and the next that lists it."""


def deferred_until() -> list[tuple[Case, AgendaItem]]:
    """Every deferred case of a board that is set up, with the item that deferred it last; the
    earliest day first."""
    last = (
        select(func.max(AgendaItem.id))
        .where(AgendaItem.case_id == Case.id, AgendaItem.status == ItemStatus.DEFERRED)
        .correlate(Case)
        .scalar_subquery()
    )
    query = (
        select(Case, AgendaItem)
        .join(AgendaItem, and_(AgendaItem.case_id == Case.id, AgendaItem.id == last))
        .where(
            Case.status == CaseStatus.DEFERRED,
            Case.board.in_(current_app.extensions["boards"]),
        )
        .order_by(AgendaItem.deferral_due.nulls_first(), Case.id)
    )
    return [(case, item) for case, item in db.session.execute(query).unique()]


def owned_by(person: Person) -> list[tuple[Case, AgendaItem]]:
    """What the person sees to of cases that were put off: as their role, specialty or hospital.

    Until the case is on an agenda again; of a referrer, until all that was asked of them came.
    """
    last = (
        select(func.max(AgendaItem.id))
        .where(AgendaItem.case_id == Case.id)
        .correlate(Case)
        .scalar_subquery()
    )
    query = (
        select(Case, AgendaItem)
        .join(AgendaItem, and_(AgendaItem.case_id == Case.id, AgendaItem.id == last))
        .where(
            Case.status.in_(PUT_OFF),
            Case.board.in_(current_app.extensions["boards"]),
            Case.board.in_([place.board for place in person.memberships]),
            AgendaItem.status == ItemStatus.DEFERRED,
            AgendaItem.deferral_owner != "",
        )
        .order_by(AgendaItem.deferral_due.nulls_first(), Case.id)
    )
    mine = []
    for case, item in db.session.execute(query).unique():
        place = person.on(case.board)
        if place is None:
            continue
        if place.role == Role.REFERRER:
            home = person.hospital.casefold()
            if not home or case.referrer_hospital.casefold() != home or _has_come(case, item):
                continue
        if item.deferral_owner in (str(place.role), place.specialty if place.votes else ""):
            mine.append((case, item))
    return mine


def _has_come(case: Case, item: AgendaItem) -> bool:
    """Whether the referrer was asked since the case was put off, and sent all of it."""
    since = item.ended_at
    return since is not None and any(
        asked.received and asked.asked_at > since for asked in case.requests
    )
