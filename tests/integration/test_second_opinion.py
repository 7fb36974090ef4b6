"""A referral of another hospital: where it stands, what is asked, which tests are accepted."""

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
    TestJudgement,
)
from boardroom.db import db, now, write_transaction
from boardroom.meetings.models import AgendaItem, ItemStatus
from tests.integration.meeting_samples import make_meeting

SignIn = Callable[[int], FlaskClient]
Make = Callable[..., int]


def today() -> dt.date:
    return now().date()


def ask(client: FlaskClient, case_id: int, **more: Any) -> Any:
    data = {"move": "ask", "item": ["fact.inr", "referral.ecog"], **more}
    return client.post(f"/cases/{case_id}/move", data=data)


@pytest.fixture
def coordinator(person: Make, sign_in: SignIn) -> FlaskClient:
    return sign_in(person("coordinator", name="Coordinator Invented"))


def received(new_case: Make, days: int = 5, **more: Any) -> int:
    at = now() - dt.timedelta(days=days)
    return new_case(
        "submitted", "Invented General", submitted_at=at, referrer_name="Dr Far", **more
    )


# ---- Asked, and answered ------------------------------------------------------------------------


def test_a_referrer_is_asked_and_answers_through_the_form(
    new_case: Make, coordinator: FlaskClient, referrer: FlaskClient, stranger: FlaskClient,
    the_case: Callable[[int], Case],
) -> None:  # fmt: skip
    case_id = received(new_case)
    due = today() + dt.timedelta(days=3)
    assert referrer.get(f"/cases/{case_id}/edit").status_code == 403, "nothing is asked yet"
    assert ask(coordinator, case_id, due=due.isoformat()).status_code == 303

    home = referrer.get("/").text
    assert "needed by" in home
    assert "INR of the last 30 days" in home
    page = referrer.get(f"/cases/{case_id}").text
    assert "Answer in the form" in page
    assert "is here</span>" not in page.split('id="asked"')[1].split("</ul>")[0]
    form = referrer.get(f"/cases/{case_id}/edit").text
    assert f"/cases/{case_id}/submit" in form
    for path in ("", "/edit"):
        assert stranger.get(f"/cases/{case_id}{path}").status_code == 404
    for path in ("submit", "save", "parts/lesions", "documents"):
        assert stranger.post(f"/cases/{case_id}/{path}").status_code == 404

    version = the_case(case_id).version
    saved = referrer.post(f"/cases/{case_id}/save", data={"version": version, "ecog": "1"})
    assert saved.status_code == 303
    asked_part = referrer.get(f"/cases/{case_id}").text.split('id="asked"')[1].split("</ul>")[0]
    assert asked_part.count("is here</span>") == 1
    refused = referrer.post(f"/cases/{case_id}/submit")
    assert refused.status_code == 422
    assert "INR of the last 30 days: Give it, or say why you cannot get it." in refused.text
    assert the_case(case_id).status == "needs_information", "what was asked has not come"
    inr = {"value": "1.1", "taken_on": today().isoformat()}
    typed = {f"fact-inr-1-{part}": text for part, text in inr.items()}
    version = the_case(case_id).version
    answered = referrer.post(f"/cases/{case_id}/submit", data={"version": version, **typed})
    assert answered.status_code == 303
    assert "Information received" in referrer.get(f"/cases/{case_id}").text
    case = the_case(case_id)
    assert case.status == "submitted"
    (request,) = case.requests
    assert request.answered
    assert request.ended_at is not None
    assert request.due_on == due
    assert [one["item"] for one in request.items] == ["referral.ecog", "fact.inr"]
    assert referrer.get(f"/cases/{case_id}/edit").status_code == 403
    assert referrer.post(f"/cases/{case_id}/submit").status_code == 403


def test_what_cannot_be_got_is_said_with_its_reason_and_shown_to_the_board(
    new_case: Make, coordinator: FlaskClient, referrer: FlaskClient,
    the_case: Callable[[int], Case],
) -> None:  # fmt: skip
    case_id = received(new_case, ecog=1)
    ask(coordinator, case_id)
    data = {"version": the_case(case_id).version, "cannot-fact.inr": "Our laboratory is closed."}
    long = referrer.post(f"/cases/{case_id}/submit", data={**data, "cannot-fact.inr": "x" * 301})
    assert long.status_code == 422
    assert the_case(case_id).status == "needs_information"
    part = {"X-Boardroom-Part": "1"}
    saved = referrer.post(f"/cases/{case_id}/save", data=data, headers=part).get_json()
    assert saved["asked"] == ["fact.inr"]
    assert saved["version"] == the_case(case_id).version
    assert 'value="Our laboratory is closed."' in referrer.get(f"/cases/{case_id}/edit").text
    assert "cannot be got: Our laboratory is closed" in coordinator.get(f"/cases/{case_id}").text
    assert referrer.post(f"/cases/{case_id}/submit").status_code == 303
    page = coordinator.get(f"/cases/{case_id}").text
    assert "Information received" not in page
    assert "without “INR of the last 30 days”, because: Our laboratory is closed<" in page
    assert "The referrer cannot get it: Our laboratory is closed" in page
    home = coordinator.get("/").text
    assert "submitted again" in home
    assert "information received" not in home


