"""Which existing tests the board takes over, by its own definition and by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from boardroom.boards.definition import BoardDefinition, read_board
from boardroom.cases.accepted import tests_of as existing_tests
from boardroom.cases.models import Case, Fact, Investigation, TestJudgement

TODAY = dt.date(2026, 11, 26)
LIVER = Path(__file__).parents[2] / "config" / "boards" / "liver.toml"


@pytest.fixture(scope="module")
def board() -> BoardDefinition:
    found, mistakes = read_board(LIVER)
    assert found is not None, mistakes
    return found


@pytest.mark.parametrize(
    ("modality", "age", "availability", "report", "said", "why"),
    [
        ("ct", 42, "shown", "", "accepted", ""),
        ("ct", 43, "shown", "", "anew", "43 days old; the board takes it up to 42 days."),
        (
            "ct",
            5,
            "report_only",
            "Text.",
            "send",
            "The images are needed; only the report is here.",
        ),
        (
            "ct",
            50,
            "report_only",
            "Text.",
            "anew",
            "50 days old; the board takes it up to 42 days.",
        ),
        ("ct", 5, "none", "", "send", "Neither the report nor what was examined is here."),
        ("ct", None, "shown", "", "send", "Its date is missing."),
        ("us", 5, "report_only", "Text.", "accepted", ""),
        ("angiography", 900, "report_only", "Text.", "accepted", ""),
    ],
)
def test_an_examination_is_accepted_by_age_and_images(
    board: BoardDefinition, modality: str, age: int | None, availability: str, report: str,
    said: str, why: str,
) -> None:  # fmt: skip
    day = TODAY - dt.timedelta(days=age) if age is not None else None
    one = Investigation(
        id=7, kind="imaging", modality=modality, on_date=day, availability=availability,
        report=report,
    )  # fmt: skip
    (found,) = existing_tests(Case(diagnosis="hcc", investigations=[one]), board, TODAY)
    assert found.key == "investigation:7"
    assert (found.said, found.why) == (said, why)


def test_the_latest_lab_counts_and_a_hand_beats_the_rule(board: BoardDefinition) -> None:
    old, new = TODAY - dt.timedelta(days=80), TODAY - dt.timedelta(days=31)
    facts = [
        Fact(key="inr", value="1.1", taken_on=old),
        Fact(key="inr", value="1.2", taken_on=new),
        Fact(key="cirrhosis", value="yes"),
    ]
    case = Case(diagnosis="hcc", facts=facts)
    (found,) = existing_tests(case, board, TODAY)
    assert (found.label, found.taken_on, found.said) == ("INR", new, "anew")
    case.judgements.append(TestJudgement(test=found.key, accepted=True, reason="Stable"))
    (found,) = existing_tests(case, board, TODAY)
    assert (found.said, found.why) == ("accepted", "Stable")
    case.facts.append(Fact(key="inr", value="1.3", taken_on=TODAY))
    (found,) = existing_tests(case, board, TODAY)
    assert (found.taken_on, found.said, found.why) == (TODAY, "accepted", "")


def test_an_empty_line_is_no_test(board: BoardDefinition) -> None:
    empty = Investigation(id=1, kind="imaging", modality="", availability="", report="")
    assert existing_tests(Case(diagnosis="hcc", investigations=[empty]), board, TODAY) == []
