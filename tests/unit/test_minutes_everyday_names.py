"""Copies without names of patients who are called like everyday words."""

from __future__ import annotations

import io
from typing import Any

import docx
import pypdf
import pytest

from boardroom.minutes.document import MinutesDocument
from boardroom.minutes.pdf import minutes_pdf
from boardroom.minutes.redaction import without_names
from boardroom.minutes.tables import minutes_csv
from boardroom.minutes.word import minutes_docx
from tests.unit import minutes_samples as samples

SHORT, REGISTRY = "May Short", "Registry patient 12"


def meeting(text: str, name: str = SHORT, other: str = REGISTRY, **patient: Any) -> MinutesDocument:
    """A case of `name` with this text, then one of `other` with the same."""
    first = samples.not_reached(1) | {"patient": {"name": name, **patient}, "summary": text}
    second = samples.not_reached(2) | {"patient": {"name": other}, "summary": text}
    return samples.minutes([first, second])


def own(text: str, name: str = SHORT, **patient: Any) -> str:
    """The text, in the patient's own case, without the name."""
    return without_names(meeting(text, name, **patient)).cases[0].summary


def others(text: str, name: str = SHORT) -> str:
    """The text, in a case of another patient of the meeting, without the name."""
    return without_names(meeting(text, name)).cases[1].summary


@pytest.mark.parametrize(
    "text",
    [
        "The patient may need 1 scan in a short time; registry 12 weeks, 12 mm.",
        "May need a scan. Short course of radiotherapy.\n- May be resected\n2. Short stay",
        "If the interval is short, may need another scan.",
        "Seen 12 May 2026 and in May; since May 2025 no growth.",
        "She asks: “May I travel?”",
        "The pt may need a scan; the dr may call.",
        "Patient 12 weeks after resection. The Registry was told.",
    ],
)
def test_everyday_words_and_numbers_stay_in_every_case(text: str) -> None:
    bare = without_names(meeting(text))
    assert [case.summary for case in bare.cases] == [text, text]


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("May Short was seen", "BR-0401 was seen"),
        ("Short, May: seen", "BR-0401: seen"),
        ("seen: may short, SHORT May", "seen: BR-0401"),
        ("Mrs Short may go", "Mrs BR-0401 may go"),
        ("mrs short may go", "mrs BR-0401 may go"),
        ("We saw Short today; a short walk", "We saw BR-0401 today; a short walk"),
        ("MRS SHORT IS WELL", "MRS BR-0401 IS WELL"),
        ("SHORT is well", "BR-0401 is well"),
        ("Short was seen. May wants surgery", "BR-0401 was seen. BR-0401 wants surgery"),
        ("Short’s wish is surgery", "BR-0401’s wish is surgery"),
    ],
)
def test_her_name_is_gone_from_her_own_case(text: str, becomes: str) -> None:
    assert own(text) == becomes


def test_a_surname_that_no_sentence_begins_with_is_hidden_at_its_beginning() -> None:
    assert own("Seen. Baker, aged 60; a baker", "Ada Baker") == "Seen. BR-0401, aged 60; a baker"


def test_the_number_of_a_made_up_name_goes_with_the_name_only() -> None:
    text = "Registry patient 12 may need 12 weeks; REGISTRY PATIENT 12."
    assert own(text, REGISTRY) == "BR-0401 may need 12 weeks; BR-0401."


def test_part_of_a_longer_name_is_hidden_beside_another_part() -> None:
    assert own("Grace Short was seen", "May Grace Short") == "BR-0401 was seen"
    assert own("May Short was seen", "May Grace Short") == "BR-0401 was seen"
    assert own("Grace may walk", "May Grace Short") == "BR-0401 may walk"
    assert own("The grace period may be short", "May Grace Short") == (
        "The grace period may be short"
    )


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("As for May Short last week", "As for BR-0401 last week"),
        ("As for Short, May last week", "As for BR-0401 last week"),
        ("As for Mrs Short last week", "As for Mrs [name] last week"),
        ("As for mr nonesuch-short or Mrs M. Short", "As for mr nonesuch-short or Mrs M. [name]"),
        ("Wie bei Frau Short", "Wie bei Frau [name]"),
        ("A Short course in Mayfair may do", "A Short course in Mayfair may do"),
    ],
)
def test_another_patients_case_loses_the_whole_name_and_a_titled_one(
    text: str, becomes: str
) -> None:
    assert others(text) == becomes


