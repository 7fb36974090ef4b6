"""BCLC: its stages, its options in order, what it asks for and what it warns of."""

from __future__ import annotations

from typing import Any

import pytest

from boardroom.clinical import ImpossibleValue
from boardroom.clinical.aid import Result
from boardroom.clinical.bclc import MIGRATION_REASONS, bclc_2022
from boardroom.clinical.bclc_options import SYSTEMIC
from boardroom.clinical.surgery import makuuchi
from tests.unit.aid_samples import CLEAR


def bclc(*diameters: float, **changes: Any) -> Result:
    base = {"ecog": 0, "liver_function": "preserved", "transplant_candidate": False}
    return bclc_2022(tumor_diameters_cm=list(diameters), **CLEAR | base | changes)


@pytest.mark.parametrize(
    ("diameters", "changes", "stage"),
    [
        ((2.0,), {}, "0"),
        ((2.01,), {}, "A"),
        ((9.0,), {}, "A"),
        ((3.0, 3.0), {}, "A"),
        ((3.0, 3.0, 3.01), {}, "B"),
        ((1.0,) * 4, {}, "B"),
        ((1.0,), {"ecog": 1}, "C"),
        ((1.0,), {"ecog": 1, "ecog_tumor_related": False}, "0"),
        ((1.0,), {"ecog": 2, "ecog_tumor_related": True}, "C"),
        ((1.0,), {"ecog": 3}, "D"),
        ((1.0,), {"ecog": 3, "ecog_tumor_related": False}, "D"),
        ((1.0,), {"macrovascular_invasion": True}, "C"),
        ((1.0,), {"extrahepatic_spread": True}, "C"),
        ((1.0,), {"liver_function": "end_stage"}, "D"),
        ((1.0,), {"liver_function": "end_stage", "extrahepatic_spread": True}, "D"),
        ((1.0,), {"liver_function": "not_preserved"}, "0"),
    ],
)
def test_bclc_stages(diameters: tuple[float, ...], changes: Any, stage: str) -> None:
    result = bclc(*diameters, **changes)
    assert result.values["stage"] == stage
    assert result.values["options"]


TRANSPLANTABLE = {"transplant_candidate": True, "within_transplant_criteria": True}


def test_an_end_stage_liver_that_can_be_replaced_is_not_stage_d() -> None:
    result = bclc(2.5, liver_function="end_stage", **TRANSPLANTABLE)
    assert result.values["stage"] == "A"
    assert result.values["first_option_family"] == "transplant"
    assert result.values["options"][0]["option"] == "transplant"
    beyond = TRANSPLANTABLE | {"within_transplant_criteria": False}
    assert bclc(2.5, liver_function="end_stage", **beyond).values["stage"] == "D"
    invaded = TRANSPLANTABLE | {"macrovascular_invasion": True}
    assert bclc(2.5, liver_function="end_stage", **invaded).values["stage"] == "D"


@pytest.mark.parametrize(
    ("changes", "group", "first"),
    [
        (TRANSPLANTABLE, "B1_transplant", "transplant"),
        ({"well_defined_nodules_selective_access": True}, "B2_well_defined_TACE", "tace"),
        ({"diffuse_infiltrative_bilobar": True}, "B3_diffuse_systemic", "systemic"),
        ({}, None, "tace"),
    ],
)
def test_bclc_b_by_pattern(changes: Any, group: str | None, first: str) -> None:
    result = bclc(4.0, 4.0, **changes)
    assert result.values["b_subgroup"] == group
    assert result.values["options"][0]["option"] == first
    assert bool(result.warnings) is (group is None)


def test_bclc_options_in_order() -> None:
    def order(*diameters: float, **changes: Any) -> list[str]:
        return [one["option"] for one in bclc(*diameters, **changes).values["options"]]

    assert order(1.0) == ["ablation", "resection", "tace", "tare", "systemic"]
    assert order(1.0, transplant_candidate=True)[0] == "resection"
    assert order(8.0) == ["resection", "ablation", "tace", "tare", "systemic"]
    assert order(8.1) == ["resection", "ablation", "tace", "systemic"]
    assert order(3.0, 3.0, transplant_candidate=True)[:2] == ["transplant", "ablation"]
    assert order(3.0, ecog=2) == ["systemic", "supportive"]
    assert order(3.0, ecog=4) == ["supportive"]
    assert {"age", "comorbidity", "location", "failed", "refused", "access"} <= set(
        MIGRATION_REASONS
    )
    assert {drug.line for drug in SYSTEMIC} == {"first", "after sorafenib"}


