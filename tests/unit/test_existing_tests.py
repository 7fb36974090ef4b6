"""Which existing tests the board takes over, by its own definition and by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask

from boardroom.boards.definition import BoardDefinition, read_board
from boardroom.cases import accepted
from boardroom.cases.accepted import ExistingTest
from boardroom.cases.earlier import NOTHING
from boardroom.cases.fields import DOCUMENT
from boardroom.cases.models import Case, Document, Fact, Investigation, TestJudgement
from boardroom.cases.more import more_of

TODAY = dt.date(2026, 11, 26)
LIVER = Path(__file__).parents[2] / "config" / "boards" / "liver.toml"


@pytest.fixture(scope="module")
def board() -> BoardDefinition:
    found, mistakes = read_board(LIVER)
    assert found is not None, mistakes
    return found


def existing_tests(case: Case, board: BoardDefinition, today: dt.date) -> list[ExistingTest]:
    """Those of a first round."""
    return accepted.tests_of(case, board, today, NOTHING)


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


def a_file(number: int, kind: str, days: int, shows: str = "ct") -> Document:
    return Document(
        id=number, media_type=kind, shows=shows, dated_on=TODAY - dt.timedelta(days=days),
        uploaded_at=dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "shows", "said"),
    [
        ("application/pdf", "ct", "accepted"),
        ("image/png", "ct", "accepted"),
        ("text/plain", "ct", "send"),
        ("text/plain", "us", "accepted"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "mri", "send"),
        ("text/plain", "labs", "accepted"),
    ],
)
def test_a_file_holds_images_only_where_its_kind_can(
    app: Flask, board: BoardDefinition, kind: str, shows: str, said: str
) -> None:
    case = Case(board="liver", diagnosis="hcc", documents=[a_file(1, kind, 9, shows)])
    with app.app_context():
        (found,) = existing_tests(case, board, TODAY)
    assert found.said == said
    assert found.why == (
        "" if said == "accepted" else "The images are needed; only the report is here."
    )
    assert found.taken_on == TODAY - dt.timedelta(days=9)
    assert found.attached_on == TODAY


def test_an_older_examination_is_not_asked_for_anew_beside_a_younger_accepted_one(
    app: Flask, board: BoardDefinition
) -> None:
    old = Investigation(id=7, kind="imaging", modality="ct", availability="shown")
    old.on_date = TODAY - dt.timedelta(days=90)
    mri = Investigation(id=8, kind="imaging", modality="mri", availability="shown")
    mri.on_date = TODAY - dt.timedelta(days=90)
    files = [a_file(1, "application/pdf", 8)]
    case = Case(board="liver", diagnosis="hcc", investigations=[old, mri], documents=files)
    with app.app_context():
        found = {one.key: one for one in existing_tests(case, board, TODAY)}
        assert found["investigation:7"].words == "Superseded by CT of 18 Nov 2026"
        assert found["investigation:7"].why == ""
        mri_words = "Too old, and not asked for: the CT of 18 Nov 2026 is accepted"
        assert found["investigation:8"].words == mri_words, "the board asks for a CT or an MRI"
        assert found["investigation:8"].why.startswith("90 days old")
        files[0].media_type = "text/plain"
        found = {one.key: one for one in existing_tests(case, board, TODAY)}
        assert found["investigation:7"].said == "anew", "a report stands in for no images"
        assert found["investigation:8"].said == "anew"
        case.judgements.append(TestJudgement(test="document:1", accepted=True, reason="Seen"))
        found = {one.key: one for one in existing_tests(case, board, TODAY)}
        assert found["investigation:7"].said == "superseded"
        case.judgements.append(TestJudgement(test="investigation:7", accepted=False, reason="Both"))
        found = {one.key: one for one in existing_tests(case, board, TODAY)}
        assert found["investigation:7"].said == "anew", "somebody said so by hand"


def test_a_lab_that_was_marked_as_mistyped_is_no_existing_test(
    app: Flask, board: BoardDefinition
) -> None:
    values = {9: "21", 1: "210"}
    facts = [
        Fact(key="bilirubin", value=value, unit="umol/L", taken_on=TODAY - dt.timedelta(days=days))
        for days, value in values.items()
    ]
    case = Case(board="liver", diagnosis="hcc", facts=facts)

    def told() -> tuple[list[dt.date | None], list[str]]:
        shown = [one.latest for one in more_of(case, board).values if one.fact.key == "bilirubin"]
        return [one.taken_on for one in existing_tests(case, board, TODAY)], shown

    assert told() == ([facts[1].taken_on], ["210\u202fµmol/L, 25 Nov 2026"])
    facts[1].mistyped_at = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
    assert told() == ([facts[0].taken_on], ["21\u202fµmol/L, 17 Nov 2026"])


def an_examination(modality: str, days: int, availability: str = "report_only") -> Investigation:
    return Investigation(
        id=days, kind="imaging", modality=modality, on_date=TODAY - dt.timedelta(days=days),
        availability=availability, report="Text.",
    )  # fmt: skip


def test_a_file_of_an_examinations_method_and_day_is_that_examination(
    app: Flask, board: BoardDefinition
) -> None:
    files = [a_file(1, "application/pdf", 6), a_file(2, "text/plain", 6)]
    line = an_examination("ct", 6)
    case = Case(board="liver", diagnosis="hcc", investigations=[line], documents=files)
    with app.app_context():
        (found,) = existing_tests(case, board, TODAY)
        assert (found.key, found.said, found.why) == ("investigation:6", "accepted", "")
        assert (found.attached_on, found.files) == (TODAY, ("document:1", "document:2"))
        line.availability, line.report, files[0].media_type = "none", "", "text/plain"
        (found,) = existing_tests(case, board, TODAY)
        assert found.said == "send"
        case.judgements.append(TestJudgement(test="document:2", accepted=False, reason="Blurred"))
        (found,) = existing_tests(case, board, TODAY)
        assert (found.said, found.why) == ("anew", "Blurred")


def test_two_that_are_other_and_two_sheets_of_a_day_stay_two(
    app: Flask, board: BoardDefinition
) -> None:
    sheets = [a_file(1, "text/plain", 6, "labs"), a_file(2, "text/plain", 6, "labs")]
    case = Case(board="liver", diagnosis="hcc", documents=sheets)
    with app.app_context():
        assert len(existing_tests(case, board, TODAY)) == 2


@pytest.mark.parametrize(("modality", "said"), [("us", "old"), ("ct", "anew")])
def test_what_nothing_asks_for_is_not_needed_anew(
    app: Flask, board: BoardDefinition, modality: str, said: str
) -> None:
    files = [a_file(1, "application/pdf", 200, modality)]
    lines = [an_examination(modality, 200)]
    case = Case(board="liver", diagnosis="hcc", investigations=lines, documents=files)
    with app.app_context():
        (found,) = existing_tests(case, board, TODAY)
    assert found.said == said
    assert found.why.startswith("200 days old")


def test_every_kind_of_document_is_offered_once(board: BoardDefinition) -> None:
    keys = [key for key, _ in DOCUMENT["shows"].choices(board)]
    assert len(keys) == len(set(keys))
    assert "other" in keys
