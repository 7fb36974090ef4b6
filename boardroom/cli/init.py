"""`boardroom init`: a new installation's database and first administrator."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from boardroom.cli.common import DATA, bring_up, check_folder, make_app

ASKED = {
    "email": ("--email", "BOARDROOM_ADMIN_EMAIL", "Administrator's email"),
    "name": ("--name", "BOARDROOM_ADMIN_NAME", "Administrator's name"),
    "password": (
        "--password",
        "BOARDROOM_ADMIN_PASSWORD",
        "Password (12 characters or more)",
    ),
}
"""What the first administrator needs: option, variable, and how it is asked for."""


@click.command()
@DATA
@click.option(
    "--email",
    envvar=ASKED["email"][1],
    show_envvar=True,
    help="The first administrator's email, with which they sign in. Asked for where it is missing.",
)
@click.option(
    "--name",
    envvar=ASKED["name"][1],
    show_envvar=True,
    help="Their name, as the others read it. Asked for where it is missing.",
)
@click.option(
    "--password",
    envvar=ASKED["password"][1],
    show_envvar=True,
    help="Their password, 12 characters or more. Better asked for, or given in the variable.",
)
def init(data: Path, email: str | None, name: str | None, password: str | None) -> None:
    """Make the database and its first administrator."""
    given = _complete({"email": email, "name": name, "password": password})

    from boardroom.db import write_transaction
    from boardroom.people import rules
    from boardroom.people.operations import add_person
    from boardroom.people.queries import anybody
    from boardroom.refusals import DomainError

    # Before anything is made: a refusal leaves no database without an administrator.
    if wrong := rules.account_problem(**given):
        raise click.UsageError(wrong)
    check_folder(data)
    app = make_app(data)
    bring_up(app, data)
    with app.app_context():
        if anybody():
            raise click.ClickException("This database has people already. Use: boardroom user add")
        try:
            with write_transaction():
                for board in app.extensions["boards"].values():
                    add_person(board=board, role="administrator", **given)
        except DomainError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"Made {data}. Start with: boardroom serve --data {data}")


def _complete(given: dict[str, str | None]) -> dict[str, str]:
    """What is missing is asked for on a terminal, and named elsewhere."""
    missing = [key for key, value in given.items() if not value]
    if missing and not sys.stdin.isatty():
        wanted = "; ".join(f"{ASKED[key][0]} or {ASKED[key][1]}" for key in missing)
        raise click.UsageError(f"There is no terminal to ask on. Give {wanted}.")
    return {
        key: value
        or click.prompt(
            ASKED[key][2], hide_input=key == "password", confirmation_prompt=key == "password"
        )
        for key, value in given.items()
    }
