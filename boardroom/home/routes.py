"""The page where everybody begins: what waits for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask_login import current_user

from boardroom.boards.definition import BoardDefinition
from boardroom.cases import queries as cases
from boardroom.cases.earlier import NOTHING, Earlier, earlier_of_cases
from boardroom.cases.models import Case
from boardroom.cases.rules import Readiness
from boardroom.cases.standing import open_requests, standings
from boardroom.cases.view import readiness_of
from boardroom.comments import queries as comments
from boardroom.consensus.queries import answered_among
from boardroom.db import now
from boardroom.followup import queries as followup
from boardroom.followup.deferred_queries import owned_by
from boardroom.home import queries
from boardroom.home.rules import Step, first_steps
from boardroom.meetings.models import Meeting
from boardroom.opinions import queries as opinions
from boardroom.people.models import Role
from boardroom.tumour_map.queries import Sides, latest
from boardroom.web import local

bp = Blueprint("home", __name__)


@bp.get("/")
def home() -> str:
    """Opinions that are wanted, what was said to the person, the next meeting; by role."""
    past = queries.past_boards(current_user, list(current_app.extensions["boards"]))
    if past and not current_user.memberships:
        return render_template("home/past_board.html", past_boards=past)
    inside = queries.inside_boards(current_user)
    if not inside:
        found = cases.find_cases(current_user, cases.Filters())
        return render_template(
            "home/referrer.html",
            past_boards=past,
            found=found,
            answered=answered_among(case.id for case in found.cases),
            standings=standings(found.cases, outside=True),
            to_see_to=_to_see_to_as_referrer(),
            requests={one.request.case_id: one for one in open_requests(current_user)},
            asked=followup.asked_of(current_user),
            owned=owned_by(current_user),
        )
    meetings = queries.next_meetings(current_user)
    planned = [(m, [i.case_id for i in m.items]) for m in meetings if m.status == "planned"]
    prepares = current_user.boards(Role.COORDINATOR, Role.CHAIR)
    received = queries.received(current_user)
    parts = _Parts.of(
        received,
        *(ids for m, ids in planned if m.board in prepares or _sees_to(m.board)),
    )
    wanted = opinions.waiting_for(current_user)
    votes = any(m.votes for m in current_user.memberships)
    return render_template(
        "home/home.html",
        past_boards=past,
        votes=votes,
        all_given=votes and not wanted and opinions.has_given_on_open_cases(current_user),
        first_steps=_first_steps(),
        prepares=prepares,
        coordinates=current_user.boards(Role.COORDINATOR),
        administers=current_user.boards(Role.ADMINISTRATOR),
        observes=all(m.role == Role.OBSERVER for m in current_user.memberships),
        wanted=wanted,
        mentions=comments.unseen_mentions(current_user),
        meetings=meetings,
        arrivals=opinions.arrivals_of([item.case_id for m in meetings for item in m.items]),
        missing=[_missing(m, ids, parts) for m, ids in planned if m.board in prepares],
        to_see_to=[
            part
            for m, ids in planned
            if m.board not in prepares and _sees_to(m.board)
            if (part := _to_see_to(m, ids, parts)) is not None
        ],
        unsigned=queries.to_sign(current_user),
        unconfirmed=followup.to_confirm(current_user),
        asked=followup.asked_of(current_user),
        owned=owned_by(current_user),
        requests=open_requests(current_user) if prepares else [],
        received=_received(received, parts),
        counts=queries.cases_by_status(current_user),
        invitations=queries.invitations_open(current_user),
        recent=queries.recent_meetings(current_user),
        now=now(),
        here=inside[0],
    )


def _first_steps() -> list[dict[str, Any]]:
    """For those who set a board up: what it still needs before it can meet for the first time."""
    found = []
    for key in current_user.boards(Role.ADMINISTRATOR, Role.COORDINATOR, Role.CHAIR):
        board = current_app.extensions["boards"].get(key)
        if board is None:
            continue
        has_cases, has_meetings = queries.begun(key)
        steps = first_steps(
            board, queries.places_on(key), has_cases=has_cases, has_meetings=has_meetings
        )
        if steps:
            lines = [
                {"step": step, "url": "" if step.done else _way_to(step, key)} for step in steps
            ]
            found.append({"board": board, "lines": lines})
    return found


def _way_to(step: Step, board: str) -> str:
    """Where the step is done, or "" where this person's role cannot do it."""
    if step.what == "invite":
        if board not in current_user.boards(Role.ADMINISTRATOR):
            return ""
        specialty = step.specialty or None  # None leaves it out of the address
        return url_for("people.invite", board=board, role=step.role, specialty=specialty)
    if board not in current_user.boards(Role.COORDINATOR, Role.CHAIR):
        return ""
    if step.what == "refer":
        return url_for("cases.new_case")
    return url_for("meetings.new_meeting", board=board)


