"""The phrase library of a board's letters: neutral words for everything that a board can decide.

One TOML file in the letters folder for each board, named like the board's own. It is read at start
and checked against the board, so that no verdict, option or step is without its words. What a
hospital's own file lacks, because it was written for an older version, the shipped one lends, and
the log names it. A board without a file has no letters.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StrictInt, StringConstraints, ValidationError

from boardroom.boards.definition import BoardDefinition, DefinitionError
from boardroom.boards.parts import Key, Line, Part
from boardroom.boards.reclassification import OUTCOMES
from boardroom.letters.lending import lend
from boardroom.letters.rules import PATIENT_SECTIONS, REFERRER_SECTIONS, words_in
from boardroom.toml_mistakes import mistakes_in, named

log = logging.getLogger(__name__)

Phrase = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Phrases = Mapping[Key, Phrase]


class OptionPhrase(Part):
    """A treatment in plain words: `plain` names it inside a sentence, `what` explains it; `treats`:
    whether it is meant against the tumour; `part_of`: options that contain it; `at_once`: its name
    where it is not advised though a verdict of `aim_of` says that it may come later."""

    plain: Line
    what: Phrase
    treats: bool = True
    part_of: tuple[Key, ...] = ()
    aim_of: tuple[Key, ...] = ()
    at_once: str = ""


class Term(Part):
    """A word that a letter should explain, and how to say it."""

    term: Line
    plain: Line


class Contact(Part):
    """Whom the patient can call. Square brackets mark what a hospital has to fill in."""

    who: Line
    telephone: Line
    hours: Line
    urgent: Phrase


class Tone(Part):
    """What every letter says, whatever was decided: calm, neither promise nor blame."""

    opening: Phrase
    opening_unchanged: Phrase
    nothing_asked: Phrase
    unchanged_is_worth: Phrase
    agreed: Phrase
    agreed_together: Phrase
    one_against_before: Phrase
    some_against_before: Phrase
    one_against: Phrase
    some_against: Phrase
    one_reserved: Phrase
    some_reserved: Phrase
    one_dissents: Phrase
    some_dissent: Phrase
    majority: Phrase
    no_agreement: Phrase
    no_fallback: Phrase
    more_first: Phrase
    steps_for_that: Phrase
    with_you: Phrase
    told_by: Phrase
    again: Phrase
    comes_back: Phrase
    another_way: Phrase
    another_reason: Phrase
    first_left_open: Phrase
    scans_seen: Phrase
    scans_read: Phrase
    no_scans: Phrase
    looked_again: Phrase
    asked_us: Phrase
    question_to_fill_in: Phrase
    looked_before: Phrase
    letter_then: Phrase
    then_suggested: Phrase
    then_suggested_several: Phrase
    back_as_planned: Phrase
    back_by_blood: Phrase
    back_by_value: Phrase
    back_mistyped: Phrase
    back_by_an_expert: Phrase
    back_by_hand: Phrase
    given_since: Phrase
    results_since: Phrase
    suggested_same: Phrase
    suggested_other: Phrase
    view_same: Phrase
    view_other: Phrase
    view_clearer: Phrase
    closing: Phrase
    provisional: Phrase
    final_now: Phrase
    decided_anew: Phrase


class PhraseLibrary(Part):
    """Everything a board's letters are made of. `tellers`: which specialties a teller may have."""

    key: Key
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"
    target_grade: Annotated[StrictInt, Field(ge=3, le=16)] = 8
    longest_sentence: Annotated[StrictInt, Field(ge=8, le=60)] = 22
    headings: Phrases
    clinical_headings: Phrases
    contact: Contact
    tone: Tone
    verdicts: Phrases
    verdicts_with_treatment: Phrases = Field(default_factory=dict)
    first_verdicts: Phrases
    earlier_verdicts: Phrases = Field(default_factory=dict)
    diagnoses: Phrases
    options: Mapping[Key, OptionPhrase]
    dispositions: Phrases
    reclassification: Phrases
    reclassification_reasons: Phrases
    specialties: Phrases
    steps: Phrases
    tellers: Mapping[Key, tuple[Key, ...]]
    clinical: Phrases
    glossary: tuple[Term, ...] = ()
    known: tuple[Line, ...] = ()

    @cached_property
    def plain_words(self) -> dict[str, str]:
        """{term of the glossary: plain words}."""
        return {term.term: term.plain for term in self.glossary}

    @cached_property
    def easy(self) -> frozenset[str]:
        """Words that need no explanation: those named, and those that it explains with."""
        own = _texts(self.model_dump(exclude=_NOT_THE_PATIENTS))
        return (
            frozenset(self.known) | words_in(own) | words_in(term.plain for term in self.glossary)
        )


_NOT_THE_PATIENTS = {"glossary", "known", "clinical", "clinical_headings", "tellers", "key"}


def _texts(part: object) -> Iterator[str]:
    match part:
        case str():
            yield part
        case Mapping():
            for inner in part.values():
                yield from _texts(inner)


