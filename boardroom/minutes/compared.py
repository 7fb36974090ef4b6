"""The board's verdict against the first opinion's, in the words of the minutes."""

from __future__ import annotations

from boardroom.boards.reclassification import MEANINGS, WORDS
from boardroom.minutes.document import MinutesCase
from boardroom.minutes.times import date


def compared(case: MinutesCase) -> str:
    """ "Confirmed: as near to cure as the first opinion said, after a full second look".

    Of a case that came back it says which opinion is meant: "Compared with the first opinion of
    12 Nov 2026: confirmed". Empty where nothing was compared.
    """
    found = case.reclassification
    if found is None:
        return ""
    if case.earlier_round is None:
        return f"{WORDS[found.outcome]}: {MEANINGS[found.outcome]}"
    on = f" of {date(case.first_opinion.on)}" if case.first_opinion.on else ""
    return f"Compared with the first opinion{on}: {WORDS[found.outcome].lower()}"
