"""Accounts through HTTP: signing in, invitations, one's own account, administration."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select

from boardroom import create_app, live
from boardroom.audit import AuditEntry
from boardroom.db import db, now, write_transaction
from boardroom.people import queries, rules
from boardroom.people import sign_in as signing
from boardroom.people.models import Membership, Person, Role

PASSWORD = "correct horse battery"
NEW = "seven quiet green rivers"


QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is slow on purpose; here it need not be."""
    monkeypatch.setattr(signing, "hasher", QUICK)
    monkeypatch.setattr(signing, "_nobodys_hash", lambda: QUICK.hash("nobody"))


@pytest.fixture(scope="session")
def stored() -> str:
    """The hash of PASSWORD."""
    return QUICK.hash(PASSWORD)


@pytest.fixture
def admin(person: Callable[..., int], stored: str) -> int:
    return person(
        "administrator", name="Ivy Keeper", email="ivy@boardroom.example", password_hash=stored
    )


@pytest.fixture
def surgeon(person: Callable[..., int], stored: str) -> int:
    return person(
        "specialist",
        "surgery",
        name="Bo Sample",
        email="bo.sample@boardroom.example",
        password_hash=stored,
    )


def the(app: Flask, person_id: int) -> Person:
    """The person as stored now, with memberships."""
    with app.app_context():
        person = db.session.get_one(Person, person_id)
        _ = person.memberships
        return person


def post_sign_in(client: FlaskClient, email: str, password: str) -> Any:
    return client.post("/sign-in", data={"email": email, "password": password})


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


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

    from boardroom.people.sign_in import ADDRESS_LIMIT

    assert max(limit.get_expiry() for limit in parse_many(ADDRESS_LIMIT)) <= 60
    production = create_app("production", data=data).config["SIGN_IN_LIMIT"]
    assert max(limit.get_expiry() for limit in parse_many(production)) <= 15 * 60


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


# --- Invitations -------------------------------------------------------------------------------

INVITATION = {
    "name": "Gus  Invented",
    "email": "Gus@Pathology.local",
    "hospital": "St Example",
    "role": "specialist",
    "specialty": "pathology",
}


def made_link(client: FlaskClient) -> str:
    found = re.search(r'value="http://localhost(/invitation/[^"]+)"', _people(client))
    assert found, "no link on the page"
    return found[1]


def _people(client: FlaskClient) -> str:
    return client.get("/boards/liver/people").text


def test_from_invitation_to_first_sign_in(
    app: Flask, admin: int, sign_in: Callable[[int], FlaskClient], rows: Callable[..., list[Any]]
) -> None:
    office = sign_in(admin)
    answer = office.post("/boards/liver/people/invite", data=INVITATION)
    assert answer.status_code == 303
    link = made_link(office)
    assert "/invitation/" not in _people(office), "the link is shown once"

    (guest,) = rows(select(Person).where(Person.name == "Gus Invented"))
    assert guest.email == "gus@pathology.local"
    assert guest.password_hash is None
    assert guest.invitation_hash == rules.token_hash(link.rsplit("/", 1)[1])
    place = the(app, guest.id).memberships[0]
    assert (place.board, place.role, place.specialty) == ("liver", "specialist", "pathology")

    client = app.test_client()
    assert "Welcome, Gus Invented" in client.get(link).text
    refused = client.post(link, data={"new": "gus invented it", "again": "gus invented it"})
    assert refused.status_code == 422
    assert "Leave “invented” out" in refused.text
    differing = client.post(link, data={"new": NEW, "again": NEW + "!"})
    assert "not the same" in differing.text
    assert client.post(link, data={"new": NEW, "again": NEW}).location == "/"
    assert is_signed_in(client)

    assert app.test_client().get(link).status_code == 404
    assert app.test_client().post(link, data={"new": NEW, "again": NEW}).status_code == 404
    assert post_sign_in(app.test_client(), "gus@pathology.local", NEW).status_code == 303


