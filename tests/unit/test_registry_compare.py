"""A row whose case is there already: which of its cells say something else."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace as Like
from typing import Any

import pytest

from boardroom.interchange.compare import differences
from boardroom.interchange.mapping import RegistryMapping
from boardroom.interchange.table import Row

DAY = dt.date(2016, 1, 1)
BOARD: Any = Like(key="liver")
YES_NO = {"1": "yes", "0": "no"}


def mapping(*columns: dict[str, Any]) -> RegistryMapping:
    return RegistryMapping.model_validate(
        {"name": "trial", "board": "liver", "key_column": "id", "columns": columns,
         "rounds": {"day": "day", "day_0": DAY}}
    )  # fmt: skip


def said(
    meant: RegistryMapping, on: dt.date | None = None, /, umol: str = "17.1", **cells: str
) -> list[str]:
    """What the row says otherwise than a case with TACE on the day, a score and bilirubin."""
    case: Any = Like(
        treatments=[Like(kind="tace", on_date=DAY)],
        facts=[Like(key="bilirubin", value=umol, unit="umol/L", taken_on=None)],
        summary="Score: 10. Size 2.5 cm",
        code="BR-1",
    )
    found = differences(Row(2, {"id": "1", **cells}), case, meant, BOARD, on)
    return [one.reason.split(": not changed")[0] for one in found]


def test_a_treatment_that_cannot_be_read_is_not_one_that_was_not_given() -> None:
    tace = {"column": "tace", "to": "treatment.tace", "values": YES_NO}
    again = {"column": "again", "to": "treatment.tace", "values": YES_NO}
    assert said(mapping(tace), DAY, tace="0") == ["given there, not given in the file"]
    assert said(mapping(tace), DAY, tace="1") == []
    assert said(mapping(tace), DAY, tace="unknown") == []
    assert said(mapping(tace), DAY, tace="") == []
    assert said(mapping(tace, again), DAY, tace="unknown", again="0") == []


@pytest.mark.parametrize(
    ("text", "value", "there"),
    [
        ("Score: {value}", "10", True),
        ("Score: {value}.", "10", True),
        ("Score: {value}", "1", False),
        ("Score: {value}", "0", False),
        ("Size {value}", "2", False),
        ("{value} cm", "5", False),
        ("{value} cm", "2.5", True),
    ],
)
def test_a_sentence_is_there_only_whole(text: str, value: str, there: bool) -> None:
    meant = mapping({"column": "s", "to": "summary", "text": text})
    lacking = f"“{text.replace('{value}', value)}” is not in the summary there"
    assert said(meant, s=value) == ([] if there else [lacking])


@pytest.mark.parametrize(
    ("there", "value", "unit", "same"),
    [
        ("17.1", "17.10", "umol/L", True),
        ("17.1", "17.2", "umol/L", False),
        ("17.1", "1.0", "mg/dL", True),
        ("17.1", "1.1", "mg/dL", False),
        ("17.1", "17.1", "mg/dL", False),
        # Rounded when it was converted
        ("18", "1.1", "mg/dL", True),
        ("20", "1.1", "mg/dL", False),
        ("25", "1", "mg/dL", False),
    ],
)
def test_one_value_in_two_units_is_no_difference(
    there: str, value: str, unit: str, same: bool
) -> None:
    meant = mapping({"column": "b", "to": "fact.bilirubin", "unit": unit})
    assert (said(meant, umol=there, b=value) == []) is same


@pytest.mark.parametrize("value", ["-2", "99999", "none", "1e400"])
def test_what_cannot_be_is_told_where_something_is_recorded(value: str) -> None:
    bilirubin = {"column": "b", "to": "fact.bilirubin", "unit": "umol/L"}
    (reason,) = said(mapping(bilirubin), b=value)
    assert reason.startswith("17.1 µmol/L there, and this cannot be taken (")


def test_what_cannot_be_is_not_told_again_where_nothing_is_recorded() -> None:
    inr = {"column": "i", "to": "fact.inr", "unit": ""}
    assert said(mapping(inr), i="0") == []


def test_a_word_that_the_mapping_does_not_know_is_told_where_something_is_recorded() -> None:
    bilirubin = {"column": "b", "to": "fact.bilirubin", "unit": "umol/L", "values": {"1": "17"}}
    (reason,) = said(mapping(bilirubin), b="7")
    assert "The mapping knows 1 here, not this" in reason
