"""What a board had before it when it decided: kept with the decision, for the record of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import select

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.queries import load_case
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem
from boardroom.minutes import canonical
from boardroom.minutes.brief import CaseBrief, Patient
from boardroom.minutes.case_brief import case_brief
from boardroom.minutes.models import DecisionBrief
from boardroom.minutes.redaction import without_patient
from boardroom.tumour_map.queries import readings_of
from boardroom.web import local


def keep_brief(item: AgendaItem, board: BoardDefinition) -> DecisionBrief:
    """Store the case as it is before the board; a decision taken anew replaces it."""
    case = load_case(item.case_id)
    brief = case_brief(
        case,
        board,
        position=item.position,
        minutes=item.minutes,
        on=local(now(), board.key).date(),
        readings=readings_of(case.id),
    )
    kept = db.session.scalar(select(DecisionBrief).where(DecisionBrief.item_id == item.id))
    if kept is None:
        kept = DecisionBrief(item_id=item.id)
        db.session.add(kept)
    kept.at, kept.content = now(), canonical.loads(brief.model_dump_json())
    kept.sha256 = hashlib.sha256(canonical.dumps(kept.content)).hexdigest()
    db.session.flush()
    return kept


def briefs_by_item(item_ids: Iterable[int]) -> dict[int, DecisionBrief]:
    """What was kept with the decisions about agenda items, by item; without those of a time when
    nothing was."""
    query = select(DecisionBrief).where(DecisionBrief.item_id.in_(list(item_ids)))
    return {kept.item_id: kept for kept in db.session.scalars(query)}


def as_discussed(today: CaseBrief, kept: DecisionBrief | None) -> CaseBrief:
    """The case as the board had it before it; `today`, the case as it is, where nothing was kept.

    Everything clinical is that of the decision: question, first opinion, history, values, lesions,
    map, treatments, investigations, what the patient wanted and asked (answers that were written
    since go into letters, no brief holds them). Only who the patient and the referrer are is taken
    from today, so that a corrected name, birth date or record number stands in the record; texts
    from before lose what was corrected, since nobody would look for it in a copy without names.
    The place on the agenda and its minutes are those of the agenda.
    """
    if kept is None:
        return today
    then = CaseBrief.model_validate(kept.content)
    if mistaken := _mistaken(then.patient, today.patient):
        then = without_patient(then, mistaken)
    return then.model_copy(
        update={
            name: getattr(today, name)
            for name in ("position", "patient", "referrer", "allotted_minutes")
        }
    )


def _mistaken(then: Patient, today: Patient) -> Patient | None:
    """What the patient was known by then and is not any more; None where nothing was corrected."""
    known = ("name", "birth_date", "record_number")
    wrong = {
        name: value
        for name in known
        if (value := getattr(then, name)) and value != getattr(today, name)
    }
    if "name" in wrong:  # what is still theirs is looked for in a copy without names as ever
        right = set((today.name or "").split())
        wrong["name"] = " ".join(word for word in wrong["name"].split() if word not in right)
    return Patient(**wrong) if wrong else None
