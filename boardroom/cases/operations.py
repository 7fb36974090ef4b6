"""What is done with a case: one verb a function, each in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import select

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition, UnknownKeyError
from boardroom.cases import documents, rules
from boardroom.cases.fields import LINE_WORDS, MOST_LINES, NONE_STATED, clean
from boardroom.cases.models import (
    Case,
    CaseCounter,
    CaseStatus,
    Document,
    Investigation,
    Lesion,
    Patient,
    PatientQuestion,
    Treatment,
)
from boardroom.cases.round_queries import latest_after, rounds_of
from boardroom.cases.saving import LESIONS_ARE_READ, take_away, touch
from boardroom.cases.view import lacking_of
from boardroom.db import db, now
from boardroom.people.models import Person
from boardroom.refusals import Refused, RoundBegun
from boardroom.tumour_map.queries import readings_of, that_lists

_NOTE = 2_000


def new_case(
    board: BoardDefinition,
    *,
    actor: Person | None,
    patient: Patient | None = None,
    source: str | None = None,
) -> Case:
    """An empty draft with the board's next code. `source`: the registry and row it comes from."""
    case = Case(
        code=_next_code(board),
        board=board.key,
        patient=patient or Patient(),
        created_by_id=actor.id if actor is not None else None,
        source=source,
    )
    db.session.add(case)
    db.session.flush()
    audit.record("started a case", board=board.key, case_id=case.id, actor=actor)
    return case


def new_referral(board: BoardDefinition, *, actor: Person, today: dt.date) -> Case:
    """An empty draft that a referrer begins for their own hospital.

    Raises Refused for a person of no hospital: the case would belong to nobody.
    """
    if not actor.hospital:
        raise Refused("Your account names no hospital. Ask the board’s administrator to add it.")
    case = new_case(board, actor=actor, patient=Patient(hospital=actor.hospital))
    case.referrer_name = case.first_by = actor.name
    case.referrer_contact = actor.email
    case.referrer_hospital = actor.hospital
    case.referred_on = today
    db.session.flush()
    return case


def hold(case_id: int) -> Case:
    """The case, held until this transaction ends, so that two saves cannot cross."""
    query = (
        select(Case)
        .where(Case.id == case_id)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).unique().one()


def _next_code(board: BoardDefinition) -> str:
    query = select(CaseCounter).where(CaseCounter.board == board.key).with_for_update()
    # Read anew: a number that this session remembers can be one that was given since.
    counter = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if counter is None:
        counter = CaseCounter(board=board.key, last=0)
        db.session.add(counter)
    counter.last += 1
    db.session.flush()
    return f"{board.case_code_prefix}-{counter.last:04d}"


# ---- The lines of a case ------------------------------------------------------------------------


def add_line(case: Case, collection: str, *, actor: Person | None, **values: Any) -> Any:
    """Put an empty line at the end of lesions, treatments, investigations or questions.

    Returns the row. Raises Refused for an unknown list and for a full one.
    """
    rules.must_be_open(case.status)
    if collection not in LINE_WORDS:
        raise Refused("There is no such list in a case.")
    if collection == "lesions":
        _must_be_listed_here(case)
    rows = getattr(case, collection)
    for name, stated in NONE_STATED.items():
        if stated.collection == collection and stated.excludes(values.get("kind", "")):
            setattr(case, name, False)  # one is listed now
    if len(rows) >= MOST_LINES:
        raise Refused(f"A case has at most {MOST_LINES} lines of this kind.")
    row: Any
    match collection:
        case "lesions":
            row = Lesion(number=max((r.number for r in rows), default=0) + 1, **values)
        case "treatments":
            row = Treatment(**{"kind": "", **values})
        case "investigations":
            row = Investigation(**{"kind": "imaging", **values})
        case _:
            row = PatientQuestion(**{"text": "", **values})
    rows.append(row)
    db.session.flush()
    touch(case, actor=actor, action=f"added a {LINE_WORDS[collection]}")
    return row


def remove_line(case: Case, collection: str, line_id: int, *, actor: Person | None) -> None:
    """Take a line away; a value of a fact is a line of "facts". A line that is gone stays gone."""
    rules.must_be_open(case.status)
    if collection not in {*LINE_WORDS, "facts"}:
        raise Refused("There is no such list in a case.")
    rows = getattr(case, collection)
    row = next((r for r in rows if r.id == line_id), None)
    if row is None:
        return
    if collection == "lesions":
        _must_be_listed_here(case)
    take_away(rows, row)
    db.session.flush()
    touch(case, actor=actor, action=f"removed a {LINE_WORDS.get(collection, 'fact')}")


def _must_be_listed_here(case: Case) -> None:
    """Raises Refused where a reading says which lesions there are: there is one truth, not two."""
    if that_lists(readings_of(case.id)) is not None:
        raise Refused(LESIONS_ARE_READ)


# ---- The way of a case --------------------------------------------------------------------------


def submit(case: Case, *, actor: Person | None) -> None:
    """Hand the case to the board, at first or after information was asked for.

    Raises IllegalTransition, or Refused saying what is missing.
    """
    if case.status not in (CaseStatus.DRAFT, CaseStatus.NEEDS_INFORMATION):
        rules.move_case(case.status, CaseStatus.SUBMITTED)
    lacking = lacking_of(case)
    if lacking:
        needs = _and([one.words for one in lacking])
        raise Refused(f"Before the case can be submitted it needs {needs}.")
    drop_empty_lines(case)
    case.submitted_at = case.submitted_at or now()
    move(case, CaseStatus.SUBMITTED, "", "submitted a case", actor)


