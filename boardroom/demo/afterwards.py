"""What became of the earlier meeting's plans: answers at the set days, new values."""

from __future__ import annotations

import datetime as dt

from boardroom.demo.content import DemoCase
from boardroom.demo.earlier import DemoFollowUp
from boardroom.demo.referrals import Referrals
from boardroom.demo.timeline import Timeline
from boardroom.followup import operations
from boardroom.followup.rules import Answer
from boardroom.people.models import Person


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
