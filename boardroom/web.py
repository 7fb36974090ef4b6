"""What every template needs: dates in the board's zone, words for keys, the way around."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom.people.models import Person, Role
from boardroom.text import condition, in_sentence, stop, unstopped


def zone(board: str | None) -> ZoneInfo:
    """The board's time zone; the first board's where none is named."""
    boards = current_app.extensions["boards"]
    definition = boards[board] if board in boards else next(iter(boards.values()))
    return ZoneInfo(definition.time_zone)


def _board_here() -> str | None:
    subject = g.get("subject")
    return subject.board if subject is not None else None


def local(value: dt.datetime, board: str | None = None) -> dt.datetime:
    """An instant on the board's clock."""
    return value.astimezone(zone(board or _board_here()))


def day(value: dt.date | dt.datetime | None, board: str | None = None) -> str:
    """ "Thu 26 Nov 2026", or nothing."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = local(value, board)
    return f"{value:%a} {value.day} {value:%b %Y}"


def short_day(value: dt.date | None) -> str:
    """A past day without its weekday: "9 Sep 2026"; nothing for none."""
    return f"{value.day} {value:%b %Y}" if value is not None else ""


def moment(value: dt.datetime | None, board: str | None = None) -> str:
    """ "Thu 26 Nov 2026, 16:30", or nothing."""
    return f"{day(value, board)}, {local(value, board):%H:%M}" if value is not None else ""


def clock(value: dt.datetime | None, board: str | None = None) -> str:
    """ "16:30", or nothing."""
    return f"{local(value, board):%H:%M}" if value is not None else ""


def minutes_and_seconds(seconds: float) -> str:
    """ "02:41"."""
    whole = max(0, int(seconds))
    return f"{whole // 60:02d}:{whole % 60:02d}"


def age(birth_date: dt.date | None, on: dt.date | None = None) -> int | None:
    """Whole years on a day (today where none is named)."""
    if birth_date is None:
        return None
    on = on or dt.datetime.now(dt.UTC).date()
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def label(key: str | None, board: str, vocabulary: str) -> str:
    """The board's words for a key; the key itself where the definition no longer has it."""
    if not key:
        return ""
    try:
        words: str = current_app.extensions["boards"][board].label(vocabulary, key)
    except LookupError:
        return key
    return words


def filters(app: Flask) -> dict[str, Callable[..., Any]]:
    """Template filters."""
    return {
        "day": day,
        "short_day": short_day,
        "moment": moment,
        "clock": clock,
        "mmss": minutes_and_seconds,
        "age": age,
        "label": label,
        "in_sentence": in_sentence,
        "condition": condition,
        "stop": stop,
        "unstopped": unstopped,
    }


# (label, endpoint, icon, roles that have it on a board; None: one entry for all boards together)
_BOARD_PLACES = (
    ("Figures", "figures.ledger", "flow", (Role.ADMINISTRATOR, Role.CHAIR, Role.COORDINATOR)),
    ("Exports", "minutes.exports", "download", (Role.ADMINISTRATOR, Role.CHAIR, Role.COORDINATOR)),
    ("People", "people.people_list", "users", (Role.ADMINISTRATOR,)),
    ("Audit", "people.audit_trail", "shield", (Role.ADMINISTRATOR,)),
)


def navigation() -> list[dict[str, Any]]:
    """The places that the person signed in can go to, in order: {label, url, active, icon}.

    A place that several boards have holds them as `boards`, each {label, url, active}, and no url.
    """
    person = current_user
    places = [
        _place("Home", "home.home", "home"),
        _place("Cases", "cases.case_list", "document"),
    ]
    if any(m.role != Role.REFERRER for m in person.memberships):
        places.append(_place("Meetings", "meetings.meeting_list", "calendar"))
    for text, endpoint, icon, roles in _BOARD_PLACES:
        names = {
            board: current_app.extensions["boards"][board].name for board in person.boards(*roles)
        }
        if len(names) == 1:
            places += [_place(text, endpoint, icon, board=board) for board in names]
        elif names:
            boards = [_place(name, endpoint, icon, board=board) for board, name in names.items()]
            here = any(board["active"] for board in boards)
            places.append({"label": text, "active": here, "icon": icon, "boards": boards})
    return places


def _place(text: str, endpoint: str, icon: str, **args: str) -> dict[str, Any]:
    return {
        "label": text,
        "url": url_for(endpoint, **args),  # type: ignore[arg-type]
        "active": _is_here(endpoint, args),
        "icon": icon,
    }


def _is_here(endpoint: str, args: dict[str, str]) -> bool:
    here = request.endpoint or ""
    if args:
        return here == endpoint and (request.view_args or {}).get("board") == args["board"]
    return here.split(".")[0] == endpoint.split(".")[0]


def who_saved(person: Person | None) -> dict[str, Any]:
    """For the answer to a stale save: the name of who saved before, or that it was oneself."""
    if person is None:
        return {}
    return {"by": person.name, "own": person.id == current_user.id}


def see_other(endpoint: str, **values: Any) -> Response:
    """The answer to a form that was carried out: 303 to a page."""
    from flask import redirect

    return redirect(url_for(endpoint, **values), 303)
