"""Real patients who come back to the board: a registry's visits."""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case
from boardroom.cases.queries import load_case
from boardroom.cases.round_queries import rounds_of
from boardroom.db import db, write_transaction
from boardroom.interchange.registry import ImportReport, run_import
from tests.integration.test_cards import page

SHARED = Path(os.environ.get("BOARDROOM_SHARED") or Path(__file__).parents[3] / "shared")
SERIAL = SHARED / "cases" / "survivalpath_dtsdhcc.csv"


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
    assert (again.imported, again.already_there, again.differing) == (0, len(visits), 0)
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
    assert re.search(r"as reported \d+ \w+ \d{4}, not computed, old", html)


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
    assert "imported today" in last
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


HEADER = "patient,day,age_years,largest_lesion_mm,afp_ng_ml,targeted_therapy,embolization"
ROWS = {0: "1,0,60,40,20,0,1", 30: "1,30,60,45,90,0,1", 90: "1,90,61,50,300,0,0"}


def bring(app: Flask, folder: Path, *days: int) -> ImportReport:
    """Import the visits of these days, as one table."""
    (folder / "t.csv").write_text("\n".join([HEADER, *(ROWS[day] for day in days)]) + "\n")
    with app.app_context():
        return run_import(folder / "t.csv", Path("survivalpath"))


def done(report: ImportReport) -> list[str]:
    return [p.reason for p in report.problems if p.column == "day"]


def chain(app: Flask) -> list[tuple[object, ...]]:
    """The patient's rounds as they stand, the first visit first."""
    with app.app_context():
        rounds = rounds_of(db.session.scalars(select(Case)).unique().first())
        whole = [load_case(one.id) for one in rounds]
        sources = {one.id: one.source for one in whole}
        return [
            (
                one.source,
                one.status,
                sources.get(one.earlier_case_id),
                one.summary,
                sorted((f.key, f.value, f.unit, f.taken_on) for f in one.facts),
                sorted((t.kind, t.on_date) for t in one.treatments),
            )
            for one in whole
        ]


@pytest.mark.parametrize(
    "imports",
    [
        [(0,), (0, 30, 90)],
        [(0,), (30,), (90,)],
        [(90,), (0,), (30,)],
        [(90,), (30,), (0,)],
        [(30,), (90,), (0,)],
        [(0, 90), (30,), (30,), (0, 30, 90)],
        [(90,), (90, 0), (90, 30, 0)],
    ],
)
def test_visits_come_out_as_the_same_rounds_in_whatever_order_they_are_imported(
    app: Flask, tmp_path: Path, imports: list[tuple[int, ...]]
) -> None:
    reports = [bring(app, tmp_path, *days) for days in imports]
    found = chain(app)
    assert [one[:3] for one in found] == [
        ("survivalpath:1:0", "past", None),
        ("survivalpath:1:30", "past", "survivalpath:1:0"),
        ("survivalpath:1:90", "submitted", "survivalpath:1:30"),
    ]
    afp = {(day, value) for key, value, _, day in found[2][4] if key == "afp"}  # type: ignore[attr-defined]
    first = dt.date(2016, 1, 1)
    assert afp == {
        (first + dt.timedelta(days=days), value)
        for days, value in ((0, "20"), (30, "90"), (90, "300"))
    }
    assert [len(one[5]) for one in found] == [1, 2, 2]  # type: ignore[arg-type]
    assert any(done(one) for one in reports), "what was done to the rounds is said"
    again = bring(app, tmp_path, 0, 30, 90)
    assert (again.imported, again.already_there, done(again)) == (0, 3, [])
    assert chain(app) == found


def test_what_was_done_to_the_rounds_is_reported(app: Flask, tmp_path: Path) -> None:
    assert done(bring(app, tmp_path, 30)) == []
    later = bring(app, tmp_path, 30, 90)
    (words,) = done(later)
    assert "visit of day 30 (BR-0001) waited for the board. It is history now" in words
    assert all(p.taken for p in later.problems if p.column == "day")
    (words,) = done(bring(app, tmp_path, 0))
    assert words == "The visit of day 30 (BR-0001) now follows that of day 0 (BR-0003)."


def test_a_visit_after_one_that_is_before_the_board_waits_for_its_decision(
    app: Flask, tmp_path: Path
) -> None:
    bring(app, tmp_path, 0)
    with app.app_context(), write_transaction() as session:
        session.scalars(select(Case)).unique().one().status = "listed"
    report = bring(app, tmp_path, 0, 30, 90)
    assert (report.imported, report.rows_refused) == (0, 2)
    assert all("day 0 (BR-0001) is before the board. Import again" in why for why in done(report))
    with app.app_context(), write_transaction() as session:
        session.scalars(select(Case)).unique().one().status = "decided"
    assert done(bring(app, tmp_path, 0, 30, 90)) == []
    assert [one[1] for one in chain(app)] == ["decided", "past", "submitted"]


def test_an_earlier_visit_changes_nothing_in_what_the_board_has_decided(
    app: Flask, tmp_path: Path
) -> None:
    bring(app, tmp_path, 90)
    with app.app_context(), write_transaction() as session:
        session.scalars(select(Case)).unique().one().status = "decided"
    before = chain(app)[0]
    report = bring(app, tmp_path, 0)
    first, last = chain(app)
    assert (first[1], last[1], last[2]) == ("past", "decided", "survivalpath:1:0")
    assert last[3:] == before[3:]
    assert "its values stay as the board has them" in done(report)[0]


def test_a_visit_in_the_future_is_refused_with_its_reason(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"{HEADER}\n1,99999,60,40,20,0,1\n{ROWS[0]}\n")
    with app.app_context():
        report = run_import(tmp_path / "t.csv", Path("survivalpath"))
        assert [one.source for one in db.session.scalars(select(Case)).unique()] == [
            "survivalpath:1:0"
        ]
    (problem,) = [p for p in report.problems if p.column == "day"]
    assert (problem.line, problem.value, report.rows_refused) == (2, "99999", 1)
    assert "lies in the future" in problem.reason
    assert "2016-01-01" in problem.reason


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


def test_a_corrected_visit_is_compared_with_its_own_day_and_not_taken(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(app, tmp_path, 0, 30)
    before = chain(app)
    # 20 is what the visit before says, and embolization was given on this day
    monkeypatch.setitem(ROWS, 30, "1,30,60,45,20,0,0")
    report = bring(app, tmp_path, 0, 30)
    assert (report.already_there, report.differing) == (2, 1)
    assert [(p.column, p.reason.partition(":")[0]) for p in report.problems if p.line == 3] == [
        ("afp_ng_ml", "90 ng/mL there, 20 ng/mL in the file"),
        ("embolization", "given there, not given in the file"),
    ]
    assert chain(app) == before
