"""`boardroom backup` and `boardroom restore`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from boardroom.cli.common import AS_JSON, DATA, existing_app, phases

if TYPE_CHECKING:
    from boardroom.upkeep.archive import Manifest


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@DATA
@AS_JSON
def backup(file: Path, data: Path, as_json: bool) -> None:
    """Write the database and all documents to FILE, also while a meeting is live.

    FILE appears when it is whole and has been proved: its files compared with their digests, the
    database opened (what pg_dump wrote: compared row by row), its audit trail walked and its
    minutes hashed again. It holds all patients'
    data and is not encrypted: only its owner can read it, and a copy that leaves the machine needs
    encryption of its own. Left out are secret_key (whoever has it can pass for anybody; people sign
    in again after a restore), boardroom.toml and the boards' definitions. Exit code 3 when FILE was
    made but documents that the record names were already missing.
    """
    from boardroom.upkeep.archive import UpkeepFailed
    from boardroom.upkeep.backup import make_backup

    app = existing_app(data)
    try:
        with phases(as_json) as progress:
            manifest = make_backup(app, file.absolute(), progress)
    except UpkeepFailed as error:
        raise click.ClickException(str(error)) from None
    _tell("Wrote", file, manifest, as_json)
    if manifest.missing:
        raise SystemExit(3)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@DATA
@AS_JSON
def restore(file: Path, data: Path, as_json: bool) -> None:
    """Put the backup FILE back into an empty folder, and check it there.

    The folder may hold boardroom.toml and secret_key already. The backup of a PostgreSQL database
    goes into the one that the settings name (database_url), which must be empty, too. A backup of
    an older version is brought to this one's schema. Whatever is damaged or strange is refused,
    and folder and database stay as they were.
    """
    from boardroom.settings import SettingsError, configured
    from boardroom.upkeep.archive import UpkeepFailed
    from boardroom.upkeep.restore import restore as put_back

    try:
        url = configured("production", data).get("DATABASE_URL")
        with phases(as_json) as progress:
            manifest = put_back(file.absolute(), data.absolute(), progress, url)
    except (UpkeepFailed, SettingsError) as error:
        raise click.ClickException(str(error)) from None
    _tell(f"Restored {data} from", file, manifest, as_json)
    if not as_json:
        click.echo(f"Everybody signs in again. Start with: boardroom serve --data {data}")


def _tell(did: str, file: Path, manifest: Manifest, as_json: bool) -> None:
    counts = manifest.counts
    if as_json:
        said = manifest.model_dump(mode="json", exclude={"files"}) | {"file": str(file)}
        click.echo(json.dumps(said | {"files": len(manifest.files), "bytes": manifest.size}))
        return
    click.echo(
        f"{did} {file}: {counts['case']} cases, {counts['meeting']} meetings, "
        f"{counts['minutes']} signed minutes, {counts['document']} documents, "
        f"{manifest.audit.length} entries of the audit trail, "
        f"as of {manifest.made_at:%Y-%m-%d %H:%M} UTC."
    )
    if manifest.missing:
        click.echo(
            f"{len(manifest.missing)} documents that the record names were missing or damaged "
            f"when it was made: {', '.join(manifest.missing)}",
            err=True,
        )
