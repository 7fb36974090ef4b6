"""The tumour and its stage on a case's cards: lesions, veins and spread, and what they rest on."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from boardroom.aids.queries import cards_for
from boardroom.cases.models import Case, Fact, Lesion
from boardroom.cases.queries import load_case
from boardroom.db import now, write_transaction
from tests.integration.test_cards import add_case, page


@pytest.mark.parametrize("diagnosis", ["hcc", "crlm"])
def test_a_map_that_contradicts_the_facts_is_said_on_the_cards_and_on_the_stage(
    app: Flask, coordinator: FlaskClient, diagnosis: str
) -> None:
    case_id = add_case(app, diagnosis)
    said = "among the facts. The reading counts here."
    assert said not in coordinator.get(f"/cases/{case_id}").text
    sent = {"version": "0", "lesions-0-number": "1", "lesions-0-segments": "VI",
            "lesions-0-size_mm": "27", "portal": "vp3", "portal_side": "right"}  # fmt: skip
    assert coordinator.post(f"/cases/{case_id}/map/board", data=sent).status_code == 303
    page = coordinator.get(f"/cases/{case_id}").text
    assert said in page
    assert "the board’s reading" in page
    if diagnosis == "hcc":
        assert re.search(r"<dt>BCLC</dt>\s*<dd>C\b", page)
        assert re.search(r"<dt>Milan</dt>\s*<dd>outside", page)


@pytest.mark.parametrize("diagnosis", ["hcc", "crlm"])
def test_sizes_stated_otherwise_than_the_map_shows_are_said_on_the_tumour_card(
    app: Flask, coordinator: FlaskClient, diagnosis: str
) -> None:
    case_id = add_case(app, diagnosis)
    day = now().date()
    with app.app_context(), write_transaction() as session:
        case = session.get_one(Case, case_id)
        case.facts.append(Fact(key="largest_mm", value="2.7", unit="cm", taken_on=day))
        case.facts.append(Fact(key="nodule_count", value="1", taken_on=day))
    assert "stated:" not in page(coordinator, case_id), "27 mm is 2.7 cm"
    sent = {"version": "0", "lesions-0-number": "1", "lesions-0-segments": "VI",
            "lesions-0-size_mm": "42", "lesions-1-number": "2", "lesions-1-segments": "II",
            "lesions-1-size_mm": "11"}  # fmt: skip
    assert coordinator.post(f"/cases/{case_id}/map/board", data=sent).status_code == 303
    card = page(coordinator, case_id).split(f'id="aid-tumour-{case_id}"')[1].split("</section>")[0]
    when = f"({day.day} {day:%b %Y})"
    assert f"Largest nodule. Map: 42 mm, stated: 2.7 cm {when}." in card
    assert f"Number of nodules. Map: 2, stated: 1 {when}." in card


@pytest.mark.parametrize("diagnosis", ["hcc", "crlm"])
def test_two_facts_on_veins_that_contradict_are_said_with_the_one_that_counts(
    app: Flask, coordinator: FlaskClient, diagnosis: str
) -> None:
    case_id = add_case(app, diagnosis)
    day = now().date() - dt.timedelta(days=1)
    with app.app_context(), write_transaction() as session:
        session.add(Fact(case_id=case_id, key="portal_invasion", value="vp4", taken_on=day))
    html = page(coordinator, case_id)
    assert f"Vp4, main trunk or other side” of {day.day} {day:%b %Y} contradict" in html
    assert "the newer counts." in html
    assert "<dt>Vein invasion</dt> <dd>Vp4" in html
    if diagnosis == "hcc":
        assert "<dt>BCLC</dt> <dd>C " in html
        assert "<dt>Milan</dt> <dd>outside" in html
        assert "<small>excluded by invasion or spread" in html


def list_lesions(app: Flask, case_id: int, *lesions: dict[str, Any]) -> None:
    with app.app_context(), write_transaction() as session:
        case = session.get_one(Case, case_id)
        case.lesions[:] = [Lesion(number=i, **one) for i, one in enumerate(lesions, 1)]


def test_a_lesion_that_is_no_tumour_is_neither_staged_nor_counted(
    app: Flask, coordinator: FlaskClient
) -> None:
    case_id = add_case(app)
    list_lesions(
        app, case_id, {"size_mm": 18, "li_rads": "LR-5"}, {"size_mm": 60, "li_rads": "LR-3"}
    )
    html = page(coordinator, case_id)
    assert "<dt>Lesions</dt> <dd>1 · 1.8\u202fcm <small>lesion 2 (LR-3) not counted" in html
    assert "<dt>BCLC</dt> <dd>0 " in html
    assert "<dt>Milan</dt> <dd>within" in html
    assert html.count("<span>Lesion 2 is LR-3 and is not counted as tumour.</span>") == 2


def test_a_liver_without_living_tumour_lacks_no_diameters(
    app: Flask, coordinator: FlaskClient
) -> None:
    case_id = add_case(app)
    list_lesions(app, case_id, {"size_mm": 30, "li_rads": "LR-TR nonviable"})
    html = page(coordinator, case_id)
    assert "<dt>Lesions</dt> <dd>none viable" in html
    assert "<dt>BCLC</dt> <dd>– <small>no viable tumour" in html
    assert "<span>No viable tumour is recorded.</span>" in html
    for needless in ("Diameters of all nodules", "Number of nodules", "Largest nodule"):
        assert needless not in html.split('aria-label="Decision aids"')[1]


@pytest.mark.parametrize("read", [True, False])
def test_the_cards_rest_on_the_lesions_and_on_whose_reading_they_are(
    app: Flask, coordinator: FlaskClient, read: bool
) -> None:
    case_id = add_case(app)
    day = now().date() - dt.timedelta(days=9)
    if read:
        sent = {"version": "0", "lesions-0-number": "1", "lesions-0-segments": "VI",
                "lesions-0-size_mm": "27", "lesions-0-li_rads": "LR-5",
                "imaged_on": day.isoformat()}  # fmt: skip
        assert coordinator.post(f"/cases/{case_id}/map/board", data=sent).status_code == 303
    html = page(coordinator, case_id)
    when = f"{day.day} {day:%b %Y}" if read else "no date"
    for card in ("tumour", "staging"):
        rows = html.split(f'id="aid-{card}-{case_id}"')[1].split("</section>")[0]
        assert f'>27 mm, LR-5</td><td class="nowrap">the same</td><td class="nowrap">{when}' in rows
        assert ('<th scope="row">The board’s reading</th>' in rows) is read
        assert ">0 values" not in rows
    liver = html.split(f'id="aid-liver-{case_id}"')[1].split("</section>")[0]
    assert "27 mm" not in liver


@pytest.mark.parametrize(("invaded", "said"), [("no", False), ("yes", True)])
def test_the_afp_model_says_in_its_one_line_that_invasion_excludes(
    app: Flask, invaded: str, said: bool
) -> None:
    case_id = add_case(app, macrovascular_invasion="")
    with app.app_context(), write_transaction() as session:
        case = session.get_one(Case, case_id)
        case.facts.append(Fact(key="macrovascular_invasion", value=invaded))
    with app.app_context():
        cards = cards_for(load_case(case_id), app.extensions["boards"]["liver"], now().date())
    assert "AFP model 0 points" in cards.card("tumour").line
    assert ("points, excluded" in cards.card("tumour").line) is said


def test_what_is_old_or_contradicted_of_the_liver_is_said_on_its_card(
    app: Flask, coordinator: FlaskClient
) -> None:
    case_id = add_case(app, encephalopathy=True)
    old, day = now().date() - dt.timedelta(days=800), now().date()
    with app.app_context(), write_transaction() as session:
        case = session.get_one(Case, case_id)
        case.facts.append(Fact(key="child_pugh_points", value="5", taken_on=old))
        case.facts.append(Fact(key="portal_hypertension", value="no", taken_on=old))
        case.facts.append(Fact(key="varices", value="large", taken_on=day))
    html = page(coordinator, case_id)
    liver = html.split(f'id="aid-liver-{case_id}"')[1].split("</section>")[0]
    staging = html.split(f'id="aid-staging-{case_id}"')[1].split("</section>")[0]
    assert f"as reported {old.day} {old:%b %Y}, not computed, old" in liver
    assert "<dt>Portal hypertension</dt> <dd>significant" in liver
    for card in (liver, staging):
        assert "contradict: the newer counts." in card
