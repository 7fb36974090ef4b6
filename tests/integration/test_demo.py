"""The demonstration: coherent, told in order, sealed where it must be, made once."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from boardroom import audit_proof, create_app, migrations
from boardroom.audit import AuditEntry
from boardroom.cases import documents
from boardroom.cases.models import Case, Document, InformationRequest
from boardroom.comments.models import Comment, Mention
from boardroom.db import at_time, db, now, write_transaction
from boardroom.demo import build as made
from boardroom.demo.content import load_content
from boardroom.figures.queries import ledger
from boardroom.figures.rules import Filters, sums
from boardroom.followup.models import CaseReturn
from boardroom.followup.queries import asked_of
from boardroom.meetings.models import Attendance, ItemStatus, Meeting, MeetingEvent, MeetingStatus
from boardroom.minutes.document import content_hash
from boardroom.minutes.models import Minutes
from boardroom.minutes.record import gather
from boardroom.opinions.models import Opinion, Shift
from boardroom.people.models import Membership, Person, Role
from boardroom.people.sign_in import password_matches
from boardroom.refusals import Refused
from tests.conftest import CopyData


@pytest.fixture(scope="module")
def demo(
    made_demo: Path, copy_data: CopyData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The demonstration's application; these tests only look."""
    folder = tmp_path_factory.mktemp("look") / "demo"
    copy_data(made_demo, folder)
    app = create_app("demo", data=folder)
    with app.app_context():
        yield app
        db.session.close()
        db.engine.dispose()


def all_of(*what: Any) -> list[Any]:
    return list(db.session.scalars(select(*what).order_by(what[0].id)).unique())


def empty(folder: Path) -> Flask:
    app = create_app("demo", data=folder)
    migrations.upgrade(app)
    return app


def past() -> Meeting:
    """The one of a week ago; there is an earlier one with second opinions only."""
    signed = select(Meeting).where(Meeting.status == MeetingStatus.SIGNED)
    return db.session.scalars(signed.order_by(Meeting.starts_at.desc())).first() or Meeting()


def earlier() -> Meeting:
    signed = select(Meeting).where(Meeting.status == MeetingStatus.SIGNED)
    return db.session.scalars(signed.order_by(Meeting.starts_at)).first() or Meeting()


def coming() -> Meeting:
    return db.session.scalars(select(Meeting).where(Meeting.status == MeetingStatus.PLANNED)).one()


# ---- What is there ----


def test_what_scripts_are_told(demo: Flask) -> None:
    told = made.build(demo)
    assert set(told) == {"meeting", "past_meeting", "accounts"}
    assert (told["meeting"], told["past_meeting"]) == (coming().id, past().id)
    assert {a["role"] for a in told["accounts"]} == {role.value for role in Role}
    for account in told["accounts"]:
        assert set(account) == {"email", "password", "role", "specialty"}
        person = db.session.scalars(select(Person).where(Person.email == account["email"])).one()
        place = person.on("liver")
        assert place is not None
        assert (place.role, place.specialty) == (account["role"], account["specialty"])


def test_everybody_can_sign_in_with_the_password_told(demo: Flask) -> None:
    assert len({person.password_hash for person in all_of(Person)}) == 1
    assert password_matches(all_of(Person)[0], made.PASSWORD)


def test_the_past_meeting_is_signed_and_the_next_about_to_start(demo: Flask) -> None:
    content = load_content()
    assert len(past().items) == len(content.cases_of("past"))
    assert len(coming().items) == len(content.cases_of("next"))
    assert [i.case.patient.name for i in coming().items] == [
        c.patient.name for c in content.cases_of("next")
    ]
    assert all(item.presenter_id for item in coming().items)
    made_at = db.session.scalars(select(AuditEntry.at).where(AuditEntry.action == made.MADE)).one()
    until = coming().starts_at - made_at
    assert dt.timedelta(minutes=4) < until <= dt.timedelta(minutes=20)
    board = demo.extensions["boards"]["liver"]
    records = {record.meeting_id: record for record in all_of(Minutes)}
    assert set(records) == {past().id, earlier().id}
    assert records[past().id].content_hash == content_hash(gather(past(), board))


def test_one_referral_is_asked_for_more_and_one_is_being_written(demo: Flask) -> None:
    (asked,) = all_of(InformationRequest)
    assert asked.case.status == "needs_information"
    assert asked.due_on > now().date()
    assert asked.items
    (draft,) = [case for case in all_of(Case) if case.status == "draft"]
    assert draft.created_by is not None
    assert draft.created_by.hospital == draft.referrer_hospital


