"""What was recorded of one case at a meeting, as the minutes hold it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Literal

from boardroom.aids.figures import values_of
from boardroom.aids.models import DecisionAids
from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import reclassify
from boardroom.cases.models import Case
from boardroom.clinical.bclc import MIGRATION_REASONS
from boardroom.clinical.stage_order import stage_order
from boardroom.consensus.models import Consensus, SignOff
from boardroom.consensus.represent import in_words, represent_of
from boardroom.consensus.rules import holding_migration
from boardroom.followup.return_queries import EarlierRound
from boardroom.meetings.models import AgendaItem, ItemStatus
from boardroom.minutes import decision, document
from boardroom.minutes.aids import decision_aids
from boardroom.minutes.at_close import as_discussed
from boardroom.minutes.case_brief import case_brief
from boardroom.minutes.models import DecisionBrief
from boardroom.minutes.terms import earlier_round, specialty, term, word
from boardroom.opinions.in_words import given_answers, shift_lines
from boardroom.opinions.models import Opinion
from boardroom.text import stop, unstopped
from boardroom.tumour_map.queries import Sides

STATES: Mapping[str, Literal["done", "provisional", "deferred", "not_reached"]] = {
    ItemStatus.DONE: "done",
    ItemStatus.PROVISIONAL: "provisional",
    ItemStatus.DEFERRED: "deferred",
}


def minutes_case(
    item: AgendaItem,
    case: Case,
    board: BoardDefinition,
    position: int,
    on: dt.date,
    opinions: list[Opinion],
    consensus: Consensus | None,
    sign_offs: list[SignOff],
    people: Mapping[int, str],
    readings: Sides,
    aids: DecisionAids | None,
    discussed: DecisionBrief | None,
    before: EarlierRound | None,
) -> document.MinutesCase:
    """One case at the meeting. `people`: the names of those who were there, by their number.

    `discussed`: what the board had before it, kept where a decision was taken; one that was closed,
    taken again and then deferred is as it is now, like any other without a decision.
    """
    state = STATES.get(item.status, "not_reached")
    base = as_discussed(
        case_brief(case, board, position=position, minutes=item.minutes, on=on, readings=readings),
        discussed if state in ("done", "provisional") else None,
    )
    first = base.first_opinion.verdict.key if base.first_opinion.verdict is not None else ""
    outcome = reclassify(first, consensus.verdict, board) if consensus is not None else None
    return document.MinutesCase(
        **dict(base),
        state=state,
        presented_by=item.presented_by.name if item.presented_by is not None else "",
        started_at=item.started_at,
        revealed_at=item.revealed_at,
        ended_at=item.ended_at,
        seconds_spent=item.spent_seconds,
        deferral=decision.Deferral(
            reason_key=item.deferral_reason,
            reason=word(board, "deferral_reasons", item.deferral_reason),
            note=item.deferral_note,
            owner=board.owner_name(item.deferral_owner),
            due=item.deferral_due,
        )
        if item.deferral_reason
        else None,
        # Opinions belong to the record of the meeting at which they were opened.
        opinions=tuple(_opinion(o, board, first) for o in opinions) if item.revealed_at else (),
        consensus=_consensus(consensus, board) if consensus is not None else None,
        reclassification=decision.Reclassification(
            outcome=outcome,
            reason_key=consensus.reclassification_reason,
            reason=word(board, "reclassification_reasons", consensus.reclassification_reason),
        )
        if outcome is not None and consensus is not None
        else None,
        quorum=_quorum(item, board, people),
        provisional_reasons=tuple(str(reason) for reason in item.provisional_reasons),
        sign_offs=tuple(_sign_off(s, consensus, board) for s in sign_offs),
        decision_aids=decision_aids(aids, base.diagnosis_key, board),
        stage_migration=_migration(consensus, aids),
        listed_without=_listed_without(item),
        earlier_round=earlier_round(before, board) if before is not None else None,
    )


def _migration(consensus: Consensus | None, aids: DecisionAids | None) -> str:
    """Why the stage's first option was left; nothing where it was chosen all the same."""
    order = stage_order(values_of(aids.reading, "bclc_2022")) if aids is not None else None
    reason = holding_migration(consensus, order)
    return MIGRATION_REASONS.get(reason, reason)


