"""Letters on paper: PDF and Word."""

from __future__ import annotations

import datetime as dt
import io

import docx
import pikepdf
import pypdf
import pytest
from docx.oxml.ns import qn

from boardroom.letters.document import LetterDocument, Section, blocks, content_hash
from boardroom.letters.paper import file_name, letter_docx, letter_pdf


def sample(**more: object) -> LetterDocument:
    values: dict[str, object] = {
        "kind": "patient",
        "board": "Liver board",
        "case": "BR-0001",
        "date": "Thu 19 Nov 2026",
        "to": ("Testina Probe",),
        "greeting": "Dear Testina Probe,",
        "title": "What the experts think",
        "provisional": "This advice is not final yet.",
        "sections": (
            Section(
                key="found", heading="What we found", text="One #strong[x].\n\n- first\n- second"
            ),
            Section(key="call", heading="Whom you can call", text="A nurse: 漢."),
        ),
        "closing": "With kind regards",
        "signed_by": "Dr Invented",
        "approved_at": dt.datetime(2026, 11, 19, 10, tzinfo=dt.UTC),
    } | more
    return LetterDocument(**values)  # type: ignore[arg-type]


def test_text_becomes_paragraphs_and_lists() -> None:
    assert blocks("a\nb\n\n- c\n- d\n\ne") == [
        ("paragraph", ["a", "b"]),
        ("list", ["c", "d"]),
        ("paragraph", ["e"]),
    ]


@pytest.mark.parametrize("large", [False, True])
def test_the_pdf_is_accessible_and_says_everything(large: bool) -> None:
    content = letter_pdf(sample(), "ab" * 32, large=large)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        metadata = str(pdf.Root.Metadata.read_bytes())
        assert "pdfuaid:part" in metadata
        assert "pdfaid:part" in metadata
        assert "Testina" not in str(pdf.docinfo.get("/Title"))
    text = " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(content)).pages)
    for said in ("What we found", "One #strong[x].", "second", "not final yet", "Dr Invented",
                 "ab" * 32, "[U+6F22]"):  # fmt: skip
        assert said in text
    sizes: set[float] = set()

    def see(text: str, cm: object, tm: list[float], font: object, size: float) -> None:
        if "first" in text:
            sizes.add(round(size * abs(tm[3]), 1))

    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        page.extract_text(visitor_text=see)
    assert max(sizes) == pytest.approx(18 if large else 11.5, abs=0.3)


@pytest.mark.parametrize("large", [False, True])
def test_the_word_file_has_headings_lists_language_and_size(large: bool) -> None:
    document = docx.Document(io.BytesIO(letter_docx(sample(), "ab" * 32, large=large)))
    by_style: dict[str, list[str]] = {}
    for paragraph in document.paragraphs:
        by_style.setdefault(paragraph.style.name, []).append(paragraph.text)
    assert by_style["Heading 1"] == ["What the experts think"]
    assert by_style["Heading 2"] == ["What we found", "Whom you can call"]
    assert by_style["List Bullet"] == ["first", "second"]
    assert "This advice is not final yet." in by_style["Normal"]
    assert document.styles["Normal"].font.size.pt == (18 if large else 12)
    assert document.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "en-GB"
    assert "Testina" not in document.core_properties.title


def test_a_correction_says_so_and_a_draft_too() -> None:
    corrected = sample(correction={"number": 2, "of": "Thu 19 Nov 2026", "reason": "The date."})
    text = pypdf.PdfReader(io.BytesIO(letter_pdf(corrected, ""))).pages[0].extract_text()
    assert "takes the place of the one of Thu 19 Nov 2026" in text
    assert "The date." in text
    assert "Draft. Not approved yet." in text
    assert content_hash(corrected) != content_hash(sample())


def test_file_names_carry_no_patient() -> None:
    assert file_name(sample(), "pdf", 2, large=True) == "BR-0001-letter-patient-v2-large.pdf"
    assert file_name(sample(), "docx", 0, large=False) == "BR-0001-letter-patient-draft.docx"


@pytest.mark.parametrize("language", ["en", "de", "sv"])
def test_both_papers_name_the_same_language(language: str) -> None:
    document = sample(language=language)
    with pikepdf.open(io.BytesIO(letter_pdf(document, "ab" * 32))) as pdf:
        said = str(pdf.Root.Lang)
    word = docx.Document(io.BytesIO(letter_docx(document, "ab" * 32)))
    assert said == word.core_properties.language


@pytest.mark.parametrize("large", [False, True])
def test_a_long_word_breaks_and_leaves_no_sign_in_the_text(large: bool) -> None:
    long = "12345678901234567890" * 10
    text = f"Write to {long} soon. Call 01632 960 014 within 14 days."
    document = sample(sections=(Section(key="call", heading="Call", text=text),))
    content = letter_pdf(document, "0a1b2c3d4e5f60718293a4b5c6d7e8f9" * 2, large=large)
    (page,) = pypdf.PdfReader(io.BytesIO(content)).pages
    read = page.extract_text()
    assert not set("\u200b\ufffc\u00ad") & set(read)
    assert "14 days" in " ".join(read.split())
    assert "01632 960 014" in " ".join(read.split())
    assert long in read.replace("\n", "").replace(" ", "")
    assert max(map(len, read.split("\n"))) < 120, "the long word is broken"
