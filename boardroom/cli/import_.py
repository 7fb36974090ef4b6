"""`boardroom import`: a registry's table becomes cases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from boardroom.cli.common import AS_JSON, DATA, Ticker, ready_app

ALIKE, SHOWN = 4, 5
"""From how many on problems that say the same are one line, and how many of their lines it names;
--json has each."""


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML file that says which column is what, or one that ships: uci_hcc, survivalpath.",
)
@DATA
@AS_JSON
def import_(file: Path, mapping: Path, data: Path, as_json: bool) -> None:
    """Make cases from a registry's table.

    A row or a value that cannot be trusted is reported with line, column, value and reason; the
    rest goes in, and nothing is guessed. A row whose case is there already changes nothing: what it
    says otherwise is reported, to be corrected on the case. What is said of many values alike is
    one line with their number. It can run beside a live meeting: each case is a change of its own,
    and whoever saves something meanwhile comes in between.

    Exit code 0 when everything was read, 3 when something was reported, 1 when the table cannot be
    read or has no rows.
    """
    from boardroom.interchange.registry import ImportFailed, run_import

    app = ready_app(data)
    try:
        with app.app_context(), Ticker("Importing", as_json) as tick:
            report = run_import(file, mapping, progress=tick)
    except ImportFailed as error:
        raise click.ClickException(str(error)) from None
    found = report.as_dict()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        _tell_import(found)
    if found["problems"]:
        raise SystemExit(3)


def _tell_import(found: dict[str, Any]) -> None:
    for same in _alike(found["problems"]):
        first, count = same[0], len(same)
        taken = " (recorded all the same)" if first["taken"] else ""
        if count < ALIKE:
            for one in same:
                click.echo(
                    f"line {one['line']}, {one['column']}: {one['value']!r}: {one['reason']}{taken}"
                )
            continue
        lines = ", ".join(str(one["line"]) for one in same[:SHOWN])
        more = f" and {count - SHOWN} more" if count > SHOWN else ""
        click.echo(f"{count} lines ({lines}{more}), {first['column']}: {first['reason']}{taken}")
    click.echo(
        f"{found['rows']} rows of {found['patients']} patients read, "
        f"{found['imported']} cases made, "
        f"{found['already_there']} there already{_differing(found['differing'])}, "
        f"{len(found['problems'])} values or rows reported."
    )


def _differing(rows: int) -> str:
    if not rows:
        return ""
    return f" ({rows} of them {'says' if rows == 1 else 'say'} something else, not taken)"


def _alike(problems: Sequence[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """Problems that say the same of the same column together, in the order of their first line."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for one in problems:
        found.setdefault((one["column"], one["reason"], one["taken"]), []).append(one)
    return found.values()
