"""What several commands share: their options, the application, a progress bar."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from flask import Flask

    from boardroom.upkeep.archive import Progress


# ---- Kinds of values, with refusals in plain words ----------------------------------------------


class Whole(click.IntRange):
    """A whole number from `min` to `max`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number. Raises click.BadParameter."""
        return _in_range(self, value, int, "a whole number", param, ctx)


class Number(click.FloatRange):
    """A number from `min` to `max`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number. Raises click.BadParameter."""
        return _in_range(self, value, float, "a number", param, ctx)


def _in_range(
    kind: click.IntRange | click.FloatRange,
    value: Any,
    read: type[int] | type[float],
    what: str,
    param: click.Parameter | None,
    ctx: click.Context | None,
) -> Any:
    try:
        number = read(value)
    except (ValueError, OverflowError):
        kind.fail(f"'{value}' is not {what}.", param, ctx)
    least, most = kind.min or 0, kind.max
    if number != number or number < least or (most is not None and number > most):
        upper = f"to {most:g}" if most is not None and most < 10**9 else "or more"
        kind.fail(f"{value} is out of range: {least:g} {upper}.", param, ctx)
    return number


class WebAddress(click.ParamType[str]):
    """An address that begins with http:// or https://."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address. Raises click.BadParameter."""
        from boardroom.known_settings import is_web_address

        if not is_web_address(str(value)):
            self.fail(
                f"'{value}' is no web address: it begins with http:// or https://, "
                "such as http://127.0.0.1:8000.",
                param,
                ctx,
            )
        return str(value)


DATA = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="BOARDROOM_DATA",
    show_envvar=True,
    default=Path("boardroom-data"),
    show_default=True,
    help="Folder with the database and the documents.",
)
PORT = click.option(
    "--port", default=8000, show_default=True, type=Whole(0, 65535), help="0 picks a free port."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


# ---- The application ----------------------------------------------------------------------------


def make_app(data: Path, mode: str = "production", **overrides: Any) -> Flask:
    """The application on a folder, which is made where it is not there: for `init` and `demo`.

    Mistakes in settings and definitions are told plainly (exit code 2).
    """
    with _without_collecting():
        from boardroom import create_app
        from boardroom.boards.definition import DefinitionError
        from boardroom.settings import SettingsError

        try:
            data.mkdir(parents=True, exist_ok=True, mode=0o700)
            return create_app(mode, data=data, **overrides)  # type: ignore[arg-type]
        except (DefinitionError, SettingsError) as error:
            click.echo(f"Boardroom cannot start:\n{error}", err=True)
            raise SystemExit(2) from None
        except OSError as error:
            raise click.ClickException(f"{data} cannot be used: {error.strerror}") from None


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Load the program without looking for garbage in it, then or later: a quarter of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def existing_app(data: Path, **overrides: Any) -> Flask:
    """The application on a folder in which there is a Boardroom database, of whatever version.

    A mistyped folder is refused before anything is made in it (exit code 2).
    """
    from boardroom.settings import SettingsError, database_file

    try:
        file = database_file("production", data)
    except SettingsError as error:
        click.echo(f"Boardroom cannot start:\n{error}", err=True)
        raise SystemExit(2) from None
    if not data.is_dir():
        _no_database(data, "there is no such folder")
    if file is not None and not file.is_file():
        _no_database(data, f"there is no {file.name} in it")
    app = make_app(data, **overrides)
    if revision_of(app, data) is None:
        _no_database(data, "its database is empty")
    return app


def ready_app(data: Path, **overrides: Any) -> Flask:
    """The application on a folder whose database has this version's schema."""
    from boardroom import migrations

    app = existing_app(data, **overrides)
    if revision_of(app, data) != migrations.head():
        raise click.ClickException(
            f"The database in {data} belongs to an older version of Boardroom. "
            f"Run: boardroom upgrade --data {data}"
        )
    return app


def check_folder(
    data: Path,
    mode: Literal["production", "demo"] = "production",
    warn: Callable[[str], object] | None = None,
) -> None:
    """Refuse a folder that is there and cannot be written (exit code 1); warn of an open one, on
    standard error where `warn` says nothing else."""
    from boardroom.settings import SettingsError, database_file
    from boardroom.upkeep.serving import open_to_others, why_not_written

    if not data.is_dir():
        return  # it is made, or told missing, by whoever opens it
    try:
        file = database_file(mode, data)
    except SettingsError:
        return  # told, with every other mistake, by whoever opens it
    if why := why_not_written(data, file):
        raise click.ClickException(why)
    if warning := open_to_others(data):
        (warn or _warn)(warning)


def _warn(text: str) -> None:
    click.echo(f"Warning: {text}", err=True)


def _no_database(data: Path, why: str) -> None:
    raise click.UsageError(
        f"{data} holds no Boardroom database: {why}. Check --data, or make a new one with: "
        f"boardroom init --data {data}"
    )


def revision_of(app: Flask, data: Path) -> str | None:
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


def bring_up(app: Flask, data: Path) -> None:
    """Make the database's tables, or bring them to this version's schema."""
    from boardroom import migrations

    revision_of(app, data)
    migrations.upgrade(app)


# ---- Serving, waiting ---------------------------------------------------------------------------


def prepare_sockets() -> None:
    """Let gevent replace Python's sockets; before anything that uses them is imported."""
    from gevent import monkey

    monkey.patch_all()
    with _without_collecting():
        import boardroom.live  # noqa: F401


def listen(run: Any, app: Flask, host: str, port: int, ready: Any) -> None:
    """Serve until the process is told to stop; a port or a folder that is taken is told plainly."""
    from boardroom.upkeep.serving import AlreadyServed

    try:
        run(app, host, port, ready)
    except AlreadyServed as error:
        raise click.ClickException(
            f"{error} Several processes need the setting message_queue, and PostgreSQL."
        ) from None
    except OSError as error:
        raise click.ClickException(
            f"{host}:{port} cannot be listened on: {error.strerror}. Choose another --port."
        ) from None


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


@contextlib.contextmanager
def phases(quiet: bool) -> Iterator[Progress]:
    """A progress bar for each thing that is done, one after the other."""
    with contextlib.ExitStack() as stack:
        bars: dict[str, Progress] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in bars:
                stack.close()
                bars[what] = stack.enter_context(Ticker(what, quiet))
            bars[what](done, total)  # type: ignore[call-arg, arg-type]

        yield progress
