"""How an invented case comes in: typed like any other, then discussed beforehand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from boardroom.boards.definition import BoardDefinition
from boardroom.cases import operations as cases
from boardroom.cases.fields import TICKED
from boardroom.cases.models import (
    Case,
    Fact,
    Investigation,
    Lesion,
    PatientQuestion,
    Treatment,
)
from boardroom.cases.needed_operations import set_needed
from boardroom.cases.saving import save_case, touch
from boardroom.cases.triage_operations import ask_for_information
from boardroom.clinical import facts as clinical
from boardroom.comments import operations as comments
from boardroom.demo.content import (
    DemoCase,
    DemoComment,
    DemoFact,
    DemoInvestigation,
    DemoLesion,
    DemoOpinion,
    DemoReading,
    DemoRequest,
    DemoTreatment,
)
from boardroom.demo.documents import file_of
from boardroom.demo.timeline import Timeline
from boardroom.opinions import operations as opinions
from boardroom.opinions.rules import View, fields_of
from boardroom.people.models import Person
from boardroom.tumour_map.models import Side
from boardroom.tumour_map.operations import Written, save_reading

COORDINATOR = "coordinator"
_LARGEST = 1_000_000
_LONG_AGO = 100_000


class DemoMistake(Exception):
    """The content says something that the program refuses."""


class Referrals:
    """Plans what happens to each case until its meeting; knows the cases afterwards."""

    def __init__(self, timeline: Timeline, board: BoardDefinition, documents: Path) -> None:
        self.timeline = timeline
        self.board = board
        self.documents = documents
        self.cases: dict[str, Case] = {}

    def plan(self, content: DemoCase, meeting_day: dt.date) -> None:
        """Plan the referral, what came later, opinions and comments."""
        line = self.timeline
        came = content.referral.days_before
        taker = content.referral.by or COORDINATOR
        day = meeting_day - dt.timedelta(days=came)
        line.add(
            line.some_time(day, content.key, 8, 11),
            taker,
            lambda actor: self._take_in(content, meeting_day, day, actor),
        )
        later = sorted({n for n in _ages(content) if n < came})
        if later:
            then = meeting_day - dt.timedelta(days=later[0])
            line.add(
                line.some_time(then, f"{content.key} completed", 11, 13),
                COORDINATOR,
                lambda actor: self._complete(content, meeting_day, actor),
            )
        if content.asked is not None:
            self._plan_request(content, content.asked, meeting_day)
        for reading in content.readings:
            self._plan_reading(content, reading, meeting_day)
        for opinion in content.opinions:
            self._plan_opinion(content, opinion, meeting_day)
        for comment in content.comments:
            self._plan_thread(content, comment, meeting_day)

    # ---- Taking in ----

    def _take_in(
        self, content: DemoCase, meeting_day: dt.date, day: dt.date, actor: Person
    ) -> None:
        if content.referral.by:
            case = cases.new_referral(self.board, actor=actor, today=day)
        else:
            case = cases.new_case(self.board, actor=actor)
        self.cases[content.key] = case
        case.lesions += [Lesion(**_lesion(one)) for one in content.lesions]
        case.questions += [PatientQuestion(text=q.text) for q in content.patient_view.questions]
        _add_dated(case, content, meeting_day, range(content.referral.days_before, _LONG_AGO))
        values = _plain_values(content, meeting_day, day)
        self._save(case, values, day, actor)
        for document in content.documents:
            name, file = file_of(content, document, day)
            of = document.days_before
            cases.attach(
                case,
                name,
                file,
                folder=self.documents,
                largest=_LARGEST,
                actor=actor,
                dated_on=meeting_day - dt.timedelta(days=of) if of is not None else day,
                shows=document.shows,
            )
        if content.needs:
            set_needed(case, self.board, content.needs, actor=actor)
        if content.submitted:
            cases.submit(case, actor=actor)

    def _complete(self, content: DemoCase, meeting_day: dt.date, actor: Person) -> None:
        case = self.cases[content.key]
        _add_dated(case, content, meeting_day, range(content.referral.days_before))
        touch(case, actor=actor, action="edited a case")

    def _save(self, case: Case, values: dict[str, str], day: dt.date, actor: Person) -> None:
        saved = save_case(case, values, case.version, actor=actor, board=self.board, today=day)
        if saved.errors:
            raise DemoMistake(f"{case.code}: {saved.errors}")

    def answer_questions(self, content: DemoCase, actor: Person, today: dt.date) -> None:
        """What the patient asked, answered once the board knows."""
        case = self.cases[content.key]
        answers = {q.text: q.answer for q in content.patient_view.questions if q.answer}
        values = {
            f"questions-{row.id}-answer": answers[row.text]
            for row in case.questions
            if row.text in answers
        }
        if values:
            self._save(case, values, today, actor)

    # ---- Before the meeting ----

    def _plan_request(self, content: DemoCase, asked: DemoRequest, meeting_day: dt.date) -> None:
        day = meeting_day - dt.timedelta(days=asked.days_before)

        def ask(actor: Person) -> None:
            ask_for_information(
                self.cases[content.key],
                self.board,
                asked.note,
                items=asked.items,
                due=(day + dt.timedelta(days=asked.due_in_days)).isoformat(),
                today=day,
                actor=actor,
            )

        line = self.timeline
        line.add(line.some_time(day, f"{content.key} asked", 11, 16), COORDINATOR, ask)

    def _plan_reading(self, content: DemoCase, reading: DemoReading, meeting_day: dt.date) -> None:
        new = Written(
            reading.findings(),
            reading.imaging,
            meeting_day - dt.timedelta(days=reading.images_days_before),
            reading.read_by,
        )

        def read(actor: Person) -> None:
            save_reading(self.cases[content.key], Side(reading.side), new, 0, actor=actor)

        line = self.timeline
        day = meeting_day - dt.timedelta(days=reading.days_before)
        line.add(line.some_time(day, f"{content.key} {reading.side}", 11, 13), reading.by, read)

    def _plan_opinion(self, content: DemoCase, opinion: DemoOpinion, meeting_day: dt.date) -> None:
        stances = opinion.all_stances(self.board)
        view = View(
            verdict=opinion.verdict,
            confidence=opinion.confidence,
            rationale=opinion.rationale,
            change_mind=opinion.change_mind,
            answers=dict(opinion.answers),
            stances={k: {"stance": s, "reason": reason} for k, (s, reason) in stances.items()},
        )
        if not opinion.submitted:  # not every stance is given yet
            given = {k: dict(v) for k, v in view.stances.items() if k in opinion.stances}
            view = replace(view, stances=given)

        def give(actor: Person) -> None:
            case = self.cases[content.key]
            if opinion.submitted:
                opinions.submit(case, self.board, view, actor=actor)
            else:
                opinions.save_draft(case, self.board, fields_of(view), actor=actor)

        line = self.timeline
        day = meeting_day - dt.timedelta(days=opinion.days_before)
        # Many opinions are given in the evening, at home.
        line.add(line.some_time(day, f"{content.key} {opinion.by}", 13, 22), opinion.by, give)

    def _plan_thread(self, content: DemoCase, comment: DemoComment, meeting_day: dt.date) -> None:
        line = self.timeline
        opened: list[int] = []
        for number, said in enumerate((comment, *comment.replies)):

            def say(
                actor: Person, text: str = said.text, to: tuple[str, ...] = said.mentions
            ) -> None:
                made = comments.add(
                    self.cases[content.key],
                    text,
                    actor=actor,
                    thread_id=opened[0] if opened else None,
                    chosen=[line.people[key].id for key in to],
                )
                opened.append(made.id)

            day = meeting_day - dt.timedelta(days=said.days_before)
            hours = (13, 15) if number == 0 else (14 + min(number, 5), 16 + min(number, 5))
            line.add(line.some_time(day, said.text, *hours), said.by, say)
            for reader in _readers(comment, number):
                line.add(
                    line.at(day, hours[0]),
                    reader,
                    lambda actor: comments.see(self.cases[content.key], actor=actor),
                )


def _readers(comment: DemoComment, number: int) -> list[str]:
    """Who answers was addressed before, and has read it."""
    if number == 0:
        return []
    writer = comment.replies[number - 1].by
    earlier = (comment, *comment.replies)[:number]
    return [writer] if any(writer in said.mentions for said in earlier) else []


def _ages(content: DemoCase) -> set[int]:
    return {
        row.days_before
        for rows in (content.facts, content.treatments, content.investigations)
        for row in rows
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _lesion(lesion: DemoLesion) -> dict[str, Any]:
    return lesion.model_dump() | {"segments": ", ".join(lesion.segments)}


def _plain_values(content: DemoCase, meeting_day: dt.date, day: dt.date) -> dict[str, str]:
    """Patient, referral, first opinion and the patient's view as the form's fields."""
    referral = content.referral
    values: dict[str, Any] = {
        f"patient-{name}": value for name, value in content.patient.model_dump().items()
    }
    values |= referral.model_dump(exclude={"by", "days_before"})
    values["referred_on"] = day
    if first := content.first_opinion:
        fields = first.model_dump(exclude={"days_before"})
        values |= {f"first_{name}": value for name, value in fields.items()}
        values["first_on"] = meeting_day - dt.timedelta(days=first.days_before)
    if not content.treatments:
        values["no_treatment"] = TICKED
    view = content.patient_view
    values |= {"patient_knows": view.knows, "patient_wants": view.wants, "met_by": view.met_by}
    return {name: _text(value) for name, value in values.items()}


def _add_dated(case: Case, content: DemoCase, meeting_day: dt.date, ages: range) -> None:
    """Add facts, treatments and examinations that are so many days old, the oldest first."""

    def day(row: DemoFact | DemoTreatment | DemoInvestigation) -> dt.date:
        return meeting_day - dt.timedelta(days=row.days_before)

    for fact in sorted(content.facts, key=lambda f: -f.days_before):
        if fact.days_before in ages:
            checked = clinical.check(fact.key, fact.value, fact.unit)
            value = checked.value if isinstance(checked.value, str) else f"{checked.value:f}"
            case.facts.append(
                Fact(key=fact.key, value=value, unit=checked.unit, taken_on=day(fact))
            )
    for row in content.treatments:
        if row.days_before in ages:
            fields = row.model_dump(exclude={"days_before"})
            case.treatments.append(Treatment(**fields, on_date=day(row)))
    for seen in content.investigations:
        if seen.days_before in ages:
            fields = seen.model_dump(exclude={"days_before"})
            case.investigations.append(Investigation(**fields, on_date=day(seen)))
