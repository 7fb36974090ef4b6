"""What an opinion may become, what it needs, and who sees it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardroom.boards.definition import BoardDefinition, load_boards
from boardroom.opinions import in_words, rules
from boardroom.opinions.rules import View
from boardroom.refusals import IllegalTransition, Locked
from boardroom.settings import asset_dir

LIVER: BoardDefinition = load_boards(Path(asset_dir("config")) / "boards")["liver"]


def complete(**more: object) -> View:
    view = View(
        verdict="convertible",
        confidence=4,
        stances={o.key: {"stance": "acceptable", "reason": ""} for o in LIVER.options},
    )
    return replace(view, **more)  # type: ignore[arg-type]


def wrong(view: View, *, draft: bool = False) -> dict[str, str]:
    return rules.problems(view, LIVER, "surgery", draft=draft)


# --- Who sees it -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["draft", "submitted", "revealed"])
def test_the_author_always_sees_it(status: str) -> None:
    assert rules.visible(author_id=1, status=status, viewer_id=1)


@pytest.mark.parametrize(
    ("status", "seen"), [("draft", False), ("submitted", False), ("revealed", True)]
)
def test_others_see_it_once_it_is_revealed(status: str, seen: bool) -> None:
    assert rules.visible(author_id=1, status=status, viewer_id=2) is seen


# --- What it may become ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "action", "opened", "then"),
    [
        (None, "save", False, "draft"),
        ("draft", "save", False, "draft"),
        (None, "submit", False, "submitted"),
        ("draft", "submit", False, "submitted"),
        ("submitted", "submit", False, "submitted"),
        ("draft", "submit", True, "revealed"),
        ("submitted", "reveal", False, "revealed"),
        ("revealed", "shift", True, "revealed"),
    ],
)
def test_moves(status: str | None, action: rules.Action, opened: bool, then: str) -> None:
    assert rules.after(status, action, opened=opened) == then


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("submitted", "save"),
        ("revealed", "save"),
        ("revealed", "submit"),
        (None, "reveal"),
        ("draft", "reveal"),
        ("revealed", "reveal"),
        (None, "shift"),
        ("draft", "shift"),
        ("submitted", "shift"),
    ],
)
def test_moves_that_are_refused(status: str | None, action: rules.Action) -> None:
    with pytest.raises(IllegalTransition):
        rules.after(status, action)


@pytest.mark.parametrize("status", ["submitted", "needs_information", "listed", "deferred"])
def test_cases_before_the_board_take_opinions(status: str) -> None:
    rules.must_take_opinions(status)
    assert rules.takes_opinions(status)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("decided", Locked),
        ("followed_up", Locked),
        ("discussed", IllegalTransition),
        ("draft", IllegalTransition),
        ("declined", IllegalTransition),
        ("standard_of_care", IllegalTransition),
        ("past", IllegalTransition),
    ],
)
def test_other_cases_take_none(status: str, error: type[Exception]) -> None:
    assert not rules.takes_opinions(status)
    with pytest.raises(error):
        rules.must_take_opinions(status)


# --- What it needs -----------------------------------------------------------------------------


def test_a_complete_view_can_be_submitted() -> None:
    assert wrong(complete()) == {}


def test_an_empty_view_names_everything_that_is_needed() -> None:
    assert set(wrong(View())) == {"verdict", "confidence", "stances"}
    assert wrong(View(), draft=True) == {}


def test_a_reason_without_a_stance_does_not_count_as_a_stance() -> None:
    view = rules.with_fields(complete(), {"stance-tace": "", "reason-tace": "portal flow"})
    assert "TACE has no stance" in wrong(view)["stances"]


def test_one_tap_puts_the_rest_outside_the_field() -> None:
    view = rules.with_rest_outside(
        View(
            verdict="resectable",
            confidence=3,
            stances={"resection": {"stance": "prefer", "reason": ""}},
        ),
        LIVER,
    )
    assert wrong(view) == {}
    assert view.stances["resection"]["stance"] == "prefer"
    assert {view.stances[o.key]["stance"] for o in LIVER.options[1:]} == {"outside_field"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"verdict": "hopeless"}, "verdict"),
        ({"confidence": "0"}, "confidence"),
        ({"confidence": "6"}, "confidence"),
        ({"confidence": "-1"}, "confidence"),
        ({"confidence": "many"}, "confidence"),
        ({"stance-resection": "love"}, "stance-resection"),
        ({"stance-leeches": "prefer"}, "stances"),
        ({"reason-tace": "x" * 501}, "reason-tace"),
        ({"rationale": "x" * 6001}, "rationale"),
        ({"change_mind": "x" * 2001}, "change_mind"),
        ({"answer-clearance": "perhaps"}, "answer-clearance"),
        ({"answer-systemic_line": "of another specialty"}, "answer-systemic_line"),
        ({"answer-operation": "x" * 2001}, "answer-operation"),
    ],
)
def test_values_that_the_board_does_not_know(change: dict[str, str], field: str) -> None:
    view = rules.with_fields(complete(), change)
    assert list(wrong(view)) == [field]
    assert list(wrong(view, draft=True)) == [field]


def test_yes_and_no_are_answers() -> None:
    view = View(answers={"trial": "yes"})
    assert rules.problems(view, LIVER, "oncology", draft=True) == {}
    assert in_words.answers_in_words({"trial": "yes"}, LIVER, "oncology") == [
        ("Is there a trial open for this patient?", "Yes")
    ]


# --- Fields ------------------------------------------------------------------------------------


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=8))
def test_no_field_breaks_the_reading(fields: dict[str, str]) -> None:
    view = rules.with_fields(complete(), fields)
    wrong(view)
    assert rules.with_fields(View(), rules.fields_of(view)) == rules.with_fields(view, {})


def test_an_emptied_field_is_empty() -> None:
    view = rules.with_fields(
        complete(rationale="because"), {"rationale": "", "confidence": "", "stance-tace": ""}
    )
    assert (view.rationale, view.confidence, "tace" in view.stances) == ("", None, False)


def test_line_ends_are_those_of_the_page() -> None:
    assert rules.with_fields(View(), {"rationale": "a\r\nb"}).rationale == "a\nb"


# --- Shifts ------------------------------------------------------------------------------------


def test_a_shift_keeps_what_was_said() -> None:
    old = complete(rationale="too little liver")
    new = rules.with_fields(
        old,
        {
            "verdict": "resectable",
            "stance-resection": "prefer",
            "reason-resection": "grew",
            "confidence": "5",
        },
    )
    changed = rules.changes(old, new)
    assert changed == {
        "verdict": ["convertible", "resectable"],
        "confidence": [4, 5],
        "stances": {"resection": ["acceptable", "prefer"]},
        "reasons": {"resection": ["", "grew"]},
    }
    words = in_words.shift_in_words(changed, LIVER)
    assert ("Verdict", "Convertible (resectable after down-staging)", "Resectable") in words
    assert ("Resection", "Acceptable", "Prefer") in words


def test_nothing_changed_is_no_shift() -> None:
    assert rules.changes(complete(), complete()) == {}
