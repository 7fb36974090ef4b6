"""What became of the earlier meeting's plans: answers at the set days, new values."""

from __future__ import annotations

import datetime as dt

from boardroom.cases.round_queries import later_round
from boardroom.clinical.tumour_reading import Findings, Lesion
from boardroom.demo.content import DemoCase
from boardroom.demo.earlier import DemoFollowUp
from boardroom.demo.referrals import Referrals
from boardroom.demo.timeline import Timeline
from boardroom.followup import operations
from boardroom.followup.rules import Answer
from boardroom.people.models import Person
from boardroom.tumour_map.models import Side
from boardroom.tumour_map.operations import Written, save_reading


class Afterwards:
    """Plans what is told about one decided case."""

    def __init__(self, line: Timeline, referrals: Referrals, case: DemoCase) -> None:
        self.line = line
        self.referrals = referrals
        self.case = case

    def plan(self, decided_on: dt.date) -> None:
        """Plan every answer and every new value of the case."""
        for told in self.case.follow_ups:
            day = decided_on + dt.timedelta(days=told.days + 2)
            when = self.line.some_time(day, f"{self.case.key} {told.days}", 9, 17)

            def tell(actor: Person, told: DemoFollowUp = told) -> None:
                self._tell(told, decided_on, actor)

            self.line.add(when, told.by, tell)
        for fact, value, unit, after in self.case.progress:
            day = decided_on + dt.timedelta(days=after)

            def report(
                actor: Person,
                what: tuple[str, str, str] = (fact, value, unit),
                day: dt.date = day,
            ) -> None:
                case = self.referrals.cases[self.case.key]
                operations.report(case, *what, day, actor=actor)

            self.line.add(self.line.at(day, 15, 20), "coordinator", report)
        if self.case.read_again is not None:
            last = decided_on + dt.timedelta(days=self.case.progress[-1][3] + 1)
            size, viable = self.case.read_again
            self.line.add(
                self.line.at(last, 11, 40),
                "radiologist",
                lambda actor: self._read_again(size, viable, last, actor),
            )

    def _read_again(self, size: int, viable: int, day: dt.date, actor: Person) -> None:
        """The board's reading of the round that came back, where its one lesion was."""
        earlier = self.referrals.cases[self.case.key]
        later = later_round(earlier.id)
        assert later is not None
        (line,) = earlier.lesions
        lesion = Lesion(
            line.number,
            tuple(line.segments.split(", ")),
            size_mm=size,
            viable_mm=viable,
            li_rads="LR-TR viable",
        )
        findings = Findings((lesion,), portal="vp2", portal_side="right", spread=("none",))
        new = Written(findings, "mri", day - dt.timedelta(days=3), actor.name)
        save_reading(later, Side.BOARD, new, 0, actor=actor)

    def _tell(self, told: DemoFollowUp, decided_on: dt.date, actor: Person) -> None:
        treated = decided_on + dt.timedelta(days=told.after) if told.after is not None else None
        operations.answer(
            self.referrals.cases[self.case.key],
            told.days,
            Answer(
                carried_out=told.carried_out,
                treatment=told.treatment,
                treatment_detail=told.detail,
                treated_on=treated,
                deviation=told.deviation,
                outcome=told.outcome,
            ),
            actor=actor,
        )
