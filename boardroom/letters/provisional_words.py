"""Words that call a decision provisional, to be found in a letter about a final one. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from boardroom.letters.rules import sentences

_PROVISIONAL = re.compile(
    r"\bprovisional|\bpreliminary\b"
    r"|\bnot (?:yet )?(?:be )?(?:final|confirmed)\b|\bnot been confirmed\b"
    r"|\b(?:final|confirmed) yet\b"
    r"|\b(?:has|have|needs?|waits?|is|are) (?:still )?to be confirmed\b"
    r"|\bconfirmation (?:by|from)\b"
    r"|\b(?:for|until|after|pending|await(?:s|ing)?|subject to|needs?) (?:the |its |a )?(?:final )?"
    r"confirmation\b(?! of)"
    r"|\b(?:until|once|when|as soon as) it is (?:final|confirmed)\b",
    re.IGNORECASE,
)


def provisional_sentences(texts: Mapping[str, str], phrase: str = "") -> list[tuple[str, str]]:
    """(part, sentence) of everything in {part: text} that calls a decision provisional, in a
    doctor's words or in plain ones. `phrase`: how the board's library says it."""
    own = {sentence.casefold() for sentence in sentences(phrase)}
    return [
        (part, sentence)
        for part, text in texts.items()
        for sentence in sentences(text)
        if _PROVISIONAL.search(sentence) or sentence.casefold() in own
    ]
