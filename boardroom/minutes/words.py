"""How the papers put things into words: what a case says, and the fixed vocabularies."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Protocol

from boardroom.boards import reclassification
from boardroom.minutes.brief import (
    FirstOpinion,
    Investigation,
    Lesion,
    MapReading,
    Patient,
    Term,
    Treatment,
)
from boardroom.minutes.decision import Consensus, Deferral, OptionDisposition, SignOff
from boardroom.minutes.document import Attendee, MinutesCase, MinutesDocument, Shift
from boardroom.minutes.earlier import EarlierRound
from boardroom.minutes.presence import absent_core
from boardroom.minutes.times import Clock, date, iso, minutes, with_weekday
from boardroom.text import in_sentence, stop

STANCES = {
    "prefer": "Prefer",
    "acceptable": "Acceptable",
    "advise_against": "Advise against",
    "outside_field": "Outside my field",
    "none": "No stance given",
}
STATES = {
    "done": "Decided",
    "provisional": "Provisional",
    "deferred": "Deferred",
    "not_reached": "Not reached",
}
DISPOSITIONS = {
    "chosen": "Chosen",
    "fallback": "Fallback",
    "rejected": "Rejected",
    "not_applicable": "Not applicable",
    "open": "Left open",
}
SIGN_OFFS = {
    "signed": "Signed",
    "reservation": "Signed with reservation",
    "dissent": "Dissents",
}
EARLIER = {
    "signed": "Signed an earlier text",
    "reservation": "Signed an earlier text with reservation",
    "dissent": "Dissented from an earlier text",
}
CAME_BACK = {
    "condition": "came back by itself",
    "dissent": "reopened from a dissent",
    "by_hand": "a new round",
}
OUTCOMES = reclassification.WORDS
CONFIDENCE = {1: "a guess", 2: "unsure", 3: "fairly sure", 4: "sure", 5: "certain"}


def joined(*parts: str, by: str = " · ") -> str:
    """The parts that say something."""
    return by.join(part for part in parts if part)


def short(term: Term | None) -> str:
    """The term's short form where it has one, or nothing."""
    return (term.short or term.label) if term else ""


def patient(who: Patient, code: str) -> str:
    """ "Invented Person · male, 63 · born 4 Mar 1963 · record 1234 · St Example"."""
    age = f"{who.age}" if who.age is not None else ""
    return joined(
        who.name or f"Patient of {code}",
        joined(who.sex, age, by=", "),
        f"born {date(who.birth_date)}" if who.birth_date else "",
        f"record {who.record_number}" if who.record_number else "",
        who.hospital,
    )


def first_opinion_source(first: FirstOpinion) -> str:
    """ "by Dr Invented on 12 Nov 2026"."""
    by = joined(
        f"by {first.by}" if first.by else "", f"on {date(first.on)}" if first.on else "", by=" "
    )
    return by


def lesion(one: Lesion) -> str:
    """ "1 · segment VII · 42 mm · LR-5"."""
    size = f"{one.size_mm:g} mm" if one.size_mm is not None else ""
    where = f"segment {one.segments}" if one.segments else ""
    return joined(f"No. {one.number}", where, size, one.detail)


def reading(one: MapReading) -> str:
    """ "MRI, 12 Nov 2026 · read by Dr Invented", or that it is only the list."""
    if one.side == "listed":
        return "From the list of lesions: segment and size are as written; nobody has placed them"
    images = joined(one.imaging, date(one.imaged_on), by=", ")
    return joined(images, f"read by {one.read_by}" if one.read_by else "")


def treatment(one: Treatment) -> str:
    """ "12 Nov 2026 · TACE · right lobe · partial response"."""
    return joined(date(one.on), one.kind, one.detail, one.response)


def investigation(one: Investigation) -> str:
    """ "12 Nov 2026 · MRI · shown · three lesions"."""
    return joined(date(one.on), one.modality, one.availability.lower(), one.report)


def tell_by(c: Consensus) -> str:
    """ "Sat 21 Nov 2026", or nothing. A record of schema 1.0 has the words already."""
    if isinstance(c.tell_by, dt.date):
        return with_weekday(c.tell_by)
    return c.tell_by or ""


def tell_by_iso(c: Consensus) -> str:
    """ "2026-11-21", or nothing; words that name no day are left as they are."""
    return iso(tell_by(c))


def dispositions(case: MinutesCase, document: MinutesDocument) -> tuple[OptionDisposition, ...]:
    """What became of every option of the board, in its order; nothing said is left open.

    Empty for a case that was not closed and has no consensus: nothing was decided about it.
    """
    said = {d.option: d for d in case.consensus.dispositions} if case.consensus else {}
    if not said and case.consensus is None and case.state not in ("done", "provisional"):
        return ()
    ours = [
        said.pop(o.key) if o.key in said else OptionDisposition(option=o.key, disposition="open")
        for o in document.options
    ]
    return (*ours, *said.values())


def position(s: SignOff, c: Consensus | None, clock: Clock) -> str:
    """ "Signed", or "Signed an earlier text, version 3, before the last change at 16:42"."""
    if not s.earlier_text:
        return SIGN_OFFS[s.kind]
    return joined(
        EARLIER[s.kind],
        f"version {s.version}",
        "before the last change"
        + (f" at {clock.time(c.changed_at)}" if c and c.changed_at else ""),
        by=", ",
    )


