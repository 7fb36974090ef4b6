"""Finds what patients are known by in a text, and what to write in its place.

A patient's whole name is always replaced. A part of it only in texts of the patient's own case
and of the meeting, and there only where it is written as a name: most Shorts in a text are short
times. In other patients' texts a part counts after a title, or where it is written large and is no
everyday word. Where a capital within a sentence leaves a doubt, it is hidden.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from boardroom.minutes.brief import CaseBrief
from boardroom.minutes.everyday import DOES, EVERYDAY, MONTHS, NOBODYS, OPENERS
from boardroom.minutes.known_numbers import figures

NAME = "[name]"
"""Stands for a name that cannot be told to be that of one case of the meeting."""

_TITLES = frozenset("mr mrs ms mx miss dr prof herr herrn hr frau fr sir pt pat".split())
_FORMAL = frozenset("mr mrs ms mx miss herr herrn frau".split())
"""Titles that stand before nothing but a name: "pt may need", "dr will call"."""
_PARTICLES = frozenset(
    "mr mrs ms miss dr prof sir de del della den der des di do dos du el la le les van von vom zu "
    "zur ter ten af av y e i und and bin ibn al abu ben da das jr sr ii iii".split()
)
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"}
)
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_GAP = re.compile(r"\s*[\s,'’\-–]\s*")
_BEGINNING = re.compile(r"(?:^|\n|[.!?…]['\"”’)\]]*\s|[“„«\"])[\s\-–—•*·(\[“„«\"'‘\d.)]*$")
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
_IN_A_MONTH = re.compile(r"(?:\d(?:st|nd|rd|th)?|\b(?:in|since|until|early|mid|late))[\s.\-]*$")
_A_YEAR_OR_DAY = re.compile(r"[\s,.\-]*\d")
_NOT_NAMES = r"Child(?:[-–\s]Turcotte)?[-–\s]Pugh|\[record number\]|\[date of birth\]"


def fold(word: str) -> str:
    """The word as it is compared: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_PLAIN))
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_PLAIN)


def name_parts(name: str) -> set[str]:
    """The words of a name by which a person is recognised, folded."""
    words = {fold(word) for word in _WORD.findall(unicodedata.normalize("NFC", name))}
    return {word for word in words if len(word) > 1 and word not in _PARTICLES}


@dataclass(frozen=True)
class _Known:
    """What one patient is known by."""

    code: str
    words: tuple[str, ...]  # the name's, folded, without titles
    parts: frozenset[str]
    written: frozenset[str]  # its words exactly as they stand there
    pieces: tuple[str, ...]  # of a name in a script without spaces; the whole first

    @property
    def orders(self) -> Iterator[tuple[str, ...]]:
        """The orders in which the whole name is written, the given one first."""
        words, many = self.words, len(self.words)
        if many < 2 or max(map(len, words)) < 2:
            return
        yield words
        yield from (words[k:] + words[:k] for k in range(1, many))
        if many > 2:
            yield (words[0], words[-1])
            yield (words[-1], words[0])


def _known(case: CaseBrief) -> _Known:
    name = unicodedata.normalize("NFC", case.patient.name or "")
    found = _WORD.findall(name)
    pieces: tuple[str, ...] = ()
    if _UNSPACED.search(name):
        pieces = (name.replace(" ", ""), *name.split())
    return _Known(
        code=case.code,
        words=tuple(w for w in map(fold, found) if w not in _TITLES),
        parts=frozenset(p for p in name_parts(name) if not p.isdecimal()),
        written=frozenset(found),
        pieces=pieces,
    )


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    plain: str = field(default="")

    @property
    def small(self) -> bool:
        return self.text.islower()


class Eraser:
    """Knows the patients of a meeting, and makes a text say nothing of who they are."""

    def __init__(self, cases: Iterable[CaseBrief]) -> None:
        cases = tuple(cases)
        self.known = [_known(case) for case in cases]
        codes = [re.escape(one.code) for one in self.known if one.code]
        self.not_names = re.compile("|".join([_NOT_NAMES, *codes]), re.IGNORECASE)
        self.figures = figures(case.patient for case in cases)

    def erase(self, text: str, code: str | None) -> str:
        """The text without patients' names. `code`: of the case that it belongs to, None for one
        of the meeting."""
        text = unicodedata.normalize("NFC", text)
        for pattern, new in self.figures:
            text = pattern.sub(new, text)
        ours = [one for one in self.known if code is None or one.code == code]
        for one in (*ours, *self.known):
            for piece in one.pieces if one in ours else one.pieces[:1]:
                text = text.replace(piece, one.code)
        found = _Reading(self, text, ours, own=code is not None).found()
        if not found:
            return text
        out, last = [], 0
        for start, end, new in found:
            out += [text[last:start], new]
            last = end
        text = "".join([*out, text[last:]])
        for new in {new for _, _, new in found}:
            # "Ada Example" and "EXAMPLE, Ada" become one code and not two.
            text = re.sub(rf"{re.escape(new)}(?:[\s,.'’-]+{re.escape(new)})+", new, text)
        return text


