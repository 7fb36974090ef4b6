"""A value that was marked as mistyped is read as such in every later round, and counts nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases import round_operations
from boardroom.cases.models import Case, CaseStatus, Fact
from boardroom.cases.view import known_of
from boardroom.consensus.models import Consensus
from boardroom.db import db, now, write_transaction
from boardroom.followup.again_queries import since
from boardroom.followup.models import Progress
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingEvent, MeetingStatus
from boardroom.minutes.case_brief import case_brief
from boardroom.people.models import Person
from tests.integration.decided import complete, decide, everybody
from tests.integration.meeting_samples import begin, make_meeting
from tests.integration.test_coming_back import AFP, report
from tests.integration.test_mistyped_results import last_round, mark

MARK = '<span class="caution">(marked as mistyped)</span>'


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    return everybody(app, person, sign_in)


@pytest.fixture
def back(house: Any, rows: Any) -> Any:
    """A case that came back by an AFP: its first round, its second, the result."""
    made = decide(house, "BR-9001", represent=AFP)
    report(house.as_("coordinator"), made.case, "afp|ng/mL", "60")
    (result,) = rows(select(Progress.id))
    return SimpleNamespace(first=made.case, second=last_round(rows), result=result)


def next_round(house: Any, case: int, *values: str) -> int:
    """The round after a decided one, with AFPs of today."""
    with house.app.app_context(), write_transaction() as session:
        row = session.get_one(Case, case)
        row.status = CaseStatus.DECIDED
        by = session.get_one(Person, house.people["coordinator"])
        made = round_operations.new_round(row, house.app.extensions["boards"]["liver"], actor=by)
        for value in values:
            made.facts.append(Fact(key="afp", value=value, unit="ng/mL", taken_on=now().date()))
        session.flush()
        return made.id


def words_of(page: str) -> str:
    return " ".join(page.replace("\u202f", " ").split())


def afp_of(page: str) -> str:
    """What a page or a part of the stage says beside AFP, below the cards."""
    return words_of(page).rpartition("<dt>AFP</dt>")[2].partition("</div>")[0]


def test_where_people_read_the_value_it_is_marked(house: Any, back: Any) -> None:
    chair = house.as_("chair")
    meeting, (item,) = make_meeting(house.app, back.second)
    begin(house.app, meeting, item, pen=None)

    def read() -> list[str]:
        stage = chair.get(f"/meetings/{meeting}/stage/state").json["parts"]["case"]
        return [afp_of(stage), afp_of(chair.get(f"/cases/{back.second}").text)]

    assert all("60 ng/mL" in words and MARK not in words for words in read())
    assert mark(house, "coordinator", back.first, back.result) == 303
    assert all("60 ng/mL" in words and MARK in words for words in read())
    with house.app.app_context():
        case = db.session.get_one(Case, back.second)
        board = house.app.extensions["boards"]["liver"]
        brief = case_brief(case, board, position=1, minutes=10, on=now().date())
        (said,) = [one for one in brief.facts if one.label == "AFP"]
        assert said.note.endswith("2026, marked as mistyped")
        assert not [one for one in brief.recorded_facts if one.key == "afp"], "programs count them"


def test_it_is_neither_known_nor_the_latest_nor_what_a_condition_is_met_by(
    house: Any, back: Any
) -> None:
    meeting, (item,) = make_meeting(house.app, back.second)
    begin(house.app, meeting, item, pen=None)
    with house.app.app_context(), write_transaction() as session:
        board = house.app.extensions["boards"]["liver"]
        session.add(Consensus(item_id=item, **complete(board) | {"represent": AFP}))

    def known() -> list[str]:
        with house.app.app_context():
            return [one.key for one in known_of(db.session.get_one(Case, back.second)).facts]

    def cautioned() -> bool:
        state = house.as_("chair").get(f"/meetings/{meeting}/stage/state").json
        return any(
            "it would come back with the next value like it" in str(part)
            for part in state["parts"].values()
        )

    assert "afp" in known()
    assert cautioned()
    assert mark(house, "coordinator", back.first, back.result) == 303
    assert "afp" not in known()
    assert not cautioned()
    with house.app.app_context(), write_transaction() as session:
        older = now().date() - dt.timedelta(days=9)
        session.add(
            Fact(case_id=back.second, key="afp", value="2140", unit="ng/mL", taken_on=older)
        )
    said = afp_of(house.as_("chair").get(f"/cases/{back.second}").text)
    assert said.index("2140 ng/mL") < said.index("60 ng/mL") < said.index(MARK)


def test_whoever_corrects_the_value_lets_it_count_again(house: Any, back: Any) -> None:
    mark(house, "coordinator", back.first, back.result)
    client, form = house.as_("coordinator"), f"/cases/{back.second}/edit"
    caution = "Marked as mistyped: it counts for nothing until it is corrected."
    assert caution in client.get(form).text
    with house.app.app_context():
        version = db.session.get_one(Case, back.second).version
    sent = {"version": str(version), "fact-afp-1-value": "312", "fact-afp-1-unit": "ng/mL"}
    assert client.post(f"/cases/{back.second}/save", data=sent).status_code < 400
    assert caution not in client.get(form).text
    said = afp_of(client.get(f"/cases/{back.second}").text)
    assert "312 ng/mL" in said
    assert MARK not in said


@pytest.mark.parametrize("early", [True, False])
def test_the_third_round_neither_counts_it_nor_compares_with_it(
    house: Any, back: Any, rows: Any, *, early: bool
) -> None:
    def mark_it() -> None:
        assert mark(house, "coordinator", back.first, back.result) == 303

    if early:
        mark_it()
    third = next_round(house, back.second, "312")
    if not early:
        mark_it()
    held = rows(select(Fact).where(Fact.case_id == third).order_by(Fact.id))
    assert [(one.value, one.stands) for one in held] == [
        *([] if early else [("60", False)]), ("312", True),
    ]  # fmt: skip
    with house.app.app_context():
        case = db.session.get_one(Case, third)
        (afp,) = [one for one in since(case.earlier_case, case).changes if one.label == "AFP"]
        assert (afp.was, afp.direction) == ("", "new")
    page = words_of(house.as_("chair").get(f"/cases/{third}").text)
    assert ("was marked as mistyped: it is not used." in page) == (not early)


def test_a_stage_with_any_later_round_hears_of_it(house: Any, back: Any, rows: Any) -> None:
    third = next_round(house, back.second)
    meeting, (item,) = make_meeting(house.app, third)
    begin(house.app, meeting, item, pen=None)
    assert mark(house, "coordinator", back.first, back.result) == 303
    heard = select(MeetingEvent.kind).where(MeetingEvent.meeting_id == meeting)
    assert rows(heard) == ["case_reported"]


def test_the_letter_of_the_third_round_does_not_name_it_as_the_value_of_then(
    house: Any, back: Any
) -> None:
    mark(house, "coordinator", back.first, back.result)
    board = house.app.extensions["boards"]["liver"]

    def close(case: int) -> None:
        meeting, (item,) = make_meeting(house.app, case)
        with house.app.app_context(), write_transaction() as session:
            sitting, row = session.get_one(Meeting, meeting), session.get_one(AgendaItem, item)
            sitting.status, row.status, row.ended_at = MeetingStatus.CLOSED, ItemStatus.DONE, now()
            session.get_one(Case, case).status = CaseStatus.DECIDED
            session.add(Consensus(item_id=item, **complete(board)))

    close(back.second)
    third = next_round(house, back.second, "312")
    close(third)
    chair = house.as_("chair")
    chair.post(f"/cases/{third}/letters/referrer")
    letter = words_of(chair.get(f"/cases/{third}/letters/referrer").text)
    assert "AFP: 312 ng/mL now" in letter
    assert "60 ng/mL then" not in letter


def test_every_later_round_shows_it_until_another_result_says_the_same(
    house: Any, back: Any, rows: Any
) -> None:
    with house.app.app_context(), write_transaction() as session:
        (first,) = session.scalars(select(Progress))
        session.add(
            Progress(
                case_id=back.first, fact="afp", value="60", unit="ng/mL", taken_on=first.taken_on,
                by_id=first.by_id,
            )
        )  # fmt: skip
    third = next_round(house, back.second)
    held = select(Fact).where(Fact.case_id.in_([back.second, third]))
    for result in rows(select(Progress.id).order_by(Progress.id)):
        assert [one.stands for one in rows(held)] == [True, True], "the other result says it still"
        assert mark(house, "coordinator", back.first, result) == 303
    assert [one.stands for one in rows(held)] == [False, False]
