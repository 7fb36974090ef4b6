"""The board's verdict against the first opinion's: one rule, its order from the board's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from boardroom.boards.definition import BoardDefinition, read_board
from boardroom.boards.reclassification import MEANINGS, OUTCOMES, WORDS, another_way, reclassify

LIVER, _ = read_board(Path(__file__).parents[2] / "config" / "boards" / "liver.toml")
assert LIVER is not None


@pytest.mark.parametrize(
    ("first", "ours", "outcome"),
    [
        ("unresectable_technical", "resectable", "upgraded"),
        ("unresectable_biology", "convertible", "upgraded"),
        ("convertible", "transplantable", "upgraded"),
        ("unresectable_remnant", "unresectable_biology", "confirmed"),
        ("resectable", "ablatable", "confirmed"),
        ("resectable", "convertible", "downgraded"),
        ("convertible", "unresectable_fitness", "downgraded"),
        ("undetermined", "resectable", "undetermined"),
        ("resectable", "undetermined", "undetermined"),
        ("a word of before", "resectable", "undetermined"),
        ("", "resectable", None),
        ("resectable", "", None),
    ],
)
def test_two_verdicts_are_compared(first: str, ours: str, outcome: str | None) -> None:
    assert reclassify(first, ours, LIVER) == outcome


@pytest.mark.parametrize(
    ("first", "ours", "other"),
    [
        ("resectable", "ablatable", True),
        ("ablatable", "ablatable", False),
        ("unresectable_technical", "unresectable_remnant", False),
        ("resectable", "convertible", False),
        ("a word of before", "ablatable", False),
        ("", "ablatable", False),
        ("resectable", "", False),
    ],
)
def test_one_aim_can_have_several_ways(first: str, ours: str, other: bool) -> None:
    assert another_way(first, ours, LIVER) is other


def test_the_order_is_the_boards_data() -> None:
    changed = [v.model_copy(update={"rank": -(v.rank or 0)}) for v in LIVER.verdicts]
    upside_down = LIVER.model_copy(update={"verdicts": tuple(changed)})
    assert isinstance(upside_down, BoardDefinition)
    assert reclassify("unresectable_technical", "resectable", upside_down) == "downgraded"


def test_every_outcome_has_its_words() -> None:
    assert set(WORDS) == set(MEANINGS) == set(OUTCOMES)
