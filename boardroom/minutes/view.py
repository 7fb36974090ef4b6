"""The minutes put into words and in order, for the PDF and the Word file alike."""

from __future__ import annotations

from itertools import groupby

from boardroom.minutes import presence, times, words
from boardroom.minutes.document import (
    MinutesDocument,
    content_hash,
    matches_signature,
)
from boardroom.minutes.fitting import fitted
from boardroom.minutes.papers import View, paragraphs
from boardroom.minutes.view_case import minutes_case_view

HASH_NOTE = (
    "SHA-256 of the record, taken over the exported JSON without signature, amendments, "
    "confirmations and time of drawing up, written as RFC 8785 says"
)


def case_views(document: MinutesDocument) -> list[View]:
    """The sheets of all cases, in words and in order."""
    clock = times.Clock(document.board.time_zone)
    return [
        fitted(minutes_case_view(case, document, clock), len(document.options))
        for case in document.cases
    ]


def minutes_view(document: MinutesDocument, cases: list[View] | None = None) -> View:
    """Everything the template draws, in words and in order; `cases`: their views, if they exist."""
    clock = times.Clock(document.board.time_zone)
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
                times.length(meeting.started_at, meeting.closed_at),
            )
        ),
        "chair": paragraphs(document.chair),
        "attendance": _attendance(document, clock),
        "core_lines": _core_lines(document),
        "options": [o.model_dump() for o in document.options],
        "stances": words.STANCES,
        "count": _count(document),
        "cases": case_views(document) if cases is None else cases,
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


def _about(document: MinutesDocument, clock: times.Clock, digest: str) -> list[str]:
    since = "Nothing was added since" if document.signature else "Drawn up on"
    drawn = f"Times are {document.board.time_zone}. {since} {clock.full(document.generated_at)}."
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


def _core_lines(document: MinutesDocument) -> list[View]:
    """Which core specialties were never there, and which cases were closed without one."""
    core = ", ".join(s.name for s in document.core_specialties)
    never = ", ".join(presence.never_there(document))
    without = presence.without_core(document)
    return [
        {"text": text, "alarm": alarm}
        for text, alarm, shown in (
            (f"Core specialties not present: {never}", True, never),
            (f"All core specialties were present: {core}.", False, core and not never),
            (f"Not throughout: {without}.", True, without),
        )
        if shown
    ]


def _attendance(document: MinutesDocument, clock: times.Clock) -> list[View]:
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
