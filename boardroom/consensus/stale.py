"""A text that goes on from an earlier, provisional decision: what it still says of that. Pure."""

from __future__ import annotations

import datetime as dt
import re

from boardroom.boards.definition import BoardDefinition
from boardroom.consensus.rules import Content
from boardroom.consensus.words import as_text
from boardroom.web import day

_SPOKEN = re.compile(r"[^.;:\n]*\b(?:provisional|confirm)\w*[^.;:\n]*", re.IGNORECASE)
_FIELDS = ("rationale", "steps", "dispositions", "teller", "rediscuss")
LONGEST = 120


def still_spoken(content: Content, board: BoardDefinition) -> tuple[str, ...]:
    """Where the texts speak of being provisional or of a confirmation: "Plan: “…”", each once."""
    return tuple(
        f"{name}: “{_cut(found.group().strip())}”"
        for name, text in as_text(content, board, _FIELDS).items()
        for found in _SPOKEN.finditer(text)
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}…"


def day_passed(content: Content, today: dt.date) -> list[str]:
    """A sentence where the patient was to be told before the day of the meeting; else nothing."""
    if content.tell_by is None or content.tell_by >= today:
        return []
    told = day(content.tell_by)
    return [f"When is the patient told? The day written ({told}) is before this meeting."]
