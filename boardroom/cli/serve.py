"""`boardroom serve`: the production server."""

from __future__ import annotations

from pathlib import Path

import click

from boardroom.cli.common import DATA, PORT, check_folder, listen, prepare_sockets, ready_app


@click.command()
@DATA
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@PORT
def serve(data: Path, host: str, port: int) -> None:
    """Serve Boardroom from a database that `init` made."""
    prepare_sockets()
    warnings: list[str] = []
    check_folder(data, warn=warnings.append)
    app = ready_app(data, ASYNC_MODE="gevent")
    for warning in warnings:  # as a line of the log, which is there now
        app.logger.warning("%s", warning)
    from boardroom.server import serve as run

    listen(run, app, host, port, lambda url: click.echo(f"Boardroom is at {url}"))
