"""Where the specialties differ, laid out for the eye."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from boardroom.boards.definition import load_boards
from boardroom.opinions.divergence import divergence
from boardroom.settings import asset_dir

LIVER = load_boards(Path(asset_dir("config")) / "boards")["liver"]
NOON = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
COLUMN = {o.key: place for place, o in enumerate(LIVER.options)}


def opinion(specialty: str, verdict: str, name: str = "Invented Person", **more: Any) -> Any:
    stances = more.pop("stances", {})
    values = {
        "specialty": specialty,
        "verdict": verdict,
        "confidence": 3,
        "person": SimpleNamespace(name=name),
        "person_id": hash(name) % 1000,
        "status": "revealed",
        "stances": {key: {"stance": value, "reason": "why"} for key, value in stances.items()},
        "shifts": [],
        "submitted_at": NOON,
        "revealed_at": NOON + dt.timedelta(hours=1),
    }
    return SimpleNamespace(**values | more)


def test_rows_follow_the_board_and_core_specialties_without_an_opinion_stay_visible() -> None:
    found = divergence(
        [
            opinion("oncology", "convertible"),
            opinion("surgery", "resectable", "B"),
            opinion("surgery", "resectable", "A"),
        ],
        LIVER,
        "unresectable_remnant",
    )
    assert [(r.mark, r.person) for r in found.rows] == [
        ("SU", "A"), ("SU", "B"), ("ON", "Invented Person"), ("RA", ""), ("HE", ""),
    ]  # fmt: skip
    assert found.rows[3].verdict is None
    assert found.given == 3
    # So does one that this case alone needs.
    wider = divergence([], LIVER, "", beyond=("palliative_care", "surgery"))
    assert [r.mark for r in wider.rows] == ["SU", "ON", "RA", "HE", "PC"]
    assert len(found.rows[3].cells) == len(LIVER.options)


def test_an_opinion_that_is_not_revealed_never_gets_in() -> None:
    found = divergence(
        [
            opinion("surgery", "resectable", status="submitted"),
            opinion("oncology", "convertible", status="draft"),
        ],
        LIVER,
        "",
    )
    assert found.given == 0
    assert found.groups == ()


def test_opposing_stances_are_named_by_specialty() -> None:
    found = divergence(
        [
            opinion(
                "surgery", "resectable", stances={"resection": "prefer", "tace": "advise_against"}
            ),
            opinion(
                "oncology",
                "convertible",
                stances={"resection": "advise_against", "tace": "advise_against"},
            ),
            opinion(
                "radiology",
                "resectable",
                stances={"resection": "outside_field", "tace": "advise_against"},
            ),
        ],
        LIVER,
        "",
    )
    resection, tace = found.summary[COLUMN["resection"]], found.summary[COLUMN["tace"]]
    assert (resection.kind, resection.label) == ("split", "1:1")
    assert (resection.supporters, resection.opponents) == (("Surgery",), ("Oncology",))
    assert (tace.kind, tace.label) == ("agreed", "none")
    assert [head.key for head, _ in found.opposed] == ["resection"]
    assert found.summary[COLUMN["trial"]].kind == ""


def test_acceptable_against_a_warning_is_mixed_and_one_voice_is_no_agreement() -> None:
    found = divergence(
        [
            opinion("surgery", "resectable", stances={"sbrt": "acceptable", "ablation": "prefer"}),
            opinion("oncology", "resectable", stances={"sbrt": "advise_against"}),
        ],
        LIVER,
        "",
    )
    assert found.summary[COLUMN["sbrt"]].kind == "mixed"
    assert found.summary[COLUMN["ablation"]].kind == ""


def test_verdicts_are_grouped_against_the_first_opinion() -> None:
    found = divergence(
        [
            opinion("surgery", "convertible"),
            opinion("oncology", "convertible", "B"),
            opinion("hepatology", "unresectable_biology", "C"),
        ],
        LIVER,
        "unresectable_remnant",
    )
    assert [(g.verdict.key, g.count, g.against_first) for g in found.groups] == [
        ("convertible", 2, "upgraded"),
        ("unresectable_biology", 1, "confirmed"),
    ]
    assert found.first is not None
    assert found.first.label == "Unres. remnant"
    # Unresectable for another reason is no other way; ablation instead of surgery is.
    assert [g.another_way for g in found.groups] == [False, False]
    (group,) = divergence([opinion("radiology", "ablatable")], LIVER, "resectable").groups
    assert group.another_way


def test_a_shift_shows_the_stance_at_the_reveal() -> None:
    shifts = [
        SimpleNamespace(changes={"stances": {"tace": ["prefer", "acceptable"]}}),
        SimpleNamespace(
            changes={
                "verdict": ["convertible", "resectable"],
                "stances": {"tace": ["acceptable", "advise_against"]},
            }
        ),
    ]
    found = divergence(
        [opinion("surgery", "resectable", stances={"tace": "advise_against"}, shifts=shifts)],
        LIVER,
        "",
    )
    row = found.rows[0]
    assert row.shifted
    assert (row.cells[COLUMN["tace"]].was, row.cells[COLUMN["tace"]].stance) == (
        "prefer",
        "advise_against",
    )
    assert row.verdict_was is not None
    assert row.verdict_was.key == "convertible"


def test_late_opinions_are_marked_and_dispositions_head_their_columns() -> None:
    found = divergence(
        [opinion("surgery", "resectable", revealed_at=NOON)],
        LIVER,
        "",
        dispositions={"resection": "chosen", "tace": ""},
    )
    assert found.rows[0].late
    assert found.options[COLUMN["resection"]].disposition == "chosen"
    assert found.options[COLUMN["tace"]].disposition is None


def test_an_opinion_of_a_specialty_that_the_board_no_longer_has_is_shown_last() -> None:
    found = divergence([opinion("phrenology", "resectable")], LIVER, "")
    assert found.rows[-1].mark == "PH"


def test_who_advises_against_what_is_chosen_is_named_with_the_reason() -> None:
    against = {"resection": "advise_against"}
    found = divergence(
        [
            opinion("oncology", "unresectable_biology", stances=against),
            opinion("surgery", "unresectable_biology", stances=against),
            opinion("radiology", "resectable", stances={"resection": "prefer"}),
        ],
        LIVER,
        "",
        dispositions={"resection": "chosen", "tace": "rejected"},
    )
    (one,) = found.objections
    assert one.words == "SU and ON advise against Resection, which is chosen"
    assert [(mark, specialty) for mark, specialty, _ in one.against] == [
        ("SU", "Surgery"),
        ("ON", "Oncology"),
    ]
    assert divergence([], LIVER, "", dispositions={"resection": "chosen"}).objections == ()
