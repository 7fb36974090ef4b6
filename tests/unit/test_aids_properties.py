"""What holds for every decision aid whatever it is given."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from boardroom.clinical import AIDS, ImpossibleValue
from boardroom.clinical.inputs import half_up, nine, whole
from tests.unit.aid_samples import SAMPLES


def badness(aid: str, **given: Any) -> float:
    values = AIDS[aid](**given).values
    return float(
        next(values[k] for k in ("points", "score", "meld", "meld_na", "raw") if k in values)
    )


number = st.floats(0.3, 40)


@given(number, number, st.sampled_from(["child_pugh", "albi", "meld", "meld_na"]))
@settings(deadline=None)
def test_worse_bilirubin_never_lowers_a_score(one: float, two: float, aid: str) -> None:
    sample = {k: v for k, v in SAMPLES[aid].items() if not k.startswith("bilirubin")}
    low, high = sorted((one, two))
    assert badness(aid, **sample, bilirubin_mg_dl=low) <= badness(
        aid, **sample, bilirubin_mg_dl=high
    )


@given(number, number)
@settings(deadline=None)
def test_worse_bilirubin_never_lowers_meld3(one: float, two: float) -> None:
    sample = {k: v for k, v in SAMPLES["meld3"].items() if k != "bilirubin_mg_dl"}
    low, high = sorted((one, two))
    scores = [AIDS["meld3"](**sample, bilirubin_mg_dl=x).values["meld3"] for x in (low, high)]
    assert scores[0] <= scores[1]


@given(st.floats(0.8, 8), st.floats(0.8, 8), st.floats(1, 5), st.floats(1, 5))
@settings(deadline=None)
def test_worse_inr_and_albumin_never_lower_child_pugh(
    inr: float, more: float, albumin: float, less: float
) -> None:
    sample = {"bilirubin_mg_dl": 1, "ascites": "none", "encephalopathy_grade": 0}
    inr, more = sorted((inr, more))
    less, albumin = sorted((albumin, less))
    better = badness("child_pugh", **sample, inr=inr, albumin_g_dl=albumin)
    assert better <= badness("child_pugh", **sample, inr=more, albumin_g_dl=less)
    assert 5 <= better <= 15


@given(
    st.floats(0.1, 60), st.floats(0.4, 20), st.floats(0.2, 30), st.floats(95, 180), st.booleans()
)
@settings(deadline=None)
def test_clamping_twice_is_clamping_once(
    bilirubin: float, inr: float, creatinine: float, sodium: float, dialysis: bool
) -> None:
    given = {
        "bilirubin_mg_dl": bilirubin,
        "inr": inr,
        "creatinine_mg_dl": creatinine,
        "sodium_mmol_l": sodium,
        "dialysis_twice_in_week": dialysis,
    }
    once = AIDS["meld_na"](**given)
    again = AIDS["meld_na"](**once.used)
    assert again.values == once.values
    assert again.used == once.used
    assert not again.clamped
    assert 6 <= once.values["meld_na"] <= 40


@given(st.lists(st.floats(0.5, 12), min_size=1, max_size=6))
@settings(deadline=None)
def test_what_milan_takes_in_up_to_seven_takes_in(sizes: list[float]) -> None:
    def within(aid: str, diameters: list[float]) -> bool:
        return bool(AIDS[aid](**SAMPLES[aid] | {"tumor_diameters_cm": diameters}).values["within"])

    if within("milan", sizes):
        assert within("up_to_seven", sizes)
    for aid in ("milan", "ucsf", "up_to_seven"):
        assert within(aid, sizes) or not within(aid, [*sizes, 1.0])
        assert within(aid, sizes) == within(aid, sizes[::-1])


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=True),
    st.text(max_size=5),
    st.lists(st.one_of(st.floats(), st.text(max_size=3)), max_size=3),
)


@given(st.sampled_from(sorted(AIDS)), st.data())
@settings(max_examples=400, deadline=None)
def test_whatever_is_given_is_answered_or_refused(name: str, data: st.DataObject) -> None:
    aid = AIDS[name]
    given = dict(SAMPLES[name])
    for entry in data.draw(st.lists(st.sampled_from(sorted(aid.entries)), max_size=3)):
        given[entry] = data.draw(anything)
    try:
        found = aid(**given).as_dict()
    except ImpossibleValue:
        return
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@given(st.sampled_from(sorted(AIDS)), st.data())
@settings(max_examples=400, deadline=None)
def test_whatever_number_is_given_is_answered_or_refused(name: str, data: st.DataObject) -> None:
    aid = AIDS[name]
    given = dict(SAMPLES[name])
    numbers = [n for n in given if aid.entries[n].kind == "number"]
    for entry in numbers:
        given[entry] = data.draw(st.floats(0, 500, exclude_min=True))
    try:
        result = aid(**given)
    except ImpossibleValue:
        return
    assert result.complete


def test_rounding_is_half_up() -> None:
    assert [whole(x) for x in (0.5, 1.5, 2.5, 24.499999999999)] == [1, 2, 3, 25]
    assert half_up(2.675, 2) == 2.68
    assert half_up(-2.5) == -3
    assert nine(0.1 + 0.2) == 0.3
