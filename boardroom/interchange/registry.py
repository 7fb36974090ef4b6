"""A registry's table (CSV) made into cases. What is not trusted is reported; nothing is guessed.

A value goes in only if the mapping says what it means and the catalogue holds it for possible.
Where a column mixes units, a value is kept in the one unit in which it is possible and probable,
unconverted, and reported unless that is the column's first unit. A value that could be of two
units, or fits none well, is reported and left out.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from flask import current_app

from boardroom import audit
from boardroom.boards.definition import BoardDefinition
from boardroom.cases import operations
from boardroom.cases.models import Patient
from boardroom.cases.queries import case_of_source
from boardroom.cases.saving import save_case
from boardroom.clinical.facts import FACTS, FactError, check, unit_of
from boardroom.db import now, write_transaction
from boardroom.interchange.mapping import Column, ImportFailed, RegistryMapping, read_mapping
from boardroom.people.models import Person
from boardroom.refusals import Refused

__all__ = ["ImportFailed", "ImportReport", "Problem", "run_import"]

Progress = Callable[[int, int], None]

_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Problem:
    """Something to look at. `taken`: the value went in nevertheless; `line` counts from 1."""

    line: int
    column: str
    value: str
    reason: str
    taken: bool = False


@dataclass
class ImportReport:
    """What an import did."""

    file: str
    mapping: str
    board: str
    rows: int = 0
    imported: int = 0
    already_there: int = 0
    rows_refused: int = 0
    values_taken: int = 0
    values_refused: int = 0
    values_empty: int = 0
    problems: list[Problem] = field(default_factory=list)
    columns_skipped: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Row:
    """One row of the table as text, with the line it begins on."""

    line: int
    cells: Mapping[str, str]


# ---- The table ----------------------------------------------------------------------------------


def read_table(
    path: Path, mapping: RegistryMapping, problems: list[Problem]
) -> tuple[list[str], list[Row]]:
    """The header and the rows that are whole; others go to `problems`. Raises ImportFailed."""
    text = _decoded(path, mapping)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(path, header, mapping)
        rows, begins = [], reader.line_num + 1
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                reason = f"The row has {len(cells)} values and the header {len(header)}."
                problems.append(Problem(line, "", "", reason))
                continue
            rows.append(Row(line, dict(zip(header, (c.strip() for c in cells), strict=True))))
    except csv.Error as error:
        raise ImportFailed(f"{path.name}, line {reader.line_num}: {error}.") from error
    return header, rows


def _decoded(path: Path, mapping: RegistryMapping) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise ImportFailed(f"{path.name} is larger than {_LARGEST // 1024**2} MB.")
        content = path.read_bytes()
    except OSError as error:
        raise ImportFailed(f"{path.name}: cannot be read: {error.strerror}.") from error
    if not content.strip():
        raise ImportFailed(f"{path.name} is empty.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        raise ImportFailed(f"{path.name} is not {mapping.encoding} text. Save it as CSV in UTF-8.")
    encoding = "utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ImportFailed(
            f"{path.name}, line {line}: not {mapping.encoding} text. "
            "Save it as UTF-8, or name its encoding in the mapping."
        ) from error


def _check_header(path: Path, header: list[str], mapping: RegistryMapping) -> None:
    if len(header) == 1:
        for other, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars"), (",", "commas")):
            if other != mapping.delimiter and other in header[0]:
                raise ImportFailed(
                    f"{path.name}: the columns seem to be divided by {name}. "
                    f"Say so in the mapping: delimiter = {other!r}."
                )
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise ImportFailed(f"{path.name}, line 1: two columns are named '{twice[0]}'.")
    if mapping.key_column not in header:
        raise ImportFailed(
            f"{path.name}, line 1: there is no column '{mapping.key_column}', which tells the rows "
            "apart. Is this the table that the mapping was written for?"
        )


def _column_problems(header: list[str], mapping: RegistryMapping) -> Iterator[Problem]:
    known = {c.column for c in mapping.columns} | {s.column for s in mapping.skipped}
    for name in header:
        if name not in known | {mapping.key_column}:
            yield Problem(1, name, "", "The mapping says nothing about this column: left out.")
    for column in mapping.columns:
        if column.column not in header:
            yield Problem(1, column.column, "", "The mapping names this column; it is not there.")


# ---- One value ----------------------------------------------------------------------------------


class _NotTaken(Exception):
    """The value is left out; the text says why."""


def _translated(column: Column, value: str) -> str:
    if value in column.reported:
        raise _NotTaken(column.reported[value])
    if not column.values:
        return value
    plain = _whole(value)
    for written in (value, plain):
        if written in column.values:
            return column.values[written]
    raise _NotTaken(f"The mapping knows {', '.join(column.values)} here, not this.")


def _whole(value: str) -> str:
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
class _Values:
    """The fields of one case gathered from its row, and which column each came from."""

    fields: dict[str, str] = field(default_factory=dict)
    column_of: dict[str, str] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    count: int = 0


def _gather(row: Row, mapping: RegistryMapping, report: ImportReport) -> _Values:
    found = _Values(fields=dict(mapping.fixed))
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


def _take(column: Column, raw: str, found: _Values, row: Row, report: ImportReport) -> None:
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
        case kind:
            name = column.target if kind == "case" else f"patient-{column.target}"
            found.fields[name] = value
            found.column_of[name] = column.column
            found.count += 1


# ---- The cases ----------------------------------------------------------------------------------


def run_import(
    path: Path,
    mapping_path: Path,
    *,
    actor: Person | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Make a case of each row. Needs an application context.

    A row whose case is already there is left as it is, so an import that was cut short is simply
    run again. `progress` is called with how many rows are done and how many there are.
    Raises ImportFailed where table or mapping cannot be used; nothing is written then.
    """
    boards: Mapping[str, BoardDefinition] = current_app.extensions["boards"]
    mapping = read_mapping(mapping_path, boards)
    board = boards[mapping.board]
    report = ImportReport(path.name, mapping.name, board.key)
    report.columns_skipped = {skipped.column: skipped.why for skipped in mapping.skipped}
    header, rows = read_table(path, mapping, report.problems)
    report.rows_refused = len(report.problems)
    report.rows = len(rows) + report.rows_refused
    report.problems.extend(_column_problems(header, mapping))
    seen: dict[str, int] = {}
    for done, row in enumerate(rows, start=1):
        with write_transaction():  # one for each case, so that the trail tells them apart
            _import_row(row, mapping, board, seen, actor, report)
        if progress is not None:
            progress(done, len(rows))
    report.problems.sort(key=lambda problem: problem.line)
    return report


