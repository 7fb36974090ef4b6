"""`boardroom user`: people who can sign in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from boardroom.cli.common import DATA, WebAddress, ready_app

if TYPE_CHECKING:
    from flask import Flask

    from boardroom.boards.definition import BoardDefinition

ROLES = ("administrator", "chair", "coordinator", "specialist", "observer", "referrer")


@click.group()
def user() -> None:
    """People who can sign in."""


@user.command("add")
@DATA
@click.option("--email", required=True, help="Their email, with which they sign in.")
@click.option("--name", required=True, help="Their name, as the others read it.")
@click.option(
    "--role", required=True, type=click.Choice(ROLES), help="What they may do on the board."
)
@click.option("--board", help="Key of the board; needed when there are several.")
@click.option(
    "--specialty",
    help="Key of the specialty they speak for, such as surgery; a specialist has one.",
)
@click.option(
    "--hospital",
    default="",
    help="Their hospital. For a referrer it decides which cases they see.",
)
@click.option(
    "--password",
    envvar="BOARDROOM_USER_PASSWORD",
    show_envvar=True,
    help="Without one, a link is printed with which the person chooses it.",
)
@click.option(
    "--url",
    type=WebAddress(),
    help="Where people reach this Boardroom, for the link; else the setting public_url.",
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
    url: str | None,
) -> None:
    """Add a person, or give somebody a place on another board."""
    from boardroom.db import write_transaction
    from boardroom.people import rules
    from boardroom.people.operations import add_person
    from boardroom.refusals import DomainError

    app = ready_app(data)
    definition = _board(app, board)
    known = [one.key for one in definition.specialties]
    _check_specialty(definition, role, specialty)
    wrong = rules.place_problems(role, specialty or "", hospital, known)
    if words := rules.account_problem(email, name, password) or " ".join(wrong.values()):
        raise click.UsageError(words)
    with app.app_context():
        try:
            with write_transaction():
                person, token = add_person(
                    board=definition,
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
        _tell_link(f"/invitation/{token}", url or str(app.config["PUBLIC_URL"]), data)


def _board(app: Flask, key: str | None) -> BoardDefinition:
    boards: dict[str, BoardDefinition] = app.extensions["boards"]
    if key is None and len(boards) > 1:
        raise click.UsageError(f"Say which board: --board {' | '.join(boards)}")
    if key is not None and key not in boards:
        raise click.UsageError(f"There is no board '{key}', only {', '.join(boards)}.")
    return boards[key or next(iter(boards))]


def _check_specialty(board: BoardDefinition, role: str, key: str | None) -> None:
    known = [specialty.key for specialty in board.specialties]
    if key is not None and key not in known:
        raise click.UsageError(
            f"The {board.name} has no specialty '{key}', only {', '.join(known)}."
        )
    if key is None and role == "specialist":
        raise click.UsageError(
            f"A specialist speaks for a specialty: --specialty {' | '.join(known)}"
        )


def _tell_link(path: str, address: str, data: Path) -> None:
    if urlsplit(address).scheme in ("http", "https"):
        click.echo(f"To choose a password, open within seven days: {address.rstrip('/')}{path}")
        return
    click.echo(
        f"To choose a password, open within seven days: {path}\n"
        "That is the end of the link: put the address in front at which people reach this "
        f"Boardroom. Given with --url, or as public_url in {data / 'boardroom.toml'}, the whole "
        "link is printed."
    )
