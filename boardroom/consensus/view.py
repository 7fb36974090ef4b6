"""What a consensus says, put together and into words for the pages that show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import contains_eager, joinedload

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import Outcome, another_way, reclassify
from boardroom.clinical.bclc import MIGRATION_REASONS
from boardroom.consensus import later_words, rules
from boardroom.consensus.made_final import said_of
from boardroom.consensus.models import Confirmation, SignOff, SignOffKind
from boardroom.consensus.queries import (
    CLOSED,
    answered,
    confirmations_of,
    consensus_of,
    migration_of,
    points_with,
    reasons_left,
    sign_offs_of,
    still_provisional,
)
from boardroom.consensus.represent import in_words
from boardroom.consensus.rules import Content, Fate, Step, content_of
from boardroom.consensus.words import word
from boardroom.db import db
from boardroom.meetings.models import AgendaItem, Meeting
from boardroom.meetings.queries import board_of


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
    """Somebody's later word on a provisional decision. `specialty` empty: the chair's. `by_chair`:
    a chair said it for the specialty. `body`: what was said, with a condition."""

    specialty: str
    mark: str
    person: str
    kind: str
    by_chair: bool
    body: str
    at: dt.datetime

    @property
    def spoken(self) -> str:
        """ "dissents" or "agrees with reservation"; nothing for an agreement."""
        return later_words.spoken(self.kind)

    def head(self, on: str) -> str:
        """Which specialty said what on which day, without whoever said it."""
        return later_words.head(self.specialty, "", on, kind=self.kind, by_chair=self.by_chair)


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
    left_open: tuple[tuple[str, str], ...]
    """(point, how to mend it now) of those among them that no later word mends."""
    opened: bool
    """Whether the opinions were revealed, without which there is nothing to show or to write."""
    provisional: bool = False
    """Whether it was closed as provisional and not confirmed since."""
    confirmations: tuple[ConfirmationLine, ...] = ()
    advised_against: tuple[str, ...] = ()
    """Who had advised against what is chosen when it was confirmed, a sentence each."""
    made_final: str = ""
    """Who confirmed it since and who dissents, in short; see `later_words.since`."""
    contradictions: tuple[str, ...] = ()
    """What is chosen though the verdict excludes it, one sentence each."""
    later_round: bool = False
    """Whether the case came back, so that its first opinion is not what it answers."""

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


def consensus_view(item: AgendaItem) -> ConsensusView:
    """The consensus of an item as everybody sees it.

    Two queries besides the item's case: the consensus and the sign-offs; one more for who is here.
    """
    board = board_of(item.meeting)
    content = content_of(consensus_of(item))
    signed, confirmed = sign_offs_of(item), confirmations_of(item)
    if item.status in CLOSED:
        points = reasons_left(item, confirmed)
    else:
        points = points_with(item, content, signed)
    lasting = rules.content_points(content, signed, board)
    first = item.case.first_verdict
    by_specialty = {s.specialty for s in signed}
    migration = migration_of(item, content)
    provisional = still_provisional(item, confirmed)
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
        left_open=tuple((one, rules.remedy(one)) for one in lasting),
        opened=item.revealed_at is not None,
        provisional=provisional,
        confirmations=tuple(confirmation_line(c, board) for c in confirmed),
        advised_against=tuple(later_words.advised(c.against for c in confirmed)),
        made_final="" if provisional else later_words.since(said_of(confirmed, board.key)),
        contradictions=rules.contradictions(content, board),
        later_round=item.case.earlier_case_id is not None,
    )


def answers_of(case_id: int) -> list[tuple[AgendaItem, ConsensusView]]:
    """What the board answered about a case, the latest first; none before the minutes are signed.

    For the referrer: until the chair has signed, a decision can still be corrected.
    """
    query = (
        answered()
        .where(AgendaItem.case_id == case_id)
        .options(contains_eager(AgendaItem.meeting), joinedload(AgendaItem.case))
        .order_by(Meeting.starts_at.desc(), AgendaItem.id.desc())
    )
    items = db.session.scalars(query).unique().all()
    return [(item, consensus_view(item)) for item in items]


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


def confirmation_line(found: Confirmation, board: BoardDefinition) -> ConfirmationLine:
    """A confirmation in words."""
    marks = {s.key: s.mark for s in board.specialties}
    return ConfirmationLine(
        specialty=word(board, "specialties", found.specialty),
        mark=marks.get(found.specialty, found.specialty[:2].upper()),
        person=found.person.name,
        kind=found.kind,
        by_chair=found.by_chair,
        body=later_words.body(found.text, found.reopen_condition),
        at=found.at,
    )


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


def _in_order(signed: Sequence[SignOff], board: BoardDefinition) -> list[SignOff]:
    place = {s.key: n for n, s in enumerate(board.specialties)}
    return sorted(signed, key=lambda s: place.get(s.specialty, len(place)))
