"""Leaves patients' names out of a document, free text included.

Every text is searched but those in KEPT, so that a field added later is searched without anybody
thinking of it. Where a staff member shares a patient's name, free text loses both: an answer that
is hard to read is better than a patient recognised.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from boardroom.minutes.brief import CaseBrief, FirstOpinion, Part, Patient, Referrer

P = TypeVar("P", bound=Part)

KEPT = frozenset(
    # The program's own words.
    "schema_version names key code option case time_zone language mark short state kind stance "
    "disposition outcome content_hash id field unit li_rads "
    # The tumour map's.
    "side segments features vessel degree portal portal_side vein vein_which duct spread same_as "
    # Staff, who are named on purpose.
    "chair person persons presented_by signed_by by".split()
)
"""Fields that no patient's name is looked for in."""


def kept(field: str) -> bool:
    """Whether a field holds the program's own words or staff, and is left as it is."""
    return field in KEPT or field.endswith("_key")


_PARTICLES = frozenset(
    "mr mrs ms miss dr prof sir de del della den der des di do dos du el la le les van von vom zu "
    "zur ter ten af av y e i und and bin ibn al abu ben da das jr sr ii iii".split()
)
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i"}
)
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_MONTHS = (
    "January February March April May June July August September October November December".split()
)


def fold(word: str) -> str:
    """The word as it is compared: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_PLAIN))
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_PLAIN)


def name_parts(name: str) -> set[str]:
    """The words of a name by which a person is recognised, folded."""
    words = {fold(word) for word in _WORD.findall(unicodedata.normalize("NFC", name))}
    return {word for word in words if len(word) > 1 and word not in _PARTICLES}


def _dates(day: dt.date) -> list[str]:
    d, m, y, month = day.day, day.month, day.year, _MONTHS[day.month - 1]
    forms = [day.isoformat(), f"{y}/{m:02}/{d:02}", f"{day:%Y%m%d}"]
    forms += [f"{a}{s}{b}{s}{y}" for s in "./-" for a, b in ((f"{d:02}", f"{m:02}"), (d, m))]
    forms += [f"{a}{s}{b}{s}{y}" for s in "./-" for a, b in ((f"{m:02}", f"{d:02}"), (m, d))]
    for name in (month, month[:3]):
        forms += [f"{a}{x} {name} {y}" for a in (d, f"{d:02}") for x in ("", ".")]
        forms += [f"{name} {d}, {y}", f"{name} {d} {y}"]
    return forms


class _Eraser:
    """Knows what must not be read, and what to write in its place."""

    def __init__(self, cases: Iterable[CaseBrief]) -> None:
        self.codes: dict[str, str] = {}  # folded part of a name → code of the case
        self.phrases: dict[str, str] = {}  # exact text → what stands in its place
        self.own: dict[str, dict[str, str]] = {}
        self.written: set[str] = set()  # parts of names exactly as they stand there
        for case in cases:
            patient = case.patient
            parts = dict.fromkeys(name_parts(patient.name or ""), case.code)
            self.written |= set(_WORD.findall(unicodedata.normalize("NFC", patient.name or "")))
            self.own[case.code] = parts
            self.codes = parts | self.codes
            if patient.name and _UNSPACED.search(patient.name):
                # Written without spaces, so a name cannot be found as a word.
                self.phrases[patient.name.replace(" ", "")] = case.code
                self.phrases |= dict.fromkeys(patient.name.split(), case.code)
            if patient.record_number:
                self.phrases[patient.record_number] = "[record number]"
            if patient.birth_date:
                self.phrases |= dict.fromkeys(_dates(patient.birth_date), "[date of birth]")
        longest_first = sorted(filter(None, self.phrases), key=len, reverse=True)
        self.phrase = (
            re.compile(
                "|".join(
                    # As a whole: "1.3.1960" must not be found in "11.3.1960".
                    rf"(?<!\w){re.escape(p)}(?!\w)" if not _UNSPACED.search(p) else re.escape(p)
                    for p in longest_first
                ),
                re.IGNORECASE,
            )
            if longest_first
            else None
        )
        self.lower = {phrase.casefold(): new for phrase, new in self.phrases.items()}

    def erase(self, text: str, code: str | None) -> str:
        codes = self.codes | self.own.get(code or "", {})
        text = unicodedata.normalize("NFC", text)
        if self.phrase:
            text = self.phrase.sub(lambda m: self.lower[m.group().casefold()], text)
        erased = False

        def replace(found: re.Match[str]) -> str:
            nonlocal erased
            word = found.group()
            plain = fold(word)
            new = codes.get(plain)
            # "an" is more often a word than a Mr An; it is he when his name is written that way.
            everyday = len(plain) <= 3 and word.islower() and word not in self.written
            if new is None or everyday:
                return word
            erased = True
            return new

        text = _WORD.sub(replace, text)
        if erased:  # "Ada Example" and "EXAMPLE, Ada" become one code and not two.
            for new in set(codes.values()):
                text = re.sub(rf"{re.escape(new)}(?:[\s,.'’-]+{re.escape(new)})+", new, text)
        return text


def without_names(document: P) -> P:
    """A copy in which no patient is named: names, birth dates and record numbers are gone.

    Works on any document with `names` and `cases` (minutes, meeting pack). Parts of a name found in
    free text become the case's code; ages and hospitals stay.
    """
    cases: tuple[CaseBrief, ...] = getattr(document, "cases", ())
    eraser = _Eraser(cases)

    def walk(value: Any, field: str, code: str | None) -> Any:
        match value:
            case str():
                return value if kept(field) else eraser.erase(value, code)
            case tuple():
                return tuple(walk(item, field, code) for item in value)
            case Patient():
                bare = {"name": None, "birth_date": None, "record_number": None}
                return part(value.model_copy(update=bare), code)
            case CaseBrief():
                return part(value, value.code)
            case Part():
                return part(value, getattr(value, "case", None) or code)
            case _:
                return value

    def part(value: Part, code: str | None) -> Part:
        fields: Mapping[str, Any] = {
            name: walk(getattr(value, name), "" if _of_the_referrer(value, name) else name, code)
            for name in type(value).model_fields
            if not (name == "name" and _is_staff(value))
        }
        return value.model_copy(update=dict(fields))

    bare = part(document, None)
    return bare.model_copy(update={"names": "withheld"})  # type: ignore[return-value]


def _of_the_referrer(value: Part, field: str) -> bool:
    """Whether the field is what a referral says of who wrote it: free text, not an account."""
    return isinstance(value, FirstOpinion | Referrer) and field in ("by", "name")


def _is_staff(value: Part) -> bool:
    """Whether the piece's `name` is a colleague's, or a word of the board's."""
    return type(value).__name__ in {"Attendee", "Specialty", "Option", "BoardInfo"}
