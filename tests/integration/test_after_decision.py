"""After the decision, through HTTP: confirmed, followed up, come back, reopened, counted."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseSpecialty, CaseStatus, Fact, Lesion
from boardroom.consensus.models import Confirmation, Consensus, SignOff, SignOffKind
from boardroom.db import at_time, db, now, write_transaction
from boardroom.followup import keeping
from boardroom.followup.models import CaseReturn, FollowUp, Progress
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.minutes.document import content_hash
from boardroom.minutes.models import Minutes
from boardroom.minutes.queries import document_of
from boardroom.people.models import Person
from boardroom.web import local
from tests.integration.meeting_samples import CORE, begin, make_case, make_meeting

PART = {"X-Boardroom-Part": "1"}
DECIDED = dt.timedelta(days=40)


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    people = {key: person("specialist", key) for key in CORE}
    people["chair"] = person("chair", "surgery")
    people["coordinator"] = person("coordinator")
    people["administrator"] = person("administrator")
    people["transplant"] = person("specialist", "transplant_surgery")
    people["referrer"] = person("referrer", hospital="St Example")
    people["stranger"] = person("referrer", hospital="Elsewhere Hospital")
    people["observer"] = person("observer")
    return SimpleNamespace(app=app, people=people, as_=lambda who: sign_in(people[who]))


def complete(board: Any) -> dict[str, Any]:
    """A consensus that leaves nothing open."""
    fates = {o.key: {"disposition": "not_applicable", "reason": ""} for o in board.options}
    return {
        "version": 1,
        "verdict": "convertible",
        "strength": "majority",
        "rationale": "It can be made to grow.",
        "steps": [{"what": "Embolisation", "who": "IR", "when": "soon"}],
        "dispositions": fates | {"remnant_growth": {"disposition": "chosen", "reason": ""}},
        "teller": "The hepatologist",
        "tell_by": now().date(),
        "reclassification_reason": "access",
    }


def decide(
    house: Any,
    code: str,
    *,
    ago: dt.timedelta = DECIDED,
    provisional: list[str] | None = None,
    signed: bool = False,
    **more: Any,
) -> SimpleNamespace:
    """A case that a past meeting decided; `provisional`: keys of the specialties missing."""
    app = house.app
    with app.app_context():
        referred_on = local(now() - ago, "liver").date() - dt.timedelta(days=12)
    case = make_case(app, code, referred_on=referred_on)
    meeting, (item,) = make_meeting(app, case)
    board = app.extensions["boards"]["liver"]
    with app.app_context(), write_transaction() as session:
        sitting = session.get_one(Meeting, meeting)
        sitting.status = MeetingStatus.CLOSED
        sitting.starts_at = sitting.started_at = now() - ago
        sitting.closed_at = now() - ago
        row = session.get_one(AgendaItem, item)
        row.ended_at = row.revealed_at = now() - ago
        row.status = ItemStatus.PROVISIONAL if provisional is not None else ItemStatus.DONE
        if provisional is not None:
            row.provisional_reasons = ["Without quorum: somebody is missing."]
            row.quorum = {"needed": list(CORE), "present": [], "missing": provisional}
        done = CaseStatus.DISCUSSED if provisional is not None else CaseStatus.DECIDED
        session.get_one(Case, case).status = done
        session.add(Consensus(item_id=item, **{**complete(board), **more}))
    if signed:
        page = house.as_("chair").get(f"/meetings/{meeting}/minutes").text
        digest = page.split('name="hash" value="')[1].split('"')[0]
        house.as_("chair").post(f"/meetings/{meeting}/minutes/sign", data={"hash": digest})
    return SimpleNamespace(
        case=case, meeting=meeting, item=item, confirm=f"/meetings/{meeting}/items/{item}/confirm"
    )


# ---- Specialties that a case needs --------------------------------------------------------------


def test_a_case_names_who_it_needs_and_stays_provisional_without_them(
    house: Any, rows: Any
) -> None:
    case = make_case(house.app, "BR-9001")
    coordinator = house.as_("coordinator")
    answer = coordinator.post(f"/cases/{case}/needed", data={"needed": ["transplant_surgery"]})
    assert answer.status_code == 303
    assert [one.specialty for one in rows(select(CaseSpecialty))] == ["transplant_surgery"]
    (entry,) = rows(select(AuditEntry).where(AuditEntry.action.like("named specialties%")))
    assert entry.case_id == case
    assert entry.changes[0]["table"] == "case_specialty"
    assert "Beyond the quorum: Transplant surgery" in coordinator.get(f"/cases/{case}").text

    meeting, (item,) = make_meeting(house.app, case)
    here = tuple(house.people[key] for key in CORE)
    begin(house.app, meeting, item, pen=None, here=here)
    board = house.app.extensions["boards"]["liver"]
    with house.app.app_context(), write_transaction() as session:
        session.add(Consensus(item_id=item, **complete(board)))
        for key in CORE:
            session.add(
                SignOff(
                    item_id=item, specialty=key, person_id=house.people[key],
                    kind=SignOffKind.AGREE, consensus_version=1,
                )
            )  # fmt: skip
    stage = house.as_("chair").get(f"/meetings/{meeting}/stage").text
    assert "This case needs Transplant surgery too, which is missing." in stage
    close = f"/meetings/{meeting}/items/{item}/close"
    assert house.as_("chair").post(close).status_code == 422
    assert house.as_("chair").post(close, data={"provisional": "yes"}).status_code == 303
    (row,) = rows(select(AgendaItem))
    assert row.status == ItemStatus.PROVISIONAL
    assert row.quorum["missing"] == row.quorum["beyond"] == ["transplant_surgery"]


def test_who_is_needed_is_changed_by_who_prepares_and_only_while_the_case_is_open(
    house: Any, rows: Any
) -> None:
    case = make_case(house.app, "BR-9001")
    where = f"/cases/{case}/needed"
    assert house.as_("surgery").post(where, data={"needed": "pathology"}).status_code == 403
    assert house.as_("coordinator").post(where, data={"needed": "phrenology"}).status_code == 422
    assert rows(select(CaseSpecialty)) == []
    done = decide(house, "BR-9002")
    late = house.as_("coordinator").post(f"/cases/{done.case}/needed", data={"needed": "pathology"})
    assert late.status_code == 409
    assert rows(select(CaseSpecialty)) == []


# ---- Confirmation --------------------------------------------------------------------------------


def test_the_missing_specialty_confirms_and_signed_minutes_stay_as_signed(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", provisional=["hepatology"], signed=True)
    (before,) = rows(select(Minutes.content_hash))
    member = house.as_("hepatology")
    assert "Provisional until you confirm" in member.get("/").text
    assert "You speak for Hepatology" in member.get(made.confirm).text
    assert house.as_("oncology").post(made.confirm, data={"text": "Yes"}).status_code == 403
    answer = member.post(made.confirm, data={"text": "Read it, agrees"})
    assert answer.status_code == 303
    (row,) = rows(select(Confirmation))
    assert (row.specialty, row.text, row.person_id) == (
        "hepatology", "Read it, agrees", house.people["hepatology"],
    )  # fmt: skip
    assert rows(select(Case.status)) == [CaseStatus.DECIDED]
    assert rows(select(AgendaItem.status)) == [ItemStatus.PROVISIONAL]
    with house.app.app_context():
        meeting = db.session.get_one(Meeting, made.meeting)
        record = document_of(meeting, house.app.extensions["boards"]["liver"])
        assert content_hash(record) == before == record.signature.content_hash
        (said,) = record.confirmations
        assert (said.case, said.specialty.name, said.text) == (
            "BR-9001", "Hepatology", "Read it, agrees",
        )  # fmt: skip
    chair = house.as_("chair")
    assert "Confirmed by Hepatology" in chair.get(f"/meetings/{made.meeting}/minutes").text
    assert "Confirmed since" in chair.get(f"/cases/{made.case}").text
    table = chair.get(f"/meetings/{made.meeting}/minutes.csv").get_data(as_text=True)
    assert "Confirmed by Hepatology" in table
    assert member.post(made.confirm, data={"text": "Again"}).status_code == 409
    assert "Provisional until you confirm" not in member.get("/").text


def test_a_chair_confirms_only_with_words_on_who_agreed(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", provisional=["hepatology", "oncology"])
    chair = house.as_("chair")
    bare = chair.post(made.confirm, data={"text": ""})
    assert bare.status_code == 422
    assert "who agreed" in bare.text
    assert chair.post(made.confirm, data={"text": "Both by telephone"}).status_code == 303
    assert [one.specialty for one in rows(select(Confirmation))] == [""]
    assert rows(select(Case.status)) == [CaseStatus.DECIDED]


def test_with_two_missing_one_word_is_not_enough(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", provisional=["hepatology", "oncology"])
    assert house.as_("hepatology").post(made.confirm, data={}).status_code == 303
    assert rows(select(Case.status)) == [CaseStatus.DISCUSSED]
    assert house.as_("oncology").post(made.confirm, data={}).status_code == 303
    assert rows(select(Case.status)) == [CaseStatus.DECIDED]


def test_what_was_left_open_cannot_be_confirmed_away(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", provisional=["hepatology"], steps=[])
    member = house.as_("hepatology")
    page = member.get(made.confirm).text
    assert "The plan has no step." in page
    assert f'action="{made.confirm}"' not in page, "nobody is asked for what is refused"
    assert "Provisional until you confirm" not in member.get("/").text
    assert "Confirm it" not in member.get(f"/cases/{made.case}").text
    answer = house.as_("hepatology").post(made.confirm, data={"text": "Agrees"})
    assert answer.status_code == 422
    assert "The plan has no step" in answer.text
    assert rows(select(Confirmation)) == []
    assert rows(select(Case.status)) == [CaseStatus.DISCUSSED]


# ---- What became of the plan ---------------------------------------------------------------------

YES = {
    "carried_out": "yes",
    "treatment": "remnant_growth",
    "treated_on": (dt.datetime.now(dt.UTC) - dt.timedelta(days=20)).date().isoformat(),
    "outcome": "disease_free",
}


def test_who_tells_the_patient_and_the_coordinator_are_asked(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001")
    for who in ("coordinator", "chair", "hepatology", "referrer"):
        assert "Was the plan carried out?" in house.as_(who).get("/").text, who
    for who in ("oncology", "observer", "administrator", "stranger"):
        assert "Was the plan carried out?" not in house.as_(who).get("/").text, who
    where = f"/cases/{made.case}/follow-up/30"
    assert house.as_("observer").get(where).status_code == 403
    assert house.as_("stranger").get(where).status_code == 404
    assert house.as_("referrer").post(where, data=YES).status_code == 303
    (row,) = rows(select(FollowUp))
    assert (row.days, row.treatment, row.outcome) == (30, "remnant_growth", "disease_free")
    assert row.answered_by_id == house.people["referrer"]
    assert "Was the plan carried out?" not in house.as_("coordinator").get("/").text
    assert "Alive, no disease" in house.as_("coordinator").get(f"/cases/{made.case}").text or (
        "alive, no disease" in house.as_("coordinator").get(f"/cases/{made.case}").text
    )
    entries = rows(select(AuditEntry).where(AuditEntry.action == "told what became of a plan"))
    assert [(e.case_id, e.details["days"]) for e in entries] == [(made.case, 30)]


def test_an_answer_is_checked_field_by_field_and_nothing_typed_is_lost(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001")
    where = f"/cases/{made.case}/follow-up/30"
    client = house.as_("coordinator")
    long_ago = (now() - dt.timedelta(days=400)).date().isoformat()
    answer = client.post(
        where,
        data={
            "carried_out": "partly",
            "treatment": "tace",
            "treated_on": long_ago,
            "treatment_detail": "Two sessions",
        },
    )
    assert answer.status_code == 422
    for text in ("before the board", "why the plan was left", "how the patient is", "Two sessions"):
        assert text in answer.text
    assert client.post(where, data={**YES, "outcome": "cured"}).status_code == 422
    assert rows(select(FollowUp)) == []
    assert client.get(f"/cases/{made.case}/follow-up/31").status_code == 404
    early = client.post(f"/cases/{made.case}/follow-up/90", data=YES)
    assert early.status_code == 409


def test_the_last_answer_or_a_death_ends_the_asking(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", ago=dt.timedelta(days=100))
    client = house.as_("coordinator")
    where = f"/cases/{made.case}/follow-up/"
    assert client.get("/").text.count("days after the decision") == 2
    dead = {"carried_out": "no", "deviation": "progression", "outcome": "died"}
    assert client.post(where + "30", data=dead).status_code == 303
    assert rows(select(Case.status)) == [CaseStatus.FOLLOWED_UP]
    assert "Was the plan carried out?" not in client.get("/").text
    assert client.post(where + "30", data=YES).status_code == 303, "an answer can be corrected"
    (row,) = rows(select(FollowUp))
    assert (row.outcome, row.deviation) == ("disease_free", "")


# ---- What comes back -----------------------------------------------------------------------------

AFP = {"fact": "afp", "unit": "ng/mL", "below": True, "value": "500"}


def report(client: FlaskClient, case: int, what: str, value: str, days_ago: int = 1) -> Any:
    day = (now() - dt.timedelta(days=days_ago)).date().isoformat()
    return client.post(
        f"/cases/{case}/progress", data={"what": what, "value": value, "taken_on": day}
    )


def test_a_value_that_meets_the_condition_brings_the_case_back(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    with house.app.app_context(), write_transaction() as session:
        old = session.get_one(Case, made.case)
        taken = now().date() - DECIDED
        old.facts.append(Fact(key="afp", value="2140", unit="ng/mL", taken_on=taken))
        old.lesions.append(Lesion(number=1, size_mm=81))
    client = house.as_("coordinator")
    assert report(client, made.case, "afp|ng/mL", "900", 9).status_code == 303
    assert len(rows(select(Case))) == 1, "not yet under 500"
    assert report(client, made.case, "afp|ng/mL", "nonsense").status_code == 422
    assert report(client, made.case, "afp|ug/L", "312").status_code == 303
    _, new = rows(select(Case).order_by(Case.id))
    assert new.earlier_case_id == made.case
    assert new.status == CaseStatus.SUBMITTED
    assert new.first_verdict == "unresectable_remnant"
    (why,) = rows(select(CaseReturn))
    assert (why.case_id, why.kind) == (new.id, "condition")
    assert why.reason == "AFP is 312 µg/L, under 500 ng/mL."
    page = client.get(f"/cases/{new.id}").text
    assert "Came back by itself" in page
    assert "2140" in page
    assert "312" in page
    meeting, _ = make_meeting(house.app)
    assert "AFP is 312" in client.get(f"/meetings/{meeting}").text, "why it is on the list"
    assert report(client, made.case, "afp|ng/mL", "100").status_code == 303
    assert len(rows(select(Case))) == 2, "it comes back once"


def test_the_referrer_reports_the_value_that_brings_it_back(house: Any, rows: Any) -> None:
    """The referring hospital has the new AFP; the form is theirs once they have the answer."""
    waiting = decide(house, "BR-9001", represent=AFP)
    made = decide(house, "BR-9002", represent=AFP, signed=True)
    client = house.as_("referrer")
    where = f'action="/cases/{waiting.case}/progress"'
    assert where not in client.get(f"/cases/{waiting.case}").text
    page = client.get(f"/cases/{made.case}").text
    assert f'action="/cases/{made.case}/progress"' in page
    assert "under 500" in page
    report(house.as_("coordinator"), made.case, "afp|ng/mL", "900", 9)
    name = rows(select(Person.name).where(Person.id == house.people["coordinator"]))[0]
    page = client.get(f"/cases/{made.case}").text
    assert "900" in page
    assert name not in page, "who of the board wrote it stays inside"
    assert report(client, made.case, "afp|ng/mL", "312").status_code == 303
    new = rows(select(Case).order_by(Case.id))[-1]
    assert new.earlier_case_id == made.case
    page = client.get(f"/cases/{made.case}").text
    assert "Taken up again as" in page
    assert new.code in page
    assert house.as_("stranger").post(f"/cases/{made.case}/progress").status_code == 404


def test_a_day_or_months_bring_it_back_by_themselves_once(house: Any, rows: Any) -> None:
    decide(house, "BR-9001", represent={"months": 2})
    decide(house, "BR-9002", represent={})
    assert keeping.bring_back(house.app) == 0
    with at_time(now() + dt.timedelta(days=30)):
        assert keeping.bring_back(house.app) == 1
        assert keeping.bring_back(house.app) == 0
    new = rows(select(Case).order_by(Case.id))[-1]
    assert new.earlier_case_id is not None
    assert "2 months have passed since the decision." in new.status_note


def test_cycles_given_bring_it_back(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", represent={"cycles": 2})
    client = house.as_("oncology")
    assert report(client, made.case, "cycles", "1").status_code == 303
    assert len(rows(select(Case))) == 1
    assert report(client, made.case, "cycles", "-2").status_code == 422
    assert report(client, made.case, "cycles", "2").status_code == 303
    assert len(rows(select(Case))) == 2


def test_the_scribe_types_the_condition_and_a_wrong_limit_is_told_beside_it(
    house: Any, rows: Any
) -> None:
    case = make_case(house.app, "BR-9001")
    meeting, (item,) = make_meeting(house.app, case)
    begin(house.app, meeting, item, pen=house.people["coordinator"])
    client = house.as_("coordinator")
    url = f"/meetings/{meeting}/items/{item}/consensus"

    def save(version: int, **values: str) -> Any:
        return client.post(url, data={"version": version, **values}, headers=PART)

    wrong = save(0, back_fact="afp|ng/mL", back_value="lots", back_months="99")
    assert set(wrong.json["errors"]) == {"back_value", "back_months", "back_fact"}
    assert wrong.json["errors"]["back_fact"].startswith("Not saved while")
    assert rows(select(Consensus)) == []
    good = save(0, back_fact="afp|ng/mL", back_value="500", back_side="below", back_cycles="2")
    assert good.json["errors"] == {}
    kept = rows(select(Consensus))[0].represent
    assert (kept["fact"], kept["value"], kept["cycles"], kept["below"]) == ("afp", "500", 2, True)
    assert "when AFP is under 500 ng/mL" in client.get(url).text
    assert save(1, back_cycles="").json["errors"] == {}
    assert rows(select(Consensus))[0].represent["cycles"] is None


def test_a_deferral_has_an_owner_and_a_day_and_lists_itself_again(house: Any, rows: Any) -> None:
    case = make_case(house.app, "BR-9001")
    meeting, (item,) = make_meeting(house.app, case)
    begin(house.app, meeting, item, pen=None)
    where = f"/meetings/{meeting}/items/{item}/defer"
    chair = house.as_("chair")
    reason = {"reason": "response_awaited", "note": "MRI after cycle 2"}
    past = (now() - dt.timedelta(days=1)).date().isoformat()
    assert chair.post(where, data={**reason, "due": past}).status_code == 422
    assert chair.post(where, data={**reason, "owner": "nobody"}).status_code == 422
    assert chair.post(where, data=reason).status_code == 303
    (row,) = rows(select(AgendaItem))
    assert row.deferral_owner == "oncology"
    days = (row.deferral_due - now().date()).days
    assert 41 <= days <= 43
    assert "yours to see to" in house.as_("oncology").get("/").text
    assert "yours to see to" not in house.as_("surgery").get("/").text
    with house.app.app_context(), write_transaction() as session:
        session.get_one(Meeting, meeting).status = MeetingStatus.CLOSED
    assert keeping.bring_back(house.app) == 0
    with at_time(now() + dt.timedelta(days=45)):
        assert keeping.bring_back(house.app) == 1
        assert keeping.bring_back(house.app) == 0
    (after,) = rows(select(Case))
    assert after.status == CaseStatus.SUBMITTED
    assert "Response to treatment awaited" in after.status_note


def test_a_dissent_reopens_the_case_when_a_member_says_its_condition_is_met(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001")
    with house.app.app_context(), write_transaction() as session:
        dissent = SignOff(
            item_id=made.item, specialty="surgery", person_id=house.people["surgery"],
            kind=SignOffKind.DISSENT, text="Too early", reopen_condition="it is stable in March",
        )  # fmt: skip
        session.add(dissent)
        session.flush()
        key = dissent.id
    where = f"/cases/{made.case}/dissents/{key}/reopen"
    assert "it is stable in March" in house.as_("oncology").get(f"/cases/{made.case}").text
    for who, status in (("coordinator", 403), ("observer", 403), ("referrer", 403)):
        assert house.as_(who).post(where, data={"text": "Stable"}).status_code == status, who
    assert house.as_("oncology").post(where, data={"text": ""}).status_code == 422
    assert house.as_("oncology").post(where, data={"text": "Stable on MRI"}).status_code == 303
    _, new = rows(select(Case).order_by(Case.id))
    (why,) = rows(select(CaseReturn))
    assert (why.kind, why.case_id, why.by_id) == ("dissent", new.id, house.people["oncology"])
    assert "Stable on MRI" in new.status_note
    assert house.as_("surgery").post(where, data={"text": "Again"}).status_code == 409
    other = decide(house, "BR-9007")
    assert house.as_("surgery").post(
        f"/cases/{other.case}/dissents/{key}/reopen", data={"text": "x"}
    ).status_code == 404  # fmt: skip


def unfolded(text: str) -> bool:
    """Whether the fold that the text ends in is open."""
    return text.rpartition("<details")[2].partition(">")[0].endswith(" open")


def test_a_result_that_is_not_taken_stands_on_the_page_as_it_was_typed(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", represent=AFP, signed=True)
    where = f"/cases/{made.case}/progress"
    day = (now() - dt.timedelta(days=1)).date().isoformat()
    sent = {"what": "afp|ng/mL", "value": "three hundred", "taken_on": day}
    for who in ("coordinator", "referrer"):
        client = house.as_(who)
        answer = client.post(where, data=sent)
        assert answer.status_code == 422
        before, form = answer.text.split(f'action="{where}"')
        form = form.split("</form>")[0]
        assert 'value="three hundred"' in form
        assert '<option selected value="afp|ng/mL">' in form
        assert f'value="{day}"' in form
        assert 'id="value-error"' in form
        assert 'class="error-summary"' in answer.text
        assert unfolded(before), "it is seen without a press"
        early = client.post(where, data={**sent, "value": "312", "taken_on": "2001-01-01"})
        assert early.status_code == 422
        assert "between the decision and today" in early.text.split('id="taken_on-error"')[1]
        assert 'value="2001-01-01"' in early.text
        bare = client.post(where, data={**sent, "value": "", "taken_on": "soon"})
        assert bare.status_code == 422
        assert 'id="value-error"' in bare.text
        assert 'id="taken_on-error"' in bare.text
        assert "error-summary" not in client.get(f"/cases/{made.case}").text
    assert rows(select(Progress)) == []


def test_a_reopening_that_is_not_taken_stands_on_the_page_as_it_was_typed(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001")
    keys = []
    with house.app.app_context(), write_transaction() as session:
        for specialty in ("surgery", "radiology"):
            dissent = SignOff(
                item_id=made.item, specialty=specialty, person_id=house.people[specialty],
                kind=SignOffKind.DISSENT, text="Too early", reopen_condition="it is stable",
            )  # fmt: skip
            session.add(dissent)
            session.flush()
            keys.append(dissent.id)
    client = house.as_("oncology")
    typed = "Stable on MRI. " + "m" * 2000
    answer = client.post(f"/cases/{made.case}/dissents/{keys[1]}/reopen", data={"text": typed})
    assert answer.status_code == 422
    before, other, mine = answer.text.split(f'action="/cases/{made.case}/dissents/')
    assert typed in mine
    assert f'id="reopen-{keys[1]}-error"' in mine
    assert typed not in other
    assert not unfolded(before)
    assert unfolded(other), "the form that was not taken is seen without a press"
    bare = client.post(f"/cases/{made.case}/dissents/{keys[0]}/reopen", data={"text": " "})
    assert bare.status_code == 422
    assert f'id="reopen-{keys[0]}-error"' in bare.text
    assert len(rows(select(Case))) == 1


# ---- The ledger ----------------------------------------------------------------------------------


def test_the_ledger_counts_every_second_opinion_and_names_no_patient(house: Any) -> None:
    up = decide(house, "BR-9001")
    decide(house, "BR-9002", verdict="unresectable_biology", reclassification_reason="together")
    decide(house, "BR-9003", provisional=["hepatology"], ago=dt.timedelta(days=10))
    house.as_("coordinator").post(f"/cases/{up.case}/follow-up/30", data=YES)
    for who in ("chair", "coordinator", "administrator"):
        page = house.as_(who).get("/boards/liver/figures")
        assert page.status_code == 200, who
        assert "Patient BR-" not in page.text
    assert ">BR-9001<" in page.text
    assert "Remnant growth, then resection" in page.text
    assert 'role="img"' in page.text
    assert "Half were decided within 12 days" in page.text
    for who in ("surgery", "observer"):
        assert house.as_(who).get("/boards/liver/figures").status_code == 403, who
    assert house.as_("referrer").get("/boards/liver/figures.csv").status_code == 404

    chair = house.as_("chair")
    narrowed = chair.get("/boards/liver/figures?reclassification=confirmed").text
    assert ">BR-9002<" in narrowed
    assert ">BR-9001<" not in narrowed
    day = (now() - dt.timedelta(days=20)).date().isoformat()
    late = chair.get(f"/boards/liver/figures?from={day}").text
    assert ">BR-9003<" in late
    assert ">BR-9001<" not in late
    assert "Nothing fits" in chair.get("/boards/liver/figures?to=2001-01-01").text
    wrong = chair.get("/boards/liver/figures?from=soon")
    assert wrong.status_code == 422
    assert "has to be a date" in wrong.text

    answer = chair.get("/boards/liver/figures/ledger.csv?first=unresectable_remnant")
    text = answer.get_data().decode("utf-8-sig")
    assert "Patient" not in text
    found = {row["case"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(found) == {"BR-9001", "BR-9002", "BR-9003"}
    one = found["BR-9001"]
    assert (one["reclassification"], one["days_to_decision"]) == ("upgraded", "12")
    assert (one["treatment"], one["outcome"]) == (
        "Remnant growth, then resection", "Alive, no disease",
    )  # fmt: skip
    assert found["BR-9002"]["reclassification"] == "confirmed"
    assert found["BR-9003"]["provisional"] == "yes"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("first", "resectabel"),
        ("ours", "<b>"),
        ("reclassification", "Upgraded"),
        ("hospital", "Nowhere"),
        ("from", "2026-02-31"),
        ("to", "1-2-3"),
    ],
)
def test_what_the_ledger_does_not_understand_is_said_and_the_rest_shown(
    house: Any, name: str, value: str
) -> None:
    decide(house, "BR-9001")
    decide(house, "BR-9002", verdict="unresectable_biology", reclassification_reason="together")
    chair = house.as_("chair")
    also = {"ours": "unresectable_biology"} if name != "ours" else {"reclassification": "confirmed"}
    page = chair.get("/boards/liver/figures", query_string={name: value, **also})
    assert page.status_code == 422
    assert f'id="f-{name}-error"' in page.text
    assert page.text.count('aria-invalid="true"') == 1
    assert "<b>" not in page.text.split(f'id="f-{name}-error"')[1][:200]
    assert ">BR-9002<" in page.text
    assert ">BR-9001<" not in page.text, "what is understood narrows"
    link = page.text.split("/figures/ledger.csv")[1].split('"')[0]
    assert f"{name}=" not in link
    answer = chair.get("/boards/liver/figures/ledger.csv", query_string={name: value})
    assert answer.status_code == 422


def test_a_hospital_is_found_in_any_case_of_its_letters(house: Any) -> None:
    decide(house, "BR-9001")
    found = house.as_("chair").get("/boards/liver/figures?hospital=st+EXAMPLE")
    assert found.status_code == 200
    assert ">BR-9001<" in found.text
    assert "selected>St Example" in found.text


def test_an_empty_ledger_says_what_comes_there(house: Any) -> None:
    page = house.as_("administrator").get("/boards/liver/figures")
    assert page.status_code == 200
    assert "No second opinion is decided yet" in page.text


def test_deferrals_are_counted_by_reason_and_by_referrer(house: Any) -> None:
    decide(house, "BR-9001")
    put_off = decide(house, "BR-9002")
    with house.app.app_context(), write_transaction() as session:
        row = session.get_one(AgendaItem, put_off.item)
        row.status, row.deferral_reason = ItemStatus.DEFERRED, "imaging_missing"
    page = house.as_("chair").get("/boards/liver/figures").text
    assert "Imaging missing or too old" in page
    assert "50 %" in page


# ---- Called out before the decision closes -------------------------------------------------------


def test_who_advises_against_what_is_chosen_is_called_out(house: Any) -> None:
    case = make_case(house.app, "BR-9001")
    meeting, (item,) = make_meeting(house.app, case)
    board = house.app.extensions["boards"]["liver"]
    for who, stance in (("surgery", "advise_against"), ("oncology", "acceptable")):
        fields = {"verdict": "convertible", "confidence": "4", "rationale": "Because."}
        fields |= {f"stance-{o.key}": "acceptable" for o in board.options}
        fields |= {"stance-remnant_growth": stance, "reason-remnant_growth": f"Said {who}"}
        given = house.as_(who).post(f"/cases/{case}/opinion/submit", data=fields)
        assert given.status_code == 303
    people = tuple(house.people[key] for key in CORE)
    begin(house.app, meeting, item, pen=house.people["coordinator"], here=people)
    with house.app.app_context(), write_transaction() as session:
        from boardroom.opinions.operations import reveal_all
        from boardroom.people.models import Person

        session.add(Consensus(item_id=item, **complete(board)))
        reveal_all(case, actor=session.get_one(Person, house.people["chair"]))
    said = "SU advises against Remnant growth, then resection, which is chosen."
    for where in ("stage", f"items/{item}/consensus"):
        page = house.as_("coordinator").get(f"/meetings/{meeting}/{where}").text
        assert said in page, where
        assert "Said surgery" in page
        assert "Said oncology" not in page.split("objection-why")[1].split("</ul>")[0]
    wall = house.as_("coordinator").get(f"/meetings/{meeting}/projector").text
    assert "Said surgery" not in wall


# ---- A second meeting on the same case -----------------------------------------------------------


def test_a_second_meeting_goes_on_from_what_the_first_left_open(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", provisional=["hepatology"])
    with house.app.app_context(), write_transaction() as session:
        first = session.scalars(select(AgendaItem)).one()
        session.add(
            SignOff(
                item_id=first.id, specialty="oncology", person_id=house.people["oncology"],
                kind=SignOffKind.DISSENT, text="Too soon.", reopen_condition="AFP rises",
                consensus_version=1,
            )
        )  # fmt: skip
        opened, first_id = first.revealed_at, first.id
    meeting, (item,) = make_meeting(house.app, made.case)
    chair = house.as_("chair")
    assert chair.post(f"/meetings/{meeting}/start").status_code < 400
    assert chair.post(f"/meetings/{meeting}/next", data={"after": "0"}).status_code < 400
    with house.app.app_context():
        row = db.session.get_one(AgendaItem, item)
        # The opinions are open since then, and nothing claims that they are sealed.
        assert (row.status, row.revealed_at) == (ItemStatus.DECIDING, opened)
        kept = {
            found.item_id: (found.verdict, found.steps, found.dispositions, found.rationale)
            for found in db.session.scalars(select(Consensus))
        }
        assert kept[item] == kept[first_id]
        assert db.session.scalars(select(SignOff.item_id)).all() == [first_id]
    parts = chair.get(f"/meetings/{meeting}/stage/state").json["parts"]
    everything = " ".join(parts.values())
    assert "sealed until the reveal" not in everything
    assert "Reveal" not in parts["controls"]
    assert "Discussed before, without a final decision" in parts["case"]
    assert "Too soon." in parts["case"]
    assert "AFP rises" in parts["case"]
    assert "open since" in parts["opinions"]
    closed = chair.post(f"/meetings/{meeting}/items/{item}/close", data={"provisional": "yes"})
    assert closed.status_code < 400
    assert rows(select(AgendaItem.status).where(AgendaItem.id == item)) == [ItemStatus.PROVISIONAL]
