"""Every route, asked as everybody.

Who may pass is written out here a second time, rule by rule, and compared with what the guard
does. The views are replaced by one that only says that it was reached: what they themselves refuse
is tested with each feature.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter
from werkzeug.routing import Rule as UrlRule

from boardroom import create_app
from boardroom.cases.models import Case, Patient
from boardroom.db import db, write_transaction
from boardroom.meetings.models import AgendaItem, Meeting
from boardroom.people.models import Membership, Person, Role
from boardroom.permissions import ROUTES
from boardroom.settings import asset_dir
from tests.conftest import CopyData

# name → (board, role, specialty, hospital)
PEOPLE: dict[str, tuple[str, str, str | None, str]] = {
    "administrator": ("liver", "administrator", None, "St Example"),
    "chair": ("liver", "chair", "surgery", "St Example"),
    "chair without specialty": ("liver", "chair", None, "St Example"),
    "coordinator": ("liver", "coordinator", None, "St Example"),
    "specialist": ("liver", "specialist", "oncology", "St Example"),
    "radiologist": ("liver", "specialist", "radiology", "St Example"),
    "observer": ("liver", "observer", None, "St Example"),
    # The capitals differ from the case's on purpose: people type their hospital by hand.
    "referrer": ("liver", "referrer", None, "RIVERSIDE Invented Hospital"),
    "referrer of another hospital": ("liver", "referrer", None, "Hilltop Invented Hospital"),
    "referrer of no hospital": ("liver", "referrer", None, ""),
    "chair of another board": ("lung", "chair", "surgery", "St Example"),
    "administrator of another board": ("lung", "administrator", None, "St Example"),
    "member of no board": ("", "", None, "Riverside Invented Hospital"),
}
SIGNED_OUT = "signed out"
EVERYBODY = {SIGNED_OUT, *PEOPLE}

CHAIRS = {"chair", "chair without specialty"}
INSIDE = {"administrator", "coordinator", "specialist", "radiologist", *CHAIRS}
MEMBERS = {*INSIDE, "observer"}
READERS = {*MEMBERS, "referrer"}
PREPARERS = {"coordinator", *CHAIRS}
VOTERS = {"chair", "specialist", "radiologist"}
ELSEWHERE = {"chair of another board"}

# The rules of permission_rules.py, and whom each lets in.
LETS_IN: dict[str, set[str]] = {
    "public": EVERYBODY,
    "signed in": EVERYBODY - {SIGNED_OUT},
    "member of a board": {*MEMBERS, "chair of another board", "administrator of another board"},
    "member": MEMBERS,
    "read a case": READERS,
    "read a document": READERS - {"observer"},
    "start a case": {*PREPARERS, *ELSEWHERE, "referrer", "referrer of another hospital"},
    "edit a case": PREPARERS,
    # Referrers too: in a draft that one of them began, and while information is asked for
    "fill in a case": PREPARERS,
    "draw up a case": PREPARERS,
    "send more": set(),  # the case of these tests is a draft
    "read the images for the board": {"radiologist", *PREPARERS},
    "give the referring hospital's reading": {"radiologist", "referrer", *PREPARERS},
    "comment": INSIDE,
    "give an opinion": VOTERS,
    "sign off": VOTERS,
    "confirm or reopen": {*CHAIRS, *VOTERS},
    "tell what became of a plan": {*INSIDE, "referrer"},
    "see the figures": {"administrator", *PREPARERS},
    "watch a meeting": MEMBERS,
    "take part": INSIDE,
    "prepare a meeting": PREPARERS,
    "plan meetings": {*PREPARERS, *ELSEWHERE},
    "run a meeting": CHAIRS,
    "read minutes": MEMBERS,
    "export minutes": {"administrator", *PREPARERS},
    "sign minutes": CHAIRS,
    "read a letter": {*INSIDE, "referrer"},
    "write a letter": {*PREPARERS, *VOTERS},
    "administer": {"administrator"},
}

SAMPLES: dict[str, Any] = {"board": "liver", "filename": "css/base.css"}


House = tuple[Flask, dict[str, str]]


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The liver board, and a second one made from it."""
    folder = tmp_path_factory.mktemp("boards")
    text = (asset_dir("config") / "boards" / "liver.toml").read_text(encoding="utf-8")
    (folder / "liver.toml").write_text(text, encoding="utf-8")
    other = text.replace('key = "liver"', 'key = "lung"', 1)
    other = other.replace('case_code_prefix = "BR"', 'case_code_prefix = "LU"')
    (folder / "lung.toml").write_text(other, encoding="utf-8")
    return folder


