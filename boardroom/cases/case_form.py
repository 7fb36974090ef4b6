"""The long form as its template sees it: what stands in each field, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from boardroom.boards.definition import BoardDefinition
from boardroom.cases import fields
from boardroom.cases.models import Case
from boardroom.cases.names import NAME_IN_TEXT, holds_name
from boardroom.cases.rules import Lacking, Readiness, ValueRefused, check_lesion
from boardroom.cases.sections import SectionState, section_of, section_states
from boardroom.cases.targets import Plain, entered, targets
from boardroom.cases.view import gap_lines, lacking_of, readiness_of
from boardroom.clinical import facts as clinical
from boardroom.clinical.catalogue_conditions import COMPLETE
from boardroom.clinical.fact import Fact, Section

MISTYPED = "Marked as mistyped: it counts for nothing until it is corrected."


@dataclass(frozen=True)
class FactRow:
    """One line of a fact in the form. `blank`: nothing is stored in it yet."""

    prefix: str
    number: int
    row_id: int | None

    @property
    def blank(self) -> bool:
        return self.row_id is None


@dataclass(frozen=True)
class Problem:
    """One thing to mend: the field to go to, what it is called ("" where `words` say it)."""

    field: str
    label: str
    words: str


@dataclass
class CaseForm:
    """A case in its form; `typed` is what was sent and could not be saved."""

    case: Case
    board: BoardDefinition
    today: dt.date
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)
    another: str = ""  # key of a fact that is to show one more empty line
    stored: Mapping[str, str] = field(default_factory=dict)  # what the typed fields held before
    submitting: bool = False  # the errors include what the board needs first
    refers: bool = False  # a referrer fills it in: only what is theirs to give is asked

    patient = fields.PATIENT
    referral = fields.REFERRAL
    first_opinion = fields.FIRST_OPINION
    history = fields.CLINICAL
    patient_view = fields.PATIENT_VIEW
    none_stated = fields.NONE_STATED
    lines = fields.LINES
    document = fields.DOCUMENT

    def __post_init__(self) -> None:
        said = {
            name: words
            for name, words in (*_improbable(self.case), *_named(self.case))
            if self.typed.get(name) in (None, self.text(name, stored=True))
        }
        self.warnings = {**said, **self.warnings}

    def text(self, name: str, *, stored: bool = False) -> str:
        """What stands in the field."""
        if name in self.typed and not stored:
            return self.typed[name]
        target = targets(self.case, {name: ""}).get(name)
        return target.text() if target is not None else ""

    def unsaved(self, name: str) -> str | None:
        """What is stored in a field that shows something else, which was typed; else None."""
        if name not in self.typed or name not in self.stored:
            return None
        return self.stored[name] if self.stored[name] != self.typed[name] else None

    def choices(self, of: fields.Field, current: str) -> list[tuple[str, str]]:
        """What a choice offers; a stored word that the board no longer has stays."""
        offered = of.choices(self.board)
        return (
            offered if not current or current in dict(offered) else [*offered, (current, current)]
        )

    def facts(self, section: Section) -> list[Fact]:
        """The catalogue's facts of one section."""
        return clinical.by_section()[section]

    def rows(self, key: str) -> list[FactRow]:
        """The lines of one fact: those stored, and an empty one where there is none or one more."""
        stored = entered(self.case, key)
        rows = [FactRow(f"fact-{key}-{n}", n, row.id) for n, row in enumerate(stored, start=1)]
        more = len(rows) + 1
        if not rows or self.another == key or self.typed.get(f"fact-{key}-{more}-value"):
            rows.append(FactRow(f"fact-{key}-{more}", more, None))
        return rows

    def filled(self, section: Section) -> int:
        """How many facts of a section are given."""
        keys = {fact.key for fact in self.facts(section)}
        return len({fact.key for fact in self.case.facts} & keys)

    def ticked(self, section: Section) -> int:
        """How many facts of a section are answered by yes, but for that the list is complete."""
        keys = {fact.key for fact in self.facts(section)} - {COMPLETE}
        return sum(fact.key in keys and fact.value == "yes" for fact in self.case.facts)

    def facts_wrong(self, section: Section) -> bool:
        """Whether a fact of the section holds something to mend, or to look at again."""
        keys = {fact.key for fact in self.facts(section)}
        names = {*self.errors, *self.warnings}
        return any(n.startswith("fact-") and n.split("-")[1] in keys for n in names)

    @cached_property
    def problems(self) -> list[Problem]:
        """What is wrong, once for each thing: a value, its unit and its date are one."""
        found: dict[str, Problem] = {}
        asked = {
            f"cannot-{one['item']}": str(one["label"])
            for request in self.case.requests
            for one in request.items
        }
        by_itself = {one.field: one.message for one in self.lacking}
        # A missing unit says more than that the value went unsaved without it
        parts = {"unit": 0, "value": 1, "taken_on": 2}
        names = sorted(self.errors, key=lambda name: parts.get(name.rpartition("-")[2], 0))
        for name in (name for name in self.errors if not name.startswith("fact-")):
            words, label = self.errors[name], asked.get(name, "")
            target = targets(self.case, {name: ""}).get(name)
            if isinstance(target, Plain) and by_itself.get(name) != words:
                label = target.label
                if words.startswith(target.field.label):
                    label = label.removesuffix(target.field.label).rstrip(": ")
            found[name] = Problem(name, label, words)
        for name in (name for name in names if name.startswith("fact-")):
            prefix, words = name.rpartition("-")[0], self.errors[name]
            label = clinical.FACTS[name.split("-")[1]].label
            named = words.startswith(label)
            found.setdefault(prefix, Problem(name, "" if named else label, words))
        return list(found.values())

    @cached_property
    def wanted(self) -> frozenset[str]:
        """Keys of the facts that a fair discussion of this diagnosis needs."""
        needs = self.board.needs_for(self.case.diagnosis or None)
        return frozenset(
            n.item.removeprefix("fact.")
            for n in needs
            if n.item.startswith("fact.") and n.essential
        )

    @cached_property
    def readiness(self) -> Readiness:
        owner = "referrer" if self.refers else ""
        return readiness_of(self.case, self.board, self.today, owner)

    @cached_property
    def lacking(self) -> tuple[Lacking, ...]:
        """What blocks submission; nothing where the case is with the board already."""
        return lacking_of(self.case) if self.can_be_submitted else ()

    @property
    def can_be_submitted(self) -> bool:
        """Whether the case is still with those who prepare it."""
        return self.case.status in ("draft", "needs_information")

    @cached_property
    def sections(self) -> dict[str, SectionState]:
        """How far each section is, by its key."""
        return section_states(self.readiness, self.lacking, self.errors)

    @cached_property
    def open_sections(self) -> frozenset[str]:
        """Sections that begin unfolded: nothing to mend is hidden, nor what comes next."""
        wrong = {key for key, one in self.sections.items() if one.wrong or one.blocking}
        unsure = {section_of(name) for name in self.warnings}
        unfinished = [key for key, one in self.sections.items() if one.missing]
        return frozenset((wrong or {*unfinished[:1]}) | unsure or [next(iter(self.sections))])

    @property
    def gaps(self) -> list[dict[str, str]]:
        """For the list beside the form: what does not block submission."""
        return gap_lines(self.readiness, self.lacking, self.case, links=True)

    @property
    def blocks(self) -> list[dict[str, str]]:
        """For the list beside the form: what blocks submission, unless the page is headed by it."""
        if self.submitting:
            return []
        return [
            {"label": one.words[0].upper() + one.words[1:], "url": f"#f-{one.field}", "why": ""}
            for one in self.lacking
        ]


