"""`boardroom aid`: the decision aids on the command line. Each aid is a command of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from boardroom.clinical import Aid, Input, Result

# Two whole numbers, or one with a decimal comma
_TWO_WAYS = re.compile(r"\d+,\d+")
YES_NO = {"true": True, "yes": True, "false": False, "no": False}


class AidGroup(click.Group):
    """Its commands are the registry's aids, made when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from boardroom.clinical import AIDS

        return list(AIDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from boardroom.clinical import AIDS

        aid = AIDS.get(cmd_name)
        return _command(aid) if aid is not None else None


@click.group(cls=AidGroup, invoke_without_command=True)
@click.option("--list", "listing", is_flag=True, help="List the aids; so does no name at all.")
@click.pass_context
def aid(ctx: click.Context, listing: bool) -> None:
    """Compute a decision aid from values: boardroom aid albi bilirubin_umol_l=20 albumin_g_l=38

    `boardroom aid NAME --help` shows what it takes. Exit code 1 where a value is refused or
    something is missing, 2 where the command itself cannot be understood.
    """
    if ctx.invoked_subcommand is not None and not listing:
        return
    from boardroom.clinical import AIDS

    width = max(map(len, AIDS))
    for name, one in AIDS.items():
        click.echo(f"{name:<{width}}  {one.title}")
    ctx.exit()


def _command(this: Aid) -> click.Command:
    def run(pairs: tuple[str, ...], as_json: bool) -> None:
        _run(this, pairs, as_json)

    return click.Command(
        this.name,
        callback=run,
        short_help=this.title,
        help=_help(this),
        params=[
            click.Argument(["pairs"], nargs=-1, metavar="NAME=VALUE..."),
            click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON object."),
        ],
    )


def _help(this: Aid) -> str:
    lines = []
    for one in this.inputs:
        names = " or ".join(name for name, _ in one.entries)
        lines.append(f"  {names}{'' if one.required else ' (optional)'}")
        lines.append(f"      {one.label}: {_expected(one)}")
        if one.hint:
            lines.append(f"      {one.hint}")
    # \b keeps click from filling the lines
    listed = "\n".join(lines)
    return f"{this.title}: {this.version}.\n\n\b\nInputs:\n{listed}\n\n{this.citation}"


def _expected(one: Input) -> str:
    if one.kind == "yesno":
        return "yes or no"
    if one.kind == "number":
        return "a whole number" if one.whole else "a number"
    if one.choices:
        words = ", ".join(key for key, _ in one.choices)
        return f"{'any of' if one.kind == 'list' else 'one of'} {words}"
    return "numbers divided by semicolons; by commas where they have decimal points or are several"


def _run(this: Aid, pairs: Sequence[str], as_json: bool) -> None:
    from boardroom.clinical import ImpossibleValue, UnknownInput

    given: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise click.UsageError(f"'{pair}' is not NAME=VALUE.")
        if name in given:
            raise click.UsageError(f"{name} is given twice.")
        given[name] = _parsed(this, name, text)
    try:
        result = this(**given)
    except UnknownInput as error:
        raise click.UsageError(error.reason) from None
    except ImpossibleValue as error:
        raise click.ClickException(f"{error.input}: {error.reason}") from None
    if as_json:
        click.echo(json.dumps(result.as_dict(), ensure_ascii=False))
    elif result:
        _tell(this, result)
    if not result:
        raise click.ClickException(f"{this.title} lacks: {'; '.join(result.missing)}.")


def _parsed(this: Aid, name: str, text: str) -> Any:
    """The text as the input's kind; an unknown name's text stays as it is and is refused later."""
    one = this.input_named(name)
    if one is None:
        return text
    if one.kind == "yesno":
        try:
            return YES_NO[text.strip().lower()]
        except KeyError:
            raise click.UsageError(f"{name} has to be yes or no, not '{text}'.") from None
    if one.kind == "choice":
        return text
    if one.kind == "number":
        return _number(name, text)
    if not one.choices and _TWO_WAYS.fullmatch(text.strip()):
        first, second = text.strip().split(",")
        raise click.UsageError(
            f"{name}: '{text.strip()}' can be read in two ways. Write {first};{second} for two "
            f"numbers, {first}.{second} for one."
        )
    divider = ";" if ";" in text and not one.choices else ","
    parts = [part.strip() for part in text.split(divider)] if text.strip() else []
    return parts if one.choices else [_number(name, part) for part in parts]


def _number(name: str, text: str) -> Decimal:
    from boardroom.clinical.facts import FactError, number_in

    if not text.strip():
        raise click.UsageError(f"{name} has no value.")
    try:
        return number_in(name, text.strip())
    except FactError as error:
        raise click.UsageError(error.reason) from None


# ---- For people ---------------------------------------------------------------------------------


def _tell(this: Aid, result: Result) -> None:
    click.echo(f"{result.title}: {result.headline}\n")
    width = max(map(len, (*result.values, *result.used)))
    for heading, values in (("Result", result.values), ("Values used", result.used)):
        click.echo(f"{heading}:")
        for name, value in values.items():
            click.echo(f"  {name:<{width}}  {_shown(value)}")
    if result.clamped:
        click.echo("Not used as given:")
        for one in result.clamped:
            click.echo(
                f"  {one.input}: {_short(one.given)} counts as {_short(one.used)} ({one.reason})"
            )
    for warning in result.warnings:
        click.echo(f"Warning: {warning}")
    click.echo(f"\nVersion: {result.version}")
    if result.convention:
        click.echo(f"Convention: {result.convention}")
    click.echo(f"Source: {result.citation}")
    click.echo(result.note)


def _short(number: float) -> str:
    from boardroom.clinical.inputs import half_up, plain

    return plain(half_up(number, 2))


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(one)}" for key, one in value.items() if one != "") or "-"
    if isinstance(value, list | tuple):
        separator = "; " if any(isinstance(one, Mapping) for one in value) else ", "
        return separator.join(_shown(one) for one in value) or "none"
    return str(value)
