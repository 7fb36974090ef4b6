"""A registry's table (CSV) made into cases. What is not trusted is reported; nothing is guessed.

A value goes in only if the mapping says what it means and the catalogue holds it for possible.
Where a column mixes units, a value is kept in the one unit in which it is possible and probable,
unconverted, and reported unless that is the column's first unit. A value that could be of two
units, or fits none well, is reported and left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from flask import current_app

from boardroom import audit
from boardroom.boards.definition import BoardDefinition
from boardroom.cases import operations, round_operations
from boardroom.cases.models import Case, Patient, Treatment
from boardroom.cases.queries import case_of_source, load_case
from boardroom.cases.saving import save_case
from boardroom.db import db, let_others_write, now, write_transaction
from boardroom.interchange.compare import differences
from boardroom.interchange.mapping import ImportFailed, RegistryMapping, Rounds, read_mapping
from boardroom.interchange.rounds import follows, in_the_way, known_visits, put_in_order
from boardroom.interchange.table import ImportReport, Problem, Row, column_problems, read_table
from boardroom.interchange.values import Values, gather, whole
from boardroom.people.models import Person
from boardroom.refusals import Refused

__all__ = ["ImportFailed", "ImportReport", "Problem", "run_import"]

Progress = Callable[[int, int], None]


def run_import(
    path: Path,
    mapping_path: Path,
    *,
    actor: Person | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Make a case of each row. Needs an application context.

    A row whose case is already there is left as it is, and what it says otherwise is reported, so
    an import that was cut short is simply run again; a patient's visits come out as the same rounds
    in whatever order they are imported.
    `progress` is called with how many rows are done and how many there are.
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
    report.problems.extend(column_problems(header, mapping))
    visits = list(_visits(rows, mapping, report))
    for done, visit in enumerate(visits, start=1):
        with write_transaction():  # one for each case, so that the trail tells them apart
            _import_visit(visit, mapping, board, actor, report)
        let_others_write()
        if progress is not None:
            progress(done, len(visits))
    report.patients = len({visit.key for visit in visits})
    report.problems.sort(key=lambda problem: problem.line)
    return report


@dataclass(frozen=True)
class Visit:
    """A row that can become a case. `day` is None where a row is a patient's only one."""

    row: Row
    key: str
    day: int | None = None
    last: bool = True

    @property
    def source(self) -> str:
        return self.key if self.day is None else f"{self.key}:{self.day}"


def _visits(rows: list[Row], mapping: RegistryMapping, report: ImportReport) -> Iterator[Visit]:
    """The rows that can be told apart; with rounds patient by patient, each in order of time."""
    seen: dict[tuple[str, int | None], int] = {}
    by_patient: dict[str, list[tuple[int | None, Row]]] = {}
    for row in rows:
        key, day, why = row.cells[mapping.key_column], None, ""
        column = mapping.key_column
        if not key:
            why = "The row has no key, so a second import could not find it again."
        elif len(key) > 100:
            why = "The row's key is too long."
        elif mapping.rounds is not None:
            column, day = mapping.rounds.day, _day(row.cells[mapping.rounds.day])
            if day is None:
                why = "This is no number of days since the first visit."
            elif day > (latest := (now().date() - mapping.rounds.day_0).days):
                why = f"This day lies in the future: {max(latest, 0)} days have passed since the "
                why += f"{mapping.rounds.day_0} from which the mapping counts."
        if not why and (key, day) in seen:
            column = mapping.key_column
            both = "the same key" if day is None else "the same key and day"
            why = f"Line {seen[key, day]} has {both}. One of the two is wrong."
        if why:
            report.problems.append(Problem(row.line, column, row.cells[column][:100], why))
            report.rows_refused += 1
            continue
        seen[key, day] = row.line
        by_patient.setdefault(key, []).append((day, row))
    for key, several in by_patient.items():
        several.sort(key=lambda one: one[0] or 0)
        for place, (day, row) in enumerate(several, start=1):
            yield Visit(row, key, day, place == len(several))


