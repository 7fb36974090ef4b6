"""Make a provisional decision final afterwards. Flush only; the request commits."""

from __future__ import annotations

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import CaseStatus
from boardroom.cases.operations import hold as hold_case
from boardroom.cases.rules import move_case
from boardroom.consensus import objections
from boardroom.consensus.awaiting import LaterWord, unsigned_there
from boardroom.consensus.models import Confirmation, Consensus, SignOff, SignOffKind
from boardroom.consensus.queries import awaited_by, consensus_of, left_open, sign_offs_of
from boardroom.db import db, now
from boardroom.meetings.models import AgendaItem, ItemStatus, MeetingStatus
from boardroom.meetings.operations import hold
from boardroom.meetings.queries import board_of
from boardroom.people.models import Person, Role
from boardroom.refusals import Forbidden, IllegalTransition, Refused

LONGEST = 2000


def speaks_for(item: AgendaItem, person: Person) -> str | None:
    """The specialty for which the person can confirm the item now; "" as a chair, None not at all.

    The awaited specialty comes first, so that a chair who is of it speaks as its member. A chair
    speaks for who was absent, never for who was there and did not sign.
    """
    left = awaited_by(item)
    place = person.on(item.meeting.board)
    if left is None or place is None:
        return None
    if place.votes and place.specialty:
        board = board_of(item.meeting)
        stands_for = {place.specialty}
        if board.quorum.deputies_count:
            stands_for |= set(board.specialty(place.specialty).deputy_for)
        for key in left:
            if key in stands_for:
                return key
    return "" if place.role == Role.CHAIR and (not left or absent_of(item)) else None


def absent_of(item: AgendaItem) -> tuple[str, ...]:
    """Keys of the specialties that were absent and whose word is still awaited."""
    there = _unsigned(item)
    return tuple(key for key in awaited_by(item) or () if key not in there)


def present_of(item: AgendaItem) -> tuple[str, ...]:
    """Keys of the specialties that were there, did not sign, and have not said anything since."""
    there = _unsigned(item)
    return tuple(key for key in awaited_by(item) or () if key in there)


def must_sign(item: AgendaItem, person: Person) -> bool:
    """Whether the person's word is the sign-off of a specialty that was there and did not sign."""
    return speaks_for(item, person) in present_of(item)


def _unsigned(item: AgendaItem) -> tuple[str, ...]:
    return unsigned_there(item.quorum, item.provisional_reasons, board_of(item.meeting))


def confirmable(item: AgendaItem) -> bool:
    """Whether the item's decision is provisional, still waits for a word, and can be given it."""
    return _waits(item) and not left_open(item)


def _waits(item: AgendaItem) -> bool:
    return (
        item.status == ItemStatus.PROVISIONAL
        and item.meeting.status in (MeetingStatus.CLOSED, MeetingStatus.SIGNED)
        and item.case.status == CaseStatus.DISCUSSED
        and awaited_by(item) is not None
    )


def confirm(item: AgendaItem, word: LaterWord, *, actor: Person) -> list[Confirmation]:
    """Put the awaited specialty's word, or a chair's for absent ones, to a provisional decision.

    Signed minutes stay as they are: the confirmation stands beside them, with who advised against
    what is chosen. Raises Forbidden for anybody else, IllegalTransition where there is nothing to
    confirm, Refused for what is missing, and where something was left open.
    """
    meeting = item.meeting
    hold(meeting)
    db.session.refresh(item)
    case = hold_case(item.case_id)
    if not _waits(item):
        raise IllegalTransition("This decision does not wait for a confirmation.")
    if points := left_open(item):
        raise Refused(
            "This decision was left open, so it cannot be confirmed as it is. List the case again. "
            + " ".join(points)
        )
    specialty = speaks_for(item, actor)
    if specialty is None:
        raise Forbidden(
            "The specialty whose word is awaited confirms this decision. A chair speaks only for a "
            "specialty that was absent."
        )
    if len(word.text) > LONGEST or any(len(how) > LONGEST for how in word.agreed.values()):
        raise Refused(f"Keep it under {LONGEST:,} characters.")
    made = _own_word(item, specialty, word, actor) if specialty else _as_chair(item, word)
    against = _against(item)
    for one in made:
        one.item_id, one.person_id, one.at, one.against = item.id, actor.id, now(), against
    db.session.add_all(made)
    db.session.flush()
    final = awaited_by(item) is None
    if final:
        move_case(case.status, CaseStatus.DECIDED)
        case.status = CaseStatus.DECIDED
        case.status_note = ""
    db.session.flush()
    for one in made:
        audit.record(
            "confirmed a provisional decision",
            board=meeting.board,
            case_id=case.id,
            meeting_id=meeting.id,
            specialty=one.specialty or "chair",
            by_chair=one.by_chair,
            final=final,
        )
    live.announce_case(case.id, "decision_confirmed", {"case", "agenda"}, actor=actor)
    return made


