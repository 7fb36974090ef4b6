"""The lesions that the referring hospital listed in the case's form, as its reading of the images.

Whose a line is, the audit trail knows: what a referrer wrote, and what stood in the referral when
it was handed in. What the board's people listed themselves later is not the hospital's, and a list
that follows the board's reading neither; a coordinator who corrects one of the hospital's lines
corrects the referral.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, Investigation
from boardroom.cases.models import Lesion as Row
from boardroom.clinical.tumour_reading import Findings
from boardroom.db import db
from boardroom.people.models import Role
from boardroom.tumour_map.models import Reading
from boardroom.tumour_map.rules import of_list

NOTE = "As listed in the referral; each lesion is drawn in its segment, and nobody has placed it."


@dataclass
class Listed:
    """A line of the list as the hospital wrote it."""

    number: int
    segments: str = ""
    size_mm: int | None = None
    viable_mm: int | None = None
    li_rads: str = ""
    vascular_contact: str = ""
    note: str = ""

    @property
    def says_something(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self) if one.name != "number")


@dataclass
class Referral:
    """What the hospital listed; who wrote at it last, and when."""

    lines: list[Listed] = field(default_factory=list)
    by_id: int | None = None
    at: dt.datetime | None = None

    @property
    def findings(self) -> Findings:
        """The list as a reading that says of itself how it came about."""
        found = of_list(self.lines)
        return Findings(found.lesions, note=NOTE) if found.lesions else found


def listed_by_the_hospital(case: Case) -> Referral:
    """The lesions that the hospital which sent the case has listed in it, as it wrote them."""
    trail = (
        select(AuditEntry)
        .where(AuditEntry.case_id == case.id)
        .order_by(AuditEntry.id)
        .options(joinedload(AuditEntry.actor))
    )
    lines: dict[int, dict[str, Any]] = {}
    found = Referral()
    # A round that follows another begins with what the board knows, an import with a registry's.
    begun_there = bool(case.referrer_hospital) and not (case.earlier_case_id or case.source)
    for entry in db.session.scalars(trail):
        tables = {change["table"] for change in entry.changes}
        role = _role_then(entry)
        theirs = begun_there or role == Role.REFERRER
        if Row.__tablename__ in tables and Reading.__tablename__ not in tables:
            for change in entry.changes:
                if change["table"] != Row.__tablename__:
                    continue
                known = change["id"] in lines
                if theirs or (known and role == Role.COORDINATOR):
                    _follow(lines, change)
                    found.by_id, found.at = entry.actor_id, entry.at
        begun_there = begun_there and not _hands_in(entry)
    wrote = (Listed(**line) for line in lines.values())
    found.lines = sorted((one for one in wrote if one.says_something), key=lambda one: one.number)
    return found


def _follow(lines: dict[int, dict[str, Any]], change: dict[str, Any]) -> None:
    """Bring the lines after one change of the trail: "added", "changed" or "removed"."""
    if change["did"] == "removed":
        lines.pop(change["id"], None)
        return
    line = lines.get(change["id"]) if change["did"] == "changed" else {}
    if line is None:
        return
    known = {one.name: one.default for one in fields(Listed)}
    for name, (_, new) in change["fields"].items():
        if name in known:
            line[name] = known[name] if new is None and name != "number" else new
    if "number" in line:
        lines[change["id"]] = line


def _role_then(entry: AuditEntry) -> str | None:
    """As what somebody wrote; where an older trail does not say, what they are now."""
    if "role" in entry.details:
        return str(entry.details["role"])
    place = entry.actor.on(entry.board) if entry.actor is not None and entry.board else None
    return place.role if place is not None else None


def _hands_in(entry: AuditEntry) -> bool:
    return any(
        one["table"] == Case.__tablename__ and (one["fields"].get("submitted_at") or [None])[-1]
        for one in entry.changes
    )


SHOWING = ("ct", "mri")
"""Methods by which lesions are measured: an endoscopy shows none."""


def images_of(case: Case, listed_on: dt.date) -> Investigation | None:
    """The one CT or MRI of the referral, where it has a day and is no later than the list; None
    where there are several: the list does not say from which of them it is."""
    found = [
        one
        for one in case.investigations
        if one.modality in SHOWING and (one.on_date is None or one.on_date <= listed_on)
    ]
    return found[0] if len(found) == 1 and found[0].on_date else None
