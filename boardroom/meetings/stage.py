"""The live meeting as the screens show it: one model, rendered in parts, once for each audience.

What a part shows depends on the database alone (never on the hour or on who asks within an
audience), so that a pushed part equals the same part of a fresh load. What only one person may
see or do stands in "mine", which each client fetches for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from boardroom.aids.cards import Cards
from boardroom.aids.queries import cards_for
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case, Patient
from boardroom.cases.queries import load_case
from boardroom.comments.queries import summary_of
from boardroom.consensus.queries import (
    cautions_of,
    still_speaks_of_before,
    unfinished_before,
    verdicts_of,
)
from boardroom.consensus.view import ConsensusView, consensus_view
from boardroom.db import db
from boardroom.meetings.models import AgendaItem, Attendance, ItemStatus, Meeting
from boardroom.opinions.divergence import Divergence, Objection, divergence
from boardroom.opinions.queries import Arrival, arrivals_of, opinions_in, revealed_opinions
from boardroom.people.models import Person
from boardroom.people.queries import members_of
from boardroom.web import local

PARTS = ("bar", "people", "agenda", "case", "opinions", "consensus", "comments", "controls")

# The wall shows what is decided on: no list of people, no comments, nothing to press.
PROJECTOR_PARTS = ("bar", "agenda", "case", "opinions", "consensus")

# Parts that everybody in the room sees alike, the wall aside.
ALIKE = frozenset({"bar", "people", "case", "opinions", "consensus", "comments"})

# Parts whose text follows from another's: who is here and what is written decide what is open
# before a decision can be final.
FOLLOWS = {
    "people": ("bar", "consensus", "controls"),
    "consensus": ("controls",),
    "opinions": ("controls",),
}

TO_COME = (ItemStatus.WAITING, ItemStatus.LEFT_OPEN)
"""States in which a case still comes, in the order in which "next" takes them."""


class Stage:
    """Everything a screen of a meeting can show, read when it is first asked for."""

    def __init__(self, meeting: Meeting, audience: str) -> None:
        self.meeting = meeting
        self.audience = audience

    @property
    def chairs(self) -> bool:
        return self.audience == "chair"

    @property
    def takes_part(self) -> bool:
        return self.audience in ("chair", "member")

    @property
    def projector(self) -> bool:
        return self.audience == "projector"

    @cached_property
    def board(self) -> BoardDefinition:
        found: BoardDefinition = current_app.extensions["boards"][self.meeting.board]
        return found

    @cached_property
    def items(self) -> list[AgendaItem]:
        """The agenda in order, each with what its line shows of case and patient; long texts are
        read for the current case alone."""
        query = (
            select(AgendaItem)
            .where(AgendaItem.meeting_id == self.meeting.id)
            .order_by(AgendaItem.position, AgendaItem.id)
            .options(
                joinedload(AgendaItem.case).load_only(
                    Case.code, Case.board, Case.status, Case.first_verdict
                ),
                joinedload(AgendaItem.case).joinedload(Case.patient).load_only(Patient.name),
            )
        )
        return list(db.session.scalars(query))

    @cached_property
    def item(self) -> AgendaItem | None:
        """The item before the board now."""
        return next((i for i in self.items if i.id == self.meeting.current_item_id), None)

    @cached_property
    def next_item(self) -> AgendaItem | None:
        """The next case that waits, after the current one first; then those left open."""
        here = self.items.index(self.item) if self.item is not None else -1
        later = self.items[here + 1 :] + self.items[: max(here, 0)]
        by_state = {s: [i for i in later if i.status == s] for s in TO_COME}
        return next((i for state in TO_COME for i in by_state[state]), None)

    @cached_property
    def previous_item(self) -> AgendaItem | None:
        """The case before the current one on the agenda."""
        if self.item is None:
            return None
        here = self.items.index(self.item)
        return self.items[here - 1] if here else None

    @cached_property
    def case(self) -> Case | None:
        """The current case with everything the glance shows."""
        return load_case(self.item.case_id) if self.item is not None else None

    @cached_property
    def cards(self) -> Cards | None:
        """The current case's decision aids on the day of the meeting, in the board's units: a part
        is alike for everybody and at every hour."""
        if self.case is None:
            return None
        begins = self.meeting.started_at or self.meeting.starts_at
        return cards_for(self.case, self.board, local(begins, self.board.key).date())

    @cached_property
    def present(self) -> list[Person]:
        """Who is in the room, each once, by name."""
        query = (
            select(Person)
            .join(Attendance, Attendance.person_id == Person.id)
            .where(Attendance.meeting_id == self.meeting.id, Attendance.left_at.is_(None))
            .distinct()
            .options(selectinload(Person.memberships))
        )
        return sorted(db.session.scalars(query), key=lambda person: person.place_by_name)

    @cached_property
    def seats(self) -> list[dict[str, Any]]:
        """The board's specialties, each with who is here for it."""
        here: dict[str, list[str]] = {}
        for person in self.present:
            place = person.on(self.meeting.board)
            if place is not None and place.votes and place.specialty:
                here.setdefault(place.specialty, []).append(person.name)
        return [
            {
                "key": s.key,
                "mark": s.mark,
                "specialty": s.name,
                "core": s.key in self.needed,
                "present": s.key not in self.missing if s.key in self.needed else s.key in here,
                "names": here.get(s.key, []),
            }
            for s in self.board.specialties
        ]

    @cached_property
    def expected(self) -> list[dict[str, Any]]:
        """Who of the board has a vote, by specialty: every core one, and others with somebody."""
        names: dict[str, list[str]] = {}
        for person in members_of(self.meeting.board):
            place = person.on(self.meeting.board)
            if place is not None and place.votes and place.specialty:
                names.setdefault(place.specialty, []).append(person.name)
        return [
            {
                "mark": s.mark,
                "specialty": s.name,
                "core": s.key in self.board.quorum.specialties,
                "names": names.get(s.key, []),
            }
            for s in self.board.specialties
            if s.key in names or s.key in self.board.quorum.specialties
        ]

    @cached_property
    def arrivals(self) -> dict[int, list[Arrival]]:
        """Whose opinions are in, by case, for the time before the meeting."""
        return arrivals_of([item.case_id for item in self.items])

    @cached_property
    def verdicts(self) -> dict[int, str]:
        """The board's verdict by agenda item, where one was written."""
        return verdicts_of([item.id for item in self.items])

    @cached_property
    def others_present(self) -> list[Person]:
        """Those here without a vote: coordinators, observers."""
        return [
            p
            for p in self.present
            if (place := p.on(self.meeting.board)) is None or not place.votes
        ]

    @cached_property
    def present_specialties(self) -> list[str]:
        """Keys of the specialties in the room, in the board's order."""
        here = {
            place.specialty
            for p in self.present
            if (place := p.on(self.meeting.board)) is not None and place.votes
        }
        return [s.key for s in self.board.specialties if s.key in here]

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Keys of the specialties that a decision on the case before the board needs."""
        return self.board.needed_for(self.beyond)

    @property
    def beyond(self) -> tuple[str, ...]:
        """Keys of those that this case alone needs."""
        return self.item.case.beyond if self.item is not None else ()

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Keys of the specialties that are needed and nobody here stands for."""
        return self.board.quorum_missing(self.present_specialties, self.beyond)

    @cached_property
    def opinions_in(self) -> list[Arrival]:
        """Who has given an opinion on the current case, without a word of what it says."""
        return opinions_in(self.item.case_id) if self.item is not None else []

    @cached_property
    def opinions_awaited(self) -> list[str]:
        """Names of the specialties whose opinion the current case needs and does not have yet."""
        given = [one.specialty for one in self.opinions_in]
        return [
            self.board.specialty(key).name for key in self.board.quorum_missing(given, self.beyond)
        ]

    @property
    def revealed(self) -> bool:
        return self.item is not None and self.item.revealed_at is not None

    @cached_property
    def divergence(self) -> Divergence | None:
        """The opinions as a matrix, once they are open."""
        if self.item is None or not self.revealed or self.consensus is None:
            return None
        return divergence(
            revealed_opinions(self.item.case_id),
            self.board,
            self.item.case.first_verdict,
            dispositions={o.key: o.disposition for o in self.consensus.options},
            beyond=self.beyond,
        )

    @cached_property
    def consensus(self) -> ConsensusView | None:
        """What is decided so far about the current case."""
        return consensus_view(self.item) if self.item is not None else None

    @cached_property
    def begun_before(self) -> ConsensusView | None:
        """What an earlier meeting left unfinished about the current case."""
        earlier = unfinished_before(self.item) if self.item is not None else None
        return consensus_view(earlier) if earlier is not None else None

    @property
    def open_points(self) -> Sequence[str]:
        """What keeps the decision from being final, in words."""
        return self.consensus.open_points if self.consensus is not None else ()

    @property
    def objections(self) -> Sequence[Objection]:
        """Who advises against what is chosen so far: to be looked at before the case is closed."""
        return self.divergence.objections if self.divergence is not None else ()

    @cached_property
    def contradictions(self) -> Sequence[str]:
        """What does not fit in what is chosen so far; shown like the objections."""
        return cautions_of(self.item) if self.item is not None and self.revealed else ()

    @cached_property
    def stale(self) -> str:
        """That the text, which goes on from an earlier meeting, still calls itself provisional."""
        if self.item is None or self.begun_before is None:
            return ""
        return still_speaks_of_before(self.item) if self.item.status == ItemStatus.DECIDING else ""

    @cached_property
    def comments(self) -> tuple[int, str]:
        """How many comments the case has, and a word that changes when one does."""
        return summary_of(self.item.case_id) if self.item is not None else (0, "")

    @property
    def allotted_left(self) -> int:
        """Minutes allotted to the cases that still wait or were left open."""
        return sum(i.minutes for i in self.items if i.status in TO_COME)


