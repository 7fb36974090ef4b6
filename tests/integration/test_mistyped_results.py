"""Only values that stand go into the next round: not what was mistyped or asked for anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.aids.reading import read_aids
from boardroom.audit import AuditEntry
from boardroom.cases.models import Case, CaseStatus, Fact, TestJudgement
from boardroom.consensus.models import Consensus
from boardroom.db import db, now, write_transaction
from boardroom.followup.again_queries import since
from boardroom.followup.models import Progress
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.web import day
from tests.integration.decided import DECIDED, complete, decide, everybody
from tests.integration.meeting_samples import begin, make_meeting
from tests.integration.test_coming_back import AFP, report
from tests.integration.test_turned_down_round import turn_down


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """Everybody that is needed; `as_(name)` is a browser of theirs."""
    return everybody(app, person, sign_in)


def last_round(rows: Any) -> int:
    """The case that began last."""
    found: int = rows(select(Case.id).order_by(Case.id))[-1]
    return found


def values(rows: Any, case: int) -> list[str]:
    return [
        f"{one.key} {one.value}"
        for one in rows(select(Fact).where(Fact.case_id == case).order_by(Fact.key, Fact.id))
    ]


def mark(house: Any, who: str, case: int, result: int) -> int:
    """The status of what is answered to somebody who marks a result as mistyped."""
    status: int = house.as_(who).post(f"/cases/{case}/progress/{result}/mistyped").status_code
    return status


def test_a_mistyped_result_is_marked_and_not_copied_into_the_next_round(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    client = house.as_("coordinator")
    report(client, made.case, "cycles", "12", 3)
    report(client, made.case, "afp|ng/mL", "60", 1)
    assert "afp 60" in values(rows, last_round(rows))
    turn_down(house, rows, made.case)
    cycles, afp = rows(select(Progress.id).order_by(Progress.id))
    for result in (cycles, afp):
        assert mark(house, "coordinator", made.case, result) == 303
    page = " ".join(client.get(f"/cases/{made.case}").text.split())
    assert page.count("mistyped, does not count") == 2
    assert "AFP 60 ng/mL</s>" in page, "what was written stays in the list"
    assert f"/progress/{afp}/mistyped" not in page
    report(client, made.case, "afp|ng/mL", "312", 2)
    new = last_round(rows)
    assert values(rows, new) == ["afp 312"]
    said = client.get(f"/cases/{new}").text
    assert "12 cycles of treatment given" not in said
    action = AuditEntry.action == "marked a result as mistyped"
    assert len(rows(select(AuditEntry.id).where(action, AuditEntry.case_id == made.case))) == 2


def test_who_entered_a_result_the_coordinator_and_the_chair_mark_it(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", represent=AFP, signed=True)
    for _ in range(4):
        report(house.as_("oncology"), made.case, "afp|ng/mL", "900", 2)
    first, second, third, fourth = rows(select(Progress.id).order_by(Progress.id))
    button = f"/progress/{first}/mistyped"
    for who in ("surgery", "referrer"):
        assert button not in house.as_(who).get(f"/cases/{made.case}").text, who
    assert button in house.as_("oncology").get(f"/cases/{made.case}").text
    answers = {
        "surgery": 403, "referrer": 403, "observer": 403, "stranger": 404, "oncology": 303,
    }  # fmt: skip
    for who, status in answers.items():
        assert mark(house, who, made.case, first) == status, who
    assert mark(house, "coordinator", made.case, second) == 303
    assert mark(house, "chair", made.case, third) == 303
    other = decide(house, "BR-9002")
    assert mark(house, "chair", other.case, fourth) == 404, "a result of another case"
    assert len(rows(select(Progress).where(Progress.mistyped_at.is_not(None)))) == 3


def test_a_mistyped_result_that_brought_the_case_back_is_marked_and_the_round_says_so(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    client = house.as_("coordinator")
    report(client, made.case, "cycles", "2", 3)
    report(client, made.case, "afp|ng/mL", "60")
    cycles, result = rows(select(Progress.id).order_by(Progress.id))
    new = last_round(rows)
    button, said = f"/progress/{result}/mistyped", "The value it came back by was marked"
    assert button in client.get(f"/cases/{made.case}").text
    assert button not in house.as_("surgery").get(f"/cases/{made.case}").text
    assert mark(house, "coordinator", made.case, cycles) == 303
    assert said not in client.get(f"/cases/{new}").text, "it did not come back by the cycles"
    told = client.post(f"/cases/{made.case}/progress/{result}/mistyped", follow_redirects=True)
    assert "had begun before: correct the value there, or turn that round down." in told.text
    for who in ("coordinator", "surgery"):
        page = " ".join(house.as_(who).get(f"/cases/{new}").text.split())
        assert f"{said} as mistyped on" in page, who
    assert values(rows, new) == ["afp 60"], "nothing is deleted"
    page = " ".join(client.get(f"/cases/{new}").text.split())
    assert "AFP 60 ng/mL of" in page
    assert "was marked as mistyped: it is not used." in page
    with house.app.app_context():
        case = db.session.get_one(Case, new)
        board = house.app.extensions["boards"]["liver"]
        read = read_aids(case, board, now().date())
        assert "afp" not in read["facts"]
        assert not [one for one in since(case.earlier_case, case).changes if one.label == "AFP"]
    wrong = turn_down(house, rows, made.case)
    assert wrong.id == new
    report(client, made.case, "afp|ng/mL", "312")
    again = last_round(rows)
    assert again != new
    assert said not in client.get(f"/cases/{again}").text


def test_agenda_wall_minutes_and_letters_say_it_where_they_name_why_the_case_came_back(
    house: Any, rows: Any
) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    report(house.as_("coordinator"), made.case, "afp|ng/mL", "60")
    (result,) = rows(select(Progress.id))
    new = last_round(rows)
    chair = house.as_("chair")
    planned, _ = make_meeting(house.app)
    meeting, (item,) = make_meeting(house.app, new)
    with house.app.app_context(), write_transaction() as session:
        session.get_one(Case, new).status = CaseStatus.SUBMITTED

    def agenda() -> str:
        page: str = chair.get(f"/meetings/{planned}").text
        return page.partition('class="waiting-why')[2].partition("</p>")[0]

    assert "AFP is 60 ng/mL" in agenda()
    assert "mistyped" not in agenda()
    begin(house.app, meeting, item, pen=None)

    def wall() -> str:
        state = chair.get(f"/meetings/{meeting}/stage/state?projector=1").json
        line: str = state["parts"]["case"].partition('class="wall-back"')[2].partition("</p>")[0]
        return line

    assert "AFP is 60 ng/mL" in wall()
    assert "mistyped" not in wall()
    assert mark(house, "coordinator", made.case, result) == 303
    marked = '<span class="caution">(marked as mistyped)</span>'
    assert marked in wall()
    assert marked in agenda()
    with house.app.app_context(), write_transaction() as session:
        said = f"The value it came back by was marked as mistyped on {day(now(), 'liver')}."
        sitting, row = session.get_one(Meeting, meeting), session.get_one(AgendaItem, item)
        sitting.status, row.status, row.ended_at = MeetingStatus.CLOSED, ItemStatus.DONE, now()
        session.get_one(Case, new).status = CaseStatus.DECIDED
        session.add(Consensus(item_id=item, **complete(house.app.extensions["boards"]["liver"])))
    because = f"AFP is 60 ng/mL, under 500 ng/mL. {said}"
    assert because in " ".join(chair.get(f"/meetings/{meeting}/minutes").text.split())
    table = chair.get(f"/meetings/{meeting}/minutes.csv").get_data(as_text=True)
    assert because in table
    for kind, words in (
        ("referrer", f"It came back as planned. {because}"),
        ("patient", "Later we saw that this result had been typed in wrongly."),
    ):
        chair.post(f"/cases/{new}/letters/{kind}")
        assert words in chair.get(f"/cases/{new}/letters/{kind}").text, kind


def test_a_round_that_another_value_brings_back_as_well_stands(house: Any, rows: Any) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    with house.app.app_context(), write_transaction() as session:
        day = now().date() - dt.timedelta(days=2)
        session.add(
            Progress(
                case_id=made.case, fact="afp", value="60", unit="ng/mL", taken_on=day,
                by_id=house.people["surgery"], at=now(),
            )
        )  # fmt: skip
    report(house.as_("coordinator"), made.case, "afp|ng/mL", "60")
    first, second = rows(select(Progress.id).order_by(Progress.id))
    said = "The value it came back by was marked"
    for result, so in ((first, False), (second, True)):
        assert mark(house, "coordinator", made.case, result) == 303
        page = house.as_("coordinator").get(f"/cases/{last_round(rows)}").text
        assert (said in page) == so


@pytest.mark.parametrize("by_itself", [True, False])
def test_a_value_that_was_asked_for_anew_does_not_stand_in_the_next_round(
    house: Any, rows: Any, *, by_itself: bool
) -> None:
    made = decide(house, "BR-9001", represent=AFP)
    taken = now().date() - DECIDED
    with house.app.app_context(), write_transaction() as session:
        old = session.get_one(Case, made.case)
        for key, value, days, accepted in (
            ("inr", "11", 0, False), ("inr", "1.2", 9, True), ("albumin", "38", 0, None),
        ):  # fmt: skip
            day = taken - dt.timedelta(days=days)
            unit = "g/L" if key == "albumin" else ""
            old.facts.append(Fact(key=key, value=value, unit=unit, taken_on=day))
            if accepted is not None:
                test = f"fact:{key}:{day.isoformat()}"
                old.judgements.append(
                    TestJudgement(test=test, accepted=accepted, reason="Mistyped")
                )
    client = house.as_("coordinator")
    if by_itself:
        report(client, made.case, "afp|ng/mL", "312")
    else:
        assert (
            client.post(f"/cases/{made.case}/move", data={"move": "new_round"}).status_code == 303
        )
    found = values(rows, last_round(rows))
    assert [one for one in found if not one.startswith("afp")] == ["albumin 38", "inr 1.2"]
