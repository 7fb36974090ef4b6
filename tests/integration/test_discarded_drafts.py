"""A draft that was discarded is gone: no old page reaches another case by its key or its code."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom import audit
from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, Document, Fact
from boardroom.db import db, write_transaction
from boardroom.meetings.models import AgendaItem
from tests.integration.case_samples import save
from tests.integration.decided import decide, everybody
from tests.integration.meeting_samples import make_case, make_meeting
from tests.integration.test_coming_back import AFP, report
from tests.integration.test_referrer import PDF, begin

TheCase = Callable[[int], Case]


def discard(client: FlaskClient, case_id: int) -> None:
    assert client.post(f"/cases/{case_id}/discard").status_code == 303


def words(answer: Any) -> str:
    return " ".join(answer.text.split())


def trail(app: Flask, case_id: int) -> int:
    """How many entries of the trail are about this key."""
    with app.app_context():
        return len(db.session.scalars(select(AuditEntry).filter_by(case_id=case_id)).all())


def test_an_old_page_of_a_discarded_draft_writes_into_no_other_case(
    app: Flask, referrer: FlaskClient, stranger: FlaskClient, the_case: TheCase
) -> None:
    old = begin(app, referrer)
    code = the_case(old).code
    discard(referrer, old)
    new = begin(app, referrer, **{"patient-name": "Other Probe", "question": "Is it HCC?"})
    assert new != old
    assert the_case(new).code != code
    saved = save(referrer, old, summary="Of the first patient.")
    whole = referrer.post(f"/cases/{old}/save", data={"version": "1", "summary": "Of the first."})
    file = {"file": (io.BytesIO(PDF), "ct.pdf")}
    attached = referrer.post(f"/cases/{old}/documents", data=file)
    handed_in = referrer.post(f"/cases/{old}/submit", data={"version": "1"})
    for answer in (saved, whole, attached, handed_in):
        assert answer.status_code == 404
        assert f"{code} was discarded" in words(answer)
    assert f"{code} was discarded" in words(referrer.get(f"/cases/{old}/edit"))
    other = words(stranger.get(f"/cases/{old}/edit"))
    assert "Nothing here" in other, "to others it never was"
    assert code not in other
    case = the_case(new)
    assert (case.summary, case.documents, case.status) == ("", [], "draft")


def test_a_script_reads_that_the_draft_was_discarded(
    app: Flask, referrer: FlaskClient, the_case: TheCase
) -> None:
    old = begin(app, referrer)
    code = the_case(old).code
    discard(referrer, old)
    asks = {"X-Boardroom-Part": "1", "Accept": "application/json"}
    answer = referrer.post(f"/cases/{old}/save", data={"summary": "Text"}, headers=asks)
    assert answer.status_code == 404
    assert f"{code} was discarded" in (answer.json or {})["error"]


def test_a_repeated_beginning_says_that_its_draft_was_discarded(
    app: Flask, referrer: FlaskClient, the_case: TheCase
) -> None:
    sent = {"board": "liver", "patient-name": "Testina Probe", "question": "Why?", "_key": "k" * 12}
    first = referrer.post("/cases/new", data=sent)
    old = int(first.location.split("/")[-2])
    code = the_case(old).code
    discard(referrer, old)
    begin(app, referrer)
    again = referrer.post("/cases/new", data=sent, follow_redirects=True)
    assert again.status_code == 404
    assert f"{code} was discarded" in words(again)


def test_the_trail_calls_a_discarded_draft_by_its_own_code(
    app: Flask, referrer: FlaskClient, sign_in: Any, person: Any, the_case: TheCase
) -> None:
    old = begin(app, referrer)
    code = the_case(old).code
    discard(referrer, old)
    new = begin(app, referrer)
    reads = sign_in(person("administrator"))
    address = "/boards/liver/audit"
    for found in (reads.get(address), reads.get(address, query_string={"case": code})):
        said = words(found)
        assert f'discarded draft</span> <a class="case-code" href="{address}?case={code}"' in said
    assert the_case(new).code not in words(reads.get(address, query_string={"case": code}))
    late = words(reads.get(address, query_string={"case": the_case(new).code}))
    assert "discarded" not in late.split('class="trail"')[1]


def without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def test_entries_of_a_key_that_was_given_twice_are_told_apart(
    app: Flask,
    referrer: FlaskClient,
    sign_in: Any,
    person: Any,
    the_case: TheCase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A record of before this was mended can hold such a key."""
    old = begin(app, referrer)
    code = the_case(old).code
    record = audit.record
    with monkeypatch.context() as before:  # the code was not noted then
        before.setattr(audit, "record", lambda what, **more: record(what, **without(more, "code")))
        discard(referrer, old)
    with app.app_context(), write_transaction() as session:
        session.add(Case(id=old, code="BR-7777", board="liver", patient_id=make_patient(session)))
    coordinator = sign_in(person("coordinator"))
    assert save(coordinator, old, summary="Of the second.").status_code == 200
    reads = sign_in(person("administrator"))
    of_draft = words(reads.get("/boards/liver/audit", query_string={"case": code}))
    assert "discarded draft" in of_draft
    assert "BR-7777" not in of_draft
    of_case = words(reads.get("/boards/liver/audit", query_string={"case": "BR-7777"}))
    assert "edited a case" in of_case
    assert code not in of_case


