"""The `boardroom` command.

The libraries that a command needs are imported when it runs: `serve` and `demo` must prepare
their sockets (gevent) before anything that uses them is loaded, and `--help` should be quick.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from boardroom.cli_aid import aid

if TYPE_CHECKING:
    from flask import Flask

DATA = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="BOARDROOM_DATA",
    default=Path("boardroom-data"),
    show_default=True,
    help="Folder with the database and the documents.",
)
PORT = click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 picks a free port.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="boardroom")
def main() -> None:
    """Liver tumour boards, live, from referral to signed minutes."""


main.add_command(aid)


def _app(data: Path, mode: str = "production", **overrides: object) -> Flask:
    """The application, with mistakes in settings and definitions told plainly (exit code 2)."""
    from boardroom import create_app
    from boardroom.boards.definition import DefinitionError
    from boardroom.settings import SettingsError

    try:
        data.mkdir(parents=True, exist_ok=True)
        return create_app(mode, data=data, **overrides)  # type: ignore[arg-type]
    except (DefinitionError, SettingsError) as error:
        click.echo(f"Boardroom cannot start:\n{error}", err=True)
        raise SystemExit(2) from None
    except OSError as error:
        raise click.ClickException(f"{data} cannot be used: {error.strerror}") from None


def _revision(app: Flask, data: Path) -> str | None:
    """The database's revision, None for an empty one; an unusable database is told plainly."""
    import sqlite3

    from sqlalchemy.exc import SQLAlchemyError

    from boardroom import migrations

    try:
        revision = migrations.current_revision(app)
    except (SQLAlchemyError, sqlite3.Error) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise click.ClickException(f"The database in {data} cannot be used: {reason}") from None
    if revision is not None and not migrations.is_known(revision):
        raise click.ClickException(
            f"The database in {data} belongs to a newer version of Boardroom (its schema is "
            f"{revision}). Use that version; this one leaves it as it is."
        )
    return revision


def _upgraded(app: Flask, data: Path) -> None:
    from boardroom import migrations

    _revision(app, data)
    migrations.upgrade(app)


def _migrated(app: Flask, data: Path) -> None:
    from boardroom import migrations

    if _revision(app, data) != migrations.head():
        raise click.ClickException(
            f"The database in {data} is not ready. Run: boardroom init --data {data} (a new one) "
            f"or boardroom upgrade --data {data}"
        )


def _gevent() -> None:
    from gevent import monkey

    monkey.patch_all()


@main.command()
@DATA
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@PORT
def serve(data: Path, host: str, port: int) -> None:
    """Serve Boardroom from a database that `init` made."""
    _gevent()
    from boardroom.server import serve as run

    app = _app(data, ASYNC_MODE="gevent")
    _migrated(app, data)
    _run(run, app, host, port, lambda url: click.echo(f"Boardroom is at {url}"))


def _run(run: Any, app: Flask, host: str, port: int, ready: Any) -> None:
    try:
        run(app, host, port, ready)
    except OSError as error:
        raise click.ClickException(
            f"{host}:{port} cannot be listened on: {error.strerror}. Choose another --port."
        ) from None


@main.command()
@PORT
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the demonstration; kept between runs. Without it, a temporary one.",
)
@AS_JSON
def demo(port: int, data: Path | None, as_json: bool) -> None:
    """Show Boardroom: a board, people and invented cases, with one-button sign-in.

    With --json it prints one line when it is ready to serve: url, meeting, past_meeting, accounts.
    """
    _gevent()
    import tempfile

    from boardroom.demo.build import build
    from boardroom.refusals import DomainError
    from boardroom.server import serve as run

    with tempfile.TemporaryDirectory(prefix="boardroom-demo-") as temporary:
        folder = data or Path(temporary)
        app = _app(folder, "demo", ASYNC_MODE="gevent")
        _upgraded(app, folder)
        try:
            with app.app_context():
                made = build(app)
        except DomainError as error:
            raise click.ClickException(str(error)) from None

        def ready(url: str) -> None:
            if as_json:
                click.echo(json.dumps({"url": url, **made}))
            else:
                _welcome(url, made, folder)
            sys.stdout.flush()

        _run(run, app, "127.0.0.1", port, ready)


