"""A referral whose answer was lost is sent again; the form of one that was handed in is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case
from boardroom.db import db
from tests.integration.test_referrer import begin, save

SignIn = Callable[[int], FlaskClient]
Make = Callable[..., int]


@pytest.fixture
def referrer(person: Make, sign_in: SignIn) -> FlaskClient:
    return sign_in(person("referrer", name="Dr Far Invented", hospital="Invented General"))


def submit(client: FlaskClient, case_id: int, key: str, **more: str) -> Any:
    return client.post(f"/cases/{case_id}/submit", data={"_key": key, **more})


def begun(app: Flask, client: FlaskClient) -> int:
    """A referral with all that it needs to be submitted."""
    case_id = begin(app, client)
    with app.app_context():
        version = db.session.get_one(Case, case_id).version
    assert save(client, case_id, version, diagnosis="hcc").status_code < 400
    return case_id


def test_a_submission_whose_answer_was_lost_is_answered_as_at_first(
    app: Flask, referrer: FlaskClient, rows: Callable[..., list[Any]]
) -> None:
    case_id = begun(app, referrer)
    first = submit(referrer, case_id, "the-first-key")
    assert first.status_code == 303
    again = submit(referrer, case_id, "the-first-key")
    assert (again.status_code, again.location) == (303, first.location)
    done = rows(select(AuditEntry).where(AuditEntry.action == "submitted a case"))
    assert len(done) == 1
    assert submit(referrer, case_id, "another-key-now").status_code == 403
    changed = submit(referrer, case_id, "the-first-key", question="Something else?")
    assert changed.status_code == 403, "other words are no repeat"


def test_nobody_else_gets_the_answer_of_a_submission(
    app: Flask, referrer: FlaskClient, person: Make, sign_in: SignIn
) -> None:
    case_id = begun(app, referrer)
    submit(referrer, case_id, "the-first-key")
    colleague = sign_in(person("referrer", hospital="Invented General"))
    assert submit(colleague, case_id, "the-first-key").status_code == 403
    stranger = sign_in(person("referrer", hospital="Elsewhere Hospital"))
    assert submit(stranger, case_id, "the-first-key").status_code == 404


def test_the_form_of_what_was_handed_in_says_so_and_leads_to_the_case(
    app: Flask, referrer: FlaskClient, the_case: Callable[[int], Case]
) -> None:
    case_id = begun(app, referrer)
    submit(referrer, case_id, "the-first-key")
    page = referrer.get(f"/cases/{case_id}/edit").text
    assert "Submitted on" in page
    assert f"{the_case(case_id).code} is with the board" in page
    assert f'href="/cases/{case_id}"' in page
    assert "Not yours to open" not in page
