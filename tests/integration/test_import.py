"""A registry's table becomes cases: what is trusted goes in, the rest is reported."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from boardroom.aids.queries import cards_for
from boardroom.cases.models import Case, Fact
from boardroom.db import db, now
from boardroom.interchange.registry import ImportFailed, ImportReport, Problem, run_import

SHARED = Path(os.environ.get("BOARDROOM_SHARED") or Path(__file__).parents[3] / "shared")
REGISTRY = SHARED / "cases" / "uci_hcc_survival.csv"

MAPPING = """
name = "trial"
board = "liver"
key_column = "id"
fixed = { diagnosis = "hcc" }

[[columns]]
column = "sex"
to = "patient.sex"
values = { "1" = "male", "0" = "female" }

[[columns]]
column = "bili"
to = "fact.bilirubin"
unit = "mg/dL"

[[columns]]
column = "plt"
to = "fact.platelets"
units = ["10^9/L", "/uL"]

[[columns]]
column = "age"
to = "summary"
text = "Age {value}."
minimum = 0
maximum = 120

[[skipped]]
column = "dead"
why = "The outcome."
"""


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Callable[..., ImportReport]:
    """Import a text as a table, with the mapping above unless another is given."""

    def do(table: str | bytes, mapping: str = MAPPING, **more: Any) -> ImportReport:
        (tmp_path / "t.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
        (tmp_path / "m.toml").write_text(mapping)
        with app.app_context():
            return run_import(tmp_path / "t.csv", tmp_path / "m.toml", **more)

    return do


def facts_of(app: Flask) -> dict[str, dict[str, tuple[str, str]]]:
    """{patient: {fact: (value, unit)}}."""
    with app.app_context():
        cases = db.session.scalars(select(Case)).unique()
        return {c.patient.name: {f.key: (f.value, f.unit) for f in c.facts} for c in cases}


def test_the_published_registry_goes_in(app: Flask) -> None:
    if not REGISTRY.exists():
        pytest.skip(f"the registry's table is not here: {REGISTRY} (set BOARDROOM_SHARED)")
    told: list[tuple[int, int]] = []
    board = app.extensions["boards"]["liver"]
    with app.app_context():
        report = run_import(REGISTRY, Path("uci_hcc"), progress=lambda *at: told.append(at))
        again = run_import(REGISTRY, Path("uci_hcc"))
        assert db.session.scalar(select(func.count()).select_from(Case)) == 165
        known = set(db.session.scalars(select(Fact.unit).where(Fact.key == "platelets")))
        names = set(db.session.scalars(select(Case)).unique())
        shown = Counter(
            (figure.label, figure.value[0] if figure.label == "Child-Pugh" else figure.value)
            for case in names
            for figure in cards_for(case, board, now().date()).card("liver").known
        )
    # As the case's page shows them: 155 have a Child-Pugh.
    assert [shown["Child-Pugh", one] for one in "ABC"] == [74, 55, 26]
    assert [shown["ALBI", one] for one in ("1", "2a", "2b", "3")] == [37, 24, 60, 37]
    assert not any(label.startswith("MELD") for label, _ in shown), "no sodium, and no dialysis"
    assert (report.rows, report.imported, report.rows_refused) == (165, 165, 0)
    assert told[-1] == (165, 165)
    assert (again.imported, again.already_there, again.differing) == (0, 165, 0)
    assert [p for p in again.problems if "in the file" in p.reason] == []
    assert all(case.patient.name == f"Registry patient {case.source[8:]}" for case in names)
    assert {case.status for case in names} == {"submitted"}
    reported = {(p.column, p.value): p for p in report.problems}
    protein = reported["total_protein_g_dl", "102"]
    assert (protein.line, protein.taken) == (143, False)
    assert "not possible" in protein.reason
    by_column = Counter((p.column, p.taken) for p in report.problems)
    # 115 counts are per microlitre; 1.71 fits no unit; the other 46 are 10^9/L as expected.
    assert by_column["platelets_mixed_units", True] == 115
    assert by_column["platelets_mixed_units", False] == 1
    assert by_column["leukocytes_mixed_units", True] == 38
    assert known == {"10^9/L", "/uL"}, "kept as written, converted none"
    assert by_column["nodules_5means5plus", False] == 58
    assert set(report.columns_skipped) == {"oxygen_saturation_pct", "alive_1y"}
    assert report.as_dict()["problems"][0].keys() == {"line", "column", "value", "reason", "taken"}


def test_what_is_trusted_goes_in_and_the_rest_is_reported(
    app: Flask, run: Callable[..., ImportReport]
) -> None:
    table = (
        "id,sex,bili,plt,age,dead\n"
        "a,1,1.2,150,60,1\n"
        "b,2,900,150000,130,0\n"
        "c,0.0,<1,1500,x,0\n"
        "d,,,0.2,,\n"
    )
    report = run(table)
    assert report.problems == [
        Problem(3, "sex", "2", "The mapping knows 1, 0 here, not this."),
        Problem(
            3, "plt", "150000",
            "The column mixes units: kept in /µL, the only one of ×10⁹/L, /µL in which it is "
            "possible. Not converted.", taken=True,
        ),
        Problem(3, "age", "130", "Not possible: expected 0 to 120."),
        Problem(
            3, "bili", "900", "Total bilirubin 900 mg/dL is not possible (from 0.00585 to "
            "87.7 mg/dL). Check value and unit.",
        ),
        Problem(4, "plt", "1500", "The column mixes units, and 10^9/L and /uL are both possible."),
        Problem(4, "age", "x", "This is not a number."),
        Problem(
            4, "bili", "<1",
            "Total bilirubin: '<1' is a limit. Enter the limit itself, 1, and say in the summary "
            "that the laboratory gave “under 1”.",
        ),
        Problem(5, "plt", "0.2", "The column mixes units, and in ×10⁹/L or /µL it is impossible."),
    ]  # fmt: skip
    assert facts_of(app) == {
        "Registry patient a": {"bilirubin": ("1.2", "mg/dL"), "platelets": ("150", "10^9/L")},
        "Registry patient b": {"platelets": ("150000", "/uL")},
        "Registry patient c": {},
        "Registry patient d": {},
    }
    assert (report.imported, report.values_refused, report.values_taken) == (4, 7, 6)


def test_rows_that_are_not_whole_are_left_out(app: Flask, run: Callable[..., ImportReport]) -> None:
    table = (
        "id,sex,bili,plt,age,dead,odd\r\n"
        'a,1,1.2,"150\n",60,1,?\r\n'
        "b,1,1.2\r\n"
        "\r\n"
        ",1,1.2,150,60,1,\r\n"
        "a,1,1.2,150,60,1,\r\n"
        "c,1,1.2,150,60,1,,,,\r\n"
    )
    report = run("\ufeff" + table)
    assert (report.rows, report.imported, report.rows_refused) == (5, 1, 4)
    assert [(p.line, p.column) for p in report.problems] == [
        (1, "odd"), (4, ""), (6, "id"), (7, "id"), (8, ""),
    ]  # fmt: skip
    assert "Line 2 has the same key" in report.problems[3].reason


def test_an_import_that_was_cut_short_is_run_again(
    app: Flask, run: Callable[..., ImportReport]
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    table = "id,sex,bili,plt,age\n" + "".join(f"{n},1,1.2,150,60\n" for n in range(4))
    with pytest.raises(KeyboardInterrupt):
        run(table, progress=stop)
    report = run(table)
    assert (report.imported, report.already_there) == (2, 2)
    with app.app_context():
        codes = list(db.session.scalars(select(Case.code).order_by(Case.id)))
    assert codes == ["BR-0001", "BR-0002", "BR-0003", "BR-0004"]


def test_a_corrected_table_changes_nothing_and_says_what_it_would(
    app: Flask, run: Callable[..., ImportReport]
) -> None:
    head = "id,sex,bili,plt,age\n"
    run(head + "a,1,1.2,150,60\nb,0,1.0,,61\nc,1,0.8,90,62\n")
    before = facts_of(app)
    report = run(head + "a,1,1.4,150,60\nb,1,1.00,120,63\nc,1,0.80,,62.0\nd,1,2,99,50\n")
    assert (report.imported, report.already_there, report.differing) == (1, 3, 3)
    assert report.problems == [
        Problem(2, "bili", "1.4", "1.2 mg/dL there, 1.4 mg/dL in the file: not changed. "
                                  "Correct it on the case, BR-0001."),
        Problem(3, "sex", "1", "female there, male in the file: not changed. "
                               "Correct it on the case, BR-0002."),
        Problem(3, "plt", "120", "nothing there, 120 ×10⁹/L in the file: not changed. "
                                 "Correct it on the case, BR-0002."),
        Problem(3, "summary", "", "“Age 63.” is not in the summary there: not changed. "
                                  "Correct it on the case, BR-0002."),
        Problem(4, "summary", "", "“Age 62.0.” is not in the summary there: not changed. "
                                  "Correct it on the case, BR-0003."),
    ]  # fmt: skip
    after = facts_of(app)
    assert {name: after[name] for name in before} == before


def test_an_imported_answer_without_a_date_is_none_of_today(
    app: Flask, run: Callable[..., ImportReport]
) -> None:
    column = """[[columns]]
