"""The page of one case, as it is read, and shown again by who could not take a form on it."""

from __future__ import annotations

import datetime as dt

from flask import render_template
from flask_login import current_user
from flask_wtf import FlaskForm

from boardroom import audit, live
from boardroom.cases import needed_operations, queries, rules
from boardroom.cases.accepted import tests_of
from boardroom.cases.blueprint import board_of, today
from boardroom.cases.blueprint import refers as is_referrer
from boardroom.cases.earlier import earlier_of
from boardroom.cases.models import Case
from boardroom.cases.round_queries import latest_after, rounds_of
from boardroom.cases.standing import asked_of, judged_on, standing_of
from boardroom.cases.view import gap_lines, lacking_of, readiness_of
from boardroom.consensus.view import answers_of
from boardroom.meetings.queries import complexity_of
from boardroom.minutes.queries import amendments_about
from boardroom.opinions.rules import takes_opinions

ANSWERED_STATUSES = ("discussed", "decided", "followed_up")


def case_page(found: Case, refused: FlaskForm | None = None) -> str:
    """A case with everything, for the person signed in.

    `refused`: a form of the page that was not taken; it stands there with its errors, as typed.
    """
    board = board_of(found)
    audit.record_reading("read a case", board=found.board, case_id=found.id)
    items = queries.agenda_of(found.id)
    on = judged_on(found, items)
    earlier = earlier_of(found)
    readiness = readiness_of(found, board, on, earlier=earlier)
    lacking = lacking_of(found) if found.status in ("draft", "needs_information") else ()
    refers = is_referrer(found)
    # Who refers is shown what they have to give; what the board sees to is the board's affair.
    shown = readiness_of(found, board, on, "referrer", earlier=earlier) if refers else readiness
    answers = answers_of(found.id) if refers else []
    rounds = rounds_of(found)
    # One that was turned down is out of the line: what took its place follows the round before
    before = found.earlier_case if found.status in rules.TURNED_DOWN_STATUSES else None
    return render_template(
        "cases/case.html",
        case=found,
        board=board,
        readiness=shown,
        blocks=[{"label": one.words[0].upper() + one.words[1:]} for one in lacking],
        gaps=gap_lines(shown, lacking, found, links=False),
        rounds=[one for one in rounds if one.id == found.id or not refers],
        later=latest_after(before or found, rounds),
        items=[] if refers else items,
        answers=answers,
        # Listed again after a provisional answer, the board works on it again
        withheld=refers and not (answers and found.status in ANSWERED_STATUSES),
        amendments=amendments_about(found.id) if refers else [],
        here_in=live.stays_in(current_user, found.board),
        own_opinion=queries.own_opinion_status(found.id, current_user.id),
        takes_opinions=takes_opinions(found.status),
        can_move=lambda status: rules.can_move_case(found.status, status),
        is_open=found.status in rules.OPEN_STATUSES,
        listed_as=complexity_of(found, board),
        needed_choices=needed_operations.choices(board),
        standing=standing_of(found, found.requests, items[::-1], outside=refers),
        asked=asked_of(found, (gap.item for gap in readiness.gaps)),
        tests=tests_of(found, board, on, earlier),
        held=earlier,
        refused=refused,
        today=today(found),
        due=today(found) + dt.timedelta(days=board.referral.answer_days),
    )
