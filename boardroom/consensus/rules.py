"""When a consensus is complete, and how it stands to the first opinion. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from boardroom.boards.definition import BoardDefinition, UnknownKeyError

Outcome = Literal["upgraded", "confirmed", "downgraded", "undetermined"]

MOST_STEPS = 12


@dataclass(frozen=True)
class Step:
    """One step of the plan."""

    what: str
    who: str = ""
    when: str = ""


@dataclass(frozen=True)
class Fate:
    """What became of one option. An empty `disposition`: nothing was said yet."""

    disposition: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Content:
    """What a consensus says at one version, in the board’s keys; empty before the first save."""

    version: int = 0
    verdict: str = ""
    rationale: str = ""
    strength: str = ""
    steps: tuple[Step, ...] = ()
    dispositions: Mapping[str, Fate] = field(default_factory=dict)
    teller: str = ""
    tell_by: dt.date | None = None
    rediscuss: str = ""
    reclassification_reason: str = ""
    stage_migration: str = ""


def content_of(consensus: Any | None) -> Content:
    """A row of the consensus table as a value; the empty content for None."""
    if consensus is None:
        return Content()
    if isinstance(consensus, Content):
        return consensus
    return Content(
        version=consensus.version,
        verdict=consensus.verdict,
        rationale=consensus.rationale,
        strength=consensus.strength,
        steps=tuple(
            Step(str(s.get("what", "")), str(s.get("who", "")), str(s.get("when", "")))
            for s in consensus.steps
        ),
        dispositions={
            option: Fate(str(f.get("disposition", "")), str(f.get("reason", "")))
            for option, f in consensus.dispositions.items()
        },
        teller=consensus.teller,
        tell_by=consensus.tell_by,
        rediscuss=consensus.rediscuss,
        reclassification_reason=consensus.reclassification_reason,
        stage_migration=consensus.stage_migration,
    )


def open_points(
    consensus: Any | None,
    sign_offs: Iterable[Any],
    board: BoardDefinition,
    *,
    present: Collection[str] | None = None,
    people: int | None = None,
) -> list[str]:
    """What still stands between a consensus and a final decision, one sentence each.

    `consensus`: a `Content` or a row of the table. `sign_offs`: rows, or anything with a
    `specialty`, a `consensus_version` and perhaps a `kind`. `present`: keys of the specialties with
    a vote in the room; None leaves quorum aside. `people`: how many they are, where that is known.
    """
    content = content_of(consensus)
    points = _content_points(content, board)
    points += _signature_points(content, board, present, list(sign_offs))
    if present is not None:
        points += quorum_points(board, present, people)
    return points


def final_possible(points: Sequence[str]) -> bool:
    """A decision is final only when nothing is left open; otherwise it is provisional."""
    return not points


def _content_points(content: Content, board: BoardDefinition) -> list[str]:
    points = []
    if not content.verdict:
        points.append("The board’s verdict is missing.")
    left_open = [
        o.name for o in board.options if not content.dispositions.get(o.key, Fate()).disposition
    ]
    if left_open:
        what = (
            "Every option is"
            if len(left_open) == len(board.options)
            else _and(left_open) + (" is" if len(left_open) == 1 else " are")
        )
        points.append(f"{what} left open.")
    for disposition in board.dispositions:
        if not disposition.needs_reason:
            continue
        bare = [
            o.name
            for o in board.options
            if (fate := content.dispositions.get(o.key)) is not None
            and fate.disposition == disposition.key
            and not fate.reason
        ]
        if bare:
            points.append(f"{disposition.name} without a reason: {_and(bare)}.")
    # Without agreement there may be nothing to choose; the plan then says how the board goes on.
    chosen = any(f.disposition == "chosen" for f in content.dispositions.values())
    if not chosen and content.strength != "none_reached":
        points.append("No option is chosen.")
    if not content.steps:
        points.append("The plan has no step.")
    for number, step in enumerate(content.steps, 1):
        if not step.what:
            points.append(f"Step {number} of the plan does not say what is done.")
    if not content.strength:
        points.append("How strongly the board agrees is missing.")
    if not content.teller:
        points.append("Nobody is named to tell the patient.")
    if content.tell_by is None:
        points.append("The day by which the patient is told is missing.")
    return points


def _signature_points(
    content: Content,
    board: BoardDefinition,
    present: Collection[str] | None,
    sign_offs: list[Any],
) -> list[str]:
    if board.sign_off.required_of == "nobody":
        return []
    needed = [s.key for s in board.core]
    if board.sign_off.required_of == "core_present" and present is not None:
        absent = board.quorum_missing(present)
        needed = [key for key in needed if key not in absent]
    unsigned, outdated = [], []
    for key in needed:
        # A deputy can sign where a deputy counts towards quorum.
        signs_for = {key}
        if board.quorum.deputies_count:
            signs_for |= {s.key for s in board.specialties if key in s.deputy_for}
        theirs = [s for s in sign_offs if s.specialty in signs_for]
        name = board.specialty(key).name
        if not theirs:
            unsigned.append(name)
        elif all(s.consensus_version != content.version for s in theirs):
            outdated.append(name)
    points = []
    against = [s for s in sign_offs if getattr(s, "kind", "") == "dissent"]
    if content.strength == "unanimous" and against:
        names = _and(sorted({board.specialty(s.specialty).name for s in against}))
        dissent = "dissents" if len({s.specialty for s in against}) == 1 else "dissent"
        points.append(f"The agreement is written as unanimous, but {names} {dissent}.")
    if unsigned:
        points.append(f"Not signed off by {_and(unsigned)}.")
    if outdated:
        points.append(f"Changed since {_and(outdated)} signed off.")
    return points


def quorum_points(
    board: BoardDefinition, present: Collection[str], people: int | None = None
) -> list[str]:
    """What is missing of the quorum, one sentence each; see `open_points`."""
    points = []
    missing = board.quorum_missing(present)
    if missing:
        names = _and([board.specialty(key).name for key in missing])
        points.append(f"Without quorum: {names} {'is' if len(missing) == 1 else 'are'} missing.")
    if people is not None and people < board.quorum.minimum_people:
        points.append(
            f"Without quorum: {people} of at least {board.quorum.minimum_people} people with a "
            "vote are here."
        )
    return points


def reclassification(first_verdict: str, verdict: str, board: BoardDefinition) -> Outcome | None:
    """The board's verdict against the first opinion's, by their ranks. None before there is one."""
    if not verdict:
        return None
    first, ours = _rank(first_verdict, board), _rank(verdict, board)
    if first is None or ours is None:
        return "undetermined"
    if ours == first:
        return "confirmed"
    return "upgraded" if ours > first else "downgraded"


def _rank(verdict: str, board: BoardDefinition) -> int | None:
    try:
        return board.verdict(verdict).rank
    except UnknownKeyError:
        return None


def _and(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
