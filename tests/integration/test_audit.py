"""The audit trail: what gets into it, that it cannot be changed unnoticed, and searching it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from boardroom import audit, audit_proof, audit_queries
from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, Patient
from boardroom.db import db, write_connection, write_transaction
from boardroom.opinions.models import Opinion
from boardroom.people.models import Membership, Person, Role
from tests.integration.meeting_samples import make_meeting


@pytest.fixture
def admin(person: Callable[..., int]) -> int:
    return person("administrator", name="Ivy Keeper")


@pytest.fixture
def case_id(app: Flask, admin: int) -> int:
    """A case taken in by the administrator's command, and then changed."""
    with app.app_context():
        with write_transaction() as session:
            case = Case(code="BR-0417", board="liver", patient=Patient(name="Testina Probé"))
            session.add(case)
            session.flush()
            audit.record(
                "took a referral in",
                board="liver",
                case_id=case.id,
                actor=db.session.get_one(Person, admin),
            )
            made = case.id
        with write_transaction() as session:
            session.get_one(Case, made).question = "Can 50% of the left remnant carry it?"
            audit.record("saved a case", board="liver", case_id=made)
    return made


def verdict(app: Flask) -> str | None:
    with app.app_context():
        return audit_proof.verify()[1]


# --- What gets in ------------------------------------------------------------------------------


def test_old_and_new_values_come_from_the_change_itself(
    case_id: int, rows: Callable[..., list[Any]]
) -> None:
    (entry,) = rows(select(AuditEntry).where(AuditEntry.action == "saved a case"))
    assert entry.changes == [
        {
            "table": "case",
            "id": case_id,
            "did": "changed",
            "fields": {"question": ["", "Can 50% of the left remnant carry it?"]},
        }
    ]


def test_a_change_that_nobody_named_is_recorded_all_the_same(
    app: Flask, case_id: int, rows: Callable[..., list[Any]]
) -> None:
    with app.app_context(), write_transaction() as session:
        session.get_one(Case, case_id).summary = "unnamed"
    last = rows(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))[0]
    assert (last.action, last.changes[0]["fields"]) == ("changed", {"summary": ["", "unnamed"]})


def test_what_is_rolled_back_leaves_no_entry(
    app: Flask, case_id: int, rows: Callable[..., list[Any]]
) -> None:
    before = len(rows(select(AuditEntry)))

    def fail_half_way() -> None:
        with app.app_context(), write_transaction() as session:
            session.get_one(Case, case_id).summary = "lost"
            audit.record("saved a case", board="liver", case_id=case_id)
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with app.app_context(), write_transaction():
        audit.record("something else", board="liver")
    found = rows(select(AuditEntry).order_by(AuditEntry.id))
    assert len(found) == before + 1
    assert found[-1].changes == []
    assert verdict(app) is None


def test_secrets_and_sealed_opinions_stay_out(
    app: Flask, case_id: int, person: Callable[..., int], rows: Callable[..., list[Any]]
) -> None:
    surgeon = person("specialist", "surgery", password_hash="SENTINEL-hash")
    with app.app_context(), write_transaction() as session:
        session.add(
            Opinion(
                case_id=case_id,
                person_id=surgeon,
                specialty="surgery",
                verdict="SENTINEL-verdict",
                rationale="SENTINEL-rationale",
                stances={"resection": {"stance": "prefer", "reason": "SENTINEL-reason"}},
            )
        )
    with app.app_context(), write_transaction() as session:
        opinion = session.scalars(select(Opinion)).one()
        opinion.rationale = "SENTINEL-second"
    written = str([(e.changes, e.details) for e in rows(select(AuditEntry))])
    assert "SENTINEL" not in written
    assert "(sealed)" in written
    assert "(secret)" in written


# --- The chain ---------------------------------------------------------------------------------


def tamper(app: Flask, statement: str) -> None:
    """Change the trail as somebody could who has the database file: past its triggers."""
    with app.app_context(), write_connection(db.engine) as connection:
        if db.engine.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_entry_no_{verb}"))
        else:
            connection.execute(text("DROP TRIGGER audit_entry_append_only ON audit_entry"))
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"]
)
def test_the_database_itself_refuses_changes(app: Flask, case_id: int, statement: str) -> None:
    with (
        pytest.raises(DBAPIError, match="append-only"),
        app.app_context(),
        write_connection(db.engine) as connection,
    ):
        connection.execute(text(statement))
    assert verdict(app) is None


