"""What a consensus says, ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from boardroom.aids.queries import stage_order_of
from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import Outcome, another_way, reclassify
from boardroom.clinical.bclc import MIGRATION_REASONS
from boardroom.consensus import rules
from boardroom.consensus.models import Confirmation, Consensus, SignOff, SignOffKind
from boardroom.consensus.represent import in_words
from boardroom.consensus.rules import Content, Fate, Step, content_of, content_points
from boardroom.consensus.words import word
from boardroom.db import db
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.meetings.queries import board_of, votes_here
from boardroom.opinions.divergence import divergence
from boardroom.opinions.queries import revealed_opinions
from boardroom.people.models import Person

CLOSED = frozenset({ItemStatus.DONE, ItemStatus.PROVISIONAL, ItemStatus.DEFERRED})


@dataclass(frozen=True)
class OptionLine:
    """One option and its fate; an empty `disposition` is one left open."""

    key: str
    label: str
    short: str
    disposition: str
    disposition_label: str
    reason: str
    needs_reason: bool


@dataclass(frozen=True)
class SignOffLine:
    """One specialty's word. `outdated`: the consensus was changed after it was given."""

    specialty_key: str
    specialty: str
    mark: str
    person_id: int
    person: str
    kind: str
    kind_label: str
    text: str
    reopen_condition: str
    outdated: bool


@dataclass(frozen=True)
class ConfirmationLine:
    """Somebody's later word on a provisional decision. `specialty` empty: the chair's."""

    specialty: str
    mark: str
    person: str
    text: str
    at: dt.datetime


@dataclass(frozen=True)
class ConsensusView:
    """Everything that `consensus/_consensus.html` shows; equal states give equal views."""

    version: int
    state: str
    verdict: str
    verdict_label: str
    first_verdict: str
    first_verdict_label: str
    outcome: Outcome | None
    another_way: bool
    """Whether the outcome confirms the first opinion's aim, by another way."""
    outcome_reason: str
    stage_migration: str
    """In words: why the option chosen is not the stage's first."""
    strength: str
    strength_label: str
    rationale: str
    steps: tuple[Step, ...]
    options: tuple[OptionLine, ...]
    teller: str
    tell_by: dt.date | None
    rediscuss: str
    represent: tuple[str, ...]
    """When the case comes back by itself, each the end of "comes back …"."""
    sign_offs: tuple[SignOffLine, ...]
    unsigned: tuple[tuple[str, str], ...]
    """(mark, name) of the core specialties that have not signed."""
    open_points: tuple[str, ...]
    opened: bool
    """Whether the opinions were revealed, without which there is nothing to show or to write."""
    provisional: bool = False
    """Whether it was closed as provisional and not confirmed since."""
    confirmations: tuple[ConfirmationLine, ...] = ()
    contradictions: tuple[str, ...] = ()
    """What is chosen though the verdict excludes it, one sentence each."""

    @property
    def empty(self) -> bool:
        """Whether nothing was written yet."""
        return self.version == 0

    @property
    def not_agreed(self) -> list[SignOffLine]:
        """Dissents and reservations."""
        return [one for one in self.sign_offs if one.kind != SignOffKind.AGREE]

    @property
    def closed(self) -> bool:
        """Whether the case is settled at this meeting."""
        return self.state in CLOSED

    def with_disposition(self, disposition: str) -> list[OptionLine]:
        """The options with one fate, in the board's order."""
        return [line for line in self.options if line.disposition == disposition]


def consensus_of(item: AgendaItem) -> Consensus | None:
    """The consensus row of an item, or None before the first save."""
    return db.session.scalar(select(Consensus).where(Consensus.item_id == item.id))


