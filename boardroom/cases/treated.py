"""Treatments that a patient was given, as a round lists them and as they were told at follow-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from flask import current_app
from sqlalchemy import select

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, Treatment
from boardroom.consensus.models import Consensus
from boardroom.db import db
from boardroom.followup.models import FollowUp, Progress
from boardroom.meetings.models import AgendaItem, ItemStatus
from boardroom.text import in_sentence
from boardroom.web import label, short_day

LONGEST = 2_000
"""As long as the detail of a treatment may be in the form."""


def told_after(case: Case) -> list[Treatment]:
    """What was told of treatment after the decision about this case, as lines for the round after
    it; what the case lists already is left out."""
    board = board_of(case)
    lines = list(_carried_out(case, board))
    if (cycles := _cycles(case.id)) is not None:
        words = f"{cycles.value} {'cycle' if cycles.value == '1' else 'cycles'} given"
        words += f" by {short_day(cycles.taken_on)}"
        begun = [one for one, _ in lines if one.on_date and one.on_date <= cycles.taken_on]
        if len(begun) == 1:
            next(parts for one, parts in lines if one is begun[0]).append(words)
        else:  # nobody told of what, or of which
            lines.append((Treatment(kind=_planned(case, board)), [words]))
    known = {(one.kind, one.on_date) for one in case.treatments if one.on_date}
    made = []
    for line, parts in lines:
        if (line.kind, line.on_date) not in known:
            end = f"As told in {case.code}."
            line.detail = f"{'. '.join(parts)[: LONGEST - len(end) - 2]}. {end}"
            made.append(line)
    return made


def _carried_out(case: Case, board: BoardDefinition) -> Iterable[tuple[Treatment, list[str]]]:
    """Each treatment with its words. What was told after 30 days is often told again after 90."""
    answers = select(FollowUp).where(FollowUp.case_id == case.id).order_by(FollowUp.days)
    told: dict[tuple[dt.date, str], list[FollowUp]] = {}
    for answer in db.session.scalars(answers):
        if answer.treatment and answer.treated_on is not None:
            told.setdefault((answer.treated_on, answer.treatment), []).append(answer)
    for (on, option), same in told.items():
        kind = board.given_as(option)
        if kind is None:
            continue
        details = [one.treatment_detail for one in same if one.treatment_detail]
        last = same[-1]
        outcome = in_sentence(label(last.outcome, case.board, "outcomes"))
        parts = (
            label(option, case.board, "options") if kind != option else "",
            details[-1].rstrip(". ") if details else "",
            f"After {last.days} days: {outcome}" if outcome else "",
        )
        yield Treatment(kind=kind, on_date=on), [one for one in parts if one]


def _cycles(case_id: int) -> Progress | None:
    """The last total of cycles that was told and stands."""
    query = select(Progress).where(
        Progress.case_id == case_id, Progress.fact == "", Progress.mistyped_at.is_(None)
    )
    return db.session.scalars(
        query.order_by(Progress.taken_on.desc(), Progress.id.desc()).limit(1)
    ).first()


def _planned(case: Case, board: BoardDefinition) -> str:
    """The kind of the one treatment that was decided; "other" where there were several, or none."""
    query = (
        select(Consensus.dispositions)
        .join(AgendaItem, AgendaItem.id == Consensus.item_id)
        .where(AgendaItem.case_id == case.id)
        .where(AgendaItem.status.in_((ItemStatus.DONE, ItemStatus.PROVISIONAL)))
        .order_by(AgendaItem.ended_at.desc().nulls_last(), AgendaItem.id.desc())
        .limit(1)
    )
    fates = db.session.scalar(query) or {}
    chosen = {
        kind
        for option, fate in fates.items()
        if fate.get("disposition") == "chosen" and (kind := board.given_as(option)) is not None
    }
    return chosen.pop() if len(chosen) == 1 else board.given_as("") or ""


Given = list[tuple[dt.date | None, str]]
"""Day and kind of treatments."""


def of_the_tumour(case: Case) -> Given:
    """The treatments of the tumour that the case lists."""
    return _acting([(one.on_date, one.kind) for one in case.treatments], board_of(case))


def given_on(case: Case, before: Iterable[Case]) -> Given:
    """The treatments of the tumour that the case lists, or that were told after one of the rounds
    before it: what was told since this one began is in no list."""
    board = board_of(case)
    told = select(FollowUp.treated_on, FollowUp.treatment).where(
        FollowUp.case_id.in_([one.id for one in before]), FollowUp.treated_on.is_not(None)
    )
    found = [
        (on, kind)
        for on, option in db.session.execute(told)
        if option and (kind := board.given_as(option))
    ]
    return [*of_the_tumour(case), *_acting(found, board)]


def _acting(given: Given, board: BoardDefinition) -> Given:
    beside = {one.key for one in board.treatment_kinds if not one.tumour}
    return [(on, kind) for on, kind in given if kind not in beside]


def board_of(case: Case) -> BoardDefinition:
    """The definition of the case's board."""
    found: BoardDefinition = current_app.extensions["boards"][case.board]
    return found
