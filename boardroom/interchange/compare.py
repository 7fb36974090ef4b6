"""A row whose case is there already: what it says otherwise than the case records.

Nothing of it is taken: who corrects a value does so on the case, where it is dated and signed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.fields import CASE, PATIENT, as_text
from boardroom.cases.models import Case, Fact
from boardroom.cases.rules import ValueRefused
from boardroom.clinical.display import shown
from boardroom.clinical.facts import Checked, FactError, check, in_unit
from boardroom.db import now
from boardroom.interchange.mapping import Column, RegistryMapping
from boardroom.interchange.table import ImportReport, Problem, Row
from boardroom.interchange.values import Values, gather

NOTHING = "nothing"
ROUNDED = Decimal("0.05")
"""What rounding to two digits changes at most."""


def differences(
    row: Row,
    case: Case,
    mapping: RegistryMapping,
    board: BoardDefinition,
    on: dt.date | None = None,
) -> Iterator[Problem]:
    """What the row says otherwise than its case, a problem for each value.

    `on`: the visit's day, where rows are visits. A cell that is empty says nothing; one that an
    import could not take is told where something is recorded, for that is not what it says. What
    the board added of other days is no difference.
    """
    report = ImportReport("", mapping.name, board.key)
    found = gather(row, mapping, report)
    not_taken = {one.column: one.reason for one in report.problems if not one.taken}
    # Not read as given is not "not given"
    unread = {one.to for one in mapping.columns if one.column in not_taken}
    for column in mapping.columns:
        raw = row.cells.get(column.column, "")
        if not raw or (column.kind == "treatment" and column.to in unread):
            continue
        if (reason := not_taken.get(column.column)) is None:
            try:
                said = _otherwise(column, found, case, board, on)
            except (FactError, ValueRefused) as refused:
                reason = str(refused)
            else:
                if said is not None:
                    what = f"{said[0]} there, {said[1]} in the file"
                    yield _problem(row, column.column, raw, what, case)
                continue
        if there := _recorded(column, case, on):
            what = f"{there} there, and this cannot be taken ({reason.rstrip('.')})"
            yield _problem(row, column.column, raw, what, case)
    lacking = [one for one in found.sentences if not _holds(case.summary, one)]
    if lacking:
        what = f"“{' '.join(lacking)}” is not in the summary there"
        yield _problem(row, "summary", "", what, case)


def _holds(summary: str, sentence: str) -> bool:
    """Whether the sentence stands there whole: "Score: 1" is not in "Score: 10"."""
    whole = rf"(?<!\w)(?<!\d[.,]){re.escape(sentence)}(?!\w|[.,]\d)"
    return re.search(whole, summary) is not None


def _problem(row: Row, column: str, raw: str, what: str, case: Case) -> Problem:
    reason = f"{what}: not changed. Correct it on the case, {case.code}."
    return Problem(row.line, column, raw, reason)


def _otherwise(
    column: Column, found: Values, case: Case, board: BoardDefinition, on: dt.date | None
) -> tuple[str, str] | None:
    """(what is recorded, what the file says), in words, where these are not the same."""
    match column.kind:
        case "summary":
            return None
        case "fact":
            name = f"fact-{column.target}-1-"
            value = found.fields.get(f"{name}value", "")
            return _fact(column.target, value, found.fields.get(f"{name}unit", ""), case, on)
        case "treatment":
            given = any(t.kind == column.target and t.on_date == on for t in case.treatments)
            said = column.target in found.treatments
            words = {True: "given", False: "not given"}
            return (words[given], words[said]) if given != said else None
        case kind:
            field = (CASE if kind == "case" else PATIENT)[column.target]
            name = column.target if kind == "case" else f"patient-{column.target}"
            if name not in found.fields:
                return None
            there = getattr(case if kind == "case" else case.patient, column.target)
            here = field.parse(found.fields[name], board, now().date())
            return (as_text(there) or NOTHING, as_text(here)) if here != there else None


def _fact(
    key: str, value: str, unit: str, case: Case, on: dt.date | None
) -> tuple[str, str] | None:
    checked = check(key, value, unit)
    own = _of_the_visit(key, case, on)
    if any(_same(fact, checked) for fact in own):
        return None
    here = shown(key, str(checked.value), checked.unit).words
    return _in_words(own) or NOTHING, here.replace("\u202f", " ")


def _of_the_visit(key: str, case: Case, on: dt.date | None) -> list[Fact]:
    recorded = [fact for fact in case.facts if fact.key == key]
    # An import dates what a visit brings, and nothing else
    return [fact for fact in recorded if fact.taken_on == on] or ([] if on else recorded)


def _in_words(facts: list[Fact]) -> str:
    words = " and ".join(shown(one.key, one.value, one.unit).words for one in facts)
    return words.replace("\u202f", " ")


def _recorded(column: Column, case: Case, on: dt.date | None) -> str:
    """What is there of a column's fact or field, in words; "" for nothing."""
    if column.kind == "fact":
        return _in_words(_of_the_visit(column.target, case, on))
    if column.kind in ("case", "patient"):
        return as_text(getattr(case if column.kind == "case" else case.patient, column.target))
    return ""


def _same(fact: Fact, checked: Checked) -> bool:
    """Whether both say one value; in two units, as far as one of them was rounded."""
    try:
        there, here = Decimal(fact.value), Decimal(checked.value)
    except InvalidOperation:
        return fact.value == checked.value
    if fact.unit == checked.unit:
        return there == here
    try:
        as_here = in_unit(fact.key, there, fact.unit, checked.unit)
        as_there = in_unit(fact.key, here, checked.unit, fact.unit)
        rounded = here in (as_here, as_here.quantize(here, ROUND_HALF_UP))
        rounded = rounded or there in (as_there, as_there.quantize(there, ROUND_HALF_UP))
    except (FactError, InvalidOperation):  # no such unit, or more digits than can be rounded to
        return False
    return rounded and abs(as_here - here) <= here * ROUNDED
