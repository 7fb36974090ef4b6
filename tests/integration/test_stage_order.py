"""A choice that does not fit the order of the tumour's stage: cautioned, and no paper says both."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.aids.operations import keep_aids
from boardroom.cases.models import Case, CaseStatus
from boardroom.consensus.models import Consensus
from boardroom.db import now, write_transaction
from boardroom.letters.models import Letter
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.minutes.queries import document_of
from tests.integration.meeting_samples import CORE, begin, make_meeting
from tests.integration.test_cards import add_case

PART = {"X-Boardroom-Part": "1"}
NEEDLESS = (
    "Resection comes first in BCLC A and is chosen, but a reason for leaving it is given: age."
)
BARE = "Resection comes first in BCLC A, but “TACE” is chosen without a reason why."


@pytest.fixture
def room(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> Any:
    """A live meeting about one HCC of stage A; the coordinator holds the pen."""
    people = {key: person("specialist", key) for key in CORE}
    people["scribe"], people["chair"] = person("coordinator"), person("chair", "surgery")
    case = add_case(app)
    with app.app_context(), write_transaction() as session:
        # A raised bilirubin or portal hypertension would take resection away
        sound = {"bilirubin": "0.8", "platelets": "210", "varices": "none", "ascites": "none"}
        for fact in session.get_one(Case, case).facts:
            fact.value = sound.get(fact.key, fact.value)
    meeting, (item,) = make_meeting(app, case)
    begin(app, meeting, item, pen=people["scribe"], here=tuple(people[key] for key in CORE))
    return SimpleNamespace(
        case=case,
        meeting=meeting,
        item=item,
        url=f"/meetings/{meeting}/items/{item}/consensus",
        as_=lambda who: sign_in(people[who]),
    )


def cautions(room: Any, **values: str) -> str:
    """What the answer to the scribe's first save cautions of."""
    sent = {"version": "0", **values}
    answer = room.as_("scribe").post(room.url, data=sent, headers=PART)
    assert answer.json["errors"] == {}, "a caution, no refusal"
    return str(answer.json["missing_html"])


def test_the_first_option_with_a_reason_for_leaving_it_is_cautioned(room: Any, rows: Any) -> None:
    said = cautions(room, disposition_resection="chosen", stage_migration="age")
    assert f"{NEEDLESS} Is that meant?" in said
    assert NEEDLESS in room.as_("scribe").get(room.url).text, "and when the page is opened again"
    assert NEEDLESS in room.as_("chair").get(f"/meetings/{room.meeting}/stage").text
    assert rows(select(Consensus))[0].stage_migration == "age", "what was typed is kept"


def test_a_value_to_wait_for_that_is_reached_already_is_cautioned(room: Any) -> None:
    said = cautions(room, back_fact="afp|ng/mL", back_side="below", back_value="500")
    assert "the last value, of" in said
    assert "is 22 ng/mL: it would come back with the next value like it. Is that meant?" in said
    stage = room.as_("chair").get(f"/meetings/{room.meeting}/stage").text
    assert "it would come back with" in stage


def test_another_option_without_a_reason_is_cautioned(room: Any) -> None:
    assert f"{BARE} Is that meant?" in cautions(room, disposition_tace="chosen")


@pytest.mark.parametrize(
    "values",
    [
        {"disposition_tace": "chosen", "stage_migration": "age"},
        {"disposition_resection": "chosen"},
        {"disposition_ablation": "chosen"},  # the stage names it beside resection
        {"disposition_remnant_growth": "chosen"},  # a way to resection
        {"stage_migration": "age"},
    ],
)
def test_what_fits_is_not_cautioned(room: Any, values: dict[str, str]) -> None:
    assert "BCLC" not in cautions(room, **values)


def decided(room: Any, app: Flask, chosen: str) -> None:
    with app.app_context(), write_transaction() as session:
        item = session.get_one(AgendaItem, room.item)
        session.add(
            Consensus(
                item_id=item.id, version=1, verdict="resectable", strength="unanimous",
                stage_migration="age", teller="The surgeon",
                dispositions={chosen: {"disposition": "chosen", "reason": ""}},
            )
        )  # fmt: skip
        keep_aids(item, app.extensions["boards"]["liver"])
        item.status, item.ended_at = ItemStatus.DONE, now()
        session.get_one(Meeting, room.meeting).status = MeetingStatus.CLOSED
        session.get_one(Case, room.case).status = CaseStatus.DECIDED


@pytest.mark.parametrize(("chosen", "said"), [("tace", True), ("resection", False)])
def test_page_letter_and_minutes_give_the_reason_only_where_the_option_was_left(
    app: Flask, room: Any, rows: Any, chosen: str, said: bool
) -> None:
    decided(room, app, chosen)
    chair = room.as_("chair")
    assert chair.post(f"/cases/{room.case}/letters/referrer").status_code == 303
    (letter,) = rows(select(Letter))
    assert ("first option: age" in letter.sections["consensus"]) is said
    with app.app_context(), write_transaction() as session:
        board = app.extensions["boards"]["liver"]
        document = document_of(session.get_one(Meeting, room.meeting), board)
    assert (document.cases[0].stage_migration == "Age") is said
    for page in (f"/cases/{room.case}", f"/meetings/{room.meeting}/minutes"):
        assert ("Not the stage’s first option" in chair.get(page).text) is said
