"""What a draft takes from the record: how far scans were seen, whose opinion was first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, Document, Investigation
from boardroom.consensus.models import Confirmation, Consensus, SignOff
from boardroom.db import db, now, write_transaction
from boardroom.letters.record_queries import scans_of
from boardroom.meetings.models import AgendaItem, ItemStatus
from boardroom.opinions.models import Opinion, Shift
from tests.integration.letter_house import House, approve, begun, decided_house, letter_row, ready


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> House:
    return decided_house(app, person, sign_in)


@pytest.mark.parametrize(
    ("availability", "attached", "found"),
    [
        ("shown", None, "seen"),
        ("report_only", None, "reports"),
        ("none", None, ""),
        (None, None, ""),
        ("report_only", ("ct", "image/png"), "seen"),
        (None, ("ct", "application/pdf"), "reports"),
        (None, ("labs", "image/png"), ""),
    ],
)
def test_how_far_the_record_says_that_scans_were_seen(
    house: House, availability: str | None, attached: tuple[str, str] | None, found: str
) -> None:
    with house.app.app_context(), write_transaction() as session:
        if availability:
            session.add(
                Investigation(
                    case_id=house.case, kind="imaging", modality="ct", availability=availability
                )
            )
        session.add(
            Investigation(case_id=house.case, kind="pathology", availability="shown", report="x")
        )
        if attached:
            shows, media = attached
            file = {"title": "File", "media_type": media, "size": 1, "sha256": "0" * 64}
            session.add(Document(case_id=house.case, shows=shows, **file))
    with house.app.app_context():
        board = house.app.extensions["boards"]["liver"]
        assert scans_of(db.session.get_one(Case, house.case), board) == found
    if found == "reports":
        begun(house)
        who = str(letter_row(house, "patient").sections["who"])
        assert "They read the reports of your scans" in who


def test_the_question_in_plain_words_is_filled_in_before_the_letter_goes(house: House) -> None:
    client = begun(house)
    refused = approve(client, house)
    assert "Still to be filled in: [what was asked, in plain words]" in refused.text


def test_the_referrers_page_names_whose_the_first_opinion_was(house: House) -> None:
    def first(by: str) -> str:
        with house.app.app_context(), write_transaction() as session:
            session.get_one(Case, house.case).first_by = by
        return house.client("referrer").get(f"/cases/{house.case}").text

    other = first("Liver clinic, Sampleton")
    assert "First opinion, Liver clinic, Sampleton" in other
    assert "Your first opinion" not in other
    assert "Your first opinion" in first("Surgical clinic, St Example")


def test_a_written_letter_says_what_was_asked(house: House) -> None:
    assert approve(ready(house), house).status_code == 303
    page = house.client("referrer").get(house.at("patient")).text
    assert "The question to us was: What can be done?" in page


@pytest.mark.parametrize(
    ("agreed", "by_chair", "said"),
    [
        (None, False, "One specialist saw it otherwise."),
        (-1, False, "One specialist saw it otherwise."),
        (1, False, "One specialist had first thought otherwise."),
        ("confirmed", True, "One specialist saw it otherwise."),
        ("confirmed", False, "One specialist had first thought otherwise."),
    ],
)
def test_who_advised_against_it_last_did_not_only_first_think_otherwise(
    house: House, agreed: int | str | None, by_chair: bool, said: str
) -> None:
    shifted = now() - dt.timedelta(hours=2)
    with house.app.app_context(), write_transaction() as session:
        surgeon = house.people["surgeon"]
        session.delete(session.scalars(select(SignOff)).one())
        session.scalars(select(Consensus)).one().strength = "unanimous"
        opinion = session.scalars(select(Opinion).where(Opinion.specialty == "surgery")).one()
        opinion.submitted_at = shifted - dt.timedelta(days=1)
        opinion.stances = {"ablation": {"stance": "advise_against", "reason": "Too large."}}
        opinion.shifts = [
            Shift(at=shifted, changes={"stances": {"ablation": ["prefer", "advise_against"]}})
        ]
        if isinstance(agreed, int):
            at = shifted + agreed * dt.timedelta(hours=1)
            session.add(
                SignOff(
                    item_id=house.item, specialty="surgery", person_id=surgeon, kind="agree", at=at
                )
            )
        elif agreed:
            session.get_one(AgendaItem, house.item).status = ItemStatus.PROVISIONAL
            session.add(
                Confirmation(
                    item_id=house.item, specialty="surgery", person_id=surgeon, by_chair=by_chair
                )
            )
    begun(house)
    sections = letter_row(house, "patient").sections
    assert f"The team agreed on this together. {said}" in str(sections["found"])
    after = agreed == "confirmed" and not by_chair
    told = "before the talk, in it or after it:" if after else "in the talk or before it:"
    assert f"These experts gave their view, {told}" in str(sections["who"])