def test_no_transplant_is_listed_in_stage_b_outside_the_boards_criteria() -> None:
    outside = {"transplant_candidate": True, "within_transplant_criteria": False}
    for pattern in ({}, {"well_defined_nodules_selective_access": True}):
        values = bclc(4.0, 4.0, **outside, **pattern).values
        assert [one["option"] for one in values["options"]] == ["tace", "systemic"]
        assert "transplant" not in values["first_option_family"]


@pytest.mark.parametrize("known", [True, False, None])
def test_resection_of_a_single_nodule_is_first_only_with_normal_portal_pressure(
    known: bool | None,
) -> None:
    for candidate, rest in ((True, ["transplant", "ablation"]), (False, ["ablation"])):
        values = bclc(4.0, transplant_candidate=candidate, portal_hypertension=known).values
        order = [one["option"] for one in values["options"]]
        assert order[: order.index("tace")] == ([] if known else ["resection"]) + rest
        first = "transplant / ablation" if known else "resection / transplant / ablation"
        assert values["first_option_family"] == first


@pytest.mark.parametrize(("bilirubin", "first"), [(1.9, "resection"), (2.0, "ablation")])
def test_no_resection_is_listed_with_a_bilirubin_that_allows_none(
    bilirubin: float, first: str
) -> None:
    assert bclc(4.0, bilirubin_mg_dl=bilirubin).values["options"][0]["option"] == first
    assert makuuchi(ascites="none", bilirubin_mg_dl=bilirubin).values["largest_resection"] == (
        "enucleation" if first == "resection" else "no_resection"
    )


def test_what_bclc_warns_of_and_refuses() -> None:
    assert "cause was not stated" in bclc(1.0, ecog=1).warnings[0]
    assert "not preserved" in bclc(1.0, liver_function="not_preserved").warnings[0]
    with pytest.raises(ImpossibleValue, match="died"):
        bclc(1.0, ecog=5)


def test_bclc_asks_for_transplant_criteria_only_where_they_matter() -> None:
    assert bclc(2.5, transplant_candidate=True).complete
    for changes in ({"liver_function": "end_stage"}, {}):
        diameters = (2.5,) if changes else (4.0, 4.0)
        result = bclc(*diameters, transplant_candidate=True, **changes)
        assert result.missing == ("Within the board's transplant criteria, AFP included",)


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({"macrovascular_invasion": True}, "C"),
        ({"extrahepatic_spread": True}, "C"),
        ({"ecog": 2, "ecog_tumor_related": True}, "C"),
        ({"macrovascular_invasion": True, "liver_function": "end_stage"}, "D"),
    ],
)
def test_no_transplant_criteria_are_asked_for_where_the_stage_follows_without(
    changes: dict[str, Any], stage: str
) -> None:
    result = bclc(3.4, 2.1, 1.8, 1.5, transplant_candidate=True, **changes)
    assert result.missing == ()
    assert result.values["stage"] == stage


def test_liver_function_is_asked_and_never_derived() -> None:
    assert bclc(2.5, liver_function=None).missing == ("Liver function as the board judges it",)


@pytest.mark.parametrize(
    "given",
    [
        {"ecog": 3},
        {"ecog": 4, "transplant_candidate": True, "liver_function": "end_stage"},
        {"liver_function": "end_stage", "transplant_candidate": False},
        {"liver_function": "end_stage", "within_transplant_criteria": False},
    ],
)
def test_stage_d_is_said_where_it_follows_whatever_the_rest_is(given: dict[str, Any]) -> None:
    result = bclc_2022(**given)
    assert result.complete
    assert result.values["stage"] == "D"
    assert [one["option"] for one in result.values["options"]] == ["supportive"]


@pytest.mark.parametrize(
    "given", [{"ecog": 2}, {"liver_function": "end_stage"}, {"transplant_candidate": False}]
)
def test_no_stage_is_said_where_the_rest_matters(given: dict[str, Any]) -> None:
    assert not bclc_2022(**given).complete


def option_keys(result: Result) -> list[str]:
    return [one["option"] for one in result.values["options"]]


def test_no_stage_lists_what_the_board_or_the_liver_rules_out() -> None:
    listed = {"transplant_candidate": True, "within_transplant_criteria": True}
    outside = {"transplant_candidate": True, "within_transplant_criteria": False}
    assert "transplant" in option_keys(bclc(9.0, **listed, portal_hypertension=True))
    assert "transplant" not in option_keys(bclc(9.0, **outside, portal_hypertension=True))
    assert option_keys(bclc(1.8, **listed))[0] == "resection"
    for portal in (listed, {"transplant_candidate": False}):
        assert "resection" not in option_keys(bclc(1.8, **portal, portal_hypertension=True))
