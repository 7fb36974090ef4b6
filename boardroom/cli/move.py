"""`boardroom move`: from the SQLite file to PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path

import click

from boardroom.cli.common import AS_JSON, DATA, make_app, phases


@click.command()
@click.option(
    "--to",
    "url",
    envvar="BOARDROOM_DATABASE_URL",
    show_envvar=True,
    required=True,
    help="Address of an empty PostgreSQL database, such as postgresql://boardroom@host/boardroom. "
    "A password is better left to ~/.pgpass or PGPASSWORD.",
)
@DATA
@AS_JSON
def move(url: str, data: Path, as_json: bool) -> None:
    """Move the record from the data folder's SQLite file to PostgreSQL.

    Stop the server first. Every row is copied and compared, the audit trail walked, and the signed
    minutes hashed again. Then the folder's boardroom.toml names the new database, and the file is
    kept as boardroom.db.moved. The documents stay where they are. Whatever goes wrong leaves the
    file as it was and the database empty.
    """
    from boardroom import migrations
    from boardroom.cli.common import revision_of
    from boardroom.settings import SettingsError, checked_address, own_database, point_to
    from boardroom.upkeep.archive import UpkeepFailed
    from boardroom.upkeep.move import MOVED
    from boardroom.upkeep.move import move as move_record
    from boardroom.upkeep.serving import AlreadyServed, serving

    data = data.absolute()
    file = data / "boardroom.db"
    if not file.is_file():
        raise click.UsageError(f"{data} holds no boardroom.db: there is nothing to move.")
    try:
        url = checked_address(url)
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    app = make_app(data, DATABASE_URL=own_database(data))
    if revision_of(app, data) != migrations.head():
        raise click.ClickException(
            f"{file} belongs to an older version. Run: boardroom upgrade --data {data}"
        )
    try:
        with serving(data, alone=True), phases(as_json) as progress:
            rows = move_record(app, file, url, progress)
        named = point_to(data, url)
    except AlreadyServed as error:
        raise click.ClickException(f"{error} Stop it first.") from None
    except (UpkeepFailed, SettingsError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps({"rows": rows, "settings_written": named}))
        return
    click.echo(
        f"Moved {sum(rows.values()):,} rows of {len(rows)} tables: {rows['case']:,} cases, "
        f"{rows['minutes']:,} signed minutes, {rows['audit_entry']:,} entries of the audit trail. "
        f"The file is kept as {file.name}{MOVED}."
    )
    if named:
        click.echo(f"{data}/boardroom.toml names the new database.")
    click.echo(f"Start with: boardroom serve --data {data}")
