"""The tumour map and the facts: which of the two the decision aids use, and that they say so."""

from __future__ import annotations

import datetime as dt

import pytest

from boardroom.clinical.case_beyond import invasion, major_vein, metastasis, nodes, spread
from boardroom.clinical.from_facts import CaseRecord, Lesion, RecordedFact
from boardroom.clinical.read_facts import FactRead, Read, facts_read, left_open
from boardroom.clinical.tumour_reading import Findings
from boardroom.clinical.tumour_reading import Lesion as ReadLesion

TODAY = dt.date(2026, 11, 26)
IMAGED = dt.date(2026, 11, 20)
NO_INVASION = {"macrovascular_invasion": "no", "extrahepatic_spread": "no"}


def record(facts: dict[str, str], findings: Findings | None) -> CaseRecord:
    read = Read(findings, "the board’s reading", IMAGED) if findings is not None else None
    return CaseRecord(
        [RecordedFact(key, value, "", IMAGED) for key, value in facts.items()],
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
    other = {"spread_site": "lung"} if where == "" and sites != ("none",) else {}
    found = record(other, Findings(spread=sites))
    assert found.text("extrahepatic_spread") == ("no" if sites == ("none",) else "yes")
    if sites != ("none",):
        assert found.text("spread_site") == where
    assert metastasis(found).value == m


def test_tumour_in_vein_as_a_category_is_invasion() -> None:
    found = record({}, Findings((ReadLesion(1, li_rads="LR-TIV"),)))
    assert found.text("macrovascular_invasion") == "yes"


# ---- A fact that is newer than the images -------------------------------------------------------

JUNE, NOVEMBER = dt.date(2026, 6, 3), dt.date(2026, 11, 20)
CLEAR = Findings(portal="none", vein="none", spread=("none",))


def dated(
    findings: Findings, on: dt.date | None, **facts: tuple[str, dt.date | None]
) -> CaseRecord:
    return CaseRecord(
        [RecordedFact(key, value, "", day) for key, (value, day) in facts.items()],
        TODAY,
        (Lesion(30),),
        read=Read(findings, "the board’s reading", on),
    )


@pytest.mark.parametrize(
    ("on", "fact_on", "invaded"),
    [(JUNE, NOVEMBER, True), (NOVEMBER, NOVEMBER, False), (NOVEMBER, JUNE, False),
     (None, NOVEMBER, False), (JUNE, None, False)],
)  # fmt: skip
def test_a_vein_invaded_after_the_images_that_were_read(
    on: dt.date | None, fact_on: dt.date | None, invaded: bool
) -> None:
    found = dated(CLEAR, on, portal_invasion=("vp4", fact_on))
    assert invasion(found).value is invaded
    assert bool(major_vein(found).value) is invaded
    (said,) = found.contradictions
    assert said == (
        "Portal vein invasion, furthest: “None” in the board’s reading, “Vp4, main trunk or other "
        f"side” among the facts. The {'newer' if invaded else 'reading'} counts here."
    )
    assert said in found.fill("milan").warnings
    assert within_milan(found) is not invaded


@pytest.mark.parametrize("day", [JUNE, NOVEMBER])
def test_what_images_showed_is_undone_by_no_later_word_that_there_is_none(day: dt.date) -> None:
    """Else a referral's own date would undo what the board read on earlier images."""
    seen = Findings(portal="vp4", vein="none", spread=("lung",))
    denied = {"macrovascular_invasion": ("no", NOVEMBER), "portal_invasion": ("none", NOVEMBER),
              "extrahepatic_spread": ("no", NOVEMBER)}  # fmt: skip
    found = dated(seen, day, **denied)
    assert (invasion(found).value, major_vein(found).value) == (True, True)
    assert (spread(found).value, metastasis(found).value) == (True, "M1")
    assert len(found.contradictions) == 3
    assert all("The reading counts here." in said for said in found.contradictions)
    vein = dated(Findings((ReadLesion(1, li_rads="LR-TIV"),)), day, **denied)
    assert invasion(vein).value is True


def test_a_place_of_spread_that_was_named_after_the_images() -> None:
    for on, where, counts in ((JUNE, "bone", "newer"), (NOVEMBER, "lung", "")):
        found = dated(Findings(spread=("lung",)), on, spread_site=("bone", NOVEMBER))
        assert found.text("spread_site") == where
        assert any("The newer counts" in said for said in found.contradictions) is bool(counts)


@pytest.mark.parametrize(
    "facts",
    [{"extrahepatic_spread": ("yes", JUNE)}, {"spread_site": ("lung", JUNE)},
     {"nodes": ("distant", JUNE)}],
)  # fmt: skip
def test_no_later_liver_scan_undoes_recorded_spread(facts: dict[str, tuple[str, dt.date]]) -> None:
    found = dated(CLEAR, NOVEMBER, **facts)
    assert spread(found).value is True
    (said,) = found.contradictions
    assert said.endswith("The facts count here.")


# ---- Nodes at the liver's hilum -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "fact_on", "n"), [(NOVEMBER, JUNE, "N1"), (None, JUNE, "N1"), (JUNE, NOVEMBER, "N1")]
)
def test_nodes_on_the_map_against_nodes_among_the_facts(
    on: dt.date | None, fact_on: dt.date, n: str
) -> None:
    found = dated(Findings(spread=("hilar_nodes",)), on, nodes=("n0", fact_on))
    assert nodes(found).value == n
    assert spread(found).value is (True if n == "N1" else None)
    (said,) = found.contradictions
    assert said == (
        "Lymph nodes: “Nodes at the liver hilum” in the board’s reading, “Not enlarged” among the "
        f"facts. The {'reading' if n == 'N1' else 'newer'} counts here."
    )
    assert said in found.fill("tnm_ajcc8").warnings