def _import_row(
    row: Row,
    mapping: RegistryMapping,
    board: BoardDefinition,
    seen: dict[str, int],
    actor: Person | None,
    report: ImportReport,
) -> None:
    key = row.cells[mapping.key_column]
    why = ""
    if not key:
        why = "The row has no key, so a second import could not find it again."
    elif len(key) > 100:
        why = "The row's key is too long."
    elif key in seen:
        why = f"Line {seen[key]} has the same key. One of the two is wrong."
    if why:
        report.problems.append(Problem(row.line, mapping.key_column, key[:100], why))
        report.rows_refused += 1
        return
    seen[key] = row.line
    source = mapping.source_of(key)
    if case_of_source(source) is not None:
        report.already_there += 1
        return
    found = _gather(row, mapping, report)
    case = operations.new_case(board, actor=actor, patient=Patient(), source=source)
    found.fields["patient-name"] = mapping.patient_name.replace("{key}", key)
    saved = save_case(
        case, found.fields, case.version, actor=actor, board=board, today=now().date()
    )
    refused = set()
    for name, reason in saved.errors.items():
        column = found.column_of.get(name, name)
        if column not in refused:
            refused.add(column)
            report.problems.append(Problem(row.line, column, row.cells.get(column, ""), reason))
    for name, reason in saved.warnings.items():
        column = found.column_of.get(name, name)
        report.problems.append(
            Problem(row.line, column, row.cells.get(column, ""), reason, taken=True)
        )
    report.values_refused += len(refused)
    report.values_taken += found.count - len(refused)
    audit.record("imported a case", board=board.key, case_id=case.id, actor=actor, source=source)
    if mapping.submit:
        try:
            operations.submit(case, actor=actor)
        except Refused as refusal:
            report.problems.append(Problem(row.line, "", "", f"Left a draft. {refusal}"))
    report.imported += 1