def test_the_ledger_has_something_to_show_and_one_case_came_back(demo: Flask) -> None:
    board = demo.extensions["boards"]["liver"]
    lines = [line for line in ledger(board, Filters()) if line.decided_on < past().starts_at.date()]
    assert len(lines) == 16
    found = sums(lines)
    assert all(found.by_outcome.values())
    assert {key for key, _ in found.reasons} == {r.key for r in board.reclassification_reasons}
    assert {line.deviation for line in lines} >= {"progression", "patient", "comorbidity"}
    assert sum(bool(line.outcome) for line in lines) == 16
    (back,) = all_of(CaseReturn)
    assert back.case.status == "submitted"
    assert back.reason == "AFP is 312 ng/mL, under 500 ng/mL."
    asked = asked_of(db.session.scalars(select(Person).where(Person.name.like("Sorrel%"))).one())
    assert {one.days for one in asked} == {90}


def test_the_past_meeting_went_as_its_content_says(demo: Flask) -> None:
    content = {c.patient.name: c for c in load_content().cases_of("past")}
    seen = set()
    for item in past().items:
        case = content[item.case.patient.name]
        spent = case.outcome or case.deferral
        assert spent is not None
        assert item.spent_seconds == spent.minutes_spent * 60
        if case.deferral:
            assert (item.status, item.case.status) == (ItemStatus.DEFERRED, "deferred")
        elif case.outcome and case.outcome.provisional:
            assert (item.status, item.case.status) == (ItemStatus.PROVISIONAL, "discussed")
            assert any("Hepatology" in why for why in item.provisional_reasons)
        else:
            assert (item.status, item.case.status) == (ItemStatus.DONE, "decided")
        seen.add(item.status)
    assert seen == {ItemStatus.DONE, ItemStatus.PROVISIONAL, ItemStatus.DEFERRED}
    assert all_of(Shift)


def test_who_left_early_was_gone_before_the_provisional_case(demo: Flask) -> None:
    provisional = next(i for i in past().items if i.status == ItemStatus.PROVISIONAL)
    here = [s for s in all_of(Attendance) if s.meeting_id == past().id]
    stays = {s.person.email.partition("@")[0]: s for s in here}
    assert set(stays) == set(load_content().meeting("past").attended)
    started, closed = past().started_at, past().closed_at
    assert started is not None
    assert closed is not None
    assert all(started <= s.joined_at < s.left_at <= closed for s in stays.values())
    early = [key for key, stay in stays.items() if stay.left_at < closed]
    assert early == ["hepatologist"]
    assert stays["hepatologist"].left_at < provisional.started_at


def test_time_runs_forwards_everywhere_and_never_into_the_future(demo: Flask) -> None:
    for meeting in all_of(Meeting):
        events = [e for e in all_of(MeetingEvent) if e.meeting_id == meeting.id]
        assert [e.seq for e in events] == list(range(1, meeting.seq + 1))
        assert [e.at for e in events] == sorted(e.at for e in events)
    trail = list(db.session.scalars(select(AuditEntry.at).order_by(AuditEntry.id)))
    assert trail == sorted(trail)
    assert trail[-1] <= now()
    for opinion in all_of(Opinion):
        assert opinion.case.submitted_at is not None
        assert opinion.case.submitted_at < opinion.saved_at
    assert all(c.case.submitted_at < c.at for c in all_of(Comment))


def test_the_trail_is_whole_and_names_who_did_it(demo: Flask) -> None:
    length, wrong = audit_proof.verify()
    assert wrong is None
    assert length > 200
    nobody = {e.action for e in all_of(AuditEntry) if e.actor_id is None}
    assert nobody == {"invited a person", made.MADE}


def test_opinions_on_the_next_meeting_are_sealed(demo: Flask) -> None:
    items = [*past().items, *earlier().items]
    before = {item.case_id for item in items if item.revealed_at}
    for opinion in all_of(Opinion):
        if opinion.case_id in before:
            assert opinion.status == "revealed"
        else:
            assert opinion.status in ("draft", "submitted")
    statuses = {o.status for o in all_of(Opinion)}
    assert statuses == {"draft", "submitted", "revealed"}