@contextmanager
def furnished(data: Path, boards: Path) -> Iterator[House]:
    """The application with one case at one meeting, and the session of each person."""
    app = create_app("testing", data=data, BOARDS_DIR=str(boards))
    sessions: dict[str, str] = {}
    with app.app_context(), write_transaction() as session:
        for name, (board, role, specialty, hospital) in PEOPLE.items():
            person = Person(name=name, email=f"{len(sessions)}@x.example", hospital=hospital)
            if board:
                place = Membership(board=board, role=Role(role), specialty=specialty)
                person.memberships = [place]
            session.add(person)
            session.flush()
            sessions[name] = person.get_id()
        case = Case(
            code="BR-9001",
            board="liver",
            patient=Patient(name="Testina Probe"),
            referrer_hospital="Riverside Invented Hospital",
        )
        starts_at = dt.datetime(2026, 11, 26, 16, 30, tzinfo=dt.UTC)
        meeting = Meeting(board="liver", title="Test", starts_at=starts_at, length_minutes=60)
        meeting.items = [AgendaItem(case=case, position=1, minutes=5)]
        session.add(meeting)
        session.flush()
        SAMPLES.update(case_id=case.id, meeting_id=meeting.id, item_id=meeting.items[0].id)
    yield app, sessions
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def house(data: Path, boards: Path) -> Iterator[House]:
    """A house of one's own, for tests that change it."""
    with furnished(data, boards) as made:
        yield made


@pytest.fixture(scope="module")
def doors(
    migrated: Path, copy_data: CopyData, tmp_path_factory: pytest.TempPathFactory, boards: Path
) -> Iterator[House]:
    """A house whose views only say that they were reached, in the header X-Reached."""
    folder = copy_data(migrated, tmp_path_factory.mktemp("doors"))
    with furnished(folder, boards) as (app, sessions):
        for endpoint in app.view_functions:
            app.view_functions[endpoint] = lambda **args: ("", {"X-Reached": "yes"})
        yield app, sessions


def client_of(app: Flask, sessions: dict[str, str], name: str) -> FlaskClient:
    client = app.test_client()
    if name != SIGNED_OUT:
        with client.session_transaction() as session:
            session["_user_id"] = sessions[name]
            session["_fresh"] = True
    return client


def _any_value(converter: BaseConverter) -> object:
    """A value that an address may have in a place."""
    match converter:
        case IntegerConverter():
            return 1
        case AnyConverter():
            return min(converter.items)
        case _:
            return "x"