def make_patient(session: Any) -> int:
    from boardroom.cases.models import Patient

    made = Patient(name="Other Probe")
    session.add(made)
    session.flush()
    return made.id


def test_a_case_that_comes_back_gets_neither_key_nor_code_of_a_discarded_draft(
    app: Flask, person: Any, sign_in: Any, rows: Any, the_case: TheCase
) -> None:
    house = everybody(app, person, sign_in)
    made = decide(house, "BR-9001", represent=AFP)
    old = begin(app, house.as_("coordinator"))
    code = the_case(old).code
    discard(house.as_("coordinator"), old)
    report(house.as_("coordinator"), made.case, "afp|ng/mL", "60")
    (back,) = rows(select(Case).where(Case.earlier_case_id == made.case))
    assert back.id > old
    assert back.code > code


def test_two_cases_begun_in_one_step_after_a_discarded_one_get_keys_of_their_own(
    app: Flask, referrer: FlaskClient
) -> None:
    old = begin(app, referrer)
    discard(referrer, old)
    with app.app_context(), write_transaction() as session:
        both = [
            Case(code=f"BR-800{n}", board="liver", patient_id=make_patient(session)) for n in (1, 2)
        ]
        session.add_all(both)
        session.flush()
        assert old < both[0].id < both[1].id


@pytest.mark.parametrize("part", ["lesions", "treatments", "investigations", "questions"])
def test_a_line_removed_and_one_added_are_never_one_to_an_old_page(
    new_case: Any, coordinator: FlaskClient, the_case: TheCase, part: str
) -> None:
    case_id = new_case()
    first = {"lesions": "note", "treatments": "detail", "investigations": "report"}.get(
        part, "text"
    )
    coordinator.post(f"/cases/{case_id}/parts/{part}")
    old = getattr(the_case(case_id), part)[-1].id
    coordinator.post(f"/cases/{case_id}/parts/{part}/{old}/remove")
    coordinator.post(f"/cases/{case_id}/parts/{part}")
    new = getattr(the_case(case_id), part)[-1]
    assert new.id != old
    version = the_case(case_id).version
    save(coordinator, case_id, version, **{f"{part}__{old}__{first}": "Of the line before"})
    coordinator.post(f"/cases/{case_id}/parts/{part}/{old}/remove")
    (line,) = getattr(the_case(case_id), part)
    assert getattr(line, first) == ""


def test_an_old_page_takes_off_no_other_document_and_no_other_value(
    new_case: Any, coordinator: FlaskClient, the_case: TheCase, app: Flask
) -> None:
    case_id = new_case()

    def attach(content: bytes) -> Document:
        sent = {"file": (io.BytesIO(content), "ct.pdf")}
        assert coordinator.post(f"/cases/{case_id}/documents", data=sent).status_code == 303
        return the_case(case_id).documents[-1]

    old = attach(PDF)
    away = f"/cases/{case_id}/documents/{old.id}/remove"
    assert coordinator.post(away).status_code == 303
    attach(PDF + b"\n%%EOF\n")
    assert coordinator.post(away).status_code == 404
    assert len(the_case(case_id).documents) == 1

    def enter(value: str) -> Fact:
        version = the_case(case_id).version
        save(coordinator, case_id, version, fact__inr__1__value=value)
        return the_case(case_id).facts[-1]

    first = enter("1.1")
    away = f"/cases/{case_id}/parts/facts/{first.id}/remove"
    coordinator.post(away)
    assert the_case(case_id).facts == []
    second = enter("1.4")
    coordinator.post(away)
    assert [one.id for one in the_case(case_id).facts] == [second.id]


def test_the_next_case_listed_gets_no_key_of_one_taken_off(
    app: Flask, person: Any, sign_in: Any
) -> None:
    cases = [make_case(app, f"BR-900{number}") for number in range(2)]
    meeting, (item,) = make_meeting(app, cases[0])
    client = sign_in(person("coordinator"))
    assert client.post(f"/meetings/{meeting}/items/{item}/remove").status_code == 303
    assert (
        client.post(
            f"/meetings/{meeting}/agenda", data={"case": cases[1], "override": "Now"}
        ).status_code
        == 303
    )
    with app.app_context():
        (listed,) = db.session.scalars(select(AgendaItem)).all()
        assert (listed.case_id, listed.id > item) == (cases[1], True)
