"""The page where everybody begins: what waits for them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template
from flask_login import current_user

from boardroom.boards.definition import BoardDefinition
from boardroom.cases import queries as cases
from boardroom.cases.models import Case
from boardroom.cases.rules import Readiness
from boardroom.cases.view import readiness_of
from boardroom.comments import queries as comments
from boardroom.db import now
from boardroom.followup import queries as followup
from boardroom.home import queries
from boardroom.meetings.models import Meeting
from boardroom.opinions import queries as opinions
from boardroom.people.models import Role
from boardroom.web import local

bp = Blueprint("home", __name__)


@bp.get("/")
def home() -> str:
    """Opinions that are wanted, what was said to the person, the next meeting; by role."""
    inside = queries.inside_boards(current_user)
    if not inside:
        return render_template(
            "home/referrer.html",
            found=cases.find_cases(current_user, cases.Filters()),
            asked=followup.asked_of(current_user),
            owned=followup.owned_by(current_user),
        )
    meetings = queries.next_meetings(current_user)
    prepares = current_user.boards(Role.COORDINATOR, Role.CHAIR)
    votes = any(m.votes for m in current_user.memberships)
    return render_template(
        "home/home.html",
        votes=votes,
        prepares=prepares,
        coordinates=current_user.boards(Role.COORDINATOR),
        administers=current_user.boards(Role.ADMINISTRATOR),
        observes=all(m.role == Role.OBSERVER for m in current_user.memberships),
        wanted=opinions.waiting_for(current_user),
        mentions=comments.unseen_mentions(current_user),
        meetings=meetings,
        arrivals=opinions.arrivals_of([item.case_id for m in meetings for item in m.items]),
        missing=[_missing(m) for m in meetings if m.board in prepares and m.status == "planned"],
        unsigned=queries.to_sign(current_user),
        unconfirmed=followup.to_confirm(current_user),
        asked=followup.asked_of(current_user),
        owned=followup.owned_by(current_user),
        counts=queries.cases_by_status(current_user),
        invitations=queries.invitations_open(current_user),
        recent=queries.recent_meetings(current_user),
        now=now(),
    )


def _missing(meeting: Meeting) -> dict[str, Any]:
    """What the cases of a meeting still lack for a fair discussion, the worst first."""
    board: BoardDefinition = current_app.extensions["boards"][meeting.board]
    today = local(now(), meeting.board).date()
    ready = 0
    lines: list[tuple[Case, Readiness]] = []
    for case in queries.with_parts([item.case_id for item in meeting.items]):
        readiness = readiness_of(case, board, today)
        if readiness.gaps:
            lines.append((case, readiness))
        ready += readiness.ready
    lines.sort(key=lambda line: -len(line[1].essential))
    return {"meeting": meeting, "cases": lines, "ready": ready, "total": len(meeting.items)}
