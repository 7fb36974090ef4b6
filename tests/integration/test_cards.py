"""The decision aids of a case: on its page, on the stage, kept with a decision, in the minutes."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
import rfc8785
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom import create_app
from boardroom.aids.models import DecisionAids
from boardroom.aids.operations import keep_aids
from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, Fact, Lesion, Patient
from boardroom.cases.queries import load_case, rounds_of
from boardroom.db import db, now, write_transaction
from boardroom.interchange.registry import ImportReport, run_import
from boardroom.meetings.models import AgendaItem, Meeting
from boardroom.minutes.document import matches_signature
from boardroom.minutes.queries import document_of
from boardroom.minutes.tables import minutes_csv
from boardroom.minutes.view import minutes_view
from boardroom.minutes.word import minutes_docx
from boardroom.people.models import Person

SHARED = Path(os.environ.get("BOARDROOM_SHARED") or Path(__file__).parents[3] / "shared")
SERIAL = SHARED / "cases" / "survivalpath_dtsdhcc.csv"

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


@pytest.fixture
def coordinator(person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(person("coordinator"))


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
    assert f"Largest nodule. Map: 42 mm, stated: 27 mm {when}." in card
    assert f"Number of nodules. Map: 2, stated: 1 {when}." in card


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


# ---- Real cases ---------------------------------------------------------------------------------


def needs(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"the registry's table is not here: {path} (set BOARDROOM_SHARED)")


@pytest.fixture
def serial(tmp_path: Path) -> tuple[Path, list[dict[str, str]]]:
    """The first ten patients with five visits or more, as a table of their own."""
    needs(SERIAL)
    with SERIAL.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    counted = Counter(row["patient"] for row in rows)
    chosen = [p for p in dict.fromkeys(r["patient"] for r in rows) if counted[p] >= 5][:10]
    mine = [row for row in rows if row["patient"] in chosen]
    file = tmp_path / "serial.csv"
    with file.open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, list(rows[0]))
        writer.writeheader()
        writer.writerows(mine)
    return file, mine


def test_ten_patients_come_back_to_the_board_again_and_again(
    app: Flask,
    serial: tuple[Path, list[dict[str, str]]],
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
) -> None:
    file, visits = serial
    with app.app_context():
        report = run_import(file, Path("survivalpath"))
        again = run_import(file, Path("survivalpath"))
    assert (report.rows, report.imported, report.patients) == (len(visits), len(visits), 10)
    assert (again.imported, again.already_there) == (0, len(visits))
    assert report.rows_refused == 0
    fours = sum(visit["lesions_4means4plus"] == "4" for visit in visits)
    told = Counter(problem.column for problem in report.problems if not problem.taken)
    assert told["lesions_4means4plus"] == fours > 0
    assert set(report.columns_skipped) == {"died", "survival_days_from_visit"}
    patient = visits[0]["patient"]
    mine = [visit for visit in visits if visit["patient"] == patient]
    with app.app_context():
        last = (
            db.session.scalars(
                select(Case).where(Case.source == f"survivalpath:{patient}:{mine[-1]['day']}")
            )
            .unique()
            .one()
        )
        rounds = rounds_of(last)
        assert [one.source for one in rounds] == [
            f"survivalpath:{patient}:{visit['day']}" for visit in mine
        ]
        assert [one.status for one in rounds] == ["past"] * (len(mine) - 1) + ["submitted"]
        whole = load_case(last.id)
        first_day = dt.date(2016, 1, 1)
        afp = {f.taken_on: f.value for f in whole.facts if f.key == "afp"}
        assert afp == {
            first_day + dt.timedelta(days=int(visit["day"])): visit["afp_ng_ml"] for visit in mine
        }
        given = [(t.kind, t.on_date) for t in whole.treatments]
        columns = {"resection": "resection", "tace": "embolization", "systemic": "targeted_therapy"}
        assert sorted(given) == sorted(
            (kind, first_day + dt.timedelta(days=int(visit["day"])))
            for visit in mine
            for kind, column in columns.items()
            if visit[column] == "1"
        )
        case_id = last.id
    html = page(sign_in(person("coordinator")), case_id)
    assert "Course so far" in html
    assert f'aria-label="AFP, {len(mine)} values' in html
    assert "Round at the board" in html
    assert "as reported, not computed" in html


def test_a_registrys_earlier_visits_are_history_with_the_registrys_days(
    app: Flask,
    tmp_path: Path,
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
) -> None:
    table = "patient,day,age_years,largest_lesion_mm\n1,0,60,40\n1,30,60,45\n1,400,61,20\n"
    (tmp_path / "t.csv").write_text(table)
    with app.app_context():
        run_import(tmp_path / "t.csv", Path("survivalpath"))
        ids = list(db.session.scalars(select(Case.id).order_by(Case.id)))
    client = sign_in(person("coordinator"))
    first, last = page(client, ids[0]), page(client, ids[-1])
    assert "Past visit" in first
    assert "<dt>Visit</dt><dd>Fri 1 Jan 2016" in first
    assert "Submit to the board" not in first
    assert "Edit</a>" not in first
    assert "days so far" not in first, "nobody waits for it"
    for move in ("submit", "reopen", "new_round"):
        answer = client.post(f"/cases/{ids[0]}/move", data={"move": move})
        assert answer.status_code in (409, 422), move
    refused = client.get(f"/cases/{ids[0]}/edit")
    assert refused.status_code == 409
    assert "last round" in refused.text
    assert "<dt>Visit</dt><dd>Sat 4 Feb 2017" in last
    assert "Imported today." in last
    assert "ame today" not in last
    home = re.sub(r"\s+", " ", client.get("/").text)
    assert '<span>Drafts</span><span class="row-end"><b>0</b>' in home
    assert "imported" in home
    assert "came back" not in home


def test_earlier_visits_that_were_left_drafts_are_made_history_by_importing_again(
    app: Flask, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("patient,day,age_years\n1,0,60\n1,30,60\n")
    with app.app_context():
        run_import(tmp_path / "t.csv", Path("survivalpath"))
        with write_transaction() as session:
            session.scalars(select(Case).order_by(Case.id)).unique().first().status = "draft"
        run_import(tmp_path / "t.csv", Path("survivalpath"))
        statuses = db.session.scalars(select(Case.status).order_by(Case.id)).all()
        assert statuses == ["past", "submitted"]


def test_visits_that_cannot_be_placed_are_reported(app: Flask, tmp_path: Path) -> None:
    header = "patient,day,age_years,largest_lesion_mm,new_lesion,embolization"
    lines = ["1,30,111,0,0,0", "1,0,60,40,2,1", "1,30,60,20,0,0", "2,-3,60,5,0,0", "2,x,60,5,0,0"]
    (tmp_path / "t.csv").write_text("\n".join([header, *lines]) + "\n")
    with app.app_context():
        report: ImportReport = run_import(tmp_path / "t.csv", Path("survivalpath"))
        cases = list(db.session.scalars(select(Case).order_by(Case.id)).unique())
        assert [case.source for case in cases] == ["survivalpath:1:0", "survivalpath:1:30"]
        assert cases[1].earlier_case_id == cases[0].id
        assert [(f.value, f.unit) for f in cases[1].facts if f.key == "largest_mm"] == [
            ("40", "mm")
        ]
    said = [(p.line, p.column, p.value) for p in report.problems if p.line > 1]
    assert said == [
        (2, "age_years", "111"), (2, "largest_lesion_mm", "0"), (3, "new_lesion", "2"),
        (4, "patient", "1"), (5, "day", "-3"), (6, "day", "x"),
    ]  # fmt: skip
    assert (report.rows_refused, report.imported, report.patients) == (3, 2, 1)


# ---- Kept with the decision ---------------------------------------------------------------------


def test_an_old_decision_shows_the_numbers_that_it_was_taken_on(demo_folder: Path) -> None:
    app = create_app("demo", data=demo_folder)
    client = app.test_client()
    with app.app_context():
        chair = db.session.scalars(select(Person).where(Person.email.startswith("chair@"))).one()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = chair.get_id(), True
        case = (
            db.session.scalars(
                select(Case).where(Case.question.startswith("Ablation or resection"))
            )
            .unique()
            .one()
        )
        item = db.session.scalars(select(AgendaItem).where(AgendaItem.case_id == case.id)).one()
        kept = db.session.scalars(select(DecisionAids).where(DecisionAids.item_id == item.id)).one()
        assert hashlib.sha256(rfc8785.dumps(kept.reading)).hexdigest() == kept.sha256
        assert kept.reading["aids"]["child_pugh"]["result"]["label"] == "A5"
        assert kept.reading["aids"]["bclc_2022"]["result"]["stage"] == "A"
        case_id, meeting_id, digest = case.id, item.meeting_id, kept.sha256
        entry = db.session.scalars(
            select(AuditEntry).where(
                AuditEntry.action == "closed a case", AuditEntry.case_id == case_id
            )
        ).one()
        assert entry.details["aids"] == digest, "the trail proves that it was not changed"
    with app.app_context(), write_transaction() as session:
        for fact in session.scalars(select(Fact).where(Fact.case_id == case_id)):
            if fact.key == "bilirubin":
                fact.value = "9.9"
    html = page(client, case_id)
    assert "As the board saw them on" in html
    assert "<dt>Child-Pugh</dt> <dd>A5" in html
    minutes = client.get(f"/meetings/{meeting_id}/minutes").get_data(as_text=True)
    assert "Child-Pugh A5 · ALBI" in minutes
    assert "Not the stage’s first option:</span> Comorbidity" in minutes
    with app.app_context():
        board = app.extensions["boards"]["liver"]
        document = document_of(db.session.get_one(Meeting, meeting_id), board)
        assert matches_signature(document) is True
        recorded = next(c for c in document.cases if c.code == case.code).decision_aids
        assert recorded is not None
        assert recorded.value("child_pugh", "class") == "A"
        rows = csv.DictReader(io.StringIO(minutes_csv(document).decode("utf-8-sig")))
        row = next(row for row in rows if row["case"] == case.code)
        assert (row["child_pugh_class"], row["bclc_stage"]) == ("A", "A")
        assert row["meld3"] == str(recorded.value("meld3", "meld3"))
        text = "\n".join(
            p.text for p in docx.Document(io.BytesIO(minutes_docx(document))).paragraphs
        )
        assert "Liver function: Child-Pugh A5" in text
        view = minutes_view(document)
        assert any(
            card["line"].startswith("Child-Pugh A5") for c in view["cases"] for card in c["aids"]
        )


def test_a_decision_taken_anew_replaces_what_was_kept(app: Flask) -> None:
    case_id = add_case(app)
    board = app.extensions["boards"]["liver"]
    with app.app_context(), write_transaction() as session:
        meeting = Meeting(board="liver", title="Board", starts_at=now(), length_minutes=60)
        item = AgendaItem(meeting=meeting, case_id=case_id, position=1, minutes=5)
        session.add_all([meeting, item])
        session.flush()
        first = keep_aids(item, board).sha256
        assert keep_aids(item, board).sha256 == first
        fact = session.scalars(select(Fact).where(Fact.key == "ascites")).one()
        fact.value = "none"
        session.flush()
        session.expire_all()
        second = keep_aids(item, board)
        assert second.sha256 != first
        assert second.reading["aids"]["child_pugh"]["result"]["label"] == "B7"
    with app.app_context():
        assert len(list(db.session.scalars(select(DecisionAids)))) == 1
