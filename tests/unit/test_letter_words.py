"""How a letter reads: its grade, its sentences, the words that are to be explained."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from boardroom.boards.definition import BoardDefinition
from boardroom.consensus.rules import Step
from boardroom.letters import compose, rules
from boardroom.letters.phrases import PhraseLibrary
from boardroom.letters.provisional_words import provisional_sentences
from boardroom.letters.relative_words import relative_sentences
from tests.unit.letter_samples import decision, measured

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


@pytest.mark.parametrize("numeral", ["VI", "IVa", "V-VIII", "II", "III"])
def test_the_number_of_a_segment_is_no_word_to_explain(
    library: PhraseLibrary, numeral: str
) -> None:
    assert measured(f"The tumour is in part {numeral} of your liver.", library).hard_words == ()


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


def test_a_word_explained_by_hand_is_not_to_be_explained_any_more(library: PhraseLibrary) -> None:
    text = "A microwave is used. You have ascites and two stents. Scintigraphy comes next."

    def hard(explaining: str) -> dict[str, int]:
        reads = rules.readability(
            text, target=8, longest=20, glossary=library.plain_words, known=library.easy,
            explaining=explaining,
        )  # fmt: skip
        return {one.word: one.count for one in reads.hard_words}

    assert hard("") == {"microwave": 1, "ascites": 1, "stent": 1, "scintigraphy": 1}
    by_hand = "- Microwave: a way to heat the tumour.\n- Ascites: water.\n- Stent: a thin tube."
    assert hard(by_hand) == {"scintigraphy": 1}, "whatever the glossary says instead"
    assert "microwave" in hard("- Microwave:"), "that explains nothing"
    assert "electromagnetic" in hard("- Microwave: electromagnetic waves.")
    assert hard("- Scintigraphy: a scan.\n- Microwave: a scintigraphy scan.").keys() == {
        "ascites", "stent",
    }  # fmt: skip


def test_long_sentences_are_listed_and_points_of_a_list_are_sentences(
    library: PhraseLibrary,
) -> None:
    points = "\n".join(f"- one small point of the list {n}" for n in range(12))
    assert measured(points, library).long_sentences == ()
    long = " ".join(["word"] * 23) + "."
    assert measured(f"Short one. {long}", library).long_sentences == (long,)


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


@pytest.mark.parametrize(
    "sentence",
    [
        "This decision is provisional, not final.",
        "The plan was taken provisionally.",
        "This advice is not final yet.",
        "It still has to be confirmed, and it may change.",
        "The plan has still to be confirmed by surgery.",
        "It has not been confirmed.",
        "We will tell you as soon as it is final.",
        "We say more when it is confirmed.",
        "We will look at your case again, next meeting, for confirmation by hepatology.",
        "The plan waits until its confirmation.",
    ],
)
def test_a_sentence_that_calls_a_decision_provisional_is_found_in_its_part(sentence: str) -> None:
    texts = {"who": "The experts met.", "next": f"You come on Monday. {sentence}"}
    assert provisional_sentences(texts) == [("next", sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The decision is final.",
        "Surgery confirmed it on Monday.",
        "The illness may change.",
        "We tell you the final result.",
        "The diagnosis is confirmed.",
        "A biopsy for confirmation of the diagnosis.",
    ],
)
def test_a_sentence_that_does_not_is_left_alone(sentence: str) -> None:
    assert provisional_sentences({"next": sentence}) == []


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("The surgeon will call you today.", "today"),
        ("Tablets from next week, and a scan tomorrow.", "next week, tomorrow"),
        ("You come this Monday.", "this monday"),
        ("We talk next meeting.", "next meeting"),
        ("These are the next steps.", ""),
        ("You come on Mon 30 Nov 2026, within a week of the scan.", ""),
    ],
)
def test_words_whose_day_only_the_meeting_knew_are_found(sentence: str, words: str) -> None:
    found = relative_sentences({"who": "They met.", "next": sentence})
    assert found == ([("next", words, sentence)] if words else [])


def test_the_librarys_own_phrase_is_found_whatever_its_words() -> None:
    texts = {"who": "Nothing is settled. You can call us."}
    found = provisional_sentences(texts, "Nothing is settled. We will write again.")
    assert found == [("who", "Nothing is settled.")]


def test_each_part_of_a_draft_meets_the_target(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    for verdict in (v.key for v in board.verdicts):
        draft = compose.patient_draft(decision(board, verdict), board, library)
        parts = [(key, library.headings[key], text) for key, text in draft.items()]
        graded = rules.part_grades(parts, target=library.target_grade)
        assert len(graded) > 5
        assert not [part for part in graded if part.hard]
