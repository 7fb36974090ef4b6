"""An invented decision for the tests of the letters, and how a letter's text reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from boardroom.boards.definition import BoardDefinition, load_boards
from boardroom.boards.reclassification import reclassify
from boardroom.consensus.rules import Content, Fate, Step
from boardroom.letters import compose, rules
from boardroom.letters.phrases import PhraseLibrary

CONFIG = Path(__file__).parents[2] / "config"
BOARDS = load_boards(CONFIG / "boards")


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


def measured(text: str, library: PhraseLibrary, own: Sequence[str] = ()) -> rules.Readability:
    return rules.readability(
        text,
        target=library.target_grade,
        longest=library.longest_sentence,
        glossary={t.term: t.plain for t in library.glossary},
        known=library.easy,
        names=["St Example"],
        own=own,
    )
