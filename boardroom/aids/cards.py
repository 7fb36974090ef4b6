"""The three cards of a case: liver function, tumour burden, staging. Made for the templates.

They are made of a reading (reading.py), whether it was computed just now or kept with a decision.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from boardroom.aids import figures
from boardroom.aids.figure import Figure
from boardroom.aids.figures import values_of
from boardroom.aids.fold import AidLine, Missing, line_of
from boardroom.aids.places import LESIONS
from boardroom.aids.reading import Reading, read_aids
from boardroom.aids.record import record_of
from boardroom.aids.sources import SourceLine, seen, sources
from boardroom.aids.trends import Trend, liver_trends, tumour_trends
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case
from boardroom.clinical.aid import NOTE
from boardroom.clinical.case_response import NEWER_MAP
from boardroom.clinical.facts import is_lab
from boardroom.clinical.surgery import DISAGREE


@dataclass(frozen=True)
class Option:
    """A treatment option of the BCLC stage, in its order."""

    label: str
    condition: str = ""


@dataclass(frozen=True)
class Card:
    """One card. `lab_days`: age of the oldest lab behind it; `stale`: those that are too old."""

    key: str
    title: str
    figures: tuple[Figure, ...]
    sources: tuple[SourceLine, ...]
    missing: tuple[Missing, ...]
    refused: tuple[str, ...]
    warnings: tuple[str, ...]
    aids: tuple[AidLine, ...]
    not_for: tuple[str, ...] = ()
    trends: tuple[Trend, ...] = ()
    options: tuple[Option, ...] = ()
    note: str = NOTE

    @property
    def known(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.tone != "open"]

    @property
    def lab_days(self) -> int | None:
        labs = [s.age_days for s in self.sources if is_lab(s.key) and s.age_days is not None]
        return max(labs, default=None)

    @property
    def stale(self) -> list[SourceLine]:
        return [source for source in self.sources if source.stale]

    @property
    def age_words(self) -> str:
        """ "labs 3 days old"."""
        days = self.lab_days
        if days is None:
            return ""
        return "labs of the same day" if not days else f"labs {days} day{'s' * (days != 1)} old"

    @property
    def line(self) -> str:
        """The card in one line, for the wall and the minutes; last, what is not known."""
        parts = [f.words for f in self.known if f.label in _LINE[self.key]]
        if self.key == "liver" and parts and self.age_words:
            parts.append(self.age_words)
        lacking: dict[str, list[str]] = {}
        for figure in self.figures:
            if figure.tone == "open" and figure.label in _SAID_WHERE_OPEN:
                lacking.setdefault(figure.note.removesuffix(" yet"), []).append(figure.label)
        parts += [f"{', '.join(labels)}: {why}" for why, labels in lacking.items()]
        return " · ".join(parts)


@dataclass(frozen=True)
class Cards:
    """The cards of one case on one day. `kept`: as a decision kept them; `contradictions`: where
    the tumour map and the facts, or two facts of veins or spread, differ, in words."""

    on: dt.date
    units: str
    cards: tuple[Card, ...]
    kept: bool = False
    contradictions: tuple[str, ...] = ()

    def card(self, key: str) -> Card:
        return next(card for card in self.cards if card.key == key)

    def without_trends(self) -> Cards:
        """The same without the lines over time."""
        return replace(self, cards=tuple(replace(card, trends=()) for card in self.cards))


_AIDS = {
    "liver": ("child_pugh", "albi", "meld3", "meld_na", "meld", "csph"),
    "tumour": ("milan", "ucsf", "up_to_seven", "afp_model", "mrecist"),
    "staging": ("bclc_2022", "tnm_ajcc8", "clip", "okuda", "ecog", "asa", "charlson", "flr",
                "resection_decompensation_risk", "makuuchi"),
}  # fmt: skip
_TITLES = {"liver": "Liver function", "tumour": "Tumour burden", "staging": "Staging and risk"}
_FIGURES: Mapping[str, Callable[[Reading, str], list[Figure]]] = {
    "liver": figures.liver,
    "tumour": figures.tumour,
    "staging": figures.staging,
}
_LINE = {
    "liver": ("Child-Pugh", "ALBI", "MELD 3.0", "MELD", "Portal hypertension"),
    "tumour": ("Lesions", "Vein invasion", "Outside the liver", "Milan", "UCSF", "Up-to-seven",
               "AFP model", "mRECIST"),
    "staging": ("BCLC", "TNM", "ECOG", "Future remnant", "Risk of resection"),
}  # fmt: skip
_SAID_WHERE_OPEN = frozenset(("Child-Pugh", "MELD 3.0", "BCLC", "TNM"))
"""What a line names where it is not known, so that nobody takes it for looked at and left out."""

ASKED = frozenset(
    ("child_pugh", "albi", "meld3", "csph", "milan", "afp_model", "bclc_2022", "tnm_ajcc8")
)
"""Aids whose missing inputs a card names; what the others lack stands in the fold."""

LOUD = ASKED - {"tnm_ajcc8", "afp_model"} | {"meld", "mrecist"}
"""Aids whose warnings a card says aloud; the others' stand in the fold."""

LOUD_OF_THE_RECORD = frozenset(("flr",))
"""Those of which it says, where there is a result, what is to be said of the values behind it, and
that two ways to measure disagree."""

_BEGUN = {"flr": "flr_ml"}
"""Aids whose missing inputs a card names once this fact is there: nobody asks for them before."""

_OF_LESIONS = frozenset(("bclc_2022", "tnm_ajcc8", "clip"))
"""Aids of the staging card that rest on the lesions."""

# Of a liver without tumour they are not missing: there are none.
_OF_NODULES = frozenset(
    ("Diameters of all nodules", "Number of nodules", "Largest nodule", "Extent in the liver")
)