def _against(item: AgendaItem) -> list[str]:
    """Who is against what is chosen when it is confirmed, a sentence each; beside their dissents,
    which stand in the sign-off."""
    return objections.in_words(objections.objections_to(item))


def _as_chair(item: AgendaItem, word: LaterWord) -> list[Confirmation]:
    """A chair's word for each absent specialty that they name, with how it agreed."""
    absent, board = absent_of(item), board_of(item.meeting)
    if not absent:
        if not word.text:
            raise Refused("As the chair, write who agreed and how you know.", field="text")
        return [Confirmation(specialty="", kind="agree", text=word.text, by_chair=False)]
    named = {key: how for key, how in word.agreed.items() if key in absent}
    if not named:
        raise Refused("Tick each specialty that was absent and agreed, and write how it agreed.")
    silent = [board.specialty(key).name for key, how in named.items() if not how]
    if silent:
        raise Refused(f"Write how you know that it agreed: {', '.join(silent)}.")
    return [
        Confirmation(specialty=key, kind="agree", text=how, by_chair=True)
        for key, how in named.items()
    ]


def _own_word(
    item: AgendaItem, specialty: str, word: LaterWord, actor: Person
) -> list[Confirmation]:
    board = board_of(item.meeting)
    there = specialty in present_of(item)
    kind = word.kind or ("" if there else SignOffKind.AGREE)
    position = next((p for p in board.sign_off.positions if p.key == kind), None)
    if position is None:
        raise Refused(
            "Say whether your specialty agrees, agrees with reservation, or dissents.",
            field="kind",
        )
    if position.needs_reason and not word.text:
        raise Refused(f"“{position.name}” needs a reason, in a sentence.", field="text")
    if position.needs_condition and not word.reopen_condition:
        raise Refused(
            "Say under which condition the case should be opened again.", field="reopen_condition"
        )
    consensus = consensus_of(item)
    if kind == SignOffKind.DISSENT and consensus is not None and consensus.strength == "unanimous":
        raise Refused(
            "The agreement is written as unanimous, so a dissent cannot stand beside it. List the "
            "case again, so that the board discusses it.",
            field="kind",
        )
    condition = word.reopen_condition if position.needs_condition else ""
    # A word other than plain agreement stands with the sign-offs, so that every page counts it.
    if there or kind != SignOffKind.AGREE:
        _sign(item, specialty, consensus, kind, word.text, condition, actor, board)
    return [
        Confirmation(
            specialty=specialty, kind=kind, text=word.text, reopen_condition=condition,
            by_chair=False,
        )
    ]  # fmt: skip


def _sign(
    item: AgendaItem,
    specialty: str,
    consensus: Consensus | None,
    kind: str,
    text: str,
    condition: str,
    actor: Person,
    board: BoardDefinition,
) -> None:
    """Put the specialty's name to the text as well: a dissent's condition can then open the case.

    Not over somebody else's dissent: only they can change it.
    """
    key = _signed_as(item, specialty, actor, board)
    found = next((one for one in sign_offs_of(item) if one.specialty == key), None)
    if found is not None and found.person_id != actor.id and found.kind == SignOffKind.DISSENT:
        name = board.specialty(key).name
        raise Forbidden(f"{found.person.name} dissented for {name}; only they can change it.")
    if found is None:
        found = SignOff(item_id=item.id, specialty=key)
        db.session.add(found)
    found.person_id = actor.id
    found.kind = SignOffKind(kind)
    found.text = text if kind != SignOffKind.AGREE else ""
    found.reopen_condition = condition
    found.consensus_version = consensus.version if consensus is not None else 0
    found.at = now()
    db.session.flush()


def _signed_as(item: AgendaItem, specialty: str, actor: Person, board: BoardDefinition) -> str:
    """Under which specialty the word stands: the one that it is for. A deputy's stands beside what
    others have signed, so under the deputy's own where the other has signed an earlier text."""
    place = actor.on(item.meeting.board)
    own = str(place.specialty) if place is not None else ""
    signed = {one.specialty: one.person_id for one in sign_offs_of(item)}
    if own == specialty or specialty not in signed:
        return specialty
    if signed.get(own, actor.id) == actor.id:
        return own
    names = f"{board.specialty(specialty).name} and {board.specialty(own).name}"
    raise Refused(
        f"{names} have both signed, and a deputy’s word replaces neither. List the case again, so "
        "that the board discusses it.",
        field="kind",
    )