column = "dialysis"
to = "fact.dialysis"
values = { "1" = "yes", "0" = "no" }

[[skipped]]"""
    mapping = MAPPING.replace("[[skipped]]", column)
    run("id,sex,bili,plt,age,dialysis\na,1,1.2,150,60,1\n", mapping)
    with app.app_context():
        (one,) = db.session.scalars(select(Fact).where(Fact.key == "dialysis"))
        assert (one.value, one.taken_on, one.written_on) == ("yes", None, None)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"id,sex\n", "t.csv has a header and no rows"),
        (b"id,sex\n\n , \n", "t.csv has a header and no rows"),
        (b"\xff\xfei\x00d\x00", "Save it as CSV in UTF-8"),
        (b"id,sex\na,\xe9\n", "line 2: not utf-8 text"),
        (b"PK\x03\x04\x00\x00", "not utf-8 text"),
        (b"id;sex;bili\na;1;2\n", "divided by semicolons"),
        (b"id,sex,sex\na,1,1\n", "two columns are named 'sex'"),
        (b"nr,sex\n1,1\n", "there is no column 'id'"),
        (b"if true; then\n", "there is no column 'id'"),
        (b'id,sex\na,"1\n', "line"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(
    app: Flask, run: Callable[..., ImportReport], table: bytes, words: str
) -> None:
    with pytest.raises(ImportFailed, match=words):
        run(table)
    assert facts_of(app) == {}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "trial"', "name = ", "not valid TOML"),
        ('board = "liver"', 'board = "lungs"', "board: there is no board 'lungs'"),
        ('unit = "mg/dL"', "", "columns.bili.unit: Total bilirubin needs its unit"),
        ('unit = "mg/dL"', 'unit = "grains"', "columns.bili.unit: .*not in 'grains'"),
        ("fact.bilirubin", "fact.humour", "columns.bili.to: 'fact.humour' is nothing"),
        ("patient.sex", "person.sex", "columns.sex.to: must be patient"),
        ('column = "dead"', 'column = "bili"', "skipped.bili.column: 'bili' is used twice"),
        ("Age {value}.", "Age.", "columns.age.text: has to contain"),
        ('key_column = "id"', 'key_column = "id"\nkeycolumn = "id"', "keycolumn"),
        ('key_column = "id"', 'key_column = "id"\npatient_name = "One"', "patient_name"),
    ],
)
def test_a_mistake_in_the_mapping_is_named(
    run: Callable[..., ImportReport], old: str, new: str, words: str
) -> None:
    assert old in MAPPING
    with pytest.raises(ImportFailed, match=f"(?s)m.toml: .*{words}|{words}"):
        run("id,sex\na,1\n", MAPPING.replace(old, new))


def test_a_file_that_is_not_there_is_named(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        with pytest.raises(ImportFailed, match=r"none\.csv: cannot be read: No such file"):
            run_import(tmp_path / "none.csv", Path("uci_hcc"))
        with pytest.raises(
            ImportFailed,
            match=r"no mapping file 'none\.toml'\. Those that ship: survivalpath, uci_hcc",
        ):
            run_import(tmp_path / "none.csv", Path("none.toml"))
