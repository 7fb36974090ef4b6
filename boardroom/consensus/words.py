"""A consensus as plain text, field by field: for two versions side by side."""

from __future__ import annotations

from collections.abc import Iterable

from boardroom.boards.definition import BoardDefinition, UnknownKeyError
from boardroom.clinical.bclc import MIGRATION_REASONS
from boardroom.consensus.represent import in_words
from boardroom.consensus.rules import Content, Step

LABELS = {
    "verdict": "Verdict",
    "strength": "Agreement",
    "reclassification_reason": "What the answer to the first opinion rests on",
    "stage_migration": "Why not the stage's first option",
    "rationale": "Rationale",
    "steps": "Plan",
    "dispositions": "Options",
    "teller": "Who tells the patient",
    "tell_by": "Told by",
    "rediscuss": "Discuss again",
    "represent": "Comes back",
}


def as_text(
    content: Content, board: BoardDefinition, names: Iterable[str] = tuple(LABELS)
) -> dict[str, str]:
    """{label: text} of the named fields, in the order of `LABELS`."""
    wanted = set(names)
    return {label: _text(content, name, board) for name, label in LABELS.items() if name in wanted}


def _text(content: Content, name: str, board: BoardDefinition) -> str:
    match name:
        case "verdict":
            return word(board, "verdicts", content.verdict)
        case "strength":
            return word(board, "strengths", content.strength)
        case "reclassification_reason":
            return word(board, name + "s", content.reclassification_reason)
        case "stage_migration":
            return MIGRATION_REASONS.get(content.stage_migration, content.stage_migration)
        case "steps":
            return "\n".join(f"{n}. {step_text(s)}" for n, s in enumerate(content.steps, 1))
        case "dispositions":
            return "\n".join(
                f"{word(board, 'options', option)}: "
                f"{word(board, 'dispositions', fate.disposition) or 'left open'}"
                f"{f' ({fate.reason})' if fate.reason else ''}"
                for option, fate in content.dispositions.items()
            )
        case "represent":
            return "\n".join(in_words(content.represent))
        case "tell_by":
            return content.tell_by.isoformat() if content.tell_by else ""
        case _:
            return str(getattr(content, name))


def step_text(step: Step) -> str:
    """ "CT volumetry · Radiology · within 7 days"."""
    return " · ".join(part for part in (step.what, step.who, step.when) if part)


def word(board: BoardDefinition, vocabulary: str, key: str) -> str:
    """The board's words for a key; the key itself where the definition no longer has it."""
    if not key:
        return ""
    try:
        return board.label(vocabulary, key)
    except UnknownKeyError:
        return key