def test_something_waits_for_people(demo: Flask) -> None:
    assert [m for m in all_of(Mention) if m.seen_at is None]
    assert [c for c in all_of(Case) if c.status == "submitted"], "a referral to be listed"


def test_documents_are_real_files(demo: Flask) -> None:
    kinds = set()
    for document in all_of(Document):
        content = documents.read(demo.config["DOCUMENTS_DIR"], document.sha256)
        assert content is not None
        kinds.add(document.media_type)
        name = document.case.patient.name
        if document.media_type == "application/pdf":
            assert name in PdfReader(io.BytesIO(content)).pages[0].extract_text()
        else:
            assert name in content.decode()
    assert kinds == {"application/pdf", "text/plain"}


# ---- Again, and elsewhere ----


def counts() -> dict[str, int]:
    tables = (Person, Case, Meeting, Opinion, Comment, AuditEntry)
    return {
        t.__tablename__: db.session.scalar(select(func.count()).select_from(t)) or 0 for t in tables
    }


def test_a_second_run_keeps_what_is_there(demo_folder: Path) -> None:
    app = create_app("demo", data=demo_folder)
    with app.app_context():
        first = made.build(app)
        with write_transaction() as session:
            session.add(Person(name="Somebody New", email="new@hospital.example"))
        before = counts()
        assert made.build(app) == first
        assert counts() == before


def test_a_real_database_is_refused(tmp_path: Path) -> None:
    app = empty(tmp_path)
    with app.app_context():
        with write_transaction() as session:
            place = Membership(board="liver", role=Role.ADMINISTRATOR)
            session.add(Person(name="Real", email="real@hospital.example", memberships=[place]))
        with pytest.raises(Refused, match="not a demonstration"):
            made.build(app)
        assert counts()["person"] == 1


def test_an_interrupted_making_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = empty(tmp_path)

    def stop(self: object) -> None:
        raise KeyboardInterrupt

    with app.app_context():
        with monkeypatch.context() as patched:
            patched.setattr("boardroom.demo.timeline.Timeline.run", stop)
            with pytest.raises(KeyboardInterrupt):
                made.build(app)
        with pytest.raises(Refused, match="interrupted"):
            made.build(app)


def test_it_can_be_made_around_midnight_when_the_clocks_change(tmp_path: Path) -> None:
    late = dt.datetime(2026, 3, 28, 23, 52, tzinfo=dt.UTC)  # London's clocks go on at 01:00
    app = empty(tmp_path)
    with app.app_context(), at_time(late):
        told = made.build(app)
        assert coming().id == told["meeting"]
        assert coming().starts_at == dt.datetime(2026, 3, 29, 0, 0, tzinfo=dt.UTC)
        assert db.session.scalars(select(func.max(AuditEntry.at))).one() <= late


# ---- Walked through ----

ONLY = 2  # pages of one kind that are opened for each person


@pytest.mark.parametrize(
    "who",
    ["admin", "chair", "coordinator", "surgeon", "nurse", "observer", "referrer"],
)
def test_every_link_leads_somewhere(demo: Flask, who: str) -> None:
    client = demo.test_client()
    person = db.session.scalars(select(Person).where(Person.email.startswith(f"{who}@"))).one()
    with client.session_transaction() as session:
        session["_user_id"] = person.get_id()
        session["_fresh"] = True
    opened: dict[str, int] = {}
    todo, known, broken = ["/"], {"/"}, []
    while todo:
        address = todo.pop(0)
        answer = client.get(address)
        if answer.status_code >= 400:
            broken.append(f"{address}: {answer.status_code}")
        if answer.status_code in (302, 303):
            continue
        if not answer.content_type.startswith("text/html"):
            continue
        for link in links(answer.get_data(as_text=True)):
            target = urldefrag(urljoin(address, link)).url
            if not target.startswith("/") or target.startswith("/static/") or target in known:
                continue
            known.add(target)
            kind = "".join("#" if c.isdigit() else c for c in target.partition("?")[0])
            kind = kind.replace("##", "#")
            opened[kind] = opened.get(kind, 0) + 1
            if opened[kind] <= ONLY:
                todo.append(target)
    assert broken == []
    assert len(opened) > 3


def links(page: str) -> list[str]:
    """What a page leads to, by links and by parts that it loads."""
    found = re.findall(r'(?:href|hx-get)="([^"]*)"', page)
    return [link.replace("&amp;", "&") for link in found if not link.startswith(("#", "mailto:"))]
