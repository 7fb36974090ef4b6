"""Whatever a case's facts say, and however they contradict each other, the aids tell one truth."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from boardroom.clinical.case_beyond import (
    invasion,
    major_vein,
    metastasis,
    nodes,
    portal_thrombosis,
    spread,
    vascular,
)
from boardroom.clinical.filled import Lesion, RecordedFact
from boardroom.clinical.from_facts import CaseRecord
from boardroom.clinical.read_facts import Read
from boardroom.clinical.tumour_reading import Findings
from tests.unit.aid_samples import TODAY

OLD, NEW = TODAY - dt.timedelta(days=200), TODAY - dt.timedelta(days=3)
DAYS = (OLD, NEW, None)
READINGS = (
    None,
    Findings(portal="none", vein="none", spread=("none",)),
    Findings(portal="vp4", spread=("lung", "hilar_nodes")),
)


def records(**values: tuple[str, ...]) -> list[CaseRecord]:
    """Every combination of values and days, without and with a reading of old or new images."""
    each = [
        [None, *(RecordedFact(key, value, "", day) for value in several for day in DAYS)]
        for key, several in values.items()
    ]
    reads = [
        Read(findings, "the board’s reading", day) if findings is not None else None
        for findings in READINGS
        for day in ((OLD, NEW) if findings is not None else (None,))
    ]
    return [
        CaseRecord([fact for fact in facts if fact is not None], TODAY, (Lesion(20),), read=read)
        for facts in product(*each)
        for read in reads
    ]


def test_no_aid_sees_invasion_where_another_sees_none() -> None:
    for record in records(
        macrovascular_invasion=("yes", "no"),
        portal_invasion=("none", "vp4"),
        hepatic_vein_invasion=("none", "vv2"),
    ):
        there = invasion(record).value
        assert vascular(record).value is there
        if there is not True:
            assert not major_vein(record).value
            assert not portal_thrombosis(record).value
        if there is None and invasion(record).remarks:
            assert "say which is right" in invasion(record).remarks[0]


def test_whether_the_portal_vein_is_closed_is_open_while_its_invasion_is() -> None:
    said = [RecordedFact("macrovascular_invasion", "no", "", NEW),
            RecordedFact("portal_thrombosis", "no", "", NEW)]  # fmt: skip
    portal = RecordedFact("portal_invasion", "vp4", "", NEW)
    assert portal_thrombosis(CaseRecord([*said, portal], TODAY)).value is None
    hepatic = RecordedFact("hepatic_vein_invasion", "vv2", "", NEW)
    assert portal_thrombosis(CaseRecord([*said, hepatic], TODAY)).value is False


@pytest.mark.parametrize("key", ["spread_site", "nodes"])
def test_no_aid_sees_spread_where_another_sees_none(key: str) -> None:
    told = {"spread_site": ("lung",), "nodes": ("n0", "n1", "distant")}[key]
    for record in records(extrahepatic_spread=("yes", "no"), **{key: told}):
        there = spread(record).value
        if there is not True:
            assert metastasis(record).value != "M1"
            assert nodes(record).value != "N1"
        if metastasis(record).value == "M0":
            assert there is False
