"""Letters: what is drafted from a decision, and what is open before one goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boardroom.boards.definition import BoardDefinition
from boardroom.consensus.represent import Represent
from boardroom.consensus.rules import Content, Fate
from boardroom.letters import clinical, compose, rules
from boardroom.letters.answer import beside_the_answer
from boardroom.letters.phrases import PhraseLibrary
from boardroom.letters.sentences import capital
from tests.unit.letter_samples import decision, measured


def test_every_verdict_and_option_gives_an_easy_letter_without_clinical_reasons(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    for verdict in (v.key for v in board.verdicts):
        draft = compose.patient_draft(decision(board, verdict), board, library)
        assert set(draft) == set(rules.PATIENT_SECTIONS)
        assert library.verdicts[verdict] in draft["found"]
        assert "Bilirubin" not in "".join(draft.values())
        assert rules.placeholders(draft.values()) == [
            "[what was asked, in plain words]",
            "[telephone number]",
        ]
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


def test_the_letters_agree_with_the_record_and_say_beside_it_who_thought_otherwise(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one, tone = decision(board, "resectable"), library.tone
    stated = replace(one.content, strength="unanimous")
    agreed = replace(
        one,
        content=stated,
        signatures=(compose.Signature("surgery", "agree"),),
        views=(compose.View("surgery", "resectable", {"ablation": ("prefer", "")}),),
    )
    opposed = replace(agreed, views=one.views)  # oncology advises against what is chosen
    twice = replace(opposed, views=(*one.views, replace(one.views[1], specialty="hepatology")))
    late = replace(opposed, views=(one.views[0], replace(one.views[1], last_word=True)))
    reserved = replace(agreed, signatures=(compose.Signature("oncology", "reservation", "If"),))
    dissent = replace(opposed, signatures=one.signatures)
    against = "In the opinions given before the decision, {} advised against what was chosen"
    for case, words, clinical_words in (
        (agreed, tone.agreed, ""),
        (replace(agreed, signatures=()), tone.agreed_together, ""),
        (opposed, f"{tone.agreed_together} {tone.one_against_before}",
         f"{against.format('Oncology')}: ablation."),
        (late, f"{tone.agreed_together} One specialist saw it otherwise.",
         f"{against.format('Oncology')}: ablation."),
        (twice, tone.some_against_before, against.format("Oncology and Hepatology")),
        (reserved, f"{tone.agreed_together} {tone.one_reserved}",
         "Oncology signed with a reservation."),
        (dissent, f"{tone.agreed_together} {tone.one_dissents}", "Oncology dissented."),
    ):  # fmt: skip
        found = compose.patient_draft(case, board, library)["found"]
        consensus = clinical.referrer_draft(case, board, library)["consensus"]
        assert words in found
        assert clinical_words in consensus
        assert "recorded as unanimous" in consensus
        assert not any(word in found + consensus for word in ("majority", "Most of", tone.majority))
        assert (tone.agreed in found) == (case is agreed), "not without condition"
        assert measured(found, library).easy
        assert measured(found, library).hard_words == ()
    majority = replace(agreed, content=replace(stated, strength="majority"))
    assert tone.majority in compose.patient_draft(majority, board, library)["found"]
    consensus = clinical.referrer_draft(majority, board, library)["consensus"]
    assert library.clinical["majority"] in consensus


def test_two_of_one_specialty_who_differ_are_counted(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    def view(specialty: str, verdict: str, stance: str) -> compose.View:
        return compose.View(specialty, verdict, {"ablation": (stance, "")})

    one = replace(
        decision(board, "ablatable"),
        views=(
            view("oncology", "ablatable", "prefer"),
            view("oncology", "convertible", "advise_against"),
            view("surgery", "ablatable", "prefer"),
            view("surgery", "ablatable", "prefer"),
            view("hepatology", "", "prefer"),
            view("hepatology", "ablatable", "outside_field"),
        ),
    )
    panel = clinical.referrer_draft(one, board, library)["panel"]
    assert "- Prefer: Oncology (one of two), Surgery and Hepatology\n" in panel
    assert "- Advise against: Oncology (one of two)" in panel
    assert "- Ablatable, by Oncology (one of two), Surgery and Hepatology\n" in panel


def test_the_clinical_letter_says_why_the_option_is_not_the_stages_first(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "ablatable")
    why = replace(one, content=replace(one.content, stage_migration="comorbidity"))
    consensus = clinical.referrer_draft(why, board, library)["consensus"]
    assert "Not the stage's first option: comorbidity." in consensus
    assert "first option" not in clinical.referrer_draft(one, board, library)["consensus"]


def test_who_confirmed_a_decision_since_stands_with_the_sign_offs() -> None:
    said = "Confirmed on Thu 26 Nov 2026 by Hepatology (Dr Invented): Agreed"
    head = clinical.SIGN_OFFS
    panel = f"Verdicts:\n- One\n\n{head}\n- Agreed: Surgery\n\nBy hand."
    found = clinical.with_confirmations(panel, [said])
    assert found == f"Verdicts:\n- One\n\n{head}\n- Agreed: Surgery\n- {said}\n\nBy hand."
    assert clinical.with_confirmations(found, [said]) == found, "once"
    assert clinical.with_confirmations(panel, []) == panel
    alone = f"{head}\n- {said}"
    assert clinical.with_confirmations("By hand.", [said]) == f"By hand.\n\n{alone}"
    for nothing in (clinical.NOTHING_RECORDED, ""):
        assert clinical.with_confirmations(nothing, [said]) == alone


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
    assert "The panel shares the aim of the assessment of the clinic, St Example" in consensus
    assert "confirms" not in consensus


def test_the_same_answer_for_another_reason_is_confirmed_and_says_so(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "unresectable_biology", first="unresectable_remnant")
    assert one.outcome == "confirmed"
    draft = compose.patient_draft(one, board, library)
    assert library.tone.another_reason in draft["found"]
    assert library.reclassification["confirmed"] not in draft["found"]
    assert library.tone.unchanged_is_worth in draft["found"], "it is worth as much"
    assert measured(draft["found"], library).easy
    consensus = clinical.referrer_draft(one, board, library)["consensus"]
    assert (
        "the same answer for another reason than the assessment of the clinic, St Example."
        in consensus
    )
    assert "confirms" not in consensus
    told = beside_the_answer(
        "unresectable_remnant", "unresectable_biology", board, theirs=True, by="", again=False
    )
    assert told.compared == "The first opinion is confirmed, for another reason."


@pytest.mark.parametrize(
    ("plan", "answered"),
    [
        ("TACE every eight weeks", True),
        ("tace", True),
        ("Transarterial chemoembolisation", True),
        ("Stacel trial", False),
        ("", False),
    ],
)
def test_what_was_planned_first_is_answered_though_the_board_did_not_weigh_it(
    board: BoardDefinition, library: PhraseLibrary, plan: str, answered: bool
) -> None:
    one = decision(board, "ablatable", first_plan=plan)
    fates = {**one.content.dispositions, "tace": Fate("not_applicable", "")}
    one = replace(one, content=replace(one.content, dispositions=fates))
    considered = compose.patient_draft(one, board, library)["considered"]
    assert (capital(library.options["tace"].plain) in considered) is answered


def test_a_first_plan_that_the_board_chose_is_no_way_that_it_does_not_advise(
    board: BoardDefinition, library: PhraseLibrary
) -> None:
    one = decision(board, "ablatable", first_plan="Ablation, then TACE")
    considered = compose.patient_draft(one, board, library)["considered"]
    assert capital(library.options["ablation"].plain) not in considered
    assert considered.count(capital(library.options["tace"].plain)) == 1


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
    assert "Ablatable, by Surgery" in draft["panel"]
    assert "Convertible (resectable after down-staging), by Oncology" in draft["panel"]
    assert "Advise against: Oncology (Too large)" in draft["panel"]
    assert draft["dissent"] == (
        "- Oncology: Systemic first. To be opened again if: AFP rises above 400."
    )
    assert "Resection: rejected. Bilirubin 2.6 mg/dL." in draft["options"]
    assert "Systemic therapy: If it grows." in draft["change"]
    assert "AFP rises above 400" in draft["change"]
    assert "Resection (Surgery, within 4 weeks)" in draft["plan"]
    assert "With MRI after 4 weeks." in draft["again"]


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


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("Interventional radiology", "with doctors who treat through a needle or a thin tube"),
        ("Transplant surgery and hepatology", "with doctors who transplant livers and liver doct"),
        ("Dr Ann Invented", "with Dr Ann Invented"),
        ("Radiology, St Example General", "with Radiology, St Example General"),
    ],
)
def test_who_does_a_step_is_told_in_plain_words_where_only_fields_are_named(
    board: BoardDefinition, library: PhraseLibrary, who: str, told: str
) -> None:
    one = decision(board, "ablatable")
    step = replace(one.content.steps[0], who=who, when="")
    one = replace(one, content=replace(one.content, steps=(step,)))
    assert told in compose.patient_draft(one, board, library)["next"]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("The hepatologist", "One of our liver doctors will talk with you"),
        ("The surgeon", "The surgeon will talk with you"),
        ("Dr Ann Invented", "Dr Ann Invented will talk with you"),
        ("The family doctor", "The family doctor will talk with you"),
    ],
)
def test_who_tells_the_patient_is_named_in_a_word_that_is_easy(
    board: BoardDefinition, library: PhraseLibrary, named: str, told: str
) -> None:
    one = replace(decision(board, "ablatable"), teller=named)
    assert told in compose.patient_draft(one, board, library)["next"]


def test_nobody_explains_their_own_words_to_the_patient(library: PhraseLibrary) -> None:
    asked = "What of my granddaughter’s encephalopathy and the portosystemic ablation?"
    text = f"You asked: “{asked}”\nThe portosystemic way is safe."
    assert [hard.word for hard in measured(text, library, own=[asked]).hard_words] == []
    assert [hard.word for hard in measured(text, library).hard_words] == [
        "ablation", "encephalopathy", "granddaughter’s", "portosystemic",
    ]  # fmt: skip
