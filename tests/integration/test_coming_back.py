"""What comes back to the board: by a condition, a day, a dissent; and what was not taken."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus, Fact, Lesion
from boardroom.consensus.models import Consensus, SignOff, SignOffKind
from boardroom.db import at_time, now, write_transaction
from boardroom.followup import keeping
from boardroom.followup.models import CaseReturn, Progress
from boardroom.followup.return_queries import treated_since
from boardroom.meetings.models import AgendaItem, Meeting, MeetingStatus
from boardroom.people.models import Person
from tests.integration.decided import DECIDED, PART, decide, dissent, everybody
from tests.integration.meeting_samples import begin, make_case, make_meeting


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


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


def test_a_lesion_that_the_new_reading_does_not_have_is_not_said_to_be_gone(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    client = house.as_("coordinator")
    assert report(client, made.case, "afp|ng/mL", "312").status_code == 303
    new = rows(select(Case).order_by(Case.id))[-1].id
    with house.app.app_context(), write_transaction() as session:
        for number in (1, 2):
            session.add(Lesion(case_id=made.case, number=number, size_mm=40))
        session.add(Lesion(case_id=new, number=1, size_mm=30))
    page = client.get(f"/cases/{new}").text
    line = page.split('<th scope="row">Lesion 2</th>')[1].split("</tr>")[0]
    assert "40 mm" in line
    assert "not in the new reading" in line
    assert "gone" not in line


def test_what_is_stated_as_new_since_is_progression_whatever_the_lesions_do(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    client = house.as_("coordinator")
    assert report(client, made.case, "afp|ng/mL", "312").status_code == 303
    new = rows(select(Case).order_by(Case.id))[-1].id
    yesterday = (now() - dt.timedelta(days=1)).date()
    with house.app.app_context(), write_transaction() as session:
        session.add(Lesion(case_id=made.case, number=1, size_mm=40))
        session.add(Lesion(case_id=new, number=1, size_mm=40, viable_mm=0))
        then = yesterday - dt.timedelta(days=90)
        for case in (made.case, new):  # an older statement, taken over by the new round
            session.add(Fact(case_id=case, key="new_lesion", value="yes", taken_on=then))
        before = then - dt.timedelta(days=200)  # older than what the earlier round rests on
        session.add(Fact(case_id=new, key="nontarget_state", value="pd", taken_on=before))
    page = client.get(f"/cases/{new}").text
    assert "CR, complete response: 40 to 0 mm viable" in page
    with house.app.app_context(), write_transaction() as session:
        session.add(Fact(case_id=new, key="new_lesion", value="yes", taken_on=yesterday))
    page = client.get(f"/cases/{new}").text
    assert "PD, progressive disease: 40 to 0 mm viable" in page
    assert "new: a lesion, as stated among the values" in page


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


def test_cycles_are_a_total_that_only_grows(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", represent={"cycles": 9})
    client = house.as_("coordinator")
    assert "Cycles: the total since the decision." in client.get(f"/cases/{made.case}").text
    assert report(client, made.case, "cycles", "1", 20).status_code == 303
    page = client.get(f"/cases/{made.case}").text
    assert "1 cycle given" in page
    assert "the total since the decision; the last was 1" in page
    for again in ("1", "0"):
        assert report(client, made.case, "cycles", again, 9).status_code == 422
    asked = report(client, made.case, "cycles", "1", 9).text
    assert "only what was given since then?" in asked
    assert report(client, made.case, "cycles", "4", 9).status_code == 303
    assert report(client, made.case, "cycles", "5", 15).status_code == 422, "4 were given later"
    assert report(client, made.case, "cycles", "2", 15).status_code == 303, "told late"
    assert [p.value for p in rows(select(Progress).order_by(Progress.id))] == ["1", "4", "2"]
    with house.app.app_context():
        lines = [one.what for one in treated_since([made.case])[made.case]]
    assert lines == ["4 cycles of treatment given"]


def test_after_a_death_no_cycles_are_asked_for(house: Any) -> None:
    made = decide(house, "BR-9001", represent={"cycles": 2})
    client = house.as_("coordinator")
    dead = {"carried_out": "no", "deviation": "progression", "outcome": "died"}
    assert client.post(f"/cases/{made.case}/follow-up/30", data=dead).status_code == 303
    page = client.get(f"/cases/{made.case}").text
    assert "A new result" in page
    assert "Cycles of treatment given" not in page
    assert "Cycles:" not in page
    refused = report(client, made.case, "cycles", "2")
    assert refused.status_code == 422
    assert "It is recorded: died. No more cycles are asked for." in refused.text


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
    key = dissent(house, made.item)
    # A new result: who enters it is reminded of the condition that only a reader can judge.
    client = house.as_("coordinator")
    assert report(client, made.case, "afp|ng/mL", "900").status_code == 303
    told = client.get(f"/cases/{made.case}").text
    assert "Surgery dissented: does this meet the condition to open the case again?" in told
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
        both = client.post(where, data={**sent, "taken_on": "2001-01-01"}).text
        assert 'id="value-error"' in both, "all at once"
        assert 'id="taken_on-error"' in both
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


def test_an_improbable_result_is_recorded_by_a_second_press(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", represent={**AFP, "value": "5"}, signed=True)
    for who in ("coordinator", "referrer"):
        client = house.as_(who)
        answer = report(client, made.case, "sodium|mmol/L", "160")
        assert answer.status_code == 422
        assert "Sodium 160 mmol/L is unusual (expected 115 to 155 mmol/L)" in answer.text
        assert "If it is right, record it with one more press." in answer.text
        assert rows(select(Progress)) == []
    (sure,) = re.findall(r'name="sure" value="([^"]+)"', answer.text)
    day = (now() - dt.timedelta(days=1)).date().isoformat()
    sent = {"what": "sodium|mmol/L", "value": "161", "taken_on": day, "sure": sure}
    assert client.post(f"/cases/{made.case}/progress", data=sent).status_code == 422
    sent["value"] = "160"
    assert client.post(f"/cases/{made.case}/progress", data=sent).status_code == 303
    (kept,) = rows(select(Progress))
    assert kept.value == "160"
