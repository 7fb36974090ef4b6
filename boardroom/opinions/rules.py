"""What an opinion may become, what it needs, and who may see it. Pure.

**Who sees what.** A member of the board sees an opinion if it is theirs, or if it was revealed.
Nobody else sees it in any form before that: the chair and the administrator neither. A draft is its
author's alone for ever, after the reveal too. That an opinion was given, by whom and when, is open
to the board at once; a referrer learns neither and is given the board's answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.parts import Question
from boardroom.opinions.divergence import divergence as divergence  # a rule with its own file
from boardroom.refusals import IllegalTransition, Locked

LONG = 6000  # characters of the rationale
SHORT = 2000  # of "what would change my mind" and of an answer in words
LINE = 500  # of a reason

OUTSIDE = "outside_field"

Action = Literal["save", "submit", "reveal", "shift"]


@dataclass(frozen=True)
class View:
    """What one opinion says. ``stances``: option key to ``{"stance": key, "reason": text}``."""

    verdict: str = ""
    confidence: int | None = None
    rationale: str = ""
    change_mind: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    stances: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def fields_of(view: View) -> dict[str, str]:
    """A view as the form's fields, every one of them a text; see `problems` for their names."""
    fields = {
        "verdict": view.verdict,
        "confidence": "" if view.confidence is None else str(view.confidence),
        "rationale": view.rationale,
        "change_mind": view.change_mind,
    }
    for option, entry in view.stances.items():
        fields[f"stance-{option}"] = entry.get("stance", "")
        fields[f"reason-{option}"] = entry.get("reason", "")
    return fields | {f"answer-{key}": answer for key, answer in view.answers.items()}


def with_fields(view: View, fields: Mapping[str, str]) -> View:
    """The view with some of the form's fields replaced; names that it does not know are ignored.

    A confidence that is no number becomes 0, which `problems` refuses.
    """
    stances = {key: dict(entry) for key, entry in view.stances.items()}
    answers = dict(view.answers)
    plain: dict[str, Any] = {}
    for name, raw in fields.items():
        text = raw.replace("\r\n", "\n").strip()
        kind, _, key = name.partition("-")
        if name in ("verdict", "rationale", "change_mind"):
            plain[name] = text
        elif name == "confidence":
            plain[name] = (int(text) if text.isdecimal() and len(text) < 3 else 0) if text else None
        elif kind in ("stance", "reason") and key:
            stances.setdefault(key, {"stance": "", "reason": ""})[kind] = text
        elif kind == "answer" and key:
            answers[key] = text
    return replace(
        view,
        **plain,
        # A reason for no stance at all is kept while it is a draft: the stance may follow.
        stances={key: entry for key, entry in stances.items() if any(entry.values())},
        answers={key: text for key, text in answers.items() if text},
    )


def visible(*, author_id: int, status: str, viewer_id: int) -> bool:
    """Whether a member of the board sees what an opinion says; see the head of this file."""
    return author_id == viewer_id or status == "revealed"


def after(status: str | None, action: Action, *, opened: bool = False) -> str:
    """The status that an action leads to. ``status`` is None where there is no opinion yet.

    ``opened``: the case's opinions were revealed already, so that a late one is open at once.
    Raises IllegalTransition.
    """
    match status, action:
        case None | "draft", "save":
            return "draft"
        case None | "draft" | "submitted", "submit":
            return "revealed" if opened else "submitted"
        case "submitted", "reveal":
            return "revealed"
        case "revealed", "shift":
            return "revealed"
        case "submitted", "save":
            raise IllegalTransition(
                "Your opinion is submitted and sealed. To change it, submit it again."
            )
        case "submitted", "shift":
            raise IllegalTransition("Your opinion is still sealed. Submit it again instead.")
        case "revealed", "save" | "submit":
            raise IllegalTransition(
                "Your opinion is open to the board. Change it as a shift, with your reason."
            )
        case _:
            raise IllegalTransition("There is no opinion of yours to change yet.")


_DECIDED = "The board has decided this case. Its opinions stay as they were."
_CLOSED_TO_OPINIONS = {
    "discussed": (
        "The board has decided this case provisionally. Its opinions stay as they were until it is "
        "taken again."
    ),
    "draft": "This case has not been submitted to the board yet.",
    "declined": "The board declined this case.",
    "standard_of_care": "This case was treated by the standard of care, without the board.",
    "past": "This is a past visit. Opinions are given on the patient’s last round.",
}


def must_take_opinions(case_status: str) -> None:
    """Whether opinions on a case may still be given or shift.

    Raises Locked once the board has finally decided, IllegalTransition where the case is not
    before it.
    """
    if why := why_no_opinions(case_status):
        raise Locked(why) if case_status in ("decided", "followed_up") else IllegalTransition(why)


def why_no_opinions(case_status: str) -> str:
    """Why a case takes no opinions, in a sentence; nothing where it does."""
    if case_status in ("decided", "followed_up"):
        return _DECIDED
    return _CLOSED_TO_OPINIONS.get(case_status, "")


def takes_opinions(case_status: str) -> bool:
    """`must_take_opinions` as a question, for showing a button."""
    return not why_no_opinions(case_status)