@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        ("UPDATE audit_entry SET action = 'harmless' WHERE id = 2", "entry 2 was changed"),
        ("UPDATE audit_entry SET changes = '[]' WHERE id = 1", "entry 1 was changed"),
        ("UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE id = 2", "entry 2 was changed"),
        ("UPDATE audit_entry SET actor_id = NULL WHERE id = 2", "entry 2 was changed"),
        ("DELETE FROM audit_entry WHERE id = 2", "entry 3 does not follow"),
        ("DELETE FROM audit_entry WHERE id = 1", "entry 2 does not follow"),
        ("DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)", "the rest is"),
    ],
)
def test_tampering_is_noticed(app: Flask, case_id: int, tampering: str, says: str) -> None:
    assert verdict(app) is None
    tamper(app, tampering)
    fault = verdict(app)
    assert fault is not None
    assert says in fault


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        ("UPDATE audit_entry SET at = 'one day' WHERE id = 2", "cannot be read"),
        ("UPDATE audit_entry SET changes = '{' WHERE id = 3", "cannot be read"),
        ("DROP TABLE audit_entry", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_a_fault_and_not_an_error(
    app: Flask, case_id: int, tampering: str, says: str
) -> None:
    tamper(app, tampering)
    assert says in (verdict(app) or "")


def test_an_empty_trail_of_people_is_not_whole(app: Flask, case_id: int) -> None:
    tamper(app, "DELETE FROM audit_entry")
    with app.app_context(), write_connection(db.engine) as connection:
        connection.execute(text("DELETE FROM audit_head"))
    assert "no entry says who let them in" in (verdict(app) or "")


def test_a_guard_that_was_taken_away_is_noticed(app: Flask, case_id: int) -> None:
    with app.app_context():
        assert audit_proof.guarded()
    tamper(app, "SELECT 1")
    with app.app_context():
        assert not audit_proof.guarded()


def test_a_trail_that_was_shortened_with_its_end_is_not_the_one_that_was_noted(
    app: Flask, case_id: int
) -> None:
    with app.app_context():
        noted = audit_proof.end()
        assert noted[0] == audit_proof.verify(noted)[0]
        assert audit_proof.verify(noted)[1] is None
        with write_transaction():
            audit.record("something later", board="liver")
        assert audit_proof.verify(noted)[1] is None, "it has grown from there"
        with write_connection(db.engine) as connection:
            last = connection.scalar(
                text("SELECT previous_hash FROM audit_entry WHERE hash = :hash"),
                {"hash": noted[1]},
            )
    tamper(app, "SELECT 1")
    with app.app_context(), write_connection(db.engine) as connection:
        connection.execute(text("DELETE FROM audit_entry WHERE id >= :first"), {"first": noted[0]})
        connection.execute(
            text("UPDATE audit_head SET length = :length, hash = :hash"),
            {"length": noted[0] - 1, "hash": last},
        )
    with app.app_context():
        assert audit_proof.verify()[1] is None, "of itself it is a trail"
        fault = audit_proof.verify(noted)[1]
    assert fault == f"it is not the one of which entry number {noted[0]} was noted"


# --- The page ----------------------------------------------------------------------------------


@pytest.fixture
def office(admin: int, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(admin)


def actions(client: FlaskClient, **search: str) -> list[str]:
    """What the page lists, newest first."""
    answer = client.get("/boards/liver/audit", query_string=search)
    assert answer.status_code == 200
    found = re.findall(r'<div class="trail-what">\s*<p><strong>[^<]*</strong> ([^<]+)', answer.text)
    return [words.strip() for words in found]


def test_the_page_shows_who_what_and_both_values(office: FlaskClient, case_id: int) -> None:
    page = office.get("/boards/liver/audit").text
    assert "Ivy Keeper</strong> took a referral in" in page
    assert "Can 50% of the left remnant carry it?" in page
    assert '<span class="patient-name"><span>Testina Probé</span></span>' in page
    assert "BR-0417" in page


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"action": "REFERRAL"}, ["took a referral in"]),
        ({"case": "br-0417"}, ["saved a case", "took a referral in"]),
        ({"case": "BR-9999"}, []),
        ({"text": "50%"}, ["saved a case"]),
        ({"text": "50_"}, []),
        ({"text": "Probé"}, ["took a referral in"]),
        ({"text": "left remnant", "action": "took"}, []),
        ({"since": "2020-01-01", "until": "2020-12-31"}, []),
        (
            {"since": "0001-01-01", "until": "9999-12-31", "case": "BR-0417", "action": "saved"},
            ["saved a case"],
        ),
    ],
)
def test_searching(
    office: FlaskClient, case_id: int, search: dict[str, str], found: list[str]
) -> None:
    assert actions(office, **search) == found