@dataclass(frozen=True)
class _Parts:
    """What readiness looks at, for every case that the page speaks of; loaded together."""

    cases: dict[int, Case]
    read: dict[int, Sides]
    earlier: dict[int, Earlier]

    @classmethod
    def of(cls, *ids: Iterable[int]) -> _Parts:
        wanted = {key for some in ids for key in some}
        cases = queries.with_parts(wanted)
        return cls(cases, latest(wanted) if wanted else {}, earlier_of_cases(cases.values()))

    def readiness(self, case: Case, board: BoardDefinition, day: dt.date) -> Readiness:
        return readiness_of(
            case,
            board,
            day,
            read=self.read.get(case.id, {}),
            earlier=self.earlier.get(case.id, NOTHING),
        )

    def at(self, meeting: Meeting, case_ids: list[int]) -> list[tuple[Case, Readiness]]:
        """Each case with what it lacks on the day of the meeting: a lab that will be too old by
        then is told while there is time."""
        board: BoardDefinition = current_app.extensions["boards"][meeting.board]
        today = local(now(), meeting.board).date()
        day = max(today, local(meeting.starts_at, meeting.board).date())
        found = [self.cases[key] for key in case_ids if key in self.cases]
        return [(case, self.readiness(case, board, day)) for case in found]


def _missing(meeting: Meeting, case_ids: list[int], parts: _Parts) -> dict[str, Any]:
    """What the cases of a meeting still lack for a fair discussion, the worst first."""
    ready = 0
    lines: list[tuple[Case, Readiness]] = []
    for case, readiness in parts.at(meeting, case_ids):
        if readiness.gaps:
            lines.append((case, readiness))
        ready += readiness.ready
    lines.sort(key=lambda line: -len(line[1].essential))
    return {
        "meeting": meeting,
        "cases": lines,
        "ready": ready,
        "total": len(meeting.items),
        "mine": _owner_keys(meeting.board),
    }


def _sees_to(key: str) -> bool:
    """Whether anything that a case of the board can lack is the person's to see to."""
    board: BoardDefinition = current_app.extensions["boards"][key]
    mine = _owner_keys(key)
    return any(need.owner in mine for need in board.readiness)


def _to_see_to(meeting: Meeting, case_ids: list[int], parts: _Parts) -> dict[str, Any] | None:
    """What of these cases' gaps is the person's to see to before the meeting, or None."""
    mine = _owner_keys(meeting.board)
    found = []
    for case, readiness in parts.at(meeting, case_ids):
        gaps = [gap for gap in readiness.gaps if gap.owner in mine]
        if gaps:
            found.append((case, gaps))
    return {"meeting": meeting, "cases": found} if found else None


def _to_see_to_as_referrer() -> list[dict[str, Any]]:
    coming = [
        (one, ids)
        for one, ids in queries.next_meetings_of_referrer(current_user)
        if _sees_to(one.board)
    ]
    parts = _Parts.of(*(ids for _, ids in coming))
    return [part for one, ids in coming if (part := _to_see_to(one, ids, parts)) is not None]


def _received(case_ids: list[int], parts: _Parts) -> list[tuple[Case, Readiness]]:
    """Cases to be triaged, each with what it lacks today."""
    boards = current_app.extensions["boards"]
    return [
        (case, parts.readiness(case, boards[case.board], local(now(), case.board).date()))
        for case in (parts.cases[key] for key in case_ids)
    ]


def _owner_keys(board: str) -> frozenset[str]:
    """As whom the person can own something on the board: their role, their specialty."""
    place = current_user.on(board)
    if place is None:
        return frozenset()
    return frozenset({str(place.role), *([place.specialty] if place.votes else [])})
