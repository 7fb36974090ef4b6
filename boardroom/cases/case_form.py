"""The long form as its template sees it: what stands in each field, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from boardroom.boards.definition import BoardDefinition
from boardroom.cases import fields
from boardroom.cases.models import Case
from boardroom.cases.rules import Readiness
from boardroom.cases.targets import entered, targets
from boardroom.cases.view import place_of, readiness_of
from boardroom.clinical import facts as clinical
from boardroom.clinical.fact import Fact, Section


@dataclass(frozen=True)
class FactRow:
    """One line of a fact in the form. `blank`: nothing is stored in it yet."""

    prefix: str
    number: int
    row_id: int | None

    @property
    def blank(self) -> bool:
        return self.row_id is None


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

    patient = fields.PATIENT
    referral = fields.REFERRAL
    first_opinion = fields.FIRST_OPINION
    history = fields.CLINICAL
    patient_view = fields.PATIENT_VIEW
    lines = fields.LINES

    def text(self, name: str) -> str:
        """What stands in the field."""
        if name in self.typed:
            return self.typed[name]
        target = targets(self.case, {name: ""}).get(name)
        return target.text() if target is not None else ""

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
        return readiness_of(self.case, self.board, self.today)

    @property
    def gaps(self) -> list[dict[str, str]]:
        """For the list beside the form."""
        return [
            {
                "label": gap.label,
                "url": f"#{place_of(gap.item)}",
                "why": gap.why or ("" if gap.essential else "Helps, but is not needed."),
            }
            for gap in self.readiness.gaps
        ]
