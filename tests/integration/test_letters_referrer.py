"""What the referring hospital reads of the letters."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.db import db
from boardroom.letters.models import ApprovedLetter
from tests.integration.letter_house import (
    SAID,
    SEALED,
    House,
    approve,
    begun,
    decided_house,
    paper_text,
)


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> House:
    return decided_house(app, person, sign_in)


def test_the_referrer_reads_the_clinical_letter_once_the_chair_approved_it(house: House) -> None:
    referrer, stranger = house.client("referrer"), house.client("stranger")
    assert "The letter is being written" in referrer.get(f"/cases/{house.case}").text
    chair = begun(house, "chair", "referrer")
    assert approve(house.client("surgeon"), house, "referrer").status_code == 403
    assert "Too large." not in referrer.get(house.at("referrer")).text
    assert approve(chair, house, "referrer").status_code == 303
    page = referrer.get(house.at("referrer")).text
    assert "Oncology: Too large. To be opened again if: it grows." in page
    assert "Ablatable, by Surgery" in page
    assert house.at("referrer") in referrer.get(f"/cases/{house.case}").text
    with house.app.app_context():
        number = db.session.scalars(select(ApprovedLetter.id)).one()
    seen = page
    for format_ in ("pdf", "docx"):
        address = house.at("referrer", f"/{number}.{format_}")
        answer = referrer.get(address)
        assert answer.status_code == 200
        assert f"BR-7001-letter-referrer-v1.{format_}" in answer.headers["Content-Disposition"]
        assert stranger.get(address).status_code == 404
        assert house.client("observer").get(address).status_code == 403
        seen += paper_text(answer.data, format_)
    # Nothing sealed, no comment, no name of who voted how.
    for secret in (SEALED, SAID, "biology", "a guess", "unsure"):
        assert secret not in seen
    assert stranger.get(house.at("referrer")).status_code == 404
    assert referrer.get(house.at("patient", f"/{number}.pdf")).status_code == 404
    assert referrer.get(house.at("referrer", "/draft.pdf")).status_code == 403
