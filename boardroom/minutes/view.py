"""The minutes put into words and in order, for the PDF and the Word file alike."""

from __future__ import annotations

from itertools import groupby

from boardroom.minutes import words
from boardroom.minutes.aid_parts import aids_view
from boardroom.minutes.document import (
    MinutesCase,
    MinutesDocument,
    Opinion,
    content_hash,
    matches_signature,
)
from boardroom.minutes.papers import View, case_view, paragraphs

_BECAME = ("chosen", "fallback", "open", "rejected", "not_applicable")
"""What matters most stands first."""

HASH_NOTE = (
    "SHA-256 of the record, taken over the exported JSON without signature, amendments and time "
    "of drawing up, written as RFC 8785 says"
)

# A consensus of up to so many characters is kept on one page; a longer one may run over.
_ONE_PAGE = 1800


def minutes_view(document: MinutesDocument) -> View:
    """Everything the template draws, in words and in order."""
    clock = words.Clock(document.board.time_zone)
    meeting = document.meeting
    withheld = document.names == "withheld"
    names = "Patients' names left out" if withheld else "Confidential: names patients"
    standing = words.standing(document, clock)
    signature = document.signature
    digest = signature.content_hash if signature else content_hash(document)
    altered = matches_signature(document) is False
    if altered:
        standing = "ALTERED: this is not the record that was signed"
    amended = len(document.amendments)
    banners = [
        {"text": text, "alarm": alarm}
        for text, alarm, shown in (
            (standing, True, altered),
            ("DRAFT, not signed", False, signature is None),
            ("Patients' names, birth dates and record numbers are left out", False, withheld),
            (f"{amended} amendment{'s' * (amended > 1)}, at the end", False, bool(amended)),
        )
        if shown
    ]
    return {
        "title": words.title(document),
        "author": [document.board.name],
        "keywords": ["minutes", document.meeting.id, names],
        "language": document.board.language,
        "kind": "Minutes of the meeting",
        "name": document.board.name,
        "day": clock.day(meeting.planned_start),
        "subtitle": "" if meeting.title == document.board.name else meeting.title,
        "head": words.joined(document.board.name, clock.day(meeting.planned_start)),
        "mark": names,
        "alarm": altered,
        "foot": standing,
        "fingerprint": f"Record SHA-256 {digest}",
        "banners": banners,
        "meeting": paragraphs(words.joined(meeting.title, f"reference {meeting.id}")),
        "place": paragraphs(meeting.place),
        "planned": [
            words.joined(
                clock.full(meeting.planned_start),
                f"{meeting.length_minutes} min" if meeting.length_minutes is not None else "",
            )
        ],
        "held": paragraphs(
            words.joined(
                clock.span(meeting.started_at, meeting.closed_at),
                words.length(meeting.started_at, meeting.closed_at),
            )
        ),
        "chair": paragraphs(document.chair),
        "attendance": _attendance(document, clock),
        "core": ", ".join(s.name for s in document.core_specialties),
        "core_missing": ", ".join(s.name for s in document.core_missing),
        "options": [o.model_dump() for o in document.options],
        "stances": words.STANCES,
        "count": _count(document),
        "cases": [_case(case, document, clock) for case in document.cases],
        "amendments": [
            {
                "number": a.number,
                "case": a.case or "",
                "by": a.by,
                "at": clock.full(a.at),
                "text": paragraphs(a.text),
                "reason": paragraphs(a.reason),
            }
            for a in document.amendments
        ],
        "about": _about(document, clock, digest),
    }


def _about(document: MinutesDocument, clock: words.Clock, digest: str) -> list[str]:
    drawn = (
        f"Times are {document.board.time_zone}. Drawn up on {clock.full(document.generated_at)}."
    )
    lines = [f"{words.standing(document, clock)}. {drawn}", f"{HASH_NOTE}: {digest}."]
    if document.names == "withheld":
        lines.append(
            "This is a copy without patients' names, birth dates and record numbers. "
            "The hash belongs to the record with names."
            if document.signature
            else "This is a copy without patients' names, birth dates and record numbers."
        )
    return lines


def _count(document: MinutesDocument) -> str:
    states = [case.state for case in document.cases]
    parts = [
        f"{states.count(key)} {label.lower()}"
        for key, label in words.STATES.items()
        if key in states
    ]
    return f"{len(states)} case{'s' * (len(states) != 1)}: {', '.join(parts)}."


