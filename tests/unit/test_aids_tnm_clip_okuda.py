"""TNM, CLIP and Okuda: each rule and both sides of its limits."""

from __future__ import annotations

from typing import Any

import pytest

from boardroom.clinical import ImpossibleValue
from boardroom.clinical.staging import clip, okuda, tnm_ajcc8

TNM = {
    "vascular_invasion": False,
    "major_portal_or_hepatic_vein_branch": False,
    "adjacent_organ_invasion_not_gallbladder": False,
    "visceral_peritoneum_perforation": False,
    "n_category": "N0",
    "m_category": "M0",
}


def tnm(count: int, size: float | None, **changes: Any) -> tuple[str, str | None]:
    result = tnm_ajcc8(tumor_count=count, largest_tumor_diameter_cm=size, **TNM | changes)
    return result.values["t"], result.values["stage_group"]


@pytest.mark.parametrize(
    ("known", "t", "group"),
    [
        ({"m_category": "M1"}, None, "IVB"),
        ({"m_category": "M0", "n_category": "N1"}, None, "IVA"),
        ({"m_category": "M0", "n_category": "N0", "visceral_peritoneum_perforation": True},
         "T4", "IIIB"),
    ],
)  # fmt: skip
def test_tnm_asks_for_nothing_that_changes_nothing(
    known: dict[str, Any], t: str | None, group: str
) -> None:
    result = tnm_ajcc8(**known)
    assert (result.missing, result.values["t"], result.values["stage_group"]) == ((), t, group)
    assert tnm_ajcc8(m_category="M0", n_category="N0").missing


def test_tnm_by_size_number_and_vessels() -> None:
    assert tnm(1, 2.0) == tnm(1, 2.0, vascular_invasion=True) == ("T1a", "IA")
    assert tnm(1, 2.01) == tnm(1, 20) == ("T1b", "IB")
    assert tnm(1, 2.01, vascular_invasion=True) == ("T2", "II")
    assert tnm(2, 5.0) == tnm(9, 1.0) == ("T2", "II")
    assert tnm(2, 5.01) == ("T3", "IIIA")
    for finding in list(TNM)[1:4]:
        assert tnm(1, 1.0, **{finding: True}) == ("T4", "IIIB")


def test_tnm_by_nodes_and_metastasis() -> None:
    assert tnm(1, 1, n_category="N1") == ("T1a", "IVA")
    assert tnm(1, 1, n_category="NX") == ("T1a", None)
    assert tnm(1, 1, n_category="nx", m_category="m1") == ("T1a", "IVB")
    assert tnm(2, 9, n_category="N1", m_category="M1") == ("T3", "IVB")
    assert tnm(0, None) == ("T0", None)
    assert tnm(0, None, m_category="M1") == ("T0", "IVB")
    unseen = tnm_ajcc8(primary_not_assessable=True, n_category="N0", m_category="M0", prefix="c")
    assert unseen.values["written"] == "cTX N0 M0"
    assert unseen.values["stage_group"] is None
    with pytest.raises(ImpossibleValue, match="contradict"):
        tnm(0, None, vascular_invasion=True)


@pytest.mark.parametrize(
    ("child", "shape", "afp", "thrombosis", "points"),
    [
        ("A", "uninodular_le50", 399.9, False, 0),
        ("A", "uninodular_le50", 400, False, 1),
        ("B", "multinodular_le50", 1, False, 2),
        ("C", "massive_or_gt50", 400, True, 6),
    ],
)
def test_clip(child: str, shape: str, afp: float, thrombosis: bool, points: int) -> None:
    result = clip(
        child_pugh_class=child,
        tumor_morphology=shape,
        afp_ng_ml=afp,
        portal_vein_thrombosis=thrombosis,
    )
    assert result.values["points"] == points


@pytest.mark.parametrize(
    ("share", "ascites", "albumin", "bilirubin", "stage"),
    [
        (50, False, 3.0, 3.0, "I"),
        (50.1, False, 3.0, 3.0, "II"),
        (50, True, 2.99, 3.0, "II"),
        (50, False, 2.99, 3.01, "II"),
        (51, True, 2.99, 3.0, "III"),
        (51, True, 2.9, 3.1, "III"),
    ],
)
def test_okuda(share: float, ascites: bool, albumin: float, bilirubin: float, stage: str) -> None:
    given = {"tumor_percent_of_liver": share, "ascites": ascites}
    assert okuda(**given, albumin_g_dl=albumin, bilirubin_mg_dl=bilirubin).values["stage"] == stage
    si = {"albumin_g_l": round(10 * albumin, 4), "bilirubin_umol_l": round(17.1 * bilirubin, 6)}
    assert okuda(**given, **si).values["stage"] == stage
