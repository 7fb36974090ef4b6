"""Where a case that came back came from: the earlier round, why it came back, what it said then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from boardroom.cases.models import Case
from boardroom.consensus.models import Consensus
from boardroom.consensus.queries import consensus_of
from boardroom.consensus.represent import Report, met
from boardroom.consensus.rules import Content, content_of
from boardroom.db import db
from boardroom.followup.models import CaseReturn, FollowUp, Progress
from boardroom.followup.queries import CLOSED_WITH, decided_on, progress_of
from boardroom.meetings.models import AgendaItem
from boardroom.text import stop
from boardroom.web import day, label, local

MISTYPED = "The value it came back by was marked as mistyped on {day}."
BY_HAND = "by_hand"
"""The kind of a round that a coordinator began; any other is that of its `CaseReturn`."""


@dataclass(frozen=True)
class Treated:
    """A treatment reported after a decision, in words: cycles given, or what was carried out.

    `option`: the board's key of what was carried out, empty for cycles.
    """

    on: dt.date
    what: str
    option: str = ""


@dataclass(frozen=True)
class EarlierRound:
    """The round before this one. `kind`: condition, dissent or by_hand; `verdict`: the board's key,
    empty where none was recorded; `on`: the day of the decision, None before one; `chosen`: keys of
    the options chosen then; `mistyped_on`: when the value it came back by was marked as mistyped.
    """

    case_id: int
    code: str
    kind: str = BY_HAND
    reason: str = ""
    verdict: str = ""
    on: dt.date | None = None
    treated: tuple[Treated, ...] = ()
    chosen: tuple[str, ...] = ()
    mistyped_on: dt.date | None = None

    @property
    def mistyped(self) -> str:
        """That the value it came back by was marked as mistyped, in a sentence; or ""."""
        return MISTYPED.format(day=day(self.mistyped_on)) if self.mistyped_on else ""

    @property
    def why(self) -> str:
        """The reason, with what became of it."""
        return f"{stop(self.reason)} {self.mistyped}" if self.mistyped else self.reason


def earlier_round_of(case: Case) -> EarlierRound | None:
    """The round before this case; None, and nothing asked, for a first round."""
    return earlier_rounds([case]).get(case.id)


def earlier_rounds(cases: Iterable[Case]) -> dict[int, EarlierRound]:
    """`earlier_round_of` for several cases by id, in a fixed number of queries; first rounds are
    left out, and where all are nothing is asked."""
    later = {case.id: case.earlier_case_id for case in cases if case.earlier_case_id is not None}
    if not later:
        return {}
    earlier = aliased(Case)
    query = (
        select(Case.id, earlier.id, earlier.code, CaseReturn)
        .join(earlier, Case.earlier_case_id == earlier.id)
        .outerjoin(CaseReturn, CaseReturn.case_id == Case.id)
        .where(Case.id.in_(later))
    )
    decided = _decisions(later.values())
    treated = treated_since(later.values())
    rounds = db.session.execute(query).all()
    by_value = [earlier_id for _, earlier_id, _, why in rounds if why and why.kind == "condition"]
    reported = _reported(by_value) if by_value else {}
    found = {}
    for case_id, earlier_id, code, why in rounds:
        then = decided.get(earlier_id)
        at = _mistyped(why, then.content, reported.get(earlier_id, [])) if why and then else None
        found[case_id] = EarlierRound(
            case_id=earlier_id,
            code=code,
            kind=why.kind if why is not None else BY_HAND,
            reason=why.reason if why is not None else "",
            verdict=then.content.verdict if then is not None else "",
            on=then.on if then is not None else None,
            treated=tuple(treated.get(earlier_id, ())),
            chosen=then.content.chosen if then is not None else (),
            mistyped_on=local(at, then.board).date() if at and then else None,
        )
    return found


@dataclass(frozen=True)
class _Decision:
    content: Content
    on: dt.date
    board: str


def _decisions(case_ids: Iterable[int]) -> dict[int, _Decision]:
    """Case → its last decision, final or provisional."""
    query = (
        select(AgendaItem, Consensus)
        .outerjoin(Consensus, Consensus.item_id == AgendaItem.id)
        .where(AgendaItem.case_id.in_(list(case_ids)), AgendaItem.status.in_(CLOSED_WITH))
        .order_by(AgendaItem.ended_at.nulls_first(), AgendaItem.id)
        .options(joinedload(AgendaItem.meeting))
    )
    found = {}
    for item, consensus in db.session.execute(query).unique():
        board = item.meeting.board
        found[item.case_id] = _Decision(content_of(consensus), decided_on(item), board)
    return found


def treated_since(case_ids: Iterable[int]) -> dict[int, list[Treated]]:
    """Case → the treatments reported after its decision, the earliest first."""
    ids = list(case_ids)
    found: dict[int, list[Treated]] = {}
    cycles = select(Progress).where(
        Progress.case_id.in_(ids), Progress.fact == "", Progress.mistyped_at.is_(None)
    )
    # Each is the total since the decision: the last one holds those before.
    last = {
        told.case_id: told
        for told in db.session.scalars(cycles.order_by(Progress.taken_on, Progress.id))
    }
    for told in last.values():
        given = f"{told.value} {'cycle' if told.value == '1' else 'cycles'} of treatment given"
        found.setdefault(told.case_id, []).append(Treated(told.taken_on, given))
    answers = (
        select(FollowUp, Case.board)
        .join(Case, FollowUp.case_id == Case.id)
        .where(FollowUp.case_id.in_(ids), FollowUp.treated_on.is_not(None))
        .order_by(FollowUp.days)
    )
    # What was told after 30 days is often told again after 90, with more about it.
    carried_out: dict[tuple[int, dt.date, str, str], str] = {}
    for answer, board in db.session.execute(answers):
        if answer.treated_on is None or not answer.treatment:
            continue
        one = (answer.case_id, answer.treated_on, answer.treatment, board)
        carried_out[one] = answer.treatment_detail or carried_out.get(one, "")
    for (case_id, on, option, board), detail in carried_out.items():
        words = (label(option, board, "options"), detail.rstrip("."))
        what = ": ".join(filter(None, words))
        found.setdefault(case_id, []).append(Treated(on, what, option))
    return {case: sorted(lines, key=lambda line: line.on) for case, lines in found.items()}


def mistyped_at(made: CaseReturn, earlier_id: int, decision: AgendaItem) -> dt.datetime | None:
    """When the result by which a round began was marked as mistyped; None while it stands, or
    another one does that says the same. `decision`: of the case before, `earlier_id`."""
    return _mistyped(made, content_of(consensus_of(decision)), progress_of(earlier_id))


def _reported(case_ids: Iterable[int]) -> dict[int, list[Progress]]:
    """Case → what was reported about it."""
    found: dict[int, list[Progress]] = {}
    for one in db.session.scalars(select(Progress).where(Progress.case_id.in_(list(case_ids)))):
        found.setdefault(one.case_id, []).append(one)
    return found


def _mistyped(
    made: CaseReturn, decided: Content, reported: Iterable[Progress]
) -> dt.datetime | None:
    if made.kind != "condition":
        return None
    wanted = replace(decided.represent, on=None, months=None)
    marked, standing = [], set()
    for one in reported:
        if one.at > made.at or (one.mistyped_at is not None and one.mistyped_at < made.at):
            continue
        report = Report(one.fact, one.value, one.unit, one.taken_on)
        for said in met(wanted, decided_on=one.taken_on, today=one.taken_on, reports=[report]):
            if said not in made.reason:
                continue
            if one.mistyped_at is None:
                standing.add(said)
            else:
                marked.append((one.mistyped_at, said))
    return max((at for at, said in marked if said not in standing), default=None)
