"""A draft older than the record: said beside the part, and taken anew in one press."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.consensus.models import Consensus, SignOff, SignOffKind
from boardroom.db import at_time, write_transaction
from boardroom.letters.models import Letter
from tests.integration.letter_house import House, approve, begun, decided_house, letter_row, save

MOVED = "The record has changed since this part was drafted."


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> House:
    return decided_house(app, person, sign_in)


def signed_since(house: House) -> None:
    """The surgeon signs after the letter was begun."""
    with house.app.app_context(), write_transaction() as session:
        session.add(
            SignOff(
                item_id=house.item, specialty="surgery", person_id=house.people["surgeon"],
                kind=SignOffKind.AGREE, text="", consensus_version=1,
            )
        )  # fmt: skip


def moved(client: FlaskClient, house: House, kind: str = "referrer") -> set[str]:
    """Parts beside which it is said that the record changed."""
    page = client.get(house.at(kind)).text
    fields = page.split('<label for="part-')[1:]
    return {one.split('"')[0] for one in fields if MOVED in one}


def renew(client: FlaskClient, house: House, kind: str = "referrer", **fields: str) -> int:
    data = {"version": str(letter_row(house, kind).version), **fields}
    return client.post(house.at(kind, "/renew"), data=data).status_code


def test_a_part_older_than_the_record_is_taken_anew_and_the_rest_stays(house: House) -> None:
    chair = begun(house, "chair", "referrer")
    assert moved(chair, house) == set()
    own = {"plan": "My own plan.", "panel": "My own panel."}
    assert save(chair, house, "referrer", **own).status_code == 200
    signed_since(house)
    assert moved(chair, house) == {"panel"}
    assert "- Agreed: Surgery" in chair.get(house.at("referrer")).text, "what the record says now"
    # Without a script all that was typed comes along.
    typed = {"options": "Typed, not saved.", "panel": "Typed too."}
    assert renew(chair, house, renew="panel", **typed) == 303
    sections = letter_row(house, "referrer").sections
    assert "- Agreed: Surgery" in sections["panel"]
    assert (sections["plan"], sections["options"]) == ("My own plan.", "Typed, not saved.")
    assert moved(chair, house) == set()


def test_the_writer_may_keep_the_words_and_is_not_told_again(house: House) -> None:
    chair = begun(house, "chair", "referrer")
    save(chair, house, "referrer", panel="My own panel.")
    signed_since(house)
    assert renew(chair, house, keep="panel") == 303
    assert letter_row(house, "referrer").sections["panel"] == "My own panel."
    assert moved(chair, house) == set()


@pytest.mark.parametrize(
    ("kind", "change", "parts"),
    [
        ("patient", {"strength": "unanimous"}, {"found"}),
        ("patient", {"rediscuss": "In 8 weeks"}, {"next"}),
        ("patient", {"verdict": "resectable"}, {"found"}),
        ("patient", {"dispositions": {"tace": {"disposition": "chosen", "reason": ""}}},
         {"suggest"}),
        ("referrer", {"rationale": "Larger."}, {"consensus"}),
        ("referrer", {"rediscuss": "In 8 weeks"}, {"again"}),
        ("referrer", {"steps": []}, {"plan"}),
    ],
)  # fmt: skip
def test_every_part_that_is_made_of_the_record_says_so(
    house: House, kind: str, change: dict[str, Any], parts: set[str]
) -> None:
    client = begun(house, "surgeon" if kind == "patient" else "chair", kind)
    with house.app.app_context(), write_transaction() as session:
        for name, value in change.items():
            setattr(session.scalars(select(Consensus)).one(), name, value)
    found = moved(client, house, kind)
    assert parts <= found
    for part in found:
        assert renew(client, house, kind, renew=part) == 303
    assert moved(client, house, kind) == set()


def test_what_somebody_else_wrote_meanwhile_is_not_lost(house: House) -> None:
    chair = begun(house, "chair", "referrer")
    signed_since(house)
    coordinator = house.client("coordinator")
    assert save(coordinator, house, "referrer", plan="Theirs.").status_code == 200
    sent = {"version": "1", "plan": "Mine.", "renew": "panel"}
    page = chair.post(house.at("referrer", "/renew"), data=sent)
    assert page.status_code == 409
    for shown in ("Mine.", "Theirs.", "Plan"):
        assert shown in page.text
    assert moved(chair, house) == {"panel"}, "nothing was taken anew"


def test_a_day_that_has_passed_is_not_called_a_change_of_the_record(house: House) -> None:
    with at_time(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)):
        client = begun(house)
    with at_time(dt.datetime(2026, 12, 2, 12, tzinfo=dt.UTC)):
        page = client.get(house.at("patient")).text
        assert "The day of the talk has passed since this part was drafted." in page
        assert MOVED not in page
        assert renew(client, house, "patient", renew="next") == 303
        assert "by Tue 1 Dec 2026" not in letter_row(house, "patient").sections["next"]
        assert "since this part was drafted" not in client.get(house.at("patient")).text


def test_who_may_take_a_part_anew(house: House) -> None:
    chair = begun(house, "chair", "referrer")
    signed_since(house)
    for who, status in (("oncologist", 403), ("referrer", 403), ("stranger", 404)):
        assert renew(house.client(who), house, renew="panel") == status
    assert renew(chair, house, renew="nonsense") == 422
    assert approve(chair, house, "referrer").status_code == 303
    assert renew(chair, house, renew="panel") == 423


def test_a_letter_begun_before_drafts_were_kept_says_nothing(house: House) -> None:
    chair = begun(house, "chair", "referrer")
    with house.app.app_context(), write_transaction() as session:
        session.scalars(select(Letter)).one().drafted = {}
    signed_since(house)
    assert moved(chair, house) == set()
