"""Which core specialties were there, at the meeting and for each case.

Quorum may ask for fewer than all of them: what it lacked makes a decision provisional, but whoever
was not there is named either way.
"""

from __future__ import annotations

from boardroom.minutes.document import MinutesCase, MinutesDocument


def never_there(document: MinutesDocument) -> list[str]:
    """Names of the core specialties for which nobody came, in the board's order.

    Read from the attendance as well: a record that was signed earlier may not list them all.
    """
    listed = [s.name for s in document.core_missing]
    if document.meeting.started_at is None:
        return listed
    there = {p.specialty.name for p in document.attendance if p.specialty is not None}
    there |= {name for case in document.cases for name in case.quorum.present}
    core = [s.name for s in document.core_specialties]
    return list(dict.fromkeys([*listed, *(name for name in core if name not in there)]))


def absent_core(case: MinutesCase, document: MinutesDocument) -> list[str]:
    """Names of the core specialties that were not there when the case was closed and that quorum
    did not lack; none for a case that was not closed."""
    q = case.quorum
    if not q.needed and not q.by_specialty:
        return []
    here = {*q.present, *q.missing}
    return [s.name for s in document.core_specialties if s.name not in here]


def without_core(document: MinutesDocument) -> str:
    """ "BR-0001 without Hepatology": the cases that were closed without a core specialty, or
    without one that quorum needs; or nothing."""
    found = ((c, [*c.quorum.missing, *absent_core(c, document)]) for c in document.cases)
    return "; ".join(f"{case.code} without {', '.join(names)}" for case, names in found if names)
