"""What a card says at a glance, from what was computed now and from what was kept before."""

from __future__ import annotations

from typing import Any

import pytest

from boardroom.aids.figures import tumour
from boardroom.aids.reading import beyond
from boardroom.clinical.from_facts import CaseRecord, RecordedFact
from tests.unit.aid_samples import TODAY, fact

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
