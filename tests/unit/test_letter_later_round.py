"""The letters of a later round speak of the round before, from the record alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boardroom.boards.definition import BoardDefinition
from boardroom.letters import clinical, compose
from boardroom.letters.again import Earlier, Given
from boardroom.letters.phrases import PhraseLibrary
from tests.unit.letter_samples import decision, measured

EARLIER = Earlier(
    code="BR-0001",
    on="Tue 1 Sep 2026",
    kind="condition",
    reason="4 cycles of treatment are given.",
    verdict="convertible",
    chosen=("systemic",),
    given=(Given("Mon 5 Oct 2026", "Systemic therapy: FOLFOX", "systemic"),),
    changes=("AFP: 2140 ng/mL then, 312 ng/mL now (5 Oct 2026)",),
    patient_letter_on="Thu 3 Sep 2026",
    referrer_letter_on="Wed 2 Sep 2026",
)


def asked(earlier: Earlier | None, board: BoardDefinition, library: PhraseLibrary) -> str:
    one = decision(board, "ablatable", earlier=earlier)
    return compose.patient_draft(one, board, library)["asked"]


def test_the_patient_reads_calmly_of_the_first_look_and_what_is_different(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    text = asked(EARLIER, board, library)
    assert (
        "This letter is about a new look at your case. Our team looked at it before, on "
        "Tue 1 Sep 2026. At that time we suggested medicine that works in the whole body. "
        "Our letter of Thu 3 Sep 2026 told you what we thought then. This letter tells you what "
        "we think now. We had planned to look again. 4 cycles of treatment are given.\n\n"
        "Since then you have had:\n- Medicine that works in the whole body, Mon 5 Oct 2026.\n\n"
        "There are new test results since then, and we looked at them. "
        "What we suggest now is not the same as at that time."
    ) in text
    assert "FOLFOX" not in text, "no detail of the record by itself"
    assert "2140" not in text
    assert "new look" not in asked(None, board, library)


@pytest.mark.parametrize("kind", ["condition", "dissent", "by_hand"])
def test_it_reads_easily_whatever_was_suggested_and_why_ever_it_is_back(
    board: BoardDefinition, library: PhraseLibrary, kind: str
) -> None:
    for option in board.options:
        given = (Given("Mon 5 Oct 2026", option.name, option.key),)
        earlier = replace(EARLIER, kind=kind, chosen=(option.key,), given=given)
        one = decision(board, "ablatable", earlier=earlier)
        draft = compose.patient_draft(one, board, library)
        reads = measured("\n".join(draft.values()), library)
        assert reads.easy, (option.key, reads)
        assert not reads.long_sentences


def test_a_value_that_was_waited_for_is_told_in_a_sentence_to_the_patient(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    def because(reason: str) -> str:
        return asked(replace(EARLIER, reason=reason), board, library)

    text = because("3 months have passed since the decision. AFP is 90.5 ng/mL, under 100 ng/mL.")
    assert (
        "3 months have passed since the decision. Your blood test AFP has changed: it was "
        "90.5 ng/mL. We had planned to look when it is under 100 ng/mL.\n" in text
    )
    assert "AFP is 90" not in text
    volume = because("Future liver remnant is 900 mL, over 800 mL.")
    assert "A test result has changed. Future liver remnant was 900 mL." in volume
    assert "We had planned to look again." in because("")


def test_a_value_that_was_mistyped_is_told_as_such(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    back = replace(EARLIER, reason="AFP is 90.5 ng/mL, under 100 ng/mL.", changes=())
    wrong = replace(back, mistyped_on="Thu 26 Nov 2026")
    later = "Later we saw that this result had been typed in wrongly."
    assert later not in asked(back, board, library)
    assert f"under 100 ng/mL. {later}" in asked(wrong, board, library)
    one = decision(board, "ablatable", earlier=wrong)
    assert (
        "AFP is 90.5 ng/mL, under 100 ng/mL. The value it came back by was marked as mistyped on "
        "Thu 26 Nov 2026."
    ) in clinical.referrer_draft(one, board, library)["question"]
    assert measured(asked(wrong, board, library), library).easy


def test_several_ways_suggested_then_stand_in_a_list(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    text = asked(replace(EARLIER, chosen=("remnant_growth", "tace")), board, library)
    assert (
        "on Tue 1 Sep 2026. At that time we suggested:\n"
        "- Making the healthy part of the liver grow, then an operation.\n"
        "- Medicine put straight into the tumour through its blood vessel (TACE).\n\n"
        "Our letter of Thu 3 Sep 2026 told you" in text
    )
    assert "operation and medicine" not in text


def test_a_dissents_words_stay_between_colleagues(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    reason = "Surgery dissented; to be reopened if: it grows. Met: it grew"
    dissent = replace(EARLIER, kind="dissent", reason=reason)
    text = asked(dissent, board, library)
    assert "One of the experts had asked to look again if something changed, and it has." in text
    assert "Surgery" not in text
    one = decision(board, "ablatable", earlier=dissent)
    assert f"{reason}." in clinical.referrer_draft(one, board, library)["question"]


def test_where_nothing_was_chosen_the_verdict_of_then_stands(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    bare = replace(EARLIER, chosen=(), given=(), changes=(), patient_letter_on="")
    text = asked(bare, board, library)
    one = decision(board, "ablatable", earlier=bare)
    assert (
        library.earlier_verdicts["convertible"]
        in (compose.patient_draft(one, board, library)["found"])
    )
    for phrase in ("At that time", "Our letter of", "Since then", "What we suggest"):
        assert phrase not in text


def test_the_same_suggestion_is_said_to_be_the_same(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    same = replace(EARLIER, chosen=("ablation",))
    assert "What we suggest has not changed." in asked(same, board, library)


def test_the_colleague_reads_round_verdict_reason_treatment_and_values(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "ablatable", earlier=EARLIER)
    verdict = board.label("verdicts", "convertible")
    assert clinical.referrer_draft(one, board, library)["question"].endswith(
        "This is a new discussion. The board discussed the case before, as BR-0001, on "
        f"Tue 1 Sep 2026. Its verdict then: {verdict}. Chosen then: systemic therapy. "
        "Our letter of Wed 2 Sep 2026 told you of it. It came back as planned. "
        "4 cycles of treatment are given.\n\n"
        "Treated since:\n- Systemic therapy: FOLFOX, Mon 5 Oct 2026\n\n"
        "Changed since:\n- AFP: 2140 ng/mL then, 312 ng/mL now (5 Oct 2026)"
    )


def test_a_later_round_is_compared_with_the_boards_own_decision_and_not_with_the_first_opinion(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    for first in ("ablatable", "resectable", "unresectable_remnant", "undetermined"):
        one = decision(board, "ablatable", first=first, earlier=EARLIER)
        one = replace(one, content=replace(one.content, reclassification_reason="new_findings"))
        patient = compose.patient_draft(one, board, library)
        assert patient["found"].startswith(
            "You have a cancer that began in the liver. "
            "When we looked before, we thought that an operation may become possible after "
            "treatment."
        )
        assert (
            "Our view now is not the same as at that time. There are new test results since then."
            in patient["found"]
        )
        letter = clinical.referrer_draft(one, board, library)
        assert letter["question"].startswith("This patient's case came back to the board")
        verdict = board.label("verdicts", "convertible")
        assert (
            f"The board's own verdict of Tue 1 Sep 2026 was another: {verdict}. Reason: "
            in letter["consensus"]
        )
        said = " ".join([*patient.values(), *letter.values()])
        for phrase in (
            "first view", "the first one", "second", "You were first told", "irst opinion",
            "You were told before", "We were asked to look", "your assessment", "for referring",
        ):  # fmt: skip
            assert phrase not in said, (first, phrase)


def test_the_same_verdict_as_before_and_one_that_was_open_before_are_said_so(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    same = replace(EARLIER, verdict="ablatable")
    one = decision(board, "ablatable", earlier=same)
    assert (
        "Our view now is the same as at that time."
        in (compose.patient_draft(one, board, library)["found"])
    )
    assert (
        "The verdict is the same as the board's own of Tue 1 Sep 2026."
        in (clinical.referrer_draft(one, board, library)["consensus"])
    )
    unsaid = decision(board, "ablatable", earlier=replace(EARLIER, verdict="undetermined"))
    found = compose.patient_draft(unsaid, board, library)["found"]
    assert "we could not say yet which way was best" in found
    assert "We can say more now than at that time." in found
    reads = measured(found, library)
    assert reads.easy
    assert not reads.hard_words