def test_a_coordinator_takes_a_case_back_without_what_was_asked(
    new_case: Make, coordinator: FlaskClient, the_case: Callable[[int], Case]
) -> None:
    case_id = received(new_case)
    ask(coordinator, case_id)
    answer = coordinator.post(f"/cases/{case_id}/move", data={"move": "submit"})
    assert answer.status_code == 303
    page = coordinator.get(f"/cases/{case_id}").text
    assert "Information received" not in page
    assert "without “INR of the last 30 days”" in page


def test_what_the_board_sees_to_is_not_asked_of_a_referrer(
    new_case: Make, coordinator: FlaskClient, the_case: Callable[[int], Case]
) -> None:
    case_id = received(new_case)
    asking = coordinator.get(f"/cases/{case_id}").text.split('name="move" value="ask"')[1]
    asking = asking.split("</form>")[0]
    assert 'value="fact.inr"' in asking
    for of_the_board in ("patient_view.met_by", "lesions", "fact.extrahepatic_spread"):
        assert f'value="{of_the_board}"' not in asking
        assert ask(coordinator, case_id, item=[of_the_board]).status_code == 422
    assert the_case(case_id).status == "submitted"


def test_a_referrer_cannot_hand_the_case_to_another_hospital(
    new_case: Make, coordinator: FlaskClient, referrer: FlaskClient, the_case: Callable[[int], Case]
) -> None:
    case_id = received(new_case)
    ask(coordinator, case_id)
    data = {"version": the_case(case_id).version, "referrer_hospital": "Another Invented"}
    answer = referrer.post(f"/cases/{case_id}/save", data=data)
    assert answer.status_code == 422
    assert "Ask the board’s coordinator" in answer.text
    assert the_case(case_id).referrer_hospital == "Invented General"
    assert referrer.post(f"/cases/{case_id}/move", data={"move": "submit"}).status_code == 403


def test_the_form_tells_a_referrer_nothing_of_another_hospitals_case(
    app: Flask, new_case: Make, coordinator: FlaskClient, referrer: FlaskClient
) -> None:
    mine, theirs = received(new_case), new_case("submitted", "Another Invented")
    with app.app_context(), write_transaction() as session:
        for case_id in (mine, theirs):
            session.get_one(Case, case_id).patient.record_number = "R-77"
        code = session.get_one(Case, theirs).code
    ask(coordinator, mine)
    assert code in coordinator.get(f"/cases/{mine}/edit").text
    assert code not in referrer.get(f"/cases/{mine}/edit").text


def test_what_is_overdue_is_marked_for_both(
    app: Flask, new_case: Make, coordinator: FlaskClient, referrer: FlaskClient,
    stranger: FlaskClient,
) -> None:  # fmt: skip
    case_id = received(new_case)
    ask(coordinator, case_id, note="The CT, please.")
    home = coordinator.get("/").text
    assert "Asked of referrers" in home
    assert "of Dr Far" in home
    assert "overdue" not in home
    with app.app_context(), write_transaction() as session:
        session.scalars(select(InformationRequest)).one().due_on = today() - dt.timedelta(days=2)
    assert "overdue since" in coordinator.get("/").text
    assert "overdue, was needed by" in referrer.get("/").text
    assert "overdue by 2 days" in referrer.get(f"/cases/{case_id}").text
    assert "The CT, please." not in stranger.get("/").text


@pytest.mark.parametrize(
    "more",
    [
        {"item": []},
        {"item": ["made.up"]},
        {"due": "2020-01-01"},
        {"due": "soon"},
        {"due": "2099-01-01"},
        {"note": "x" * 2001},
    ],
)
def test_what_cannot_be_asked_changes_nothing(
    new_case: Make, coordinator: FlaskClient, the_case: Callable[[int], Case], more: dict[str, Any]
) -> None:
    case_id = received(new_case)
    assert ask(coordinator, case_id, **more).status_code == 422
    assert the_case(case_id).status == "submitted"
    assert not the_case(case_id).requests


# ---- Where it stands ----------------------------------------------------------------------------