CLINICAL = (
    "greeting", "intro", "intro_again", "unchanged", "another_way", "another_reason", "agreed",
    "against_before", "reserved", "dissented", "majority", "none_reached", "nothing_else",
    "comes_back", "re_present", "re_present_unplanned", "looked_before", "verdict_then",
    "chosen_then", "letter_then", "back_as_planned", "back_mistyped", "back_by_dissent",
    "back_by_hand", "given_since", "changed_since", "same_as_before", "other_than_before",
    "final_now", "decided_anew", "closing",
)  # fmt: skip
"""Phrases of the referrer's letter."""


def _wanted(board: BoardDefinition) -> Mapping[str, tuple[str, ...]]:
    """{table: the keys that it has for this board}."""
    return {
        "headings": PATIENT_SECTIONS,
        "clinical_headings": REFERRER_SECTIONS,
        "verdicts": tuple(v.key for v in board.verdicts),
        "first_verdicts": tuple(v.key for v in board.verdicts),
        "diagnoses": tuple(d.key for d in board.diagnoses),
        "options": tuple(o.key for o in board.options),
        "dispositions": tuple(d.key for d in board.dispositions),
        "reclassification": OUTCOMES,
        "reclassification_reasons": tuple(r.key for r in board.reclassification_reasons),
        "specialties": tuple(s.key for s in board.specialties),
        "steps": tuple(s.key for s in board.plan_steps),
        "tellers": tuple(t.key for t in board.tellers),
        "clinical": CLINICAL,
    }


def _misfits(library: PhraseLibrary, board: BoardDefinition) -> Iterator[tuple[str, str]]:
    """What the board has and the library does not, and the other way round: (key, reason)."""
    for name, keys in _wanted(board).items():
        given = getattr(library, name)
        for key in keys:
            if key not in given:
                yield f"{name}.{key}", "is missing"
        for key in given:
            if key not in keys:
                yield f"{name}.{key}", "is nothing that the board or its letters have"
    specialties = {s.key for s in board.specialties}
    for table in ("verdicts_with_treatment", "earlier_verdicts"):
        for key in getattr(library, table):
            if key not in library.verdicts:
                yield f"{table}.{key}", "is nothing that the board or its letters have"
    for option, phrase in library.options.items():
        for name, keys, known in (
            ("part_of", phrase.part_of, set(library.options)),
            ("aim_of", phrase.aim_of, set(library.verdicts)),
        ):
            for key in keys:
                if key not in known:
                    yield f"options.{option}.{name}.{key}", "is nothing that the board has"
    for teller, keys in library.tellers.items():
        for i, key in enumerate(keys):
            if key not in specialties:
                yield f"tellers.{teller}[{i}]", f"'{key}' is not one of the specialties"


def read_library(
    path: Path, board: BoardDefinition, shipped: Mapping[str, Any] | None = None
) -> tuple[PhraseLibrary | None, list[str]]:
    """Read one file: the library, or None and one message for each mistake. Never raises.

    `shipped`: the library, as it is written, that lends what this one lacks; the log names it.
    """
    name = f"letters/{path.name}"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        return None, [f"{name}: not valid TOML: {error}"]
    except (OSError, UnicodeDecodeError) as error:
        return None, [f"{name}: cannot be read: {error}"]
    mistakes = []
    if content.setdefault("key", path.stem) != path.stem:
        mistakes.append(f"{name}: key: must be '{path.stem}', like the file's name")
    lent = _lend(content, board, shipped) if shipped is not None else []
    try:
        library = PhraseLibrary.model_validate(content)
    except ValidationError as error:
        found = mistakes_in(error, content)
        return None, mistakes + [f"{name}: {where}: {why}" for where, why in found]
    mistakes += [
        f"{name}: {named(where, content)}: {why}" for where, why in _misfits(library, board)
    ]
    if mistakes:
        return None, mistakes
    for key in lent:
        log.warning("%s: %s: is missing; the shipped words are used", name, key)
    return library, []


def _lend(content: dict[str, Any], board: BoardDefinition, shipped: Mapping[str, Any]) -> list[str]:
    wanted = {
        **_wanted(board),
        "earlier_verdicts": tuple(v.key for v in board.verdicts),
        "tone": tuple(Tone.model_fields),
        "contact": tuple(Contact.model_fields),
    }
    return lend(content, shipped, wanted, same_board=shipped.get("key") == board.key)


def load_libraries(
    folder: Path, boards: Mapping[str, BoardDefinition], shipped: Path | None = None
) -> dict[str, PhraseLibrary]:
    """The libraries of the boards that have one; raises DefinitionError naming every mistake.

    `shipped`: the file that lends what a library in another folder lacks; itself it must be whole.
    """
    libraries: dict[str, PhraseLibrary] = {}
    mistakes: list[str] = []
    lends = shipped is not None and shipped.parent.resolve() != Path(folder).resolve()
    lender = tomllib.loads(shipped.read_text(encoding="utf-8")) if shipped and lends else None
    for key, board in boards.items():
        path = Path(folder) / f"{key}.toml"
        if path.is_file():
            library, found = read_library(path, board, lender)
            mistakes += found
            if library is not None:
                libraries[key] = library
    if mistakes:
        raise DefinitionError("\n".join(mistakes))
    return libraries
