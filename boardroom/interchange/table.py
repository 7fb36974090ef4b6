"""Reading a registry's table: its header, its rows, and what a report says about them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from boardroom.interchange.mapping import ImportFailed, RegistryMapping

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
    patients: int = 0
    already_there: int = 0
    differing: int = 0  # rows of these that say something else than is recorded
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
    if not rows and not problems:
        raise ImportFailed(f"{path.name} has a header and no rows: there is nothing to import.")
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
    if len(header) == 1 and mapping.key_column in header[0]:
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
    if mapping.rounds is not None and mapping.rounds.day not in header:
        raise ImportFailed(
            f"{path.name}, line 1: there is no column '{mapping.rounds.day}', which dates the rows."
        )


def column_problems(header: list[str], mapping: RegistryMapping) -> Iterator[Problem]:
    known = {c.column for c in mapping.columns} | {s.column for s in mapping.skipped}
    days = {mapping.rounds.day} if mapping.rounds is not None else set()
    for name in header:
        if name not in known | {mapping.key_column} | days:
            yield Problem(1, name, "", "The mapping says nothing about this column: left out.")
    for column in mapping.columns:
        if column.column not in header:
            yield Problem(1, column.column, "", "The mapping names this column; it is not there.")
