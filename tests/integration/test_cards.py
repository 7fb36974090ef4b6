"""The decision aids of a case: on its page, on the stage, kept with a decision, in the minutes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, Fact, Lesion, Patient
from boardroom.db import now, write_transaction
from boardroom.people.models import Person

LABS = {
    "bilirubin": ("2.6", "mg/dL"), "albumin": ("31", "g/L"), "inr": ("1.5", ""),
    "creatinine": ("0.9", "mg/dL"), "sodium": ("134", "mmol/L"), "platelets": ("61", "10^9/L"),
    "ascites": ("mild", ""), "encephalopathy": ("none", ""), "dialysis": ("no", ""),
    "varices": ("large", ""), "cirrhosis": ("yes", ""), "liver_function": ("preserved", ""),
    "macrovascular_invasion": ("no", ""), "extrahepatic_spread": ("no", ""),
    "transplant_candidate": ("no", ""), "afp": ("22", "ng/mL"),
}  # fmt: skip


def add_case(app: Flask, diagnosis: str = "hcc", days: int = 3, **without: Any) -> int:
    """A case with labs so many days old."""
    with app.app_context(), write_transaction() as session:
        taken = now().date() - dt.timedelta(days=days)
        case = Case(
            code="BR-9001",
            board="liver",
            status="submitted",
            diagnosis=diagnosis,
            ecog=0,
            question="What is best?",
            patient=Patient(name="Testpatient Alder", sex="male", birth_date=dt.date(1960, 5, 1)),
            facts=[
                Fact(key=key, value=value, unit=unit, taken_on=taken)
                for key, (value, unit) in LABS.items()
                if key not in without
            ],
            lesions=[Lesion(number=1, segments="VI", size_mm=27, li_rads="LR-5")],
        )
        session.add(case)
        session.flush()
        return case.id


def page(client: FlaskClient, case_id: int) -> str:
    answer = client.get(f"/cases/{case_id}")
    assert answer.status_code == 200
    return re.sub(r"[ \n\t]+", " ", answer.get_data(as_text=True))


def test_a_case_shows_three_cards_with_what_they_rest_on(
    app: Flask, coordinator: FlaskClient
) -> None:
    html = page(coordinator, add_case(app))
    for words in ("Liver function", "Tumour burden", "Staging and risk"):
        assert words in html
    assert "<dt>Child-Pugh</dt> <dd>B8" in html
    assert "<dt>ALBI</dt> <dd>2b" in html
    assert "labs 3 days old" in html
    assert "Decision aids; the board decides." in html
    assert "doi:10.1002/bjs.1800600817" in html
    assert '<td class="number nowrap">3.1\u202fg/dL</td><td class="nowrap">31\u202fg/L</td>' in html


def test_a_card_says_of_which_days_what_it_sets_side_by_side_is(
    app: Flask, coordinator: FlaskClient
) -> None:
    case_id = add_case(app, days=40)
    on = {}
    with app.app_context(), write_transaction() as session:
        for key, value, unit, days in (
            ("child_pugh_points", "10", "", 2), ("hvpg", "5", "mmHg", 400),
            ("flr_ml", "300", "ml", 3), ("liver_volume_ml", "1500", "ml", 60),
            ("tumour_volume_ml", "90", "ml", 60), ("liver_quality", "cirrhosis", "", 3),
        ):  # fmt: skip
            day = now().date() - dt.timedelta(days=days)
            on[days] = f"{day.day} {day:%b %Y}"
            case = session.get_one(Case, case_id)
            case.facts.append(Fact(key=key, value=value, unit=unit, taken_on=day))
    labs = now().date() - dt.timedelta(days=40)
    labs_on = f"{labs.day} {labs:%b %Y}"
    html = page(coordinator, case_id)
    assert "<dt>Child-Pugh</dt> <dd>B8" in html, "as computed"
    assert f"computed from values of {labs_on}; reported C10, {on[2]}" in html
    assert f"HVPG 5 mmHg of {on[400]} is not used: “Varices: Large” of {labs_on}" in html
    aloud = html.split("Staging and risk")[1].split("<details")[0]
    assert (
        f"The volumes behind this are not of one day: future liver remnant of {on[3]}, total liver "
        f"volume of {on[60]} and tumour volume of {on[60]}."
    ) in aloud
    assert "consider portal vein embolisation" not in aloud, "that stands in the fold"
    assert "consider portal vein embolisation" in html


@pytest.mark.parametrize(("days", "old"), [(30, False), (31, True)])
def test_labs_older_than_the_board_allows_are_flagged(
    app: Flask, coordinator: FlaskClient, days: int, old: bool
) -> None:
    html = page(coordinator, add_case(app, days=days))
    assert f"labs {days} days old" in html
    assert ("Older than the board allows: Total bilirubin (31 days)" in html) is old


def test_what_is_missing_leads_to_its_field_for_those_who_may_edit(
    app: Flask,
    coordinator: FlaskClient,
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
) -> None:
    case_id = add_case(app, sodium=None, encephalopathy=None)
    html = page(coordinator, case_id)
    link = f'<a href="/cases/{case_id}/edit#f-fact-encephalopathy-1-value">Encephalopathy</a>'
    assert link in html
    assert 'id="f-fact-encephalopathy-1-value"' in coordinator.get(
        f"/cases/{case_id}/edit"
    ).get_data(as_text=True)
    plain = page(sign_in(person("observer")), case_id)
    assert "Encephalopathy" in plain
    assert f"/cases/{case_id}/edit" not in plain


@pytest.mark.parametrize("limits", [None, "japan"])
def test_a_prothrombin_activity_needs_limits_of_the_board_and_no_field(
    app: Flask, coordinator: FlaskClient, monkeypatch: pytest.MonkeyPatch, limits: str | None
) -> None:
    case_id = add_case(app, inr=None)
    with app.app_context(), write_transaction() as session:
        taken = now().date() - dt.timedelta(days=3)
        session.add(Fact(case_id=case_id, key="pt_percent", value="60", unit="%", taken_on=taken))
    board = app.extensions["boards"]["liver"]
    rules = board.aids.model_copy(update={"prothrombin_limits": limits})
    named = board.model_copy(update={"aids": rules})
    monkeypatch.setitem(app.extensions["boards"], "liver", named)
    html = page(coordinator, case_id)
    liver = html.split(f'id="aid-liver-{case_id}"')[1].split("</section>")[0]
    unnamed = "which the board’s definition does not name"
    assert ("<dt>Child-Pugh</dt> <dd>B9" in liver) is (limits is not None)
    assert (unnamed in liver) is (limits is None)
    assert f"{unnamed}</a>" not in liver


def test_ticked_conditions_give_the_charlson_index(
    app: Flask, coordinator: FlaskClient, the_case: Callable[[int], Case]
) -> None:
    case_id = add_case(app)
    form = coordinator.get(f"/cases/{case_id}/edit").text
    assert form.count('name="fact-cci_dementia-1-value"') == 2, "the box, and its empty twin"
    assert "<dt>Charlson</dt>" not in page(coordinator, case_id)

    def save(**ticked: str) -> None:
        fields = {f"fact-cci_{name}-1-value": value for name, value in ticked.items()}
        data = {"version": str(the_case(case_id).version), **fields}
        assert coordinator.post(f"/cases/{case_id}/save", data=data).status_code == 303

    save(dementia="yes", complete="yes", solid_tumor_non_metastatic="yes", heart_failure="")
    html = page(coordinator, case_id)
    assert "<dt>Charlson</dt> <dd>5 <small>3 without liver disease and this tumour" in html
    assert "<b>Yes:</b> Dementia; Solid tumour without metastases." in html
    save(dementia="", solid_tumor_non_metastatic="")
    html = page(coordinator, case_id)
    assert "<dt>Charlson</dt> <dd>2 " in html
    assert "none of the conditions" in html


def test_aids_for_another_disease_are_left_out_and_it_says_why(
    app: Flask, coordinator: FlaskClient
) -> None:
    html = page(coordinator, add_case(app, "crlm", cirrhosis=None))
    for label in ("Milan", "BCLC", "Child-Pugh", "Portal hypertension"):
        assert f"<dt>{label}</dt>" not in html
    assert "<dt>ALBI</dt>" in html
    assert "Milan, UCSF, up-to-seven, the AFP model and mRECIST are for" in html
    assert "no cirrhosis is recorded" in html


def test_cirrhosis_brings_the_liver_scores_to_any_diagnosis(
    app: Flask, coordinator: FlaskClient
) -> None:
    html = page(coordinator, add_case(app, "crlm"))
    assert "<dt>Child-Pugh</dt> <dd>B8" in html
    assert "<dt>Milan</dt>" not in html


def test_each_person_chooses_units_and_nothing_is_stored_converted(
    app: Flask, coordinator: FlaskClient, rows: Callable[..., list[Any]]
) -> None:
    case_id = add_case(app)
    before = sorted(rows(select(Fact.value)))
    assert "2.6\u202fmg/dL" in page(coordinator, case_id)
    answer = coordinator.post("/units", data={"units": "si", "then": f"/cases/{case_id}"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{case_id}")
    html = page(coordinator, case_id)
    assert "44.5\u202fµmol/L" in html
    assert "as entered" in html.lower()
    assert '<td class="nowrap">2.6\u202fmg/dL</td>' in html
    assert sorted(rows(select(Fact.value))) == before
    form = coordinator.get(f"/cases/{case_id}/edit").get_data(as_text=True)
    assert "= 44.5\u202fµmol/L" in form
    assert 'value="2.6"' in form
    assert rows(select(Person.units)) == ["si"]


@pytest.mark.parametrize("then", ["//elsewhere.example", "https://elsewhere.example/", "\\x"])
def test_the_switch_of_units_leads_nowhere_else(coordinator: FlaskClient, then: str) -> None:
    answer = coordinator.post("/units", data={"units": "si", "then": then})
    assert answer.headers["Location"] == "/account"
    assert coordinator.post("/units", data={"units": "stones"}).status_code == 422


def test_values_that_repeat_have_a_line_that_is_told_in_words(
    app: Flask, coordinator: FlaskClient
) -> None:
    case_id = add_case(app)
    with app.app_context(), write_transaction() as session:
        day = now().date() - dt.timedelta(days=100)
        session.add(Fact(case_id=case_id, key="afp", value="10", unit="IU/mL", taken_on=day))
    html = page(coordinator, case_id)
    assert 'role="img" aria-label="AFP, 2 values: risen from 12.1\u202fng/mL on' in html
    assert "MELD 3.0, " not in html  # one day alone is no line
