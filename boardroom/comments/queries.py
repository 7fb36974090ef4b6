"""Reading comments."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from boardroom.cases.models import Case
from boardroom.cases.queries import visible_to
from boardroom.comments.models import Comment, Mention
from boardroom.db import db
from boardroom.people.models import Person, Role
from boardroom.people.queries import members_of

WRITERS = (Role.ADMINISTRATOR, Role.CHAIR, Role.COORDINATOR, Role.SPECIALIST)


@dataclass
class Thread:
    """A comment that opened a thread, and its replies in the order in which they came."""

    first: Comment
    replies: list[Comment] = field(default_factory=list)


def thread_of(case_id: int) -> list[Thread]:
    """The threads of a case, the oldest first, with authors and mentions, in two queries."""
    query = (
        select(Comment)
        .where(Comment.case_id == case_id)
        .options(
            joinedload(Comment.author),
            selectinload(Comment.mentions).joinedload(Mention.person),
        )
        .order_by(Comment.at, Comment.id)
    )
    comments = list(db.session.scalars(query).unique())
    threads = {c.id: Thread(c) for c in comments if c.thread_id is None}
    for comment in comments:
        if comment.thread_id is not None:
            threads[comment.thread_id].replies.append(comment)
    return list(threads.values())


def comment_of(case_id: int, comment_id: int) -> Comment:
    """A comment on this case and no other. Raises NoResultFound."""
    return db.session.scalars(
        select(Comment).where(Comment.id == comment_id, Comment.case_id == case_id)
    ).one()


def counts(case_ids: list[int]) -> dict[int, int]:
    """How many comments stand on each case; a case without any is left out."""
    query = (
        select(Comment.case_id, func.count())
        .where(Comment.case_id.in_(case_ids), Comment.withdrawn_at.is_(None))
        .group_by(Comment.case_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def can_be_addressed(board: str) -> list[Person]:
    """The members of a board who can be mentioned and answer, by name."""
    return [
        person
        for person in members_of(board)
        if (place := person.on(board)) is not None and place.role in WRITERS
    ]


def unseen_mentions(person: Person, most: int = 20) -> list[Mention]:
    """Where the person was addressed and has not looked yet, the latest first, with the cases.

    Only on boards where they still have a place. One query.
    """
    boards = [m.board for m in person.memberships if m.role in WRITERS]
    query = (
        select(Mention)
        .join(Mention.comment)
        .join(Comment.case)
        .where(
            Mention.person_id == person.id,
            Mention.seen_at.is_(None),
            Comment.withdrawn_at.is_(None),
            Case.board.in_(boards),
            visible_to(person),
        )
        .options(
            contains_eager(Mention.comment).contains_eager(Comment.case),
            contains_eager(Mention.comment).joinedload(Comment.author),
        )
        .order_by(Comment.at.desc(), Mention.id.desc())
        .limit(most)
    )
    return list(db.session.scalars(query).unique())


def unseen_on(case_id: int, person_id: int) -> list[Mention]:
    """Mentions of one person on one case that they have not seen."""
    query = (
        select(Mention)
        .join(Mention.comment)
        .where(
            Comment.case_id == case_id, Mention.person_id == person_id, Mention.seen_at.is_(None)
        )
    )
    return list(db.session.scalars(query).unique())


def summary_of(case_id: int) -> tuple[int, str]:
    """How many comments stand on a case, and a word that changes whenever one of them does.

    For the live stage, which then asks for the thread itself.
    """
    count, last, edited, withdrawn = db.session.execute(
        select(
            func.count(Comment.id).filter(Comment.withdrawn_at.is_(None)),
            func.max(Comment.id),
            func.max(Comment.edited_at),
            func.max(Comment.withdrawn_at),
        ).where(Comment.case_id == case_id)
    ).one()
    return count, "-".join(str(part) for part in (last, edited, withdrawn) if part)
