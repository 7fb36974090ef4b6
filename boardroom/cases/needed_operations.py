"""Say which specialties a case needs beyond the board's quorum. Flush only."""

from __future__ import annotations

from collections.abc import Collection

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition
from boardroom.cases import rules
from boardroom.cases.models import Case, CaseSpecialty
from boardroom.db import db
from boardroom.people.models import Person
from boardroom.refusals import Refused


def choices(board: BoardDefinition) -> list[tuple[str, str]]:
    """(key, name) of the specialties that a case can need besides the quorum."""
    return [(s.key, s.name) for s in board.specialties if s.key not in board.quorum.specialties]


def set_needed(case: Case, board: BoardDefinition, keys: Collection[str], *, actor: Person) -> bool:
    """Make these the specialties that the case needs; returns whether that changed anything.

    Raises IllegalTransition once the case is decided, Refused for a specialty that is none.
    """
    rules.must_be_open(case.status)
    known = [key for key, _ in choices(board)]
    if not set(keys) <= set(known):
        raise Refused("Choose among the specialties of this board.")
    wanted = [key for key in known if key in keys]
    if set(wanted) == set(case.beyond):
        return False
    for one in [one for one in case.needed if one.specialty not in wanted]:
        case.needed.remove(one)
    for key in wanted:
        if key not in case.beyond:
            case.needed.append(CaseSpecialty(specialty=key, added_by_id=actor.id))
    db.session.flush()
    audit.record(
        "named specialties a case needs",
        board=case.board,
        case_id=case.id,
        actor=actor,
        needed=list(wanted),
    )
    shown = {"people", "case", "opinions"}
    live.announce_case(case.id, "needs_changed", shown, actor=actor, before=shown)
    return True
