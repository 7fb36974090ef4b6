"""A draft says what the record bears and no more: whose, when, how far, and what was asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boardroom.boards.definition import BoardDefinition
from boardroom.consensus.rules import Fate, Step
from boardroom.letters import answer, clinical, compose
from boardroom.letters.phrases import PhraseLibrary
from boardroom.letters.wording import is_of, step_line, with_article
from tests.unit.letter_samples import decision, measured


def fates(case: compose.Decision, **became: str) -> compose.Decision:
    chosen = {key: Fate(what, "Recorded.") for key, what in became.items()}
    return replace(case, content=replace(case.content, dispositions=chosen))


def test_a_steps_own_words_on_time_win_and_who_does_it_is_kept(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    steps = tuple(Step(s.text, s.who, f"Within {s.within_days} days") for s in board.plan_steps)
    one = decision(board, "convertible")
    one = replace(one, content=replace(one.content, steps=steps))
    plan = compose.patient_draft(one, board, library)["next"]
    assert (
        "- A blood vessel of the liver is closed, so that the healthy side can grow: "
        "within 14 days, with doctors who treat through a needle or a thin tube. "
        "After 4 weeks we measure again." in plan
    )
    for line in plan.splitlines():
        assert not ("weeks" in line.split("within")[0] and "within" in line), line


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (("CT after 4 weeks", "Radiology", "after 4 weeks"), "CT after 4 weeks: with Radiology."),
        (("Embolisation, CT after 3 weeks", "Dr Invented", "within 14 days, if it is not spread"),
         "Embolisation, CT after 3 weeks: within 14 days, if it is not spread, with Dr Invented."),
        (("Capecitabine for six months", "Oncology", "from 8 weeks after the operation"),
         "Capecitabine for six months: from 8 weeks after the operation, with Oncology."),
        (("A talk in clinic", "The surgeon", "within 7 days"),
         "A talk in clinic: within 7 days, with the surgeon."),
        (("You begin. After 8 weeks a scan", "Oncology", "soon"),
         "You begin: soon, with Oncology. After 8 weeks a scan."),
        (("A talk", "", ""), "A talk."),
    ],
)  # fmt: skip
def test_when_and_who_stand_with_what_is_done_first(step: tuple[str, str, str], line: str) -> None:
    assert step_line(*step) == line


def test_only_a_step_of_the_board_displaces_the_time_and_nothing_a_condition() -> None:
    when = "within 14 days, if staging is negative"
    begins, lasts = "In 8 weeks you have a scan", "You take the tablets for six months"
    assert step_line(begins, "", "within 14 days", plain=True) == f"{begins}."
    assert step_line(begins, "", when, plain=True) == f"{begins}: if staging is negative."
    assert step_line(lasts, "", when, plain=True) == f"{lasts}: {when}."
    later = "A vessel is closed, and in 3 weeks we measure"
    assert step_line(later, "", when, plain=True) == f"{later}: {when}."


def test_a_first_opinion_that_left_it_open_is_answered_and_not_called_uncomparable(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    yet = library.reclassification["undetermined"]
    found = compose.patient_draft(
        decision(board, "resectable", first="undetermined"), board, library
    )["found"]
    assert "The first view had left this open. We can say more now." in found
    assert yet not in found
    for first in ("undetermined", "resectable"):
        one = decision(board, "undetermined", first=first)
        assert yet in compose.patient_draft(one, board, library)["found"]
    unknown = decision(board, "resectable", first="no_longer_a_word")
    found = compose.patient_draft(unknown, board, library)["found"]
    assert "first view" not in found
    assert yet not in found


def test_where_it_is_left_open_the_next_steps_are_for_knowing_more(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = fates(decision(board, "undetermined"), ablation="rejected")
    suggested = compose.patient_draft(one, board, library)["suggest"]
    assert suggested.startswith(
        "We have to know more before we can suggest a treatment to you. "
        "The next steps in this letter are for that.\n\nYou decide with us."
    )
    assert measured(suggested, library).easy
    assert measured(suggested, library).hard_words == ()
    no_plan = replace(one, content=replace(one.content, steps=()))
    suggested = compose.patient_draft(no_plan, board, library)["suggest"]
    assert "know more" in suggested
    assert "next steps" not in suggested
    for case in (
        fates(decision(board, "undetermined"), surveillance="chosen"),
        fates(decision(board, "resectable"), ablation="rejected"),
    ):
        assert "know more" not in compose.patient_draft(case, board, library)["suggest"]


def test_no_phrase_promises_or_blames(board: BoardDefinition, library: PhraseLibrary) -> None:
    texts = [
        *library.verdicts.values(), *library.verdicts_with_treatment.values(),
        *library.reclassification.values(), *library.reclassification_reasons.values(),
        *library.steps.values(), *library.plain_words.values(),
        *(option.what for option in library.options.values()),
    ]  # fmt: skip
    for text in texts:
        for word in (
            "cure", "did something wrong", "the tumour can be taken out.", "will be",
            "grows again", "Heat then destroys", "helps your body", "You feel nothing",
        ):  # fmt: skip
            assert word not in text.replace("most often grows again", ""), text
    assert "most often grows again" in library.options["resection"].what
    for option in library.options.values():
        assert measured(option.what, library).hard_words == ()


@pytest.mark.parametrize(
    ("verdict", "became", "said", "unsaid"),
    [
        ("resectable", {"remnant_growth": "chosen", "resection": "rejected"}, "", "An operation"),
        ("resectable", {"resection": "chosen", "remnant_growth": "rejected"}, "", "then an op"),
        ("convertible", {"systemic": "chosen", "resection": "rejected"},
         "- An operation at once.", "take the tumour out"),
        ("transplantable", {"tace": "chosen", "transplant": "rejected"},
         "- A new liver (a transplant) at once.", "(a transplant)."),
        ("unresectable_biology", {"systemic": "chosen", "resection": "rejected"},
         "- An operation to take the tumour out.", "at once"),
    ],
)  # fmt: skip
def test_a_part_of_the_chosen_way_is_not_called_unadvised(
    board: BoardDefinition,
    library: PhraseLibrary,
    verdict: str,
    became: dict[str, str],
    said: str,
    unsaid: str,
) -> None:
    one = fates(decision(board, verdict), **became)
    considered = compose.patient_draft(one, board, library)["considered"]
    assert said in considered
    assert unsaid not in considered
    if not said:
        assert considered == "", "nothing is left to say"


@pytest.mark.parametrize(
    ("scans", "said"),
    [
        ("seen", "They looked at your scans and your test results."),
        ("reports", "They read the reports of your scans and looked at your test results."),
        ("", "They looked at your test results."),
    ],
)
def test_scans_were_looked_at_only_where_they_were_seen(
    board: BoardDefinition, library: PhraseLibrary, scans: compose.Scans, said: str
) -> None:
    who = compose.patient_draft(decision(board, "resectable", scans=scans), board, library)["who"]
    assert f". {said} These experts" in who
    for text in library.reclassification_reasons.values():
        assert "scans" not in text, "said whether or not they were seen"


def test_no_second_group_that_looked_apart_is_claimed(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "unresectable_biology")
    said = " ".join(compose.patient_draft(one, board, library).values())
    assert "We knew the first view, and we thought about each way again." in said
    for phrase in ("Two groups", "apart from each other", "second group"):
        assert phrase not in said


def test_the_confirmed_assessment_is_named_by_whose_it_was(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "resectable", first="resectable", first_by="Liver clinic, Sampleton")
    other = clinical.referrer_draft(one, board, library)["consensus"]
    assert "The panel confirms the assessment of the liver clinic, Sampleton." in other
    way = decision(board, "ablatable", first="resectable", first_by="Liver clinic, Sampleton")
    assert (
        "The panel shares the aim of the assessment of the liver clinic, Sampleton, and suggests"
        in clinical.referrer_draft(way, board, library)["consensus"]
    )
    theirs = replace(one, first_is_addressees=True)
    assert (
        "The panel confirms your assessment."
        in (clinical.referrer_draft(theirs, board, library)["consensus"])
    )
    unsaid = replace(one, first_by="")
    assert (
        "confirms the first assessment."
        in (clinical.referrer_draft(unsaid, board, library)["consensus"])
    )


@pytest.mark.parametrize(
    ("by", "hospital", "name", "theirs"),
    [
        ("Liver clinic, St Example", "St Example", "", True),
        ("st example", "St Example", "", True),
        ("The clinic of St Example", "St Example", "", True),
        ("Dr Ann Invented", "St Example", "Prof Ann Invented", True),
        ("Liver clinic, Sampleton", "St Example", "Dr Ann Invented", False),
        ("St Example North", "St Example", "", False),
        ("", "St Example", "", False),
        ("Liver clinic", "", "", False),
    ],
)
def test_whether_the_first_opinion_was_the_referrers_own(
    by: str, hospital: str, name: str, theirs: bool
) -> None:
    assert is_of(by, hospital, name) is theirs


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("Surgical clinic, St Example", "the surgical clinic, St Example"),
        ("Clinic, St Example", "the clinic, St Example"),
        ("The tumour board of Sampleton", "the tumour board of Sampleton"),
        ("St Example", "St Example"),
        ("Dr Ann Invented, liver clinic", "Dr Ann Invented, liver clinic"),
        ("HPB unit, Sampleton", "the HPB unit, Sampleton"),
        ("", ""),
    ],
)
def test_a_place_is_named_with_its_article(by: str, said: str) -> None:
    assert with_article(by) == said


def test_who_told_first_is_named_in_a_whole_sentence(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "resectable", first_by="Surgical clinic, St Example")
    asked = compose.patient_draft(one, board, library)["asked"]
    assert "You were first told by the surgical clinic, St Example, on Wed 21 Oct 2026" in asked


@pytest.mark.parametrize(
    ("first", "ours", "compared"),
    [
        ("undetermined", "resectable", "The first opinion had left it open."),
        ("resectable", "undetermined", "It cannot be compared with the first opinion yet."),
        ("resectable", "resectable", "The first opinion is confirmed."),
        ("resectable", "ablatable", "Same aim, another way."),
        ("", "resectable", ""),
    ],
)
def test_the_answers_page_says_whose_first_opinion_it_was_and_what_became_of_it(
    board: BoardDefinition, first: str, ours: str, compared: str
) -> None:
    found = answer.beside_the_answer(
        first, ours, board, theirs=False, by="Liver clinic, Sampleton", again=False
    )
    assert found == answer.FirstOpinion("First opinion, Liver clinic, Sampleton", compared)
    own = answer.beside_the_answer(first, ours, board, theirs=True, by="St Example", again=True)
    assert own == answer.FirstOpinion("Your first opinion", "")


def test_a_fallback_is_worded_for_every_condition(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    considered = compose.patient_draft(decision(board, "ablatable"), board, library)["considered"]
    assert (
        "Another way would be medicine that works in the whole body, if things change."
        in considered
    )
    change = clinical.referrer_draft(decision(board, "ablatable"), board, library)["change"]
    assert "Fallback:\n- Systemic therapy: If it grows." in change


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Can the tumour be taken out?", "“Can the tumour be taken out?”"),
        ("Resectable after portal vein embolisation?", "[what was asked, in plain words]"),
        ("Is it TACE or not?", "[what was asked, in plain words]"),
        (" ", "[what was asked, in plain words]"),
    ],
)
def test_the_question_is_told_in_plain_words_or_left_to_be_filled_in(
    board: BoardDefinition, library: PhraseLibrary, question: str, said: str
) -> None:
    asked = compose.patient_draft(decision(board, "resectable", question=question), board, library)[
        "asked"
    ]
    assert f"The question to us was: {said}" in asked


def test_a_passed_day_is_not_promised_to_the_colleague(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "resectable")
    plan = clinical.referrer_draft(one, board, library)["plan"]
    assert "The patient is told by the surgeon by Sat 21 Nov 2026." in plan
    late = clinical.referrer_draft(replace(one, tell_by_is_past=True), board, library)["plan"]
    assert "The patient is told by the surgeon." in late


def test_the_next_look_and_the_explained_words_read_as_sentences(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "resectable")
    one = replace(one, content=replace(one.content, rediscuss="Every three months on the list"))
    said = "We will look at your case again, every three months on the list."
    assert said in compose.patient_draft(one, board, library)["next"]
    explained = compose.explained(["The portal vein is closed. FOLFIRI and mFOLFOX6."], library)
    assert "- Portal vein: the large blood vessel that leads to the liver." in explained
    assert "- FOLFIRI: three medicines" in explained
    assert "- Portal: " not in explained
    regimens = "FOLFOX FOLFIRI FOLFOXIRI FOLFIRINOX CAPOX oxaliplatin cetuximab nivolumab"
    for regimen in regimens.split():
        assert regimen in library.plain_words


def test_the_clinical_letter_says_does_not_apply_as_the_board_does(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "ablatable")
    became = {"ablation": Fate("chosen", ""), "trial": Fate("not_applicable", "")}
    one = replace(one, content=replace(one.content, dispositions=became))
    options = clinical.referrer_draft(one, board, library)["options"]
    assert "- Does not apply: " in options
    assert "Not applicable" not in options