def decline(case: Case, board: BoardDefinition, reason: str, note: str, *, actor: Person) -> None:
    """Turn the case down with one of the board's reasons."""
    rules.move_case(case.status, CaseStatus.DECLINED)
    try:
        words = board.label("decline_reasons", reason)
    except UnknownKeyError:
        raise Refused("Choose why the case is declined.") from None
    more = clean(note, lines=True)[:_NOTE]
    move(case, CaseStatus.DECLINED, f"{words}: {more}" if more else words, "declined a case", actor)


def give_standard_of_care(case: Case, clinician: str, reason: str, *, actor: Person) -> None:
    """Leave the case to the standard of care. The clinician who judged it so is named."""
    rules.move_case(case.status, CaseStatus.STANDARD_OF_CARE)
    who = clean(clinician, lines=False)[:200]
    if not who:
        raise Refused("Name the clinician who judged that the standard of care applies.")
    why = _note(reason, "Write why the standard of care applies.")
    move(case, CaseStatus.STANDARD_OF_CARE, f"{who}: {why}", "gave the standard of care", actor)


def keep_as_past(case: Case, *, actor: Person | None) -> None:
    """Say that this is a visit before the case came here, which nobody decides on any more."""
    move(case, CaseStatus.PAST, "", "kept a past visit", actor)


def reopen(case: Case, *, actor: Person) -> None:
    """Take a case in again that was declined or left to the standard of care.

    Raises RoundBegun where another round took its place.
    """
    if case.status not in (CaseStatus.DECLINED, CaseStatus.STANDARD_OF_CARE):
        rules.move_case(case.status, CaseStatus.DRAFT)
    if case.earlier_case_id is not None:
        must_be_last(hold(case.earlier_case_id))
    move(case, CaseStatus.SUBMITTED, "", "took a case in again", actor)


def must_be_last(case: Case) -> None:
    """Raises RoundBegun where a later round has begun: a patient's course has one line, and no
    branches that know nothing of each other. The case is held, so that of two presses one counts.
    """
    later = latest_after(case, rounds_of(case))
    if later is not None:
        raise RoundBegun(later.code, later.id)


_EMPTY_WITHOUT = {
    "lesions": ("segments", "size_mm", "viable_mm", "li_rads", "vascular_contact", "note"),
    "treatments": ("kind", "on_date", "detail", "response"),
    "investigations": ("modality", "on_date", "availability", "report"),
    "questions": ("text",),
}


def drop_empty_lines(case: Case) -> None:
    """Take away lines that were added and never filled in."""
    for collection, names in _EMPTY_WITHOUT.items():
        rows: list[Any] = getattr(case, collection)
        for row in list(rows):
            if all(getattr(row, name) in ("", None) for name in names):
                take_away(rows, row)
    db.session.flush()


def move(case: Case, status: CaseStatus, note: str, action: str, actor: Person | None) -> None:
    """Put the case into a new state with its note; what was asked of the referrer ends with it."""
    rules.move_case(case.status, status)
    if case.status == CaseStatus.NEEDS_INFORMATION:
        for asked in case.requests:
            if asked.ended_at is None:
                asked.ended_at, asked.answered = now(), status == CaseStatus.SUBMITTED
    case.status = status
    case.status_note = note
    case.moved_at = now()
    db.session.flush()
    audit.record(action, board=case.board, case_id=case.id, actor=actor)
    shown = {"case", "agenda"}
    live.announce_case(case.id, "case_moved", shown, actor=actor, before=shown)


def _note(text: str, wanted: str) -> str:
    plain = clean(text, lines=True)
    if not plain:
        raise Refused(wanted)
    if len(plain) > _NOTE:
        raise Refused(f"That is too long: {_NOTE} characters at most.")
    return plain


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


# ---- Documents ----------------------------------------------------------------------------------


def attach(
    case: Case,
    name: str,
    content: bytes,
    *,
    folder: Path,
    largest: int,
    actor: Person,
    dated_on: dt.date | None = None,
    shows: str = "",
) -> Document:
    """Attach a file. `dated_on`: the day of the report or images in it; `shows`: which, as a key.

    Raises Refused for a file that is empty, too large or of a kind not taken.
    """
    rules.must_be_open(case.status)
    checked = documents.check(name, content, largest)
    if any(one.sha256 == checked.sha256 for one in case.documents):
        raise Refused("This very file is attached already.")
    if len(case.documents) >= MOST_LINES:
        raise Refused(f"A case has at most {MOST_LINES} documents.")
    documents.store(folder, checked)
    document = Document(
        title=checked.title,
        media_type=checked.media_type,
        size=len(checked.content),
        sha256=checked.sha256,
        uploaded_by_id=actor.id,
        dated_on=dated_on,
        shows=shows,
    )
    case.documents.append(document)
    db.session.flush()
    touch(case, actor=actor, action="attached a document")
    return document


def detach(case: Case, document: Document, *, actor: Person) -> None:
    """Take a document off the case. The trail keeps what it was; the bytes stay for the record."""
    rules.must_be_open(case.status)
    take_away(case.documents, document)
    db.session.flush()
    touch(case, actor=actor, action="removed a document")