def _attendance(document: MinutesDocument, clock: words.Clock) -> list[View]:
    """By specialty, core ones first; people without one last."""
    core = {s.key: i for i, s in enumerate(document.core_specialties)}

    def place(index: int) -> tuple[int, int, str]:
        specialty = document.attendance[index].specialty
        if specialty is None:
            return (2, 0, "")
        if specialty.key in core:
            return (0, core[specialty.key], "")
        return (1, 0, specialty.name)

    rows: list[View] = []
    order = sorted(range(len(document.attendance)), key=lambda i: (place(i), i))
    for _, indices in groupby(order, key=place):
        for first, index in enumerate(indices):
            person = document.attendance[index]
            specialty = person.specialty
            rows.append(
                {
                    "first": first == 0,
                    "specialty": specialty.name if specialty else "Others",
                    "mark": specialty.mark if specialty else "",
                    "core": bool(specialty and (specialty.core or specialty.key in core)),
                    "name": person.name,
                    "role": person.role,
                    "times": words.stays(person, clock),
                    "minutes": "" if person.minutes is None else str(person.minutes),
                }
            )
    return rows


def _case(case: MinutesCase, document: MinutesDocument, clock: words.Clock) -> View:
    c = case.consensus
    options = {o.key: o.name for o in document.options}
    quorum = case.quorum
    deferral = case.deferral
    reclassified = case.reclassification
    return case_view(case) | {
        "state": case.state,
        "state_label": words.STATES[case.state],
        "times": paragraphs(
            words.joined(
                clock.span(case.started_at, case.ended_at),
                f"opinions opened {clock.time(case.revealed_at)}" if case.revealed_at else "",
                words.allotted(case),
            )
        ),
        "presented": paragraphs(case.presented_by),
        "aids": aids_view(case.decision_aids),
        "deferral": [
            *paragraphs(deferral.reason if deferral else ""),
            *paragraphs(deferral.note if deferral else ""),
        ],
        "provisional_reasons": list(case.provisional_reasons),
        "quorum": _quorum(list(quorum.needed), list(quorum.missing)),
        "verdict_count": words.verdict_count(case),
        "opinions": [_opinion(o, document, options, clock) for o in case.opinions],
        "board_verdict": words.short(c.verdict) if c else "",
        "reclassification": words.joined(
            f"{words.OUTCOMES[reclassified.outcome]} against the first opinion",
            reclassified.reason,
        )
        if reclassified
        else "",
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
            "dispositions": [
                {
                    "option": options.get(d.option, d.option),
                    "key": d.disposition,
                    "label": words.DISPOSITIONS[d.disposition],
                    "reason": paragraphs(d.reason),
                }
                for d in sorted(c.dispositions, key=lambda d: _BECAME.index(d.disposition))
            ],
            "teller": paragraphs(words.joined(c.teller, c.tell_by, by=", by ")),
            "rediscuss": paragraphs(c.rediscuss),
            "long": _length(case) > _ONE_PAGE,
        },
        "sign_offs": [
            {
                "mark": s.specialty.mark,
                "core": s.specialty.core,
                "specialty": s.specialty.name,
                "person": s.person,
                "kind": s.kind,
                "label": words.SIGN_OFFS[s.kind],
                "at": clock.time(s.at),
                "text": paragraphs(s.text),
                "reopen": paragraphs(s.reopen_condition),
            }
            for s in case.sign_offs
        ],
    }


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


def _quorum(needed: list[str], missing: list[str]) -> list[str]:
    if not needed:
        return []
    if missing:
        return [f"Not reached: {', '.join(missing)} missing (needed: {', '.join(needed)})"]
    return [f"Reached: {', '.join(needed)}"]


def _opinion(
    opinion: Opinion, document: MinutesDocument, options: dict[str, str], clock: words.Clock
) -> View:
    stances = {s.option: s for s in opinion.stances}
    cells = [stances[o.key].stance if o.key in stances else "none" for o in document.options]
    confidence = opinion.confidence
    return {
        "mark": opinion.specialty.mark,
        "core": opinion.specialty.core,
        "specialty": opinion.specialty.name,
        "person": opinion.person,
        "short": words.short(opinion.verdict),
        "confidence": f"{words.CONFIDENCE[confidence]} ({confidence} of 5)" if confidence else "",
        "given": f"given {clock.brief(opinion.submitted_at)}" if opinion.submitted_at else "",
        "cells": cells,
        "spoken": " ".join(
            f"{option.name}: {words.STANCES[cell].lower()}."
            for option, cell in zip(document.options, cells, strict=True)
        ),
        "rationale": paragraphs(opinion.rationale),
        "change_mind": paragraphs(opinion.change_mind),
        "reasons": [
            {
                "stance": s.stance,
                "option": options.get(s.option, s.option),
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
                "was": s.was,
                "now": s.now,
                "reason": paragraphs(s.reason),
            }
            for s in opinion.shifts
        ],
    }