def _improbable(case: Case) -> Iterator[tuple[str, str]]:
    """(field, what is to be looked at again) for what is stored, as it was said when it came."""
    for key in dict.fromkeys(fact.key for fact in case.facts if fact.key in clinical.FACTS):
        for number, row in enumerate(entered(case, key), start=1):
            try:
                found = clinical.check(key, row.value, row.unit).warnings
            except clinical.FactError as refused:  # of a registry, or of an earlier catalogue
                found = (refused.reason,)
            if not row.stands:
                found = (MISTYPED,)
            if found:
                yield f"fact-{key}-{number}-value", " ".join(found)
    for lesion in case.lesions:
        try:
            check_lesion(lesion.size_mm, lesion.viable_mm)
        except ValueRefused as refused:
            yield f"lesions-{lesion.id}-viable_mm", refused.reason


def _named(case: Case) -> Iterator[tuple[str, str]]:
    """(field, that the patient's name stands in it) for every text that is stored."""
    texts = [(name, case, of) for name, of in fields.CASE.items()] + [
        (f"{lines}-{row.id}-{name}", row, of)
        for lines, ofs in fields.LINES.items()
        for row in getattr(case, lines)
        for name, of in ofs.items()
    ]
    for name, row, of in texts:
        if of.told and holds_name(getattr(row, of.name) or "", case.patient.name):
            yield name, NAME_IN_TEXT