def test_what_left_the_house_is_told_with_its_meeting_and_whether_with_names(
    app: Flask, office: FlaskClient
) -> None:
    meeting, _ = make_meeting(app, title="Winter board")
    with app.app_context(), write_transaction():
        audit.record("exported minutes (pdf)", board="liver", meeting_id=meeting, names="left out")
    page = office.get("/boards/liver/audit").text
    assert "Winter board," in page
    assert "left out" in page


def test_searching_by_person(office: FlaskClient, admin: int, case_id: int) -> None:
    assert actions(office, who=str(admin)) == ["took a referral in"]
    assert "saved a case" in actions(office, who=audit_queries.NOBODY)


def test_a_day_is_the_boards_day(
    app: Flask, office: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 23:30 UTC on 30 June is 00:30 on 1 July in London.
    at = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)
    with monkeypatch.context() as clock, app.app_context(), write_transaction():
        clock.setattr(audit, "now", lambda: at)
        audit.record("summer night", board="liver")
        db.session.commit()
    assert actions(office, since="2026-07-01", until="2026-07-01") == ["summer night"]
    assert actions(office, since="2026-06-30", until="2026-06-30") == []


@pytest.mark.parametrize(
    ("search", "says"),
    [
        ({"since": "yesterday"}, "Not a valid date value"),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "before the first one"),
        ({"who": "77"}, "not on the board"),
        ({"who": "1 OR 1=1"}, "not on the board"),
        ({"action": "x" * 101}, "at most 100"),
    ],
)
def test_a_search_that_cannot_be_made_is_answered_beside_the_field(
    office: FlaskClient, search: dict[str, str], says: str
) -> None:
    answer = office.get("/boards/liver/audit", query_string=search)
    assert answer.status_code == 422
    assert says in answer.text


def test_pages_follow_each_other_without_gap_or_repeat(app: Flask, office: FlaskClient) -> None:
    total = 2 * audit_queries.PAGE + 7
    with app.app_context(), write_transaction():
        for number in range(total):
            audit.record("counted", board="liver", number=number)
    with app.app_context():
        search = audit_queries.Search(action="counted")
        seen: list[int] = []
        before: int | None = None
        while True:
            page = audit_queries.page("liver", search, before=before)
            seen += [entry.details["number"] for entry in page.entries]
            if page.older is None:
                break
            before = page.older
        assert seen == list(reversed(range(total)))
        back = audit_queries.page("liver", search, after=page.newer)
        assert [e.details["number"] for e in back.entries] == seen[
            audit_queries.PAGE : 2 * audit_queries.PAGE
        ]
    assert len(actions(office, action="counted")) == audit_queries.PAGE
    assert actions(office, before="no number", action="counted")


def test_another_boards_entries_are_not_shown(app: Flask, office: FlaskClient) -> None:
    with app.app_context(), write_transaction() as session:
        other = Person(
            name="Other",
            email="other@x.example",
            memberships=[Membership(board="lung", role=Role.CHAIR)],
        )
        session.add(other)
        session.flush()
        audit.record("lung business", board="lung")
        audit.record("signed in elsewhere", actor=other)
    assert {"lung business", "signed in elsewhere"}.isdisjoint(actions(office))


def test_the_page_says_whether_the_chain_holds(
    app: Flask, office: FlaskClient, case_id: int
) -> None:
    assert "The trail is whole" in office.get("/boards/liver/audit?verify=1").text
    tamper(app, "UPDATE audit_entry SET details = '{\"x\": 1}' WHERE id = 2")
    page = office.get("/boards/liver/audit?verify=1").text
    assert "The trail is broken" in page
    assert "entry 2 was changed" in page


def test_reading_the_trail_is_in_the_trail(
    office: FlaskClient, admin: int, rows: Callable[..., list[Any]]
) -> None:
    office.get("/boards/liver/audit")
    (entry,) = rows(select(AuditEntry).where(AuditEntry.action == "read the audit trail"))
    assert (entry.actor_id, entry.board) == (admin, "liver")
    assert entry.at <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "' OR 1=1 --", "%", "\\", "/"])
def test_hostile_words_are_only_words(
    app: Flask, office: FlaskClient, case_id: int, hostile: str
) -> None:
    with app.app_context(), write_transaction() as session:
        session.get_one(Case, case_id).summary = f"before {hostile} after"
        audit.record("hostile", board="liver", case_id=case_id)
    answer = office.get("/boards/liver/audit", query_string={"text": hostile})
    assert "<script>alert" not in answer.text
    assert "hostile" in actions(office, text=hostile)
