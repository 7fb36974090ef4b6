"""A patient's visits as rounds in the order of their days, whatever order they were imported in.

Only the latest visit waits for the board. What was moved or linked afterwards is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select

from boardroom import audit
from boardroom.cases import operations, round_operations
from boardroom.cases.models import Case, CaseStatus, Fact, Treatment
from boardroom.cases.queries import load_case
from boardroom.cases.round_queries import rounds_of
from boardroom.cases.rules import OPEN_STATUSES
from boardroom.db import db
from boardroom.interchange.mapping import RegistryMapping
from boardroom.people.models import Person

WAITING = frozenset({CaseStatus.DRAFT, CaseStatus.SUBMITTED})
"""States of a visit for which the board has done nothing yet: a later one takes its place."""
_FILLED_IN = WAITING | {CaseStatus.PAST}


@dataclass(frozen=True, slots=True)
class Known:
    """A visit that is there already."""

    case_id: int
    code: str
    day: int
    status: str
    earlier_case_id: int | None


def known_visits(mapping: RegistryMapping, key: str) -> list[Known]:
    """The patient's visits that were imported before, in the order of their days."""
    start = f"{mapping.source_of(key)}:"
    query = select(Case.source, Case.id, Case.code, Case.status, Case.earlier_case_id).where(
        Case.source.startswith(start, autoescape=True)
    )
    found = []
    for source, case_id, code, status, earlier in db.session.execute(query):
        day = (source or "").removeprefix(start)
        if day.isascii() and day.isdigit():  # no other key that begins like this one
            found.append(Known(case_id, code, int(day), status, earlier))
    return sorted(found, key=lambda one: one.day)


def in_the_way(known: list[Known], day: int) -> str:
    """Why a visit of this day cannot follow: an earlier round that is before the board. Or ""."""
    before = [one for one in known if one.day < day]
    if not before:
        return ""
    ours = {one.case_id: one for one in known}
    for case in rounds_of(load_case(before[-1].case_id)):
        visit = ours.get(case.id)
        if visit is not None and (visit.day >= day or case.status in WAITING):
            continue
        if case.status in OPEN_STATUSES:
            what = f"The visit of day {visit.day}" if visit is not None else "A later round"
            return (
                f"{what} ({case.code}) is before the board. Import again when that one is decided."
            )
    return ""


def follows(known: list[Known], day: int) -> Case | None:
    """The round after which a visit of this day comes, or None: the visit before it, or the last
    round that the board began itself after that one."""
    before = [one for one in known if one.day < day]
    if not before:
        return None
    ours = {one.case_id for one in known}
    last = load_case(before[-1].case_id)
    following = {one.earlier_case_id: one for one in rounds_of(last) if one.id not in ours}
    while (after := following.pop(last.id, None)) is not None:
        last = after
    return load_case(last.id)


def put_in_order(known: list[Known], actor: Person | None) -> Iterator[str]:
    """Link each visit to the one before, and leave one waiting; says what was done, in words."""
    ours: Mapping[int, Known] = {one.case_id: one for one in known}
    moved = False
    for before, after in pairwise(known):
        apart = after.earlier_case_id != before.case_id
        # What follows a round that the board began itself goes on doing so
        if apart and after.earlier_case_id in {None, before.earlier_case_id, *ours}:
            yield _link(before, after)
            moved = True
        elif moved:
            _fill_in(before, after)
    for one, later in ((one, known[-1]) for one in known[:-1] if one.status in WAITING):
        operations.keep_as_past(load_case(one.case_id), actor=actor)
        yield (
            f"The visit of day {one.day} ({one.code}) waited for the board. It is history now: "
            f"that of day {later.day} ({later.code}) is later."
        )


def _link(before: Known, after: Known) -> str:
    case = load_case(after.case_id)
    case.earlier_case_id = before.case_id
    db.session.flush()
    audit.record(
        "linked an imported case", board=case.board, case_id=case.id, actor=None, of=before.code
    )
    whole = _fill_in(before, after)
    return (
        f"The visit of day {after.day} ({after.code}) now follows that of day {before.day} "
        f"({before.code})" + ("." if whole else "; its values stay as the board has them.")
    )


def _fill_in(before: Known, after: Known) -> bool:
    """Give a round what the one before it has, unless the board works on it or has decided."""
    if after.status not in _FILLED_IN:
        return False
    fill_in(load_case(before.case_id), load_case(after.case_id))
    db.session.flush()
    return True


def fill_in(case: Case, later: Case) -> None:
    """Give the round after `case` what it would have begun with, and lacks. Nothing is replaced."""
    for name in round_operations.CARRIED:
        if not getattr(later, name):
            setattr(later, name, getattr(case, name))
    facts = {(one.key, one.taken_on) for one in later.facts}
    for fact in case.standing_facts:
        if fact.taken_on and (fact.key, fact.taken_on) not in facts:
            later.facts.append(
                Fact(key=fact.key, value=fact.value, unit=fact.unit, taken_on=fact.taken_on)
            )
    given = {(one.kind, one.on_date) for one in later.treatments}
    for one in case.treatments:
        if (one.kind, one.on_date) not in given:
            later.treatments.append(
                Treatment(
                    kind=one.kind, on_date=one.on_date, detail=one.detail, response=one.response
                )
            )
