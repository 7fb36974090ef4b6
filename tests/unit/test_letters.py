"""Letters: the phrase library and its board, what is drafted, how it reads, what is on paper."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import docx
import pikepdf
import pypdf
import pytest
from docx.oxml.ns import qn

from boardroom.boards.definition import BoardDefinition, DefinitionError, load_boards
from boardroom.boards.reclassification import reclassify
from boardroom.consensus.represent import Represent
from boardroom.consensus.rules import Content, Fate, Step
from boardroom.letters import clinical, compose, rules
from boardroom.letters.document import LetterDocument, Section, blocks, content_hash
from boardroom.letters.paper import file_name, letter_docx, letter_pdf
from boardroom.letters.phrases import PhraseLibrary, load_libraries

CONFIG = Path(__file__).parents[2] / "config"
LETTERS = (CONFIG / "letters" / "liver.toml").read_text(encoding="utf-8")
BOARDS = load_boards(CONFIG / "boards")


@pytest.fixture(scope="module")
def board() -> BoardDefinition:
    return BOARDS["liver"]


@pytest.fixture(scope="module")
def library() -> PhraseLibrary:
    return load_libraries(CONFIG / "letters", BOARDS)["liver"]


def mistakes(folder: Path, old: str, new: str) -> list[str]:
    assert old in LETTERS, "the shipped library no longer contains what this test changes"
    (folder / "liver.toml").write_text(LETTERS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_libraries(folder, BOARDS)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("resectable = ", "# ", "letters/liver.toml: verdicts.resectable: is missing"),
        ("[options.sbrt]", "[options.sbrr]", "letters/liver.toml: options.sbrt: is missing"),
        ('surgeon = ["surgery"', 'surgeon = ["surgary"',
         "letters/liver.toml: tellers.surgeon.surgary: 'surgary' is not one of the specialties"),
        ("target_grade = 8", "target_grade = 80",
         "letters/liver.toml: target_grade: must be 16 or less"),
        ("[contact]", "[contakt]", "letters/liver.toml: contakt: is not a known key"),
        ('key = "liver"', 'key = "lung"',
         "letters/liver.toml: key: must be 'liver', like the file's name"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_key_and_reason(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert message in mistakes(tmp_path, old, new)


def test_a_board_without_a_library_has_no_letters(tmp_path: Path) -> None:
    assert load_libraries(tmp_path, BOARDS) == {}


def decision(
    board: BoardDefinition, verdict: str, first: str = "unresectable_remnant", **more: object
) -> compose.Decision:
    fates = {o.key: Fate("rejected", "Bilirubin 2.6 mg/dL.") for o in board.options}
    fates |= {"ablation": Fate("chosen", ""), "systemic": Fate("fallback", "If it grows.")}
    content = Content(
        version=3,
        verdict=verdict,
        strength="majority",
        rationale="Within the Milan criteria.",
        steps=(Step("Resection", "Surgery", "Within 4 weeks"),),
        dispositions=fates,
        teller="The surgeon",
        rediscuss="With MRI after 4 weeks",
    )
    values: dict[str, object] = {
        "code": "BR-0001",
        "question": "Can it be ablated?",
        "diagnosis": "hcc",
        "first_verdict": first,
        "first_by": "Clinic, St Example",
        "first_on": "Wed 21 Oct 2026",
        "meeting_day": "Wed 18 Nov 2026",
        "content": content,
        "outcome": reclassify(first, verdict, board),
        "tell_by": "Sat 21 Nov 2026",
        "teller": "The surgeon",
        "views": (
            compose.View("surgery", "ablatable", {"ablation": ("prefer", "")}),
            compose.View("oncology", "convertible", {"ablation": ("advise_against", "Too large.")}),
        ),
        "signatures": (
            compose.Signature("surgery", "agree"),
            compose.Signature("oncology", "dissent", "Systemic first.", "AFP rises above 400"),
        ),
    } | more
    return compose.Decision(**values)  # type: ignore[arg-type]


def test_every_verdict_and_option_gives_an_easy_letter_without_clinical_reasons(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    for verdict in (v.key for v in board.verdicts):
        draft = compose.patient_draft(decision(board, verdict), board, library)
        assert set(draft) == set(rules.PATIENT_SECTIONS)
        assert library.verdicts[verdict] in draft["found"]
        assert "Bilirubin" not in "".join(draft.values())
        assert rules.placeholders(draft.values()) == ["[telephone number]"]
        reads = measured("\n".join(draft.values()), library)
        assert reads.easy, (verdict, reads)
        assert not reads.long_sentences
    for option in board.options:
        one = decision(board, "ablatable")
        fates = {option.key: Fate("chosen", "")}
        one = decision(
            board, "ablatable", content=Content(**{**vars(one.content), "dispositions": fates})
        )
        suggested = compose.patient_draft(one, board, library)["suggest"]
        assert library.options[option.key].what in suggested


@pytest.mark.parametrize("option", ["supportive", "surveillance", "systemic"])
@pytest.mark.parametrize(
    "verdict", ["unresectable_technical", "unresectable_biology", "unresectable_fitness"]
)
def test_no_other_treatment_is_promised_where_none_is_suggested(
    board: BoardDefinition, library: PhraseLibrary, option: str, verdict: str
) -> None:
    one = decision(board, verdict)
    content = Content(**{**vars(one.content), "dispositions": {option: Fate("chosen", "")}})
    found = compose.patient_draft(replace(one, content=content), board, library)["found"]
    assert ("treatment" in found) == (option == "systemic")
    assert library.verdicts[verdict] in found


def test_only_what_all_agreed_on_is_called_unanimous(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "resectable")
    stated = Content(**{**vars(one.content), "strength": "unanimous"})
    agreed = replace(
        one,
        content=stated,
        signatures=(compose.Signature("surgery", "agree"),),
        views=(compose.View("surgery", "resectable", {"ablation": ("prefer", "")}),),
    )
    dissent = replace(agreed, signatures=(compose.Signature("oncology", "dissent", "Too soon"),))
    reserved = replace(agreed, signatures=(compose.Signature("oncology", "reservation", "If"),))
    opposed = replace(agreed, views=one.views)  # oncology advises against what is chosen
    for case, words, clinical_words in (
        (agreed, library.tone.agreed, library.clinical["agreed"]),
        (dissent, library.tone.majority, library.clinical["majority"]),
        (reserved, library.tone.majority, library.clinical["majority"]),
        (opposed, library.tone.majority, library.clinical["majority"]),
        (replace(agreed, signatures=()), library.tone.no_agreement, ""),
    ):
        assert words in compose.patient_draft(case, board, library)["found"]
        assert clinical_words in clinical.referrer_draft(case, board, library)["consensus"]


def test_both_letters_say_when_the_case_comes_back(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "resectable")
    back = Represent(months=2, fact="afp", unit="ng/mL", below=True, value="500")
    content = Content(**{**vars(one.content), "rediscuss": "", "represent": back})
    case = replace(one, content=content)
    again = clinical.referrer_draft(case, board, library)["again"]
    assert "2 months after the decision; or when AFP is under 500 ng/mL" in again
    assert "before then" in again
    assert (
        "2 months after the decision or when AFP is under 500"
        in (compose.patient_draft(case, board, library)["next"])
    )
    never = replace(one, content=replace(content, represent=Represent()))
    assert "before then" not in clinical.referrer_draft(never, board, library)["again"]


def test_a_day_that_has_passed_is_not_promised(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = replace(decision(board, "resectable"), teller="the surgeon", tell_by="Sun 22 Nov 2026")
    said = "The surgeon will talk with you about this by Sun 22 Nov 2026."
    assert said in compose.patient_draft(one, board, library)["next"]
    late = compose.patient_draft(replace(one, tell_by_is_past=True), board, library)["next"]
    assert "The surgeon will talk with you about this." in late


def measured(text: str, library: PhraseLibrary) -> rules.Readability:
    return rules.readability(
        text,
        target=library.target_grade,
        longest=library.longest_sentence,
        glossary={t.term: t.plain for t in library.glossary},
        known=library.easy,
        names=["St Example"],
    )


def test_the_letter_is_worth_having_when_nothing_changed(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    same = compose.patient_draft(decision(board, "unresectable_biology"), board, library)
    assert library.tone.unchanged_is_worth in same["found"]
    assert library.tone.opening_unchanged in same["asked"]
    other = compose.patient_draft(decision(board, "resectable"), board, library)
    assert library.tone.unchanged_is_worth not in other["found"]
    # Neither promise nor blame, whatever was decided.
    words = " ".join([*same.values(), *other.values()]).casefold()
    assert not any(w in words for w in ("cure", "guarantee", "hope", "mistake", "fault", "sorry"))


def test_the_same_aim_by_another_way_is_not_called_the_same(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "ablatable", first="resectable")
    assert one.outcome == "confirmed"
    found = compose.patient_draft(one, board, library)["found"]
    assert library.tone.another_way in found
    assert library.reclassification["confirmed"] not in found
    assert library.tone.unchanged_is_worth not in found
    consensus = clinical.referrer_draft(one, board, library)["consensus"]
    assert library.clinical["another_way"] in consensus
    assert library.clinical["unchanged"] not in consensus


def test_nobody_is_told_that_care_is_not_advised(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    considered = compose.patient_draft(decision(board, "ablatable"), board, library)["considered"]
    assert library.options["resection"].plain[3:] in considered
    assert "care that eases" not in considered.casefold()
    assert "watching" not in considered


def test_the_clinical_letter_speaks_by_specialty_with_dissent_and_its_condition(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    draft = clinical.referrer_draft(decision(board, "ablatable"), board, library)
    assert "Ablatable: Surgery" in draft["panel"]
    assert "Convertible (resectable after down-staging): Oncology" in draft["panel"]
    assert "Advise against: Oncology (Oncology: Too large.)" in draft["panel"]
    assert draft["dissent"] == (
        "- Oncology: Systemic first. To be opened again if: AFP rises above 400."
    )
    assert "Resection: rejected. Bilirubin 2.6 mg/dL." in draft["options"]
    assert "Systemic therapy: If it grows." in draft["change"]
    assert "AFP rises above 400" in draft["change"]
    assert "Resection (Surgery, within 4 weeks)" in draft["plan"]
    assert "With MRI after 4 weeks." in draft["again"]


HARD = (
    "Following multidisciplinary deliberation regarding percutaneous radiofrequency ablation, the "
    "committee unanimously recommended neoadjuvant chemotherapy preceding extended hepatectomy."
)


def test_hard_text_is_called_hard_and_its_words_are_listed(library: PhraseLibrary) -> None:
    reads = measured(HARD, library)
    assert reads.grade is not None
    assert reads.grade > 15
    assert not reads.easy
    assert "Too hard" in reads.in_words
    hard = {h.word: h.plain for h in reads.hard_words}
    assert hard["hepatectomy"] == "an operation that takes out a part of the liver"
    assert hard["percutaneous"] == ""
    assert measured("", library).grade is None


def test_a_word_that_is_explained_or_a_name_is_not_listed(library: PhraseLibrary) -> None:
    text = "You have ascites. This is water in the belly. Dr Example-Quillington will help you."
    assert measured(text.replace("-Quillington", ""), library).hard_words == ()
    assert [h.word for h in measured("You have ascites.", library).hard_words] == ["ascites"]


@pytest.mark.parametrize(
    "word",
    "capecitabine sorafenib FOLFIRINOX stent TIPS hilar puncture node staging lesion benign "
    "stricture SBRT PVE HCC HVPG ABCDs unheardof "
    "lobe vein margin remnant grade mass cyst graft wedge spleen drain port dose".split(),
)
def test_words_that_patients_do_not_know_are_listed(library: PhraseLibrary, word: str) -> None:
    hard = [h.word.casefold() for h in measured(f"You have {word} now.", library).hard_words]
    assert hard == [word.casefold()]


def test_what_explains_a_word_needs_no_explanation(library: PhraseLibrary) -> None:
    for term in library.glossary:
        assert measured(f"This is {term.plain}.", library).hard_words == (), term.term


def test_everyday_words_and_the_librarys_own_are_not_listed(library: PhraseLibrary) -> None:
    text = (
        "You may eat and drink as usual. The remaining liver grows. Your blood pressure was normal."
        " Bleeding or an infection may happen. You can travel again after six weeks."
    )
    own = [library.tone.opening, library.tone.with_you, *library.verdicts.values()]
    own += [*library.steps.values(), *(option.what for option in library.options.values())]
    assert measured(" ".join([text, *own]), library).hard_words == ()


def test_days_months_and_ordinary_words_are_not_listed(library: PhraseLibrary) -> None:
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    text = "".join(f"We will meet you on Mon 3 {month}. " for month in months)
    text += "Within six weeks we look at the latest images again, although most is clear. "
    text += "The result is available later, usually within a day."
    assert measured(text, library).hard_words == ()


def test_what_is_explained_and_not_in_the_letter_any_more_is_named() -> None:
    explained = "- Biopsy: tissue is taken out.\n- Stents: small tubes.\nCall us: now."
    needless = rules.needless
    assert needless(explained, ["The biopsies and a biopsy.", "Two stents."]) == []
    assert [one.word for one in needless(explained, ["A stent", "Two stents."])] == ["Biopsy"]
    assert [one.word for one in needless(explained, [])] == ["Biopsy", "Stents"]
    assert needless("", ["Two stents."]) == []


def test_long_sentences_are_listed_and_points_of_a_list_are_sentences(
    library: PhraseLibrary,
) -> None:
    points = "\n".join(f"- one small point of the list {n}" for n in range(12))
    assert measured(points, library).long_sentences == ()
    long = " ".join(["word"] * 23) + "."
    assert measured(f"Short one. {long}", library).long_sentences == (long,)


SEATS = [
    rules.Seat(1, "Dr Ann Invented", "surgery"),
    rules.Seat(2, "Prof Bo Madeup", "transplant_surgery"),
    rules.Seat(3, "Cy Nobody", "oncology"),
]


@pytest.mark.parametrize(
    ("teller", "who"),
    [
        ("The surgeon", (1, 2)),
        ("ann invented", (1,)),
        ("Prof. Bo Madeup", (2,)),
        ("The family doctor", ()),
        ("Somebody else", ()),
        ("", ()),
        ("Dr", ()),
    ],
)
def test_who_tells_the_patient(
    board: BoardDefinition, library: PhraseLibrary, teller: str, who: tuple[int, ...]
) -> None:
    words = {t.key: t.name for t in board.tellers}
    assert rules.tellers(teller, SEATS, words, library.tellers) == who


def test_what_is_open_before_an_approval() -> None:
    texts = dict.fromkeys(rules.PATIENT_SECTIONS, "Text.") | {
        "call": "Call [number].",
        "found": " ",
    }
    points = rules.open_points("patient", texts, {"found": "What we found"}, ["Will it hurt?"])
    assert points == [
        "“What we found” is empty.",
        "Not answered yet: Will it hurt?",
        "Still to be filled in: [number]",
    ]


def test_the_words_that_a_draft_needs_are_explained_in_it_once(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "ablatable")
    steps = (Step("Staging laparoscopy", "Surgery", ""), Step("Laparoscopy again", "Surgery", ""))
    content = replace(one.content, steps=steps)
    drafted = replace(one, content=content, answers=("A biopsy shows it.",))
    draft = compose.patient_draft(drafted, board, library)
    lines = draft["words"].splitlines()
    for term in ("laparoscopy", "staging", "biopsy"):
        plain = library.plain_words[term]
        assert lines.count(f"- {term.capitalize()}: {plain.rstrip('.')}.") == 1, lines
    assert lines == sorted(lines, key=str.casefold)
    assert not [h for h in measured("\n".join(draft.values()), library).hard_words if h.plain]
    assert "aparoscopy" not in compose.patient_draft(one, board, library)["words"]


# ---- On paper -----------------------------------------------------------------------------------


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
        assert str(pdf.Root.Lang) == "en"
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


def test_once_prepared_measuring_reads_no_file() -> None:
    script = """
import sys
from boardroom.letters import rules
rules.prepare()
opened = []
sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" else None)
text = "The unresectable metastases were embolised. A small one stays."
rules.readability(text, target=6, longest=20, glossary={"portal vein": "a large vein"})
assert not opened, opened
"""
    subprocess.run([sys.executable, "-c", script], check=True)
