"""A case as it is put before the board, gathered for the pack and for the minutes."""

from __future__ import annotations

import datetime as dt
from math import isfinite

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.earlier import as_in, earlier_of
from boardroom.cases.models import Case
from boardroom.cases.view import fact_groups, in_order
from boardroom.clinical.facts import FACTS
from boardroom.followup.again_queries import response_words
from boardroom.minutes import brief
from boardroom.minutes.mapped import lesions_of, map_of
from boardroom.minutes.terms import known_key, term, word
from boardroom.tumour_map.queries import Sides
from boardroom.web import age


def case_brief(
    case: Case,
    board: BoardDefinition,
    *,
    position: int,
    minutes: int,
    on: dt.date,
    readings: Sides | None = None,
    response: str | None = None,
) -> brief.CaseBrief:
    """A case as it is put before the board, for the pack and the minutes.

    `readings`: the tumour map's, as they stood then; the case's list of lesions counts without.
    `response`: how the tumour answered since the round before, for who has asked already.
    """
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
        diagnosis_key=case.diagnosis,
        diagnosis=word(board, "diagnoses", case.diagnosis),
        referrer=brief.Referrer(name=case.referrer_name, hospital=case.referrer_hospital),
        first_opinion=brief.FirstOpinion(
            verdict=term(board, "verdicts", case.first_verdict),
            reason_kind_key=case.first_reason_kind,
            reason_kind=word(board, "first_opinion_reasons", case.first_reason_kind),
            reason=case.first_reason,
            by=case.first_by,
            on=case.first_on,
            plan=case.first_plan,
        ),
        summary=case.summary,
        comorbidity=case.comorbidity,
        facts=tuple(_facts(case)),
        recorded_facts=tuple(_recorded(case)),
        lesions=lesions_of(case, readings or {}),
        tumour_map=map_of(case, board, readings or {}),
        treatments=tuple(
            brief.Treatment(
                kind_key=t.kind,
                kind=word(board, "treatment_kinds", t.kind),
                on=t.on_date,
                detail=t.detail,
                response_key=known_key(board, "treatment_responses", t.response),
                response=word(board, "treatment_responses", t.response),
            )
            for t in case.treatments
        )
        # In the words of a line: what was stated as none is a line like the others
        or ((brief.Treatment(kind="None before this referral"),) if case.no_treatment else ()),
        investigations=tuple(
            brief.Investigation(
                kind="imaging"
                if i.kind == "imaging"
                else "pathology"
                if i.kind == "pathology"
                else "other",
                modality_key=i.modality,
                modality=word(board, "imaging_modalities", i.modality),
                on=i.on_date,
                availability_key=i.availability,
                availability=word(board, "availability", i.availability),
                report=i.report,
            )
            for i in case.investigations
        )
        + (
            (brief.Investigation(kind="pathology", modality="No tissue was taken"),)
            if case.no_tissue
            else ()
        ),
        patient_view=brief.PatientView(
            knows=case.patient_knows,
            wants=case.patient_wants,
            asks=tuple(q.text for q in case.questions if q.text),
            met_by=case.met_by,
        ),
        allotted_minutes=minutes,
        response_since=response_words(case, board) if response is None else response,
    )


def _facts(case: Case) -> list[brief.KeyFact]:
    found = []
    if case.ecog is not None:
        found.append(brief.KeyFact(label="ECOG", value=str(case.ecog), note=_ecog_from(case)))
    for group in fact_groups(case):
        for line in group.lines:
            latest, taken = line.latest, line.latest.taken_on
            day = f"{taken.day} {taken:%b %Y}" if taken else latest.since
            wrong = "marked as mistyped" if latest.mistyped else ""
            note = ", ".join(filter(None, (day, wrong)))
            found.append(brief.KeyFact(label=line.label, value=latest.words, note=note))
        if group.yes:
            found.append(brief.KeyFact(label=group.name, value="Yes: " + "; ".join(group.yes)))
        if group.no:
            found.append(brief.KeyFact(label=group.name, value="No: " + "; ".join(group.no)))
    return found


def _ecog_from(case: Case) -> str:
    """From which round the ECOG status was taken over, and that round's day."""
    return as_in(earlier_of(case).ecog)


def _recorded(case: Case) -> list[brief.RecordedFact]:
    """Every fact that stands with every date, the oldest of a kind first: whoever computes with
    them is to count nothing that was mistyped."""
    found = []
    if case.ecog is not None:
        found.append(
            brief.RecordedFact(key="ecog", label="ECOG", value=str(case.ecog), number=case.ecog)
        )
    for fact in sorted(in_order(case.standing_facts), key=lambda fact: fact.key):
        known = FACTS.get(fact.key)
        found.append(
            brief.RecordedFact(
                key=fact.key,
                label=known.label if known else fact.key,
                value=fact.value,
                number=_number(fact.value) if known and known.kind == "number" else None,
                unit=fact.unit,
                on=fact.taken_on,
            )
        )
    return found


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) else None
