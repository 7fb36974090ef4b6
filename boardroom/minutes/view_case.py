"""One case of the minutes put into words and in order."""

from __future__ import annotations

from boardroom.minutes import afterwards, times, words
from boardroom.minutes.aid_parts import aids_view
from boardroom.minutes.compared import compared
from boardroom.minutes.decision import Consensus
from boardroom.minutes.document import MinutesCase, MinutesDocument, Opinion
from boardroom.minutes.papers import View, case_view, paragraphs
from boardroom.text import condition, stop, unstopped

_BECAME = ("chosen", "fallback", "open", "rejected", "not_applicable")
"""What matters most stands first."""

# A consensus of up to so many characters is kept on one page; a longer one may run over.
_ONE_PAGE = 3000


def minutes_case_view(case: MinutesCase, document: MinutesDocument, clock: times.Clock) -> View:
    """Everything that a case's sheet draws, in words and in order."""
    c = case.consensus
    options = {o.key: o.name for o in document.options}
    deferral = case.deferral
    reclassified = case.reclassification
    view = case_view(case)
    return view | {
        "fact_days": [
            {"day": day, "facts": [f for f in view["facts"] if f["note"] == day]}
            for day in dict.fromkeys(f["note"] for f in view["facts"])
        ],
        "state": case.state,
        "state_label": afterwards.state(case, document),
        "confirmations": afterwards.lines(case, document, clock),
        "objections": words.objections(case, options),
        "times": paragraphs(
            words.joined(
                clock.span(case.started_at, case.ended_at),
                f"opinions opened {clock.time(case.revealed_at)}" if case.revealed_at else "",
                words.allotted(case),
            ),
        ),
        "listed": paragraphs(case.listed_without),
        "earlier_round": [*words.earlier_round(case), *paragraphs(stop(case.response_since))],
        "presented": paragraphs(case.presented_by),
        "aids": aids_view(case.decision_aids),
        "deferral": [
            *paragraphs(deferral.reason if deferral else ""),
            *paragraphs(deferral.note if deferral else ""),
            *paragraphs(words.deferred_until(deferral) if deferral else ""),
        ],
        "provisional_head": afterwards.provisional_head(case, document),
        "provisional_reasons": list(case.provisional_reasons),
        "quorum": words.quorum(case, document, clock),
        "verdict_count": words.verdict_count(case),
        "opinions": [_opinion(o, document, options, clock) for o in case.opinions],
        "board_verdict": words.short(c.verdict) if c else "",
        "outcome": words.OUTCOMES[reclassified.outcome]
        if reclassified and case.earlier_round is None
        else "",
        "told": _told(c),
        "fates": _fates(case, document, options),
        "reclassification": words.joined(
            compared(case), reclassified.reason if reclassified else ""
        ),
        "stage_migration": paragraphs(case.stage_migration),
        "consensus": None
        if c is None
        else {
            "verdict": c.verdict.label if c.verdict else "",
            "strength": c.strength.label if c.strength else "",
            "rationale": paragraphs(c.rationale),
            "steps": [
                {"what": paragraphs(s.what), "who": words.joined(s.who, s.when)}
                for s in sorted(c.steps, key=lambda step: step.order)
            ],
            "fates": _fates(case, document, options),
            "teller": _told(c),
            "rediscuss": paragraphs(c.rediscuss),
            "represent": paragraphs("; or ".join(c.represent)),
            "long": _length(case) > _ONE_PAGE,
        },
        "sign_offs": [
            {
                "mark": s.specialty.mark,
                "core": s.specialty.core,
                "specialty": s.specialty.name,
                "person": s.person,
                "kind": s.kind,
                "earlier": s.earlier_text,
                "label": words.position(s, c, clock),
                "at": clock.time(s.at),
                "text": paragraphs(s.text),
                "reopen": paragraphs(condition(s.reopen_condition)),
            }
            for s in case.sign_offs
        ],
    }


