"""A case's facts put into words for a page: grouped by section, the latest value first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.parts import PATIENT_FIELDS, REFERRAL_FIELDS
from boardroom.cases import rules
from boardroom.cases.earlier import (
    Earlier,
    as_in,
    earlier_of,
    is_imaging,
    read_by_the_board,
    said_before,
)
from boardroom.cases.models import Case, Document, Fact, Investigation
from boardroom.clinical import facts as clinical
from boardroom.clinical.case_record import FactLike
from boardroom.clinical.catalogue_conditions import COMPLETE
from boardroom.clinical.display import shown
from boardroom.clinical.read_facts import invasion, spread
from boardroom.tumour_map.queries import Sides, readings_of, that_counts


@dataclass(frozen=True)
class Value:
    """One recorded value in words, with its unit as shown and its date."""

    text: str
    unit: str
    taken_on: dt.date | None
    old: bool = False
    """Whether the board wants it younger on the day of the page."""
    since: str = ""
    """Of which earlier round it is where it has no date: "as in BR-0037, 9 Sep 2026"."""
    mistyped: bool = False
    """Whether it was marked as mistyped: it is shown and counts for nothing."""

    @property
    def words(self) -> str:
        """Value and unit, such as "34 µmol/L"."""
        return f"{self.text}\u202f{self.unit}" if self.unit else self.text


@dataclass(frozen=True)
class FactLine:
    """A fact with its latest value, and the others, newest first: those that were marked as
    mistyped come last."""

    key: str
    label: str
    latest: Value
    earlier: tuple[Value, ...] = ()


@dataclass
class FactGroup:
    """The facts of one section; answers of yes and no are told apart from the rest."""

    key: str
    name: str
    lines: list[FactLine] = field(default_factory=list)
    yes: list[str] = field(default_factory=list)
    no: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.lines) + len(self.yes) + len(self.no)


def in_words(fact: FactLike, units: str = "") -> Value:
    """A recorded fact as it is read; one that the catalogue no longer has keeps its keys."""
    words = shown(fact.key, fact.value, fact.unit, units)
    return Value(words.text, words.unit, fact.taken_on)


READ_FROM_IMAGES = (
    "macrovascular_invasion", "portal_invasion", "hepatic_vein_invasion", "extrahepatic_spread",
    "spread_site",
)  # fmt: skip


def age_limits(case: Case, board: BoardDefinition) -> dict[str, int]:
    """{fact: days} after which the board calls a value old: as the gate and the labs say, and for
    what is read from images as old as the images may be."""
    needs = board.needs_for(case.diagnosis or None)
    found = {key: board.aids.lab_days for key in clinical.FACTS if clinical.is_lab(key)}
    images = [
        limit.max_age_days
        for need in needs
        for one in need.modalities
        if (limit := board.referral.limit(one)) is not None and limit.max_age_days
    ]
    if images:
        found |= dict.fromkeys(READ_FROM_IMAGES, max(images))
    return found | {
        need.item.removeprefix("fact."): need.max_age_days for need in needs if need.max_age_days
    }


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """The oldest first; one without a date comes before those that have one."""
    return sorted(facts, key=lambda fact: (fact.taken_on or dt.date.min, fact.id or 0))


def _newest_first(facts: Iterable[Fact]) -> list[Fact]:
    """What was marked as mistyped comes last."""
    return sorted(in_order(facts), key=lambda fact: fact.stands)[::-1]


def fact_groups(
    case: Case,
    units: str = "",
    *,
    on: dt.date | None = None,
    limits: Mapping[str, int] = MappingProxyType({}),
) -> list[FactGroup]:
    """Every section that has something, in the order of the catalogue.

    `units`: "si" or "conventional", to be read; as entered without. `limits`: {fact: days} after
    which a value is old on the day `on`.
    """
    groups = {key: FactGroup(key, name) for key, name in clinical.SECTIONS.items()}
    by_key: dict[str, list[Fact]] = {}
    for fact in case.facts:
        by_key.setdefault(fact.key, []).append(fact)
    other = FactGroup("other", "Other")
    before = said_before(case)
    known_first = [*[k for k in clinical.FACTS if k in by_key]]
    for key in [*known_first, *[k for k in by_key if k not in clinical.FACTS]]:
        values = [
            replace(
                in_words(fact, units),
                old=_is_old(fact, on, limits.get(key)),
                since="" if fact.taken_on else as_in(before.get((fact.key, fact.value, fact.unit))),
                mistyped=not fact.stands,
            )
            for fact in _newest_first(by_key[key])
        ]
        if key == COMPLETE:
            continue  # told by what is there, or by that nothing is
        known = clinical.FACTS.get(key)
        group = groups[known.section] if known else other
        if known is not None and known.kind == "yesno" and len(values) == 1:
            (group.yes if by_key[key][0].value == "yes" else group.no).append(
                known.label + _of_day(values[0])
            )
        else:
            label = known.label if known else key
            group.lines.append(FactLine(key, label, values[0], tuple(values[1:])))
    if COMPLETE in by_key and not groups["conditions"].count:
        groups["conditions"].no.append("none of the conditions that it counts")
    return [group for group in [*groups.values(), other] if group.count]


def _is_old(fact: Fact, on: dt.date | None, limit: int | None) -> bool:
    if on is None or limit is None or fact.taken_on is None:
        return False
    return (on - fact.taken_on).days > limit


def _of_day(value: Value) -> str:
    """ " (18 Nov 2026)" behind an answer that has its day, with a word where it is old."""
    if value.taken_on is None:
        return f" ({value.since})" if value.since else ""
    day = f"{value.taken_on.day} {value.taken_on:%b %Y}"
    return f" ({day}, old)" if value.old else f" ({day})"


# ---- Readiness ----------------------------------------------------------------------------------


def test_of_fact(fact: Fact) -> str:
    """The name under which somebody judges this value: a later value is another test."""
    return f"fact:{fact.key}:{fact.taken_on.isoformat() if fact.taken_on else ''}"


def test_of_examination(one: Investigation) -> str:
    return f"investigation:{one.id}"


def test_of_document(one: Document) -> str:
    return f"document:{one.id}"


def test_of(row: object) -> str:
    """The name under which somebody judges this row of a case; "" for what is no test."""
    match row:
        case Fact():
            return test_of_fact(row)
        case Investigation():
            return test_of_examination(row)
        case Document():
            return test_of_document(row)
    return ""


def known_of(case: Case, read: Sides | None = None, earlier: Earlier | None = None) -> rules.Known:
    """What the case and its earlier rounds hold, for `rules.readiness`; `read`, `earlier` as for
    `readiness_of`."""
    read = readings_of(case.id) if read is None else read
    earlier = earlier_of(case) if earlier is None else earlier
    given = {
        f"referral.{name}" for name in REFERRAL_FIELDS if getattr(case, name) not in ("", None)
    }
    given |= {
        f"patient.{name}"
        for name in PATIENT_FIELDS
        if getattr(case.patient, name) not in ("", "unknown", None)
    }
    listed = any(one.segments or one.size_mm is not None for one in case.lesions)
    seen = that_counts(read)
    # Images in which somebody saw none, or too many, leave none to be listed
    if listed or (seen is not None and (seen.said.none_seen or seen.said.uncountable)):
        given.add("lesions")
    if case.no_treatment or any(one.kind for one in case.treatments):
        given.add("treatments")
    if case.no_tissue:
        given.add("investigations.pathology")
    here = [
        one for one in case.investigations if one.report or one.availability not in ("", "none")
    ]
    given |= {f"investigations.{one.kind}" for one in here}
    attached = [*case.documents, *earlier.counting]
    if any(one.shows == "pathology" for one in attached):
        given.add("investigations.pathology")
    view = {"knows": case.patient_knows, "wants": case.patient_wants, "met_by": case.met_by}
    given |= {f"patient_view.{name}" for name, text in view.items() if text}
    if any(one.text for one in case.questions):
        given.add("patient_view.questions")
    if attached:
        given.add("documents")
    judged = {one.test: "" if one.accepted else one.reason for one in case.judgements}
    facts = [
        rules.KnownFact(fact.key, fact.taken_on, judged.get(test_of_fact(fact)))
        for fact in case.standing_facts
    ]
    facts += _read_from_the_map({fact.key for fact in facts}, read)
    imaging = [
        rules.KnownImaging(one.modality, one.on_date, judged.get(test_of_examination(one)))
        for one in here
        if one.kind == "imaging"
    ]
    imaging += [
        rules.KnownImaging(one.shows, one.dated_on, judged.get(test_of_document(one)))
        for one in attached
        if is_imaging(one)
    ]
    imaging += read_by_the_board(read.values()) + earlier.imaging
    return rules.Known(case.diagnosis or None, frozenset(given), tuple(facts), tuple(imaging))


def _read_from_the_map(known: Collection[str], sides: Sides) -> list[rules.KnownFact]:
    """Vein invasion and spread where no fact, but a reading of the images states them."""
    lacking = {"macrovascular_invasion", "extrahepatic_spread"} - set(known)
    read = that_counts(sides)
    if read is None:
        return []
    said = {**invasion(read.said), **spread(read.said)}
    return [rules.KnownFact(key, read.imaged_on) for key in lacking if said.get(key)]


def readiness_of(
    case: Case,
    board: BoardDefinition,
    today: dt.date,
    owner: str = "",
    read: Sides | None = None,
    earlier: Earlier | None = None,
) -> rules.Readiness:
    """What this case still lacks for a fair discussion; of one owner only, where one is named.

    `read`, `earlier`: the readings of its images and what its earlier rounds hold, for who has
    those of several cases; asked for without.
    """
    return rules.readiness(board, known_of(case, read, earlier), today, owner)


def lacking_of(case: Case) -> tuple[rules.Lacking, ...]:
    """What stands between this case and its submission."""
    return rules.lacking_for_submission(
        named=bool(case.patient.name or case.patient.record_number),
        question=case.question,
        diagnosis=case.diagnosis,
    )


_PLACES = {
    "lesions": "add-lesions",
    "treatments": "add-treatments",
    "investigations.imaging": "add-investigations",
    "investigations.pathology": "add-investigations-pathology",
    "patient_view.knows": "f-patient_knows",
    "patient_view.wants": "f-patient_wants",
    "patient_view.met_by": "f-met_by",
    "patient_view.questions": "add-questions",
    "documents": "f-file",
}


def place_of(item: str) -> str:
    """The element of the form in which the item is given."""
    if item in _PLACES:
        return _PLACES[item]
    kind, name = item.split(".", 1)
    if kind == "patient":
        return f"f-patient-{name}"
    return f"f-fact-{name}-1-value" if kind == "fact" else f"f-{name}"


def cannot_get(case: Case) -> dict[str, str]:
    """{item: why} of what the referrer was asked for and said that they cannot get."""
    said = {
        one["item"]: one.get("cannot", "") for request in case.requests for one in request.items
    }
    return {item: why for item, why in said.items() if why}


def gap_lines(
    readiness: rules.Readiness, lacking: Iterable[rules.Lacking], case: Case, *, links: bool
) -> list[dict[str, str]]:
    """The gaps as lines to be shown, without those that block submission."""
    blocking = {one.item for one in lacking}
    asked = cannot_get(case)
    return [
        {
            "label": gap.label,
            "url": f"#{place_of(gap.item)}" if links else "",
            "why": " ".join(
                words
                for words in (
                    gap.why or ("" if gap.essential else "Helps, but is not needed."),
                    f"The referrer cannot get it: {asked[gap.item]}" if asked.get(gap.item) else "",
                )
                if words
            ),
        }
        for gap in readiness.gaps
        if gap.item not in blocking
    ]
