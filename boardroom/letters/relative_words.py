"""Words that count from the day on which they were said, to be found before a letter goes. Pure.

In the record "tomorrow" is the day after the meeting; whoever reads the letter counts from theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from boardroom.letters.rules import sentences

_DAYS = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_RELATIVE = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday)\b"
    r"|\bthis (?:morning|afternoon|evening|week|weekend|month)\b"
    rf"|\b(?:next|last) (?:week|weekend|month|year|meeting|{_DAYS})\b"
    rf"|\b(?:this|on the coming) {_DAYS}\b",
    re.IGNORECASE,
)


def relative_sentences(texts: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(part, word, sentence) of everything in {part: text} whose day only the meeting knew."""
    return [
        (part, ", ".join(dict.fromkeys(word.casefold() for word in found)), sentence)
        for part, text in texts.items()
        for sentence in sentences(text)
        if (found := _RELATIVE.findall(sentence))
    ]