@pytest.mark.parametrize(
    ("name", "text", "becomes"),
    [
        ("Mary O’Brien", "As for Mrs O'Brien", "As for Mrs O'[name]"),
        (
            "Basil Ada Nonesuch",
            "As for mr. nonesuch, Mr B. Nonesuch",
            "As for mr. [name], Mr B. [name]",
        ),
        ("Ada von Beispiel", "Wie Frau von Beispiel", "Wie Frau von [name]"),
        ("Ada Nonesuch", "As for Mrs Smith-Nonesuch", "As for Mrs Smith-[name]"),
        ("Ada Quagmire", "Quagmire’s brother has it too", "[name]’s brother has it too"),
        ("Ada Quagmire", "no quagmire of bleeding", "no quagmire of bleeding"),
        ("Will Page", "He will page us", "He will page us"),
        ("May Short", "It may short-circuit", "It may short-circuit"),
    ],
)
def test_a_titled_name_is_found_however_it_is_put_together(
    name: str, text: str, becomes: str
) -> None:
    assert others(text, name) == becomes


def test_two_patients_of_one_name_are_told_apart_only_in_their_own_cases() -> None:
    text = "Basil Short and Mr Short"
    bare = without_names(meeting(text, "Anna Short", "Basil Short"))
    assert bare.cases[0].summary == "BR-0402 and Mr BR-0401"
    amendments = [{"number": 1, "at": samples.at(900), "by": "Dr A", "text": "Mr Short agrees."}]
    document = meeting("", "Anna Short", "Basil Short").model_copy(
        update={"amendments": samples.minutes(amendments=amendments).amendments}
    )
    assert without_names(document).amendments[0].text == "Mr [name] agrees."


@pytest.mark.parametrize(
    ("number", "text", "becomes"),
    [
        ("12", "fail in 12 weeks, 12 mm, 12.5 %", "fail in 12 weeks, 12 mm, 12.5 %"),
        ("12", "MRN 12, 12 weeks", "MRN [record number], 12 weeks"),
        ("12", "record no. 12; No. 12", "record no. [record number]; No. [record number]"),
        ("T2", "pT2, T2 lesion", "pT2, T2 lesion"),
        ("R12", "seen as r12", "seen as [record number]"),
        ("778812", "id 778812, 7788120", "id [record number], 7788120"),
    ],
)
def test_a_record_number_is_no_other_number(number: str, text: str, becomes: str) -> None:
    assert own(text, "Zebulon Nonesuch", record_number=number) == becomes


def test_the_childs_score_is_not_the_patients_name() -> None:
    assert own("She is Child-Pugh A5", "Ada Child") == "She is Child-Pugh A5"


def test_every_form_hides_her_and_keeps_the_words() -> None:
    first = samples.case(
        1,
        patient={"name": SHORT, "record_number": "12"},
        summary="May Short may fail in 12 weeks.",
        question="Can SHORT, MAY have a short course?",
        comorbidity="Seen by us: Mrs Short",
    )
    amendments = [
        {"number": 1, "at": samples.at(900), "by": "Dr A", "case": "BR-0401", "text": "Was: SHORT"},
        {"number": 2, "at": samples.at(901), "by": "Dr A", "text": "May Short agreed in May."},
    ]
    bare = without_names(samples.minutes([first, samples.provisional(2)], amendments=amendments))
    pdf = pypdf.PdfReader(io.BytesIO(minutes_pdf(bare)))
    word = docx.Document(io.BytesIO(minutes_docx(bare)))
    texts = {
        "csv": minutes_csv(bare).decode("utf-8-sig"),
        "pdf": " ".join(" ".join(page.extract_text().split()) for page in pdf.pages),
        "docx": "\n".join(t.text or "" for t in word.element.body.iter() if t.tag.endswith("}t")),
    }
    for form, text in texts.items():
        assert "Short" not in text, form
        assert "SHORT" not in text, form
        assert "Can BR-0401 have a short course?" in text, form
        assert "BR-0401 agreed in May." in text, form
        assert "Was: BR-0401" in text, form
        if form != "csv":  # it has no column for the summary
            assert "BR-0401 may fail in 12 weeks." in text, form
            assert "Seen by us: Mrs BR-0401" in text, form
