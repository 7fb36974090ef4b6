"""The minutes as a PDF: conformance marks, what can be read from it, hostile texts, speed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
import pikepdf
import pypdf
import pytest

from boardroom.minutes.document import MinutesDocument, content_hash
from boardroom.minutes.fitting import balanced
from boardroom.minutes.fonts import load_fonts
from boardroom.minutes.pdf import minutes_pdf
from boardroom.minutes.redaction import without_names
from boardroom.minutes.view import minutes_view
from boardroom.minutes.word import minutes_docx
from boardroom.minutes.words import STANCES
from tests.unit import minutes_samples as samples


def signed(cases: list[dict[str, Any]] | None = None, **changes: Any) -> MinutesDocument:
    signature = {
        "signed_by": samples.STAFF[0],
        "signed_at": samples.at(130),
        "content_hash": content_hash(samples.minutes(cases)),
    }
    return samples.minutes(cases, signature=signature, **changes)


def text_of(pdf: bytes) -> str:
    """The text of all pages, with every run of blanks as one."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def structure(pdf: bytes) -> Iterator[tuple[str, str]]:
    """(type, alternative text) of every element of the structure tree, in reading order."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:

        def walk(element: Any) -> Iterator[tuple[str, str]]:
            if isinstance(element, pikepdf.Array):
                for child in element:
                    yield from walk(child)
            elif isinstance(element, pikepdf.Dictionary) and ("/S" in element or "/K" in element):
                if "/S" in element:
                    yield str(element.S), str(element.get("/Alt", ""))
                if "/K" in element:
                    yield from walk(element.K)

        yield from list(walk(opened.Root.StructTreeRoot))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    amendments = [
        {
            "number": 1,
            "at": samples.at(2000),
            "by": samples.STAFF[1],
            "case": "BR-0401",
            "text": "The embolisation was moved to 9 Dec.",
            "reason": "No slot before.",
        }
    ]
    return minutes_pdf(signed(amendments=amendments))


def test_it_says_that_it_is_archival_and_accessible_and_is_tagged(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        with opened.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "2"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Minutes: Liver board, Thu 26 Nov 2026"
            assert metadata["dc:creator"] == ["Liver board"]
        root = opened.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang) == "en"
        assert root.ViewerPreferences.DisplayDocTitle
        assert "/JavaScript" not in root.get("/Names", {})
        for page in opened.pages:
            assert [float(x) for x in page.mediabox] == pytest.approx([0, 0, 595.276, 841.89])
            for font in page.resources.Font.values():
                descriptor = font.DescendantFonts[0].FontDescriptor
                assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_headings_tables_and_the_matrix_in_the_structure(pdf: bytes) -> None:
    found = list(structure(pdf))
    kinds = [kind for kind, _ in found]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 2 + 4 + 2  # outcomes, attendance; cases; amendments, about
    assert kinds.count("/Table") >= 4
    assert "/TH" in kinds
    alternatives = [alt for kind, alt in found if kind == "/Figure"]
    rows = [alt for alt in alternatives if "Surveillance:" in alt]
    assert len(rows) == 8  # one for each opinion
    assert alternatives.count("Advise against") + alternatives.count("Acceptable") > 0
    assert all(alternatives)  # every shape can be listened to
    assert rows[0].startswith(
        "Resection: advise against. Remnant growth, then resection: prefer. Transplant: acceptable."
    )
    assert "Clinical trial: no stance given." in rows[2]


def test_a_case_begins_with_its_question_and_ends_with_its_consensus(pdf: bytes) -> None:
    text = text_of(pdf)
    wanted = [
        "Minutes of the meeting".upper(),
        "Outcomes",
        "The surgeon, by Mon 30 Nov 2026",
        "Attendance",
        "Core specialties not present: Hepatology",
        "About this record",
        "Case 1 · BR-0401",
        "Can the left remnant carry a right hepatectomy after embolisation?",
        "First opinion",
        "Opinions 3 convertible, 1 unresectable: remnant, 1 resectable",
        "Would change my mind",
        "Consensus Majority",
        "Upgraded: nearer to cure than the first opinion said",
        "Reopen if: a liver biopsy shows",
        "Case 2 · BR-0402",
        "Provisional: not a final decision",
        "Hepatology was not present.",
        "Case 3 · BR-0403",
        "Deferred: Imaging missing or too old",
        "Case 4 · BR-0404",
        "Amendment 1 to BR-0401",
    ]
    place = 0
    for piece in wanted:
        assert piece in text[place:], f"{piece!r} does not come after {text[place - 60 : place]!r}"
        place = text.index(piece, place) + len(piece)


def test_every_page_has_its_number_its_standing_and_the_hash(pdf: bytes) -> None:
    digest = content_hash(samples.minutes())
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    for number, page in enumerate(pages, start=1):
        text = " ".join(page.extract_text().split())
        assert f"Page {number} of {len(pages)}" in text
        assert "Signed by Dr Ida Sampleton on Thu 26 Nov 2026, 19:40" in text
        assert digest in text


def test_times_are_the_boards(pdf: bytes) -> None:
    assert "17:32–19:07 · 1 h 35 min" in text_of(pdf)


def test_a_draft_and_an_altered_record_say_so() -> None:
    assert text_of(minutes_pdf(samples.minutes([]))).count("DRAFT, not signed") >= 2
    altered = signed().model_copy(update={"chair": "Dr Somebody Else"})
    assert "ALTERED: this is not the record that was signed" in text_of(minutes_pdf(altered))


def test_without_names() -> None:
    text = text_of(minutes_pdf(without_names(signed())))
    for part in ("Nonesuch", "Fictitious", "R-778812", "4 Mar 1963"):
        assert part not in text
    assert "Patients' names left out" in text
    assert "ALTERED" not in text
    assert "Patient of BR-0401" in text


HOSTILE = [
    '#import "x.typ" #panic("no") #set page(width: 1pt) #sys.inputs',
    '*bold* _it_ $x^2$ `code` = Heading \\ \\u{41} <label> @ref ~ -- --- ... /* */ // [ ] { } # "',
    "</script><b>bold</b> &amp; %PDF (\\) <<>>",
    "{{ 7*7 }} {% raw %} ${x} %s %n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_is_text(text: str) -> None:
    case = samples.case(
        1, question=text, summary=text, opinions=[samples.opinion(0, rationale=text)]
    )
    shown = text_of(minutes_pdf(samples.minutes([case], chair=text)))
    assert shown.count(" ".join(text.split())) >= 4


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "https://example.org/" + "a/" * 900,
        "😀👩‍⚕️🏳️‍🌈 ⚠️",
        "漢字 東京 서울 ไทย हिन्दी",
        "שלום עולם مرحبا بالعالم",
        "\u202eevil\u202c a\u0301\u0323\u0300 \u200b\u200d\ufeff\u00ad \x00\x07\x1b[31m",
        "line\r\nline\n\n\nline\u2028line\ttab",
        "\U0010ffff \ue000 \ufffd \u0378",
        "m²·kg⁻¹ ≥ ≤ ± µ β-hCG ½ °C № → ✓ “quoted” – — … Ægir Łódź Đorđe İstanbul ẞ Ǆ ŉ",
        "Żółć Ærø Γιώτα Пётр",
        " \n ",
    ],
)
def test_any_text_makes_a_conformant_paper(text: str) -> None:
    everything = samples.case(
        1,
        code="BR " + text[:20],
        question=text,
        summary=text,
        comorbidity=text,
        patient={"name": text, "sex": text, "record_number": text, "hospital": text},
        facts=[{"label": text, "value": text, "note": text}] * 3,
        opinions=[
            samples.opinion(
                0, rationale=text, person=text, answers=[{"question": text, "answer": text}]
            )
        ],
        provisional_reasons=[text],
        state="provisional",
    )
    document = samples.minutes([everything, samples.deferred(2)], chair=text)
    assert minutes_pdf(document).startswith(b"%PDF-1.7")


def test_letters_that_no_font_has_are_written_out_and_said() -> None:
    shown = text_of(minutes_pdf(samples.minutes([samples.case(1, question="Is 漢 😀 here?")])))
    assert "Is [U+6F22] [grinning face] here?" in shown
    assert "not in this paper's fonts" in shown
    assert "not in this paper's fonts" not in text_of(minutes_pdf(samples.minutes()))


def test_names_of_europe_greek_cyrillic_arabic_and_hebrew_are_drawn() -> None:
    names = "Żółć Ærø Þór Łukasz Đorđe Șerban Ğül Ñandú Œuvre ß ẞ Ελένη Пётр Ђорђе محمد שלום"
    names += " ≥ ≤ µ ± × ⁹ ₂"
    assert load_fonts().drawable(names) == names


def test_nothing_at_all_still_makes_a_paper() -> None:
    bare = samples.minutes([], attendance=[], core_specialties=[], core_missing=[], options=[])
    text = text_of(minutes_pdf(bare))
    assert "No case was on the agenda." in text
    assert "No attendance was recorded." in text
    empty = samples.not_reached(1) | {"question": "", "state": "done", "consensus": {}}
    shown = text_of(minutes_pdf(samples.minutes([empty], options=[])))
    assert "No question was recorded" in shown
    assert "No verdict recorded" in shown


def test_many_options_opinions_and_a_very_long_consensus() -> None:
    options = [{"key": f"o{i}", "name": f"Option {i}", "short": f"Opt{i}"} for i in range(24)]
    case = samples.case(1, opinions=[samples.opinion(i % 6) for i in range(30)])
    case["consensus"] = case["consensus"] | {
        "rationale": "Because. " * 900,
        "steps": [{"order": i, "what": f"Step {i} " * 9} for i in range(60)],
    }
    reader = pypdf.PdfReader(io.BytesIO(minutes_pdf(samples.minutes([case], options=options))))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert text.count("Because.") == 900
    assert "Step 59" in text
    assert len(reader.pages) > 4


def test_the_same_document_makes_the_same_bytes() -> None:
    document = signed()
    assert minutes_pdf(document) == minutes_pdf(document)


def test_a_full_case_takes_one_page_and_the_summary_one() -> None:
    pages = pypdf.PdfReader(io.BytesIO(minutes_pdf(signed([samples.case(i) for i in (1, 2, 3)]))))
    texts = [" ".join(page.extract_text().split()) for page in pages.pages]
    assert len(texts) == 4
    assert all(f"BR-040{n}" in texts[0] for n in (1, 2, 3))
    for number, text in enumerate(texts[1:], 1):
        assert f"Case {number} · BR-040{number}" in text
        assert "Reopen if: a liver biopsy" in text


def test_a_case_a_little_too_long_is_drawn_smaller_and_a_long_one_goes_on() -> None:
    def pages(times: int) -> int:
        case = samples.case(1, summary="Five right-sided metastases, good response. " * times)
        return len(pypdf.PdfReader(io.BytesIO(minutes_pdf(samples.minutes([case])))).pages)

    assert pages(38) == 2
    assert pages(90) == 3


def test_opinions_stand_in_two_columns_of_about_the_same_height() -> None:
    assert balanced([]) == [[]]
    assert balanced([5.0]) == [[0]]
    assert balanced([9.0, 2.0, 3.0, 4.0]) == [[0], [1, 2, 3]]
    assert balanced([1.0] * 30) == [list(range(15)), list(range(15, 30))]


def test_the_map_is_drawn_beside_the_other_reading_with_its_words() -> None:
    lesion = {"number": 1, "segments": ["VII"], "x": 56, "y": 72, "size_mm": 40}
    more = {"number": 2, "segments": ["II"], "size_mm": 12, "note": "Under Nonesuch's rib"}
    readings = [
        {"side": "referring", "lesions": [lesion], "read_by": "Radiology, St Example"},
        {"side": "board", "lesions": [lesion, more], "portal": "vp3", "portal_side": "right"},
    ]
    document = samples.minutes([samples.case(1, tumour_map=readings)])
    pdf = minutes_pdf(document)
    pictures = [alt for kind, alt in structure(pdf) if kind == "/Figure" and "Liver" in alt]
    assert pictures[0].startswith("Liver with 1 lesion, referring hospital’s reading.")
    assert "Lesion 2: segment II, 12 mm" in pictures[1]
    words = text_of(pdf)
    assert "Lesion 2 (segment II, 12 mm): seen by the board alone." in words
    assert "Portal vein invasion: not stated (referring hospital); Vp3" in words
    bare = without_names(document).cases[0].tumour_map
    assert (bare[1].portal, bare[0].side, bare[0].lesions[0].segments) == (
        "vp3", "referring", ("VII",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("uncountable", "Too many to count, or not to be told apart."),
        ("none", "No lesion is seen."),
        ("open", "Nothing is said of lesions."),
    ],
)
def test_a_map_alone_says_what_it_says_of_lesions_as_a_whole(said: str, words: str) -> None:
    reading = {"side": "board", "version": 1, "in_all": said}
    document = samples.minutes([samples.case(1, tumour_map=[reading])])
    assert text_of(minutes_pdf(document)).count(words) == 1
    assert "".join(docx.Document(io.BytesIO(minutes_docx(document))).element.body.itertext()).count(
        words
    )


def test_a_stance_that_moved_is_drawn_and_spoken_with_the_one_before() -> None:
    case = samples.case()
    moved = case["opinions"][5]
    key = moved["stances"][0]["option"]
    now = moved["stances"][0]["stance"]
    was = "advise_against" if now != "advise_against" else "prefer"
    moved["shifts"] = [
        {"at": samples.at(9), "field": "stance", "subject_key": key, "subject": "One",
         "was_key": middle, "was": "Before", "now_key": after, "now": "After", "reason": ""}
        for middle, after in ((was, "outside_field"), ("outside_field", now))
    ]  # fmt: skip
    document = samples.minutes([case])
    view = minutes_view(document)["cases"][0]["opinions"][5]
    place = [option.key for option in document.options].index(key)
    assert view["was"][place] == was, "as it stood at the reveal, not in between"
    assert sum(map(bool, view["was"])) == 1
    assert f"was {STANCES[was].lower()}, now {STANCES[now].lower()}." in view["spoken"]
    alts = [alt for _, alt in structure(minutes_pdf(document))]
    assert any(f"was {STANCES[was].lower()}, now" in alt for alt in alts)


def test_a_verdict_says_how_it_stands_to_the_first_opinion() -> None:
    case = samples.case()
    pdf = minutes_pdf(samples.minutes([case]))
    alts = [alt for kind, alt in structure(pdf) if kind == "/Figure"]
    assert [alts.count(one) for one in ("upgraded", "confirmed", "downgraded")] == [4, 1, 0]
    assert "against the first opinion: upgraded confirmed" in text_of(pdf)
    for opinion in case["opinions"]:
        opinion["against_first"] = None
    bare = minutes_pdf(samples.minutes([case]))
    assert "against the first opinion" not in text_of(bare), "a record that does not know it"


def test_how_long_it_took_and_why_it_was_listed_are_sentences_of_their_own() -> None:
    listed = "Listed by Sam Invented although not ready: He waits too long. Missing then: INR."
    words = text_of(minutes_pdf(samples.minutes([samples.case(listed_without=listed)])))
    assert f"Listing {listed}" in words
    assert "allotted Listed by" not in words


def test_no_digit_carries_the_breaks_of_the_hash_into_copied_text() -> None:
    """A glyph means what its first use means: with a break behind it, it would have it anywhere."""
    document, digest = signed([samples.case()]), "3" * 64
    assert document.signature is not None
    signature = document.signature.model_copy(update={"content_hash": digest})
    text = text_of(minutes_pdf(document.model_copy(update={"signature": signature})))
    assert "\u200b" not in text
    assert digest in text.replace("\n", "").replace(" ", "")
