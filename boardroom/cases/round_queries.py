"""The rounds of a patient's course: which belong together, and which comes after which."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select

from boardroom.cases.models import Case
from boardroom.cases.rules import TURNED_DOWN_STATUSES
from boardroom.db import db


def rounds_of(case: Case) -> list[Case]:
    """All rounds that belong together, this case among them, each after the one that it follows;
    in one query."""
    one = select(Case.id, Case.earlier_case_id).where(Case.id == case.id)
    known = one.cte("known_round", recursive=True)
    near = or_(Case.earlier_case_id == known.c.id, Case.id == known.c.earlier_case_id)
    known = known.union(select(Case.id, Case.earlier_case_id).join(known, near))
    query = select(Case).where(Case.id.in_(select(known.c.id))).order_by(Case.id)
    return _one_after_another(list(db.session.scalars(query).unique()))


def rounds_after(case: Case) -> list[Case]:
    """Every round that came of this case, each after the one that it follows; those that were
    turned down too."""
    found: list[Case] = []
    for one in rounds_of(case):
        if one.earlier_case_id in {case.id, *(later.id for later in found)}:
            found.append(one)
    return found


def _one_after_another(rounds: list[Case]) -> list[Case]:
    """Rounds in the order of their links: a registry's earlier visit can be imported later."""
    ids = {one.id for one in rounds}
    found = [one for one in rounds if one.earlier_case_id not in ids]
    for one in found:  # grows while it is walked through
        found += [later for later in rounds if later.earlier_case_id == one.id]
    return found


def later_round(case_id: int) -> Case | None:
    """The round that follows this case, if one has begun; one that was turned down is none."""
    query = (
        select(Case)
        .where(Case.earlier_case_id == case_id, Case.status.not_in(TURNED_DOWN_STATUSES))
        .order_by(Case.id)
        .limit(1)
    )
    return db.session.scalars(query).unique().first()


def latest_after(case: Case, rounds: Iterable[Case]) -> Case | None:
    """The last of the rounds that follow this case, however many lie between; None where none has
    begun. `rounds`: as `rounds_of` has them."""
    following = {
        one.earlier_case_id: one for one in rounds if one.status not in TURNED_DOWN_STATUSES
    }
    last = None
    while (after := following.pop(last.id if last is not None else case.id, None)) is not None:
        last = after
    return last
