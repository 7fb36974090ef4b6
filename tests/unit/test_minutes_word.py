"""The minutes as a Word file."""

from __future__ import annotations

import io
import zipfile

import docx
import pypdf
from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from boardroom.minutes.pdf import minutes_pdf
from boardroom.minutes.redaction import without_names
from boardroom.minutes.word import minutes_docx
from tests.unit import minutes_samples as samples


def opened(data: bytes) -> Document:
    return docx.Document(io.BytesIO(data))


def text_of(data: bytes) -> str:
    body = opened(data).element.body
    return "\n".join("".join(p.itertext()) for p in body.iter(qn("w:p")))


def test_headings_tables_and_properties() -> None:
    document = opened(minutes_docx(samples.minutes()))
    heads = [(p.style.name, p.text) for p in document.paragraphs if p.style.name != "Normal"]
    assert heads[0] == ("Title", "Liver board")
    assert ("Heading 1", "Outcomes") in heads
    assert next(h for h in heads if "BR-0401" in h[1])[0] == "Heading 1"
    assert ("Heading 2", "Consensus") in heads
    properties = document.core_properties
    assert properties.title == "Minutes: Liver board, Thu 26 Nov 2026"
    assert properties.language == "en-GB"
    assert properties.author == "Liver board"
    for table in document.tables:
        first = table._tbl.tr_lst[0]
        assert first.trPr is not None
        assert first.trPr.find(qn("w:tblHeader")) is not None
        assert table.style is not None
        assert table.style.name == "Minutes table"
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        for cell in table.row_cells(1):
            assert [p.style.name for p in cell.paragraphs] == ["Minutes cell"]
    captions = [c.get(qn("w:val")) for c in document.element.iter(qn("w:tblCaption"))]
    assert captions[:2] == ["Outcomes of all cases", "Attendance"]
    assert "What became of the options of BR-0401" in captions
    assert all(
        lang.get(qn("w:val")) == "en-GB" for lang in document.styles.element.iter(qn("w:lang"))
    )
    # No picture: every shape is a letter with its word beside it.
    assert len(document.inline_shapes) == 0


def test_page_numbers_are_fields() -> None:
    section = opened(minutes_docx(samples.minutes())).sections[0]
    codes = [e.text.strip() for e in section.footer._element.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"]
    assert "DRAFT, not signed" in section.footer.paragraphs[0].text


def test_the_matrix_says_each_stance_in_words_and_shape() -> None:
    tables = opened(minutes_docx(samples.minutes([samples.case(1)]))).tables
    matrix = next(t for t in tables if t.rows[0].cells[0].text == "Option")
    assert matrix.rows[0].cells[1].text == "SU Dr Ida Sampleton"
    cells = {row.cells[0].text: row.cells[1].text for row in matrix.rows}
    assert cells["Resection"] == "☒ Advise against"
    assert cells["Remnant growth, then resection"] == "● Prefer"
    assert cells["Transplant"] == "○ Acceptable"
    assert cells["Stereotactic radiotherapy"] == "– Outside my field"
    assert cells["Verdict"] == "Convertible\nupgraded", "against the first opinion"


def test_a_reason_that_a_shift_emptied_is_called_withdrawn_on_every_paper() -> None:
    case = samples.case(1)
    case["opinions"][0]["shifts"] = [
        {"at": samples.at(9), "field": "reason", "subject": subject, "was": was, "now": now,
         "reason": ""}
        for subject, was, now in (("One", "Adhesions", ""), ("Two", "", "Ascites"))
    ]  # fmt: skip
    document = samples.minutes([case])
    word = text_of(minutes_docx(document))
    pages = pypdf.PdfReader(io.BytesIO(minutes_pdf(document))).pages
    drawn = " ".join(" ".join(page.extract_text() for page in pages).split())
    for paper in (word, drawn):
        assert "Adhesions → withdrawn" in paper
        assert "nothing → Ascites" in paper
    (kept, _) = document.cases[0].opinions[0].shifts
    assert kept.now == "", "the record itself stays as it is"


def test_hostile_text_is_text() -> None:
    hostile = "</w:t><w:br/> & <b>'\"]]> {{x}} 漢字 😀 محمد \x0b" + "x" * 3000
    data = minutes_docx(samples.minutes([samples.case(1, summary=hostile, question=hostile)]))
    assert hostile.replace("\x0b", "") in text_of(data)
    for name in zipfile.ZipFile(io.BytesIO(data)).namelist():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read(name))


def test_nothing_recorded_and_names_left_out() -> None:
    assert "No case was on the agenda." in text_of(minutes_docx(samples.minutes([], attendance=[])))
    text = text_of(minutes_docx(without_names(samples.minutes())))
    assert "Nonesuch" not in text
    assert "Patients' names, birth dates and record numbers are left out" in text
    assert "Provisional: not a final decision" in text
    assert "Deferred" in text


def test_two_readings_lie_beside_each_other() -> None:
    lesion = {"number": 1, "segments": ["VII"], "x": 56, "y": 72, "size_mm": 40}
    readings = [{"side": side, "lesions": [lesion]} for side in ("referring", "board")]
    document = opened(minutes_docx(samples.minutes([samples.case(1, tumour_map=readings)])))
    section, pictures = document.sections[0], document.inline_shapes
    assert len(pictures) == 2
    line = {picture._inline.getparent().getparent().getparent() for picture in pictures}
    assert len(line) == 1
    # Space around a picture that is not said is each program's own.
    margins = [int(p._inline.get(side)) for p in pictures for side in ("distL", "distR")]
    width = section.page_width - section.left_margin - section.right_margin
    assert sum(picture.width for picture in pictures) + sum(margins) <= width