def _day(text: str) -> int | None:
    plain = whole(text)
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 else None


def _import_visit(
    visit: Visit,
    mapping: RegistryMapping,
    board: BoardDefinition,
    actor: Person | None,
    report: ImportReport,
) -> None:
    if mapping.rounds is None or visit.day is None:
        there = case_of_source(mapping.source_of(visit.source))
        if there is not None:
            _leave(visit, there, mapping, board, report)
        else:
            _make_case(visit, mapping, board, actor, report)
        return
    known = known_visits(mapping, visit.key)
    if ours := next((one for one in known if one.day == visit.day), None):
        on = mapping.rounds.day_0 + dt.timedelta(days=visit.day)
        _leave(visit, load_case(ours.case_id), mapping, board, report, on)
    elif why := in_the_way(known, visit.day):
        report.problems.append(Problem(visit.row.line, mapping.rounds.day, str(visit.day), why))
        report.rows_refused += 1
        return
    else:
        last = visit.last and not any(one.day > visit.day for one in known)
        before = follows(known, visit.day)
        _make_case(replace(visit, last=last), mapping, board, actor, report, before)
        known = known_visits(mapping, visit.key)
    report.problems.extend(
        Problem(visit.row.line, mapping.rounds.day, str(visit.day), done, taken=True)
        for done in put_in_order(known, actor)
    )


def _leave(
    visit: Visit,
    case: Case,
    mapping: RegistryMapping,
    board: BoardDefinition,
    report: ImportReport,
    on: dt.date | None = None,
) -> None:
    """Change nothing of a case that is there already, and report what the row says otherwise."""
    found = list(differences(visit.row, case, mapping, board, on))
    report.already_there += 1
    report.differing += bool(found)
    report.problems.extend(found)


def _make_case(
    visit: Visit,
    mapping: RegistryMapping,
    board: BoardDefinition,
    actor: Person | None,
    report: ImportReport,
    before: Case | None = None,
) -> None:
    """Make a case of a row. `before`: the round that it follows."""
    row, source = visit.row, mapping.source_of(visit.source)
    found = gather(row, mapping, report)
    case = operations.new_case(board, actor=actor, patient=Patient(), source=source)
    found.fields["patient-name"] = mapping.patient_name.replace("{key}", visit.key)
    if visit.day is not None and mapping.rounds is not None:
        _as_round(case, visit, found, before, mapping.rounds)
    saved = save_case(
        case, found.fields, case.version,
        actor=actor, board=board, today=now().date(), imported=True,
    )  # fmt: skip
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
    if not visit.last:
        operations.keep_as_past(case, actor=actor)
    elif mapping.submit:
        try:
            operations.submit(case, actor=actor)
        except Refused as refusal:
            report.problems.append(Problem(row.line, "", "", f"Left a draft. {refusal}"))
    report.imported += 1


def _as_round(case: Case, visit: Visit, found: Values, before: Case | None, rounds: Rounds) -> None:
    """Link the case to the round before it, and date what this visit brings.

    As in any new round, what the earlier visits dated comes along, so each round has the whole
    course up to its day.
    """
    day = rounds.day_0 + dt.timedelta(days=visit.day or 0)
    if before is not None:
        round_operations.carry_over(before, case)
    for kind in found.treatments:
        case.treatments.append(Treatment(kind=kind, on_date=day))
    db.session.flush()
    own, found.fields = found.fields, {"referred_on": day.isoformat()}
    moved: dict[str, str] = {}
    for name, value in own.items():
        key = name.split("-")[1] if name.startswith("fact-") else ""
        if key:
            number = sum(fact.key == key for fact in case.facts) + 1
            part = name.rpartition("-")[2]
            new = f"fact-{key}-{number}-{part}"
            found.fields[f"fact-{key}-{number}-taken_on"] = day.isoformat()
        else:
            new = name
        found.fields[new] = value
        moved[name] = new
    found.column_of = {moved[name]: column for name, column in found.column_of.items()}
