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
    check_folder(data)
    app = ready_app(data, ASYNC_MODE="gevent")
    from boardroom.server import serve as run

    listen(run, app, host, port, lambda url: click.echo(f"Boardroom is at {url}"))
