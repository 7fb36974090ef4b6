"""What people type into a form reaches the decision aids: with its day, or that of the answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boardroom.cases.models import Case
from boardroom.db import now
from tests.integration.test_referral import save
from tests.integration.test_referrer import begin

Make = Callable[..., int]
TheCase = Callable[[int], Case]


def ago(days: int) -> str:
    return (now().date() - dt.timedelta(days=days)).isoformat()


def typed(**facts: Any) -> dict[str, str]:
    """{name of the field: text} for facts as (value, unit, days ago), parts left out as None."""
    found = {}
    for key, (value, unit, days) in facts.items():
        key, _, number = key.partition("__")
        prefix = f"fact-{key}-{number or 1}"
        found[f"{prefix}-value"] = value
        if unit is not None:
            found[f"{prefix}-unit"] = unit
        if days is not None:
            found[f"{prefix}-taken_on"] = ago(days)
    return found


LABS = {
    "bilirubin": ("2.6", "mg/dL", 9), "albumin": ("31", "g/L", 9), "inr": ("1.5", None, 9),
    "creatinine": ("1.1", "mg/dL", 9), "sodium": ("134", "mmol/L", 9),
}  # fmt: skip


def card(client: FlaskClient, case_id: int, title: str) -> str:
    """One card of the case's page as text."""
    page = client.get(f"/cases/{case_id}").text
    found = next(one for one in page.split('class="aid-card"')[1:] if f">{title}</h3>" in one)
    return unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", found.split("</section>")[0])))


def test_labs_and_no_dialysis_make_a_meld(
    app: Flask, referrer: FlaskClient, coordinator: FlaskClient, the_case: TheCase
) -> None:
    case_id = begin(app, referrer, diagnosis="hcc")
    basics = {"diagnosis": "hcc", "patient-sex": "female", "patient-birth_date": "1961-02-03"}
    form = referrer.get(f"/cases/{case_id}/edit").text
    assert 'name="fact-dialysis-1-taken_on"' in form
    assert "Without a date it counts as of the day on which you answer." in form
    # In the order of the page the answer comes before the labs
    first = basics | typed(dialysis=("no", None, None))
    saved = save(referrer, case_id, the_case(case_id).version, first)
    assert saved["errors"] == {}
    saved = save(referrer, case_id, saved["version"], typed(**LABS))
    assert saved["errors"] == {}
    assert {one.written_on for one in the_case(case_id).facts} == {now().date()}
    submitted = referrer.post(f"/cases/{case_id}/submit", data={"version": saved["version"]})
    assert submitted.status_code == 303
    liver = card(coordinator, case_id, "Liver function")
    assert re.search(r"MELD 3\.0 \d\d ", liver), liver
    assert "Dialysis" not in liver.split("Missing:")[-1].split("What it rests on")[0]
    assert "the day of the answer, is taken for the creatinine" in liver, "9 days lie between"
    # A day that is given counts instead
    save(coordinator, case_id, the_case(case_id).version, typed(dialysis=("no", None, 40)))
    liver = card(coordinator, case_id, "Liver function")
    assert "MELD 3.0 – not known yet" in liver
    assert "not within 7 days of the creatinine" in liver
    save(coordinator, case_id, the_case(case_id).version, typed(dialysis=("no", None, 9)))
    assert re.search(r"MELD 3\.0 \d\d ", card(coordinator, case_id, "Liver function"))


def test_sums_and_no_new_lesion_make_a_response(
    coordinator: FlaskClient, new_case: Make, the_case: TheCase
) -> None:
    case_id = new_case("draft")
    sums = typed(
        viable_sum_mm=("100", None, 200), viable_sum_mm__2=("40", None, 100),
        viable_sum_mm__3=("48", None, 3),
        new_lesion=("no", None, None), nontarget_state=("none", None, None),
    )  # fmt: skip
    sums |= {f"fact-viable_sum_mm-{number}-unit": "mm" for number in (1, 2, 3)}
    saved = save(coordinator, case_id, the_case(case_id).version, sums)
    assert saved["errors"] == {}
    tumour = card(coordinator, case_id, "Tumour burden")
    assert "mRECIST PD" in tumour
    assert "not used" not in tumour


