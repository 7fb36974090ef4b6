"""A letter as it stands, made ready to be read, measured, approved and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from boardroom.aside import run_aside
from boardroom.consensus import later_words
from boardroom.consensus.made_final import said_of
from boardroom.consensus.queries import confirmations_of, reasons_left, still_provisional
from boardroom.consensus.rules import contradictions
from boardroom.consensus.view import confirmation_line
from boardroom.db import now
from boardroom.letters import clinical, compose, queries, record_queries, rules
from boardroom.letters.document import Correction, LetterDocument, Section
from boardroom.letters.models import Letter, LetterKind
from boardroom.letters.phrases import PhraseLibrary
from boardroom.letters.provisional_words import provisional_sentences
from boardroom.letters.relative_words import relative_sentences
from boardroom.letters.sent_queries import replaced_by
from boardroom.letters.sentences import said
from boardroom.meetings.models import AgendaItem
from boardroom.people.queries import members_of
from boardroom.refusals import IllegalTransition
from boardroom.web import day, short_day


def library_for(board: str) -> PhraseLibrary:
    """The board's phrase library. Raises IllegalTransition for a board without letters."""
    library = queries.phrases_of(board)
    if library is None:
        raise IllegalTransition(
            "This board has no phrase library, so it has no letters. See config/letters."
        )
    return library


def draft_of(item: AgendaItem, kind: str) -> dict[str, str]:
    """{section: text} of a letter about the decision, as the record and the library give it now."""
    return _drafted(record_queries.decision_of(item), item.meeting.board, kind)


def _drafted(decision: compose.Decision, key: str, kind: str) -> dict[str, str]:
    draft = compose.patient_draft if kind == LetterKind.PATIENT else clinical.referrer_draft
    return draft(decision, queries.board_of(key), library_for(key))


@dataclass(frozen=True)
class Moved:
    """What the record gives for a part of a letter now. `passed`: nothing changed but that the day
    of the talk, which the part names, has passed."""

    text: str
    passed: bool = False


def changed_since(letter: Letter) -> dict[str, Moved]:
    """{section: what the record gives for it now} of every part that was drafted from an older
    record and does not say this already. The list of words is kept by what stands beside it."""
    decision, board = record_queries.decision_of(letter.item), letter.case.board
    present = _drafted(decision, board, letter.kind)
    in_time = present
    if decision.tell_by_is_past:
        in_time = _drafted(replace(decision, tell_by_is_past=False), board, letter.kind)
    return {
        key: Moved(present[key], passed=in_time[key] == was)
        for key, was in letter.drafted.items()
        if key != "words"
        and present.get(key, was) != was
        and present[key] != letter.sections.get(key, "")
    }


def document_of(letter: Letter) -> LetterDocument:
    """The letter as it stands, as it would be approved."""
    item, case = letter.item, letter.case
    board, library = queries.board_of(case.board), library_for(case.board)
    to_patient = letter.kind == LetterKind.PATIENT
    headings = library.headings if to_patient else library.clinical_headings
    texts = {key: str(letter.sections.get(key, "")) for key in rules.SECTIONS[letter.kind]}
    if to_patient:
        answered = [(q.text, q.answer) for q in queries.asked(case)]
        texts["questions"] = compose.answers_text(answered, library)
    else:
        texts["panel"] = clinical.with_confirmations(texts["panel"], confirmed_since(item))
    provisional = still_provisional(item)
    name = case.patient.name
    about = ", ".join(
        part
        for part in (
            f"Patient: {name}" if name else "",
            f"born {short_day(case.patient.birth_date)}" if case.patient.birth_date else "",
            f"record {case.patient.record_number}" if case.patient.record_number else "",
        )
        if part
    )
    referrer = (case.referrer_name, case.referrer_hospital, about)
    return LetterDocument(
        kind="patient" if to_patient else "referrer",
        language=library.language,
        board=board.name,
        case=case.code,
        date=day(now(), case.board),
        to=tuple(line for line in ((name,) if to_patient else referrer) if line),
        greeting=_greeting(name) if to_patient else f"{library.clinical['greeting']},",
        title="What the experts think about your case" if to_patient else "Second opinion",
        provisional=(
            library.tone.provisional if to_patient else "This decision is provisional, not final."
        )
        if provisional
        else "",
        # Reasons such as a missing quorum say nothing to a patient but that it is not final.
        provisional_reasons=tuple(reasons_left(item)) if provisional and not to_patient else (),
        correction=_takes_the_place(letter, library, final=not provisional),
        sections=tuple(
            Section(key=key, heading=headings[key], text=text)
            for key, text in texts.items()
            if text.strip()
        ),
        closing=library.tone.closing if to_patient else library.clinical["closing"],
    )


