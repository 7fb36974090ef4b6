"""Writing letters, approving them, answering what the patient asked. Flush only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from boardroom import audit, live
from boardroom.cases.fields import LINES, clean
from boardroom.cases.models import Case, PatientQuestion
from boardroom.cases.saving import sign_answer
from boardroom.db import db, now
from boardroom.letters import queries, rules
from boardroom.letters.building import (
    document_of,
    draft_of,
    left_hard_of,
    outdated_words_of,
    points_of,
)
from boardroom.letters.document import content_hash
from boardroom.letters.models import ApprovedLetter, Letter, LetterKind
from boardroom.meetings.models import AgendaItem
from boardroom.people.models import Person
from boardroom.refusals import Forbidden, IllegalTransition, Locked, Refused, StaleVersion

LONGEST_ANSWER = LINES["questions"]["answer"].length
NOT_YOURS = "This letter is written by who tells the patient, the chair or the coordinator."


@dataclass
class SavedLetter:
    """What a save did. Fields in `errors` were left as they were."""

    letter: Letter
    errors: dict[str, str] = field(default_factory=dict)


def must_write(person: Person, item: AgendaItem) -> None:
    """Raises Forbidden unless the person may edit the letters about this decision."""
    if not queries.writes(person, item):
        raise Forbidden(NOT_YOURS)


def begin(item: AgendaItem, kind: str, *, actor: Person) -> Letter:
    """The letter about a decision, drafted from the record; the one that is there already."""
    must_write(actor, item)
    found = queries.letter_of(item, kind)
    if found is not None:
        return found
    draft = draft_of(item, kind)
    letter = Letter(
        case_id=item.case_id,
        item_id=item.id,
        kind=LetterKind(kind),
        sections=draft,
        drafted=draft,
        saved_by_id=actor.id,
        saved_at=now(),
    )
    db.session.add(letter)
    db.session.flush()
    _note("began a letter", letter)
    return letter


def save(
    letter: Letter,
    values: Mapping[str, str],
    version: int,
    *,
    actor: Person,
    was: Mapping[str, str] | None = None,
) -> SavedLetter:
    """Store sections and answers (`answer-<id>`) as far as they can be.

    `was`: what each field held when the person began to change it; only fields that somebody else
    changed since then clash. Raises StaleVersion with both texts, Forbidden, Locked.
    """
    must_write(actor, letter.item)
    must_be_open(letter)
    saved = SavedLetter(letter)
    questions = {f"answer-{q.id}": q for q in letter.case.questions}
    sections = dict(letter.sections)
    keys = [k for k in rules.SECTIONS[letter.kind] if k != "questions"]
    new: dict[str, str] = {}
    mine: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for name, raw in values.items():
        if name in keys:
            old, most = str(sections.get(name, "")), rules.LONGEST
        elif name in questions and letter.kind == LetterKind.PATIENT:
            old, most = questions[name].answer, LONGEST_ANSWER
        else:
            continue
        text = clean(raw, lines=True)
        if text == old:
            continue
        before = clean(was[name], lines=True) if was is not None and name in was else None
        if text == before:
            continue
        if (before is not None and before != old) or (before is None and version != letter.version):
            mine[name], theirs[name] = text, old
        elif len(text) > most:
            saved.errors[name] = f"This is {len(text) - most} characters too long."
        else:
            new[name] = text
    if mine:
        raise StaleVersion(
            "Somebody changed the letter while you were writing. Both texts are below.",
            mine=mine,
            theirs=theirs,
        )
    for name, text in new.items():
        if name in questions:
            _set_answer(questions[name], text, actor)
        else:
            sections[name] = text
    if new:
        letter.sections = sections
        letter.version += 1
        letter.saved_by_id, letter.saved_at = actor.id, now()
        db.session.flush()
        _note("edited a letter", letter)
    return saved


def renew(letter: Letter, section: str, *, actor: Person, keep: bool = False) -> None:
    """Take one part anew from the record as it is now; the other parts stay as they are written.

    `keep`: keep the words that stand there, though the record changed, and say so no more. Raises
    Forbidden, Locked, Refused for what is no part of this letter.
    """
    must_write(actor, letter.item)
    must_be_open(letter)
    present = draft_of(letter.item, letter.kind)
    if section not in present or section == "questions":
        raise Refused("This part of the letter is not made of the record.")
    if not keep:
        letter.sections = {**letter.sections, section: present[section]}
        letter.version += 1
        letter.saved_by_id, letter.saved_at = actor.id, now()
    letter.drafted = {**letter.drafted, section: present[section]}
    db.session.flush()
    _note("kept a letter's words" if keep else "took a part of a letter anew", letter, part=section)


def must_be_open(letter: Letter) -> None:
    """Raises Locked for a letter that was approved and is not being corrected."""
    if not letter.open:
        raise Locked("This letter was approved. Correct it, and the new version says so.")


def approve(
    letter: Letter,
    version: int,
    *,
    actor: Person,
    acknowledged: bool = False,
    words_stay: bool = False,
    explained: bool = False,
) -> ApprovedLetter:
    """Approve the letter as it stands: its text is frozen with its hash.

    `version`: the one that was read. `acknowledged`: that the decision is provisional;
    `words_stay`: that words stay which call a final one provisional; `explained`: that a talk
    explains what is hard in a patient's letter, which the trail keeps. Raises Forbidden, Locked,
    Refused naming what is open or was not ticked, or where it changed since.
    """
    if not queries.approves(actor, letter.item, letter.kind):
        raise Forbidden(
            "The patient’s letter is approved by who tells the patient."
            if letter.kind == LetterKind.PATIENT
            else "The letter to the referring hospital is approved by the chair."
        )
    must_be_open(letter)
    if version != letter.version:
        raise Refused("The letter changed after you opened this page. Read it again, then approve.")
    if points := points_of(letter):
        raise Refused("The letter is not complete:", points=points)
    document = document_of(letter)
    if document.provisional and not acknowledged:
        raise Refused("The decision is provisional. Tick that you know, and the letter says so.")
    if not words_stay and (outdated := outdated_words_of(letter)):
        raise Refused(
            "The decision is final, and the letter still speaks of its confirmation. Change these "
            "words, or tick that they stay:",
            points=[f"{heading}: “{sentence}”" for _, heading, sentence in outdated],
        )
    hard = left_hard_of(letter)
    if hard and not explained:
        raise Refused(
            "Some of it is hard to read alone. Say it in other words, or tick that it is explained "
            "in the talk:",
            points=hard,
        )
    place = actor.on(letter.case.board)
    board = queries.board_of(letter.case.board)
    role = board.specialty(place.specialty).name if place is not None and place.specialty else ""
    chair = "Chair of the board" if letter.kind == LetterKind.REFERRER or not role else ""
    document = document.model_copy(
        update={
            "signed_by": actor.name,
            "signed_as": chair or role,
            "approved_at": now(),
        }
    )
    digest = content_hash(document)
    approved = ApprovedLetter(
        letter=letter,
        number=len(letter.approved) + 1,
        content=document.model_dump(mode="json"),
        content_hash=digest,
        approved_by_id=actor.id,
        approved_at=document.approved_at,
    )
    db.session.add(approved)
    letter.open, letter.correction = False, ""
    letter.version += 1
    db.session.flush()
    talk = {"explained_in_the_talk": hard} if hard else {}
    _note("approved a letter", letter, number=approved.number, hash=digest, **talk)
    return approved


def correct(letter: Letter, reason: str, *, actor: Person) -> None:
    """Open an approved letter for a correction, which becomes a version of its own."""
    must_write(actor, letter.item)
    if letter.open:
        raise IllegalTransition("This letter is open already.")
    text = clean(reason, lines=False)
    if not text:
        raise Refused("Write what is corrected, in a sentence. The new letter says it.")
    if len(text) > 500:
        raise Refused("Keep what is corrected under 500 characters.")
    letter.open, letter.correction = True, text
    letter.version += 1
    db.session.flush()
    _note("began to correct a letter", letter)


def answer(question: PatientQuestion, text: str, was: str, *, actor: Person) -> None:
    """Answer a question of the patient in the record.

    `was`: the answer that the page showed. Raises StaleVersion where it is another by now.
    """
    text, before = clean(text, lines=True), clean(was, lines=True)
    case: Case = question.case
    if not text:
        raise Refused("Write the answer first.")
    if len(text) > LONGEST_ANSWER:
        raise Refused(f"The answer is {len(text) - LONGEST_ANSWER} characters too long.")
    if text == question.answer:
        return
    if before != question.answer:
        raise StaleVersion(
            "Somebody answered this question while you were writing.",
            mine={question.text: text},
            theirs={question.text: question.answer},
        )
    _set_answer(question, text, actor)
    case.version += 1
    db.session.flush()
    audit.record("answered a question of the patient", board=case.board, case_id=case.id)
    live.announce_case(case.id, "case_changed", {"case"}, actor=actor)


def _set_answer(question: PatientQuestion, text: str, actor: Person) -> None:
    question.answer = text
    sign_answer(question, actor)


def _note(action: str, letter: Letter, **details: Any) -> None:
    audit.record(
        action,
        board=letter.case.board if letter.case is not None else letter.item.meeting.board,
        case_id=letter.case_id,
        letter=str(letter.kind),
        **details,
    )
