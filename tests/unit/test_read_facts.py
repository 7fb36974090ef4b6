"""The tumour map and the facts: which of the two the decision aids use, and that they say so."""

from __future__ import annotations

import datetime as dt

import pytest

from boardroom.clinical.from_facts import CaseRecord, Lesion, RecordedFact
from boardroom.clinical.read_facts import Read
from boardroom.clinical.tumour_reading import Findings
from boardroom.clinical.tumour_reading import Lesion as ReadLesion

TODAY = dt.date(2026, 11, 26)
IMAGED = dt.date(2026, 11, 20)
NO_INVASION = {"macrovascular_invasion": "no", "extrahepatic_spread": "no"}


def record(facts: dict[str, str], findings: Findings | None) -> CaseRecord:
    read = Read(findings, "the board’s reading", IMAGED) if findings is not None else None
    return CaseRecord(
        [RecordedFact(key, value, "", TODAY) for key, value in facts.items()],
        TODAY,
        (Lesion(30),),
        ecog=0,
        read=read,
    )


def within_milan(found: CaseRecord) -> object:
    result = found.fill("milan").result
    assert result is not None
    return result.values.get("within") if result.complete else None


def test_what_the_map_shows_counts_and_the_contradiction_is_said() -> None:
    assert within_milan(record(NO_INVASION, None)) is True
    found = record(NO_INVASION, Findings(portal="vp3", vein="none", spread=("none",)))
    assert within_milan(found) is False
    (said,) = found.contradictions
    assert said == (
        "Tumour in a portal or hepatic vein: “Yes” in the board’s reading, “No” among the facts. "
        "The reading counts here."
    )
    assert said in found.fill("milan").warnings
    source = next(s for s in found.fill("milan").sources if s.key == "macrovascular_invasion")
    assert (source.value, source.taken_on) == ("yes", IMAGED)
    assert source.label.endswith("the board’s reading")


def test_a_map_alone_feeds_the_aids() -> None:
    assert within_milan(record({}, None)) is None
    found = record({}, Findings(portal="none", vein="none", spread=("none",)))
    assert within_milan(found) is True
    assert found.contradictions == ()


@pytest.mark.parametrize("findings", [Findings(), Findings(portal="none")])
def test_what_a_map_does_not_state_is_left_to_the_facts(findings: Findings) -> None:
    facts = {"macrovascular_invasion": "yes", "portal_invasion": "none",
             "hepatic_vein_invasion": "vv2", "extrahepatic_spread": "no"}  # fmt: skip
    found = record(facts, findings)
    assert found.contradictions == ()
    assert within_milan(found) is False


def test_degrees_that_differ_are_told() -> None:
    facts = {"macrovascular_invasion": "yes", "portal_invasion": "vp2"}
    found = record(facts, Findings(portal="vp4", portal_side="both"))
    (said,) = found.contradictions
    assert said == (
        "Portal vein invasion, furthest: “Vp4, main trunk or other side” in the board’s reading, "
        "“Vp2, second order” among the facts. The reading counts here."
    )
    assert found.text("portal_invasion") == "vp4"


def test_spread_found_elsewhere_is_not_undone_by_a_map_that_sees_none() -> None:
    facts = {"extrahepatic_spread": "yes", "spread_site": "bone", "macrovascular_invasion": "no"}
    found = record(facts, Findings(spread=("none",)))
    assert found.text("extrahepatic_spread") == "yes"
    assert found.text("spread_site") == "bone"
    (said,) = found.contradictions
    assert said.endswith("The facts count here.")
    assert said in found.fill("bclc_2022").warnings


@pytest.mark.parametrize(
    ("sites", "where", "m"),
    [
        (("lung",), "lung", "M1"),
        (("lung", "bone"), "several", "M1"),
        (("distant_nodes", "hilar_nodes"), "nodes", "M1"),
        (("hilar_nodes",), "", None),
        (("organ",), "", None),
        (("none",), "", "M0"),
    ],
)
def test_a_site_of_the_map_is_m1_only_where_it_is_far(
    sites: tuple[str, ...], where: str, m: str | None
) -> None:
    from boardroom.clinical.case_inputs import metastasis

    found = record({"spread_site": "lung"} if where == "" else {}, Findings(spread=sites))
    assert found.text("extrahepatic_spread") == ("no" if sites == ("none",) else "yes")
    if sites != ("none",):
        assert found.text("spread_site") == where
    assert metastasis(found).value == m


def test_tumour_in_vein_as_a_category_is_invasion() -> None:
    found = record({}, Findings((ReadLesion(1, li_rads="LR-TIV"),)))
    assert found.text("macrovascular_invasion") == "yes"
