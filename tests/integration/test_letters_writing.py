"""A letter that is being written: saved, clashing, looked at on paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import PatientQuestion
from tests.integration.letter_house import (
    PART,
    House,
    begun,
    decided_house,
    letter_row,
    paper_text,
    save,
)


@pytest.fixture
def house(app: Flask, person: Callable[..., int], sign_in: Callable[[int], FlaskClient]) -> House:
    return decided_house(app, person, sign_in)


def test_a_save_keeps_text_and_answer_and_says_how_it_reads(
    house: House, rows: Callable[..., list[Any]]
) -> None:
    client = begun(house)
    fields = {"next": "You have ascites.", f"answer-{house.question}": "No."}
    answer = save(client, house, **fields)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["version"] == 2
    assert "water in the belly" in answer.json["missing_html"]
    assert "Reads like grade" in answer.json["missing_html"]
    assert "[telephone number]" in answer.json["missing_html"]
    (question,) = rows(select(PatientQuestion))
    assert (question.answer, question.answered_by_id) == ("No.", house.people["surgeon"])
    assert question.answered_at is not None
    assert letter_row(house, "patient").sections["next"] == "You have ascites."


def test_a_word_that_the_letter_explains_is_not_offered_again(house: House) -> None:
    client = begun(house)
    listed = "<b>cryotherapy</b>"
    saved = save(client, house, next="Cryotherapy is next.")
    assert saved.json is not None
    assert listed in saved.json["missing_html"]
    saved = save(client, house, words="- Cryotherapy: the tumour is made very cold.")
    assert saved.json is not None
    assert listed not in saved.json["missing_html"]


def test_a_stale_save_shows_both_texts_and_changes_nothing(house: House) -> None:
    client = begun(house)
    was = letter_row(house, "patient").sections["next"]
    assert save(client, house, next="Hers.").status_code == 200
    answer = house.client("chair").post(
        house.at("patient", "/save"),
        data={"version": "1", "next": "His.", "_was": json.dumps({"next": was})},
        headers=PART,
    )
    assert answer.status_code == 409
    assert answer.json is not None
    assert (answer.json["mine"], answer.json["theirs"]) == ({"next": "His."}, {"next": "Hers."})
    assert (answer.json["own"], bool(answer.json["by"])) == (False, True)
    assert letter_row(house, "patient").sections["next"] == "Hers."
    # Somebody on another part is not in the way.
    who = json.dumps({"who": letter_row(house, "patient").sections["who"]})
    beside = house.client("chair").post(
        house.at("patient", "/save"),
        data={"version": "1", "who": "Others.", "_was": who},
        headers=PART,
    )
    assert beside.status_code == 200
    # Without a script the page itself shows both.
    plain = client.post(house.at("patient", "/save"), data={"version": "1", "next": "His."})
    assert plain.status_code == 409
    for shown in ("What happens next", "His.", "Hers."):
        assert shown in plain.text


def test_too_long_a_text_is_refused_beside_the_field(house: House) -> None:
    client = begun(house)
    answer = save(client, house, next="x" * 6001, who="Others.")
    assert answer.json is not None
    assert answer.json["errors"] == {"next": "This is 1 characters too long."}
    assert letter_row(house, "patient").sections["who"] == "Others."


def test_a_draft_can_be_looked_at_on_paper(house: House) -> None:
    client = begun(house)
    answer = client.get(house.at("patient", "/draft.pdf?type=large"))
    assert answer.status_code == 200
    assert "Draft. Not approved yet." in paper_text(answer.data, "pdf")
    assert "draft-large.pdf" in answer.headers["Content-Disposition"]


DENSE = (
    "Multidisciplinary re-evaluation of cross-sectional imaging demonstrates technically "
    "unresectable multifocal intrahepatic malignancy necessitating locoregional therapy."
)


def test_a_hard_part_is_named_and_marked_though_the_whole_reads_easily(house: House) -> None:
    client = begun(house)
    page = client.get(house.at("patient")).text
    assert "Hardest part" not in page
    assert 'id="reads-part-found" data-letter-reads="part-found" hidden>' in page
    saved = save(client, house, found=DENSE)
    assert saved.json is not None
    beside = saved.json["missing_html"]
    assert "as a whole, but not in every part." in beside
    assert '<a href="#part-found">What we found</a>: grade ' in beside
    assert "Easy enough" not in beside
    page = client.get(house.at("patient")).text
    marked = page.split('id="reads-part-found"')[1].split("</p>")[0]
    assert "hidden" not in marked.split(">")[0]
    assert "This part reads like grade " in marked
    assert ", harder than grade 8." in marked
    other = page.split('id="reads-part-next"')[1].split("</p>")[0]
    assert "hidden" in other.split(">")[0]


def test_a_hard_answer_is_marked_at_its_field(house: House) -> None:
    client = begun(house)
    saved = save(client, house, **{f"answer-{house.question}": DENSE})
    assert saved.json is not None
    assert f'<a href="#answer-{house.question}">Will it hurt?</a>' in saved.json["missing_html"]
    saved = save(client, house, **{f"answer-{house.question}": "No."})
    assert saved.json is not None
    assert "Hardest part" not in saved.json["missing_html"]
