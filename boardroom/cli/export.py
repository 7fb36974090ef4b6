"""`boardroom export`: records as files."""

from __future__ import annotations

from pathlib import Path

import click

from boardroom.cli.common import DATA, Whole, ready_app


@click.group()
def export() -> None:
    """Write records to files."""


@export.command("minutes")
@click.argument("meeting", type=Whole(1, 2**63 - 1))
@click.option(
    "--format",
    "format_",
    required=True,
    type=click.Choice(["pdf", "docx", "csv", "json"]),
    help="What kind of file.",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; one that is there is replaced.",
)
@click.option("--without-names", is_flag=True, help="Leave patients' names out.")
@DATA
def export_minutes(
    meeting: int, format_: str, output: Path, without_names: bool, data: Path
) -> None:
    """Write the minutes of MEETING (its number) to a file."""
    from sqlalchemy.exc import NoResultFound

    from boardroom.audit import record
    from boardroom.db import write_transaction
    from boardroom.minutes.exporting import DefinitionMissing, minutes_file
    from boardroom.refusals import DomainError

    app = ready_app(data)
    with app.app_context():
        try:
            content, board, _ = minutes_file(meeting, format_, without_names=without_names)
        except NoResultFound:
            raise click.ClickException(f"There is no meeting {meeting}.") from None
        except DefinitionMissing as error:
            raise click.ClickException(f"{error} Put {error.file} back.") from None
        except DomainError as error:
            raise click.ClickException(str(error)) from None
        with write_transaction():
            record(
                "exported minutes",
                board=board,
                meeting_id=meeting,
                format=format_,
                names="left out" if without_names else "included",
            )
    try:
        _write(output, content)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from None
    click.echo(f"Wrote {output} ({len(content):,} bytes).", err=True)


def _write(path: Path, content: bytes) -> None:
    """All or nothing: a half-written record must not lie about."""
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    partial.replace(path)
