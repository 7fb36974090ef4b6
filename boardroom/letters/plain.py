"""What the record says in hard words, as a patient's letter says it. Pure."""

from __future__ import annotations

import re

from boardroom.boards.definition import BoardDefinition
from boardroom.letters import rules
from boardroom.letters.phrases import PhraseLibrary
from boardroom.letters.sentences import joined

SHORT = 25  # words of a question that is told to the patient as it stands
_AND = re.compile(r" and |, |; | & | with ")


def question_to(question: str, library: PhraseLibrary) -> str:
    """The question in its own words where a patient can read them; else a place to fill in."""
    reads = _read(question.strip(), library)
    easy = reads.easy and not reads.hard_words and not reads.long_sentences
    if easy and reads.words <= SHORT:
        return f"“{question.strip()}”"
    return library.tone.question_to_fill_in


def fields(who: str, board: BoardDefinition, library: PhraseLibrary) -> str:
    """Who does a step: specialties in the library's words; as it stands where others are named."""
    words = {s.name.casefold(): library.specialties[s.key] for s in board.specialties}
    parts = [part.strip().casefold() for part in _AND.split(who)]
    return joined([words[part] for part in parts]) if all(map(words.get, parts)) else who


def teller(named: str, board: BoardDefinition, library: PhraseLibrary) -> str:
    """Who tells the patient: the board's word for a role, or its field where that word is hard."""
    role = next((one.key for one in board.tellers if one.name == named), "")
    of = library.tellers.get(role, ())
    if len(of) != 1 or not _read(named, library).hard_words:
        return named
    return f"one of our {library.specialties[of[0]]}"


def _read(text: str, library: PhraseLibrary) -> rules.Readability:
    return rules.readability(
        text,
        target=library.target_grade,
        longest=library.longest_sentence,
        glossary=library.plain_words,
        known=library.easy,
    )