def test_a_remnant_is_judged_by_cirrhosis_and_what_it_lacks_is_said(
    coordinator: FlaskClient, new_case: Make, the_case: TheCase
) -> None:
    case_id = new_case("draft")
    remnant = typed(flr_ml=("600", None, 5), height=("170", "cm", 5), weight=("70", None, 5))
    saved = save(coordinator, case_id, the_case(case_id).version, remnant)
    assert saved["errors"] == {}
    staging = card(coordinator, case_id, "Staging and risk")
    missing = staging.split("Missing:")[1].split("What it rests on")[0]
    assert "Quality of the liver" in missing
    more = typed(
        cirrhosis=("yes", None, None), liver_volume_ml=("1500", None, 5),
        tumour_volume_ml=("100", None, 5), portal_hypertension=("yes", None, 5),
        major_resection=("yes", None, None),
    )  # fmt: skip
    save(coordinator, case_id, saved["version"], more)
    staging, fold = card(coordinator, case_id, "Staging and risk").split("What it rests on")
    assert "Future remnant 39.7 %" in staging
    assert (
        "The minimum is that of a cirrhotic liver, by “Cirrhosis: Yes” without a date." in staging
    )
    assert "do not agree on the minimum of 40 %: 39.7 % and 42.9 %." in staging
    assert "Risk of resection high" in staging, "whatever the MELD"
    assert "consider portal vein embolisation" in fold
    save(coordinator, case_id, the_case(case_id).version, typed(liver_quality=("normal", None, 5)))
    staging = card(coordinator, case_id, "Staging and risk").split("What it rests on")[0]
    assert "contradict: the higher minimum counts." in staging


@pytest.mark.parametrize(
    ("key", "value", "unit", "said"),
    [
        ("bilirubin", "60", "mg/dL", "Total bilirubin 60 mg/dL is unusual"),
        ("sodium", "160", "mmol/L", "Sodium 160 mmol/L is unusual"),
    ],
)
def test_an_improbable_value_is_asked_about_before_it_is_sent(
    referrer: FlaskClient, new_case: Make, the_case: TheCase, key: str, value: str, unit: str,
    said: str,
) -> None:  # fmt: skip
    case_id = new_case("submitted", "Invented General")
    sent: dict[str, Any] = typed(**{key: (value, unit, 2), "dialysis": ("no", None, 2)})
    answer = referrer.post(f"/cases/{case_id}/more", data=sent)
    page = unescape(answer.text)
    assert answer.status_code == 422
    assert f'#f-fact-{key}-1-value">{said}' in page
    assert "Nothing was sent yet" in page
    assert the_case(case_id).facts == []
    sure = re.findall(r'name="sure" value="([^"]+)"', page)
    other = sent | {f"fact-{key}-1-value": "1" + value, "sure": sure}
    if key == "sodium":
        other[f"fact-{key}-1-value"] = "161"
    again = referrer.post(f"/cases/{case_id}/more", data=other)
    assert again.status_code == 422, "another improbable value is asked about anew"
    assert referrer.post(f"/cases/{case_id}/more", data=sent | {"sure": sure}).status_code == 303
    assert {one.key: one.value for one in the_case(case_id).facts} == {key: value, "dialysis": "no"}


def test_what_is_probable_is_sent_at_once(
    referrer: FlaskClient, new_case: Make, the_case: TheCase
) -> None:
    case_id = new_case("submitted", "Invented General")
    assert 'name="sure"' not in referrer.get(f"/cases/{case_id}/more").text
    sent = typed(bilirubin=("60", "umol/L", 2))
    assert referrer.post(f"/cases/{case_id}/more", data=sent).status_code == 303
    assert len(the_case(case_id).facts) == 1