def _welcome(url: str, made: dict[str, Any], folder: Path) -> None:
    click.echo(f"\nBoardroom's demonstration is at {url}\n")
    width = max(len(account["email"]) for account in made["accounts"])
    for account in made["accounts"]:
        what = account["role"] + (f", {account['specialty']}" if account["specialty"] else "")
        click.echo(f"  {account['email']:<{width}}  {account['password']}  {what}")
    click.echo(
        f"\nThe sign-in page has a button for each. Meeting: {url}/meetings/{made['meeting']}"
    )
    click.echo(f"Data: {folder}   Stop with Ctrl-C.\n")


@main.command()
@DATA
@click.option("--email", envvar="BOARDROOM_ADMIN_EMAIL", prompt="Administrator's email")
@click.option("--name", envvar="BOARDROOM_ADMIN_NAME", prompt="Administrator's name")
@click.option(
    "--password",
    envvar="BOARDROOM_ADMIN_PASSWORD",
    prompt="Password (12 characters or more)",
    hide_input=True,
    confirmation_prompt=True,
    help="Better asked for, or given in BOARDROOM_ADMIN_PASSWORD.",
)
def init(data: Path, email: str, name: str, password: str) -> None:
    """Make the database and its first administrator."""
    from boardroom.db import write_transaction
    from boardroom.people.operations import add_person
    from boardroom.people.queries import anybody
    from boardroom.refusals import DomainError

    app = _app(data)
    _upgraded(app, data)
    with app.app_context():
        if anybody():
            raise click.ClickException("This database has people already. Use: boardroom user add")
        try:
            with write_transaction():
                for board in app.extensions["boards"].values():
                    add_person(
                        board=board,
                        email=email,
                        name=name,
                        role="administrator",
                        password=password,
                    )
        except DomainError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Made {data}. Start with: boardroom serve --data {data}")


@main.command()
@DATA
def upgrade(data: Path) -> None:
    """Bring the database to this version's schema."""
    from boardroom import migrations

    app = _app(data)
    before = _revision(app, data)
    migrations.upgrade(app)
    after = migrations.current_revision(app)
    click.echo(
        "Nothing to do." if before == after else f"Upgraded: {before or 'empty'} to {after}."
    )


@main.group()
def user() -> None:
    """People who can sign in."""


@user.command("add")
@DATA
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option(
    "--role",
    required=True,
    type=click.Choice(
        ["administrator", "chair", "coordinator", "specialist", "observer", "referrer"]
    ),
)
@click.option("--board", help="Key of the board; needed when there are several.")
@click.option("--specialty", help="Key of the specialty, such as surgery.")
@click.option("--hospital", default="")
@click.option(
    "--password",
    envvar="BOARDROOM_USER_PASSWORD",
    help="Without one, a link is printed with which the person chooses it.",
)
def user_add(
    data: Path,
    email: str,
    name: str,
    role: str,
    board: str | None,
    specialty: str | None,
    hospital: str,
    password: str | None,
) -> None:
    """Add a person, or give somebody a place on another board."""
    from boardroom.db import write_transaction
    from boardroom.people.operations import add_person
    from boardroom.refusals import DomainError

    app = _app(data)
    _migrated(app, data)
    boards = list(app.extensions["boards"])
    if board is None and len(boards) > 1:
        raise click.UsageError(f"Say which board: --board {' | '.join(boards)}")
    board = board or boards[0]
    if board not in boards:
        raise click.UsageError(f"There is no board '{board}', only {', '.join(boards)}.")
    with app.app_context():
        try:
            with write_transaction():
                person, token = add_person(
                    board=app.extensions["boards"][board],
                    email=email,
                    name=name,
                    role=role,
                    specialty=specialty,
                    hospital=hospital,
                    password=password,
                )
                shown = person.email
        except DomainError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Added {shown}.")
    if token:
        click.echo(f"To choose a password, open within seven days: /invitation/{token}")


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="TOML file that says which column is what, or the name of one that ships: uci_hcc.",
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

    app = _app(data)
    _migrated(app, data)
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


