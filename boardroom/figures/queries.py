"""Reading the ledger: a fixed number of queries, no patient's name among what is read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import and_, select

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import reclassify
from boardroom.cases.models import Case, CaseStatus
from boardroom.cases.queries import hospitals_sending
from boardroom.cases.rules import TURNED_DOWN_STATUSES
from boardroom.consensus.awaiting import awaited, needed_words
from boardroom.consensus.models import Consensus
from boardroom.consensus.queries import confirmations_by_item
from boardroom.db import db
from boardroom.figures.rules import Filters, Line, Taken
from boardroom.followup.models import FollowUp
from boardroom.followup.queries import CLOSED_WITH, answers_by_case
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting
from boardroom.web import local


def ledger(board: BoardDefinition, filters: Filters) -> list[Line]:
    """Every second opinion of the board that was decided, the latest first.

    A case with a first opinion's verdict and the board's; of several rounds only the first one
    counts, and names those that followed.
    """
    query = (
        select(
            Case.id,
            Case.code,
            Case.referrer_hospital,
            Case.diagnosis,
            Case.first_verdict,
            Case.first_reason_kind,
            Case.referred_on,
            Case.submitted_at,
            AgendaItem.id,
            AgendaItem.status,
            AgendaItem.ended_at,
            AgendaItem.quorum,
            AgendaItem.provisional_reasons,
            Consensus.verdict,
            Consensus.reclassification_reason,
        )
        .join(AgendaItem, AgendaItem.case_id == Case.id)
        .join(Consensus, Consensus.item_id == AgendaItem.id)
        .join(Meeting, AgendaItem.meeting_id == Meeting.id)
        .where(
            # Not the case's board: the way from all its cases is a long one
            Meeting.board == board.key,
            Case.earlier_case_id.is_(None),
            Case.first_verdict != "",
            Consensus.verdict != "",
            AgendaItem.status.in_(CLOSED_WITH),
            AgendaItem.ended_at.is_not(None),
        )
        .order_by(AgendaItem.ended_at.desc().nulls_last(), AgendaItem.id.desc())
    )
    rows = list(db.session.execute(query))
    answers = answers_by_case({row[0] for row in rows})
    open_items = [row[8] for row in rows if row[9] == ItemStatus.PROVISIONAL]
    confirmed = confirmations_by_item(open_items) if open_items else {}
    later = _later_rounds(board.key)
    found: dict[int, Line] = {}
    for (
        case_id, code, hospital, diagnosis, first, why, referred, submitted, item, status, ended,
        quorum, why_open, ours, reason,
    ) in rows:  # fmt: skip
        if case_id in found:
            continue  # decided again at a later meeting: that decision holds
        words = {one.specialty for one in confirmed.get(item, [])}
        open_ = status == ItemStatus.PROVISIONAL and (
            awaited(needed_words(quorum, why_open, board), words) is not None
        )
        line = Line(
            case_id, code, hospital, diagnosis, first, why, ours,
            reclassify(first, ours, board), reason, open_,
            referred or (local(submitted, board.key).date() if submitted else None),
            local(ended, board.key).date(),
            **_afterwards(answers.get(case_id, [])),
            later=later.get(case_id, ()),
        )  # fmt: skip
        found[case_id] = line
    return [line for line in found.values() if filters.lets(line)]


def _afterwards(answers: list[FollowUp]) -> dict[str, Any]:
    """The last word on plan and outcome, and the treatment from the last answer that has one."""
    if not answers:
        return {}
    last = answers[-1]
    treated = next((one for one in reversed(answers) if one.treatment), last)
    left = next((one for one in reversed(answers) if one.deviation), last)
    return {
        "carried_out": last.carried_out,
        "treatment": treated.treatment,
        "treated_on": treated.treated_on,
        "deviation": left.deviation,
        "outcome": last.outcome,
        "outcome_after": last.days,
    }


def _later_rounds(board: str) -> dict[int, tuple[str, ...]]:
    """First case → codes of every round that came of it, without those that were turned down."""
    # The few that follow another are found by the index of that, if nothing else is asked for
    query = select(Case.id, Case.code, Case.earlier_case_id, Case.board, Case.status).where(
        Case.earlier_case_id > 0
    )
    parents = {
        case_id: (code, earlier)
        for case_id, code, earlier, whose, status in sorted(db.session.execute(query).all())
        if whose == board and status not in TURNED_DOWN_STATUSES
    }
    found: dict[int, tuple[str, ...]] = {}
    for code, earlier in parents.values():
        root = earlier
        while root in parents:
            root = parents[root][1]
        if root is None:
            continue
        found[root] = (*found.get(root, ()), code)
    return found


def hospitals(board: str) -> list[str]:
    """Every hospital that sent a case with a first opinion; a draft is not sent yet."""
    handed_in = Case.status != CaseStatus.DRAFT
    sent = and_(Case.board == board, Case.first_verdict != "", handed_in)
    return sorted(filter(None, hospitals_sending(sent)), key=str.casefold)


def taken(board: BoardDefinition, first: dt.date | None, last: dt.date | None) -> list[Taken]:
    """Every case that a meeting of the board decided or deferred in the period."""
    query = (
        select(
            Case.referrer_hospital,
            AgendaItem.status,
            AgendaItem.deferral_reason,
            AgendaItem.ended_at,
        )
        .join(Case, AgendaItem.case_id == Case.id)
        .join(Meeting, AgendaItem.meeting_id == Meeting.id)
        .where(
            Meeting.board == board.key,
            AgendaItem.status.in_((*CLOSED_WITH, ItemStatus.DEFERRED)),
            AgendaItem.ended_at.is_not(None),
        )
    )
    found = []
    for hospital, status, reason, ended in db.session.execute(query):
        if ended is None:
            continue
        day = local(ended, board.key).date()
        if (first is None or day >= first) and (last is None or day <= last):
            deferred = status == ItemStatus.DEFERRED
            found.append(Taken(hospital, reason if deferred else ""))
    return found
