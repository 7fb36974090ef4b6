"""After the decision, through HTTP: confirmed, followed up, called out, discussed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseSpecialty, CaseStatus
from boardroom.consensus.models import Confirmation, Consensus, SignOff, SignOffKind
from boardroom.db import db, now, write_transaction
from boardroom.followup.due_queries import due_again
from boardroom.followup.models import FollowUp
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting
from boardroom.minutes.document import content_hash
from boardroom.minutes.models import Minutes
from boardroom.minutes.queries import document_of
from tests.integration.decided import YES, complete, decide, everybody
from tests.integration.meeting_samples import CORE, begin, make_case, make_meeting


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


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
    member, referrer = house.as_("hepatology"), house.as_("referrer")
    assert "This answer is provisional" in referrer.get(f"/cases/{made.case}").text
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
    for page in (f"/cases/{made.case}", "/"):
        told = referrer.get(page).text
        assert "This answer is provisional" not in told
        assert "confirmed since" in told
    table = chair.get(f"/meetings/{made.meeting}/minutes.csv").get_data(as_text=True)
    assert "Confirmed by Hepatology" in table
    assert member.post(made.confirm, data={"text": "Again"}).status_code == 409
    assert "Provisional until you confirm" not in member.get("/").text


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
    unsaid = client.post(where, data={"treatment": "tace"}).text
    for text in ("whether the plan was", "day of the treatment", "how the patient is"):
        assert text in unsaid, "all at once"
    assert client.post(where, data={**YES, "outcome": "cured"}).status_code == 422
    assert rows(select(FollowUp)) == []
    assert client.get(f"/cases/{made.case}/follow-up/31").status_code == 404
    early = client.post(f"/cases/{made.case}/follow-up/90", data=YES)
    assert early.status_code == 409


def test_an_answer_that_contradicts_the_plan_or_itself_is_asked_about(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001")
    where, client = f"/cases/{made.case}/follow-up/30", house.as_("coordinator")
    mixed = {**YES, "treatment": "resection", "deviation": "progression",
             "deviation_note": "It had grown"}  # fmt: skip
    answer = client.post(where, data=mixed)
    assert answer.status_code == 422
    assert "The board chose: Remnant growth, then resection." in answer.text
    assert "Carried out as decided, or left?" in answer.text
    assert "It had grown" in answer.text
    assert '<option selected value="resection">' in answer.text
    note_alone = client.post(where, data={**YES, "deviation_note": "It had grown"})
    assert note_alone.status_code == 422, "what is typed is not thrown away in silence"
    after_all = client.post(where, data={**YES, "carried_out": "no", "deviation": "progression"})
    assert "carried out after all" in after_all.text
    assert rows(select(FollowUp)) == []
    other = {**mixed, "carried_out": "no"}
    assert client.post(where, data=other).status_code == 303
    (row,) = rows(select(FollowUp))
    assert (row.treatment, row.deviation_note) == ("resection", "It had grown")


def test_answers_after_different_days_that_contradict_each_other_are_asked_about(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", ago=dt.timedelta(days=100))
    client, at = house.as_("coordinator"), f"/cases/{made.case}/follow-up/"
    on = (now() - dt.timedelta(days=90)).date().isoformat()
    treated = {**YES, "treated_on": on, "deviation": ""}
    died = {
        "carried_out": "no", "deviation": "progression", "outcome": "died", "treatment": "",
        "treated_on": "",
    }  # fmt: skip
    waits = client.post(f"{at}90", data={"carried_out": "not_yet", "outcome": "died"})
    assert waits.status_code == 422
    assert "If it will not be done any more, answer “No”" in waits.text
    assert client.post(f"{at}90", data=died).status_code == 303
    early = client.post(f"{at}30", data=treated)
    assert early.status_code == 422
    assert "After 90 days the answer was “No”. Which of the two is right?" in early.text
    assert client.post(f"{at}90", data={**treated, "outcome": "died"}).status_code == 303
    assert client.post(f"{at}30", data=treated).status_code == 303, "alive then"
    again = client.post(f"{at}90", data=died)
    assert "After 30 days the answer was “Yes, as decided”." in again.text
    first = client.post(f"{at}30", data={**treated, "outcome": "died"})
    assert first.status_code == 303
    well = client.post(f"{at}90", data=treated)
    assert well.status_code == 422
    assert "After 30 days the answer was “Died”." in well.text


def test_after_a_death_no_result_of_a_later_day_is_taken(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001")
    client = house.as_("coordinator")
    assert (
        client.post(f"/cases/{made.case}/follow-up/30", data={**YES, "outcome": "died"}).status_code
        == 303
    )
    told = now() - dt.timedelta(days=5)
    with house.app.app_context(), write_transaction() as session:
        session.scalars(select(FollowUp)).one().answered_at = told
    assert "Only a result from before then is taken." in client.get(f"/cases/{made.case}").text
    where = f"/cases/{made.case}/progress"
    result = {"what": "afp|ng/mL", "value": "400"}
    late = client.post(where, data={**result, "taken_on": now().date().isoformat()})
    assert late.status_code == 422
    assert "it was recorded: died. Is this day right?" in late.text
    before = (told - dt.timedelta(days=10)).date().isoformat()
    assert client.post(where, data={**result, "taken_on": before}).status_code == 303


def test_a_fallback_that_was_named_is_the_plan_too(house: Any) -> None:
    fates = {
        "remnant_growth": {"disposition": "chosen", "reason": ""},
        "tace": {"disposition": "fallback", "reason": "If it does not grow"},
    }
    made = decide(house, "BR-9001", dispositions=fates)
    answer = house.as_("coordinator").post(
        f"/cases/{made.case}/follow-up/30", data={**YES, "treatment": "tace"}
    )
    assert answer.status_code == 303


def test_the_days_after_the_decision_count_from_the_one_that_stands(house: Any) -> None:
    made = decide(house, "BR-9001", ago=dt.timedelta(days=33), provisional=["hepatology"])
    meeting, (item,) = make_meeting(house.app, made.case)
    final = now() - dt.timedelta(days=27)
    with house.app.app_context(), write_transaction() as session:
        board = house.app.extensions["boards"]["liver"]
        back = {"represent": {"months": 1}}
        session.scalars(select(Consensus)).one().represent = {
            "on": (now() - dt.timedelta(days=5)).date().isoformat()
        }
        session.get_one(Meeting, meeting).starts_at = final
        row = session.get_one(AgendaItem, item)
        row.status, row.ended_at, row.revealed_at = ItemStatus.DONE, final, final
        session.get_one(Case, made.case).status = CaseStatus.DECIDED
        session.add(Consensus(item_id=item, **{**complete(board), **back}))
    coordinator = house.as_("coordinator")
    assert "30 days after the decision" not in coordinator.get("/").text
    with house.app.app_context():
        assert due_again() == [], "what the provisional text said of coming back is over"
    early = coordinator.post(f"/cases/{made.case}/follow-up/30", data=YES)
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
    put_right = {**YES, "deviation": ""}
    assert client.post(where + "30", data=put_right).status_code == 303, "it can be corrected"
    (row,) = rows(select(FollowUp))
    assert (row.outcome, row.deviation) == ("disease_free", "")


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