def verdicts_of(item_ids: Collection[int]) -> dict[int, str]:
    """{item id: key of the board's verdict} where one was written, in one query."""
    query = select(Consensus.item_id, Consensus.verdict).where(
        Consensus.item_id.in_(item_ids), Consensus.verdict != ""
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def sign_offs_of(item: AgendaItem) -> Sequence[SignOff]:
    """The item's sign-offs with their people, in the order in which they came."""
    return db.session.scalars(
        select(SignOff).where(SignOff.item_id == item.id).order_by(SignOff.id)
    ).all()


def confirmations_of(item: AgendaItem) -> Sequence[Confirmation]:
    """Who confirmed the item's provisional decision since, in order; none of any other item."""
    if item.status != ItemStatus.PROVISIONAL:
        return ()
    return confirmations_by_item([item.id]).get(item.id, [])


def confirmations_by_item(item_ids: Iterable[int]) -> dict[int, list[Confirmation]]:
    """`confirmations_of` for several items, in one query; an item without any is left out."""
    found: dict[int, list[Confirmation]] = {}
    query = (
        select(Confirmation)
        .where(Confirmation.item_id.in_(list(item_ids)))
        .order_by(Confirmation.id)
    )
    for one in db.session.scalars(query):
        found.setdefault(one.item_id, []).append(one)
    return found


def confirmation_line(found: Confirmation, board: BoardDefinition) -> ConfirmationLine:
    """A confirmation in words."""
    marks = {s.key: s.mark for s in board.specialties}
    return ConfirmationLine(
        specialty=word(board, "specialties", found.specialty),
        mark=marks.get(found.specialty, found.specialty[:2].upper()),
        person=found.person.name,
        text=found.text,
        at=found.at,
    )


def unfinished_before(item: AgendaItem) -> AgendaItem | None:
    """The case's latest discussion before this one that ended without a final decision, or None."""
    query = (
        select(AgendaItem)
        .where(
            AgendaItem.case_id == item.case_id,
            AgendaItem.id < item.id,
            AgendaItem.status.in_((ItemStatus.PROVISIONAL, ItemStatus.DEFERRED)),
            AgendaItem.revealed_at.is_not(None),
        )
        .options(joinedload(AgendaItem.meeting))
        .order_by(AgendaItem.id.desc())
    )
    return db.session.scalars(query).first()


def awaited_by(
    item: AgendaItem, confirmed: Sequence[Confirmation] | None = None
) -> tuple[str, ...] | None:
    """Whose word the item's provisional decision waits for; see `rules.awaited`.

    `confirmed`: who confirmed it since, for who has that of several items.
    """
    said = confirmations_of(item) if confirmed is None else confirmed
    return rules.awaited(
        [str(key) for key in item.quorum.get("missing", [])], {one.specialty for one in said}
    )


def still_provisional(item: AgendaItem, confirmed: Sequence[Confirmation] | None = None) -> bool:
    """Whether the item's decision is provisional and nobody's later word made it final."""
    return item.status == ItemStatus.PROVISIONAL and awaited_by(item, confirmed) is not None


def left_open(item: AgendaItem) -> list[str]:
    """What is missing in what was decided, a sentence each: no later word mends it."""
    board = board_of(item.meeting)
    return content_points(content_of(consensus_of(item)), sign_offs_of(item), board)


def points_of(item: AgendaItem) -> list[str]:
    """What stands between the item's consensus and a final decision; empty when it can be final.

    Quorum is judged by who is in the live meeting now.
    """
    return _points(item, content_of(consensus_of(item)), sign_offs_of(item))


def consensus_view(item: AgendaItem) -> ConsensusView:
    """The consensus of an item as everybody sees it.

    Two queries besides the item's case: the consensus and the sign-offs; one more for who is here.
    """
    board = board_of(item.meeting)
    content = content_of(consensus_of(item))
    signed = sign_offs_of(item)
    if item.status in CLOSED:
        points = [str(reason) for reason in item.provisional_reasons]
    else:
        points = _points(item, content, signed)
    first, confirmed = item.case.first_verdict, confirmations_of(item)
    by_specialty = {s.specialty for s in signed}
    migration = migration_of(item, content)
    return ConsensusView(
        version=content.version,
        state=item.status,
        verdict=content.verdict,
        verdict_label=word(board, "verdicts", content.verdict),
        first_verdict=first,
        first_verdict_label=word(board, "verdicts", first),
        outcome=reclassify(first, content.verdict, board),
        another_way=another_way(first, content.verdict, board),
        outcome_reason=word(board, "reclassification_reasons", content.reclassification_reason),
        stage_migration=MIGRATION_REASONS.get(migration, migration),
        strength=content.strength,
        strength_label=word(board, "strengths", content.strength),
        rationale=content.rationale,
        steps=content.steps,
        options=option_lines(content, board),
        teller=word(board, "tellers", content.teller),
        tell_by=content.tell_by,
        rediscuss=content.rediscuss,
        represent=in_words(content.represent),
        sign_offs=tuple(_sign_off_line(s, content, board) for s in _in_order(signed, board)),
        unsigned=tuple(
            (s.mark, s.name)
            for s in board.specialties
            if (s.core or s.key in item.case.beyond) and s.key not in by_specialty
        ),
        open_points=tuple(points),
        opened=item.revealed_at is not None,
        provisional=still_provisional(item, confirmed),
        confirmations=tuple(confirmation_line(c, board) for c in confirmed),
        contradictions=rules.contradictions(content, board),
    )


def migration_of(item: AgendaItem, content: Content) -> str:
    """Key of why the stage's first option was left; empty where it was not left after all."""
    if not content.stage_migration:
        return ""
    return rules.holding_migration(content, stage_order_of(item, board_of(item.meeting)))


def cautions_of(item: AgendaItem) -> tuple[str, ...]:
    """What whoever writes the consensus looks at again, a sentence each: options that the verdict
    excludes, and a choice that does not fit the reason for leaving the stage's first option."""
    board, content = board_of(item.meeting), content_of(consensus_of(item))
    found = rules.contradictions(content, board)
    if not content.chosen:
        return found
    return found + rules.stage_cautions(content, stage_order_of(item, board), board)


ANSWERED = (ItemStatus.DONE, ItemStatus.PROVISIONAL)


def _answered() -> Select[AgendaItem]:
    """Items that are decided, in meetings whose minutes are signed."""
    return (
        select(AgendaItem)
        .join(AgendaItem.meeting)
        .where(AgendaItem.status.in_(ANSWERED), Meeting.status == MeetingStatus.SIGNED)
    )


def answers_of(case_id: int) -> list[tuple[AgendaItem, ConsensusView]]:
    """What the board answered about a case, the latest first; none before the minutes are signed.

    For the referrer: until the chair has signed, a decision can still be corrected.
    """
    query = (
        _answered()
        .where(AgendaItem.case_id == case_id)
        .options(contains_eager(AgendaItem.meeting), joinedload(AgendaItem.case))
        .order_by(Meeting.starts_at.desc(), AgendaItem.id.desc())
    )
    items = db.session.scalars(query).unique().all()
    return [(item, consensus_view(item)) for item in items]


def answered_among(case_ids: Iterable[int]) -> set[int]:
    """Which of these cases have an answer that their referrer may read."""
    query = _answered().with_only_columns(AgendaItem.case_id)
    return set(db.session.scalars(query.where(AgendaItem.case_id.in_(list(case_ids)))))


def option_lines(content: Content, board: BoardDefinition) -> tuple[OptionLine, ...]:
    """Every option of the board with its fate."""
    needing = {d.key for d in board.dispositions if d.needs_reason}
    lines = []
    for option in board.options:
        fate = content.dispositions.get(option.key, Fate())
        lines.append(
            OptionLine(
                key=option.key,
                label=option.name,
                short=option.short,
                disposition=fate.disposition,
                disposition_label=word(board, "dispositions", fate.disposition),
                reason=fate.reason,
                needs_reason=fate.disposition in needing,
            )
        )
    return tuple(lines)


def own_sign_off(item: AgendaItem, person: Person) -> SignOff | None:
    """The sign-off of the person's specialty, whoever of it gave it; None without one."""
    place = person.on(item.meeting.board)
    if place is None or place.specialty is None:
        return None
    return db.session.scalar(
        select(SignOff).where(SignOff.item_id == item.id, SignOff.specialty == place.specialty)
    )


def supporters_of(item: AgendaItem) -> dict[str, list[str]]:
    """{option key: specialties that prefer or accept it}, from the opened opinions."""
    if item.revealed_at is None:
        return {}
    board = board_of(item.meeting)
    found = divergence(revealed_opinions(item.case_id), board, item.case.first_verdict)
    return {
        head.key: list(dict.fromkeys(said.supporters))
        for head, said in zip(found.options, found.summary, strict=True)
        if said.supporters
    }


def may_write(item: AgendaItem, person: Person) -> bool:
    """Whether the person can write now: the pen in hand, the case before the board."""
    return is_open(item) and item.meeting.pen_holder_id == person.id


def is_open(item: AgendaItem) -> bool:
    """Whether the board decides the case now, so that its consensus can be written and signed.

    Not before the reveal: a verdict that stands there already would draw the sealed opinions to it.
    """
    return (
        item.meeting.status == MeetingStatus.LIVE
        and item.meeting.current_item_id == item.id
        and item.status == ItemStatus.DECIDING
    )


def _points(item: AgendaItem, content: Content, signed: Sequence[SignOff]) -> list[str]:
    votes = votes_here(item.meeting) if item.meeting.status == MeetingStatus.LIVE else None
    return rules.open_points(
        content,
        signed,
        board_of(item.meeting),
        present=votes,
        people=len(votes) if votes is not None else None,
        beyond=item.case.beyond,
    )


def _in_order(signed: Sequence[SignOff], board: BoardDefinition) -> list[SignOff]:
    place = {s.key: n for n, s in enumerate(board.specialties)}
    return sorted(signed, key=lambda s: place.get(s.specialty, len(place)))


def _sign_off_line(found: SignOff, content: Content, board: BoardDefinition) -> SignOffLine:
    marks = {s.key: s.mark for s in board.specialties}
    return SignOffLine(
        specialty_key=found.specialty,
        specialty=word(board, "specialties", found.specialty),
        mark=marks.get(found.specialty, found.specialty[:2].upper()),
        person_id=found.person_id,
        person=found.person.name,
        kind=found.kind,
        kind_label=next(
            (p.name for p in board.sign_off.positions if p.key == found.kind), found.kind
        ),
        text=found.text,
        reopen_condition=found.reopen_condition,
        outdated=found.consensus_version != content.version,
    )
