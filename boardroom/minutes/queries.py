"""Reading minutes: as signed, or as they stand until then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from boardroom.boards.definition import BoardDefinition
from boardroom.db import db
from boardroom.meetings.models import Meeting, MeetingStatus
from boardroom.minutes import document
from boardroom.minutes.models import Amendment, Export, Minutes
from boardroom.minutes.record import confirmations, gather
from boardroom.people.models import Membership, Person, Role
from boardroom.web import zone


def signed_minutes(meeting_id: int) -> Minutes | None:
    """The signed record with its amendments, or None before the signature."""
    return db.session.scalar(
        select(Minutes)
        .where(Minutes.meeting_id == meeting_id)
        .options(
            joinedload(Minutes.signed_by),
            selectinload(Minutes.amendments).joinedload(Amendment.by),
            selectinload(Minutes.amendments).joinedload(Amendment.case),
        )
        .execution_options(populate_existing=True)
    )


def document_of(meeting: Meeting, board: BoardDefinition | None) -> document.MinutesDocument:
    """The minutes of a meeting: exactly what was signed, with signature and amendments beside it;
    before the signature, the record as it stands now.

    `board`: None where the definition is gone, which is enough for what was signed.
    """
    signed = signed_minutes(meeting.id)
    if signed is None:
        assert board is not None
        return gather(meeting, board)
    beside = confirmations(meeting, board)
    # As it stands since the last word on it, so that a file of it is the same whenever it is made.
    said = [*(a.at for a in signed.amendments), *(c.at for c in beside)]
    last = max([signed.signed_at, *said])
    record = document.MinutesDocument.model_validate({**signed.content, "generated_at": last})
    return record.model_copy(
        update={
            "signature": document.Signature(
                signed_by=signed.signed_by.name,
                signed_at=signed.signed_at,
                content_hash=signed.content_hash,
            ),
            "confirmations": beside,
            "amendments": tuple(
                document.Amendment(
                    number=a.number,
                    at=a.at,
                    by=a.by.name,
                    case=a.case.code if a.case is not None else None,
                    text=a.text,
                    reason=a.reason,
                )
                for a in signed.amendments
            ),
        }
    )


def amendments_about(case_id: int) -> list[Amendment]:
    """What was corrected or added later about a case, in signed minutes; the earliest first."""
    query = select(Amendment).where(Amendment.case_id == case_id).order_by(Amendment.id)
    return list(db.session.scalars(query.options(joinedload(Amendment.minutes))))


def meetings_between(board: str, first: dt.date, last: dt.date) -> list[Meeting]:
    """The closed and signed meetings of a board from one day to another, by their start."""
    here = zone(board)
    start = dt.datetime.combine(first, dt.time.min, here).astimezone(dt.UTC)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, here).astimezone(dt.UTC)
    query = (
        select(Meeting)
        .where(
            Meeting.board == board,
            Meeting.starts_at >= start,
            Meeting.starts_at < end,
            Meeting.status.in_((MeetingStatus.CLOSED, MeetingStatus.SIGNED)),
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .options(joinedload(Meeting.chair))
    )
    return list(db.session.scalars(query))


def exports_of(board: str, most: int = 20) -> list[Export]:
    """The latest exports of a board, newest first."""
    query = (
        select(Export)
        .where(Export.board == board)
        .options(joinedload(Export.by))
        .order_by(Export.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query))


def past_boards(person: Person, boards: Collection[str]) -> list[str]:
    """Keys of boards that are not among `boards`, those set up, and whose minutes the person may
    export."""
    query = select(Membership.board).where(
        Membership.person_id == person.id,
        Membership.board.not_in(boards),
        Membership.role.in_((Role.ADMINISTRATOR, Role.CHAIR, Role.COORDINATOR)),
    )
    return list(db.session.scalars(query.order_by(Membership.board)))


def export_of(board: str, export_id: int) -> Export:
    """One export of this board and no other. Raises NoResultFound."""
    return db.session.scalars(
        select(Export).where(Export.id == export_id, Export.board == board)
    ).one()
