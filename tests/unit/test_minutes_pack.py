"""The meeting pack."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pypdf
import pytest
from pydantic import ValidationError

from boardroom.minutes.pack import PackCase, PackDocument, pack_pdf
from boardroom.minutes.redaction import without_names
from tests.unit import minutes_samples as samples


def pack(cases: list[dict[str, Any]] | None = None, **changes: Any) -> PackDocument:
    content = samples.content(cases)
    kept = [
        {key: value for key, value in case.items() if key in PackCase.model_fields}
        | {
            "starts_at": samples.at(5 * i),
            "presenter": "Dr Ida Sampleton",
            "missing": ["Volumetry"],
        }
        for i, case in enumerate(content["cases"])
    ]
    keys = ("board", "meeting", "chair", "generated_at")
    return PackDocument.model_validate(
        {key: content[key] for key in keys} | {"cases": kept} | changes
    )


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_agenda_and_cases_in_order() -> None:
    pdf = pack_pdf(pack())
    text = text_of(pdf)
    for piece in (
        "Agenda",
        "17:35 BR-0402",
        "Case 1 · BR-0401",
        "17:30 · 5 min",
        "The future remnant is 24 % of the liver.",
        "touches the right vein",
        "MRI with hepatobiliary agent",
        "Surgery, if at all possible.",
        "Volumetry",
    ):
        assert piece in text
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["pdfaid:part"] == "2"
        assert metadata["dc:title"] == "Meeting pack: Liver board, Thu 26 Nov 2026"


def test_it_has_no_place_for_an_opinion() -> None:
    content = pack().model_dump()
    content["cases"][0]["opinions"] = []
    with pytest.raises(ValidationError, match="opinions"):
        PackDocument.model_validate(content)
    text = text_of(pack_pdf(pack()))
    assert "Segments II and III are clear" not in text
    assert "Consensus" not in text


def test_an_agenda_longer_than_the_meeting_says_so() -> None:
    cases = [samples.case(i, allotted_minutes=50) for i in (1, 2, 3)]
    assert "150 min of 120 min · 30 min too long" in text_of(pack_pdf(pack(cases)))


def test_without_names_and_without_cases() -> None:
    text = text_of(pack_pdf(without_names(pack())))
    assert "Nonesuch" not in text
    assert "Patients' names left out" in text
    assert "No case is listed yet." in text_of(pack_pdf(pack([])))


def test_a_case_that_came_back_says_round_day_proposal_reason_and_what_changed() -> None:
    case = samples.came_back() | {
        "chosen_then": ["Systemic therapy"],
        "changed_since": ["AFP: 2140 ng/mL then, 312 ng/mL now (12 Oct 2026)"],
    }
    pdf = pack_pdf(pack([case, samples.case(2)]))
    text = text_of(pdf)
    for piece in (
        "Earlier round BR-0028, came back by itself: AFP is 312 ng/mL, under 500 ng/mL.",
        "Decided 17 Sep 2026: Convertible",
        "Treated since: 2 cycles of treatment given, 12 Oct 2026.",
        "Chosen then: Systemic therapy.",
        "Changed since AFP: 2140 ng/mL then, 312 ng/mL now (12 Oct 2026)",
    ):
        assert text.count(piece) == 1, piece
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
    assert "Earlier round" not in text_of(pack_pdf(pack()))


def test_a_name_in_the_reason_is_left_out_of_a_pack_without_names() -> None:
    case = samples.came_back(kind="dissent", reason="Surgery dissented. Met: Nonesuch is stable")
    bare = without_names(pack([case])).model_dump_json()
    assert "is stable" in bare
    assert "Nonesuch" not in bare


def test_a_map_of_too_many_lesions_to_count_says_so() -> None:
    reading = {"side": "board", "version": 1, "in_all": "uncountable"}
    document = pack([samples.case(1, tumour_map=[reading])])
    assert "Too many to count, or not to be told apart." in text_of(pack_pdf(document))
