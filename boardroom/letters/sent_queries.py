"""Approved letters of a case: about its latest decision, and about those before, which stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from boardroom.db import db
from boardroom.letters.models import ApprovedLetter, Letter
from boardroom.meetings.models import AgendaItem, Meeting, MeetingStatus


def _approved(case_id: int, kind: str, signed_only: bool) -> Select[ApprovedLetter]:
    query = (
        select(ApprovedLetter)
        .join(ApprovedLetter.letter)
        .join(Letter.item)
        .join(AgendaItem.meeting)
        .where(Letter.case_id == case_id, Letter.kind == kind)
        .options(
            joinedload(ApprovedLetter.approved_by),
            contains_eager(ApprovedLetter.letter)
            .contains_eager(Letter.item)
            .contains_eager(AgendaItem.meeting),
        )
    )
    # Until the chair has signed the minutes, a decision can still be corrected.
    return query.where(Meeting.status == MeetingStatus.SIGNED) if signed_only else query


def approved_of(case_id: int, kind: str, *, signed_only: bool = False) -> list[ApprovedLetter]:
    """Every approved version of the case's letters of a kind, the newest first.

    `signed_only`: those about decisions whose minutes are signed, which is what referrers read.
    """
    query = _approved(case_id, kind, signed_only)
    return list(
        db.session.scalars(
            query.order_by(ApprovedLetter.approved_at.desc(), ApprovedLetter.id.desc())
        ).unique()
    )


def approved_version(
    case_id: int, kind: str, version_id: int, *, signed_only: bool = False
) -> ApprovedLetter:
    """One approved version of this case and kind and no other. Raises NoResultFound."""
    query = _approved(case_id, kind, signed_only).where(ApprovedLetter.id == version_id)
    return db.session.scalars(query).unique().one()


@dataclass(frozen=True)
class Sent:
    """The newest version of a letter about an earlier decision. `met_at`: of its meeting."""

    version: ApprovedLetter
    met_at: dt.datetime
    provisional: bool


@dataclass(frozen=True)
class OfCase:
    """Approved versions as somebody may read them: about the decision asked for, and before."""

    versions: tuple[ApprovedLetter, ...]
    earlier: tuple[Sent, ...]

    @property
    def latest(self) -> ApprovedLetter | None:
        """The newest version about the decision asked for."""
        return self.versions[0] if self.versions else None


def sent_about(item: AgendaItem, kind: str, *, signed_only: bool = False) -> OfCase:
    """The approved letters of a kind: about this decision, and about its case's others before."""
    return _parted(item, approved_of(item.case_id, kind, signed_only=signed_only))


def _parted(item: AgendaItem, approved: Sequence[ApprovedLetter]) -> OfCase:
    newest: dict[int, ApprovedLetter] = {}
    for one in approved:
        if one.letter.item_id != item.id:
            newest.setdefault(one.letter_id, one)
    return OfCase(
        tuple(one for one in approved if one.letter.item_id == item.id),
        tuple(
            Sent(
                one,
                one.letter.item.ended_at or one.letter.item.meeting.starts_at,
                bool(one.content.get("provisional")),
            )
            for one in newest.values()
        ),
    )


def replaced_by(letter: Letter) -> Sent | None:
    """The approved letter about the case's decision before, whose place this one takes."""
    found = sent_about(letter.item, letter.kind).earlier
    return found[0] if found else None
