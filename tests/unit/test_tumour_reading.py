"""What a reading may say, how it is counted, and what its features come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from boardroom.clinical import liver_map
from boardroom.clinical.by_features import by_features
from boardroom.clinical.from_facts import CaseRecord, RecordedFact
from boardroom.clinical.reading_refusals import refusals
from boardroom.clinical.tumour_reading import (
    PORTAL,
    SITES,
    VEIN,
    Contact,
    Findings,
    Lesion,
    completed,
    description,
)
from boardroom.tumour_map import rules
from boardroom.tumour_map.drawing import drawn
from tests.unit.reading_samples import BASE, TODAY, lesion


def wrong(*lesions: Lesion, **beyond: object) -> dict[tuple[str, int | None], str]:
    return refusals(Findings(lesions, **beyond))


@pytest.mark.parametrize(
    ("one", "field", "words"),
    [
        (lesion(size_mm=None), "size_mm", "largest diameter"),
        (lesion(size_mm=0), "size_mm", "from 1 to 400"),
        (lesion(size_mm=401), "size_mm", "from 1 to 400"),
        (lesion(viable_mm=31), "viable_mm", "larger than the lesion"),
        (lesion(viable_mm=-1), "viable_mm", "less cannot be"),
        (lesion(segments=()), "segments", "place the lesion"),
        (lesion(segments=("II", "VI")), "segments", "side by side"),
        (lesion(segments=("IX",)), "segments", "of the list"),
        (lesion(x=5.0, y=5.0), "x", "outside the liver"),
        (lesion(x=56.0, y=72.0), "x", "segment VII"),
        (lesion(x=88.0), "y", "both numbers"),
        (lesion(size_mm=9, li_rads="LR-5"), "li_rads", "10 mm or more"),
        (lesion(viable_mm=8, li_rads="LR-TR nonviable"), "li_rads", "8 mm are viable"),
        (lesion(viable_mm=0, li_rads="LR-TR viable"), "li_rads", "Nothing is viable"),
        (lesion(li_rads="LR-9"), "li_rads", "of the list"),
        (lesion(number=0), "number", "number of its own"),
        (
            lesion(contacts=(Contact("vena_cava", "abuts"), Contact("vena_cava", "encases"))),
            "contacts",
            "named twice",
        ),
        (lesion(contacts=(Contact("aorta", "abuts"),)), "contacts", "Choose the vessel"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(one: Lesion, field: str, words: str) -> None:
    assert words in wrong(one)[field, 0]


@pytest.mark.parametrize(
    ("beyond", "field", "words"),
    [
        ({"portal_side": "left"}, "portal_side", "how far"),
        ({"portal": "none", "portal_side": "left"}, "portal_side", "how far"),
        ({"portal": "vp3", "portal_side": "both"}, "portal_side", "Vp4"),
        ({"vein_which": "left"}, "vein_which", "how far"),
        ({"spread": ("none", "lung")}, "spread", "one of the two"),
        ({"spread": ("moon",)}, "spread", "of the list"),
        ({"duct": "b9"}, "duct", "of the list"),
    ],
)
def test_invasion_and_spread_say_one_thing(
    beyond: dict[str, object], field: str, words: str
) -> None:
    assert words in wrong(**beyond)[field, None]


def test_tumour_in_vein_needs_its_vein() -> None:
    one = lesion(li_rads="LR-TIV")
    assert "LR-TIV" in wrong(one, portal="none", vein="none")["portal", None]
    assert not wrong(one, portal="vp3", vein="none")
    assert not wrong(one), "not stated is not the same as none"


def test_numbers_and_partners_are_each_one_lesions_own() -> None:
    assert ("number", 1) in wrong(lesion(1), lesion(1))
    assert ("same_as", 1) in wrong(lesion(1, same_as="4"), lesion(2, same_as="4"))
    assert not wrong(lesion(1, same_as="none"), lesion(2, same_as="none"))


@pytest.mark.parametrize("size", [1, 10, 400])
def test_limits_belong_to_what_is_allowed(size: int) -> None:
    category = "LR-5" if size >= 10 else "LR-4"
    assert not wrong(lesion(size_mm=size, viable_mm=size, li_rads=category))


def test_the_segment_is_read_off_the_drawing_where_none_is_chosen() -> None:
    (one,) = completed(Findings((lesion(segments=(), x=56.0, y=72.0),))).lesions
    assert one.segments == ("VII",)
    (kept,) = completed(Findings((lesion(segments=("VIII", "VII"), x=56.0, y=72.0),))).lesions
    assert kept.segments == ("VII", "VIII")


def test_the_description_says_what_the_drawing_shows() -> None:
    findings = Findings(
        (lesion(contacts=(Contact("vena_cava", "abuts"),), viable_mm=12, li_rads="LR-TR viable"),),
        portal="vp3",
        portal_side="right",
        spread=("lung",),
    )
    words = description(findings, "the board’s reading")
    for said in ("1 lesion,", "segment V", "30 mm, 12 mm viable", "abuts the inferior vena cava",
                 "Vp3", "right", "Lung"):  # fmt: skip
        assert said in words


# ---- The case's list ----------------------------------------------------------------------------


class Line:
    number, segments, size_mm, viable_mm = 1, "IV", 22, None
    li_rads, vascular_contact, note = "LR-5", "Middle hepatic vein", ""


def test_a_list_is_drawn_without_lesions_on_top_of_each_other() -> None:
    lines = []
    for number in range(1, 5):
        line = Line()
        line.number, line.segments = number, "VIII"
        lines.append(line)
    found = rules.of_list([Line(), *lines])
    assert found.lesions[0].segments == ("IVa", "IVb")
    at = [one.place for one in found.lesions]
    assert len(set(at)) == len(at)
    for one in found.lesions:
        assert liver_map.segment_at(*one.place) in one.segments


def test_a_reading_becomes_lines_that_the_decision_aids_count() -> None:
    (line,) = rules.as_lines(
        Findings((replace(BASE, contacts=(Contact("right_portal", "abuts"),), note="deep"),))
    )
    assert line["segments"] == "VII"
    assert line["vascular_contact"] == "Abuts the right portal vein"
    assert (line["size_mm"], line["li_rads"], line["note"]) == (40, "LR-4", "deep")


def test_every_site_and_class_has_a_place_on_the_drawing() -> None:
    for portal in PORTAL:
        for side in ("", "right", "left", "both"):
            drawn(Findings(portal=portal, portal_side=side))
    for vein in VEIN:
        drawn(Findings(vein=vein, vein_which="middle"))
    sites = tuple(site for site in SITES if site != "none")
    assert drawn(Findings(spread=sites)).count("lm-spread") == len(sites)


# ---- LI-RADS by features -------------------------------------------------------------------------


def by_table(*, cirrhosis: str = "yes", age: float | None = 60, **lesion: Any) -> Any:
    facts = [RecordedFact("cirrhosis", cirrhosis), RecordedFact("hbsag", "no")]
    record = CaseRecord(facts if cirrhosis else (), TODAY, age_years=age)
    return by_features(replace(Lesion(1, ("V",), size_mm=15), **lesion), record)


@pytest.mark.parametrize(
    ("size", "features", "category"),
    [
        (15, ("aphe", "capsule"), "LR-4"),
        (15, ("aphe", "washout"), "LR-5"),
        (20, ("aphe",), "LR-4"),
        (20, ("aphe", "capsule"), "LR-5"),
        (9, ("aphe", "washout", "capsule"), "LR-4"),
        (25, ("none",), "LR-3"),
        (25, ("washout",), "LR-4"),
    ],
)
def test_features_and_size_give_a_category(
    size: int, features: tuple[str, ...], category: str
) -> None:
    found = by_table(size_mm=size, features=features)
    assert found is not None
    assert found.category == category


def test_a_category_that_differs_from_the_one_given_is_told() -> None:
    found = by_table(features=("aphe", "washout"), li_rads="LR-4")
    assert (found.category, found.differs) == ("LR-5", True)
    same = by_table(features=("aphe", "washout"), li_rads="LR-5")
    assert not same.differs


@pytest.mark.parametrize(
    "more", [{"features": ()}, {"viable_mm": 4}, {"li_rads": "LR-M"}, {"li_rads": "LR-TR viable"}]
)
def test_no_category_where_the_table_is_not_for_it(more: dict[str, Any]) -> None:
    assert by_table(**{"features": ("aphe",), **more}) is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"cirrhosis": ""}, "LI-RADS needs: Cirrhosis"),
        ({"cirrhosis": "no"}, "only for people at risk"),
        ({"age": 17.0}, "for adults"),
        ({"size_mm": None}, "LI-RADS needs: Size"),
    ],
)
def test_what_stands_against_a_category_is_said(more: dict[str, Any], why: str) -> None:
    found = by_table(features=("aphe",), **more)
    assert found.category == ""
    assert why in found.why


def test_features_are_kept_and_an_older_reading_has_none() -> None:
    read = Findings((Lesion(1, ("V",), features=("aphe", "capsule")),))
    assert Findings.of(read.as_dict()) == read
    stored = read.as_dict()
    del stored["lesions"][0]["features"]
    assert Findings.of(stored).lesions[0].features == ()
    assert ("features", 0) in refusals(Findings((Lesion(1, features=("none", "aphe")),)))
    assert ("features", 0) in refusals(Findings((Lesion(1, features=("mosaic",)),)))


def test_a_stored_map_without_a_word_of_lesions_as_a_whole_saw_none() -> None:
    def before(findings: Findings) -> dict[str, Any]:
        return {key: value for key, value in findings.as_dict().items() if key != "in_all"}

    assert Findings.of(before(Findings(portal="vp2"))) == Findings(portal="vp2", in_all="none")
    assert Findings.of(before(Findings((BASE,)))) == Findings((BASE,))
    for said in ("", "open", "none", "uncountable"):  # as stored since, the word is always there
        assert Findings.of(Findings(in_all=said).as_dict()) == Findings(in_all=said)
