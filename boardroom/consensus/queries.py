"""What was decided, who signed it, and what stands between it and a final decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from boardroom.aids.queries import stage_order_of
from boardroom.consensus import rules, stale
from boardroom.consensus.awaiting import awaited, needed_words
from boardroom.consensus.later_words import still_lacking
from boardroom.consensus.models import Confirmation, Consensus, SignOff
from boardroom.consensus.represent import Report, reached_already
from boardroom.consensus.rules import Content, content_of, content_points
from boardroom.db import db
from boardroom.meetings.models import AgendaItem, ItemStatus, Meeting, MeetingStatus
from boardroom.meetings.queries import board_of, votes_here
from boardroom.opinions.divergence import divergence
from boardroom.opinions.queries import revealed_opinions
from boardroom.people.models import Person
from boardroom.web import day, local

CLOSED = frozenset({ItemStatus.DONE, ItemStatus.PROVISIONAL, ItemStatus.DEFERRED})


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
    """Whose word the item's provisional decision waits for; see `awaiting.awaited`.

    `confirmed`: who confirmed it since, for who has that of several items.
    """
    said = confirmations_of(item) if confirmed is None else confirmed
    board = board_of(item.meeting)
    return awaited(
        needed_words(item.quorum, item.provisional_reasons, board), {one.specialty for one in said}
    )


def still_provisional(item: AgendaItem, confirmed: Sequence[Confirmation] | None = None) -> bool:
    """Whether the item's decision is provisional and nobody's later word made it final."""
    return item.status == ItemStatus.PROVISIONAL and awaited_by(item, confirmed) is not None


def reasons_left(item: AgendaItem, confirmed: Sequence[Confirmation] | None = None) -> list[str]:
    """Why the item's decision is provisional still, a sentence each: what was said since is left
    out, and nothing is left of one that was made final."""
    reasons = [str(reason) for reason in item.provisional_reasons]
    if item.status != ItemStatus.PROVISIONAL:
        return reasons
    said = confirmations_of(item) if confirmed is None else confirmed
    if not still_provisional(item, said):
        return []
    names = {s.key: s.name for s in board_of(item.meeting).specialties}
    return still_lacking(reasons, names.values(), {names.get(one.specialty, "") for one in said})


def left_open(item: AgendaItem) -> list[str]:
    """What is missing in what was decided, a sentence each: no later word mends it."""
    board = board_of(item.meeting)
    return content_points(content_of(consensus_of(item)), sign_offs_of(item), board)


def points_of(item: AgendaItem) -> list[str]:
    """What stands between the item's consensus and a final decision; empty when it can be final.

    Quorum is judged by who is in the live meeting now.
    """
    return points_with(item, content_of(consensus_of(item)), sign_offs_of(item))


def migration_of(item: AgendaItem, content: Content) -> str:
    """Key of why the stage's first option was left; empty where it was not left after all."""
    if not content.stage_migration:
        return ""
    return rules.holding_migration(content, stage_order_of(item, board_of(item.meeting)))


def _last_of(item: AgendaItem, key: str) -> Report | None:
    """The newest dated value of a fact of the case that stands; None without one, or a fact."""
    known = item.case.standing_facts if key else []
    dated = [one for one in known if one.key == key and one.taken_on]
    newest = max(dated, key=lambda one: (one.taken_on or dt.date.min, one.id), default=None)
    if newest is None or newest.taken_on is None:
        return None
    return Report(newest.key, newest.value, newest.unit, newest.taken_on)


def cautions_of(item: AgendaItem) -> tuple[str, ...]:
    """What whoever writes the consensus looks at again, a sentence each: options that the verdict
    excludes, an agreement that no opinion shares, a value to wait for that is reached already, and
    a choice that does not fit the reason for leaving the stage's first option."""
    board, content = board_of(item.meeting), content_of(consensus_of(item))
    found = rules.contradictions(content, board)
    if content.strength == "unanimous" and item.revealed_at is not None:
        given = [one.verdict for one in revealed_opinions(item.case_id)]
        found += rules.agreement_cautions(content, given, board)
    found += reached_already(content.represent, _last_of(item, content.represent.fact))
    if not content.chosen:
        return found
    return found + rules.stage_cautions(content, stage_order_of(item, board), board)


ANSWERED = (ItemStatus.DONE, ItemStatus.PROVISIONAL)


def answered() -> Select[AgendaItem]:
    """Items that are decided, in meetings whose minutes are signed."""
    return (
        select(AgendaItem)
        .join(AgendaItem.meeting)
        .where(AgendaItem.status.in_(ANSWERED), Meeting.status == MeetingStatus.SIGNED)
    )


def answered_among(case_ids: Iterable[int]) -> set[int]:
    """Which of these cases have an answer that their referrer may read."""
    query = answered().with_only_columns(AgendaItem.case_id)
    return set(db.session.scalars(query.where(AgendaItem.case_id.in_(list(case_ids)))))


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


def points_with(item: AgendaItem, content: Content, signed: Sequence[SignOff]) -> list[str]:
    """`points_of`, for who has read the item's content and sign-offs."""
    board, meeting = board_of(item.meeting), item.meeting
    votes = votes_here(meeting) if meeting.status == MeetingStatus.LIVE else None
    points = rules.open_points(
        content,
        signed,
        board,
        present=votes,
        people=len(votes) if votes is not None else None,
        beyond=item.case.beyond,
    )
    return points + stale.day_passed(content, day_of(meeting))


def day_of(meeting: Meeting) -> dt.date:
    """The day of the meeting on the board's clock: the first on which a patient can be told."""
    return local(meeting.started_at or meeting.starts_at, meeting.board).date()


def still_speaks_of_before(item: AgendaItem) -> str:
    """That the text which goes on from an earlier meeting still calls the decision provisional or
    awaits its confirmation, and where; nothing otherwise."""
    earlier = unfinished_before(item)
    if earlier is None:
        return ""
    found = stale.still_spoken(content_of(consensus_of(item)), board_of(item.meeting))
    if not found:
        return ""
    return (
        f"The text is from {day(day_of(earlier.meeting))} and still speaks of a provisional "
        f"decision or its confirmation. {'; '.join(found)}."
    )