def test_nodes_at_the_hilum_do_not_undo_further_ones() -> None:
    found = dated(Findings(spread=("hilar_nodes",)), NOVEMBER, nodes=("distant", JUNE))
    assert (metastasis(found).value, found.contradictions) == ("M1", ())


def test_nodes_on_the_map_alone_are_n1() -> None:
    found = dated(Findings(spread=("hilar_nodes",)), NOVEMBER)
    assert (nodes(found).value, found.contradictions) == ("N1", ())


def test_what_a_reading_leaves_open_is_taken_from_what_another_has_seen() -> None:
    other = Findings(portal="vp3", portal_side="right", vein="none", spread=("lung",))
    assert left_open(Findings(), other) == Findings(
        portal="vp3", portal_side="right", spread=("lung",)
    )
    stated = Findings(portal="none", vein="none", spread=("none",))
    assert left_open(stated, other) == stated
    assert left_open(Findings(), stated) == Findings(), "that another saw none is no statement"


def test_an_old_word_that_there_is_none_is_said_where_newer_images_leave_it_open() -> None:
    found = dated(Findings(), NOVEMBER, macrovascular_invasion=("no", JUNE))
    assert invasion(found).value is False
    (said,) = found.contradictions
    assert "is older than the images of the board’s reading" in said
    assert said.endswith("which leave it open.")
    assert dated(Findings(), JUNE, macrovascular_invasion=("no", JUNE)).contradictions == ()


def test_the_next_round_begins_with_what_the_last_map_showed() -> None:
    lesions = (
        ReadLesion(1, ("V",), 50, 50, 40),
        ReadLesion(2, ("VI",), 60, 60, 52, 19),  # the whole diameter, not what lives of it
        ReadLesion(4, ("VI",), 60, 70, 80, 0),  # nothing lives of it: not counted
        ReadLesion(3, ("II",), 70, 40, 90, li_rads="LR-2"),
    )
    found = facts_read(Findings(lesions, portal="vp3", vein="none", spread=("lung",)), NOVEMBER)
    said = {key: (one.value, one.unit) for key, one in found.items()}
    assert said == {
        "portal_invasion": ("vp3", ""),
        "hepatic_vein_invasion": ("none", ""),
        "macrovascular_invasion": ("yes", ""),
        "extrahepatic_spread": ("yes", ""),
        "spread_site": ("lung", ""),
        "nodule_count": ("2", ""),
        "largest_mm": ("52", "mm"),
    }
    assert {one.taken_on for one in found.values()} == {NOVEMBER}
    unknown = (ReadLesion(1, ("V",), 50, 50, 40, li_rads="LR-TR viable"),)
    assert "largest_mm" not in facts_read(Findings(unknown), NOVEMBER)
    assert facts_read(Findings(spread=("none",)), NOVEMBER) == {}


def test_images_prove_no_node_in_the_next_round() -> None:
    seen = Findings(spread=("hilar_nodes",))
    assert facts_read(seen, NOVEMBER)["nodes"].value == "suspicious"
    for value, left in (("n0", True), ("suspicious", True), ("n1", False), ("distant", False)):
        known = [FactRead("nodes", value, "", JUNE)]
        assert ("nodes" in facts_read(seen, NOVEMBER, known)) == left, value
    cleared = [
        FactRead("nodes", "n0", "", JUNE),
        FactRead("nodes", "n1", "", JUNE.replace(year=2020)),
    ]
    assert facts_read(seen, NOVEMBER, cleared)["nodes"].value == "suspicious"


def test_the_next_round_is_told_no_number_that_the_last_map_did_not_say() -> None:
    def carried(*categories: str, **more: str) -> dict[str, str]:
        lesions = tuple(
            ReadLesion(n, ("V",), 50, 50, 20, li_rads=one) for n, one in enumerate(categories, 1)
        )
        found = facts_read(Findings(lesions, **more), NOVEMBER)
        return {key: one.value for key, one in found.items()}

    assert carried("LR-NC") == carried("LR-3") == carried("LR-3", "LR-TR nonviable") == {}
    assert carried("LR-3", "LR-5") == {"nodule_count": "1", "largest_mm": "20"}
    assert carried("LR-2") == carried("LR-TR nonviable") == {"nodule_count": "0"}
    assert carried() == carried(in_all="open") == {}
    assert carried(in_all="none") == {"nodule_count": "0"}
    assert carried("LR-5", in_all="uncountable") == {"nodules_uncountable": "yes"}


def test_nodules_are_too_many_to_count_until_a_later_map_tells_them() -> None:
    many = [FactRead("nodules_uncountable", "yes", "", JUNE)]
    one = (ReadLesion(1, ("V",), 50, 50, 20),)
    for told in (Findings(one), Findings(in_all="none")):
        assert facts_read(told, NOVEMBER, many)["nodules_uncountable"].value == "no"
        assert "nodules_uncountable" not in facts_read(told, NOVEMBER)
    for silent in (Findings(), Findings(in_all="open")):
        assert "nodules_uncountable" not in facts_read(silent, NOVEMBER, many)
    still = facts_read(Findings(in_all="uncountable"), NOVEMBER, many)
    assert still["nodules_uncountable"].value == "yes"


def test_lesions_that_a_reading_leaves_open_are_those_of_the_other() -> None:
    seen = Findings((ReadLesion(1, ("V",), 50, 50, 40),))
    assert left_open(Findings(in_all="open"), seen).lesions == seen.lesions
    none = Findings(in_all="none")
    assert left_open(none, seen) == none
    assert left_open(Findings(in_all="open"), none).none_seen