def _told(c: Consensus | None) -> list[str]:
    """Who tells the patient, by when."""
    return paragraphs(words.joined(c.teller, words.tell_by(c), by=", by ")) if c else []


def _fates(case: MinutesCase, document: MinutesDocument, options: dict[str, str]) -> list[View]:
    """The options by what became of them, with their reasons."""
    found = words.dispositions(case, document)
    return [
        {
            "key": key,
            "label": words.DISPOSITIONS[key],
            "options": [
                {
                    "option": options.get(d.option, d.option),
                    "reason": paragraphs(unstopped(d.reason)),
                }
                for d in found
                if d.disposition == key
            ],
        }
        for key in _BECAME
        if any(d.disposition == key for d in found)
    ]


def _length(case: MinutesCase) -> int:
    """About how many characters the consensus takes; every line counts as a third of one."""
    c = case.consensus
    if c is None:
        return 0
    texts = [c.rationale, *case.provisional_reasons]
    texts += [step.what for step in c.steps]
    texts += [d.reason for d in c.dispositions]
    texts += [s.text + s.reopen_condition for s in case.sign_offs]
    return sum(len(text) + 30 * (1 + text.count("\n")) for text in texts)


def _at_the_reveal(opinion: Opinion) -> dict[str, str]:
    """Option → the stance before it first moved, for those that moved."""
    moved = [s for s in opinion.shifts if s.field == "stance" and s.was_key in words.STANCES]
    return {s.subject_key: s.was_key for s in reversed(moved)}


def _spoken(was: str, now: str) -> str:
    said = words.STANCES[now].lower()
    return f"was {words.STANCES[was].lower()}, now {said}" if was else said


def _given(opinion: Opinion, clock: times.Clock) -> str:
    if opinion.submitted_at is None:
        return ""
    after = ", after the reveal" if opinion.late else ""
    return f"given {clock.brief(opinion.submitted_at)}{after}"


def _opinion(
    opinion: Opinion, document: MinutesDocument, options: dict[str, str], clock: times.Clock
) -> View:
    stances = {s.option: s for s in opinion.stances}
    cells = [stances[o.key].stance if o.key in stances else "none" for o in document.options]
    before = _at_the_reveal(opinion)
    was = [before.get(o.key, "") for o in document.options]
    was = [old if old != cell else "" for old, cell in zip(was, cells, strict=True)]
    verdict_was = next((s.was for s in opinion.shifts if s.field == "verdict"), "")
    confidence = opinion.confidence
    shorts = {o.key: o.short for o in document.options}
    return {
        "mark": opinion.specialty.mark,
        "core": opinion.specialty.core,
        "specialty": opinion.specialty.name,
        "person": opinion.person,
        "short": words.short(opinion.verdict),
        "against_first": opinion.against_first or "",
        "confidence": f"{words.CONFIDENCE[confidence]} ({confidence} of 5)" if confidence else "",
        "given": _given(opinion, clock),
        "verdict_was": verdict_was
        if opinion.verdict is None or verdict_was != opinion.verdict.label
        else "",
        "cells": cells,
        "was": was,
        "spoken": " ".join(
            f"{option.name}: {_spoken(old, cell)}."
            for option, old, cell in zip(document.options, was, cells, strict=True)
        ),
        "rationale": paragraphs(opinion.rationale),
        "change_mind": paragraphs(opinion.change_mind),
        "reasons": [
            {
                "stance": s.stance,
                "option": options.get(s.option, s.option),
                "short": shorts.get(s.option, s.option),
                "reason": paragraphs(s.reason),
            }
            for s in opinion.stances
            if s.reason.strip()
        ],
        "answers": [
            {"question": a.question, "answer": paragraphs(a.answer)}
            for a in opinion.answers
            if a.answer.strip()
        ],
        "shifts": [
            {
                "at": clock.time(s.at),
                "subject": s.subject,
                "was": words.moved(s)[0],
                "now": words.moved(s)[1],
                "reason": paragraphs(s.reason),
            }
            for s in opinion.shifts
        ],
    }
