"""`boardroom import`: a registry's table becomes cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from boardroom.cli.common import AS_JSON, DATA, Ticker, ready_app


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
    rest goes in, and nothing is guessed. Exit code 0 when everything was read, 3 when something
    was reported.
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
    for problem in found["problems"]:
        click.echo(
            f"line {problem['line']}, {problem['column']}: {problem['value']!r}: "
            f"{problem['reason']}{' (recorded all the same)' if problem['taken'] else ''}"
        )
    click.echo(
        f"{found['rows']} rows of {found['patients']} patients read, "
        f"{found['imported']} cases made, "
        f"{found['already_there']} there already, "
        f"{len(found['problems'])} values or rows reported."
    )