def quorum(case: MinutesCase, document: MinutesDocument, clock: Clock) -> list[str]:
    """Whether quorum was reached when the case was closed, who was there, and who had been.

    Somebody may be on the list of attendance and yet have been out when this case was closed.
    """
    q = case.quorum
    if not q.needed and not q.by_specialty:
        return []
    lines = []
    too_few = q.people is not None and q.minimum_people is not None and q.people < q.minimum_people
    if q.missing or too_few:
        few = f"{q.people} of at least {q.minimum_people} people with a vote" if too_few else ""
        missing = f"{', '.join(q.missing)} missing" if q.missing else ""
        lines.append(
            f"Not reached: {joined(missing, few, by='; ')} (needed: {', '.join(q.needed)})."
        )
    else:
        lines.append(f"Reached: {', '.join(q.needed)}.")
    there = present_at_close(case)
    at = f" at {clock.time(case.ended_at)}" if case.ended_at else ""
    if there:
        lines.append(f"There when it closed{at}: {', '.join(there)}.")
    absent = absent_core(case, document)
    if absent:
        lines.append(f"Core specialties not there when it closed{at}: {', '.join(absent)}.")
    for name in (*q.missing, *absent):
        for person in document.attendance:
            if person.specialty is not None and person.specialty.name == name:
                lines.append(
                    f"{name} was at the meeting, but not when this case closed{at}: "
                    f"{joined(person.name, stays(person, clock), by=', ')}."
                )
    return lines


def quorum_key(case: MinutesCase) -> str:
    """ "reached", "not_reached", or nothing for a case that was not closed."""
    q = case.quorum
    if not q.needed and not q.by_specialty:
        return ""
    too_few = q.people is not None and q.minimum_people is not None and q.people < q.minimum_people
    return "not_reached" if q.missing or too_few else "reached"


def present_at_close(case: MinutesCase) -> list[str]:
    """ "Surgery (Dr A, Dr B)" for each specialty that was there when the case was closed."""
    missing = set(case.quorum.missing)
    return [
        s.specialty.name + (f" ({', '.join(s.persons)})" if s.persons else "")
        for s in case.quorum.by_specialty
        if s.persons
        or (s.specialty.name in case.quorum.present and s.specialty.name not in missing)
    ]


def allotted(case: MinutesCase) -> str:
    """ "16:42–16:49 · 7 min of 5 allotted"."""
    spent = minutes(case.seconds_spent)
    if case.allotted_minutes is None:
        return spent
    plan = f"{case.allotted_minutes} min"
    return f"{spent} of {plan} allotted" if spent else f"{plan} allotted"


def verdict_count(case: MinutesCase) -> str:
    """ "2 convertible, 1 unresectable": what the specialists said, most frequent first."""
    counted = Counter(short(o.verdict) for o in case.opinions if o.verdict)
    return ", ".join(f"{n} {in_sentence(label)}" for label, n in counted.most_common())


def stays(person: Attendee, clock: Clock) -> str:
    """ "16:30–17:05, 17:10–18:00"."""
    return ", ".join(clock.span(i.joined, i.left) for i in person.intervals)


def title(document: MinutesDocument) -> str:
    """The document's title, as its metadata and its file have it."""
    day = Clock(document.board.time_zone).day(document.meeting.planned_start)
    return f"Minutes: {document.board.name}, {day}"


def standing(document: MinutesDocument, clock: Clock) -> str:
    """Who signed when, or that nobody did."""
    if document.signature is None:
        return "DRAFT, not signed"
    return f"Signed by {document.signature.signed_by} on {clock.full(document.signature.signed_at)}"


def deferred_until(deferral: Deferral) -> str:
    """ "Hepatology sees to it; listed again on 3 Dec 2026.", or nothing."""
    owner = f"{deferral.owner[:1].upper()}{deferral.owner[1:]} sees to it" if deferral.owner else ""
    due = f"listed again on {date(deferral.due)}" if deferral.due else ""
    found = joined(owner, due, by="; ")
    return f"{found}." if found else ""


def put_off(deferral: Deferral) -> str:
    """Why a case was deferred, and who sees to it, in sentences."""
    said = (stop(deferral.reason), stop(deferral.note), deferred_until(deferral))
    return " ".join(filter(None, said))


def moved(shift: Shift) -> tuple[str, str]:
    """What stood before a shift and what stands since, in words also where a text was emptied."""
    return shift.was.strip() or "nothing", shift.now.strip() or "withdrawn"


class _Round(Protocol):
    @property
    def earlier_round(self) -> EarlierRound | None: ...


def earlier_round(case: _Round) -> list[str]:
    """Where a case that came back came from, why, what was decided then and given since: one
    sentence each; empty for a first round."""
    found = case.earlier_round
    if found is None:
        return []
    why = f": {found.reason.strip()}" if found.reason.strip() else ""
    lines = [f"{found.code}, {CAME_BACK[found.kind]}{why}"]
    if found.decided_on:
        verdict = found.verdict.label if found.verdict else "no verdict"
        lines.append(f"Decided {date(found.decided_on)}: {verdict}")
    if found.treated_since:
        given = "; ".join(f"{one.what}, {date(one.on)}" for one in found.treated_since)
        lines.append(f"Treated since: {given}")
    return [stop(line) for line in lines]


def objections(case: MinutesCase, options: dict[str, str]) -> list[str]:
    """Who advises against what is chosen: "Resection, which is chosen: Surgery, Oncology advise
    against it", one for each option."""
    if case.consensus is None:
        return []
    found = []
    for fate in case.consensus.dispositions:
        if fate.disposition != "chosen":
            continue
        against = dict.fromkeys(
            opinion.specialty.name
            for opinion in case.opinions
            for stance in opinion.stances
            if stance.option == fate.option and stance.stance == "advise_against"
        )
        if against:
            verb = "advises" if len(against) == 1 else "advise"
            name = options.get(fate.option, fate.option)
            found.append(f"{name}, which is chosen: {', '.join(against)} {verb} against it.")
    return found
