"""Minutes of a case that came back say where it came from, in every form."""

from __future__ import annotations

import csv
import io
import json

import docx
import pypdf
import pytest

from boardroom.minutes.decision import Deferral
from boardroom.minutes.formats import render
from boardroom.minutes.words import earlier_round, put_off
from tests.unit import minutes_samples as samples


def text_of(data: bytes, format_: str) -> str:
    if format_ == "pdf":
        pages = pypdf.PdfReader(io.BytesIO(data)).pages
        return " ".join(" ".join(page.extract_text().split()) for page in pages)
    return "\n".join(docx.Document(io.BytesIO(data)).element.body.itertext())


@pytest.mark.parametrize("format_", ["pdf", "docx"])
def test_a_paper_says_from_where_why_and_what_was_decided_then(format_: str) -> None:
    data = render(samples.minutes([samples.came_back()]), format_, names=True)
    text = text_of(data, format_)
    assert "Earlier round" in text
    assert "BR-0028, came back by itself: AFP is 312 ng/mL, under 500 ng/mL." in text
    assert "Decided 17 Sep 2026: Convertible" in text
    assert "2 cycles of treatment given, 12 Oct 2026" in text
    assert "AFP is 312 ng/mL, under 500 ng/mL. Decided" in " ".join(text.split()), "in sentences"
    first = render(samples.minutes([samples.case()]), format_, names=True)
    assert "Earlier round" not in text_of(first, format_)


@pytest.mark.parametrize("format_", ["pdf", "docx"])
def test_a_paper_names_the_first_opinion_that_a_later_round_is_compared_with(format_: str) -> None:
    data = render(samples.minutes([samples.came_back()]), format_, names=True)
    text = text_of(data, format_)
    assert "Compared with the first opinion of 12 Nov 2026: upgraded" in text
    assert "than the first opinion said" not in text
    first = render(samples.minutes([samples.case()]), format_, names=True)
    assert "Upgraded: nearer to cure than the first opinion said" in text_of(first, format_)


def test_a_deferral_and_what_came_before_it_have_one_stop_each() -> None:
    back = samples.came_back()
    back["earlier_round"]["reason"] = "He is home after Christmas!"
    case = samples.minutes([back]).cases[0]
    assert earlier_round(case)[0].endswith("He is home after Christmas!")
    deferral = Deferral(reason_key="x", reason="Slides missing", note="Slides lost.")
    assert put_off(deferral) == "Slides missing. Slides lost."


def test_a_table_has_code_and_reason() -> None:
    cases = [samples.came_back(1), samples.case(2)]
    data = render(samples.minutes(cases), "csv", names=True)
    back, first = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert back["earlier_round"] == "BR-0028"
    assert back["came_back_because"] == "AFP is 312 ng/mL, under 500 ng/mL."
    assert first["earlier_round"] == first["came_back_because"] == ""


def test_the_json_has_keys_and_null_for_a_first_round() -> None:
    cases = [samples.came_back(1), samples.case(2)]
    back, first = json.loads(render(samples.minutes(cases), "json", names=True))["cases"]
    assert back["earlier_round"]["kind"] == "condition"
    assert back["earlier_round"]["verdict"]["key"] == "convertible"
    assert back["earlier_round"]["decided_on"] == "2026-09-17"
    assert first["earlier_round"] is None


def test_a_name_in_the_reason_is_left_out_with_the_others() -> None:
    case = samples.came_back(kind="dissent", reason="Surgery dissented. Met: Nonesuch is stable")
    data = render(samples.minutes([case]), "json", names=False)
    (found,) = json.loads(data)["cases"]
    assert found["earlier_round"]["code"] == "BR-0028"
    assert "is stable" in found["earlier_round"]["reason"]
    assert "Nonesuch" not in data.decode()


def test_a_round_begun_by_hand_has_no_reason_and_says_so() -> None:
    case = samples.came_back(kind="by_hand", reason="", verdict=None, treated_since=[])
    (found,) = samples.minutes([case]).cases
    assert earlier_round(found) == ["BR-0028, a new round.", "Decided 17 Sep 2026: no verdict."]


RESPONSE = "By mRECIST since BR-0028: PR, partial response: 62 to 38 mm viable"


@pytest.mark.parametrize("format_", ["pdf", "docx"])
def test_a_paper_says_how_the_tumour_answered_since(format_: str) -> None:
    back = samples.came_back() | {"response_since": RESPONSE}
    data = render(samples.minutes([back]), format_, names=True)
    assert f"{RESPONSE}." in text_of(data, format_)
    silent = render(samples.minutes([samples.came_back()]), format_, names=True)
    assert "mRECIST since" not in text_of(silent, format_)


def test_a_table_and_the_json_have_the_response() -> None:
    document = samples.minutes([samples.came_back() | {"response_since": RESPONSE}])
    data = render(document, "csv", names=True).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(data, newline=""))
    assert row["response_since"] == RESPONSE
    (case,) = json.loads(render(document, "json", names=True))["cases"]
    assert case["response_since"] == RESPONSE
