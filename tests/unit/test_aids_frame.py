"""What every decision aid does alike: units, refusals, what is missing, and what a result keeps."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boardroom.clinical import AIDS, Aid, ImpossibleValue, UnknownInput
from boardroom.clinical.aid import METADATA, NOTE
from tests.unit.aid_samples import SAMPLES

each_aid = pytest.mark.parametrize("aid", AIDS.values(), ids=AIDS)


def test_the_registry_cannot_be_changed() -> None:
    assert set(SAMPLES) == set(AIDS)
    with pytest.raises(TypeError):
        AIDS["horoscope"] = AIDS["albi"]  # type: ignore[index]
    assert "ehbh" not in " ".join(AIDS)


@each_aid
def test_a_result_keeps_everything_it_was_taken_on(aid: Aid) -> None:
    given = SAMPLES[aid.name]
    result = aid(**given)
    assert result
    assert result.complete
    found = result.as_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found.keys() >= METADATA
    assert found.keys() - METADATA == result.values.keys() != set()
    assert found["inputs"] == given
    assert found["name"] == aid.name
    assert found["note"] == NOTE == "Decision aid; the tumour board decides."
    assert found["headline"]
    assert found["version"]
    assert "doi:10." in found["citation"] or "no DOI" in found["citation"]
    assert found["missing"] == []
    found["inputs"].clear()
    assert result.as_dict()["inputs"] == given


@each_aid
def test_each_aid_describes_itself_for_a_form(aid: Aid) -> None:
    described = list(aid.describe())
    names = [name for name, *_ in described]
    assert len(set(names)) == len(names)
    assert set(SAMPLES[aid.name]) <= set(names)
    for name, label, kind, unit, _ in described:
        assert label
        assert kind in ("number", "choice", "yesno", "list")
        assert unit != "no unit"
        one = aid.entries[name]
        assert (kind == "choice") <= bool(one.choices)
        for key, words in one.choices if kind != "yesno" else ():
            read, _ = one.read(name, [key] if kind == "list" else key)
            assert read in (key, (key,))
            assert words


@each_aid
def test_what_is_missing_is_listed_and_there_is_no_score(aid: Aid) -> None:
    nothing = aid()
    assert not nothing
    assert not nothing.values
    assert nothing.headline == ""
    labels = {one.label for one in aid.inputs}
    for name in SAMPLES[aid.name]:
        one = aid.entries[name]
        if one.required:
            assert one.label in nothing.missing
            less = aid(**{k: v for k, v in SAMPLES[aid.name].items() if k != name})
            assert less.missing == (one.label,)
            assert aid(**SAMPLES[aid.name] | {name: None}).missing == (one.label,)
    assert nothing.missing
    assert json.loads(json.dumps(nothing.as_dict())) == nothing.as_dict()
    assert nothing.as_dict()["complete"] is False
    assert len(labels) == len(set(labels))


def test_missing_alternatives_are_one_line() -> None:
    assert AIDS["child_pugh"]().missing == (
        "Total bilirubin",
        "Albumin",
        "Ascites",
        "INR or prothrombin time",
        "Encephalopathy",
    )
    sample = {k: v for k, v in SAMPLES["child_pugh"].items() if k != "inr"}
    assert "Japan or France" in AIDS["child_pugh"](**sample, pt_percent=60).missing[0]
    sums = {k: v for k, v in SAMPLES["mrecist"].items() if k != "nontarget_state"}
    assert "non-target" in AIDS["mrecist"](**sums).missing[0]


# ---- Refusals -----------------------------------------------------------------------------------

NO_NUMBERS = (True, False, "2", "", math.nan, math.inf, -math.inf, Decimal("sNaN"), [1], {}, 1j)


@each_aid
@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_what_is_no_number_is_refused(aid: Aid, value: Any) -> None:
    for name, one in aid.entries.items():
        if one.kind == "number":
            with pytest.raises(ImpossibleValue, match="has to be a number") as caught:
                aid(**{name: value})
            assert caught.value.input == name
            assert one.label in caught.value.reason
        elif one.kind == "list" and not one.choices:
            with pytest.raises(ImpossibleValue):
                aid(**{name: [value]})


@each_aid
def test_yes_and_choice_and_list_take_nothing_else(aid: Aid) -> None:
    wrong = {
        "yesno": ("yes", 1, 0, [], "true"),
        "choice": ("?", True, 1.5, [], ""),
        "list": (1, ""),
    }
    for name, one in aid.entries.items():
        for value in wrong.get(one.kind, (10**5000, -1, 1e300)):
            with pytest.raises(ImpossibleValue):
                aid(**{name: value})


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnknownInput, match="bilirubin_umol_l, bilirubin_mg_dl, albumin_g_l"):
        AIDS["albi"](bilirubin=20)
    assert issubclass(UnknownInput, ImpossibleValue)
    assert issubclass(ImpossibleValue, ValueError)


@each_aid
def test_one_lab_in_two_units_is_refused(aid: Aid) -> None:
    for one in aid.inputs:
        for (name, _), (other, _) in zip(one.entries, one.entries[1:], strict=False):
            with pytest.raises(ImpossibleValue, match="given twice") as caught:
                aid(**{name: 1, other: 1})
            assert name in caught.value.reason


@pytest.mark.parametrize(
    ("aid", "inputs"),
    [
        ("albi", {"bilirubin_umol_l": 0, "albumin_g_l": 40}),
        ("albi", {"bilirubin_umol_l": -5, "albumin_g_l": 40}),
        ("albi", {"bilirubin_umol_l": 20, "albumin_g_l": 0}),
        ("albi", {"bilirubin_umol_l": 20, "albumin_g_dl": 40}),  # g/L meant
        ("meld", SAMPLES["meld"] | {"inr": 0}),
        ("meld", SAMPLES["meld"] | {"creatinine_mg_dl": 0}),
        ("meld_na", SAMPLES["meld_na"] | {"sodium_mmol_l": 14}),
        ("milan", SAMPLES["milan"] | {"tumor_diameters_cm": []}),
        ("milan", SAMPLES["milan"] | {"tumor_diameters_cm": [2, 0]}),
        ("charlson", {"conditions": ["plague"], "age_years": 60}),
        ("charlson", {"conditions": [], "age_years": -1}),
        ("afp_model", SAMPLES["afp_model"] | {"tumor_count": 1.5}),
        ("mrecist", SAMPLES["mrecist"] | {"current_sum_viable_mm": -1}),
        ("okuda", SAMPLES["okuda"] | {"tumor_percent_of_liver": 101}),
    ],
)
def test_impossible_values_are_refused(aid: str, inputs: dict[str, Any]) -> None:
    with pytest.raises(ImpossibleValue):
        AIDS[aid](**inputs)


@pytest.mark.parametrize(
    ("aid", "changes"),
    [
        ("albi", {"albumin_g_l": 4}),  # g/dL meant
        ("albi", {"bilirubin_umol_l": 1.2}),  # mg/dL meant
        ("meld", {"inr": 16}),
    ],
)
def test_improbable_values_are_warned_about(aid: str, changes: dict[str, float]) -> None:
    result = AIDS[aid](**SAMPLES[aid] | changes)
    assert result.complete
    assert "Check value and unit" in result.warnings[0]
    assert not AIDS[aid](**SAMPLES[aid]).warnings


# ---- Units --------------------------------------------------------------------------------------

PAIRS = [
    (aid.name, first, second)
    for aid in AIDS.values()
    for one in aid.inputs
    if one.required and one.kind == "number" and (first := one.entry) in SAMPLES[aid.name]
    for second, _ in one.entries[1:]
]


@pytest.mark.parametrize(("name", "first", "second"), PAIRS)
@given(st.integers(5, 400))
@settings(max_examples=15, deadline=None)
def test_both_units_give_the_same_result(name: str, first: str, second: str, part: int) -> None:
    aid, sample = AIDS[name], dict(SAMPLES[name])
    one = aid.entries[first]
    value = Decimal(str(sample.pop(first))) * part / 100
    value = value.quantize(Decimal("0.01"))
    if one.whole:
        return
    other = value * one.unit.factor / dict(one.entries)[second].factor
    try:
        result = aid(**sample, **{first: value})
    except ImpossibleValue:
        with pytest.raises(ImpossibleValue):
            aid(**sample, **{second: other})
        return
    again = aid(**sample, **{second: other})
    assert again.values == result.values
    assert again.used == result.used
    assert again.clamped == result.clamped


def test_a_converted_limit_is_met_exactly() -> None:
    assert (
        AIDS["child_pugh"](
            **{k: v for k, v in SAMPLES["child_pugh"].items() if k != "bilirubin_mg_dl"},
            bilirubin_umol_l=34.2,
        ).used["bilirubin_mg_dl"]
        == 2.0
    )
    assert (
        AIDS["afp_model"](largest_tumor_diameter_mm=30, tumor_count=1, afp_ng_ml=100).values[
            "points"
        ]
        == 0
    )
