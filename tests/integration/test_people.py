"""Accounts through HTTP: invitations, one's own account, administration."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select

from boardroom import create_app, live
from boardroom.db import now, write_transaction
from boardroom.people import queries, rules
from boardroom.people.models import Membership, Person, Role
from tests.integration.accounts import NEW, PASSWORD, is_signed_in, post_sign_in, the

pytestmark = pytest.mark.usefixtures("quick")

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


@pytest.mark.parametrize("role", ["observer", "referrer"])
def test_a_specialist_becomes_a_guest_in_one_step(
    app: Flask, admin: int, surgeon: int, sign_in: Callable[[int], FlaskClient], role: str
) -> None:
    office = sign_in(admin)
    assert (
        "Observers and referrers have none." in office.get(f"/boards/liver/people/{surgeon}").text
    )
    # A specialty that was not theirs was chosen with the role: the two contradict each other.
    answer = edit(office, surgeon, role=role, specialty="pathology")
    assert answer.status_code == 422
    assert "speaks for no specialty" in answer.text
    assert edit(office, surgeon, role=role, specialty="surgery").status_code == 303
    place = the(app, surgeon).on("liver")
    assert place is not None
    assert (place.role, place.specialty) == (role, None)
    said = office.get("/boards/liver/people").text
    assert "Bo Sample: saved. Surgery has gone with the former role." in said


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
