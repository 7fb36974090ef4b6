"""A board whose definition was taken away while its record stays: said plainly, others go on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom import create_app
from boardroom.cases.models import Case, CaseStatus
from boardroom.cli import main
from boardroom.db import db, now, write_transaction
from boardroom.followup.keeping import bring_back
from boardroom.meetings.models import ItemStatus, Meeting
from boardroom.people.models import Membership, Person, Role
from tests.clients import signed_in

LIVER = Path(__file__).parents[2] / "config" / "boards" / "liver.toml"
SAID = "This board is not set up any more"
WHO = {"admin": Role.ADMINISTRATOR, "chair": Role.CHAIR, "coordinator": Role.COORDINATOR,
       "surgeon": Role.SPECIALIST, "observer": Role.OBSERVER}  # fmt: skip


@pytest.fixture
def boards(tmp_path: Path) -> Path:
    """A folder in which another board's file stands instead of the liver board's."""
    folder = tmp_path / "boards"
    folder.mkdir()
    text = LIVER.read_text(encoding="utf-8").replace('key = "liver"', 'key = "renal"', 1)
    text = text.replace('name = "Liver board"', 'name = "Renal board"', 1)
    (folder / "renal.toml").write_text(text.replace('"BR"', '"RN"', 1), encoding="utf-8")
    (tmp_path / "letters").mkdir()
    return folder


@pytest.fixture
def past(demo_folder: Path, boards: Path) -> Iterator[Flask]:
    """The demonstration without the definition of its board; some sit on the other one too."""
    app = create_app(
        "demo", data=demo_folder, BOARDS_DIR=str(boards),
        LETTERS_DIR=str(boards.parent / "letters"), WTF_CSRF_ENABLED=False,
    )  # fmt: skip
    with app.app_context(), write_transaction() as session:
        for person in session.scalars(select(Person)).unique():
            role = WHO.get(person.email.partition("@")[0])
            if role is not None:
                specialty = "surgery" if role == Role.SPECIALIST else None
                session.add(
                    Membership(person_id=person.id, board="renal", role=role, specialty=specialty)
                )
    yield app
    with app.app_context():
        db.session.close()
        db.engine.dispose()


@pytest.fixture
def as_past(past: Flask) -> Callable[[str], FlaskClient]:
    return partial(signed_in, past)


def addresses(app: Flask) -> list[str]:
    """Every address that can be read, filled in with what the record has, for both boards."""
    with app.app_context():
        case = db.session.scalars(select(Case.id)).first()
        meeting = db.session.scalars(select(Meeting)).first()
        person = db.session.scalars(select(Person.id)).first()
        assert meeting is not None
        item = meeting.items[0].id
        known = {"case_id": case, "meeting_id": meeting.id, "item_id": item, "person_id": person}
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
                continue
            for board in ("liver", "renal"):
                values = {
                    name: known.get(name, board if name == "board" else "1")
                    for name in rule.arguments
                }
                values |= {k: "patient" for k in rule.arguments if k == "kind"}
                values |= {k: "pdf" for k in rule.arguments if k in ("format_", "paper")}
                built = app.url_map.bind("").build(rule.endpoint, values)
                found.append(built)
    return sorted(set(found))


@pytest.mark.parametrize("who", [*WHO, "oncologist", "referrer"])
def test_no_page_fails(past: Flask, as_past: Callable[[str], FlaskClient], who: str) -> None:
    client = as_past(who)
    statuses = {url: client.get(url).status_code for url in addresses(past)}
    assert [url for url, status in statuses.items() if status >= 500] == []
    assert statuses["/"] == statuses["/cases"] == 200
    assert past.test_client().get("/sign-in").status_code == 200


def test_its_members_are_told_and_the_other_board_goes_on(
    past: Flask, as_past: Callable[[str], FlaskClient]
) -> None:
    admin = as_past("admin")
    with past.app_context():
        keeper = db.session.scalars(
            select(Person.name).where(Person.email.startswith("admin@"))
        ).one()
    for url in ("/boards/liver/exports", "/boards/liver/figures", "/boards/liver/people"):
        page = admin.get(url)
        assert page.status_code == 410, url
        assert SAID in page.text
        assert "liver.toml" in page.text
        for who in ("chair", "coordinator", "surgeon", "observer", "oncologist"):
            told = as_past(who).get(url)
            assert told.status_code == 410, who
            assert "Its definition is missing on this server" in told.text, who
            assert f"Tell an administrator of the board: {keeper}." in told.text, who
            assert "liver.toml" not in told.text, who
    exports = admin.get("/boards/renal/exports")
    assert exports.status_code == 200
    assert 'href="/boards/liver/exports"' in exports.text
    for url in ("/boards/renal/figures", "/boards/renal/people", "/boards/renal"):
        assert admin.get(url).status_code == 200, url
    assert as_past("referrer").get("/boards/liver/exports").status_code == 404
    assert admin.get("/boards/nowhere/exports").status_code == 404
    with past.app_context():
        case = db.session.scalars(select(Case)).unique().first()
        assert case is not None
        names = case.patient.name
    told = as_past("surgeon").get(f"/cases/{case.id}")
    assert told.status_code == 410
    assert names not in told.text


def test_home_says_so_and_whom_to_ask(past: Flask, as_past: Callable[[str], FlaskClient]) -> None:
    title = "The board “liver” is not set up on this server any more"

    def home(who: str) -> str:
        page = as_past(who).get("/").text
        assert title in page, who
        return page

    with past.app_context():
        keeper = db.session.scalars(
            select(Person.name).where(Person.email.startswith("admin@"))
        ).one()
    # Who sits on no other board reads that and no list of their own hospital's cases.
    for who in ("oncologist", "referrer"):
        page = home(who)
        assert "your hospital" not in page, who
        assert "No case yet" not in page, who
        assert "liver.toml" not in page, who
    assert keeper in home("oncologist")
    assert keeper not in home("referrer")
    assert "Ask the coordinator of the board" in home("referrer")
    # The others read it above what waits for them elsewhere.
    assert keeper in home("surgeon")
    assert "Your opinion is wanted" in home("surgeon")
    page = home("admin")
    assert "liver.toml" in page
    assert 'href="/boards/liver/exports"' in page
    assert 'href="/boards/liver/exports"' not in home("observer")


def test_its_signed_minutes_can_still_be_exported(
    past: Flask, as_past: Callable[[str], FlaskClient], demo_folder: Path, boards: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with past.app_context():
        meetings = {str(m.status): m.id for m in db.session.scalars(select(Meeting)).unique()}
    signed, planned = meetings["signed"], meetings["planned"]
    page = as_past("chair").get("/boards/liver/exports").text
    assert f'href="/meetings/{signed}/minutes.pdf"' in page
    for kind in ("pdf", "docx", "csv", "json"):
        assert as_past("chair").get(f"/meetings/{signed}/minutes.{kind}").status_code == 200, kind
    record = json.loads(as_past("chair").get(f"/meetings/{signed}/minutes.json").data)
    assert record["board"]["name"] == "Liver board"
    assert as_past("surgeon").get(f"/meetings/{signed}/minutes.pdf").status_code == 410
    assert as_past("referrer").get(f"/meetings/{signed}/minutes.pdf").status_code == 404
    with past.app_context(), write_transaction() as session:
        session.get_one(Meeting, planned).status = "closed"
    refused = as_past("chair").get(f"/meetings/{planned}/minutes.pdf")
    assert refused.status_code == 409
    assert "are not signed" in refused.text
    assert "liver.toml" not in refused.text

    monkeypatch.setenv("BOARDROOM_BOARDS_DIR", str(boards))
    monkeypatch.setenv("BOARDROOM_LETTERS_DIR", str(boards.parent / "letters"))
    made = boards.parent / "minutes.json"
    words = ["export", "minutes", str(signed), "--format", "json", "--output", str(made)]
    done = CliRunner().invoke(main, [*words, "--data", str(demo_folder)])
    assert done.exit_code == 0, done.output
    assert json.loads(made.read_text())["board"]["key"] == "liver"
    words[2] = str(planned)
    done = CliRunner().invoke(main, [*words, "--data", str(demo_folder)])
    assert done.exit_code == 1
    assert "Put liver.toml back." in done.output


def test_its_cases_do_not_keep_those_of_others_from_coming_back(past: Flask) -> None:
    with past.app_context(), write_transaction() as session:
        meeting = session.scalars(select(Meeting).where(Meeting.status == "signed")).first()
        assert meeting is not None
        item = meeting.items[0]
        item.status, item.case.status = ItemStatus.DEFERRED, CaseStatus.DEFERRED
        item.deferral_due = now().date() - dt.timedelta(days=3)
        item.deferral_reason = "imaging_missing"
    assert bring_back(past) == 0
