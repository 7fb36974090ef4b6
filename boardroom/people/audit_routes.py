"""The audit trail of a board, searched."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import groupby
from typing import Any

from flask import (
    render_template,
    request,
)

from boardroom import audit, audit_proof, audit_queries
from boardroom.people import queries
from boardroom.people.blueprint import bp, definition
from boardroom.people.forms import (
    AuditForm,
)
from boardroom.web import day, moment, zone


@bp.get("/boards/<board>/audit")
def audit_trail(board: str) -> Any:
    """Who did and read what, with the values before and after."""
    form = AuditForm(request.args)
    people = {
        "": "Anybody",
        **{str(p.id): p.name for p in queries.members_of(board, active=False)},
        audit_queries.NOBODY: "No account (commands, refused sign-ins)",
    }
    form.who.choices = people
    valid = form.validate() and (form.who.data in people or _not_a_choice(form))
    search = _search(form, board) if valid else audit_queries.Search()
    found = audit_queries.page(board, search, before=_key("before"), after=_key("after"))
    audit.record_reading("read the audit trail", board=board)
    reader = audit_queries.Reader(found.entries, lambda at: moment(at, board))
    told = [reader.tell(entry) for entry in found.entries]
    asked = {k: v for k, v in request.args.items() if k in form and v}
    html = render_template(
        "people/audit_trail.html",
        board=definition(board),
        form=form,
        found=found,
        days=[
            (label, list(group))
            for label, group in groupby(told, key=lambda each: day(each.entry.at, board))
        ],
        asked=asked,
        checked=audit_proof.verify() if request.args.get("verify") == "1" else None,
    )
    return html, 200 if valid else 422


def _not_a_choice(form: AuditForm) -> bool:
    form.who.errors = ["This person is not on the board. Choose from the list."]
    return False


def _search(form: AuditForm, board: str) -> audit_queries.Search:
    search = audit_queries.Search(
        who=form.who.data or "",
        action=form.action.data or "",
        case=form.case.data or "",
        text=form.text.data or "",
    )
    if form.since.data:
        search = replace(search, since=_midnight(form.since.data, board))
    if form.until.data and form.until.data < dt.date.max:
        search = replace(search, until=_midnight(form.until.data + dt.timedelta(days=1), board))
    return search


def _midnight(date: dt.date, board: str) -> dt.datetime:
    """The first instant of a day on the board's clock."""
    try:
        return dt.datetime.combine(date, dt.time(), zone(board)).astimezone(dt.UTC)
    except OverflowError:  # the first or the last day that the calendar has
        return dt.datetime.combine(date, dt.time(), dt.UTC)


def _key(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
