"""Cases through HTTP: a new referral, the way through the board, the list and who sees what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, Fact, Investigation, Lesion, PatientQuestion, Treatment
from tests.integration.case_samples import save

# ---- A new referral -----------------------------------------------------------------------------


def test_a_referral_begins_and_gets_the_next_code(
    coordinator: FlaskClient, rows: Callable[..., list[Any]]
) -> None:
    assert coordinator.get("/cases/new").status_code == 200
    for name in ("First Invented", "Second Invented"):
        answer = coordinator.post("/cases/new", data={"board": "liver", "patient-name": name})
        assert answer.status_code == 303
    cases = rows(select(Case).order_by(Case.id))
    assert [case.code for case in cases] == ["BR-0001", "BR-0002"]
    assert answer.headers["Location"].endswith(f"/cases/{cases[1].id}/edit")
    page = coordinator.get(answer.headers["Location"]).text
    assert "Second Invented" in page
    assert "Blocks submission" in page


def test_a_press_on_an_empty_beginning_makes_no_case(
    coordinator: FlaskClient, rows: Callable[..., list[Any]]
) -> None:
    answer = coordinator.post("/cases/new", data={"board": "liver", "question": "  "})
    assert answer.status_code == 422
    assert "Say whose case it is, or what is asked." in answer.text
    assert rows(select(Case)) == []


@pytest.mark.parametrize("board", ["lungs", "../liver", ""])
def test_a_board_that_is_not_yours_starts_nothing(
    coordinator: FlaskClient, rows: Callable[..., list[Any]], board: str
) -> None:
    answer = coordinator.post("/cases/new", data={"board": board, "question": "x" * 10})
    assert answer.status_code == (303 if board == "" else 422)
    assert len(rows(select(Case))) == (1 if board == "" else 0)


def test_a_question_that_is_too_long_is_refused_beside_the_field(
    coordinator: FlaskClient, rows: Callable[..., list[Any]]
) -> None:
    answer = coordinator.post("/cases/new", data={"board": "liver", "question": "x" * 2001})
    assert answer.status_code == 422
    assert "1 characters too long" in answer.text
    assert 'aria-describedby="f-question-hint f-question-error"' in answer.text
    assert not rows(select(Case)), "nothing half-written"


# ---- The way through the board ------------------------------------------------------------------


def move(client: FlaskClient, case_id: int, name: str, **more: str) -> Any:
    return client.post(f"/cases/{case_id}/move", data={"move": name, **more})


def test_a_draft_is_submitted_when_the_least_is_there(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case(question="", diagnosis="")
    coordinator.post(f"/cases/{case_id}/parts/lesions", data={"version": "1"})
    refused = move(coordinator, case_id, "submit")
    assert refused.status_code == 422
    assert "Write the question that the board is to answer." in refused.text
    save(coordinator, case_id, 2, question="Which treatment?", diagnosis="hcc")
    assert move(coordinator, case_id, "submit").status_code == 303
    case = the_case(case_id)
    assert case.status == "submitted"
    assert case.submitted_at is not None
    assert case.lesions == [], "a line that was never filled in is dropped"
    assert move(coordinator, case_id, "submit").status_code == 409


def test_information_is_asked_for_and_comes(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case("submitted")
    assert move(coordinator, case_id, "ask", note="  ").status_code == 422
    assert move(coordinator, case_id, "ask", note="The CT, please.").status_code == 303
    case = the_case(case_id)
    assert (case.status, case.status_note) == ("needs_information", "The CT, please.")
    assert "The CT, please." in coordinator.get(f"/cases/{case_id}").text
    assert move(coordinator, case_id, "submit").status_code == 303
    assert the_case(case_id).status == "submitted"


def test_a_case_is_declined_with_a_reason_and_taken_in_again(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case("submitted")
    assert move(coordinator, case_id, "decline", reason="because").status_code == 422
    assert move(coordinator, case_id, "decline", reason="not_liver", note="Lung").status_code == 303
    case = the_case(case_id)
    assert (case.status, case.status_note) == (
        "declined", "Not a question for this board: Lung",
    )  # fmt: skip
    assert save(coordinator, case_id, 1, summary="late").status_code == 409
    assert coordinator.get(f"/cases/{case_id}/edit").status_code == 409
    assert move(coordinator, case_id, "reopen").status_code == 303
    assert the_case(case_id).status == "submitted"


def test_the_standard_of_care_names_a_clinician(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case]
) -> None:
    case_id = new_case("submitted")
    assert move(coordinator, case_id, "standard_of_care", note="Benign").status_code == 422
    done = move(coordinator, case_id, "standard_of_care", clinician="Dr Invented", note="Benign")
    assert done.status_code == 303
    assert the_case(case_id).status_note == "Dr Invented: Benign"


@pytest.mark.parametrize("name", ["ask", "decline", "standard_of_care", "reopen", "new_round", ""])
def test_a_draft_cannot_leap(
    coordinator: FlaskClient, new_case: Callable[..., int], the_case: Callable[[int], Case],
    name: str,
) -> None:  # fmt: skip
    case_id = new_case()
    assert move(coordinator, case_id, name, note="x", reason="x", clinician="x").status_code in (
        409, 422,
    )  # fmt: skip
    assert the_case(case_id).status == "draft"


def test_a_decided_case_goes_on_as_a_new_round(
    app: Flask, coordinator: FlaskClient, new_case: Callable[..., int],
    the_case: Callable[[int], Case],
) -> None:  # fmt: skip
    case_id = new_case(
        "decided",
        facts=[Fact(key="cirrhosis", value="yes"), Fact(key="afp", value="3", unit="ng/mL")],
        lesions=[Lesion(number=1, size_mm=30)],
        treatments=[Treatment(kind="tace", detail="Two sessions")],
        investigations=[
            Investigation(kind="imaging", modality="mri", on_date=dt.date(2026, 11, 2)),
            Investigation(kind="pathology", report="Undated"),
        ],
        questions=[PatientQuestion(text="Will it come back?")],
    )
    assert save(coordinator, case_id, 1, summary="late").status_code == 409
    answer = move(coordinator, case_id, "new_round")
    made = the_case(int(answer.headers["Location"].split("/")[-2]))
    old = the_case(case_id)
    assert made.earlier_case_id == case_id
    assert made.patient.name == old.patient.name
    assert made.patient_id != old.patient_id, "a corrected name does not change the earlier record"
    assert [f.key for f in made.facts] == ["cirrhosis"], "an undated result is not carried over"
    assert [t.detail for t in made.treatments] == ["Two sessions"]
    assert [(i.modality, i.on_date) for i in made.investigations] == [
        ("mri", dt.date(2026, 11, 2))
    ], "no test is repeated that still counts"
    assert (made.status, made.question, made.lesions) == ("draft", "", [])
    page = coordinator.get(f"/cases/{case_id}").text
    assert made.code in page


# ---- Who sees what ------------------------------------------------------------------------------


def test_the_list_finds_and_turns_its_pages(
    coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    for number in range(30):
        new_case(question=f"Question number {number}?", status="submitted" if number else "draft")
    first = coordinator.get("/cases").text
    assert "Question number 29?" in first
    assert "Question number 3?" not in first
    assert "Question number 3?" in coordinator.get("/cases?page=2").text
    assert "Question number 0?" in coordinator.get("/cases?status=draft").text
    assert "Question number 1?" not in coordinator.get("/cases?status=draft").text
    found = coordinator.get("/cases?q=BR-0007+invented").text
    assert "Question number 6?" in found
    assert "Question number 7?" not in found
    assert "Nothing fits" in coordinator.get("/cases?q=%25").text, "a wildcard is only a character"
    for odd in ("page=-1", "page=x", "page=99999999999", "status=%27;--", "board=lungs", "q=%00"):
        assert coordinator.get(f"/cases?{odd}").status_code == 200


def test_a_referrer_sees_the_cases_of_their_own_hospital_only(
    person: Callable[..., int], sign_in: Callable[[int], FlaskClient], new_case: Callable[..., int]
) -> None:
    own = new_case(hospital="ÉCOLE hospital", question="Ours?")
    other = new_case(hospital="St Elsewhere", question="Theirs?")
    client = sign_in(person("referrer", hospital="École Hospital"))
    listed = client.get("/cases").text
    assert "Ours?" in listed
    assert "Theirs?" not in listed
    assert "Theirs?" not in client.get("/cases?q=theirs").text
    assert client.get(f"/cases/{own}").status_code == 200
    assert client.get(f"/cases/{other}").status_code == 404
    assert client.get(f"/cases/{own}/edit").status_code == 403
    assert save(client, own, 1, summary="x").status_code == 403
    homeless = sign_in(person("referrer", hospital=""))
    assert "Ours?" not in homeless.get("/cases").text


def test_waiting_shows_what_lacks_the_persons_opinion(
    person: Callable[..., int], sign_in: Callable[[int], FlaskClient], new_case: Callable[..., int]
) -> None:
    new_case("submitted", question="Open one?")
    new_case("draft", question="Not yet one?")
    client = sign_in(person("specialist", "surgery"))
    page = client.get("/cases?waiting=1").text
    assert "Open one?" in page
    assert "Not yet one?" not in page


def test_reading_and_editing_are_on_the_record(
    coordinator: FlaskClient, new_case: Callable[..., int], rows: Callable[..., list[Any]]
) -> None:
    case_id = new_case()
    coordinator.get(f"/cases/{case_id}")
    save(coordinator, case_id, 1, summary="New words")
    entries = rows(select(AuditEntry).where(AuditEntry.case_id == case_id).order_by(AuditEntry.id))
    assert [e.action for e in entries] == ["started a case", "read a case", "edited a case"]
    fields = [change["fields"].get("summary") for change in entries[-1].changes]
    assert ["", "New words"] in fields


def test_every_open_state_shows_a_page(
    app: Flask, coordinator: FlaskClient, new_case: Callable[..., int]
) -> None:
    from boardroom.cases.models import CaseStatus
    from boardroom.cases.rules import OPEN_STATUSES

    for status in CaseStatus:
        case_id = new_case(str(status))
        assert coordinator.get(f"/cases/{case_id}").status_code == 200
        expected = 200 if status in OPEN_STATUSES else 409
        assert coordinator.get(f"/cases/{case_id}/edit").status_code == expected