def test_a_link_ends_after_seven_days(app: Flask, person: Callable[..., int]) -> None:
    guest = person()
    with app.app_context(), write_transaction() as session:
        invited = session.get_one(Person, guest)
        invited.invitation_hash = rules.token_hash("the token")
        invited.invitation_expires_at = now()
    answer = app.test_client().get("/invitation/the token")
    assert answer.status_code == 404
    assert "cannot be used any more" in answer.text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"email": "not an address"}, "not a complete email address"),
        ({"email": ""}, "Type the email address"),
        ({"name": ""}, "Type the name"),
        ({"name": "x" * 201}, "at most 200"),
        ({"role": "emperor"}, "Not a valid choice"),
        ({"specialty": ""}, "speaks for a specialty"),
        ({"role": "observer"}, "speaks for no specialty"),
        ({"role": "referrer", "specialty": "", "hospital": " "}, "say which"),
    ],
)
def test_an_invitation_that_does_not_hold_is_answered_beside_the_field(
    admin: int,
    sign_in: Callable[[int], FlaskClient],
    rows: Callable[..., list[Any]],
    wrong: dict[str, str],
    says: str,
) -> None:
    answer = sign_in(admin).post("/boards/liver/people/invite", data=INVITATION | wrong)
    assert answer.status_code == 422
    assert says in answer.text
    assert len(rows(select(Person))) == 1


def test_nobody_is_invited_twice(
    admin: int, surgeon: int, sign_in: Callable[[int], FlaskClient]
) -> None:
    again = INVITATION | {"email": "BO.sample@boardroom.example"}
    answer = sign_in(admin).post("/boards/liver/people/invite", data=again)
    assert answer.status_code == 422
    assert "Bo Sample is on this board already" in answer.text


def test_a_new_link_replaces_the_old_one_and_the_forgotten_password(
    app: Flask, admin: int, surgeon: int, sign_in: Callable[[int], FlaskClient]
) -> None:
    office, elsewhere = sign_in(admin), sign_in(surgeon)
    office.post(f"/boards/liver/people/{surgeon}/link")
    first = made_link(office)
    office.post(f"/boards/liver/people/{surgeon}/link")
    second = made_link(office)
    assert app.test_client().get(first).status_code == 404
    assert is_signed_in(elsewhere), "until the link is followed nothing changes"
    app.test_client().post(second, data={"new": NEW, "again": NEW})
    assert not is_signed_in(elsewhere)
    email = "bo.sample@boardroom.example"
    assert post_sign_in(app.test_client(), email, PASSWORD).status_code == 422
    assert post_sign_in(app.test_client(), email, NEW).status_code == 303


# --- One's own account -------------------------------------------------------------------------


def test_changing_ones_password_ends_the_other_sessions(
    app: Flask, surgeon: int, sign_in: Callable[[int], FlaskClient]
) -> None:
    here, there = sign_in(surgeon), sign_in(surgeon)
    form = {"what": "password", "old": "wrong", "new": NEW, "again": NEW}
    refused = here.post("/account", data=form)
    assert refused.status_code == 422
    assert "not your present password" in refused.text
    assert is_signed_in(there)
    assert here.post("/account", data=form | {"old": PASSWORD}).status_code == 303
    assert is_signed_in(here)
    assert not is_signed_in(there)
    email = "bo.sample@boardroom.example"
    assert post_sign_in(app.test_client(), email, NEW).status_code == 303


def test_changing_ones_name(
    app: Flask, surgeon: int, sign_in: Callable[[int], FlaskClient]
) -> None:
    client = sign_in(surgeon)
    assert client.post("/account", data={"what": "name", "your-name": " "}).status_code == 422
    client.post("/account", data={"what": "name", "your-name": "Bo  Öster"})
    assert the(app, surgeon).name == "Bo Öster"
    assert client.post("/account", data={}).status_code == 422


