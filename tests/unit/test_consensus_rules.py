"""When a consensus is complete, and what it makes of the first opinion."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from boardroom.boards.definition import BoardDefinition, read_board
from boardroom.consensus.rules import (
    Content,
    Fate,
    Step,
    agreement_cautions,
    contradictions,
    final_possible,
    open_points,
)

CORE = ("surgery", "oncology", "radiology", "hepatology")


@pytest.fixture(scope="module")
def board() -> BoardDefinition:
    found, mistakes = read_board(Path(__file__).parents[2] / "config" / "boards" / "liver.toml")
    assert found is not None, mistakes
    return found


@pytest.fixture
def whole(board: BoardDefinition) -> Content:
    fates = {o.key: Fate("not_applicable") for o in board.options}
    return Content(
        version=3,
        verdict="resectable",
        rationale="",
        strength="unanimous",
        steps=(Step("Resection", "Surgery", "within 28 days"),),
        dispositions=fates | {"resection": Fate("chosen"), "tace": Fate("rejected", "Not needed")},
        teller="The surgeon",
        tell_by=dt.date(2026, 11, 30),
    )


def signed(*specialties: str, version: int = 3) -> list[SimpleNamespace]:
    return [SimpleNamespace(specialty=s, consensus_version=version) for s in specialties]


def test_nothing_is_open_in_a_whole_consensus(board: BoardDefinition, whole: Content) -> None:
    points = open_points(whole, signed(*CORE), board, present=CORE, people=4)
    assert points == []
    assert final_possible(points)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"verdict": ""}, "The board’s verdict is missing."),
        ({"strength": ""}, "How strongly the board agrees is missing."),
        ({"steps": ()}, "The plan has no step."),
        ({"steps": (Step("", "Surgery"),)}, "Step 1 of the plan does not say what is done."),
        ({"teller": ""}, "Nobody is named to tell the patient."),
        ({"tell_by": None}, "The day by which the patient is told is missing."),
    ],
)
def test_each_gap_is_named(
    board: BoardDefinition, whole: Content, change: dict[str, object], says: str
) -> None:
    points = open_points(replace(whole, **change), signed(*CORE), board, present=CORE)
    assert points == [says]
    assert not final_possible(points)


def test_every_option_needs_a_fate_and_some_a_reason(
    board: BoardDefinition, whole: Content
) -> None:
    def points(**fates: Fate) -> list[str]:
        content = replace(whole, dispositions={**whole.dispositions, **fates})
        return open_points(content, signed(*CORE), board, present=CORE)

    assert points(tace=Fate()) == ["TACE is left open."]
    assert points(tace=Fate(), sbrt=Fate()) == ["TACE and Stereotactic radiotherapy are left open."]
    assert points(tace=Fate("rejected")) == ["Rejected without a reason: TACE."]
    assert points(ablation=Fate("fallback")) == ["Fallback without a reason: Ablation."]
    assert points(resection=Fate("rejected", "Too little liver")) == ["No option is chosen."]
    nothing = open_points(replace(whole, dispositions={}), signed(*CORE), board, present=CORE)
    assert nothing == ["Every option is left open.", "No option is chosen."]


def test_without_agreement_nothing_needs_to_be_chosen(
    board: BoardDefinition, whole: Content
) -> None:
    fates = {**whole.dispositions, "resection": Fate("rejected", "No agreement")}
    content = replace(whole, strength="none_reached", dispositions=fates)
    assert open_points(content, signed(*CORE), board, present=CORE) == []


def test_core_specialties_sign_the_present_text(board: BoardDefinition, whole: Content) -> None:
    def points(signatures: list[SimpleNamespace]) -> list[str]:
        return open_points(whole, signatures, board, present=CORE)

    assert points(signed(*CORE[:3])) == ["Not signed off by Hepatology."]
    assert points(signed(*CORE[:3]) + signed("hepatology", version=2)) == [
        "Changed since Hepatology signed off."
    ]
    assert points(signed("transplant_surgery", *CORE[1:])) == []


def test_unanimous_is_not_written_over_a_dissent(board: BoardDefinition, whole: Content) -> None:
    against = signed(*CORE)
    against[1].kind = "dissent"
    unanimous = replace(whole, strength="unanimous")
    assert open_points(unanimous, against, board, present=CORE) == [
        "The agreement is written as unanimous, but Oncology dissents."
    ]
    assert open_points(replace(whole, strength="majority"), against, board, present=CORE) == []


def test_nobody_needs_to_sign_where_the_board_says_so(
    board: BoardDefinition, whole: Content
) -> None:
    def asked(required_of: str) -> BoardDefinition:
        rule = board.sign_off.model_copy(update={"required_of": required_of})
        return board.model_copy(update={"sign_off": rule})

    assert open_points(whole, [], asked("nobody"), present=CORE) == []
    absent = open_points(whole, signed(*CORE[:3]), asked("core_present"), present=CORE[:3])
    assert absent == ["Without quorum: Hepatology is missing."]


def test_quorum_counts_specialties_deputies_and_people(
    board: BoardDefinition, whole: Content
) -> None:
    def points(present: tuple[str, ...], people: int | None = None) -> list[str]:
        return open_points(whole, signed(*CORE), board, present=present, people=people)

    assert points(CORE[:2]) == ["Without quorum: Radiology and Hepatology are missing."]
    assert points(("transplant_surgery", *CORE[1:])) == []
    assert points(CORE, 3) == ["Without quorum: 3 of at least 4 people with a vote are here."]
    assert open_points(whole, signed(*CORE), board) == []


@pytest.mark.parametrize(
    ("verdict", "option", "warned"),
    [
        ("unresectable_technical", "resection", True),
        ("unresectable_remnant", "remnant_growth", True),
        ("unresectable_fitness", "transplant", True),
        ("resectable", "supportive", True),
        ("unresectable_biology", "systemic", False),
        ("resectable", "resection", False),
        ("undetermined", "resection", False),
        ("", "resection", False),
        ("a_word_of_the_past", "resection", False),
    ],
)
def test_an_option_that_the_verdict_excludes_is_pointed_out(
    board: BoardDefinition, whole: Content, verdict: str, option: str, warned: bool
) -> None:
    fates = {option: Fate("chosen"), "tace": Fate("chosen")}
    content = replace(whole, verdict=verdict, dispositions=fates)
    found = contradictions(content, board)
    if not warned:
        assert found == ()
        return
    says, name = board.verdict(verdict).name, board.option(option).name
    assert found == (f"The verdict is “{says}”, but “{name}” is chosen.",)
    rejected = replace(content, dispositions={option: Fate("rejected", "No")})
    assert contradictions(rejected, board) == ()


def test_before_the_first_save_everything_is_open(board: BoardDefinition) -> None:
    points = open_points(None, [], board, present=[], people=0)
    assert len(points) == 10
    assert points[0] == "The board’s verdict is missing."


def test_unanimous_beside_only_other_verdicts_is_looked_at_again(
    board: BoardDefinition, whole: Content
) -> None:
    ours = replace(whole, verdict="resectable", strength="unanimous")
    (said,) = agreement_cautions(ours, ["convertible", "", "convertible"], board)
    assert "unanimous on “Resectable" in said
    assert "every verdict given was another: “Convertible" in said
    assert agreement_cautions(ours, ["convertible", "resectable"], board) == ()
    assert agreement_cautions(ours, ["", ""], board) == ()
    assert agreement_cautions(replace(ours, strength="majority"), ["convertible"], board) == ()