def _takes_the_place(letter: Letter, library: PhraseLibrary, *, final: bool) -> Correction | None:
    """Which letter this one replaces: its own version before, or that about the case's decision
    before. `final`: whether the decision of now is."""
    board, before = letter.case.board, letter.latest
    if before is not None:
        of = day(before.approved_at, board)
        return Correction(number=before.number + 1, of=of, reason=letter.correction)
    replaced = replaced_by(letter)
    if replaced is None:
        return None
    key = "final_now" if replaced.provisional and final else "decided_anew"
    patient = letter.kind == LetterKind.PATIENT
    words = getattr(library.tone, key) if patient else library.clinical[key]
    return Correction(number=1, of=day(replaced.version.approved_at, board), reason=words)


def made_final(item: AgendaItem) -> str:
    """Who confirmed a provisional decision since and who dissents, in words; see
    `later_words.since`."""
    return later_words.since(said_of(confirmations_of(item), item.meeting.board))


def why_final(item: AgendaItem, kind: str) -> str:
    """What a correction says of a decision that was provisional: confirmed, or what it was."""
    spoken = [one.kind for one in confirmations_of(item) if later_words.spoken(one.kind)]
    if not spoken:
        return "The decision is confirmed and final now."
    if kind == LetterKind.REFERRER:
        return f"The decision is final now: {made_final(item)}."
    reserved, dissenting = map(spoken.count, (later_words.RESERVATION, later_words.DISSENT))
    library = library_for(item.meeting.board)
    return said("The decision is final now.", compose.otherwise(reserved, dissenting, library))


def confirmed_since(item: AgendaItem) -> list[str]:
    """ "Confirmed by Surgery, Thu 26 Nov 2026: …" of a provisional decision; of a dissent
    "Oncology dissents (Thu 26 Nov 2026): …". Who said it stands in the minutes."""
    board = queries.board_of(item.meeting.board)
    lines = (confirmation_line(one, board) for one in confirmations_of(item))
    return [
        one.head(day(one.at, board.key)) + (f": {one.body}" if one.body else "") for one in lines
    ]


def _greeting(name: str) -> str:
    return f"Dear {name}," if name else "Good day,"


def labels_of(letter: Letter) -> dict[str, str]:
    """{field: what it is called} for the parts of the letter and the patient's questions."""
    library = library_for(letter.case.board)
    patient = letter.kind == LetterKind.PATIENT
    headings = library.headings if patient else library.clinical_headings
    return {**headings, **{f"answer-{q.id}": q.text for q in letter.case.questions}}


def points_of(letter: Letter) -> list[str]:
    """What stands between the letter and its approval."""
    library = library_for(letter.case.board)
    patient = letter.kind == LetterKind.PATIENT
    texts = {key: str(text) for key, text in letter.sections.items()}
    if patient:
        texts |= {f"answer-{q.id}": q.answer for q in queries.asked(letter.case)}
    return rules.open_points(
        str(letter.kind),
        texts,
        library.headings if patient else library.clinical_headings,
        [q.text for q in queries.unanswered(letter.case)],
    )


def contradictions_of(letter: Letter) -> tuple[str, ...]:
    """What the decision chooses though its verdict excludes it; the letter would say both."""
    return contradictions(queries.consensus_of(letter.item), queries.board_of(letter.case.board))


def outdated_words_of(letter: Letter) -> list[tuple[str, str, str]]:
    """(field, its heading, sentence) of what the letter calls provisional, or still to be
    confirmed, though the decision is final."""
    if still_provisional(letter.item):
        return []
    labels, library = labels_of(letter), library_for(letter.case.board)
    found = provisional_sentences(_written(letter, labels), library.tone.provisional)
    return [(field, labels[field], sentence) for field, sentence in found]


