"""What a letter has to word rightly: who was asked first, when a step is done. Pure."""

from __future__ import annotations

import re

from boardroom.letters.sentences import inside
from boardroom.text import in_sentence, names_of

_PLACES = (
    "clinic|hospital|department|unit|ward|team|centre|center|practice|surgery|office|board|"
    "service|institute|infirmary|conference"
)
_A_PLACE = re.compile(rf"[^\W\d]+(?: [^\W\d]+)* (?:{_PLACES})\b")
_ONLY_A_PLACE = re.compile(rf"(?:[^\W\d]+ )?(?:{_PLACES})(?=,|$)", re.IGNORECASE)
_TITLED = re.compile(r"(?:dr|prof|professor|mr|mrs|ms|mx|miss|sir|dame)\b", re.IGNORECASE)

_COUNT = r"(?:\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|some|a few)"
_BEGINS = re.compile(
    rf"\b(?:after|within|in)\s+(?:the\s+)?(?:next\s+)?{_COUNT}(?:\s*(?:-|–|to)\s*\d+)?"
    r"\s*(?:hour|day|week|month|year)s?\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|unless|once|when|as soon as|provided|only|depending)\b.*", re.IGNORECASE | re.DOTALL
)


def with_article(who: str) -> str:
    """Who is named, as it stands behind "by" or "of": "the surgical clinic, St Example".

    People and the names of hospitals stay as they are.
    """
    who = inside(who.strip())
    if not who or who.startswith(("the ", "a ", "an ")) or _TITLED.match(who):
        return who
    if _A_PLACE.match(who):
        return f"the {in_sentence(who)}"
    return f"the {in_sentence(who)}" if _ONLY_A_PLACE.match(who) else who


def within(who: str) -> str:
    """Who is named, where the sentence goes on: with a comma behind a place that has one in it."""
    return f"{who}," if ", " in who else who


def is_of(source: str, hospital: str, name: str) -> bool:
    """Whether what was said by `source` ("Liver clinic, St Example") was said by this referrer."""
    said = " ".join(source.split()).casefold()
    house = " ".join(hospital.split()).casefold()
    if house and re.search(rf"(?:^|, |\b(?:at|of|in) (?:the )?){re.escape(house)}(?=,|$)", said):
        return True
    person = " ".join(names_of(name)).casefold()
    return bool(person) and person in " ".join(names_of(source)).casefold()


def step_line(what: str, who: str, when: str, *, plain: bool = False) -> str:
    """A step of the plan as a sentence or more. `who`, `when`: in words, each may be empty.

    Who and when stand with what is done first. `plain`: `what` is how the library says one of the
    board's own steps; where that says itself when it begins, the recorded time, which would
    contradict it, is left out, but never a condition. What was typed displaces nothing.
    """
    first, gap, rest = what.strip().rstrip(".").partition(". ")
    when = when.strip().rstrip(".")
    if when.casefold() in first.casefold():
        when = ""
    elif plain and _BEGINS.search(first.partition(",")[0]):
        found = _CONDITION.search(when)
        when = found[0] if found else ""
    more = ", ".join(part for part in (when, f"with {inside(who)}" if who else "") if part)
    done = f"{first}: {more}." if more else f"{first}."
    return f"{done} {rest}." if gap else done