class _Reading:
    """One text, word by word. `own`: it belongs to the case of the patient in `ours`."""

    def __init__(self, eraser: Eraser, text: str, ours: Sequence[_Known], *, own: bool) -> None:
        self.text, self.ours, self.own, self.known = text, ours, own, eraser.known
        kept = [found.span() for found in eraser.not_names.finditer(text)]
        self.tokens = [
            _Token(m.group(), m.start(), m.end(), fold(m.group()))
            for m in _WORD.finditer(text)
            if not any(start <= m.start() < end for start, end in kept)
        ]
        self.places: dict[str, list[int]] = {}
        for place, token in enumerate(self.tokens):
            self.places.setdefault(token.plain, []).append(place)

    def found(self) -> list[tuple[int, int, str]]:
        """What to replace, (start, end, by what), in the text's order."""
        new: dict[int, tuple[int, str]] = {}  # place of a word → place after the last, by what
        for one in (*self.ours, *(k for k in self.known if k not in self.ours)):
            for order in one.orders:
                for place in self.places.get(order[0], ()):
                    end = place + len(order)
                    if place not in new and self._is_whole(one, order, place):
                        new[place] = (end, self._code(one))
        out, place = [], 0
        while place < len(self.tokens):
            end, by = new.get(place, (place + 1, ""))
            by = by or self._part(place)
            if by:
                out.append((self.tokens[place].start, self.tokens[end - 1].end, by))
            place = end
        return out

    def _code(self, one: _Known) -> str:
        """The case's code; not where another patient of the meeting is called the same."""
        if one in self.ours and self.own:
            return one.code
        same = [k for k in self.known if sorted(k.words) == sorted(one.words)]
        return same[0].code if len({k.words for k in same}) == 1 else NAME

    def _is_whole(self, one: _Known, order: tuple[str, ...], place: int) -> bool:
        run = self.tokens[place : place + len(order)]
        if tuple(token.plain for token in run) != order:
            return False
        gaps = [self.text[a.end : b.start] for a, b in pairwise(run)]
        if not all(_GAP.fullmatch(gap) for gap in gaps):
            return False
        if order == one.words and all(gap.isspace() for gap in gaps):
            # "He will page us" is no name in the case of anybody but Will Page.
            doubtful = all(token.small and token.plain in EVERYDAY for token in run)
            return not doubtful or (self.own and one in self.ours)
        # "If it is short, may need" is no name; "Short, May" is one.
        return not any(
            token.small
            and (token.plain in EVERYDAY or 1 < len(token.plain) <= 3)
            and token.plain not in _PARTICLES
            for token in run
        )

    def _part(self, place: int) -> str:
        """What stands for this single word, or nothing where it is to stay."""
        token = self.tokens[place]
        ours = [one for one in self.ours if token.plain in one.parts]
        titled = self._titled(place)
        if ours:
            if not titled and not self._as_a_name(place, ours):
                return ""
            return ours[0].code if len({one.words for one in ours}) == 1 else NAME
        others = [one for one in self.known if token.plain in one.parts]
        everyday = token.plain in EVERYDAY
        if (token.small and everyday) or token.plain in NOBODYS:
            return ""
        # "Quagmire's brother": nobody but the patient is called so as far as anybody can tell.
        unusual = not everyday and not token.small and len(token.plain) > 3
        whole = any(one.words == (token.plain,) for one in others)
        if others and (titled or unusual or (whole and not everyday and not token.small)):
            return NAME
        return ""

    def _titled(self, place: int) -> bool:
        """Whether a title stands before the word: "Mr Short", "Frau von Beispiel"."""
        word = self.tokens[place]
        doubtful = word.small and word.plain in EVERYDAY
        titles = _FORMAL if doubtful else _TITLES
        # Of "Mrs Ada Short" both are hers; of "Mrs Short may" only the first.
        same = [] if doubtful else [one for one in self.known if word.plain in one.parts]
        for before in range(place - 1, -1, -1):
            here, after = self.tokens[before], self.tokens[before + 1]
            gap = self.text[here.end : after.start]
            if not re.fullmatch(r"\.?\s+|[.'’\-–]", gap):
                return False
            if here.plain in titles:
                return True
            within = gap in "-–" or any(here.plain in one.parts for one in same)
            if not (within or here.plain in _PARTICLES or len(here.plain) == 1):
                return False
        return False

    def _as_a_name(self, place: int, ours: Sequence[_Known]) -> bool:
        """Whether a part of an own patient's name is written as one."""
        token = self.tokens[place]
        as_entered = any(token.text in one.written for one in ours)
        if token.plain not in EVERYDAY:
            # "an" is more often a word than a Mr An; it is he when his name is written that way.
            return len(token.plain) > 3 or not token.small or as_entered
        if token.small:
            return as_entered and len(token.plain) <= 2
        if token.plain in NOBODYS:
            return False
        if self._beside_another(place, ours):
            return True
        if not self.own or self._is_month(token):
            return False
        if (token.text.isupper() and len(token.text) > 1) or any(
            one.words == (token.plain,) for one in ours
        ):
            return True
        if _POSSESSIVE.match(self.text, token.end) and token.plain not in MONTHS:
            return True
        if token.plain not in OPENERS or not _BEGINNING.search(self.text[: token.start]):
            return True
        return self.tokens[place + 1 :] != [] and self._does(token, self.tokens[place + 1])

    def _does(self, token: _Token, after: _Token) -> bool:
        """Whether the word after it is what a person does: "Short was seen"."""
        return after.plain in DOES and self.text[token.end : after.start].isspace()

    def _is_month(self, token: _Token) -> bool:
        return token.plain in MONTHS and bool(
            _IN_A_MONTH.search(self.text[: token.start])
            or _A_YEAR_OR_DAY.match(self.text, token.end)
        )

    def _beside_another(self, place: int, ours: Sequence[_Known]) -> bool:
        """Whether another part of the same name, written large, stands beside the word."""
        for first, second in ((place - 1, place), (place, place + 1)):
            if first < 0 or second >= len(self.tokens):
                continue
            a, b = self.tokens[first], self.tokens[second]
            other = b if first == place else a
            if other.small or other.plain in NOBODYS or other.plain == self.tokens[place].plain:
                continue
            if _GAP.fullmatch(self.text[a.end : b.start]) and any(
                other.plain in one.parts for one in ours
            ):
                return True
        return False
