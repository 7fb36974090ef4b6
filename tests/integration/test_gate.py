"""What a case needs before it gets a slot, how complex it is, and who sees to what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases.models import (
    Case,
    CaseStatus,
    Fact,
    InformationRequest,
    Investigation,
    Lesion,
)
from boardroom.db import db, now, write_transaction
from boardroom.meetings.models import AgendaItem, Meeting
from boardroom.minutes.queries import document_of
from boardroom.minutes.view import minutes_view
from tests.integration.meeting_samples import begin, make_meeting
from tests.integration.test_second_opinion import Make, SignIn, received, today


def complete(app: Flask, case_id: int) -> None:
    """Give a case everything essential of its diagnosis."""
    with app.app_context(), write_transaction() as session:
        case = session.get_one(Case, case_id)
        case.first_verdict, case.first_reason = "unresectable_remnant", "Too little would be left."
        case.summary, case.comorbidity, case.ecog = "Invented.", "None.", 1
        case.patient_wants = "To know."
        case.investigations.append(
            Investigation(kind="imaging", modality="ct", on_date=today(), availability="shown")
        )
        case.lesions.append(Lesion(number=1, segments="V", size_mm=30))
        for key in ("bilirubin", "albumin", "inr", "platelets", "afp", "ascites", "encephalopathy",
                    "cirrhosis", "macrovascular_invasion", "extrahepatic_spread"):  # fmt: skip
            case.facts.append(Fact(key=key, value="1", taken_on=today()))


def test_a_case_that_is_not_ready_gets_a_slot_with_a_reason_only(
    app: Flask, new_case: Make, coordinator: FlaskClient, rows: Callable[..., list[Any]],
    the_case: Callable[[int], Case],
) -> None:  # fmt: skip
    case_id = received(new_case)
    meeting, _ = make_meeting(app)
    url = f"/meetings/{meeting}"
    assert "List anyway" in coordinator.get(url).text
    refused = coordinator.post(f"{url}/agenda", data={"case": case_id, "override": "  "})
    assert refused.status_code == 422
    assert "is not ready" in refused.text
    too_long = coordinator.post(f"{url}/agenda", data={"case": case_id, "override": "x" * 301})
    assert too_long.status_code == 422
    assert not rows(select(AgendaItem))
    assert the_case(case_id).status == "submitted"

    data = {"case": case_id, "override": "Bleeding <now>!"}
    assert coordinator.post(f"{url}/agenda", data=data).status_code == 303
    (item,) = rows(select(AgendaItem))
    assert item.override_reason == "Bleeding <now>!"
    assert item.override_by == "Test Coordinator 1"
    assert "What the patient wants" in item.listed_without
    page = coordinator.get(url).text
    assert "Listed although not ready:</span> Bleeding &lt;now&gt;" in page
    actions = rows(select(AuditEntry.action))
    assert "listed a case that is not ready" in actions

    begin(app, meeting, item.id, pen=None)
    assert "Bleeding &lt;now&gt;" in coordinator.get(f"{url}/stage").text
    with app.app_context():
        held = db.session.get_one(Meeting, meeting)
        record = document_of(held, app.extensions["boards"]["liver"])
        said = record.cases[0].listed_without
        listed = minutes_view(record)["cases"][0]["listed"]
    assert said.startswith("Listed by Test Coordinator 1 although not ready: Bleeding <now>! Miss")
    assert said.endswith("What the patient wants.")
    assert "What the patient wants" in said
    assert listed == [said]


def test_a_complete_case_needs_no_reason(
    app: Flask, new_case: Make, coordinator: FlaskClient, rows: Callable[..., list[Any]]
) -> None:
    case_id = received(new_case)
    complete(app, case_id)
    meeting, _ = make_meeting(app)
    assert "List anyway" not in coordinator.get(f"/meetings/{meeting}").text
    answer = coordinator.post(f"/meetings/{meeting}/agenda", data={"case": case_id})
    assert answer.status_code == 303
    (item,) = rows(select(AgendaItem))
    assert (item.override_reason, item.override_by, item.listed_without) == ("", "", [])
    assert item.listed_at is not None


def test_the_referrer_sees_that_the_case_is_listed(
    app: Flask, new_case: Make, coordinator: FlaskClient, referrer: FlaskClient
) -> None:
    case_id = received(new_case)
    meeting, _ = make_meeting(app)
    coordinator.post(f"/meetings/{meeting}/agenda", data={"case": case_id, "override": "Urgent"})
    page = referrer.get(f"/cases/{case_id}").text
    assert "<dt>Listed</dt>" in page
    assert "5 days after it came" in page
    assert "Urgent" not in page


# ---- Complexity ---------------------------------------------------------------------------------


def test_triage_says_how_complex_a_case_is_and_the_agenda_follows(
    app: Flask, new_case: Make, coordinator: FlaskClient, referrer: FlaskClient,
    rows: Callable[..., list[Any]],
) -> None:  # fmt: skip
    cases = [received(new_case) for _ in range(3)]
    for case_id, said in zip(cases, ("complex", "simple", "complex"), strict=True):
        answer = coordinator.post(f"/cases/{case_id}/complexity", data={"complexity": said})
        assert answer.status_code == 303
    url = f"/cases/{cases[0]}/complexity"
    assert coordinator.post(url, data={"complexity": "hard"}).status_code == 422
    assert referrer.post(url, data={"complexity": "simple"}).status_code == 403
    unsaid = received(new_case, first_verdict="unresectable_technical")
    assert "Not said yet; listed as complex" in coordinator.get(f"/cases/{unsaid}").text
    meeting, items = make_meeting(app, *cases)

    def order(version: int, **data: str) -> int:
        data["agenda_version"] = str(version)
        return coordinator.post(f"/meetings/{meeting}/agenda/order", data=data).status_code

    def present() -> list[int]:
        here = select(AgendaItem).where(AgendaItem.meeting_id == meeting)
        return [i.id for i in rows(here.order_by(AgendaItem.position))]

    shown = make_meeting(app, unsaid)[0]
    assert "complex, not said yet" in coordinator.get(f"/meetings/{shown}").text
    one, two, three = items
    assert order(1, first="simple") == 303
    assert present() == [two, one, three]
    assert order(2, first="complex") == 303
    assert present() == [one, three, two]
    assert order(3, move=f"up:{two}") == 303, "the hand has the last word"
    assert present() == [one, two, three]
    assert order(1, first="simple") == 409, "somebody changed it since"
    assert order(4, first="loud") == 422


def test_the_time_follows_the_complexity_unless_somebody_set_it(
    app: Flask, new_case: Make, coordinator: FlaskClient, rows: Callable[..., list[Any]]
) -> None:
    cases = [received(new_case) for _ in range(2)]
    meeting, _ = make_meeting(app)
    agenda = f"/meetings/{meeting}/agenda"
    for case_id in cases:
        coordinator.post(f"/cases/{case_id}/complexity", data={"complexity": "complex"})
        coordinator.post(agenda, data={"case": case_id, "override": "Urgent"})

    def times() -> list[int]:
        return [i.minutes for i in rows(select(AgendaItem).order_by(AgendaItem.id))]

    long, short = (app.extensions["boards"]["liver"].meeting.minutes_complex,
                   app.extensions["boards"]["liver"].meeting.minutes_simple)  # fmt: skip
    assert times() == [long, long]
    (_, second) = rows(select(AgendaItem.id).order_by(AgendaItem.id))
    by_hand = {"minutes": str(short), "presenter": ""}
    assert coordinator.post(f"/meetings/{meeting}/items/{second}/time", data=by_hand).status_code
    by_hand["minutes"] = str(long)
    coordinator.post(f"/meetings/{meeting}/items/{second}/time", data=by_hand)
    for case_id in cases:
        coordinator.post(f"/cases/{case_id}/complexity", data={"complexity": "simple"})
    assert times() == [short, long], "the hand has the last word"


def test_a_provisional_case_is_listed_again_by_the_same_rule(
    app: Flask, new_case: Make, coordinator: FlaskClient, rows: Callable[..., list[Any]],
    the_case: Callable[[int], Case],
) -> None:  # fmt: skip
    case_id = received(new_case)
    with app.app_context(), write_transaction() as session:
        session.get_one(Case, case_id).status = CaseStatus.DISCUSSED
    meeting, _ = make_meeting(app)
    agenda = f"/meetings/{meeting}/agenda"
    assert "List anyway" in coordinator.get(f"/meetings/{meeting}").text
    refused = coordinator.post(agenda, data={"case": case_id})
    assert refused.status_code == 422
    assert "is not ready" in refused.text
    assert the_case(case_id).status == "discussed"
    said = {"case": case_id, "override": "Only the signature is awaited"}
    assert coordinator.post(agenda, data=said).status_code == 303
    (item,) = rows(select(AgendaItem))
    assert item.override_reason == "Only the signature is awaited"
    assert "What the patient wants" in item.listed_without


# ---- Who sees to what is missing ----------------------------------------------------------------


def test_each_owner_finds_what_is_theirs_before_the_next_meeting(
    app: Flask, new_case: Make, coordinator: FlaskClient, referrer: FlaskClient,
    stranger: FlaskClient, person: Make, sign_in: SignIn,
) -> None:  # fmt: skip
    case_id = received(new_case)
    meeting, _ = make_meeting(app, case_id)
    radiologist = sign_in(person("specialist", "radiology"))
    surgeon = sign_in(person("specialist", "surgery"))
    lesions, inr = "The lesions, with segment and size", "INR of the last 30 days"
    for client, shown, hidden in ((radiologist, lesions, inr), (referrer, inr, lesions)):
        home = client.get("/").text
        assert "Yours to see to before" in home
        assert shown in home
        assert hidden not in home
    for client in (surgeon, stranger):
        assert "Yours to see to before" not in client.get("/").text
    assert "The referrer sees to it" in coordinator.get("/").text
    assert "Radiology sees to it" in coordinator.get(f"/meetings/{meeting}").text


def test_what_the_referrer_cannot_get_is_said_with_why(
    app: Flask, new_case: Make, coordinator: FlaskClient
) -> None:
    case_id = received(new_case)
    meeting, _ = make_meeting(app, case_id)
    with app.app_context(), write_transaction() as session:
        session.add(
            InformationRequest(
                case_id=case_id,
                items=[{"item": "referral.summary", "label": "A summary", "given": False,
                        "cannot": "Nobody has met the patient"}],
                due_on=today(), note="", asked_at=now(),
            )
        )  # fmt: skip
    for where in (f"/meetings/{meeting}", "/"):
        page = coordinator.get(where).text
        line = page.split("A short clinical summary</span>")[1].split("</li>")[0]
        assert "The referrer cannot get it: Nobody has met the patient" in line, where
        assert "sees to it" not in line, where


def test_a_lab_that_will_be_too_old_by_then_is_told_days_ahead(
    app: Flask, new_case: Make, referrer: FlaskClient
) -> None:
    case_id = received(new_case)
    complete(app, case_id)
    starts = now() + dt.timedelta(days=20)
    with app.app_context(), write_transaction() as session:
        for fact in session.get_one(Case, case_id).facts:
            fact.taken_on = today() - dt.timedelta(days=20)
    make_meeting(app, case_id, starts_at=starts)
    home = referrer.get("/").text
    assert "The last one is 40 days old." in home
    assert "The last one is 20 days old." not in referrer.get(f"/cases/{case_id}").text


def test_the_referrer_reads_of_their_own_part_that_it_is_here(
    app: Flask, coordinator: FlaskClient, referrer: FlaskClient, new_case: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    board = app.extensions["boards"]["liver"]
    needs = [need for need in board.readiness if need.item in ("lesions", "referral.question")]
    monkeypatch.setitem(
        app.extensions["boards"], "liver", board.model_copy(update={"readiness": tuple(needs)})
    )
    case_id = new_case("needs_information", "Invented General")
    for page in (f"/cases/{case_id}", f"/cases/{case_id}/edit"):
        theirs, ours = referrer.get(page).text, coordinator.get(page).text
        assert "Everything that is asked of you is here." in theirs
        assert "Everything a fair discussion needs is here." not in theirs
        assert "is here." not in ours
        assert "The lesions" in ours
