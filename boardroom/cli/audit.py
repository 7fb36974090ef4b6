"""`boardroom audit`: the audit trail."""

from __future__ import annotations

import re
from pathlib import Path

import click

from boardroom.cli.common import DATA, ready_app


@click.group()
def audit() -> None:
    """The audit trail."""


def _noted(
    context: click.Context, option: click.Parameter, value: str | None
) -> tuple[int, str] | None:
    if value is None:
        return None
    length, _, digest = value.partition(":")
    if not (length.isdecimal() and re.fullmatch(r"[0-9a-f]{64}", digest)):
        raise click.BadParameter("must be what this command printed on an earlier day: NUMBER:HASH")
    return int(length), digest


@audit.command("verify")
@click.option(
    "--noted", metavar="NUMBER:HASH", callback=_noted, help="What it printed on an earlier day."
)
@DATA
def audit_verify(data: Path, noted: tuple[int, str] | None) -> None:
    """Walk the whole hash chain. Exit code 1 where it is broken.

    Whoever owns the database could write another chain. Keep the last line somewhere else, and
    give it with --noted another day: the trail must still go through it.
    """
    from boardroom import audit_proof

    app = ready_app(data)
    with app.app_context():
        length, wrong = audit_proof.verify(noted)
        if wrong is None and not audit_proof.guarded():
            wrong = audit_proof.UNGUARDED
        _, last = audit_proof.end()
    if wrong:
        raise click.ClickException(f"The audit trail is broken: {wrong}.")
    click.echo(f"The audit trail is whole: {length} entries.")
    click.echo(f"{length}:{last}")