# Said by a figure's own note already.
_QUIET = ("Viable diameters are used", "Measured against the ")


def cards_of(case: Case, board: BoardDefinition, on: dt.date, units: str = "") -> Cards:
    """The cards as the case stands on a day, in the units asked for (the board's for none)."""
    return made_of(read_aids(case, board, on), case, board, units)


def made_of(
    reading: Reading, case: Case, board: BoardDefinition, units: str = "", *, kept: bool = False
) -> Cards:
    """The cards of a reading. Only the lines over time are drawn from the case itself."""
    units = units or board.aids.units
    on = dt.date.fromisoformat(reading["on"])
    record = record_of(case, on)
    trends: dict[str, list[Trend]] = {
        "liver": liver_trends(record, board, units),
        "tumour": tumour_trends(record, units),
    }
    limits = lab_limits(case.diagnosis, board)
    made = [card_of(key, reading, limits, board, units) for key in _AIDS]
    made = [replace(card, trends=tuple(trends.get(card.key, ()))) for card in made]
    # A reading that an older version kept says nothing of the map
    return Cards(on, units, tuple(made), kept, tuple(reading.get("contradictions", ())))


def lab_limits(diagnosis: str, board: BoardDefinition) -> Mapping[str, int]:
    """How many days old a lab may be, for those of which the board says so."""
    return {
        need.item.removeprefix("fact."): need.max_age_days
        for need in board.needs_for(diagnosis or None)
        if need.item.startswith("fact.") and need.max_age_days
    }


def card_of(
    key: str, reading: Reading, limits: Mapping[str, int], board: BoardDefinition, units: str
) -> Card:
    """One card of a reading."""
    names = [name for name in _AIDS[key] if name in reading["aids"]]
    needless = _OF_NODULES if reading["tumour"].get("none") else frozenset()
    lines = [_line(name, reading, needless) for name in names]
    on = dt.date.fromisoformat(reading["on"])
    used = [name for name in names if values_of(reading, name) is not None]
    return Card(
        key=key,
        title=_TITLES[key],
        figures=tuple(_FIGURES[key](reading, units)),
        sources=(
            *(seen(reading, on) if key == "tumour" or _OF_LESIONS & set(used or names) else ()),
            *sources(used or names, reading, on, limits, board.aids.lab_days, units),
        ),
        missing=_unique(
            m
            for line in lines
            if line.name in ASKED or _begun(line.name, reading)
            for m in line.missing
            # Nobody can measure what is not there
            if m.place != LESIONS or not reading.get("none_seen")
        ),
        refused=tuple(
            dict.fromkeys(
                reading["aids"][name]["refused"]
                for name in names
                if reading["aids"][name]["refused"]
            )
        ),
        warnings=tuple(
            dict.fromkeys(
                (
                    # A reading that an older version kept says nothing of it
                    *(reading.get("stated", ()) if key == "tumour" else ()),
                    *(_of_images(reading) if key != "liver" else ()),
                    *_warnings(names, reading),
                    *(_of_portal(reading) if key == "liver" else ()),
                )
            )
        ),
        aids=tuple(lines),
        not_for=tuple(why for why in reading["not_for"] if _belongs(why, key, board)),
        options=_options(reading) if key == "staging" else (),
    )


def _line(name: str, reading: Reading, needless: frozenset[str]) -> AidLine:
    line = line_of(name, reading["aids"][name], needless)
    said = reading.get("response") if name == "mrecist" else None
    if not said:
        return line
    # What the rounds give needs no sums to be entered beside them; where there are some, they are
    # said as well if they give another response
    other = bool(line.words) and not line.words.startswith(said["response"])
    sums = (f"By the sums that are recorded: {line.words}.",) if other else ()
    remarks = (*sums, *line.remarks) if line.words else ()
    words = f"Since {said['since']}: {said['words']}"
    return replace(line, words=words, missing=(), remarks=remarks)


def _begun(name: str, reading: Reading) -> bool:
    return any(one["key"] == _BEGUN.get(name) for one in reading["aids"][name]["sources"])


def _unique(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """Each place once, since two aids can ask for the same thing in different words."""
    by_label = {one.label: one for one in missing}
    return tuple({(m.place, m.label): m for m in by_label.values()}.values())


def _belongs(why: str, key: str, board: BoardDefinition) -> bool:
    """Said once, on the card of the first aid that it is about."""
    return any(rule.why == why and rule.aids[0] in _AIDS[key] for rule in board.aids.only_for)


def _warnings(names: Iterable[str], reading: Reading) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in names:
        filled = reading["aids"][name]
        known = name in LOUD_OF_THE_RECORD and values_of(reading, name) is not None
        if not (name in LOUD or known) or not filled["sources"]:
            continue
        quiet = name == "mrecist" and reading.get("response")
        found |= dict.fromkeys(
            w
            for w in filled["warnings"]
            if not w.startswith(_QUIET) and not (quiet and NEWER_MAP in w)
        )
        said = filled["result"]["warnings"] if filled["result"] is not None else ()
        found |= dict.fromkeys(w for w in said if name in LOUD or w.startswith(DISAGREE))
    return tuple(found)


def _of_images(reading: Reading) -> tuple[str, ...]:
    said = reading.get("newer_images", "")
    return (said,) if said else ()


def _of_portal(reading: Reading) -> tuple[str, ...]:
    said = reading.get("portal", {}).get("contradiction", "")
    return (said,) if said else ()


def _options(reading: Reading) -> tuple[Option, ...]:
    bclc = values_of(reading, "bclc_2022")
    if bclc is None:
        return ()
    return tuple(Option(one["label"], one["condition"]) for one in bclc["options"])