def was_late(submitted_at: Any, revealed_at: Any) -> bool:
    """Whether an opinion was given after the others had been opened."""
    return submitted_at is not None and revealed_at is not None and submitted_at >= revealed_at


# --- What an opinion needs ---------------------------------------------------------------------


def with_rest_outside(view: View, board: BoardDefinition) -> View:
    """The view, with "outside my field" for every option that has no stance."""
    return with_fields(view, {f"stance-{key}": OUTSIDE for key in without_stance(view, board)})


def without_stance(view: View, board: BoardDefinition) -> list[str]:
    """Keys of the options that have no stance yet."""
    return [o.key for o in board.options if not view.stances.get(o.key, {}).get("stance")]


def problems(view: View, board: BoardDefinition, specialty: str, *, draft: bool) -> dict[str, str]:
    """What keeps a view from being saved (``draft``) or submitted: {field: message}.

    Fields are ``verdict``, ``confidence``, ``rationale``, ``change_mind``, ``stances`` (all of
    them), ``stance-OPTION``, ``reason-OPTION`` and ``answer-QUESTION``. A draft may be unfinished,
    but what it has must be of the board's vocabulary and not too long.
    """
    found: dict[str, str] = {}
    if view.verdict and view.verdict not in {v.key for v in board.verdicts}:
        found["verdict"] = "Choose one of the board's verdicts."
    if view.confidence is not None and not 1 <= view.confidence <= 5:
        found["confidence"] = "Choose a step from 1 to 5."
    for name, text, most in (
        ("rationale", view.rationale, LONG),
        ("change_mind", view.change_mind, SHORT),
    ):
        if len(text) > most:
            found[name] = f"Keep it to {most} characters; this has {len(text)}."
    found |= _stance_problems(view, board)
    found |= _answer_problems(view, board, specialty)
    if draft:
        return found
    if not view.verdict:
        found["verdict"] = "Choose your verdict."
    if view.confidence is None:
        found["confidence"] = "Say how sure you are."
    if still := without_stance(view, board):
        count = len(still)
        found["stances"] = (
            f"{board.option(still[0]).name} has no stance yet."
            if count == 1
            else f"{count} options have no stance yet. One tap puts the rest outside your field."
        )
    return found


def _stance_problems(view: View, board: BoardDefinition) -> dict[str, str]:
    found = {}
    options, stances = {o.key for o in board.options}, {s.key for s in board.stances}
    for key, entry in view.stances.items():
        if key not in options:
            found["stances"] = "One of these options is not on the board's list. Reload the page."
        elif entry.get("stance") and entry["stance"] not in stances:
            found[f"stance-{key}"] = "Choose one of the four stances."
        elif len(entry.get("reason", "")) > LINE:
            found[f"reason-{key}"] = f"Keep the reason to {LINE} characters."
    return found


def _answer_problems(view: View, board: BoardDefinition, specialty: str) -> dict[str, str]:
    asked = {q.key: q for q in questions_for(board, specialty)}
    found = {}
    for key, answer in view.answers.items():
        question = asked.get(key)
        if question is None:
            found[f"answer-{key}"] = (
                "This question is not asked of your specialty. Reload the page."
            )
        elif question.kind == "text":
            if len(answer) > SHORT:
                found[f"answer-{key}"] = f"Keep the answer to {SHORT} characters."
        elif answer not in dict(answer_choices(question)):
            found[f"answer-{key}"] = "Choose one of the answers."
    return found


def questions_for(board: BoardDefinition, specialty: str) -> tuple[Question, ...]:
    """What the board asks a specialty; nothing where the definition no longer has it."""
    return next((s.questions for s in board.specialties if s.key == specialty), ())


def answer_choices(question: Question) -> list[tuple[str, str]]:
    """(key, words) of the answers that a question offers; none for one answered in words."""
    if question.kind == "yesno":
        return [("yes", "Yes"), ("no", "No")]
    return [(choice.key, choice.name) for choice in question.choices]


# --- Shifts ------------------------------------------------------------------------------------


def changes(old: View, new: View) -> dict[str, Any]:
    """What a shift changes, each as [old, new]; empty where nothing does.

    ``verdict``, ``confidence``, ``rationale``, ``change_mind``; and by key ``stances``, ``reasons``
    and ``answers``.
    """
    found: dict[str, Any] = {}
    for name in ("verdict", "confidence", "rationale", "change_mind"):
        if getattr(old, name) != getattr(new, name):
            found[name] = [getattr(old, name), getattr(new, name)]
    maps: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
        "stances": (_part(old.stances, "stance"), _part(new.stances, "stance")),
        "reasons": (_part(old.stances, "reason"), _part(new.stances, "reason")),
        "answers": (old.answers, new.answers),
    }
    for name, (before, now) in maps.items():
        moved = {
            key: [before.get(key, ""), now.get(key, "")]
            for key in sorted({*before, *now})
            if before.get(key, "") != now.get(key, "")
        }
        if moved:
            found[name] = moved
    return found


def _part(stances: Mapping[str, Mapping[str, str]], name: str) -> dict[str, str]:
    return {key: entry.get(name, "") for key, entry in stances.items()}