def test_a_referrer_sees_each_step_with_its_day(
    new_case: Make, coordinator: FlaskClient, referrer: FlaskClient
) -> None:
    case_id = received(new_case, days=5)
    home = referrer.get("/").text
    assert "Received" in home
    assert "5 days so far" in home
    coordinator.post(f"/cases/{case_id}/move", data={"move": "decline", "reason": "not_liver"})
    page = referrer.get(f"/cases/{case_id}").text
    assert "Where it stands" in page
    assert "<dt>Declined</dt>" in page
    assert "took 5 days" in page
    assert page.count("Declined</dt>") == 1, "the history stands once, in a fold"
    assert page.count("<dt>Received</dt>") == 1
    home = referrer.get("/").text
    assert "took 5 days" in home
    assert "Received" not in home, "the list says where it stands now"


# ---- Existing tests -----------------------------------------------------------------------------


def with_tests(app: Flask, case_id: int) -> tuple[str, str]:
    """A CT of 100 days, an ultrasound of 10, an INR of 50: keys of the CT and the INR."""
    with app.app_context(), write_transaction() as session:
        case = session.get_one(Case, case_id)

        def ago(days: int) -> dt.date:
            return today() - dt.timedelta(days=days)

        ct = Investigation(kind="imaging", modality="ct", on_date=ago(100), availability="shown")
        us = Investigation(kind="imaging", modality="us", on_date=ago(10), report="One lesion.")
        case.investigations.extend([ct, us])
        case.facts.append(Fact(key="inr", value="1.1", taken_on=ago(50)))
        session.flush()
        return f"investigation:{ct.id}", f"fact:inr:{ago(50)}"


def test_the_list_says_which_tests_are_accepted(
    app: Flask, new_case: Make, coordinator: FlaskClient, referrer: FlaskClient, person: Make,
    sign_in: SignIn, the_case: Callable[[int], Case],
) -> None:  # fmt: skip
    case_id = received(new_case)
    ct, inr = with_tests(app, case_id)
    page = referrer.get(f"/cases/{case_id}").text
    assert "100 days old; the board takes it up to 42 days." in page
    assert "50 days old; the board takes it up to 30 days." in page
    assert f'name="test" value="{ct}"' not in page, "a referrer judges nothing"
    url = f"/cases/{case_id}/tests"
    radiologist = sign_in(person("specialist", "radiology", name="Radiologist Invented"))
    assert radiologist.post(url, data={"test": ct, "said": "accepted"}).status_code == 303
    assert sign_in(person("specialist", "surgery")).post(url).status_code == 403
    assert referrer.post(url, data={"test": ct, "said": "accepted"}).status_code == 403
    page = referrer.get(f"/cases/{case_id}").text
    assert "100 days old" not in page
    assert "said by Radiologist Invented" in page
    gap = "The last one is 50 days old."
    assert gap in page
    assert coordinator.post(url, data={"test": inr, "said": "accepted"}).status_code == 303
    assert gap not in referrer.get(f"/cases/{case_id}").text, "accepted is accepted everywhere"
    with app.app_context():
        actions = list(db.session.scalars(select(AuditEntry.action)))
    assert actions.count("judged an existing test") == 2


def test_a_decided_case_judges_its_tests_by_the_day_of_the_decision(
    app: Flask, new_case: Make, coordinator: FlaskClient, referrer: FlaskClient
) -> None:
    case_id = received(new_case)
    with_tests(app, case_id)
    _, (item_id,) = make_meeting(app, case_id)
    with app.app_context(), write_transaction() as session:
        item = session.get_one(AgendaItem, item_id)
        item.status, item.ended_at = ItemStatus.DONE, now() - dt.timedelta(days=60)
        session.get_one(Case, case_id).status = CaseStatus.DECIDED
    for client in (coordinator, referrer):
        page = client.get(f"/cases/{case_id}").text
        assert "100 days old" not in page, "the CT was of 40 days when the board decided"
        assert "is-old" not in page
        assert "Older than the board allows" not in page


def test_a_test_needed_anew_says_why(
    app: Flask, new_case: Make, coordinator: FlaskClient, referrer: FlaskClient,
    rows: Callable[..., list[Any]],
) -> None:  # fmt: skip
    case_id = received(new_case)
    ct, inr = with_tests(app, case_id)
    url = f"/cases/{case_id}/tests"
    assert coordinator.post(url, data={"test": ct, "said": "anew"}).status_code == 422
    assert coordinator.post(url, data={"test": "investigation:999", "said": ""}).status_code == 422
    assert coordinator.post(url, data={"test": ct, "said": "perhaps"}).status_code == 422
    assert not rows(select(TestJudgement))
    coordinator.post(url, data={"test": ct, "said": "anew", "reason": "No arterial phase"})
    coordinator.post(url, data={"test": inr, "said": "anew", "reason": "On warfarin then"})
    page = referrer.get(f"/cases/{case_id}").text
    assert "No arterial phase" in page
    assert "Needed anew: On warfarin then" in page, "readiness says the same"
    coordinator.post(url, data={"test": ct, "said": ""})
    assert "No arterial phase" not in referrer.get(f"/cases/{case_id}").text
    assert len(rows(select(TestJudgement))) == 1
