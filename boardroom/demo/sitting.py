"""The meeting of a week ago, held case by case as the program would have recorded it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from boardroom import live
from boardroom.boards.definition import BoardDefinition
from boardroom.comments import operations as comments
from boardroom.consensus import operations as consensus
from boardroom.consensus.queries import consensus_of
from boardroom.consensus.represent import Represent
from boardroom.consensus.rules import Fate, Step, content_of
from boardroom.demo.content import DemoCase, DemoMeeting, DemoOutcome, DemoShift, DemoSignOff
from boardroom.demo.referrals import DemoMistake, Referrals
from boardroom.demo.timeline import Timeline
from boardroom.meetings import pen_operations as pen
from boardroom.meetings import stage_operations as stage
from boardroom.meetings.models import AgendaItem, Meeting
from boardroom.opinions import operations as opinions
from boardroom.opinions.queries import my_opinion
from boardroom.people.models import Person

_BETWEEN = dt.timedelta(seconds=25)


class Sitting:
    """Plans a whole meeting on a timeline."""

    def __init__(
        self,
        timeline: Timeline,
        board: BoardDefinition,
        referrals: Referrals,
        content: DemoMeeting,
        meeting: Callable[[], Meeting],
    ) -> None:
        """`meeting`: asked once the timeline runs, when the meeting has been planned."""
        self.line = timeline
        self.board = board
        self.referrals = referrals
        self.content = content
        self._meeting = meeting
        self.here = set(content.attended)

    def plan(self, start: dt.datetime, cases: list[DemoCase]) -> dt.datetime:
        """Plan it from `start` to its end, which is returned."""
        self._read_comments(start - dt.timedelta(minutes=20), cases)
        clock = start + dt.timedelta(seconds=50)
        self._add(clock, self.content.chair, lambda m, a: stage.start(m, actor=a))
        for number, key in enumerate(self.content.attended):
            late = (
                dt.timedelta(minutes=6) if key == "observer" else dt.timedelta(seconds=3 * number)
            )
            self._add(clock + late, key, lambda m, a: live.arrive(a, m))
        clock += dt.timedelta(minutes=2)
        for case in cases:
            for person, before in self.content.left_before.items():
                if before == case.key:
                    self._add(clock - dt.timedelta(seconds=12), person, self._leave)
                    self.here.discard(person)
            clock = self._plan_case(case, clock) + _BETWEEN
        self._add(clock, self.content.chair, lambda m, a: stage.close(m, actor=a))
        return clock

    # ---- Steps ----

    def _add(self, at: dt.datetime, actor: str, deed: Callable[[Meeting, Person], object]) -> None:
        def act(person: Person) -> None:
            deed(self._meeting(), person)

        self.line.add(at, actor, act)

    def _add_on(
        self,
        case: DemoCase,
        at: dt.datetime,
        actor: str,
        deed: Callable[[AgendaItem, Person], object],
    ) -> None:
        def act(meeting: Meeting, person: Person) -> None:
            case_id = self.referrals.cases[case.key].id
            deed(next(i for i in meeting.items if i.case_id == case_id), person)

        self._add(at, actor, act)

    def _leave(self, meeting: Meeting, person: Person) -> None:
        live.leave(person.id, meeting.id)

    def _read_comments(self, at: dt.datetime, cases: list[DemoCase]) -> None:
        for case in cases:
            threads = [said for c in case.comments for said in (c, *c.replies)]
            for reader in sorted({key for said in threads for key in said.mentions}):

                def read(actor: Person, key: str = case.key) -> None:
                    comments.see(self.referrals.cases[key], actor=actor)

                self.line.add(at, reader, read)

    def _plan_case(self, case: DemoCase, start: dt.datetime) -> dt.datetime:
        """Everything about one case; returns when it was closed."""
        chair, scribe = self.content.chair, self.content.scribe
        self._add_on(case, start, chair, lambda i, a: stage.take(i.meeting, i, actor=a))
        if case.deferral is not None:
            put_off = case.deferral
            end = start + dt.timedelta(minutes=put_off.minutes_spent)
            self._add_on(
                case,
                end,
                chair,
                lambda i, a: stage.defer(
                    i.meeting, i, actor=a, board=self.board,
                    reason=put_off.reason, note=put_off.note,
                ),
            )  # fmt: skip
            return end
        outcome = case.outcome
        if outcome is None:
            raise DemoMistake(f"{case.key} was at the past meeting and has no outcome")
        whole = dt.timedelta(minutes=outcome.minutes_spent)
        revealed = start + whole * 0.35
        self._add_on(case, revealed, chair, lambda i, a: stage.reveal(i.meeting, i, actor=a))
        self._add(revealed + whole * 0.02, scribe, lambda m, a: pen.take_pen(m, actor=a))
        for number, shift in enumerate(outcome.shifts):
            self._plan_shift(case, shift, revealed + whole * (0.1 + 0.04 * number))
        self._plan_text(case, outcome, start, whole)
        signing = start + whole * 0.82
        for number, signed in enumerate(outcome.sign_offs):
            if signed.by in self.here:
                self._plan_signature(case, signed, signing + dt.timedelta(seconds=3 * number))
        end = start + whole
        provisional = bool(outcome.provisional)
        self._add_on(
            case,
            end,
            chair,
            lambda i, a: stage.close_case(
                i.meeting, i, actor=a, board=self.board, provisional=provisional
            ),
        )
        return end

    def _plan_shift(self, case: DemoCase, shift: DemoShift, at: dt.datetime) -> None:
        def change(actor: Person) -> None:
            opinion = my_opinion(self.referrals.cases[case.key].id, actor.id)
            if opinion is None:
                raise DemoMistake(f"{shift.by} has no opinion on {case.key} to shift")
            view = opinions.view_of(opinion)
            stances = {key: dict(entry) for key, entry in view.stances.items()}
            for key, (stance, reason) in shift.stances.items():
                stances[key] = {"stance": stance, "reason": reason}
            view = replace(
                view,
                verdict=shift.verdict or view.verdict,
                confidence=shift.confidence or view.confidence,
                stances=stances,
            )
            opinions.shift(opinion, self.board, view, shift.reason, actor=actor)

        self.line.add(at, shift.by, change)

    def _plan_text(
        self, case: DemoCase, outcome: DemoOutcome, start: dt.datetime, whole: dt.timedelta
    ) -> None:
        """The scribe writes in two goes, then answers what the patient asked."""
        fates = {
            option: Fate(disposition, reason)
            for option, (disposition, reason) in outcome.all_dispositions(self.board).items()
        }
        teller = next(t.name for t in self.board.tellers if t.key == outcome.teller)
        first: dict[str, object] = {
            "verdict": outcome.verdict,
            "steps": tuple(Step(s.what, s.who, s.when) for s in outcome.steps),
            "dispositions": fates,
        }
        rest: dict[str, object] = {
            "rationale": outcome.rationale,
            "strength": outcome.strength,
            "teller": teller,
            "tell_by": start.date() + dt.timedelta(days=outcome.tell_by_days),
            "rediscuss": outcome.rediscuss,
            "reclassification_reason": outcome.reclassification_reason,
            "stage_migration": outcome.stage_migration,
        }
        if outcome.back is not None:
            rest["represent"] = Represent(**outcome.back.model_dump())
        for part, values in ((0.55, first), (0.75, rest)):

            def write(item: AgendaItem, actor: Person, values: dict[str, object] = values) -> None:
                version = content_of(consensus_of(item)).version
                consensus.save(item, values, version, actor)

            self._add_on(case, start + whole * part, self.content.scribe, write)
        self.line.add(
            start + whole * 0.8,
            self.content.scribe,
            lambda a: self.referrals.answer_questions(case, a, start.date()),
        )

    def _plan_signature(self, case: DemoCase, signed: DemoSignOff, at: dt.datetime) -> None:
        def sign(item: AgendaItem, actor: Person) -> None:
            version = content_of(consensus_of(item)).version
            consensus.sign_off(
                item, actor, signed.kind, signed.text, signed.reopen_condition, version
            )

        self._add_on(case, at, signed.by, sign)
