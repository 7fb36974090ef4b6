"""The ledger of second opinions, with its picture, and as CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from math import ceil

from flask import Blueprint, current_app, render_template, request
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import MEANINGS, OUTCOMES, WORDS
from boardroom.cases.rules import ValueRefused, day
from boardroom.db import now
from boardroom.figures import queries, rules
from boardroom.figures.table import ledger_csv as as_csv
from boardroom.followup.rules import CARRIED_OUT
from boardroom.refusals import Refused
from boardroom.web import local

bp = Blueprint("figures", __name__)

PER_PAGE = 20
WORDS_ASKED = ("first", "ours", "reclassification", "hospital")
LONGEST_QUOTED = 60


def _board(key: str) -> BoardDefinition:
    found: BoardDefinition = current_app.extensions["boards"][key]
    return found


@bp.get("/boards/<board>/figures")
def ledger(board: str) -> tuple[str, int]:
    """The second opinions page by page, the flow from first verdicts to the board's, deferrals."""
    definition = _board(board)
    hospitals = queries.hospitals(board)
    filters, errors = _filters(request.args, definition, hospitals)
    lines = queries.ledger(definition, filters)
    by_reason, by_hospital = rules.deferral_rates(
        queries.taken(definition, filters.first_day, filters.last_day)
    )
    audit.record_reading("read the ledger", board=board)
    pages = max(1, ceil(len(lines) / PER_PAGE))
    page = max(1, min(request.args.get("page", 1, type=int), pages))
    text = render_template(
        "figures/ledger.html",
        board=definition,
        lines=lines[(page - 1) * PER_PAGE : page * PER_PAGE],
        page=page,
        pages=pages,
        sums=rules.sums(lines),
        flow=rules.flow(lines, definition),
        filters=filters,
        typed=request.args,
        errors=errors,
        hospitals=[(name, name) for name in hospitals],
        outcomes=OUTCOMES,
        words=WORDS,
        meanings=MEANINGS,
        carried_out=CARRIED_OUT,
        by_reason=by_reason,
        by_hospital=by_hospital,
        query={
            k: v
            for k, v in request.args.items()
            if v and k in (*WORDS_ASKED, "from", "to") and k not in errors
        },
    )
    return text, 422 if errors else 200


@bp.get("/boards/<board>/figures/ledger.csv")
def ledger_csv(board: str) -> Response:
    """The same lines as a file."""
    definition = _board(board)
    filters, errors = _filters(request.args, definition, queries.hospitals(board))
    if errors:
        raise Refused(" ".join(errors.values()))
    content = as_csv(queries.ledger(definition, filters), definition)
    audit.record_reading("exported the ledger", board=board)
    today = local(now(), board).date()
    return Response(
        content,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{board}-ledger-{today}.csv"'},
    )


def _filters(
    args: Mapping[str, str], board: BoardDefinition, hospitals: Sequence[str]
) -> tuple[rules.Filters, dict[str, str]]:
    """What the address asks for, and {field: message} of what in it is not understood.

    What is not understood narrows nothing.
    """
    days: dict[str, dt.date | None] = {"from": None, "to": None}
    errors = {}
    today = local(now(), board.key).date()
    for name, label in (("from", "The first day"), ("to", "The last day")):
        try:
            days[name] = day(args.get(name, ""), label, today, future=True)
        except ValueRefused as error:
            errors[name] = error.reason
    first, last = days["from"], days["to"]
    if first is not None and last is not None and last < first:
        errors["to"] = "The first day is after the last."
        last = None
    verdicts = {verdict.key for verdict in board.verdicts}
    known = {
        "first": verdicts,
        "ours": verdicts,
        "reclassification": set(WORDS),
        "hospital": {name.casefold() for name in hospitals},
    }
    words = {}
    for name in WORDS_ASKED:
        asked = args.get(name, "")
        if asked and (asked.casefold() if name == "hospital" else asked) not in known[name]:
            errors[name] = f"“{asked[:LONGEST_QUOTED]}” is not known here and was left out."
        else:
            words[name] = asked
    return rules.Filters(first_day=first, last_day=last, **words), errors
