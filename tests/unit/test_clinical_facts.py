"""Clinical values as people type them: accepted, warned about, or refused with a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardroom.clinical.facts import (
    FACTS,
    SECTIONS,
    Checked,
    FactError,
    by_section,
    check,
    improbable,
    in_unit,
    lasts,
)


def refused(key: str, value: str, unit: str = "") -> str:
    with pytest.raises(FactError) as caught:
        check(key, value, unit)
    return caught.value.reason


def test_every_fact_can_be_entered() -> None:
    for fact in FACTS.values():
        assert fact.section in SECTIONS
        if fact.kind == "number":
            assert fact.units[0].factor == 1, f"{fact.key}: the first unit is the standard one"
            assert fact.possible[0] <= fact.probable[0] < fact.probable[1] <= fact.possible[1]
            middle = str((fact.probable[0] + fact.probable[1]) // 2)
            assert check(fact.key, middle, fact.units[0].key).warnings == ()
            assert len({u.key for u in fact.units}) == len(fact.units)
        else:
            assert len(fact.choices) >= 2
            assert not fact.units
            assert check(fact.key, fact.choices[0][0]).value == fact.choices[0][0]


def test_sections_hold_every_fact_once() -> None:
    assert [f.key for facts in by_section().values() for f in facts] == list(FACTS)


def test_the_value_is_kept_as_entered_with_its_unit() -> None:
    assert check("bilirubin", " 2.10 ", "mg/dL") == Checked(Decimal("2.10"), "mg/dL")
    assert check("bilirubin", "36", "µmol/L") == Checked(Decimal(36), "umol/L")
    assert check("inr", "1.2", "") == Checked(Decimal("1.2"), "")
    assert check("ascites", "moderate_severe").value == "moderate_severe"


def test_a_decimal_comma_is_read_and_a_doubtful_one_is_not() -> None:
    assert check("bilirubin", "2,1", "mg/dL").value == Decimal("2.1")
    assert check("afp", "0,999", "ng/mL").value == Decimal("0.999")
    assert "two ways" in refused("afp", "1,234", "ng/mL")
    assert "not a number" in refused("afp", "1,234.5", "ng/mL")


@pytest.mark.parametrize(
    "text", ["nan", "NaN", "inf", "1e3", "0x10", "1_000", "١٢", "1 200", "high", "--1", "True", "."]
)
def test_what_is_not_plainly_a_number_is_refused(text: str) -> None:
    assert "not a number" in refused("afp", text, "ng/mL")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<3", "Enter the limit itself, 3, and say in the summary that the laboratory gave “under"),
        ("≥ 1000", "Enter the limit itself, 1000, and say in the summary that the laboratory gave"),
        (">=1000", "gave “over 1000”."),
        ("<high", "is not a number"),
    ],
)
def test_a_limit_is_refused_with_what_to_do(text: str, said: str) -> None:
    assert said in refused("afp", text, "ng/mL")


def test_what_is_improbable_is_said_where_only_that_is_asked() -> None:
    assert improbable("bilirubin", "60", "mg/dL").startswith("Total bilirubin 60 mg/dL is unusual")
    assert improbable("weight", "20") == improbable("weight", "20", "kg") != ""
    for key, value, unit in (
        ("bilirubin", "6", "mg/dL"), ("bilirubin", "x", "mg/dL"), ("bilirubin", "60", ""),
        ("dialysis", "no", ""), ("cycles", "900", ""), ("", "4", ""),
    ):  # fmt: skip
        assert improbable(key, value, unit) == ""


@pytest.mark.parametrize(
    ("key", "value", "unit", "reason"),
    [
        ("total_protein", "102", "g/dL", "not possible (from 2 to 15 g/dL)"),
        ("platelets", "459000", "10^9/L", "not possible"),
        ("albumin", "40", "g/dL", "not possible"),
        ("bilirubin", "-3", "umol/L", "cannot be negative"),
        ("bilirubin", "0", "umol/L", "not possible"),
        ("inr", "0", "", "not possible"),
        ("sodium", "14", "mmol/L", "not possible"),
        ("nodule_count", "2.5", "", "whole number"),
        ("bilirubin", "20", "", "needs its unit: µmol/L or mg/dL"),
        ("bilirubin", "20", "mmol/L", "not in 'mmol/L'"),
        ("inr", "1.1", "s", "has no unit"),
        ("ascites", "none", "ml", "has no unit"),
        ("ascites", "a lot", "", "has to be one of: None"),
        ("cirrhosis", "1", "", "has to be one of: Yes, No"),
        ("ascites", "", "", "is empty"),
        ("afp", "9" * 31, "ng/mL", "too long"),
        ("horoscope", "1", "", "no clinical fact called 'horoscope'"),
    ],
)
def test_refusals_say_why(key: str, value: str, unit: str, reason: str) -> None:
    assert reason in refused(key, value, unit)


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("albumin", "3.5", "g/L"),  # g/dL meant
        ("bilirubin", "1.2", "umol/L"),  # mg/dL meant
        ("inr", "16", ""),
        ("creatinine", "0.2", "mg/dL"),
        ("platelets", "1.71", "10^9/L"),
    ],
)
def test_the_improbable_is_kept_with_a_warning(key: str, value: str, unit: str) -> None:
    checked = check(key, value, unit)
    assert checked.value == Decimal(value)
    assert len(checked.warnings) == 1
    assert "Check value and unit" in checked.warnings[0]


def test_ranges_follow_the_unit_entered() -> None:
    assert check("platelets", "99000", "/uL").warnings == ()
    assert check("albumin", "3.5", "g/dL").warnings == ()
    assert "from 0.1 to 8 g/dL" in refused("albumin", "35", "g/dL")


@pytest.mark.parametrize(
    ("key", "value", "unit", "target", "expected"),
    [
        ("bilirubin", "34.2", "umol/L", "mg/dL", "2"),
        ("bilirubin", "51.3", "umol/L", "mg/dL", "3"),
        ("creatinine", "1", "mg/dL", "umol/L", "88.4"),
        ("albumin", "3.5", "g/dL", "g/L", "35"),
        ("afp", "100", "IU/mL", "ng/mL", "121"),
        ("platelets", "99000", "/uL", "10^9/L", "99"),
        ("largest_mm", "4.2", "cm", "mm", "42"),
        ("sodium", "131", "mEq/L", "mmol/L", "131"),
        ("spleen", "140", "mm", "cm", "14"),
    ],
)
def test_conversion_meets_the_published_cut_offs(
    key: str, value: str, unit: str, target: str, expected: str
) -> None:
    assert in_unit(key, Decimal(value), unit, target) == Decimal(expected)


def test_dcp_is_never_converted() -> None:
    with pytest.raises(FactError, match="kit"):
        in_unit("dcp", Decimal(40), "mAU/mL", "ng/mL")
    assert in_unit("dcp", Decimal(40), "mAU/mL", "mAU/mL") == 40


@given(st.sampled_from([f for f in FACTS.values() if len(f.units) > 1]), st.data())
def test_there_and_back_is_the_same_value(fact, data) -> None:  # type: ignore[no-untyped-def]
    if fact.key == "dcp":
        return
    unit = data.draw(st.sampled_from(fact.units))
    value = Decimal(data.draw(st.integers(1, 99999))) / 100
    there = in_unit(fact.key, value, fact.standard.key, unit.key)
    back = in_unit(fact.key, there, unit.key, fact.standard.key)
    assert abs(back - value) < Decimal("0.00001")


@given(st.sampled_from(sorted(FACTS)), st.text(max_size=40), st.text(max_size=8))
def test_anything_typed_is_answered(key: str, value: str, unit: str) -> None:
    try:
        answer = check(key, value, unit).value
    except FactError as error:
        answer = error.reason
    assert answer if isinstance(answer, str) else answer.is_finite()


def test_what_lasts_without_a_date_and_what_does_not() -> None:
    for key, value in (("splenomegaly", "yes"), ("varices", "large"), ("height", "172"),
                       ("tips", "yes"), ("collaterals", "yes"), ("hcv", "yes"), ("hcv", "no"),
                       ("variceal_bleeding", "yes"), ("decompensated", "yes"),
                       ("cci_dementia", "yes"), ("nodes", "n1"), ("adjacent_organ_invasion", "yes"),
                       ("extrahepatic_spread", "yes"), ("stiffness", "21")):  # fmt: skip
        assert lasts(key, value), key
    for key, value in (("bilirubin", "20"), ("ascites", "mild"), ("encephalopathy", "none"),
                       ("largest_mm", "30"), ("weight", "80"), ("abstinent_months", "6"),
                       ("no_such_fact", "yes")):  # fmt: skip
        assert not lasts(key, value), key


def test_that_there_is_none_lasts_with_its_day_only_and_every_form_asks_for_that() -> None:
    for key, none in (("nodes", "n0"), ("extrahepatic_spread", "no"), ("portal_invasion", "none"),
                      ("adjacent_organ_invasion", "no"), ("peritoneum_perforated", "no"),
                      ("bile_duct_invasion", "no"), ("liver_metastasis", "no"),
                      ("portal_thrombosis", "no"), ("portal_thrombosis_bland", "no"),
                      ("portal_hypertension", "no"), ("varices", "none"), ("collaterals", "no"),
                      ("variceal_bleeding", "no"), ("splenomegaly", "no"),
                      ("decompensated", "no")):  # fmt: skip
        assert not lasts(key, none), key
        assert FACTS[key].asks_day, key


def test_what_was_answered_of_one_day_is_asked_anew() -> None:
    for key in ("dialysis", "new_lesion", "nontarget_state"):
        for value, _ in FACTS[key].choices:
            assert not lasts(key, value), key
