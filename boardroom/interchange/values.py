"""One row's values as the fields of a case: what the mapping says of each, and what is left out."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from boardroom.clinical.facts import FACTS, FactError, check, unit_of
from boardroom.interchange.mapping import Column, RegistryMapping
from boardroom.interchange.table import ImportReport, Problem, Row


class _NotTaken(Exception):
    """The value is left out; the text says why."""


def _translated(column: Column, value: str) -> str:
    if value in column.reported:
        raise _NotTaken(column.reported[value])
    if not column.values:
        return value
    plain = whole(value)
    for written in (value, plain):
        if written in column.values:
            return column.values[written]
    raise _NotTaken(f"The mapping knows {', '.join(column.values)} here, not this.")


def whole(value: str) -> str:
    """ "1.0" as "1": the same answer, written by a spreadsheet."""
    return value.removesuffix(".0")


def _number(column: Column, value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _NotTaken("This is not a number.") from None
    low, high = column.minimum, column.maximum
    if (
        not number.is_finite()
        or (low is not None and number < low)
        or (high is not None and number > high)
    ):
        raise _NotTaken(f"Not possible: expected {low} to {high}.")
    return number


def _unit_for(column: Column, value: str) -> tuple[str, str]:
    """(unit, remark): the unit that the value is recorded in; the remark goes to the report."""
    fact = FACTS[column.target]
    if not column.units:
        return column.unit, ""
    fits = {}
    for unit in column.units:
        with contextlib.suppress(FactError):
            fits[unit] = check(fact.key, value, unit)
    names = [unit_of(fact, unit).name for unit in column.units]
    if not fits:
        raise _NotTaken(f"The column mixes units, and in {' or '.join(names)} it is impossible.")
    if len(fits) > 1:
        raise _NotTaken(f"The column mixes units, and {' and '.join(fits)} are both possible.")
    ((unit, checked),) = fits.items()
    if checked.warnings:
        raise _NotTaken(f"The column mixes units, and none fits well. {checked.warnings[0]}")
    if unit == column.units[0]:
        return unit, ""
    return unit, (
        f"The column mixes units: kept in {unit_of(fact, unit).name}, the only one of "
        f"{', '.join(names)} in which it is possible. Not converted."
    )


@dataclass
class Values:
    """The fields of one case gathered from its row, and which column each came from."""

    fields: dict[str, str] = field(default_factory=dict)
    column_of: dict[str, str] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    treatments: list[str] = field(default_factory=list)
    count: int = 0


def gather(row: Row, mapping: RegistryMapping, report: ImportReport) -> Values:
    found = Values(fields=dict(mapping.fixed))
    for column in mapping.columns:
        raw = row.cells.get(column.column, "")
        if not raw:
            report.values_empty += column.column in row.cells
            continue
        if raw in column.texts:
            found.sentences.append(column.texts[raw])
        try:
            _take(column, raw, found, row, report)
        except (_NotTaken, FactError) as why:
            report.problems.append(Problem(row.line, column.column, raw, str(why)))
            report.values_refused += 1
    if found.sentences:
        summary = [found.fields.get("summary", ""), " ".join(found.sentences)]
        found.fields["summary"] = "\n".join(part for part in summary if part)
    return found


def _take(column: Column, raw: str, found: Values, row: Row, report: ImportReport) -> None:
    value = _translated(column, raw)
    match column.kind:
        case "summary":
            if raw not in column.texts:
                if column.minimum is not None or column.maximum is not None:
                    _number(column, value)
                found.sentences.append(column.text.replace("{value}", value))
            found.count += 1
        case "fact":
            unit, remark = _unit_for(column, value)
            name = f"fact-{column.target}-1-"
            found.fields |= {f"{name}value": value, f"{name}unit": unit}
            found.column_of |= {f"{name}value": column.column, f"{name}unit": column.column}
            found.count += 1
            if remark:
                report.problems.append(Problem(row.line, column.column, raw, remark, taken=True))
        case "treatment":
            found.treatments += [column.target] if value == "yes" else []
            found.count += 1
        case kind:
            name = column.target if kind == "case" else f"patient-{column.target}"
            found.fields[name] = value
            found.column_of[name] = column.column
            found.count += 1
