"""What a decision was taken on stays with it."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from pathlib import Path

import docx
import rfc8785
from flask import Flask
from sqlalchemy import select

from boardroom import create_app
from boardroom.aids.models import DecisionAids
from boardroom.aids.operations import keep_aids
from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseStatus, Fact
from boardroom.db import db, now, write_transaction
from boardroom.meetings.models import AgendaItem, Meeting
from boardroom.minutes.document import matches_signature
from boardroom.minutes.queries import document_of
from boardroom.minutes.tables import minutes_csv
from boardroom.minutes.view import minutes_view
from boardroom.minutes.word import minutes_docx
from boardroom.people.models import Person
from boardroom.web import short_day
from tests.integration.test_cards import add_case, page


def test_an_old_decision_shows_the_numbers_that_it_was_taken_on(demo_folder: Path) -> None:
    app = create_app("demo", data=demo_folder)
    client = app.test_client()
    with app.app_context():
        chair = db.session.scalars(select(Person).where(Person.email.startswith("chair@"))).one()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = chair.get_id(), True
        case = (
            db.session.scalars(
                select(Case).where(Case.question.startswith("Ablation or resection"))
            )
            .unique()
            .one()
        )
        item = db.session.scalars(select(AgendaItem).where(AgendaItem.case_id == case.id)).one()
        kept = db.session.scalars(select(DecisionAids).where(DecisionAids.item_id == item.id)).one()
        assert hashlib.sha256(rfc8785.dumps(kept.reading)).hexdigest() == kept.sha256
        assert kept.reading["aids"]["child_pugh"]["result"]["label"] == "A5"
        assert kept.reading["aids"]["bclc_2022"]["result"]["stage"] == "A"
        case_id, meeting_id, digest = case.id, item.meeting_id, kept.sha256
        entry = db.session.scalars(
            select(AuditEntry).where(
                AuditEntry.action == "closed a case", AuditEntry.case_id == case_id
            )
        ).one()
        assert entry.details["aids"] == digest, "the trail proves that it was not changed"
    with app.app_context(), write_transaction() as session:
        for fact in session.scalars(select(Fact).where(Fact.case_id == case_id)):
            if fact.key == "bilirubin":
                fact.value = "9.9"
    html = page(client, case_id)
    assert "As the board saw them on" in html
    assert "<dt>Child-Pugh</dt> <dd>A5" in html
    minutes = client.get(f"/meetings/{meeting_id}/minutes").get_data(as_text=True)
    assert "Child-Pugh A5 · ALBI" in minutes
    with app.app_context():
        board = app.extensions["boards"]["liver"]
        document = document_of(db.session.get_one(Meeting, meeting_id), board)
        assert matches_signature(document) is True
        recorded = next(c for c in document.cases if c.code == case.code).decision_aids
        assert recorded is not None
        assert recorded.value("child_pugh", "class") == "A"
        rows = csv.DictReader(io.StringIO(minutes_csv(document).decode("utf-8-sig")))
        row = next(row for row in rows if row["case"] == case.code)
        assert (row["child_pugh_class"], row["bclc_stage"]) == ("A", "A")
        assert row["meld3"] == str(recorded.value("meld3", "meld3"))
        text = "\n".join(
            p.text for p in docx.Document(io.BytesIO(minutes_docx(document))).paragraphs
        )
        assert "Liver function: Child-Pugh A5" in text
        view = minutes_view(document)
        assert any(
            card["line"].startswith("Child-Pugh A5") for c in view["cases"] for card in c["aids"]
        )


def test_a_provisional_decision_shows_what_it_was_taken_on_and_what_is_otherwise_today(
    demo_folder: Path,
) -> None:
    app = create_app("demo", data=demo_folder)
    client = app.test_client()
    with app.app_context():
        case = db.session.scalars(select(Case).where(Case.status == "discussed")).unique().one()
        chair = db.session.scalars(select(Person).where(Person.email.startswith("chair@"))).one()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = chair.get_id(), True
        item = db.session.scalars(select(AgendaItem).where(AgendaItem.case_id == case.id)).one()
        kept = db.session.scalars(select(DecisionAids).where(DecisionAids.item_id == item.id)).one()
        then = kept.reading["aids"]["child_pugh"]["result"]["label"]
        assert then == "B8"
        case_id, on = case.id, short_day(dt.date.fromisoformat(kept.reading["on"]))
    same = page(client, case_id)
    assert "As the board saw them on" in same
    assert "Today, with what was changed since" not in same
    assert "Albumin, 3 values" in same
    assert re.search(rf"labs \d+ days? old on {on}<", same), "as of which day"
    with app.app_context(), write_transaction() as session:
        for fact in session.scalars(select(Fact).where(Fact.case_id == case_id)):
            if fact.key == "albumin":
                fact.value, fact.unit = "20", "g/L"
    html = page(client, case_id)
    saw, today = html.split("Today, with what was changed since")
    assert "<dt>Child-Pugh</dt> <dd>B8" in saw
    assert f'<a href="#aids-today-{case_id}">Some are different today.</a>' in saw
    assert "Albumin, 3 values" not in saw, "drawn of what is known today, it is not what they saw"
    assert "<dt>Child-Pugh</dt> <dd>B9 <small>B8 when the board decided" in today
    assert "<dt>Lesions</dt>" not in today.split("</section>")[0], "only what is otherwise"
    # Listed again, the board works on what is known today.
    with app.app_context(), write_transaction() as session:
        session.get_one(Case, case_id).status = CaseStatus.LISTED
    again = page(client, case_id)
    assert "As the board saw them on" not in again
    assert "<dt>Child-Pugh</dt> <dd>B9" in again


def test_a_decision_taken_anew_replaces_what_was_kept(app: Flask) -> None:
    case_id = add_case(app)
    board = app.extensions["boards"]["liver"]
    with app.app_context(), write_transaction() as session:
        meeting = Meeting(board="liver", title="Board", starts_at=now(), length_minutes=60)
        item = AgendaItem(meeting=meeting, case_id=case_id, position=1, minutes=5)
        session.add_all([meeting, item])
        session.flush()
        first = keep_aids(item, board).sha256
        assert keep_aids(item, board).sha256 == first
        fact = session.scalars(select(Fact).where(Fact.key == "ascites")).one()
        fact.value = "none"
        session.flush()
        session.expire_all()
        second = keep_aids(item, board)
        assert second.sha256 != first
        assert second.reading["aids"]["child_pugh"]["result"]["label"] == "B7"
    with app.app_context():
        assert len(list(db.session.scalars(select(DecisionAids)))) == 1
