"""Cases that a past meeting decided, and everybody who has to do with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient

from boardroom.cases.models import Case, CaseStatus
from boardroom.consensus.models import Consensus, SignOff, SignOffKind
from boardroom.db import now, write_transaction
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.web import local
from tests.integration.meeting_samples import CORE, make_case, make_meeting

PART = {"X-Boardroom-Part": "1"}
DECIDED = dt.timedelta(days=40)


def everybody(
    app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]
) -> SimpleNamespace:
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
        "tell_by": now().astimezone(ZoneInfo(board.time_zone)).date(),
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


def dissent(house: Any, item: int) -> int:
    """The surgeon dissents from a decision, under a condition to open it again; its id."""
    with house.app.app_context(), write_transaction() as session:
        found = SignOff(
            item_id=item, specialty="surgery", person_id=house.people["surgery"],
            kind=SignOffKind.DISSENT, text="Too early", reopen_condition="it is stable in March",
        )  # fmt: skip
        session.add(found)
        session.flush()
        return found.id


# What is answered where the plan was carried out
YES = {
    "carried_out": "yes",
    "treatment": "remnant_growth",
    "treated_on": (dt.datetime.now(dt.UTC) - dt.timedelta(days=20)).date().isoformat(),
    "outcome": "disease_free",
}
