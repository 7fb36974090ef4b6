"""The minutes as CSV."""

from __future__ import annotations

import csv
import io

import pytest

from boardroom.minutes.document import content_hash
from boardroom.minutes.redaction import without_names
from boardroom.minutes.tables import COLUMNS, guarded, minutes_csv
from tests.unit import minutes_samples as samples


def rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def test_one_row_a_case_in_the_agendas_order() -> None:
    document = samples.minutes()
    data = minutes_csv(document)
    found = rows(data)
    assert [row["case"] for row in found] == ["BR-0401", "BR-0402", "BR-0403", "BR-0404"]
    assert [row["state"] for row in found] == ["done", "provisional", "deferred", "not_reached"]
    first = found[0]
    assert tuple(first) == COLUMNS
    assert first["patient_name"] == "Mr Basil Nonesuch"
    assert first["first_verdict_key"] == "unresectable_remnant"
    assert first["board_verdict_key"] == "convertible"
    assert first["plan"].startswith("1. Portal vein embolisation, IR, by 4 Dec; 2. ")
    assert first["rejected"] == "Resection (Remnant 24 %)"
    assert "reopen if a liver biopsy" in first["dissents"]
    assert first["record_sha256"] == content_hash(document)
    assert first["signed_by"] == ""
    assert found[1]["quorum_missing"] == "Hepatology"
    assert data.count(b"\r\n") == 5
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_why_the_option_is_not_the_stages_first_stands_in_its_row() -> None:
    document = samples.minutes([samples.case(1, stage_migration="Comorbidity"), samples.case(2)])
    found = [row["stage_migration"] for row in rows(minutes_csv(document))]
    assert found == ["Comorbidity", ""]


def test_without_names() -> None:
    first = rows(minutes_csv(without_names(samples.minutes())))[0]
    assert first["names"] == "withheld"
    assert (
        first["patient_name"] == first["patient_birth_date"] == first["patient_record_number"] == ""
    )


def test_awkward_text_comes_back_as_it_was() -> None:
    text = 'Commas, "quotes",\nlines; żółć 漢字 😀'
    case = samples.case(1, summary="", question=text)
    assert rows(minutes_csv(samples.minutes([case])))[0]["question"] == text


@pytest.mark.parametrize(
    "formula", ['=HYPERLINK("x")', "+1", "-1+2", "@SUM(A1)", "\t=1", "  =1", "＝1", "−2", "\r=1"]
)
def test_what_a_spreadsheet_would_run_is_guarded(formula: str) -> None:
    assert guarded(formula) == "'" + formula
    case = samples.case(1, question=formula, presented_by=formula)
    row = rows(minutes_csv(samples.minutes([case])))[0]
    assert row["question"].startswith("'")
    assert row["presented_by"].startswith("'")


def test_plain_text_is_not_touched() -> None:
    assert guarded("1 - 2 = -1") == "1 - 2 = -1"
    assert guarded("") == ""


def test_no_cases_is_a_header_alone() -> None:
    assert minutes_csv(samples.minutes([])).decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"
