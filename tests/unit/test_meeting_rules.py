"""How meetings and their cases may move, and how an agenda's time adds up."""

from __future__ import annotations

import datetime as dt
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardroom.boards.definition import BoardDefinition, read_board
from boardroom.meetings import rules
from boardroom.meetings.models import ItemStatus, MeetingStatus
from boardroom.refusals import IllegalTransition

MEETING_MOVES = {("planned", "live"), ("live", "closed"), ("closed", "signed")}
ITEM_MOVES = {
    ("waiting", "presenting"),
    ("waiting", "deciding"),
    ("waiting", "deferred"),
    ("presenting", "waiting"),
    ("presenting", "deciding"),
    ("presenting", "deferred"),
    ("deciding", "done"),
    ("deciding", "provisional"),
    ("deciding", "deferred"),
    ("deciding", "left_open"),
    ("left_open", "deciding"),
    ("left_open", "deferred"),
    ("deferred", "presenting"),
    ("deferred", "deciding"),
    ("provisional", "deciding"),
}


@pytest.fixture(scope="module")
def board() -> BoardDefinition:
    found, mistakes = read_board(Path(__file__).parents[2] / "config" / "boards" / "liver.toml")
    assert found is not None, mistakes
    return found


@pytest.mark.parametrize(("old", "new"), list(product(MeetingStatus, repeat=2)))
def test_every_move_of_a_meeting(old: MeetingStatus, new: MeetingStatus) -> None:
    if (old, new) in MEETING_MOVES:
        rules.move_meeting(old, new)
    else:
        with pytest.raises(IllegalTransition, match="cannot be"):
            rules.move_meeting(old, new)


@pytest.mark.parametrize(("old", "new"), list(product(ItemStatus, repeat=2)))
def test_every_move_of_a_case_at_a_meeting(old: ItemStatus, new: ItemStatus) -> None:
    assert rules.can_move_item(old, new) == ((old, new) in ITEM_MOVES)
    if (old, new) in ITEM_MOVES:
        rules.move_item(old, new)
    else:
        with pytest.raises(IllegalTransition, match="cannot be"):
            rules.move_item(old, new)


def test_a_word_that_is_no_state_moves_nowhere() -> None:
    with pytest.raises(IllegalTransition):
        rules.move_meeting("planned", "cancelled")
    with pytest.raises(IllegalTransition):
        rules.move_item("lost", "done")


@pytest.mark.parametrize(
    ("minutes", "length", "words"),
    [
        ([], 120, "0 min of 2 h: 2 h left"),
        ([60, 60], 120, "2 h of 2 h: exactly full"),
        ([60, 65], 120, "2 h 5 min of 2 h: 5 min too long"),
        ([8, 4], 45, "12 min of 45 min: 33 min left"),
    ],
)
def test_the_sum_in_words(minutes: list[int], length: int, words: str) -> None:
    assert rules.times(minutes, length).words == words


def test_when_each_case_begins() -> None:
    start = dt.datetime(2026, 11, 26, 16, 30, tzinfo=dt.UTC)
    moments = rules.planned_times(start, [8, 4, 30])
    assert [f"{m:%H:%M}" for m in moments] == ["16:30", "16:38", "16:42", "17:12"]
    assert rules.planned_times(start, []) == [start]


def test_a_pause_fits_between_cases_and_never_after_the_last() -> None:
    assert rules.pauses_before([20, 20, 20, 20, 20, 20], 60) == {3}
    assert rules.pauses_before([30] * 5, 60) == {2, 4}
    assert rules.pauses_before([90], 60) == frozenset()
    assert rules.pauses_before([90, 90], 0) == frozenset()


def test_what_is_complex_gets_more_time(board: BoardDefinition) -> None:
    def minutes(first: str = "resectable", lesions: int = 1, treatments: int = 0) -> int:
        return rules.suggested_minutes(
            board, first_verdict=first, lesions=lesions, treatments=treatments
        )

    simple, hard = board.meeting.minutes_simple, board.meeting.minutes_complex
    assert minutes() == minutes("") == minutes("ablatable", 1, 1) == simple
    assert minutes("convertible") == minutes("unresectable_biology") == hard
    assert minutes(lesions=2) == minutes(treatments=2) == minutes("undetermined") == hard


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=12, unique=True),
    st.integers(-5, 20),
    st.data(),
)
def test_moving_one_keeps_the_others_in_order(
    order: list[int], place: int, data: st.DataObject
) -> None:
    item = data.draw(st.sampled_from(order))
    after = rules.moved(order, item, place)
    assert sorted(after) == sorted(order)
    assert [i for i in after if i != item] == [i for i in order if i != item]
    assert after.index(item) == max(0, min(place, len(order) - 1))


def test_complexity_orders_what_waits_and_nothing_else() -> None:
    lines = [(1, None), (2, "complex"), (3, "simple"), (4, None), (5, "complex"), (6, "simple")]
    assert rules.by_complexity(lines, "simple") == [1, 3, 6, 4, 2, 5]
    assert rules.by_complexity(lines, "complex") == [1, 2, 5, 4, 3, 6]
    assert rules.by_complexity([], "simple") == []
