"""What may happen to a case, what it still lacks, and which values can be true."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boardroom.boards.definition import BoardDefinition, load_boards
from boardroom.cases import rules
from boardroom.cases.models import CaseStatus
from boardroom.cases.rules import Known, KnownFact, ValueRefused
from boardroom.refusals import IllegalTransition
from boardroom.settings import asset_dir

TODAY = dt.date(2026, 11, 26)


@pytest.fixture(scope="module")
def board() -> BoardDefinition:
    return load_boards(Path(asset_dir("config")) / "boards")["liver"]


# ---- Moves --------------------------------------------------------------------------------------


def test_every_state_is_in_the_table() -> None:
    states = {str(status) for status in CaseStatus}
    assert set(rules.CASE_MOVES) == states
    assert set(rules.STATUS_WORDS) == states
    assert states.issuperset(new for moves in rules.CASE_MOVES.values() for new in moves)


@pytest.mark.parametrize(
    "way",
    [
        "draft submitted listed discussed decided followed_up",
        "draft submitted needs_information submitted listed deferred listed discussed decided",
        "draft submitted declined submitted standard_of_care submitted listed submitted",
        "draft submitted listed discussed deferred listed",
        "draft submitted past",
    ],
)
def test_the_ways_of_a_case(way: str) -> None:
    for old, new in pairwise(way.split()):
        rules.move_case(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("draft", "listed"),
        ("draft", "decided"),
        ("listed", "decided"),
        ("decided", "submitted"),
        ("followed_up", "submitted"),
        ("declined", "listed"),
        ("needs_information", "listed"),
        ("past", "submitted"),
        ("listed", "past"),
        ("decided", "past"),
    ],
)
def test_other_ways_are_refused_in_words(old: str, new: str) -> None:
    with pytest.raises(IllegalTransition, match="cannot be"):
        rules.move_case(old, new)


def test_no_state_follows_itself_and_nothing_unknown_moves() -> None:
    for old, new in product(rules.CASE_MOVES, repeat=2):
        assert rules.can_move_case(old, new) == (new in rules.CASE_MOVES[old])
        assert not rules.can_move_case(old, old)
    assert not rules.can_move_case("nonsense", "submitted")


def test_a_closed_case_says_what_to_do_instead() -> None:
    rules.must_be_open("listed")
    with pytest.raises(IllegalTransition, match="new round"):
        rules.must_be_open("decided")
    with pytest.raises(IllegalTransition, match="Take it in again"):
        rules.must_be_open("declined")
    with pytest.raises(IllegalTransition, match="last round"):
        rules.must_be_open("past")


# ---- Readiness ----------------------------------------------------------------------------------


def test_an_empty_case_lacks_everything_and_the_needed_comes_first(board: BoardDefinition) -> None:
    found = rules.readiness(board, Known(None, frozenset(), ()), TODAY)
    assert found.done == 0
    assert found.total == len(found.gaps)
    assert not found.ready
    kinds = [gap.essential for gap in found.gaps]
    assert kinds == sorted(kinds, reverse=True)


def test_a_full_case_lacks_nothing(board: BoardDefinition) -> None:
    needs = board.needs_for("hcc")
    facts = tuple(
        KnownFact(n.item.removeprefix("fact."), TODAY) for n in needs if n.item.startswith("fact.")
    )
    imaging = (rules.KnownImaging("ct", TODAY),)
    known = Known("hcc", frozenset(n.item for n in needs), facts, imaging)
    found = rules.readiness(board, known, TODAY)
    assert found.gaps == ()
    assert found.ready


def test_the_diagnosis_decides_what_is_needed(board: BoardDefinition) -> None:
    def items(diagnosis: str) -> set[str]:
        found = rules.readiness(board, Known(diagnosis, frozenset(), ()), TODAY)
        return {gap.item for gap in found.gaps}

    assert "fact.afp" in items("hcc") - items("crlm")
    assert "investigations.pathology" in items("crlm") - items("hcc")


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (0, None),
        (30, None),
        (31, "The last one is 31 days old."),
        (None, "Given without its date."),
    ],
)
def test_an_old_or_undated_value_is_a_gap(
    board: BoardDefinition, days: int | None, why: str | None
) -> None:
    taken_on = TODAY - dt.timedelta(days) if days is not None else None
    facts = (KnownFact("bilirubin", None), KnownFact("bilirubin", taken_on))
    gaps = rules.readiness(board, Known("hcc", frozenset(), facts), TODAY).gaps
    assert next((gap.why for gap in gaps if gap.item == "fact.bilirubin"), None) == why


@pytest.mark.parametrize(
    ("days", "judged", "why"),
    [(90, "", None), (1, "Haemolysed", "Needed anew: Haemolysed"), (1, None, None)],
)
def test_what_somebody_said_of_a_value_beats_its_age(
    board: BoardDefinition, days: int, judged: str | None, why: str | None
) -> None:
    facts = (
        KnownFact("bilirubin", TODAY - dt.timedelta(days), judged),
        KnownFact("bilirubin", TODAY - dt.timedelta(200), "An earlier one"),
    )
    gaps = rules.readiness(board, Known("hcc", frozenset(), facts), TODAY).gaps
    assert next((gap.why for gap in gaps if gap.item == "fact.bilirubin"), None) == why


def test_each_gap_has_its_owner(board: BoardDefinition) -> None:
    gaps = rules.readiness(board, Known("hcc", frozenset(), ()), TODAY).gaps
    owners = {gap.item: gap.owner for gap in gaps}
    assert owners["lesions"] == "radiology"
    assert owners["fact.inr"] == "referrer"
    assert set(owners.values()) <= {key for key, _ in board.owners()}


# ---- Values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("VII", "VII"), ("5/8", "V, VIII"), ("S8, s5", "V, VIII"), ("segment iva", "IVa"),
        ("4b and 3", "III, IVb"), ("8 8", "VIII"), ("  ", ""), ("1;2;3", "I, II, III"),
        ("VIII V VI VII", "V, VI, VII, VIII"),
    ],
)  # fmt: skip
def test_segments_as_people_write_them(text: str, stored: str) -> None:
    assert rules.segments(text) == stored


@pytest.mark.parametrize("text", ["9", "IX", "0", "left lobe", "5-8", "<b>"])
def test_what_is_no_segment_is_refused(text: str) -> None:
    with pytest.raises(ValueRefused, match="not a liver segment"):
        rules.segments(text)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(rules.SEGMENTS), unique=True))
def test_segments_keep_their_meaning(names: list[str]) -> None:
    stored = rules.segments(" ".join(names))
    assert set(filter(None, stored.split(", "))) == set(names)
    assert rules.segments(stored) == stored


@pytest.mark.parametrize(("text", "size"), [("42", 42), (" 42 mm", 42), ("", None), ("400", 400)])
def test_sizes(text: str, size: int | None) -> None:
    assert rules.millimetres(text, "The size") == size


@pytest.mark.parametrize("text", ["0", "401", "4.2", "4,2", "4.2 cm", "-3", "٤٢", "1e2", "99999"])
def test_sizes_that_cannot_be(text: str) -> None:
    with pytest.raises(ValueRefused, match="The size"):
        rules.millimetres(text, "The size")


def test_what_is_left_is_not_larger_than_the_lesion() -> None:
    rules.check_lesion(30, 0)
    rules.check_lesion(None, 30)
    with pytest.raises(ValueRefused):
        rules.check_lesion(30, 31)


@pytest.mark.parametrize(
    "text",
    ["26/11/2026", "2026-02-30", "2026-11-27", "1899-12-31", "today", "2026-W48-4", "20261126"],
)
def test_days_that_cannot_be(text: str) -> None:
    with pytest.raises(ValueRefused, match="The date"):
        rules.day(text, "The date", TODAY)


def test_days() -> None:
    assert rules.day("2026-11-26", "The date", TODAY) == TODAY
    assert rules.day("", "The date", TODAY) is None


def test_what_stands_before_submission() -> None:
    lacking = rules.lacking_for_submission
    assert list(lacking(named=True, question="Which?", diagnosis="hcc")) == []
    assert len(list(lacking(named=False, question=" ", diagnosis=""))) == 3


# ---- Imaging ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("imaging", "why"),
    [
        ([], ""),
        ([("ct", 42)], None),
        ([("ct", 43)], "The last one is 43 days old."),
        ([("ct", 43), ("mri", 50), ("ct", None)], "The last one is 43 days old."),
        ([("ct", 300), ("mri", 3)], None),
        ([("ct", None)], "Given without its date."),
        ([("endoscopy", 3), ("us", 3)], ""),
        ([("", 400)], None),
        ([("ct", 300, "")], None),
        ([("ct", 3, "Arterial phase missed")], "Needed anew: Arterial phase missed"),
    ],
)
def test_imaging_is_asked_for_by_method_and_age(
    board: BoardDefinition, imaging: list[tuple[object, ...]], why: str | None
) -> None:
    known = []
    for modality, age, *judged in imaging:
        day = TODAY - dt.timedelta(age) if isinstance(age, int) else None
        known.append(rules.KnownImaging(str(modality), day, *map(str, judged)))
    given = frozenset({"investigations.imaging"})
    gaps = rules.readiness(board, Known("hcc", given, (), tuple(known)), TODAY).gaps
    found = next((gap for gap in gaps if gap.item == "investigations.imaging"), None)
    assert (found.why if found else None) == why
