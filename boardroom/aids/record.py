"""A case as the decision aids see it: its record, the reading that counts, the aids that suit."""

from __future__ import annotations

import datetime as dt

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, Fact
from boardroom.cases.treated import of_the_tumour
from boardroom.clinical.case_record import of_day
from boardroom.clinical.catalogue import FACTS
from boardroom.clinical.display import shown
from boardroom.clinical.from_facts import FILLED, CaseRecord
from boardroom.clinical.read_facts import Read, left_open
from boardroom.tumour_map.models import Side
from boardroom.tumour_map.queries import Sides, readings_of, that_counts
from boardroom.tumour_map.rules import SIDES
from boardroom.web import age, local

NOT_SHOWN = frozenset({"galad"})
"""Computed on request only: sources disagree on its unit and its cut-off."""


def record_of(
    case: Case, on: dt.date, read: Read | None = None, board: BoardDefinition | None = None
) -> CaseRecord:
    """The case as the decision aids see it; `read`: the reading of its images that counts.

    `board`: without it no limits go with a prothrombin activity.
    """
    record = CaseRecord(
        case.standing_facts,
        on,
        tuple(case.lesions),
        ecog=case.ecog,
        sex=case.patient.sex,
        age_years=age(case.patient.birth_date, on),
        read=read,
        prothrombin_limits=(board.aids.prothrombin_limits or "") if board is not None else "",
        treatments=of_the_tumour(case),
    )
    record.contradictions += tuple(_mistyped(fact) for fact in case.facts if not fact.stands)
    return record


def _mistyped(fact: Fact) -> str:
    words = shown(fact.key, fact.value, fact.unit).words
    label = FACTS[fact.key].label if fact.key in FACTS else fact.key
    return f"{label} {words} {of_day(fact.taken_on)} was marked as mistyped: it is not used."


def read_of(case: Case) -> Read | None:
    """The reading that counts: the board's, else the referring hospital's; None without any."""
    return read_in(readings_of(case.id), case.board)


def read_in(sides: Sides, board: str) -> Read | None:
    """`read_of`, for who has the readings of several cases."""
    found = that_counts(sides)
    if found is None:
        return None
    saved = local(found.saved_at, board).date()
    said, name = found.said, f"the {SIDES[found.side]}’s reading"
    other = sides.get(Side.REFERRING) if found.side == Side.BOARD else None
    if other is not None and (filled := left_open(said, other.said)) != said:
        said, name = filled, f"{name} (what it leaves open as the {SIDES[other.side]} read it)"
    return Read(said, name, found.imaged_on, saved)


def suits(case: Case, board: BoardDefinition) -> tuple[set[str], list[str]]:
    """(names of the aids that suit the diagnosis, one line for each kind that does not)."""
    found, why = set(FILLED) - NOT_SHOWN, []
    said = {fact.key for fact in case.standing_facts if fact.value == "yes"}
    for rule in board.aids.only_for:
        if case.diagnosis in rule.diagnoses or (rule.or_with and rule.or_with in said):
            continue
        if found & set(rule.aids):
            why.append(rule.why)
        found -= set(rule.aids)
    return found, why