def parts_of(audience: str) -> tuple[str, ...]:
    """Names of the parts that an audience's screen has."""
    return PROJECTOR_PARTS if audience == "projector" else PARTS


def render_parts(
    meeting: Meeting, audience: str, parts: frozenset[str] | None = None
) -> Mapping[str, str]:
    """HTML of the named parts and those that follow from them (all when none are named)."""
    return _render(Stage(meeting, audience), (audience,), parts)[audience]


def render_for_all(
    meeting_id: int, audiences: Sequence[str], parts: frozenset[str]
) -> Mapping[str, Mapping[str, str]]:
    """`render_parts` for several audiences: what is read is read once, what is alike made once."""
    return _render(Stage(load_meeting(meeting_id), ""), audiences, parts)


def _render(
    stage: Stage, audiences: Sequence[str], parts: frozenset[str] | None
) -> dict[str, dict[str, str]]:
    if parts is not None:
        parts = parts.union(*(FOLLOWS.get(part, ()) for part in parts))
    made: dict[tuple[str, str], str] = {}
    found: dict[str, dict[str, str]] = {}
    for audience in audiences:
        stage.audience = audience
        found[audience] = {}
        wanted = [p for p in parts_of(audience) if parts is None or p in parts]
        for part in wanted:
            key = (part, "" if part in ALIKE and not stage.projector else audience)
            if key not in made:
                # Not Flask's render_template: a part knows no viewer, so it needs none of what
                # that adds for one.
                template = current_app.jinja_env.get_template(f"meetings/stage/_{part}.html")
                made[key] = template.render(stage=stage, **_shorthand(stage))
            found[audience][part] = made[key]
    return found


def _shorthand(stage: Stage) -> dict[str, Any]:
    return {
        "meeting": stage.meeting,
        "board": stage.board,
        "item": stage.item,
        "show_names": not stage.projector,
    }


def load_meeting(meeting_id: int) -> Meeting:
    """A meeting with the people its bar names. Raises NoResultFound."""
    query = (
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .options(
            joinedload(Meeting.chair),
            joinedload(Meeting.presenter),
            joinedload(Meeting.pen_holder),
            joinedload(Meeting.pen_asked_by),
        )
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).unique().one()
