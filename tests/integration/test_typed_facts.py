"""What people type into a form reaches the decision aids: with its day, or that of the answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

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
