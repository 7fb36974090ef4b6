"""LI-RADS: the whole table, what moves a category, and whom it is not for."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from boardroom.clinical import ImpossibleValue
from boardroom.clinical.lirads import lirads_2018, lirads_2018_table

FEATURES = ("nonperipheral_washout", "enhancing_capsule", "threshold_growth")


def expected_category(size: float, aphe: bool, present: set[str]) -> int:
    """The published table, column by column: features from none to two or more."""
    if aphe and 10 <= size < 20:
        if len(present) == 1:
            return 4 if "enhancing_capsule" in present else 5
        return (3, 0, 5, 5)[len(present)]
    if aphe:
        return ((3, 4, 4, 4) if size < 10 else (4, 5, 5, 5))[len(present)]
    return ((3, 3, 4, 4) if size < 20 else (3, 4, 4, 4))[len(present)]


@pytest.mark.parametrize("size", [9, 9.9, 10, 19, 19.9, 20, 45])
@pytest.mark.parametrize("aphe", [True, False])
def test_the_whole_table(size: float, aphe: bool) -> None:
    for flags in product((True, False), repeat=3):
        given = dict(zip(FEATURES, flags, strict=True))
        present = {name for name, there in given.items() if there}
        expected = f"LR-{expected_category(size, aphe, present)}"
        table = lirads_2018_table(size_mm=size, nonrim_aphe=aphe, **given)
        assert table.values["category"] == expected
        gated = lirads_2018(at_risk_population=True, size_mm=size, nonrim_aphe=aphe, **given)
        assert gated.values["category"] == expected


def lirads(**changes: Any) -> str:
    base = {"at_risk_population": True, "size_mm": 15, "nonrim_aphe": True}
    return lirads_2018(**base | dict.fromkeys(FEATURES, False) | changes).values["category"]


def test_ancillary_features_move_one_step_and_never_up_to_five() -> None:
    assert lirads() == "LR-3"
    assert lirads(ancillary="malignancy") == "LR-4"
    assert lirads(ancillary="benignity") == "LR-2"
    assert lirads(ancillary="both") == "LR-3"
    assert lirads(enhancing_capsule=True, ancillary="malignancy") == "LR-4"
    assert lirads(nonperipheral_washout=True, ancillary="malignancy") == "LR-5"
    assert lirads(nonperipheral_washout=True, ancillary="benignity") == "LR-4"


def test_the_reader_is_asked_before_the_table() -> None:
    for call, category in (
        ("inadequate", "LR-NC"),
        ("tumor_in_vein", "LR-TIV"),
        ("definitely_benign", "LR-1"),
        ("probably_benign", "LR-2"),
        ("malignant_not_hcc_specific", "LR-M"),
        ("LR-M", "LR-M"),
    ):
        result = lirads_2018(at_risk_population=True, reader_call=call)
        assert result.values["category"] == category
    assert len(lirads_2018(at_risk_population=True, reader_call="none").missing) == 5


@pytest.mark.parametrize(
    "who",
    [
        {"at_risk_population": False},
        {"vascular_or_congenital_cirrhosis": True},
        {"age_years": 17},
    ],
)
def test_lirads_is_refused_for_those_it_is_not_for(who: Any) -> None:
    with pytest.raises(ImpossibleValue, match="LI-RADS"):
        lirads(**who)
    assert lirads(age_years=18) == "LR-3"