class Ticker:
    """A progress bar on a terminal, nothing elsewhere. Calls: tick(done, total)."""

    def __init__(self, title: str, quiet: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console(stderr=True)
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        )
        self.task = self.bar.add_task(title, total=None)

    def __enter__(self) -> Any:
        self.bar.start()
        return lambda done, total: self.bar.update(self.task, completed=done, total=total)

    def __exit__(self, *error: object) -> None:
        self.bar.stop()


@main.group()
def export() -> None:
    """Write records to files."""


@export.command("minutes")
@click.argument("meeting", type=click.IntRange(1, 2**63 - 1))
@click.option(
    "--format", "format_", required=True, type=click.Choice(["pdf", "docx", "csv", "json"])
)
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-names", is_flag=True, help="Leave patients' names out.")
@DATA
def export_minutes(
    meeting: int, format_: str, output: Path, without_names: bool, data: Path
) -> None:
    """Write the minutes of MEETING (its number) to a file."""
    from sqlalchemy.exc import NoResultFound

    from boardroom.audit import record
    from boardroom.db import write_transaction
    from boardroom.minutes.exporting import minutes_file
    from boardroom.refusals import DomainError

    app = _app(data)
    _migrated(app, data)
    with app.app_context():
        try:
            content, board, _ = minutes_file(meeting, format_, without_names=without_names)
        except NoResultFound:
            raise click.ClickException(f"There is no meeting {meeting}.") from None
        except DomainError as error:
            raise click.ClickException(str(error)) from None
        with write_transaction():
            record("exported minutes", board=board, meeting_id=meeting, format=format_)
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


@main.command()
@click.option("--url", required=True, help="Address of a demonstration that is running.")
@click.option("--people", default=12, show_default=True, type=click.IntRange(2, 500))
@click.option(
    "--minutes",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0.1, 240),
    help="How long the meeting takes.",
)
@click.option("--cases", default=None, type=click.IntRange(1, 200), help="Cases on the agenda.")
@AS_JSON
def rehearse(url: str, people: int, minutes: float, cases: int | None, as_json: bool) -> None:
    """Hold a meeting with simulated colleagues, and report whether every screen kept up.

    Each is a real client: it signs in over HTTP, joins over Socket.IO, gives opinions, comments,
    signs off and reconnects. The meeting and its invented cases are made for the purpose; the
    demonstration's own are left alone. More than its people are invited, up to 40 accounts; beyond
    that people have several screens open. Exit code 1 when something was lost, doubled, or not
    equal, 2 when the rehearsal could not begin.
    """
    from boardroom.rehearsal.run import RehearsalFailed, run

    try:
        with Ticker("Rehearsing", as_json) as tick:
            report = run(url, people=people, minutes=minutes, cases=cases, progress=tick)
    except RehearsalFailed as error:
        click.echo(f"The rehearsal could not begin: {error}", err=True)
        raise SystemExit(2) from None
    click.echo(json.dumps(report) if as_json else json.dumps(report, indent=2))
    actions, stages = report["actions"], report["stages"]
    if (
        report["errors"]
        or actions["duplicated"]
        or actions["found"] < actions["acknowledged"]
        or stages["equal"] < stages["checked"]
    ):
        raise SystemExit(1)


@main.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@DATA
def audit_verify(data: Path) -> None:
    """Walk the whole hash chain. Exit code 1 where it is broken."""
    from boardroom.audit import verify

    app = _app(data)
    _migrated(app, data)
    with app.app_context():
        length, wrong = verify()
    if wrong:
        raise click.ClickException(f"The audit trail is broken: {wrong}.")
    click.echo(f"The audit trail is whole: {length} entries.")
