"""What of a later round its referrer is not shown yet.

A round begins with what the board read of the images in the round before. The referring hospital
has that with the signed answer and not before, so until then the database itself leaves those facts
out of whatever one of its requests reads.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

from flask import g, has_request_context
from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from boardroom.cases.models import Case, Fact
from boardroom.consensus.queries import answered_among
from boardroom.db import db
from boardroom.tumour_map.models import Reading, Side

Words = tuple[str, str, str, dt.date | None]


def keep_back(case: Case) -> None:
    """For the rest of this request, leave out what its referrer may not read of the case yet."""
    hidden = _not_answered_yet(case)
    if hidden:
        g.kept_back = hidden
        db.session.expire(case, ["facts"])


@contextlib.contextmanager
def whole(case: Case) -> Iterator[None]:
    """Work with the whole case, whoever asks, where nothing of it is shown."""
    hidden = g.pop("kept_back", None) if has_request_context() else None
    if hidden:
        db.session.expire(case, ["facts"])
    yield
    if hidden:
        g.kept_back = hidden
        db.session.flush()
        db.session.expire(case, ["facts"])


def _not_answered_yet(case: Case) -> frozenset[int]:
    rounds = [case]
    while rounds[0].earlier_case_id is not None:
        earlier = db.session.get(Case, rounds[0].earlier_case_id)
        if earlier is None or earlier in rounds:
            break
        rounds.insert(0, earlier)
    if len(rounds) == 1:
        return frozenset()
    keys = [one.id for one in rounds]
    read = select(Reading.case_id).where(Reading.case_id.in_(keys), Reading.side == Side.BOARD)
    waiting = set(db.session.scalars(read)) - answered_among(keys)
    known: set[Words] = set()
    hidden: set[Words] = set()
    found: list[Fact] = []
    for before, one in zip([None, *rounds], rounds, strict=False):
        kept = before is not None and before.id in waiting
        # What nobody wrote here came with the round: of that round's facts, or of its reading
        came = [f for f in one.facts if f.written_on is None]
        found = [f for f in came if _words(f) in hidden or (kept and _words(f) not in known)]
        hidden = {_words(f) for f in found}
        known = {_words(f) for f in one.facts if f not in found}
    return frozenset(f.id for f in found)


def _words(fact: Fact) -> Words:
    return fact.key, fact.value, fact.unit, fact.taken_on


def _leave_out(state: ORMExecuteState) -> None:
    hidden = g.get("kept_back") if has_request_context() else None
    if hidden and state.is_select and not state.is_column_load:
        only = with_loader_criteria(Fact, Fact.id.not_in(hidden), include_aliases=True)
        state.statement = state.statement.options(only)


def init_kept_back() -> None:
    """Listen to every session of the program."""
    if not event.contains(Session, "do_orm_execute", _leave_out):
        event.listen(Session, "do_orm_execute", _leave_out)
