"""Records in and out by the command line: minutes, registries' tables, the audit trail."""

from __future__ import annotations

import csv
import gc
import io
import json
import sqlite3
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from tests.commands import Done, command, process, refused
from tests.conftest import CopyData

# ---- Minutes ----


@pytest.fixture(scope="module")
def kept_demo(
    made_demo: Path, copy_data: CopyData, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The demonstration, for commands that leave no trace that matters."""
    return copy_data(made_demo, tmp_path_factory.mktemp("kept") / "demo")


@pytest.mark.parametrize(
    ("form", "names"),
    [("pdf", True), ("docx", True), ("csv", True), ("json", True), ("pdf", False), ("csv", False)],
)
def test_minutes_are_exported(kept_demo: Path, tmp_path: Path, form: str, names: bool) -> None:
    file = tmp_path / f"minutes.{form}"
    more = () if names else ("--without-names",)
    run = process if (form, names) == ("pdf", True) else command
    done = run(
        "export", "minutes", 2, "--format", form, "--output", file, "--data", kept_demo, *more
    )
    assert done.returncode == 0, done.stderr
    assert "Wrote" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [file.name], "nothing half-written"
    text = text_of(file)
    assert "Testpatient Alder" in text if names else "Testpatient Alder" not in text
    assert "BR-0018" in text


def text_of(file: Path) -> str:
    """What a reader of the file sees, by the library for its kind."""
    match file.suffix:
        case ".pdf":
            return " ".join(page.extract_text() for page in PdfReader(file).pages)
        case ".docx":
            document = docx.Document(str(file))
            return " ".join(node.text or "" for node in document.element.body.iter())
        case ".csv":
            rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
            assert len(rows) == 6, "one row a case"
            return str(rows)
        case _:
            record = json.loads(file.read_text(encoding="utf-8"))
            assert record["signature"]
            return json.dumps(record, ensure_ascii=False)


def test_minutes_that_cannot_be_exported(kept_demo: Path, tmp_path: Path) -> None:
    def export(meeting: object, output: Path, form: str = "csv") -> object:
        return command(
            "export", "minutes", meeting, "--format", form, "--output", output,
            "--data", kept_demo,
        )  # fmt: skip

    refused(export(99, tmp_path / "x.csv"), 1, "There is no meeting 99")
    refused(export(3, tmp_path / "x.csv"), 1, "meeting")  # it has not been held yet
    refused(export("one", tmp_path / "x.csv"), 2, "one")
    refused(export(1, tmp_path / "x.xls", "xls"), 2, "xls")
    refused(export(1, tmp_path / "nowhere" / "x.csv"), 1, "cannot be written")
    assert list(tmp_path.iterdir()) == []


# ---- Import ----

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
"""


def test_import_reports_what_it_does_not_trust(data: Path, tmp_path: Path) -> None:
    mapping, table = tmp_path / "m.toml", tmp_path / "t.csv"
    mapping.write_text(MAPPING)

    def bring(content: str, *more: str) -> Done:
        table.write_text(content)
        return command("import", table, "--mapping", mapping, "--data", data, *more)

    good = bring("id,sex,bili\n1,1,1.2\n2,0,0.8\n")
    assert good.returncode == 0, good.stderr
    assert gc.isenabled(), "it is off only while the program is loaded"
    assert "2 cases made" in good.stdout
    table.write_text("id,sex,bili\n3,7,1.0\n4,0,0.7\n")
    mixed = process("import", table, "--mapping", mapping, "--data", data, "--json")
    assert mixed.returncode == 3
    told = json.loads(mixed.stdout)
    assert (told["rows"], told["imported"]) == (2, 2)
    (problem,) = told["problems"]
    assert (problem["line"], problem["column"], problem["value"]) == (2, "sex", "7")
    assert problem["reason"]

    many = bring("id,sex,bili\n" + "".join(f"{n},{n},1.0\n" for n in range(11, 20)))
    assert many.returncode == 3
    (line,) = [one for one in many.stdout.splitlines() if "sex" in one]
    assert line.startswith("9 lines (2, 3, 4, 5, 6 and 4 more), sex: The mapping knows"), line
    corrected = bring("id,sex,bili\n1,1,1.4\n2,0,0.8\n")
    assert corrected.returncode == 3
    assert "line 2, bili: '1.4': 1.2 mg/dL there, 1.4 mg/dL in the file: not" in corrected.stdout
    assert "2 there already (1 of them says something else, not taken)" in corrected.stdout
    few = bring("id,sex,bili\n21,8,1.0\n22,9,1.0\n")
    assert "line 2, sex: '8': The mapping knows" in few.stdout
    assert "line 3, sex: '9': The mapping knows" in few.stdout

    refused(bring("id,sex,bili\n"), 1, "has a header and no rows")
    refused(bring("sex,bili\n1,1.2\n"), 1, "id")
    mapping.write_text(MAPPING + '\n[[columns]]\ncolumn = "x"\nto = "fact.nonsense"\n')
    refused(bring("id,sex,bili,x\n9,1,1.2,3\n"), 1, "nonsense")
    missing = command("import", table, "--mapping", tmp_path / "none.toml", "--data", data)
    refused(missing, 1, "none.toml", "uci_hcc")
    refused(command("import", table, "--mapping", "nope", "--data", data), 1, "'nope'", "uci_hcc")


# ---- The audit trail ----


@pytest.mark.sqlite
def test_a_trail_that_was_tampered_with(demo_folder: Path) -> None:
    with sqlite3.connect(demo_folder / "boardroom.db") as database:
        for (name,) in database.execute(
            "select name from sqlite_master where type = 'trigger' and tbl_name = 'audit_entry'"
        ).fetchall():
            database.execute(f"drop trigger {name}")
        database.execute("update audit_entry set action = 'nothing' where id = 40")
    database.close()
    refused(process("audit", "verify", "--data", demo_folder), 1, "entry 40")
