"""The letters about the past meeting, written in the days after it; one is still a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from boardroom.demo.content import DemoCase
from boardroom.demo.referrals import Referrals
from boardroom.demo.timeline import Timeline
from boardroom.letters import compose, operations, queries
from boardroom.letters.building import library_for
from boardroom.letters.models import LetterKind
from boardroom.people.models import Person

TO_FILL_IN = "[what was asked, in plain words]"
PLAIN_QUESTION = "“What can be done about the tumour?”"
TELEPHONE = "01632 960 014"  # a number that is never given to anybody


class Letters:
    """Plans the letters on a timeline."""

    def __init__(self, timeline: Timeline, referrals: Referrals, chair: str) -> None:
        self.line = timeline
        self.referrals = referrals
        self.chair = chair

    def plan(self, day: dt.date, cases: list[DemoCase]) -> None:
        """Plan them for the days after `day`, the meeting's."""
        for number, case in enumerate(c for c in cases if c.outcome is not None):
            first = day + dt.timedelta(days=1)
            self.line.add(self.line.at(first, 9, 10 + number), self.chair, self._clinical(case))
            assert case.outcome is not None
            # Who tells the patient has the key of the role that the consensus names.
            self.line.add(
                self.line.at(first, 11, 5 * number), case.outcome.teller, self._to_patient(case)
            )

    def _clinical(self, content: DemoCase) -> Callable[[Person], None]:
        return lambda actor: self._write(content, LetterKind.REFERRER, {}, actor, approve=True)

    def _to_patient(self, content: DemoCase) -> Callable[[Person], None]:
        def write(actor: Person) -> None:
            outcome = content.outcome
            assert outcome is not None
            approve = not outcome.letter_waits
            self._write(content, LetterKind.PATIENT, dict(outcome.letter), actor, approve=approve)

        return write

    def _write(
        self,
        content: DemoCase,
        kind: LetterKind,
        sections: dict[str, str],
        actor: Person,
        *,
        approve: bool,
    ) -> None:
        item = queries.decided_item(self.referrals.cases[content.key].id)
        if item is None:
            return
        letter = operations.begin(item, kind, actor=actor)
        if kind == LetterKind.PATIENT:
            asked = str(letter.sections["asked"])
            sections.setdefault("asked", asked.replace(TO_FILL_IN, PLAIN_QUESTION))
        if approve and kind == LetterKind.PATIENT:
            call = str(letter.sections["call"])
            sections["call"] = call.replace("[telephone number]", TELEPHONE)
        if sections:
            written = {**letter.sections, **sections, "words": ""}
            texts = (*written.values(), *(q.answer for q in queries.asked(letter.case)))
            sections["words"] = compose.explained(texts, library_for(letter.case.board))
        operations.save(letter, sections, letter.version, actor=actor)
        if approve:
            operations.approve(
                letter, letter.version, actor=actor, acknowledged=True, explained=True
            )
