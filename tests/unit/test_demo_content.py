"""The demonstration's content: every word it uses exists, and it has the variety it promises."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from boardroom.boards.definition import VOCABULARIES, BoardDefinition, load_boards
from boardroom.clinical.facts import FactError, check
from boardroom.demo.content import (
    FOLDER,
    DemoCase,
    DemoContent,
    DemoOpinion,
    DemoOutcome,
    load_content,
)


@pytest.fixture(scope="module")
def board() -> BoardDefinition:
    return load_boards(Path(__file__).parents[2] / "config" / "boards")["liver"]


@pytest.fixture(scope="module")
def content() -> DemoContent:
    return load_content()


def test_everything_fits_the_board(content: DemoContent, board: BoardDefinition) -> None:
    assert problems(content, board) == []


def test_the_meetings_are_full_enough(content: DemoContent, board: BoardDefinition) -> None:
    past, coming = content.cases_of("past"), content.cases_of("next")
    assert len(past) >= 6
    assert len(coming) >= 9
    assert sum(c.minutes for c in coming) <= board.meeting.length_minutes
    for cases in (past, coming):
        assert [c.position for c in cases] == list(range(1, len(cases) + 1))
    assert any(c.outcome and c.outcome.provisional for c in past)
    assert any(c.deferral for c in past)


def test_every_reason_for_inoperable_and_every_kind_of_case_is_there(content: DemoContent) -> None:
    first = {c.first_opinion.verdict for c in content.cases if c.first_opinion}
    assert {
        f"unresectable_{why}" for why in ("technical", "remnant", "biology", "fitness")
    } <= first
    assert {"hcc", "crlm", "icca", "phcca"} <= {c.referral.diagnosis for c in content.cases}


NUMBERS = {
    word: number
    for number, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve".split(), start=2
    )
}


def test_a_case_that_names_a_number_of_tumours_lists_as_many(content: DemoContent) -> None:
    said = re.compile(
        rf"\b({'|'.join(NUMBERS)}) (?:\S+ )?(?:carcinomas|metastases|nodules)\b", re.IGNORECASE
    )
    found = 0
    for case in (one for one in content.cases if one.submitted):
        for word in said.findall(case.referral.question):
            found += 1
            assert len(case.lesions) >= NUMBERS[word.lower()], case.key
    assert found >= 4


def test_the_first_opinion_is_sometimes_right_and_sometimes_not(
    content: DemoContent, board: BoardDefinition
) -> None:
    moves = set()
    for case in content.cases:
        if case.outcome and case.first_opinion:
            before = board.verdict(case.first_opinion.verdict).rank
            after = board.verdict(case.outcome.verdict).rank
            if before is not None and after is not None:
                moves.add((after > before) - (after < before))
    assert moves == {-1, 0, 1}


def test_every_decision_says_what_else_was_thought_of_and_why_not(
    content: DemoContent, board: BoardDefinition
) -> None:
    for case in content.cases:
        if case.outcome is None:
            continue
        fates = case.outcome.all_dispositions(board)
        rejected = {option for option, (fate, _) in fates.items() if fate == "rejected"}
        assert len(rejected) >= 2, case.key
        assert all(fates[option][1] for option in rejected), case.key
        if case.first_opinion and case.first_opinion.verdict == "resectable":
            assert fates["resection"][0] != "not_applicable", case.key


def test_somebody_dissents_and_somebody_shifts(content: DemoContent) -> None:
    outcomes = [c.outcome for c in content.cases if c.outcome]
    assert any(s.kind == "dissent" for o in outcomes for s in o.sign_offs)
    assert any(o.shifts for o in outcomes)


def test_one_case_of_the_next_meeting_lacks_something(
    content: DemoContent, board: BoardDefinition
) -> None:
    lacking = [
        case.key
        for case in content.cases_of("next")
        for need in board.needs_for(case.referral.diagnosis)
        if need.item.startswith("fact.")
        and need.essential
        and need.item.removeprefix("fact.") not in {f.key for f in case.facts}
    ]
    assert len(set(lacking)) == 1, lacking


def test_every_patient_is_plainly_invented(content: DemoContent) -> None:
    names = [c.patient.name for c in content.cases]
    assert len(set(names)) == len(names)
    assert all(name.split()[0] in ("Testpatient", "Sample", "Specimen") for name in names)
    assert all(p.email.endswith(".example") for p in content.people)


def test_a_misspelt_key_in_a_case_is_refused() -> None:
    (path, *_) = sorted((FOLDER / "cases").glob("*.toml"))
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    DemoCase.model_validate({"key": "x", **case})
    with pytest.raises(ValidationError, match="facs"):
        DemoCase.model_validate({"key": "x", **case, "facs": []})


def problems(content: DemoContent, board: BoardDefinition) -> list[str]:
    """Everything in the content that does not fit the board, the catalogue or itself."""
    return [*_people_problems(content, board)] + [
        f"{case.key}: {problem}"
        for case in content.cases
        for problem in _case_problems(content, case, board)
    ]


def _unknown(board: BoardDefinition, vocabulary: str, key: str) -> Iterator[str]:
    if key not in {entry.key for entry in getattr(board, vocabulary)}:
        yield f"no {VOCABULARIES[vocabulary]} '{key}'"


def _people_problems(content: DemoContent, board: BoardDefinition) -> Iterator[str]:
    keys = [p.key for p in content.people]
    if len(set(keys)) != len(keys):
        yield "two people have one key"
    for person in content.people:
        if person.specialty:
            yield from _unknown(board, "specialties", person.specialty)
        elif person.role in ("chair", "specialist"):
            yield f"{person.key} needs a specialty"
    case_keys = {c.key for c in content.cases}
    for meeting in content.meetings:
        named = {meeting.chair, meeting.scribe, *meeting.attended, *meeting.left_before}
        yield from (f"nobody is called {key}" for key in named - set(keys))
        yield from (f"no case '{c}'" for c in set(meeting.left_before.values()) - case_keys)


def _case_problems(content: DemoContent, case: DemoCase, board: BoardDefinition) -> Iterator[str]:
    people = {p.key: p for p in content.people}
    for key in _named_people(case):
        if key not in people:
            yield f"nobody is called '{key}'"
    yield from _unknown(board, "diagnoses", case.referral.diagnosis)
    if first := case.first_opinion:
        yield from _unknown(board, "verdicts", first.verdict)
        yield from _unknown(board, "first_opinion_reasons", first.reason_kind)
    for fact in case.facts:
        try:
            checked = check(fact.key, fact.value, fact.unit)
        except FactError as error:
            yield error.reason
        else:
            yield from checked.warnings
    for treatment in case.treatments:
        yield from _unknown(board, "treatment_kinds", treatment.kind)
        yield from _unknown(board, "treatment_responses", treatment.response)
    for seen in case.investigations:
        yield from _unknown(board, "availability", seen.availability)
        if seen.kind == "imaging":
            yield from _unknown(board, "imaging_modalities", seen.modality)
    for opinion in case.opinions:
        if opinion.by in people:
            yield from _opinion_problems(opinion, people[opinion.by].specialty, board)
    if outcome := case.outcome:
        yield from _outcome_problems(outcome, case, board)
    if case.deferral:
        yield from _unknown(board, "deferral_reasons", case.deferral.reason)
    if (case.meeting in ("earlier", "past")) != bool(case.outcome or case.deferral):
        yield "exactly the cases of past meetings have an outcome or a deferral"
    for key in case.needs:
        yield from _unknown(board, "specialties", key)
    for told in case.follow_ups:
        yield from _unknown(board, "outcomes", told.outcome)
        if told.treatment:
            yield from _unknown(board, "options", told.treatment)
        if told.deviation:
            yield from _unknown(board, "deviations", told.deviation)


def _named_people(case: DemoCase) -> set[str]:
    named = {o.by for o in case.opinions} | {case.presenter, case.referral.by}
    for comment in case.comments:
        for said in (comment, *comment.replies):
            named |= {said.by, *said.mentions}
    if case.outcome:
        named |= {s.by for s in case.outcome.sign_offs} | {s.by for s in case.outcome.shifts}
    return named - {""}


def _opinion_problems(
    opinion: DemoOpinion, specialty: str, board: BoardDefinition
) -> Iterator[str]:
    yield from _unknown(board, "verdicts", opinion.verdict)
    yield from _unknown(board, "stances", opinion.others)
    for option, (stance, _) in opinion.stances.items():
        yield from _unknown(board, "options", option)
        yield from _unknown(board, "stances", stance)
    questions = {q.key: q for q in board.specialty(specialty).questions}
    for key, answer in opinion.answers.items():
        question = questions.get(key)
        if question is None:
            yield f"{specialty} is not asked '{key}'"
        elif question.kind == "choice" and answer not in {c.key for c in question.choices}:
            yield f"'{answer}' is no answer to {specialty}'s question '{key}'"
        elif question.kind == "yesno" and answer not in ("yes", "no"):
            yield f"{specialty}'s question '{key}' is answered yes or no"


def _outcome_problems(
    outcome: DemoOutcome, case: DemoCase, board: BoardDefinition
) -> Iterator[str]:
    yield from _unknown(board, "verdicts", outcome.verdict)
    yield from _unknown(board, "strengths", outcome.strength)
    yield from _unknown(board, "tellers", outcome.teller)
    if outcome.reclassification_reason:
        yield from _unknown(board, "reclassification_reasons", outcome.reclassification_reason)
    for option, (disposition, reason) in outcome.dispositions.items():
        yield from _unknown(board, "options", option)
        yield from _unknown(board, "dispositions", disposition)
        if board.disposition(disposition).needs_reason and not reason:
            yield f"{option}: {disposition} without a reason"
    if "chosen" not in {d for d, _ in outcome.dispositions.values()}:
        yield "no option was chosen"
    authors = {o.by for o in case.opinions}
    for shift in outcome.shifts:
        if shift.by not in authors:
            yield f"{shift.by} has no opinion to shift"
    for signed in outcome.sign_offs:
        if signed.kind != "agree" and not signed.text:
            yield f"{signed.by}: {signed.kind} without a reason"
        if signed.kind == "dissent" and not signed.reopen_condition:
            yield f"{signed.by}: dissent without a condition to reopen"
