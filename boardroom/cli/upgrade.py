"""`boardroom upgrade`: after a new version is installed."""

from __future__ import annotations

from pathlib import Path

import click

from boardroom.cli.common import DATA, check_folder, existing_app, revision_of


@click.command()
@DATA
def upgrade(data: Path) -> None:
    """Bring the database to this version's schema."""
    from boardroom import migrations

    check_folder(data)
    app = existing_app(data)
    before = revision_of(app, data)
    migrations.upgrade(app)
    after = migrations.current_revision(app)
    click.echo("Nothing to do." if before == after else f"Upgraded: {before} to {after}.")
