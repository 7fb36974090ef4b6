"""What a card says at a glance, from what was computed now and from what was kept before."""

from __future__ import annotations

from typing import Any

import pytest

from boardroom.aids.cards import Card
from boardroom.aids.figure import Figure
from boardroom.aids.figures import staging, tumour
from boardroom.aids.fold import line_of
from boardroom.aids.reading import beyond
from boardroom.clinical.from_facts import CaseRecord, RecordedFact
from tests.unit.aid_samples import LABS, TODAY, fact

NO_LESION = {"count": 0, "sizes_known": True, "largest_mm": None, "sum_mm": 0, "viable": False,
             "li_rads": []}  # fmt: skip


def shown(*facts: RecordedFact, **more: Any) -> dict[str, str]:
    record = CaseRecord(facts, TODAY)
    reading = {"aids": {}, "tumour": NO_LESION, "facts": {}, "beyond": beyond(record)} | more
    return {figure.label: figure.value for figure in tumour(reading, "si")}


@pytest.mark.parametrize(
    ("denied", "vein", "words"),
    [(100, 3, "Vp4"), (3, 100, "none"), (3, 3, "contradictory"), (3, None, "contradictory")],
)
def test_a_vein_is_shown_as_the_aids_take_it(denied: int, vein: int | None, words: str) -> None:
    no = fact("macrovascular_invasion", "no", days=denied)
    found = shown(no, fact("portal_invasion", "vp4", days=vein))
    assert found["Vein invasion"] == words


@pytest.mark.parametrize(
    ("denied", "lung", "words"), [(100, 3, "lung"), (3, 100, "none"), (3, 3, "contradictory")]
)
def test_spread_is_shown_as_the_aids_take_it(denied: int, lung: int, words: str) -> None:
    no = fact("extrahepatic_spread", "no", days=denied)
    assert shown(no, fact("spread_site", "lung", days=lung))["Outside the liver"] == words


def test_what_an_older_version_kept_is_shown_as_it_was() -> None:
    said = {"portal_invasion": "vp3", "macrovascular_invasion": "no",
            "extrahepatic_spread": "yes", "spread_site": "bone"}  # fmt: skip
    facts = {key: {"value": value, "unit": "", "taken_on": None} for key, value in said.items()}
    reading = {"aids": {}, "tumour": NO_LESION, "facts": facts}
    found = {figure.label: figure.value for figure in tumour(reading, "si")}
    assert found["Vein invasion"] == "Vp3"
    assert found["Outside the liver"] == "bone"


@pytest.mark.parametrize(
    ("state", "value", "said"),
    [
        ("disputed", "number and size in dispute", "lesions: number and size in dispute"),
        ("uncountable", "too many to count", "lesions too many to count"),
    ],
)
def test_a_count_that_no_aid_takes_is_not_shown_as_the_figure(
    state: str, value: str, said: str
) -> None:
    one = NO_LESION | {"count": 1, "largest_mm": 20, "sum_mm": 20, state: True}
    facts = {"nodule_count": {"value": "3", "unit": "", "taken_on": None}}
    beyond = {"torn": [], "veins": [], "invaded": None, "spread": None, "site": ""}
    reading = {"aids": {}, "tumour": one, "facts": facts, "beyond": beyond}
    figure = tumour(reading, "si")[0]
    assert (figure.value, figure.words, figure.tone) == (value, said, "caution")


@pytest.mark.parametrize(
    ("categories", "value", "note"),
    [
        (("LR-TR nonviable", "LR-4"), "LR-4", "also LR-TR nonviable"),
        (("LR-5", "LR-4", "LR-M", "LR-5"), "LR-M · LR-5", "also LR-4"),
        (("LR-3", "LR-TR equivocal"), "LR-TR equivocal", "also LR-3"),
        (("LR-TR nonviable", "LR-NC"), "LR-NC", "also LR-TR nonviable"),
        (("LR-2",), "LR-2", ""),
    ],
)
def test_the_category_that_matters_most_is_shown(
    categories: tuple[str, ...], value: str, note: str
) -> None:
    read = [[number, one] for number, one in enumerate(categories, 1)]
    reading = {"aids": {}, "tumour": NO_LESION | {"li_rads": read}, "facts": {}}
    (figure,) = staging(reading, "si")
    assert figure.value == value
    assert figure.note == "; ".join(part for part in ("as radiology read it", note) if part)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "no viable tumour"),
        ({"uncertain": True}, "no lesion counts as tumour"),
    ],
)
def test_why_a_liver_without_tumour_has_no_stage(more: dict[str, Any], words: str) -> None:
    bclc = {"bclc_2022": {"result": None}}
    reading = {"aids": bclc, "tumour": NO_LESION | {"none": True} | more, "facts": {}}
    assert staging(reading, "si")[0].note == words
    seen = {"by": "the board’s reading", "on": "2026-03-08"}
    assert staging(reading | {"none_seen": seen}, "si")[0].note == "no tumour seen"


def test_what_is_not_used_as_given_is_said_with_its_label_and_unit() -> None:
    facts = [one for one in LABS if one.key != "creatinine"]
    filled = CaseRecord([*facts, fact("creatinine", "80", "umol/L")], TODAY).fill("meld").as_dict()
    (said,) = (one for one in line_of("meld", filled, frozenset()).remarks if "counts as" in one)
    assert said.startswith("Creatinine 0.9\u00a0mg/dL counts as 1\u00a0mg/dL: ")


def test_a_stage_that_cannot_be_told_is_named_on_the_card_as_not_known() -> None:
    lacking = {"bclc_2022": {"result": None}, "tnm_ajcc8": {"result": None}}
    reading: dict[str, Any] = {"aids": lacking, "tumour": NO_LESION, "facts": {}}
    assert [(f.label, f.value, f.note) for f in staging(reading, "si")] == [
        ("BCLC", "–", "not known yet"), ("TNM", "–", "not known yet"),
    ]  # fmt: skip
    assert staging(reading | {"aids": {}}, "si") == []


def line(key: str, *figures: Figure) -> str:
    nothing: dict[str, Any] = dict.fromkeys(
        ("sources", "missing", "refused", "warnings", "aids"), ()
    )
    return Card(key=key, title="", figures=figures, **nothing).line


def test_the_line_for_wall_and_minutes_says_every_criterion_and_what_is_not_known() -> None:
    criteria = [
        Figure("Milan", "outside"),
        Figure("UCSF", "within"),
        Figure("Up-to-seven", "within"),
    ]
    assert line("tumour", *criteria) == "Milan outside · UCSF within · Up-to-seven within"
    gone = [Figure(label, "–", "not known yet", "open") for label in ("BCLC", "TNM")]
    assert line("staging", Figure("ECOG", "1"), *gone) == "ECOG 1 · BCLC, TNM: not known"
    seen = Figure("BCLC", "–", "no viable tumour", "open")
    assert line("staging", seen) == "BCLC: no viable tumour"
    assert line("liver", Figure("MELD 3.0", "–", "not known yet", "open")) == "MELD 3.0: not known"
