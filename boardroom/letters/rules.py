"""When a letter may go, who writes it, and how easily it reads. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from boardroom.letters.part_grades import PartGrade, met
from boardroom.letters.part_grades import whole as whole_grade
from boardroom.text import names_of

PATIENT_SECTIONS = (
    "asked", "who", "found", "suggest", "considered", "next", "questions", "words", "call",
)  # fmt: skip
"""The parts of a patient's letter, in order. `questions` is made of the answers in the record,
`words` explains at first what the glossary knows."""

REFERRER_SECTIONS = (
    "question", "consensus", "panel", "options", "plan", "dissent", "change", "again",
)  # fmt: skip
"""The parts of the clinical letter to the referring hospital, in order."""

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "patient": PATIENT_SECTIONS,
    "referrer": REFERRER_SECTIONS,
}

MAY_BE_EMPTY = frozenset({"questions", "dissent", "considered", "words"})
LONGEST = 6000  # characters of one part
FEWEST = 8  # words that a part has to have to be measured by itself

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]?")
_PLACEHOLDER = re.compile(r"\[[^\[\]\n]*\]")
# Segments and stages, such as "VI", "IVa" and "V-VIII".
_NUMERAL = re.compile(r"(?:X|IX|IV|V?I{1,3}|V)[abc]?(?:-(?:X|IX|IV|V?I{1,3}|V)[abc]?)*")
_ABBREVIATION = re.compile(r"[A-Z]{2,}s?")


# ---- Who ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seat:
    """A member of the board as far as telling the patient asks."""

    person_id: int
    name: str
    specialty: str  # "" for somebody without a vote


def _bare(name: str) -> str:
    return " ".join(names_of(name)).casefold()


def tellers(
    teller: str,
    seats: Iterable[Seat],
    words: Mapping[str, str],
    specialties: Mapping[str, Sequence[str]],
) -> tuple[int, ...]:
    """Who of the board tells the patient, by what the consensus names; empty for an outsider.

    `teller`: a person's name or the board's word for a role. `words`: {role's key: its words};
    `specialties`: which specialties each role stands for.
    """
    seats, named = list(seats), _bare(teller)
    if not named:
        return ()
    by_name = tuple(s.person_id for s in seats if _bare(s.name) == named)
    if by_name:
        return by_name
    for key, text in words.items():
        if named in (key.casefold(), _bare(text)):
            return tuple(s.person_id for s in seats if s.specialty in specialties.get(key, ()))
    return ()


# ---- Whether it may go --------------------------------------------------------------------------


def placeholders(texts: Iterable[str]) -> list[str]:
    """What still stands in square brackets, to be filled in before a letter goes."""
    return list(dict.fromkeys(found for text in texts for found in _PLACEHOLDER.findall(text)))


def open_points(
    kind: str,
    sections: Mapping[str, str],
    headings: Mapping[str, str],
    unanswered: Sequence[str],
) -> list[str]:
    """What stands between a letter and its approval, one sentence each."""
    points = []
    for key in SECTIONS[kind]:
        if key not in MAY_BE_EMPTY and not sections.get(key, "").strip():
            points.append(f"“{headings.get(key, key)}” is empty.")
    if kind == "patient":
        points += [f"Not answered yet: {text}" for text in unanswered]
    points += [f"Still to be filled in: {text}" for text in placeholders(sections.values())]
    return points


# ---- How easily it reads ------------------------------------------------------------------------


@dataclass(frozen=True)
class HardWord:
    """A word to be explained. `plain`: how the glossary says it, or nothing."""

    word: str
    count: int
    plain: str = ""

    @property
    def line(self) -> str:
        """ "- Biopsy: a small piece of tissue is taken out to be looked at." """
        return f"- {self.word[:1].upper()}{self.word[1:]}: {self.plain.rstrip('.')}."


@dataclass(frozen=True)
class Readability:
    """How easily a text reads. `grade`: years of school (Flesch-Kincaid), None for no text."""

    grade: float | None
    target: int
    words: int
    long_sentences: tuple[str, ...] = ()
    hard_words: tuple[HardWord, ...] = ()
    parts: tuple[PartGrade, ...] = ()

    @property
    def easy(self) -> bool:
        """Whether the target is met by the whole."""
        return self.grade is not None and met(self.grade, self.target)

    @property
    def hard_parts(self) -> tuple[PartGrade, ...]:
        """The parts that miss the target, the hardest first."""
        return tuple(sorted((p for p in self.parts if p.hard), key=lambda p: -p.grade))

    @property
    def left_hard(self) -> list[str]:
        """What a talk has to explain: the words that nothing explains and the parts that miss the
        target, a line each; nothing where all of it can be read alone."""
        words = ", ".join(sorted((one.word for one in self.hard_words), key=str.casefold))
        parts = "; ".join(f"“{part.heading}” (grade {part.number})" for part in self.hard_parts)
        harder = f"Parts harder than grade {self.target}: {parts}."
        return [f"Words not explained: {words}."] * bool(words) + [harder] * bool(parts)

    @property
    def in_words(self) -> str:
        """What the grade means, in a sentence."""
        if self.grade is None:
            return "Nothing to measure yet."
        grade = whole_grade(self.grade)
        if self.easy and self.hard_parts:
            return f"Reads like grade {grade} as a whole, but not in every part."
        if self.easy:
            return f"Reads like grade {grade}. Easy enough: most adults can follow it."
        if self.grade < self.target + 3:
            return f"Reads like grade {grade}. A little hard: shorten the longest sentences first."
        return f"Reads like grade {grade}. Too hard for many: shorter sentences, plainer words."


def prepare() -> None:
    """Read textstat's dictionaries, a second or two, so that nobody waits for them later."""
    readability("A word of metastasis.", target=6, longest=20, glossary={})


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line that ends without a stop ends its sentence."""
    found = []
    for line in text.split("\n"):
        line = line.strip().removeprefix("- ").strip()
        found += [s.strip() for s in _SENTENCE.findall(line) if _WORD.search(s)]
    return found


def readability(
    text: str,
    *,
    target: int,
    longest: int,
    glossary: Mapping[str, str],
    known: Collection[str] = (),
    names: Iterable[str] = (),
    explaining: str = "",
    own: Collection[str] = (),
) -> Readability:
    """Measure a letter's text with textstat. Words of two syllables or more that its list of easy
    words lacks are hard, and so is every abbreviation.

    `longest`: words that a sentence may have. `glossary`: {term: plain words}; a term whose plain
    words stand in the text too counts as explained. `known`: words that need no explanation though
    textstat's list of easy words lacks them. `names`: people and places. `explaining`: the letter's
    own list of words, beside the text; a word that it explains is not hard, however it does so.
    `own`: what the patient wrote and the text quotes; nobody explains their own words to them.
    """
    whole = sentences(f"{text}\n{explaining}")
    words = [w for s in whole for w in _WORD.findall(s)]
    if not words:
        return Readability(None, target, 0)
    return Readability(
        grade=_grade(whole),
        target=target,
        words=len(words),
        long_sentences=tuple(s for s in whole if len(s.split()) > longest),
        hard_words=tuple(
            _hard_words(_without(text, own), explaining, glossary, {*known, *words_in(own)}, names)
        ),
    )


def _grade(some: Sequence[str]) -> float:
    """Years of school (Flesch-Kincaid) that some sentences need."""
    import textstat  # here, for the server to be there sooner

    measured = " ".join(s if s[-1] in ".!?" else f"{s}." for s in some)
    return round(float(textstat.flesch_kincaid_grade(measured)), 1)


def part_grades(parts: Iterable[tuple[str, str, str]], *, target: int) -> tuple[PartGrade, ...]:
    """The grade of each part, of (field, heading, text); of a few words nothing can be said."""
    found = []
    for field, heading, text in parts:
        some = sentences(text)
        if sum(len(_WORD.findall(s)) for s in some) >= FEWEST:
            found.append(PartGrade(field, heading, _grade(some), target))
    return tuple(found)


def _hard_words(
    text: str,
    explaining: str,
    glossary: Mapping[str, str],
    known: Collection[str],
    names: Iterable[str],
) -> list[HardWord]:
    import textstat

    by_hand = explanations(explaining)
    heads = {_singular(word) for word, _ in by_hand}
    # What explains a word may itself be hard; the word at its head is no use of it.
    text = f"{text}\n{_without_heads(explaining)}"
    words = [w for s in sentences(text) for w in _WORD.findall(s) if not _NUMERAL.fullmatch(w)]
    lower = text.casefold()
    used = terms_in(text, glossary)
    terms = [
        term
        for term in used
        if term.plain.casefold() not in lower and _singular(term.word) not in heads
    ]
    explained = {w for term in used for w in _WORD.findall(term.word.casefold())}
    explained |= {w for head in heads for w in _WORD.findall(head)}
    easy = {k.casefold() for k in known} | explained | {f"{word}s" for word in explained}
    easy |= {w.casefold() for name in names for w in _WORD.findall(name)}
    counted = Counter(w.casefold() for w in words)
    short = {w.casefold() for w in words if _ABBREVIATION.fullmatch(w)}
    rest = [
        HardWord(word, count)
        for word, count in counted.items()
        if not _is_easy(word, easy)
        and (word in short or textstat.is_difficult_word(word, syllable_threshold=2))
    ]
    return terms + sorted(rest, key=lambda h: h.word)


def terms_in(text: str, glossary: Mapping[str, str]) -> list[HardWord]:
    """The glossary's terms that a text uses, by the alphabet. `glossary`: {term: plain words}."""
    lower = text.casefold()
    counts = {
        term: len(re.findall(rf"(?<!\w){re.escape(term.casefold())}s?(?!\w)", lower))
        for term in glossary
    }
    used = sorted((term for term, count in counts.items() if count), key=str.casefold)
    return [HardWord(term, counts[term], glossary[term]) for term in used]


def explanations(explaining: str) -> list[tuple[str, str]]:
    """(word, explanation) of every line of a list of words such as "- Biopsy: a small …"."""
    return [found for line in explaining.split("\n") if (found := _explanation(line))]


def _explanation(line: str) -> tuple[str, str] | None:
    word, _, plain = (part.strip() for part in line.strip().removeprefix("- ").partition(":"))
    return (word, plain) if line.strip().startswith("- ") and word and plain else None


def _without_heads(explaining: str) -> str:
    lines = explaining.split("\n")
    return "\n".join(found[1] if (found := _explanation(line)) else line for line in lines)


def _singular(word: str) -> str:
    return word.casefold().removesuffix("s")


def needless(explained: str, texts: Iterable[str]) -> list[HardWord]:
    """What is explained, as "- Biopsy: a small …", though the texts do not have it any more."""
    written = "\n".join(texts)
    return [
        HardWord(word, 0, plain)
        for word, plain in explanations(explained)
        if not terms_in(written, {word: plain})
    ]


def _without(text: str, quoted: Iterable[str]) -> str:
    for quote in sorted(filter(None, map(str.strip, quoted)), key=len, reverse=True):
        text = text.replace(f"“{quote}”", "")
    return text


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts, in small letters."""
    return frozenset(w.casefold() for text in texts for w in _WORD.findall(text))


def _is_easy(word: str, easy: Collection[str]) -> bool:
    """Known as it stands, or but for a common ending."""
    plain = word.removesuffix("'s").removesuffix("’s")
    stems = {word, plain}
    for ending, instead in (("s", ""), ("es", ""), ("d", ""), ("ed", ""), ("ing", ""), ("ing", "e"),
                            ("ies", "y"), ("ly", ""), ("er", ""),
                            ("er", "e"), ("est", "")):  # fmt: skip
        if plain.endswith(ending):
            stems.add(plain.removesuffix(ending) + instead)
    return any(stem in easy for stem in stems) or (
        all(part in easy for part in plain.split("-") if "-" in plain) and "-" in plain
    )
