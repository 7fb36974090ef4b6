"""Passwords, places on a board, links: what is taken and what is not."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardroom.people import rules

EMAIL, NAME = "ada.example@st-example.org", "Dr Ada Example"


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "7 more"),
        ("a" * 201, "at most 200"),
        ("aaaaaaaaaaaaaa", "different characters"),
        ("my Example liver song", "example"),
        ("ADA.EXAMPLE rides on", "ada.example"),
        ("quiet st-example river", "st-example"),
        ("Password-for-tuesdays", "password"),
        ("the boardroom is dim", "boardroom"),
    ],
)
def test_a_poor_password_is_refused_with_a_reason(password: str, says: str) -> None:
    problem = rules.password_problem(password, email=EMAIL, name=NAME)
    assert problem is not None
    assert says in problem


def test_accents_do_not_hide_a_name() -> None:
    assert rules.password_problem("jürgensen 4 the win", email="x@y.z", name="Jurgensen")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "vier blaue Züge fahren", "x7!kQ_2z9wPl"]
)
def test_a_good_password_is_taken(password: str) -> None:
    assert rules.password_problem(password, email=EMAIL, name=NAME) is None


SPECIALTIES = ("surgery", "oncology")


@pytest.mark.parametrize(
    ("role", "specialty", "hospital", "field"),
    [
        ("specialist", "", "", "specialty"),
        ("specialist", "astrology", "", "specialty"),
        ("observer", "surgery", "", "specialty"),
        ("referrer", "surgery", "St Example", "specialty"),
        ("referrer", "", "  ", "hospital"),
    ],
)
def test_places_that_do_not_fit(role: str, specialty: str, hospital: str, field: str) -> None:
    assert list(rules.place_problems(role, specialty, hospital, SPECIALTIES)) == [field]


@pytest.mark.parametrize(
    ("role", "specialty", "hospital"),
    [
        ("specialist", "oncology", ""),
        ("chair", "surgery", ""),
        ("chair", "", ""),
        ("administrator", "", ""),
        ("observer", "", ""),
        ("referrer", "", "Riverside"),
    ],
)
def test_places_that_fit(role: str, specialty: str, hospital: str) -> None:
    assert rules.place_problems(role, specialty, hospital, SPECIALTIES) == {}


def test_tokens_are_long_different_and_stored_hashed() -> None:
    first, second = rules.new_token(), rules.new_token()
    assert first != second
    assert len(first) >= 43
    assert len(rules.token_hash(first)) == 64
    assert first not in rules.token_hash(first)


@pytest.mark.parametrize(
    "email", ["a@b.org", "gus@pathology.local", "o'neil+mdt@st-example.nhs.example"]
)
def test_complete_addresses(email: str) -> None:
    assert rules.is_email(email)


@pytest.mark.parametrize(
    "email", ["", "a", "a@b", "a b@c.org", "a@b..org", "a@-b.org", "a@b.org\n", "a@b.org, c@d.org"]
)
def test_incomplete_addresses(email: str) -> None:
    assert not rules.is_email(email)


AT = dt.datetime(2026, 11, 26, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("active", "has_password", "expires", "state"),
    [
        (True, True, None, "active"),
        (True, True, AT - dt.timedelta(1), "active"),
        (True, False, AT + dt.timedelta(1), "invited"),
        (True, False, AT, "expired"),
        (True, False, None, "expired"),
        (False, True, None, "deactivated"),
        (False, False, AT + dt.timedelta(1), "deactivated"),
    ],
)
def test_how_an_account_stands(
    active: bool, has_password: bool, expires: dt.datetime | None, state: str
) -> None:
    assert (
        rules.state_of(active=active, has_password=has_password, link_expires_at=expires, at=AT)
        == state
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x",
        "//evil.example/x",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "cases/1",
        "",
        None,
        17,
        "/" + "x" * 2000,
    ],
)
def test_addresses_that_lead_away_are_not_followed(address: object) -> None:
    assert rules.local_path(address) is None


@pytest.mark.parametrize(
    "address", ["/", "/cases/7?tab=facts", "/boards/liver/audit?who=&text=a%2Fb"]
)
def test_paths_on_this_server_are_followed(address: str) -> None:
    assert rules.local_path(address) == address


@given(st.text())
def test_whatever_is_followed_stays_here(address: str) -> None:
    kept = rules.local_path(address)
    assert kept is None or (kept == address and kept[0] == "/" and kept[1:2] not in ("/", "\\"))
