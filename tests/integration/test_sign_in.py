"""Signing in and out through HTTP: what is refused, slowed down, and kept from others."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom import create_app
from boardroom.audit import AuditEntry
from boardroom.db import now, write_transaction
from boardroom.people import sign_in as signing
from boardroom.people.models import EndedSession, Person
from tests.integration.accounts import PASSWORD, is_signed_in, post_sign_in, the

pytestmark = pytest.mark.usefixtures("quick")

# --- Signing in --------------------------------------------------------------------------------


def test_email_and_password_sign_in(app: Flask, surgeon: int) -> None:
    client = app.test_client()
    answer = post_sign_in(client, "  Bo.Sample@BOARDROOM.example ", PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_signed_in(client)
    assert the(app, surgeon).last_seen_at is not None


def test_a_hash_of_weaker_days_is_replaced_at_sign_in(
    app: Flask, surgeon: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(signing, "hasher", stronger)
    post_sign_in(app.test_client(), "bo.sample@boardroom.example", PASSWORD)
    now_stored = the(app, surgeon).password_hash or ""
    assert extract_parameters(now_stored).memory_cost == 16
    assert post_sign_in(app.test_client(), "bo.sample@boardroom.example", PASSWORD).location == "/"


def test_passwords_are_hashed_slowly_by_argon2id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    used = extract_parameters(signing.hash_password(PASSWORD))
    assert used.type is Type.ID
    assert used.memory_cost >= 19 * 1024
    assert used.time_cost >= 2


def test_an_unknown_account_and_a_wrong_password_read_alike(app: Flask, surgeon: int) -> None:
    answers = [
        post_sign_in(app.test_client(), email, password)
        for email, password in (
            ("bo.sample@boardroom.example", "wrong"),
            ("nobody@boardroom.example", "wrong"),
        )
    ]
    assert [a.status_code for a in answers] == [422, 422]
    first, second = (re.sub(r'(value|content)="[^"]*"', "", answer.text) for answer in answers)
    assert first == second
    assert "do not belong together" in first


@pytest.mark.parametrize("field", ["email", "password"])
def test_an_empty_field_is_asked_for(app: Flask, surgeon: int, field: str) -> None:
    data = {"email": "bo.sample@boardroom.example", "password": PASSWORD} | {field: ""}
    answer = app.test_client().post("/sign-in", data=data)
    assert answer.status_code == 422
    assert f"Type your {'email address' if field == 'email' else 'password'}" in answer.text


def test_refused_tries_are_recorded_without_what_was_typed(
    app: Flask, surgeon: int, rows: Callable[..., list[Any]]
) -> None:
    post_sign_in(app.test_client(), "bo.sample@boardroom.example", "a wrong password")
    post_sign_in(app.test_client(), "my-password-in-the-wrong-field", "x")
    known, unknown = rows(
        select(AuditEntry).where(AuditEntry.action == "sign-in refused").order_by(AuditEntry.id)
    )
    assert (known.board, known.actor_id, known.details["account"]) == ("liver", None, "Bo Sample")
    assert unknown.details == {"account": "unknown", "address": "127.0.0.1"}
    assert "wrong" not in str(known.details)


def test_a_deactivated_or_merely_invited_person_cannot_sign_in(
    app: Flask, person: Callable[..., int], stored: str
) -> None:
    person(name="Not Yet", email="not.yet@boardroom.example")
    gone = person(name="Gone", email="gone@boardroom.example", password_hash=stored)
    with app.app_context(), write_transaction() as session:
        session.get_one(Person, gone).active = False
    for email in ("not.yet@boardroom.example", "gone@boardroom.example"):
        assert post_sign_in(app.test_client(), email, PASSWORD).status_code == 422


def test_the_old_session_is_not_carried_over(app: Flask, surgeon: int) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["csrf_token"] = "known to somebody else"
    post_sign_in(client, "bo.sample@boardroom.example", PASSWORD)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != "known to somebody else"
        assert session.permanent


def test_one_returns_to_the_page_that_asked_and_never_elsewhere(app: Flask, surgeon: int) -> None:
    client = app.test_client()
    assert client.get("/account?from=mail").location == "/sign-in"
    answer = post_sign_in(client, "bo.sample@boardroom.example", PASSWORD)
    assert answer.location == "/account?from=mail"

    client = app.test_client()
    with client.session_transaction() as session:
        session["after_sign_in"] = "//evil.example/"
    answer = post_sign_in(client, "bo.sample@boardroom.example", PASSWORD)
    assert answer.location == "/"


def test_the_throttle_counts_failures_of_one_account_from_one_address(
    data: Path, app: Flask, surgeon: int
) -> None:
    strict = create_app("testing", data=data, SIGN_IN_LIMIT="2 per minute")
    tries = [
        post_sign_in(strict.test_client(), "Bo.Sample@boardroom.example", "wrong").status_code
        for _ in range(3)
    ]
    assert tries == [422, 422, 429]
    client = strict.test_client()
    # The right password does not help now; another account and another address are free.
    assert post_sign_in(client, "bo.sample@boardroom.example", PASSWORD).status_code == 429
    assert post_sign_in(client, "else@boardroom.example", "wrong").status_code == 422
    answer = client.post(
        "/sign-in",
        data={"email": "bo.sample@boardroom.example", "password": PASSWORD},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert answer.status_code == 303
    assert "Too many tries" in post_sign_in(client, "bo.sample@boardroom.example", "x").text


@pytest.mark.parametrize(
    ("limit", "words"), [("2 per minute", "seconds"), ("2 per 15 minutes", "minutes")]
)
def test_the_throttle_says_how_long_to_wait_and_nothing_more(
    data: Path, app: Flask, surgeon: int, limit: str, words: str
) -> None:
    strict = create_app("testing", data=data, SIGN_IN_LIMIT=limit)
    pages = []
    for email in ("bo.sample@boardroom.example", "nobody@boardroom.example"):
        for _ in range(3):
            answer = post_sign_in(strict.test_client(), email, "wrong")
        assert answer.status_code == 429
        seconds = int(answer.headers["Retry-After"])
        assert 0 < seconds <= 15 * 60
        found = re.search(r"Wait (\d+) (second|minute)s?, then try again", answer.text)
        assert found, answer.text
        assert found[2] + "s" == words
        pages.append(re.sub(r"Wait \d+ \w+|csrf-token\S+ content=\S+", "", answer.text))
        assert 'href="/sign-in"' in answer.text
    assert pages[0] == pages[1], "the page does not tell whether there is such an account"


def test_nobody_is_kept_out_for_long_by_what_others_try(
    data: Path, app: Flask, surgeon: int
) -> None:
    """Behind one address of a hospital sits everybody, and perhaps somebody who guesses."""
    plain = create_app("testing", data=data, SIGN_IN_ADDRESS_LIMIT="4 per minute")
    for number in range(6):
        answer = post_sign_in(plain.test_client(), f"guess{number}@x.example", "wrong")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 61
    from limits import parse_many

    production = create_app("production", data=data).config
    longest = {
        name: max(limit.get_expiry() for limit in parse_many(production[name]))
        for name in ("SIGN_IN_ADDRESS_LIMIT", "SIGN_IN_LIMIT")
    }
    assert longest["SIGN_IN_ADDRESS_LIMIT"] <= 60
    assert longest["SIGN_IN_LIMIT"] <= 15 * 60


def test_signing_in_rightly_is_never_throttled(data: Path, app: Flask, surgeon: int) -> None:
    strict = create_app("testing", data=data, SIGN_IN_LIMIT="2 per minute")
    for _ in range(4):
        answer = post_sign_in(strict.test_client(), "bo.sample@boardroom.example", PASSWORD)
        assert answer.status_code == 303


def test_signing_out_ends_the_session(app: Flask, surgeon: int) -> None:
    client = app.test_client()
    post_sign_in(client, "bo.sample@boardroom.example", PASSWORD)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").location == "/sign-in"
    assert not is_signed_in(client)


def test_the_cookie_is_kept_from_scripts_and_other_sites(
    data: Path, app: Flask, surgeon: int
) -> None:
    answer = post_sign_in(app.test_client(), "bo.sample@boardroom.example", PASSWORD)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # tests speak plain HTTP
    production = create_app("production", data=data)
    for name, value in (("SECURE", True), ("HTTPONLY", True), ("SAMESITE", "Lax")):
        assert production.config[f"SESSION_COOKIE_{name}"] == value


def test_a_copy_of_the_cookie_of_who_signed_out_lets_nobody_in(
    app: Flask, surgeon: int, rows: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, copy, phone = (app.test_client() for _ in range(3))
    for device in (here, phone):
        assert post_sign_in(device, "bo.sample@boardroom.example", PASSWORD).status_code == 303
    cookie = here.get_cookie("boardroom")
    assert cookie is not None
    copy.set_cookie("boardroom", cookie.value)
    assert is_signed_in(copy)
    assert here.post("/sign-out").status_code == 303
    assert not is_signed_in(copy)
    assert is_signed_in(phone), "another device is another session"
    assert len(rows(select(EndedSession))) == 1
    # Once the cookie has ended by itself, nobody needs to remember it
    later = now() + dt.timedelta(days=9)
    monkeypatch.setattr("boardroom.people.sign_in.now", lambda: later)
    post_sign_in(app.test_client(), "bo.sample@boardroom.example", PASSWORD)
    assert rows(select(EndedSession)) == []


def test_reading_pages_notes_now_and_then_that_somebody_is_about(
    app: Flask, surgeon: int, sign_in: Callable[[int], FlaskClient]
) -> None:
    client = sign_in(surgeon)
    assert the(app, surgeon).last_seen_at is None
    client.get("/account")
    first = the(app, surgeon).last_seen_at
    assert first is not None
    client.get("/account")
    assert the(app, surgeon).last_seen_at == first


# --- The demo ----------------------------------------------------------------------------------


def test_outside_the_demo_there_are_no_buttons(app: Flask, surgeon: int) -> None:
    client = app.test_client()
    assert "Bo Sample" not in client.get("/sign-in").text
    assert client.post("/sign-in/demo", data={"person": surgeon}).status_code == 404
    assert not is_signed_in(client)


def test_the_demo_has_one_button_for_each_person(data: Path, app: Flask, surgeon: int) -> None:
    demo = create_app("demo", data=data, WTF_CSRF_ENABLED=False)
    client = demo.test_client()
    assert "Bo Sample" in client.get("/sign-in").text
    assert client.post("/sign-in/demo", data={"person": "999"}).status_code == 422
    assert client.post("/sign-in/demo", data={"person": surgeon}).location == "/"
    assert is_signed_in(client)
