"""What somebody judged of one test goes with it, and is never said of another."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, Document, Fact, Investigation
from boardroom.db import write_transaction
from tests.integration.test_referrer import PDF

TheCase = Callable[[int], Case]
DAY = dt.date(2026, 11, 20)


def judge(client: FlaskClient, case_id: int, test: str) -> None:
    sent = {"test": test, "said": "anew", "reason": "Blurred by breathing"}
    assert client.post(f"/cases/{case_id}/tests", data=sent).status_code == 303


def add(app: Flask, case_id: int, row: Any) -> int:
    with app.test_request_context(), write_transaction() as session:
        row.case_id = case_id
        session.add(row)
        session.flush()
        key: int = row.id
        return key


def a_row(kind: str) -> Any:
    if kind == "document":
        return Document(
            title="ct.pdf", media_type="application/pdf", size=9, sha256="0" * 64, dated_on=DAY,
            shows="ct",
        )  # fmt: skip
    if kind == "fact":
        return Fact(key="inr", value="1.2", taken_on=DAY)
    return Investigation(kind="imaging", modality="ct", on_date=DAY, availability="shown")


REMOVE = {
    "document": "/cases/{case}/documents/{key}/remove",
    "fact": "/cases/{case}/parts/facts/{key}/remove",
    "investigation": "/cases/{case}/parts/investigations/{key}/remove",
}


@pytest.mark.parametrize("kind", sorted(REMOVE))
def test_what_was_judged_goes_with_the_line_or_file(
    app: Flask, new_case: Any, coordinator: FlaskClient, the_case: TheCase, rows: Any, kind: str
) -> None:
    case_id = new_case("submitted")
    first = add(app, case_id, a_row(kind))
    judge(coordinator, case_id, f"fact:inr:{DAY}" if kind == "fact" else f"{kind}:{first}")
    page = f"/cases/{case_id}"
    assert "Blurred by breathing" in coordinator.get(page).text
    away = REMOVE[kind].format(case=case_id, key=first)
    assert coordinator.post(away).status_code == 303
    add(app, case_id, a_row(kind))
    assert the_case(case_id).judgements == []
    assert "Blurred by breathing" not in coordinator.get(page).text
    trail = [one.changes for one in rows(select(AuditEntry).where(AuditEntry.case_id == case_id))]
    gone = [
        one for changes in trail for one in changes
        if one["table"] == "test_judgement" and one["did"] == "removed"
    ]  # fmt: skip
    assert [one["fields"]["reason"][0] for one in gone] == ["Blurred by breathing"]


def test_a_value_that_is_emptied_takes_its_judgement_along(
    app: Flask, new_case: Any, coordinator: FlaskClient, the_case: TheCase
) -> None:
    case_id = new_case("submitted")
    add(app, case_id, a_row("fact"))
    judge(coordinator, case_id, f"fact:inr:{DAY}")
    version = str(the_case(case_id).version)
    data = {"version": version, "fact-inr-1-value": ""}
    assert coordinator.post(f"/cases/{case_id}/save", data=data).status_code == 303
    assert (the_case(case_id).facts, the_case(case_id).judgements) == ([], [])


def test_a_judgement_stays_while_another_value_of_that_day_does(
    app: Flask, new_case: Any, coordinator: FlaskClient, the_case: TheCase
) -> None:
    case_id = new_case("submitted")
    first, _ = add(app, case_id, a_row("fact")), add(app, case_id, a_row("fact"))
    judge(coordinator, case_id, f"fact:inr:{DAY}")
    coordinator.post(f"/cases/{case_id}/parts/facts/{first}/remove")
    assert len(the_case(case_id).judgements) == 1


def test_files_attached_after_one_was_taken_off_are_judged_by_themselves(
    app: Flask, new_case: Any, coordinator: FlaskClient, the_case: TheCase
) -> None:
    case_id = new_case("submitted")
    seen = set()
    for number in range(3):
        file = (io.BytesIO(PDF + b"\n" * number), "ct.pdf")
        sent = {"file": file, "dated_on": str(DAY), "shows": "ct"}
        assert coordinator.post(f"/cases/{case_id}/documents", data=sent).status_code == 303
        (document,) = the_case(case_id).documents
        seen.add(document.id)
        judge(coordinator, case_id, f"document:{document.id}")
        coordinator.post(f"/cases/{case_id}/documents/{document.id}/remove")
    assert len(seen) == 3
    assert the_case(case_id).judgements == []


def test_what_is_said_of_an_examination_is_said_of_its_file(
    app: Flask, new_case: Any, coordinator: FlaskClient, the_case: TheCase
) -> None:
    case_id = new_case("submitted")
    line = add(app, case_id, a_row("investigation"))
    file = add(app, case_id, a_row("document"))
    page = " ".join(coordinator.get(f"/cases/{case_id}").text.split())
    assert page.count('name="test"') == 1, "one examination, one line"
    assert "Superseded" not in page
    judge(coordinator, case_id, f"investigation:{line}")
    judged = the_case(case_id).judgements
    assert {one.test for one in judged} == {f"investigation:{line}", f"document:{file}"}
    page = coordinator.get(f"/cases/{case_id}").text
    assert "Needed anew: Blurred by breathing" in page, "the file makes nothing ready either"
    sent = {"test": f"investigation:{line}", "said": "", "reason": ""}
    coordinator.post(f"/cases/{case_id}/tests", data=sent)
    assert the_case(case_id).judgements == []