# --- Administration ----------------------------------------------------------------------------


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whose live connections were ended."""
    people: list[int] = []
    monkeypatch.setattr(live, "end_connections", lambda person: people.append(person.id))
    return people


def test_deactivating_ends_sessions_and_connections_at_once(
    app: Flask,
    admin: int,
    surgeon: int,
    sign_in: Callable[[int], FlaskClient],
    ended: list[int],
) -> None:
    office, theirs = sign_in(admin), sign_in(surgeon)
    assert is_signed_in(theirs)
    assert office.post(f"/boards/liver/people/{surgeon}/deactivate").status_code == 303
    assert ended == [surgeon]
    assert theirs.get("/account").status_code == 302
    with app.app_context():
        assert surgeon not in [p.id for p in queries.members_of("liver")]
        assert surgeon in [p.id for p in queries.members_of("liver", active=False)]
    assert office.post(f"/boards/liver/people/{surgeon}/deactivate").status_code == 409

    office.post(f"/boards/liver/people/{surgeon}/reactivate")
    assert not is_signed_in(theirs), "the session that was ended stays so"
    email = "bo.sample@boardroom.example"
    assert post_sign_in(app.test_client(), email, PASSWORD).status_code == 303


def edit(client: FlaskClient, person_id: int, **values: str) -> Any:
    form = {"name": "Bo Sample", "hospital": "St Example", "role": "specialist", "specialty": ""}
    return client.post(f"/boards/liver/people/{person_id}", data=form | values)


def test_new_rights_hold_at_once(
    app: Flask,
    admin: int,
    surgeon: int,
    sign_in: Callable[[int], FlaskClient],
    ended: list[int],
) -> None:
    office, theirs = sign_in(admin), sign_in(surgeon)
    assert theirs.get("/boards/liver/people").status_code == 403
    edit(office, surgeon, specialty="surgery")
    assert ended == [], "nothing changed"
    assert edit(office, surgeon, role="administrator").status_code == 303
    assert ended == [surgeon]
    assert theirs.get("/boards/liver/people").status_code == 200
    place = the(app, surgeon).on("liver")
    assert place is not None
    assert (place.role, place.specialty) == ("administrator", None)


def test_the_last_administrator_stays(
    app: Flask,
    admin: int,
    surgeon: int,
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
) -> None:
    person("administrator", name="Invited Only")  # cannot sign in yet
    office = sign_in(admin)
    answer = edit(office, admin, name="Ivy Keeper", role="observer")
    assert answer.status_code == 422
    assert "last administrator" in answer.text
    assert office.post(f"/boards/liver/people/{admin}/deactivate").status_code == 422
    edit(office, surgeon, role="administrator")
    assert edit(office, admin, name="Ivy Keeper", role="observer").location == "/"
    assert office.get("/boards/liver/people").status_code == 403


def test_an_administrator_of_one_board_does_not_take_over_anothers_account(
    data: Path, tmp_path: Path, app: Flask, admin: int, stored: str
) -> None:
    with app.app_context(), write_transaction() as session:
        shared = Person(
            name="Both Boards",
            email="both@boardroom.example",
            password_hash=stored,
            memberships=[
                Membership(board="liver", role=Role.SPECIALIST, specialty="surgery"),
                Membership(board="lung", role=Role.ADMINISTRATOR),
            ],
        )
        session.add(shared)
        session.flush()
        shared_id = shared.id
    folder = tmp_path / "boards"
    folder.mkdir()
    source = Path(app.config["BOARDS_DIR"]) / "liver.toml"
    text = source.read_text(encoding="utf-8")
    (folder / "liver.toml").write_text(text, encoding="utf-8")
    text = text.replace('key = "liver"', 'key = "lung"', 1)
    text = text.replace('case_code_prefix = "BR"', 'case_code_prefix = "LU"')
    (folder / "lung.toml").write_text(text, encoding="utf-8")
    two = create_app("testing", data=data, BOARDS_DIR=str(folder))
    office = two.test_client()
    post_sign_in(office, "ivy@boardroom.example", PASSWORD)

    assert office.post(f"/boards/liver/people/{shared_id}/link").status_code == 422
    answer = edit(office, shared_id, name="Somebody Else", specialty="surgery")
    assert answer.status_code == 422
    same = {"name": "Both Boards", "hospital": ""}
    assert edit(office, shared_id, **same, specialty="oncology").status_code == 303
    assert office.post(f"/boards/liver/people/{shared_id}/deactivate").status_code == 303
    person = the(app, shared_id)
    assert person.active, "only their place on this board is gone"
    assert person.boards() == ["lung"]
    assert office.get(f"/boards/lung/people/{shared_id}").status_code == 404


def test_the_list_says_how_everybody_stands(
    app: Flask,
    admin: int,
    surgeon: int,
    person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient],
) -> None:
    person(name="Not Yet In")
    office = sign_in(admin)
    office.post(f"/boards/liver/people/{surgeon}/deactivate")
    _people(office)  # the page after the change names them once more
    text = _people(office)
    places = [text.index(f">{word}<") for word in ("Active", "Invited", "Deactivated")]
    assert places == sorted(places)
    assert places[1] < text.index("Not Yet In") < places[2] < text.index("Bo Sample")
    assert "link has run out" in text


def test_the_boards_definition_is_shown_to_its_members(
    surgeon: int, sign_in: Callable[[int], FlaskClient], app: Flask
) -> None:
    text = sign_in(surgeon).get("/boards/liver").text
    board = app.extensions["boards"]["liver"]
    for words in (
        *(s.name for s in board.specialties),
        *(q.text for s in board.specialties for q in s.questions),
        *(o.name for o in board.options),
        *(v.name for v in board.verdicts),
        *(d.name for d in board.deferral_reasons),
        *(n.missing for n in board.readiness),
    ):
        assert str(escape(words)) in text