def addresses(app: Flask) -> list[tuple[UrlRule, str, str]]:
    """Every rule with a method it takes and an address built from the samples."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            kinds = rule._converters
            args = {name: SAMPLES.get(name, _any_value(kinds[name])) for name in rule.arguments}
            address = url_for(rule.endpoint, **args)
            methods = (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
            found += [(rule, method, address) for method in sorted(methods)]
    # Reading first: what the forms then change is not there for the pages any more.
    return sorted(found, key=lambda each: each[1] != "GET")


def test_every_route_is_in_the_table(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert routes - set(ROUTES) == set(), "routes without a permission"


def test_the_table_has_no_route_that_does_not_exist(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(ROUTES) - routes == set(), "permissions without a route"


def test_every_rule_of_the_table_is_written_out_here() -> None:
    assert {rule.name for rule in ROUTES.values()} == set(LETS_IN)


def test_a_route_outside_the_table_answers_403(data: Path) -> None:
    app = create_app("testing", data=data)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert b"secret" not in answer.data


def _expected_refusal(who: str, method: str, rule: UrlRule) -> int:
    """What a refusal looks like: somebody who may not know of a thing is told nothing is there."""
    if who == SIGNED_OUT:
        return 302 if method == "GET" else 401
    if not rule.arguments & {"board", "case_id", "meeting_id", "item_id"}:
        return 403
    if who in MEMBERS or (who == "referrer" and "case_id" in rule.arguments):
        return 403
    return 404


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_every_route_lets_in_whom_the_table_says(doors: House, who: str) -> None:
    app, sessions = doors
    wrong = []
    for rule, method, address in addresses(app):
        client = client_of(app, sessions, who)
        answer = client.open(address, method=method, base_url="http://localhost")
        status, reached = answer.status_code, "X-Reached" in answer.headers
        allowed = who in LETS_IN[ROUTES[rule.endpoint].name]
        expected = 200 if allowed else _expected_refusal(who, method, rule)
        if status != expected or reached != allowed:
            wrong.append(f"{method} {rule.endpoint}: {status}, expected {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", ["chair", "administrator", "coordinator", "specialist"])
def test_what_the_table_allows_does_not_fail(house: House, who: str) -> None:
    """The real views, with little data and empty forms: an answer, never a failure."""
    app, sessions = house
    wrong = []
    for rule, method, address in addresses(app):
        if who not in LETS_IN[ROUTES[rule.endpoint].name] or rule.endpoint == "people.sign_out":
            continue
        client = client_of(app, sessions, who)
        answer = client.open(address, method=method, base_url="http://localhost", buffered=True)
        made_up = rule.arguments - {"board", "case_id", "meeting_id", "item_id"}
        # after the meeting, and where the settings ask for it
        late = rule.endpoint in {"minutes.minutes", "minutes.download", "upkeep.metrics"}
        fails = answer.status_code >= (400 if method == "GET" and not (made_up or late) else 500)
        if fails or answer.status_code == 401:
            wrong.append(f"{method} {rule.endpoint}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_things_that_do_not_belong_together_are_not_found(
    house: House,
) -> None:
    app, sessions = house
    with app.app_context(), write_transaction() as session:
        at = dt.datetime(2026, 12, 3, 16, 30, tzinfo=dt.UTC)
        later = Meeting(board="liver", title="Later", starts_at=at, length_minutes=60)
        session.add(later)
        session.flush()
        later_id = later.id
    client = client_of(app, sessions, "chair")
    item = SAMPLES["item_id"]
    assert client.post(f"/meetings/{later_id}/items/{item}/take").status_code == 404
    assert client.get("/meetings/999/stage").status_code == 404
    assert client.get("/boards/breast").status_code == 404
    assert client.get("/boards/liver").status_code == 200


def test_no_hospital_is_nobodys_hospital(house: House) -> None:
    """A case that names none is not open to every referrer who names none."""
    app, sessions = house
    with app.app_context(), write_transaction() as session:
        case = Case(code="BR-9002", board="liver", patient=Patient(name="Testina Zweite"))
        session.add(case)
        session.flush()
        address = f"/cases/{case.id}"
    for who in ("referrer of no hospital", "referrer", "member of no board"):
        assert client_of(app, sessions, who).get(address).status_code == 404
    assert client_of(app, sessions, "observer").get(address).status_code == 200


def test_what_weighs_most_is_in_few_hands() -> None:
    weighty = {
        "people.invite": "administer",
        "people.edit_person": "administer",
        "people.deactivate": "administer",
        "people.invite_again": "administer",
        "people.audit_trail": "administer",
        "cases.document": "read a document",
        "cases.edit_case": "fill in a case",
        "cases.move_case": "edit a case",
        "opinions.submit": "give an opinion",
        "meetings.reveal": "run a meeting",
        "meetings.close_case": "run a meeting",
        "consensus.sign_off": "sign off",
        "minutes.sign": "sign minutes",
        "minutes.amend": "sign minutes",
        "minutes.download": "export minutes",
    }
    assert {endpoint: ROUTES[endpoint].name for endpoint in weighty} == weighty
    open_to_all = {endpoint for endpoint, rule in ROUTES.items() if rule.public}
    assert open_to_all == {
        "static",
        "people.sign_in",
        "people.sign_in_demo",
        "people.accept_invitation",
        "upkeep.live",
        "upkeep.ready",
        "upkeep.metrics",
    }


def test_every_form_needs_its_token(data: Path, boards: Path) -> None:
    app = create_app("testing", data=data, BOARDS_DIR=str(boards), WTF_CSRF_ENABLED=True)
    SAMPLES.update(case_id=1, meeting_id=1, item_id=1)
    posts = [(r, a) for r, method, a in addresses(app) if method != "GET"]
    assert len(posts) > 30
    client = app.test_client()
    answers = {rule.endpoint: client.post(a).status_code for rule, a in posts}
    assert {e: s for e, s in answers.items() if s != 400} == {}


def test_a_script_of_whose_session_has_ended_is_told_that_and_not_of_its_token(data: Path) -> None:
    app = create_app("testing", data=data, WTF_CSRF_ENABLED=True)
    answer = app.test_client().post("/sign-out", headers={"X-Boardroom-Part": "1"})
    assert answer.status_code == 401
    assert "Your session has ended" in answer.text


def test_a_form_with_its_token_is_taken(data: Path) -> None:
    app = create_app("testing", data=data, WTF_CSRF_ENABLED=True)
    client = app.test_client()
    page = client.get("/sign-in").text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token
    form = {"csrf_token": token[1], "email": "nobody@x.example", "password": "not a password"}
    assert client.post("/sign-in", data=form).status_code == 422
    assert client.post("/sign-in", data=form | {"csrf_token": "made up"}).status_code == 400
