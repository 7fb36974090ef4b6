"""Gathers what was recorded of a meeting into its minutes.

Nothing is written for the minutes alone: attendance, opinions, consensus and times are those of
the tables and of the event log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from boardroom.aids.models import DecisionAids
from boardroom.aids.queries import kept_by_item
from boardroom.boards.definition import BoardDefinition, UnknownKeyError
from boardroom.cases.models import Case
from boardroom.cases.queries import cases_with_everything
from boardroom.cases.view import fact_groups
from boardroom.consensus.models import Consensus, SignOff
from boardroom.consensus.rules import content_of, reclassification
from boardroom.consensus.words import as_text
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem, Attendance, ItemStatus, Meeting
from boardroom.minutes import brief, document
from boardroom.minutes.aids import decision_aids
from boardroom.opinions.models import Opinion
from boardroom.opinions.queries import revealed_by_case
from boardroom.opinions.rules import answers_in_words, shift_in_words
from boardroom.web import age, local

RELOADED = dt.timedelta(minutes=1)

STATES: Mapping[str, Literal["done", "provisional", "deferred", "not_reached"]] = {
    ItemStatus.DONE: "done",
    ItemStatus.PROVISIONAL: "provisional",
    ItemStatus.DEFERRED: "deferred",
}


def term(board: BoardDefinition, vocabulary: str, key: str) -> brief.Term | None:
    """A word of the board as a term; one that the definition no longer has keeps its key."""
    if not key:
        return None
    try:
        label = board.label(vocabulary, key)
        short = board.verdict(key).short if vocabulary == "verdicts" else ""
    except UnknownKeyError:
        return brief.Term(key=key, label=key)
    return brief.Term(key=key, label=label, short=short)


def word(board: BoardDefinition, vocabulary: str, key: str) -> str:
    """The label alone."""
    found = term(board, vocabulary, key)
    return found.label if found is not None else ""


def specialty(board: BoardDefinition, key: str) -> brief.Specialty:
    """A specialty of the board; one it no longer has keeps its key."""
    try:
        found = board.specialty(key)
    except UnknownKeyError:
        return brief.Specialty(key=key, name=key)
    return brief.Specialty(key=key, name=found.name, mark=found.mark, core=found.core)


def board_info(board: BoardDefinition) -> brief.BoardInfo:
    """The board as its papers name it."""
    return brief.BoardInfo(key=board.key, name=board.name, time_zone=board.time_zone)


def case_brief(
    case: Case, board: BoardDefinition, *, position: int, minutes: int, on: dt.date
) -> brief.CaseBrief:
    """A case as it is put before the board, for the pack and the minutes."""
    patient = case.patient
    return brief.CaseBrief(
        position=position,
        code=case.code,
        question=case.question,
        patient=brief.Patient(
            name=patient.name or None,
            sex=patient.sex,
            age=age(patient.birth_date, on),
            birth_date=patient.birth_date,
            record_number=patient.record_number or None,
            hospital=patient.hospital,
        ),
        diagnosis=word(board, "diagnoses", case.diagnosis),
        referrer=brief.Referrer(name=case.referrer_name, hospital=case.referrer_hospital),
        first_opinion=brief.FirstOpinion(
            verdict=term(board, "verdicts", case.first_verdict),
            reason_kind=word(board, "first_opinion_reasons", case.first_reason_kind),
            reason=case.first_reason,
            by=case.first_by,
            on=case.first_on,
            plan=case.first_plan,
        ),
        summary=case.summary,
        comorbidity=case.comorbidity,
        facts=tuple(_facts(case)),
        lesions=tuple(
            brief.Lesion(
                number=lesion.number,
                segments=lesion.segments,
                size_mm=lesion.size_mm,
                detail=_lesion_detail(
                    lesion.viable_mm, lesion.li_rads, lesion.vascular_contact, lesion.note
                ),
            )
            for lesion in case.lesions
        ),
        treatments=tuple(
            brief.Treatment(
                kind=word(board, "treatment_kinds", t.kind),
                on=t.on_date,
                detail=t.detail,
                response=word(board, "treatment_responses", t.response),
            )
            for t in case.treatments
        ),
        investigations=tuple(
            brief.Investigation(
                kind="imaging"
                if i.kind == "imaging"
                else "pathology"
                if i.kind == "pathology"
                else "other",
                modality=word(board, "imaging_modalities", i.modality),
                on=i.on_date,
                availability=word(board, "availability", i.availability),
                report=i.report,
            )
            for i in case.investigations
        ),
        patient_view=brief.PatientView(
            knows=case.patient_knows,
            wants=case.patient_wants,
            asks=tuple(q.text for q in case.questions if q.text),
            met_by=case.met_by,
        ),
        allotted_minutes=minutes,
    )


def _facts(case: Case) -> list[brief.KeyFact]:
    found = []
    if case.ecog is not None:
        found.append(brief.KeyFact(label="ECOG", value=str(case.ecog)))
    for group in fact_groups(case):
        for line in group.lines:
            taken = line.latest.taken_on
            found.append(
                brief.KeyFact(
                    label=line.label,
                    value=line.latest.words,
                    note=f"{taken.day} {taken:%b %Y}" if taken else "",
                )
            )
        if group.yes:
            found.append(brief.KeyFact(label=group.name, value="Yes: " + "; ".join(group.yes)))
        if group.no:
            found.append(brief.KeyFact(label=group.name, value="No: " + "; ".join(group.no)))
    return found


def _lesion_detail(viable: int | None, li_rads: str, contact: str, note: str) -> str:
    parts = [li_rads, f"{viable} mm viable" if viable is not None else "", contact, note]
    return "; ".join(part for part in parts if part)


def gather(meeting: Meeting, board: BoardDefinition) -> document.MinutesDocument:
    """The record of a meeting as it stands now, unsigned."""
    items = list(
        db.session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id)
            .order_by(AgendaItem.position, AgendaItem.id)
            .options(joinedload(AgendaItem.presented_by))
        )
    )
    cases = cases_with_everything([item.case_id for item in items])
    opinions = revealed_by_case(cases)
    ids = [item.id for item in items]
    consensus = {
        c.item_id: c
        for c in db.session.scalars(select(Consensus).where(Consensus.item_id.in_(ids)))
    }
    sign_offs: dict[int, list[SignOff]] = {}
    for found in db.session.scalars(
        select(SignOff).where(SignOff.item_id.in_(ids)).order_by(SignOff.id)
    ):
        sign_offs.setdefault(found.item_id, []).append(found)
    aids = kept_by_item(ids)
    on = local(meeting.started_at or meeting.starts_at, board.key).date()
    return document.MinutesDocument(
        board=board_info(board),
        meeting=document.MeetingInfo(
            id=str(meeting.id),
            title=meeting.title,
            place=meeting.place,
            planned_start=meeting.starts_at,
            length_minutes=meeting.length_minutes,
            started_at=meeting.started_at,
            closed_at=meeting.closed_at,
        ),
        chair=meeting.chair.name if meeting.chair is not None else "",
        attendance=tuple(attendance(meeting, board)),
        core_specialties=tuple(specialty(board, s.key) for s in board.core),
        core_missing=tuple(specialty(board, k) for k in _never_there(meeting, board)),
        options=tuple(brief.Option(key=o.key, name=o.name, short=o.short) for o in board.options),
        cases=tuple(
            _case(
                item,
                cases[item.case_id],
                board,
                place,
                on,
                opinions.get(item.case_id, []),
                consensus.get(item.id),
                sign_offs.get(item.id, []),
                aids.get(item.id),
            )
            for place, item in enumerate(items, start=1)
        ),
        generated_at=now(),
    )


def _stays(meeting: Meeting) -> list[Attendance]:
    return list(
        db.session.scalars(
            select(Attendance)
            .where(Attendance.meeting_id == meeting.id)
            .order_by(Attendance.joined_at, Attendance.id)
            .options(selectinload(Attendance.person))
        )
    )


def attendance(meeting: Meeting, board: BoardDefinition) -> list[document.Attendee]:
    """Who was there, in the order in which they came, with every stay."""
    people: dict[int, list[Attendance]] = {}
    for stay in _stays(meeting):
        people.setdefault(stay.person_id, []).append(stay)
    found = []
    for stays in people.values():
        place = stays[0].person.on(meeting.board)
        seconds = sum(
            ((s.left_at or meeting.closed_at or now()) - s.joined_at).total_seconds() for s in stays
        )
        found.append(
            document.Attendee(
                name=stays[0].person.name,
                role=str(place.role) if place is not None else "",
                specialty=specialty(board, stays[0].specialty) if stays[0].specialty else None,
                intervals=tuple(_intervals(stays)),
                minutes=max(0, round(seconds / 60)),
            )
        )
    return found


def _intervals(stays: list[Attendance]) -> list[document.Interval]:
    """The stays of one person; a page that was loaded anew is not a leaving."""
    merged: list[tuple[dt.datetime, dt.datetime | None]] = []
    for stay in stays:
        if merged:
            joined, left = merged[-1]
            if left is None or stay.joined_at - left <= RELOADED:
                merged[-1] = (joined, stay.left_at)
                continue
        merged.append((stay.joined_at, stay.left_at))
    return [document.Interval(joined=joined, left=left) for joined, left in merged]


def _never_there(meeting: Meeting, board: BoardDefinition) -> tuple[str, ...]:
    there = {s.specialty for s in _stays(meeting) if s.specialty}
    return board.quorum_missing(there) if meeting.started_at is not None else ()


def _case(
    item: AgendaItem,
    case: Case,
    board: BoardDefinition,
    position: int,
    on: dt.date,
    opinions: list[Opinion],
    consensus: Consensus | None,
    sign_offs: list[SignOff],
    aids: DecisionAids | None,
) -> document.MinutesCase:
    base = case_brief(case, board, position=position, minutes=item.minutes, on=on)
    state = STATES.get(item.status, "not_reached")
    outcome = (
        reclassification(case.first_verdict, consensus.verdict, board)
        if consensus is not None
        else None
    )
    return document.MinutesCase(
        **dict(base),
        state=state,
        presented_by=item.presented_by.name if item.presented_by is not None else "",
        started_at=item.started_at,
        revealed_at=item.revealed_at,
        ended_at=item.ended_at,
        seconds_spent=item.spent_seconds,
        deferral=document.Deferral(
            reason=word(board, "deferral_reasons", item.deferral_reason), note=item.deferral_note
        )
        if item.deferral_reason
        else None,
        # Opinions belong to the record of the meeting at which they were opened.
        opinions=tuple(_opinion(o, board) for o in opinions) if item.revealed_at else (),
        consensus=_consensus(consensus, board) if consensus is not None else None,
        reclassification=document.Reclassification(
            outcome=outcome,
            reason=word(board, "reclassification_reasons", consensus.reclassification_reason),
        )
        if outcome is not None and consensus is not None
        else None,
        quorum=_quorum(item, board),
        provisional_reasons=tuple(str(reason) for reason in item.provisional_reasons),
        sign_offs=tuple(_sign_off(s, board) for s in sign_offs),
        decision_aids=decision_aids(aids, case, board),
        stage_migration=as_text(content_of(consensus), board, ("stage_migration",)).popitem()[1],
    )


def _quorum(item: AgendaItem, board: BoardDefinition) -> document.Quorum:
    def names(key: str) -> tuple[str, ...]:
        return tuple(specialty(board, k).name for k in item.quorum.get(key, []))

    return document.Quorum(
        needed=names("needed"), present=names("present"), missing=names("missing")
    )


def _opinion(opinion: Opinion, board: BoardDefinition) -> document.Opinion:
    return document.Opinion(
        specialty=specialty(board, opinion.specialty),
        person=opinion.person.name,
        verdict=term(board, "verdicts", opinion.verdict),
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
            document.Answer(question=question, answer=answer)
            for question, answer in answers_in_words(opinion.answers, board, opinion.specialty)
        ),
        submitted_at=opinion.submitted_at,
        revealed_at=opinion.revealed_at,
        shifts=tuple(
            document.Shift(at=s.at, subject=what, was=was, now=became, reason=s.reason)
            for s in opinion.shifts
            for what, was, became in shift_in_words(s.changes, board)
        ),
    )


def _consensus(found: Consensus, board: BoardDefinition) -> document.Consensus:
    return document.Consensus(
        verdict=term(board, "verdicts", found.verdict),
        strength=term(board, "strengths", found.strength),
        rationale=found.rationale,
        steps=tuple(
            document.PlanStep(
                order=n, what=s.get("what", ""), who=s.get("who", ""), when=s.get("when", "")
            )
            for n, s in enumerate(found.steps, start=1)
        ),
        dispositions=tuple(
            document.OptionDisposition(
                option=o.key,
                disposition=found.dispositions.get(o.key, {}).get("disposition") or "open",
                reason=found.dispositions.get(o.key, {}).get("reason", ""),
            )
            for o in board.options
        ),
        teller=word(board, "tellers", found.teller),
        tell_by=f"{found.tell_by:%a} {found.tell_by.day} {found.tell_by:%b %Y}"
        if found.tell_by
        else "",
        rediscuss=found.rediscuss,
    )


def _sign_off(found: SignOff, board: BoardDefinition) -> document.SignOff:
    return document.SignOff(
        specialty=specialty(board, found.specialty),
        person=found.person.name,
        kind="signed" if found.kind == "agree" else found.kind,  # type: ignore[arg-type]
        text=found.text,
        reopen_condition=found.reopen_condition,
        at=found.at,
    )
