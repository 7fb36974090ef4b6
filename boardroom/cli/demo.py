"""`boardroom demo`: a board, people and invented cases to look at."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from boardroom.cli.common import (
    AS_JSON,
    PORT,
    bring_up,
    check_folder,
    listen,
    make_app,
    prepare_sockets,
)


@click.command()
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
    prepare_sockets()
    import tempfile

    with tempfile.TemporaryDirectory(prefix="boardroom-demo-") as temporary:
        folder = data or Path(temporary)
        check_folder(folder, "demo")
        app = make_app(folder, "demo", ASYNC_MODE="gevent")
        bring_up(app, folder)
        from boardroom.demo.build import build
        from boardroom.refusals import DomainError
        from boardroom.server import serve as run

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

        listen(run, app, "127.0.0.1", port, ready)


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
