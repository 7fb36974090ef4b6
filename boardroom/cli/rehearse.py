"""`boardroom rehearse`: a meeting with simulated colleagues."""

from __future__ import annotations

import json

import click

from boardroom.cli.common import AS_JSON, Number, Ticker, WebAddress, Whole


@click.command()
@click.option(
    "--url",
    "urls",
    required=True,
    multiple=True,
    type=WebAddress(),
    help="Address of a demonstration that is running; again for each further process of it.",
)
@click.option(
    "--people",
    default=12,
    show_default=True,
    type=Whole(2, 500),
    help="How many simulated colleagues take part.",
)
@click.option(
    "--minutes",
    default=2.0,
    show_default=True,
    type=Number(0.1, 240),
    help="How long the meeting takes.",
)
@click.option(
    "--cases",
    default=None,
    type=Whole(1, 200),
    help="Cases on the agenda; without it, one for every ten seconds, 20 at most.",
)
@AS_JSON
def rehearse(
    urls: tuple[str, ...], people: int, minutes: float, cases: int | None, as_json: bool
) -> None:
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
            report = run(*urls, people=people, minutes=minutes, cases=cases, progress=tick)
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
