"""Saving a reading: a new version beside the earlier ones, and the case's list brought after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from boardroom import audit
from boardroom.cases.models import Case
from boardroom.cases.models import Lesion as Line
from boardroom.cases.rules import must_be_open
from boardroom.cases.saving import take_away, touch
from boardroom.clinical.reading_refusals import refusals
from boardroom.clinical.tumour_reading import Findings, completed
from boardroom.db import db, now
from boardroom.people.models import Person, Role
from boardroom.refusals import Forbidden, Refused, StaleVersion
from boardroom.tumour_map import rules
from boardroom.tumour_map.listed import images_of, listed_by_the_hospital
from boardroom.tumour_map.models import Reading, Side
from boardroom.tumour_map.queries import Sides, readings_of, that_lists
from boardroom.web import local


@dataclass(frozen=True)
class Written:
    """What somebody wrote: the findings, and what images they are read from."""

    findings: Findings
    imaging: str = ""
    imaged_on: dt.date | None = None
    read_by: str = ""

    def texts(self) -> dict[str, str]:
        """Label → text, for showing two saves beside each other."""
        shown = {f"Lesion {one.number}": one.words for one in self.findings.lesions}
        for one in self.findings.lesions:
            if one.placed:
                shown[f"Lesion {one.number}"] += f" At {one.x:g}, {one.y:g} mm."
            if one.note:
                shown[f"Lesion {one.number}"] += f" {one.note}"
        if said := self.findings.in_all_words:
            shown["Lesions"] = said
        shown |= dict(self.findings.beyond())
        day = self.imaged_on.isoformat() if self.imaged_on else ""
        more = {"Images": " ".join(p for p in (self.imaging, day) if p), "Read by": self.read_by,
                "Remarks": self.findings.note}  # fmt: skip
        return shown | {label: text for label, text in more.items() if text}


def written(reading: Reading) -> Written:
    """A stored reading as it was written."""
    return Written(reading.said, reading.imaging, reading.imaged_on, reading.read_by)


def may_write(case: Case, side: Side, person: Person) -> None:
    """Raises IllegalTransition for a closed case, Forbidden for a referrer after the submission."""
    must_be_open(case.status)
    place = person.on(case.board)
    if place is None or place.role != Role.REFERRER:
        return
    if side != Side.REFERRING or case.status not in rules.REFERRER_MAY_WRITE:
        raise Forbidden("The case is with the board. Ask the coordinator to change the reading.")


def save_reading(
    case: Case, side: Side, new: Written, version: int, *, actor: Person | None
) -> Reading:
    """Keep a new version of a side's reading; the same text again makes none.

    `version`: the one that was read before writing, 0 for none. Raises IllegalTransition,
    Forbidden, Refused for what cannot be true, StaleVersion with both texts.
    """
    if actor is not None:
        may_write(case, side, actor)
    new = Written(completed(new.findings), new.imaging, new.imaged_on, new.read_by)
    if wrong := refusals(new.findings):
        raise Refused(next(iter(wrong.values())))
    sides = readings_of(case.id)
    current = sides.get(side)
    if current is not None and written(current) == new:
        return current
    if version != (current.version if current is not None else 0):
        raise _stale(new, current)
    lists = new.findings.lesions or new.findings.none_seen
    kept = bool(side == Side.BOARD and lists and _keep_what_was_listed(case, sides))
    made = Reading(
        case_id=case.id,
        side=side,
        version=version + 1,
        imaging=new.imaging,
        imaged_on=new.imaged_on,
        read_by=new.read_by,
        findings=new.findings.as_dict(),
        saved_by_id=actor.id if actor is not None else None,
        saved_at=now(),
    )
    db.session.add(made)
    db.session.flush()
    _bring_list_after(case)
    audit.record(
        "read the images", board=case.board, case_id=case.id, actor=actor, side=str(side),
        version=made.version,
    )  # fmt: skip
    if kept:
        audit.record(
            "kept the referral’s lesions as the hospital’s reading",
            board=case.board, case_id=case.id, actor=actor, side=str(Side.REFERRING), version=1,
        )  # fmt: skip
    touch(case, actor=actor, action="placed lesions on the map")
    return made


def _keep_what_was_listed(case: Case, sides: Sides) -> bool:
    """Before the list follows the board's reading: what the hospital listed becomes its reading, so
    that the two are compared. Returns whether there was something to keep."""
    if Side.REFERRING in sides or that_lists(sides) is not None:
        return False
    theirs = listed_by_the_hospital(case)
    if not theirs.lines or theirs.at is None:
        return False
    images = images_of(case, local(theirs.at, case.board).date())
    db.session.add(
        Reading(
            case_id=case.id,
            side=Side.REFERRING,
            version=1,
            imaging=images.modality if images is not None else "",
            imaged_on=images.on_date if images is not None else None,
            findings=theirs.findings.as_dict(),
            saved_by_id=theirs.by_id,
            saved_at=theirs.at,
        )
    )
    db.session.flush()
    return True


def _stale(new: Written, current: Reading | None) -> StaleVersion:
    mine, theirs = new.texts(), written(current).texts() if current is not None else {}
    labels = [
        label for label in dict.fromkeys([*mine, *theirs]) if mine.get(label) != theirs.get(label)
    ]
    return StaleVersion(
        "Somebody saved this reading while you were writing. Both are shown here.",
        mine={label: mine.get(label, "") for label in labels},
        theirs={label: theirs.get(label, "") for label in labels},
    )


def _bring_list_after(case: Case) -> None:
    """The case's list of lesions says what the reading that counts says: one truth, not two.

    One that says nothing of lesions, or that they are too many to count, takes nothing away.
    """
    counts = that_lists(readings_of(case.id))
    if counts is None:
        return
    wanted: dict[int, dict[str, Any]] = {w["number"]: w for w in rules.as_lines(counts.said)}
    for line in list(case.lesions):
        values = wanted.pop(line.number, None)
        if values is None:
            take_away(case.lesions, line)
            continue
        for name, value in values.items():
            if getattr(line, name) != value:
                setattr(line, name, value)
    case.lesions += [Line(**values) for values in wanted.values()]
    db.session.flush()
