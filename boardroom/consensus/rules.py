"""When a consensus is complete, and when it is final. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boardroom.boards.definition import BoardDefinition
from boardroom.clinical.bclc import MIGRATION_REASONS
from boardroom.clinical.stage_order import StageOrder
from boardroom.consensus.awaiting import CHANGED_SINCE, NOT_SIGNED
from boardroom.consensus.represent import Represent, represent_of
from boardroom.text import in_sentence

MOST_STEPS = 12
UNANIMOUS = "The agreement is written as unanimous"


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
    represent: Represent = field(default_factory=Represent)
    stage_migration: str = ""

    @property
    def chosen(self) -> tuple[str, ...]:
        """Keys of the options chosen."""
        fates = self.dispositions.items()
        return tuple(key for key, fate in fates if fate.disposition == "chosen")


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
        represent=represent_of(consensus.represent),
        stage_migration=consensus.stage_migration,
    )


def open_points(
    consensus: Any | None,
    sign_offs: Iterable[Any],
    board: BoardDefinition,
    *,
    present: Collection[str] | None = None,
    people: int | None = None,
    beyond: Collection[str] = (),
) -> list[str]:
    """What still stands between a consensus and a final decision, one sentence each.

    `consensus`: a `Content` or a row of the table. `sign_offs`: rows, or anything with a
    `specialty`, a `consensus_version` and perhaps a `kind`. `present`: keys of the specialties with
    a vote in the room; None leaves quorum aside. `people`: how many they are, where that is known.
    `beyond`: keys of the specialties that this case needs besides the board's quorum.
    """
    content = content_of(consensus)
    signed = list(sign_offs)
    points = content_points(content, signed, board)
    points += _signature_points(content, board, present, signed, beyond)
    if present is not None:
        points += quorum_points(board, present, people, beyond)
    return points


def final_possible(points: Sequence[str]) -> bool:
    """A decision is final only when nothing is left open; otherwise it is provisional."""
    return not points


def content_points(content: Content, sign_offs: Sequence[Any], board: BoardDefinition) -> list[str]:
    """What is missing in what is written, one sentence each: nobody's later word mends it."""
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
    if content.represent.half_said:
        points.append("The value at which the case comes back is not complete.")
    against = [s for s in sign_offs if getattr(s, "kind", "") == "dissent"]
    if content.strength == "unanimous" and against:
        names = _and(sorted({board.specialty(s.specialty).name for s in against}))
        dissent = "dissents" if len({s.specialty for s in against}) == 1 else "dissent"
        points.append(f"{UNANIMOUS}, but {names} {dissent}.")
    return points


def remedy(point: str) -> str:
    """How one of `content_points` is mended before the case is closed, where it does not say so."""
    return "Set the agreement to a majority." if point.startswith(UNANIMOUS) else ""


def contradictions(consensus: Any | None, board: BoardDefinition) -> tuple[str, ...]:
    """Options that are chosen though the board's verdict excludes them, one sentence each.

    Something to look at again, no bar: a palliative plan can be called so or so.
    """
    content = content_of(consensus)
    verdict = next((v for v in board.verdicts if v.key == content.verdict), None)
    if verdict is None:
        return ()
    return tuple(
        f"The verdict is “{verdict.name}”, but “{option.name}” is chosen."
        for option in board.options
        if option.key in verdict.excludes
        and content.dispositions.get(option.key, Fate()).disposition == "chosen"
    )


def agreement_cautions(
    consensus: Any | None, verdicts: Collection[str], board: BoardDefinition
) -> tuple[str, ...]:
    """Where the agreement is written as unanimous though nobody's verdict was the board's.

    `verdicts`: keys of those given in the opened opinions. Something to look at again, no bar.
    """
    content, given = content_of(consensus), set(filter(None, verdicts))
    ours = next((v.name for v in board.verdicts if v.key == content.verdict), "")
    if content.strength != "unanimous" or not ours or not given or content.verdict in given:
        return ()
    others = _and([f"“{v.name}”" for v in board.verdicts if v.key in given])
    agreed = f"{UNANIMOUS} on “{ours}”"
    return (f"{agreed}, but every verdict given was another: {others}.",)


def stage_cautions(
    consensus: Any | None, order: StageOrder | None, board: BoardDefinition
) -> tuple[str, ...]:
    """Where the options chosen and the reason for leaving the stage's first one do not fit.

    `order`: of the case's stage, None where it has none. Something to look at again, no bar.
    """
    content = content_of(consensus)
    if order is None or not content.chosen:
        return ()
    if content.stage_migration and order.takes_first(content.chosen):
        reason = MIGRATION_REASONS.get(content.stage_migration, content.stage_migration)
        first = f"{order.first_name} comes first in BCLC {order.stage} and is chosen"
        return (f"{first}, but a reason for leaving it is given: {in_sentence(reason)}.",)
    if not content.stage_migration and order.leaves_family(content.chosen):
        names = _and([f"“{o.name}”" for o in board.options if o.key in content.chosen])
        are = "is" if len(content.chosen) == 1 else "are"
        first = f"{order.first_name} comes first in BCLC {order.stage}"
        return (f"{first}, but {names} {are} chosen without a reason why.",)
    return ()


def holding_migration(consensus: Any | None, order: StageOrder | None) -> str:
    """The reason for leaving the stage's first option as far as it was left: empty where the option
    is chosen all the same, so that no paper says both."""
    content = content_of(consensus)
    taken = order is not None and order.takes_first(content.chosen)
    return "" if taken else content.stage_migration


def _signature_points(
    content: Content,
    board: BoardDefinition,
    present: Collection[str] | None,
    sign_offs: list[Any],
    beyond: Collection[str],
) -> list[str]:
    if board.sign_off.required_of == "nobody":
        return []
    needed = list(dict.fromkeys([*(s.key for s in board.core), *beyond]))
    if board.sign_off.required_of == "core_present" and present is not None:
        absent = board.quorum_missing(present, beyond)
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
    if unsigned:
        points.append(f"{NOT_SIGNED}{_and(unsigned)}.")
    if outdated:
        points.append(f"{CHANGED_SINCE}{_and(outdated)} signed off.")
    return points


def quorum_points(
    board: BoardDefinition,
    present: Collection[str],
    people: int | None = None,
    beyond: Collection[str] = (),
) -> list[str]:
    """What is missing of the quorum, one sentence each; see `open_points`."""
    points = []
    missing = board.quorum_missing(present, beyond)
    usual = [key for key in missing if key in board.quorum.specialties]
    named = [key for key in missing if key not in board.quorum.specialties]
    if usual:
        names = _and([board.specialty(key).name for key in usual])
        points.append(f"Without quorum: {names} {'is' if len(usual) == 1 else 'are'} missing.")
    if named:
        names = _and([board.specialty(key).name for key in named])
        are = "is" if len(named) == 1 else "are"
        points.append(f"This case needs {names} too, which {are} missing.")
    if people is not None and people < board.quorum.minimum_people:
        points.append(
            f"Without quorum: {people} of at least {board.quorum.minimum_people} people with a "
            "vote are here."
        )
    return points


def _and(names: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
