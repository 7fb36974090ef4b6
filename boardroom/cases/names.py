"""Whether a patient's name stands in a free text, where hiding the names cannot reach it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

NAME_IN_TEXT = (
    "The patient’s name stands in this text. It shows on the wall and when names are hidden: "
    "leave it out."
)

# Of Latin letters with a stroke or a ligature no accent can be taken away.
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "Ae",
     "œ": "oe", "Œ": "Oe", "ı": "i", "’": "'", "‐": "-", "‑": "-"}
)  # fmt: skip
_TITLES = frozenset({"mr", "mrs", "ms", "mx", "miss", "dr", "prof", "herr", "frau", "jr", "sr"})
_PARTICLES = frozenset(
    "al da das de dei del della den der di do dos du el la le ten ter van von zu zum zur".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")


def name_cautions(texts: Mapping[str, str], name: str) -> dict[str, str]:
    """{field: NAME_IN_TEXT} for each of the texts, {field: text}, in which the name stands."""
    return {field: NAME_IN_TEXT for field, text in texts.items() if holds_name(text, name)}


def holds_name(text: str, name: str) -> bool:
    """Whether `text` holds the full `name`, or its surname as a word that begins with a capital.

    Names are written "Given Surname" or "Surname, Given". Accents do not count, nor does case in
    the full name; a part of a longer word, also of a hyphened one, is no name.
    """
    surname, given = _parts(name)
    words = [word.removesuffix("'s") for word in _WORD.findall(_plain(text))]
    small = [word.lower() for word in words]
    if given and any(_stands_in(small, order) for order in (given + surname, surname + given)):
        return True
    # Of a surname of two words each is one by which people are called; "van der" is not.
    called = {word for word in surname if len(word) > 1 and word not in _PARTICLES}
    return any(word.lower() in called for word in words if not word[0].islower())


def _parts(name: str) -> tuple[list[str], list[str]]:
    """The words of the surname and of the given names, small and without titles."""
    before, comma, after = _plain(name).partition(",")
    words, rest = (
        [word for word in _WORD.findall(part.lower()) if word not in _TITLES]
        for part in (before, after)
    )
    return (words, rest) if comma else (words[-1:], words[:-1])


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def _stands_in(words: list[str], wanted: list[str]) -> bool:
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))
