"""Write the consensus, and put a specialty's name to it. Flush only; the request commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import select

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition
from boardroom.clinical.bclc import MIGRATION_REASONS
from boardroom.consensus.models import Consensus, SignOff, SignOffKind
from boardroom.consensus.queries import CLOSED, consensus_of, unfinished_before
from boardroom.consensus.represent import as_stored
from boardroom.consensus.rules import MOST_STEPS, Content, Fate, content_of
from boardroom.consensus.words import as_text
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem, ItemStatus, MeetingStatus
from boardroom.meetings.operations import hold
from boardroom.meetings.queries import board_of
from boardroom.meetings.rules import OPENS_WITH_THE_REVEAL
from boardroom.people.models import Person
from boardroom.refusals import (
    Forbidden,
    IllegalTransition,
    Locked,
    PenElsewhere,
    Refused,
    StaleVersion,
)


def save(
    item: AgendaItem,
    values: Mapping[str, Any],
    version: int,
    actor: Person,
    *,
    key: str | None = None,
) -> tuple[Consensus | None, int | None]:
    """Write part of the consensus. Returns it, and the meeting's new sequence number.

    `values` has any of the fields of `Content` except its version; `dispositions` may name only
    some of the options. `version`: the one that was changed. A save that changes nothing makes
    neither a version nor an event, and its number is None.
    """
    meeting = item.meeting
    hold(meeting)
    db.session.refresh(item)
    _must_be_open(item)
    if meeting.pen_holder_id != actor.id:
        holder = meeting.pen_holder.name if meeting.pen_holder is not None else None
        raise PenElsewhere(holder, meeting.id)
    board = board_of(item.meeting)
    consensus = consensus_of(item)
    old = content_of(consensus)
    new = _merged(old, values, board)
    if version != old.version and new != old:
        changed = [name for name in values if getattr(new, name) != getattr(old, name)]
        raise StaleVersion(
            "The consensus was changed while you were writing. Both texts are below; "
            "put what still counts into the newer one.",
            mine=as_text(new, board, changed),
            theirs=as_text(old, board, changed),
        )
    if new == old:
        return consensus, None
    if consensus is None:
        consensus = Consensus(item_id=item.id, steps=[], dispositions={})
        db.session.add(consensus)
    for name in ("verdict", "rationale", "strength", "teller", "tell_by", "rediscuss"):
        setattr(consensus, name, getattr(new, name))
    consensus.reclassification_reason = new.reclassification_reason
    consensus.represent = as_stored(new.represent)
    consensus.stage_migration = new.stage_migration
    consensus.steps = [asdict(step) for step in new.steps]
    consensus.dispositions = {
        option: asdict(fate) for option, fate in new.dispositions.items() if fate != Fate()
    }
    consensus.version = old.version + 1
    consensus.saved_by_id = actor.id
    consensus.saved_at = now()
    db.session.flush()
    audit.record(
        "wrote the consensus", board=meeting.board, case_id=item.case_id, meeting_id=meeting.id
    )
    parts = {"consensus"}
    if new.dispositions != old.dispositions:
        parts.add("opinions")  # what is chosen is marked there
    seq = live.announce(
        meeting,
        "consensus_saved",
        parts,
        actor=actor,
        item=item,
        key=key,
        version=consensus.version,
    )
    return consensus, seq


def sign_off(
    item: AgendaItem,
    actor: Person,
    kind: str,
    text: str,
    reopen_condition: str,
    consensus_version: int,
    *,
    key: str | None = None,
) -> tuple[SignOff, int]:
    """Put the actor's specialty's name to the version of the consensus that they saw.

    Returns the sign-off and the meeting's new sequence number.
    """
    hold(item.meeting)
    db.session.refresh(item)
    _must_be_open(item)
    board = board_of(item.meeting)
    place = actor.on(item.meeting.board)
    if place is None or not place.votes or place.specialty is None:
        raise Forbidden("Only a specialty can sign off.")
    position = next((p for p in board.sign_off.positions if p.key == kind), None)
    if position is None:
        raise Refused(
            "Say whether your specialty agrees, agrees with reservation, or dissents.",
            field="kind",
        )
    if position.needs_reason and not text:
        raise Refused(f"“{position.name}” needs a reason, in a sentence.", field="text")
    if position.needs_condition and not reopen_condition:
        raise Refused(
            "Say under which condition the case should be opened again.", field="reopen_condition"
        )
    content = content_of(consensus_of(item))
    if not content.verdict:
        raise IllegalTransition(
            "There is no verdict to sign yet. Without agreement, the scribe writes “undetermined”."
        )
    if consensus_version != content.version:
        raise StaleVersion(
            "The consensus was changed after you last saw it. Read it again, then sign.",
            mine={"Consensus": f"{position.name}, to an earlier text"},
            theirs={
                "Consensus": "\n\n".join(
                    f"{label}: {text}" for label, text in as_text(content, board).items() if text
                )
            },
        )
    # What was typed for another position is no part of this one.
    text = text if position.needs_reason else ""
    reopen_condition = reopen_condition if position.needs_condition else ""
    found = db.session.scalar(
        select(SignOff).where(SignOff.item_id == item.id, SignOff.specialty == place.specialty)
    )
    if found is not None and found.person_id != actor.id:
        _must_be_replaceable(found, content, board.specialty(place.specialty).name)
    if found is None:
        found = SignOff(item_id=item.id, specialty=place.specialty)
        db.session.add(found)
    found.person_id = actor.id
    found.kind = SignOffKind(kind)
    found.text = text
    found.reopen_condition = reopen_condition
    found.consensus_version = content.version
    found.at = now()
    db.session.flush()
    audit.record(
        "signed off a consensus",
        board=item.meeting.board,
        case_id=item.case_id,
        meeting_id=item.meeting_id,
    )
    seq = live.announce(
        item.meeting,
        "signed_off",
        {"consensus"},
        actor=actor,
        own=[actor.id],
        item=item,
        key=key,
        specialty=place.specialty,
        position=kind,
    )
    return found, seq


def _must_be_replaceable(found: SignOff, content: Content, specialty: str) -> None:
    # A colleague must not turn somebody's dissent into agreement, nor sign twice over.
    if found.kind == SignOffKind.DISSENT:
        raise Forbidden(f"{found.person.name} dissented for {specialty}; only they can change it.")
    if found.consensus_version == content.version:
        raise Forbidden(f"{found.person.name} has signed this version for {specialty}.")


def _must_be_open(item: AgendaItem) -> None:
    meeting = item.meeting
    if meeting.status == MeetingStatus.SIGNED:
        raise Locked("The minutes are signed. What is still to be said becomes an amendment.")
    if item.status in CLOSED:
        raise Locked("This case is closed. Its consensus does not change any more.")
    if meeting.status != MeetingStatus.LIVE:
        raise IllegalTransition("A consensus is written while the meeting is live.")
    if item.status == ItemStatus.PRESENTING:
        raise IllegalTransition(OPENS_WITH_THE_REVEAL)
    if meeting.current_item_id != item.id or item.status != ItemStatus.DECIDING:
        raise IllegalTransition("The board is not discussing this case now.")


def carry_on(item: AgendaItem) -> None:
    """Begin from what an earlier meeting wrote about the same case, where it was left unfinished.

    Nobody's signature comes along: who agreed to it then signs the text that stands now.
    """
    earlier = unfinished_before(item)
    before = consensus_of(earlier) if earlier is not None else None
    if before is None or consensus_of(item) is not None:
        return
    own = {"id", "item_id", "version", "saved_at"}
    kept = {c.key: getattr(before, c.key) for c in Consensus.__mapper__.column_attrs}
    db.session.add(
        Consensus(
            item_id=item.id,
            version=1,
            **{name: value for name, value in kept.items() if name not in own},
        )
    )
    db.session.flush()


def _merged(old: Content, values: Mapping[str, Any], board: BoardDefinition) -> Content:
    """The old content with the new values over it. Raises Refused for a word not the board's."""
    new = dict(values)
    for name, vocabulary in (
        ("verdict", "verdicts"),
        ("strength", "strengths"),
        ("reclassification_reason", "reclassification_reasons"),
    ):
        value = new.get(name, "")
        if value and value not in {entry.key for entry in getattr(board, vocabulary)}:
            raise Refused(f"“{str(value)[:60]}” is not one of this board’s words.")
    if new.get("stage_migration", "") not in {"", *MIGRATION_REASONS}:
        raise Refused("Choose one of the reasons for leaving the order of the stage.")
    if "steps" in new:
        new["steps"] = tuple(step for step in new["steps"] if step.what or step.who or step.when)
        if len(new["steps"]) > MOST_STEPS:
            raise Refused(f"A plan can have up to {MOST_STEPS} steps.")
    if "dispositions" in new:
        options = {option.key for option in board.options}
        words = {disposition.key for disposition in board.dispositions} | {""}
        for option, fate in new["dispositions"].items():
            if option not in options or fate.disposition not in words:
                raise Refused(f"“{str(option)[:60]}” cannot be decided like that.")
        merged = {**old.dispositions, **new["dispositions"]}
        # In the board's order, so that equal contents are equal texts.
        new["dispositions"] = {
            o.key: merged[o.key] for o in board.options if merged.get(o.key, Fate()) != Fate()
        }
    return replace(old, **new)