def _listed_without(item: AgendaItem) -> str:
    if not item.override_reason:
        return ""
    missing = "; ".join(unstopped(str(one)) for one in item.listed_without)
    why = stop(item.override_reason)
    return f"Listed by {item.override_by} although not ready: {why} Missing then: {stop(missing)}"


def _quorum(item: AgendaItem, board: BoardDefinition, people: Mapping[int, str]) -> decision.Quorum:
    def keys(name: str) -> list[str]:
        return list(item.quorum.get(name, []))

    def names(name: str) -> tuple[str, ...]:
        return tuple(specialty(board, k).name for k in keys(name))

    persons: Mapping[str, list[int]] = item.quorum.get("persons", {})
    return decision.Quorum(
        needed=names("needed"),
        present=names("present"),
        missing=names("missing"),
        beyond=names("beyond"),
        people=item.quorum.get("people"),
        minimum_people=item.quorum.get("minimum_people"),
        by_specialty=tuple(
            decision.QuorumSpecialty(
                specialty=specialty(board, key),
                needed=key in keys("needed"),
                missing=key in keys("missing"),
                persons=tuple(people[p] for p in persons.get(key, []) if p in people),
            )
            for key in dict.fromkeys([*keys("needed"), *keys("present")])
        ),
    )


def _opinion(opinion: Opinion, board: BoardDefinition, first: str) -> document.Opinion:
    return document.Opinion(
        specialty=specialty(board, opinion.specialty),
        person=opinion.person.name,
        verdict=term(board, "verdicts", opinion.verdict),
        against_first=reclassify(first, opinion.verdict, board),
        confidence=opinion.confidence,
        stances=tuple(
            document.OptionStance(
                option=option.key,
                stance=opinion.stances[option.key]["stance"],
                reason=opinion.stances[option.key].get("reason", ""),
            )
            for option in board.options
            if opinion.stances.get(option.key, {}).get("stance")
        ),
        rationale=opinion.rationale,
        change_mind=opinion.change_mind,
        answers=tuple(
            document.Answer(
                question_key=a.question_key,
                question=a.question,
                answer_key=a.answer_key,
                answer=a.answer,
            )
            for a in given_answers(opinion.answers, board, opinion.specialty)
        ),
        submitted_at=opinion.submitted_at,
        revealed_at=opinion.revealed_at,
        shifts=tuple(
            document.Shift(at=s.at, reason=s.reason, **asdict(line))
            for s in opinion.shifts
            for line in shift_lines(s.changes, board, opinion.specialty)
        ),
    )


def _consensus(found: Consensus, board: BoardDefinition) -> decision.Consensus:
    return decision.Consensus(
        version=found.version,
        changed_at=found.saved_at,
        verdict=term(board, "verdicts", found.verdict),
        strength=term(board, "strengths", found.strength),
        rationale=found.rationale,
        steps=tuple(
            decision.PlanStep(
                order=n, what=s.get("what", ""), who=s.get("who", ""), when=s.get("when", "")
            )
            for n, s in enumerate(found.steps, start=1)
        ),
        dispositions=tuple(
            decision.OptionDisposition(
                option=o.key,
                disposition=found.dispositions.get(o.key, {}).get("disposition") or "open",
                reason=found.dispositions.get(o.key, {}).get("reason", ""),
            )
            for o in board.options
        ),
        teller_key=_teller_key(found.teller, board),
        teller=word(board, "tellers", found.teller),
        tell_by=found.tell_by,
        rediscuss=found.rediscuss,
        represent=in_words(represent_of(found.represent)),
    )


def _teller_key(teller: str, board: BoardDefinition) -> str:
    """The board's key for who tells the patient; nothing for somebody written in words."""
    return next((t.key for t in board.tellers if teller and teller in (t.key, t.name)), "")


def _sign_off(
    found: SignOff, consensus: Consensus | None, board: BoardDefinition
) -> decision.SignOff:
    return decision.SignOff(
        specialty=specialty(board, found.specialty),
        person=found.person.name,
        kind="signed" if found.kind == "agree" else found.kind,  # type: ignore[arg-type]
        version=found.consensus_version,
        earlier_text=consensus is not None and found.consensus_version < consensus.version,
        text=found.text,
        reopen_condition=found.reopen_condition,
        at=found.at,
    )
