"""Answers and shifts of an opinion as one reads them, each with its keys for programs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from boardroom.boards.definition import BoardDefinition
from boardroom.opinions.rules import answer_choices, questions_for


def answers_in_words(
    answers: Mapping[str, str], board: BoardDefinition, specialty: str
) -> list[tuple[str, str]]:
    """(question, answer) as one reads them, in the board's order; unanswered ones left out."""
    return [(a.question, a.answer) for a in given_answers(answers, board, specialty)]


@dataclass(frozen=True)
class GivenAnswer:
    """An answer in keys and in words; ``answer_key`` is empty where it is in words alone."""

    question_key: str
    question: str
    answer_key: str
    answer: str


def given_answers(
    answers: Mapping[str, str], board: BoardDefinition, specialty: str
) -> list[GivenAnswer]:
    """What a specialty answered, in the board's order; unanswered questions left out."""
    found = []
    for question in questions_for(board, specialty):
        answer = answers.get(question.key)
        if answer:
            choices = dict(answer_choices(question))
            key = answer if answer in choices else ""
            found.append(GivenAnswer(question.key, question.text, key, choices.get(answer, answer)))
    return found


def shift_in_words(
    changed: Mapping[str, Any], board: BoardDefinition
) -> list[tuple[str, str, str]]:
    """(what, before, now) of one shift as one reads it."""
    return [(line.subject, line.was, line.now) for line in shift_lines(changed, board)]


ShiftField = Literal[
    "verdict", "stance", "confidence", "rationale", "change_mind", "reason", "answer"
]


@dataclass(frozen=True)
class ShiftLine:
    """One thing that a shift changed, in words and, where it has them, in keys."""

    field: ShiftField
    subject: str
    was: str
    now: str
    subject_key: str = ""
    was_key: str = ""
    now_key: str = ""


def shift_lines(
    changed: Mapping[str, Any], board: BoardDefinition, specialty: str = ""
) -> list[ShiftLine]:
    """What one shift changed. ``specialty``: whose questions its answers belong to."""

    def name(vocabulary: str, key: str) -> str:
        return next((e.name for e in getattr(board, vocabulary) if e.key == key), key) or "none"

    lines = []

    def add(field: ShiftField, subject: str, pair: Sequence[str], key: str = "") -> None:
        lines.append(ShiftLine(field, subject, pair[0], pair[1], key))

    def add_keys(
        field: ShiftField, subject: str, pair: Sequence[str], words: Sequence[str], key: str = ""
    ) -> None:
        lines.append(ShiftLine(field, subject, words[0], words[1], key, pair[0], pair[1]))

    if "verdict" in changed:
        pair = changed["verdict"]
        add_keys("verdict", "Verdict", pair, [name("verdicts", key) for key in pair])
    for option, pair in changed.get("stances", {}).items():
        stances = [name("stances", key) for key in pair]
        add_keys("stance", name("options", option), pair, stances, option)
    if "confidence" in changed:
        steps = [str(step or "") for step in changed["confidence"]]
        add_keys("confidence", "Confidence", steps, [step or "none" for step in steps])
    if "rationale" in changed:
        add("rationale", "Rationale", changed["rationale"])
    if "change_mind" in changed:
        add("change_mind", "What would change my mind", changed["change_mind"])
    for option, pair in changed.get("reasons", {}).items():
        add("reason", f"Reason for {name('options', option)}", pair, option)
    questions = {question.key: question for question in questions_for(board, specialty)}
    for key, pair in changed.get("answers", {}).items():
        if question := questions.get(key):
            choices = dict(answer_choices(question))
            words = [choices.get(answer, answer) or "none" for answer in pair]
            if choices:
                add_keys("answer", question.text, pair, words, key)
            else:
                add("answer", question.text, pair, key)
    return lines
