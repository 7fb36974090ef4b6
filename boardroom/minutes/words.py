"""How the papers put things into words: dates, durations and the fixed vocabularies."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

from boardroom.minutes.brief import (
    FirstOpinion,
    Investigation,
    Lesion,
    MapReading,
    Patient,
    Term,
    Treatment,
)
from boardroom.minutes.document import Attendee, MinutesCase, MinutesDocument

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
OUTCOMES = {
    "upgraded": "Upgraded",
    "confirmed": "Confirmed",
    "downgraded": "Downgraded",
    "undetermined": "Undetermined",
}
CONFIDENCE = {1: "a guess", 2: "unsure", 3: "fairly sure", 4: "sure", 5: "certain"}

_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class Clock:
    """Puts moments into words in one time zone, the same on every machine."""

    def __init__(self, time_zone: str) -> None:
        self.zone = ZoneInfo(time_zone)

    def day(self, moment: dt.datetime) -> str:
        """ "Thu 26 Nov 2026"."""
        local = moment.astimezone(self.zone)
        return f"{_DAYS[local.weekday()]} {date(local.date())}"

    def time(self, moment: dt.datetime | None) -> str:
        """ "16:30", or nothing."""
        return f"{moment.astimezone(self.zone):%H:%M}" if moment else ""

    def full(self, moment: dt.datetime | None) -> str:
        """ "Thu 26 Nov 2026, 16:30", or nothing."""
        return f"{self.day(moment)}, {self.time(moment)}" if moment else ""

    def brief(self, moment: dt.datetime) -> str:
        """ "26 Nov, 16:30"."""
        local = moment.astimezone(self.zone)
        return f"{local.day} {_MONTHS[local.month - 1]}, {local:%H:%M}"

    def span(self, start: dt.datetime | None, end: dt.datetime | None) -> str:
        """ "16:30–17:05", with an open end where one is not known."""
        return f"{self.time(start)}–{self.time(end)}" if start else ""


def date(day: dt.date | None) -> str:
    """ "26 Nov 2026", or nothing."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else ""


def minutes(seconds: int | None) -> str:
    """ "4 min 12 s", or nothing."""
    if seconds is None:
        return ""
    whole, rest = divmod(seconds, 60)
    parts = [f"{whole} min"] * bool(whole) + [f"{rest} s"] * bool(rest or not whole)
    return " ".join(parts)


def length(start: dt.datetime | None, end: dt.datetime | None) -> str:
    """ "1 h 5 min", or nothing."""
    if start is None or end is None:
        return ""
    hours, rest = divmod(max(0, round((end - start).total_seconds() / 60)), 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))


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
    return ", ".join(f"{n} {label[:1].lower() + label[1:]}" for label, n in counted.most_common())


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
