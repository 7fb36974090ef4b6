"""Milan, UCSF, up-to-seven and the AFP model: both sides of each limit."""

from __future__ import annotations

import pytest

from boardroom.clinical import ImpossibleValue
from boardroom.clinical.transplant import afp_model, milan, ucsf, up_to_seven
from tests.unit.aid_samples import CLEAR


@pytest.mark.parametrize(
    ("diameters", "in_milan", "in_ucsf", "in_seven"),
    [
        ([5.0], True, True, True),
        ([5.01], False, True, True),
        ([6.0], False, True, True),
        ([6.01], False, True, False),
        ([6.5], False, True, False),
        ([6.51], False, False, False),
        ([3.0, 3.0, 2.0], True, True, True),
        ([3.0, 3.0, 2.5], True, False, True),  # the sum of 8.5 is outside UCSF
        ([4.5, 3.5], False, True, True),
        ([4.5, 3.51], False, False, True),
        ([4.51, 1.0], False, False, True),
        ([4.0, 1.0, 1.0], False, True, True),
        ([3.0, 1.0, 1.0, 1.0], False, False, True),
        ([3.1, 1.0, 1.0, 1.0], False, False, False),
        ([4.1, 2.9, 1.0], False, True, False),
    ],
)
def test_transplant_criteria(
    diameters: list[float], in_milan: bool, in_ucsf: bool, in_seven: bool
) -> None:
    for aid, within in ((milan, in_milan), (ucsf, in_ucsf), (up_to_seven, in_seven)):
        result = aid(tumor_diameters_cm=diameters, **CLEAR)
        assert result.values["within"] is within, aid.name
        assert bool(result.values["reasons"]) is not within
        mm = [round(10 * size, 3) for size in diameters]
        assert aid(tumor_diameters_mm=mm, **CLEAR).values == result.values
        for against in CLEAR:
            outside = aid(tumor_diameters_cm=diameters, **CLEAR | {against: True})
            assert outside.values["within"] is False


def test_sums_of_decimals_meet_the_limit() -> None:
    assert ucsf(tumor_diameters_cm=[2.7, 2.7, 2.6], **CLEAR).values["within"]  # 8.0, not 8.000…1
    assert ucsf(tumor_diameters_cm=[3.3, 3.3, 1.4], **CLEAR).values["sum_cm"] == 8.0


@pytest.mark.parametrize(
    ("size", "count", "afp", "points"),
    [
        (3.0, 3, 100, 0),
        (3.01, 3, 100, 1),
        (6.0, 3, 100, 1),
        (6.01, 3, 100, 4),
        (3.0, 4, 100, 2),
        (3.0, 3, 100.1, 2),
        (3.0, 3, 1000, 2),
        (3.0, 3, 1000.1, 3),
        (6.01, 4, 1001, 9),
    ],
)
def test_afp_model(size: float, count: int, afp: float, points: int) -> None:
    result = afp_model(largest_tumor_diameter_cm=size, tumor_count=count, afp_ng_ml=afp, **CLEAR)
    assert result.values["points"] == points
    assert result.values["risk"] == ("low" if points <= 2 else "high")
    assert not result.warnings
    assert not result.values["excluded"]


def test_afp_model_in_other_units_and_its_exclusions() -> None:
    si = afp_model(largest_tumor_diameter_mm=30, tumor_count=1, afp_iu_ml=1000 / 1.21)
    assert si.values["components"] == {"diameter": 0, "nodules": 0, "afp": 2}
    assert "not both stated" in si.warnings[0]
    out = afp_model(
        largest_tumor_diameter_cm=1, tumor_count=1, afp_ng_ml=1, macrovascular_invasion=True
    )
    assert out.values["points"] == 0
    assert out.values["excluded"]
    with pytest.raises(ImpossibleValue, match="at least one"):
        afp_model(largest_tumor_diameter_cm=1, tumor_count=0, afp_ng_ml=1)
