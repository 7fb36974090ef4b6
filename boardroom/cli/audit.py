"""`boardroom audit`: the audit trail."""

from __future__ import annotations

from pathlib import Path

import click

from boardroom.cli.common import DATA, ready_app


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@DATA
def audit_verify(data: Path) -> None:
    """Walk the whole hash chain. Exit code 1 where it is broken."""
    from boardroom.audit import verify

    app = ready_app(data)
    with app.app_context():
        length, wrong = verify()
    if wrong:
        raise click.ClickException(f"The audit trail is broken: {wrong}.")
    click.echo(f"The audit trail is whole: {length} entries.")
