"""A mapping file: what each column of a registry's table means. Nothing is guessed from a header.

name = "uci_hcc"                     names the registry and, with a row's key, a case's source
board = "liver"
key_column = "row"                   its value is unique for each row
patient_name = "Registry patient {key}"
submit = true                        hand the cases to the board (of rounds the last), or not;
                                     earlier rounds are past visits: history, never for a decision

[fixed]                              the same for every case
diagnosis = "hcc"

[[columns]]
column = "total_bilirubin_mg_dl"
to = "fact.bilirubin"                or patient.<field>, case.<field>, summary
unit = "mg/dL"                       the unit of every value, or `units` where the table mixes them
values = { "1" = "yes", "0" = "no" } what each written value means; another one is reported
reported = { "5" = "why" }           values that cannot be recorded as they stand
text = "Age {value} years."          for the summary
minimum = 0                          for the summary: numbers outside are reported
maximum = 120

[[columns]]
column = "embolization"
to = "treatment.tace"                a treatment of the visit, where the value means "yes"
values = { "1" = "yes", "0" = "no" }

[rounds]                             rows are visits, and those of one patient rounds of one case
day = "day"                          days since the patient's first visit
day_0 = 2016-01-01                   the date that day 0 gets, where the table has no dates

[[skipped]]                          columns left out on purpose
column = "alive_1y"
why = "The outcome."
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.fields import CASE, PATIENT
from boardroom.clinical.facts import FACTS, FactError, unit_of
from boardroom.refusals import Refused
from boardroom.settings import asset_dir
from boardroom.toml_mistakes import mistakes_in, named

Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class ImportFailed(Refused):
    """The table or its mapping cannot be used at all; one line for each mistake."""

    title = "The table cannot be read"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Column(_Part):
    """What one column means. See the head of this module."""

    column: Line
    to: Annotated[
        str, StringConstraints(pattern=r"^(patient|case|fact|treatment)\.[a-z0-9_]+$|^summary$")
    ]
    unit: str = ""
    units: tuple[str, ...] = ()
    values: Mapping[str, str] = Field(default_factory=dict)
    reported: Mapping[str, Line] = Field(default_factory=dict)
    text: str = ""
    texts: Mapping[str, Line] = Field(default_factory=dict)
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def kind(self) -> str:
        return self.to.partition(".")[0]

    @property
    def target(self) -> str:
        return self.to.partition(".")[2]


class Skipped(_Part):
    """A column that is left out on purpose."""

    column: Line
    why: Line


class Rounds(_Part):
    """How rows that are visits of one patient are told apart and dated."""

    day: Line
    day_0: dt.date


class RegistryMapping(_Part):
    """A whole mapping file."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    origin: str = ""
    board: Line
    key_column: Line
    patient_name: Line = "Registry patient {key}"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    encoding: Literal["utf-8", "cp1252", "latin-1"] = "utf-8"
    submit: bool = False
    fixed: Mapping[str, str] = Field(default_factory=dict)
    columns: tuple[Column, ...] = Field(min_length=1)
    skipped: tuple[Skipped, ...] = ()
    rounds: Rounds | None = None

    def source_of(self, key: str) -> str:
        """What a case remembers of where it came from."""
        return f"{self.name}:{key}"


def read_mapping(path: Path, boards: Mapping[str, BoardDefinition]) -> RegistryMapping:
    """Read and check a mapping file, or a shipped one by its name. Raises ImportFailed."""
    folder = asset_dir("config") / "mappings"
    shipped = folder / f"{path.name.removesuffix('.toml')}.toml"
    if not path.exists():
        if path.parent != Path() or not shipped.exists():
            ours = ", ".join(sorted(one.stem for one in folder.glob("*.toml")))
            raise ImportFailed(f"There is no mapping file '{path}'. Those that ship: {ours}.")
        path = shipped
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ImportFailed(f"{path.name}: not valid TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ImportFailed(f"{path.name}: cannot be read: {why}") from error
    try:
        mapping = RegistryMapping.model_validate(content)
    except ValidationError as error:
        mistakes = [f"{where}: {why}" for where, why in mistakes_in(error, content)]
    else:
        found = _misfits(mapping, boards)
        mistakes = [f"{named(where, content)}: {why}" for where, why in found]
        if not mistakes:
            return mapping
    raise ImportFailed("\n".join(f"{path.name}: {mistake}" for mistake in mistakes))


def _misfits(
    mapping: RegistryMapping, boards: Mapping[str, BoardDefinition]
) -> Iterator[tuple[str, str]]:
    if mapping.board not in boards:
        yield "board", f"there is no board '{mapping.board}'"
    for where, template in (("patient_name", mapping.patient_name),):
        if "{key}" not in template:
            yield where, "has to contain {key}, or all patients would have one name"
    for name in mapping.fixed:
        if name not in CASE:
            yield f"fixed.{name}", f"'{name}' is no field of a case"
    seen = {mapping.key_column}
    if mapping.rounds is not None:
        if mapping.rounds.day == mapping.key_column:
            yield "rounds.day", "cannot be the column of the key"
        seen.add(mapping.rounds.day)
    targets: set[str] = set()
    for i, column in enumerate(mapping.columns):
        where = f"columns[{i}]"
        if column.column in seen:
            yield f"{where}.column", f"'{column.column}' is used twice"
        seen.add(column.column)
        if column.to != "summary" and column.to in targets:
            yield f"{where}.to", f"'{column.to}' is filled twice"
        targets.add(column.to)
        yield from ((f"{where}.{part}", why) for part, why in _misfits_of(column))
        if column.kind == "treatment":
            yield from (
                (f"{where}.{p}", why) for p, why in _misfits_of_treatment(mapping, column, boards)
            )
    for i, skipped in enumerate(mapping.skipped):
        if skipped.column in seen:
            yield f"skipped[{i}].column", f"'{skipped.column}' is used twice"
        seen.add(skipped.column)


def _misfits_of_treatment(
    mapping: RegistryMapping, column: Column, boards: Mapping[str, BoardDefinition]
) -> Iterator[tuple[str, str]]:
    board = boards.get(mapping.board)
    if board is not None and column.target not in {t.key for t in board.treatment_kinds}:
        yield "to", f"'{column.target}' is not one of the board's kinds of treatment"
    if mapping.rounds is None:
        yield "to", "a treatment needs a day, which only [rounds] gives"
    if set(column.values.values()) - {"yes", "no"} or not column.values:
        yield "values", 'have to say which value means "yes" and which "no"'


def _misfits_of(column: Column) -> Iterator[tuple[str, str]]:
    known: Mapping[str, Any] = {"patient": PATIENT, "case": CASE, "fact": FACTS}.get(
        column.kind, {}
    )
    if column.kind == "treatment":
        return
    if column.kind == "summary":
        if "{value}" not in column.text and not column.texts:
            yield "text", "has to contain {value}, or `texts` has to say what each value means"
        return
    if column.target not in known:
        yield "to", f"'{column.to}' is nothing that a case records"
        return
    if column.kind != "fact":
        return
    fact = FACTS[column.target]
    if fact.kind != "number":
        for value in column.values.values():
            if value not in dict(fact.choices):
                yield "values", f"'{value}' is not one of {', '.join(dict(fact.choices))}"
        if not column.values:
            yield "values", f"{fact.label} needs to be told what each written value means"
        return
    for unit in column.units or (column.unit,):
        try:
            unit_of(fact, unit if unit or len(fact.units) > 1 else fact.units[0].key)
        except FactError as error:
            yield "unit", error.reason