def relative_words_of(letter: Letter) -> list[tuple[str, str, str, str]]:
    """(field, its heading, words, sentence) of what counts from the day on which it was said."""
    labels = labels_of(letter)
    found = relative_sentences(_written(letter, labels))
    return [(field, labels[field], words, sentence) for field, words, sentence in found]


def _written(letter: Letter, labels: Mapping[str, str]) -> dict[str, str]:
    """{field: text} of what stands in the letter: its parts and, for a patient, the answers."""
    texts = {key: str(letter.sections.get(key, "")) for key in labels if key in letter.sections}
    if letter.kind == LetterKind.PATIENT:
        texts |= {f"answer-{q.id}": q.answer for q in queries.asked(letter.case)}
    return texts


def beside_of(letter: Letter, *, aside: bool = False) -> dict[str, Any]:
    """What `letters/_beside.html` shows while the letter is written. `aside`: see
    `readability_of`."""
    patient = letter.kind == LetterKind.PATIENT
    return {
        "points": points_of(letter),
        "contradictions": contradictions_of(letter),
        "past_day": past_day_of(letter),
        "outdated": outdated_words_of(letter),
        "relative": relative_words_of(letter),
        "meeting_day": record_queries.decision_of(letter.item).meeting_day,
        "readability": readability_of(letter, aside=aside) if patient else None,
        "needless": needless_of(letter) if patient else [],
        "library": queries.phrases_of(letter.case.board),
    }


def needless_of(letter: Letter) -> list[rules.HardWord]:
    """Words that a patient's letter still explains though it does not use them any more."""
    others = [str(text) for key, text in letter.sections.items() if key != "words"]
    asked = [part for one in queries.asked(letter.case) for part in (one.text, one.answer)]
    return rules.needless(str(letter.sections.get("words", "")), [*others, *asked])


def past_day_of(letter: Letter) -> str:
    """The day of the talk that the letter still promises though it has passed, in words; or ""."""
    case = record_queries.decision_of(letter.item)
    named = any(case.tell_by in str(text) for text in letter.sections.values())
    return case.tell_by if case.tell_by_is_past and named else ""


def readability_of(letter: Letter, *, aside: bool = False) -> rules.Readability:
    """How easily the letter reads as it stands; names of people and places are left alone.

    `aside`: in a thread, because the first measuring of a process reads a dictionary for a second
    or two; not inside a write transaction.
    """
    library, case = library_for(letter.case.board), letter.case
    names = [person.name for person in members_of(case.board)]
    names += [case.patient.name, case.referrer_name, case.referrer_hospital, case.patient.hospital]
    document = document_of(letter)
    measure = partial(
        _measured,
        _parts_of(letter, library),
        document.body,
        explaining=document.explaining,
        target=library.target_grade,
        longest=library.longest_sentence,
        glossary=library.plain_words,
        known=library.easy,
        names=[*names, case.first_by],
        own=[q.text for q in queries.asked(case)],
    )
    return run_aside(measure) if aside else measure()


def left_hard_of(letter: Letter) -> list[str]:
    """What a patient's letter leaves for the talk to explain, a line each; see
    `Readability.left_hard`."""
    return readability_of(letter).left_hard if letter.kind == LetterKind.PATIENT else []


def _parts_of(letter: Letter, library: PhraseLibrary) -> list[tuple[str, str, str]]:
    """(field, heading, text) of every part that is written by hand, and of every answer."""
    labels = labels_of(letter)
    parts = [
        (f"part-{key}", labels[key], str(letter.sections.get(key, "")))
        for key in library.headings
        if key != "questions"
    ]
    answers = [(f"answer-{q.id}", q.text, q.answer) for q in queries.asked(letter.case)]
    return parts + answers


def _measured(
    parts: list[tuple[str, str, str]], body: str, *, target: int, **more: Any
) -> rules.Readability:
    read = rules.readability(body, target=target, **more)
    return replace(read, parts=rules.part_grades(parts, target=target))
