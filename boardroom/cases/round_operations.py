"""Rounds: a case that comes back to the board as a new one, with what still counts of the last."""

from __future__ import annotations

from boardroom import audit
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.kept_back import whole
from boardroom.cases.models import Case, CaseStatus, Fact, Investigation, Patient, Treatment
from boardroom.cases.operations import must_be_last, new_case
from boardroom.cases.treated import told_after
from boardroom.cases.view import test_of_fact
from boardroom.clinical.facts import FACTS, lasts
from boardroom.clinical.read_facts import FactRead, facts_read
from boardroom.db import db
from boardroom.people.models import Person
from boardroom.refusals import Refused
from boardroom.tumour_map.queries import readings_of, that_counts


def new_round(case: Case, board: BoardDefinition, *, actor: Person | None) -> Case:
    """A new case about the same patient, linked to this one.

    Copied: the patient, the referrer, diagnosis, history, dated tests, lasting facts, but no value
    that somebody asked for anew; treatments with what was told of them since the decision.
    Question, first opinion and lesions are new. Who calls holds the case. Raises RoundBegun where a
    later round has begun.
    """
    if case.status not in (CaseStatus.DECIDED, CaseStatus.FOLLOWED_UP):
        raise Refused("A new round begins when the board has decided. Edit this case instead.")
    must_be_last(case)
    old = case.patient
    patient = Patient(
        **{k: getattr(old, k) for k in ("name", "birth_date", "sex", "record_number", "hospital")}
    )
    copy = new_case(board, actor=actor, patient=patient)
    with whole(case):  # a referrer may begin it, by what they report
        carry_over(case, copy)
    copy.no_tissue = case.no_tissue  # until a pathology is listed; its day is that of its round
    db.session.flush()
    audit.record("began a new round", board=case.board, case_id=copy.id, actor=actor, of=case.code)
    return copy


CARRIED = ("referrer_name", "referrer_contact", "referrer_hospital", "diagnosis", "summary",
           "comorbidity", "patient_knows")  # fmt: skip
"""What of a case's own words a new round begins with."""


def carry_over(case: Case, copy: Case) -> None:
    """Make `copy` the round after `case`, with its referrer, diagnosis, history and what is dated
    or lasting. What lasts stays without a date: of which round it is, `earlier.said_before` says.
    """
    copy.earlier_case_id = case.id
    for name in CARRIED:
        setattr(copy, name, getattr(case, name))
    refused = {one.test for one in case.judgements if not one.accepted}
    seen = _as_read(case)
    for fact in case.standing_facts:
        if test_of_fact(fact) in refused:
            continue  # somebody asked for it anew: no aid of the new round is to count it
        read = seen.get(fact.key)
        if read is not None and (fact.taken_on is None or fact.taken_on <= read.taken_on):
            continue  # a map said it later
        if (fact.taken_on and fact.key in FACTS) or lasts(fact.key, fact.value):
            copy.facts.append(
                Fact(key=fact.key, value=fact.value, unit=fact.unit, taken_on=fact.taken_on)
            )
    for read in seen.values():
        copy.facts.append(
            Fact(key=read.key, value=read.value, unit=read.unit, taken_on=read.taken_on)
        )
    for one in case.treatments:
        copy.treatments.append(
            Treatment(kind=one.kind, on_date=one.on_date, detail=one.detail, response=one.response)
        )
    copy.treatments.extend(told_after(case))
    for test in case.investigations:
        if test.on_date:  # its age is judged anew, and no test is repeated that still counts
            copy.investigations.append(
                Investigation(
                    kind=test.kind, modality=test.modality, on_date=test.on_date,
                    availability=test.availability, report=test.report,
                )
            )  # fmt: skip


def _as_read(case: Case) -> dict[str, FactRead]:
    """What the reading of a round's images that counts says, as facts of the day of the images: the
    next round begins without a map, and with what the last one showed."""
    found = that_counts(readings_of(case.id))
    if found is None or found.imaged_on is None:
        return {}
    return facts_read(found.said, found.imaged_on, case.standing_facts)
