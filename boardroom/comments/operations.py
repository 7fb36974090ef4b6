"""What is done with comments."""

from __future__ import annotations

from collections.abc import Iterable

from boardroom import audit, live
from boardroom.cases.models import Case
from boardroom.comments import rules
from boardroom.comments.models import Comment, Mention
from boardroom.comments.queries import can_be_addressed, comment_of, unseen_on
from boardroom.db import db, now
from boardroom.people.models import Person


def add(
    case: Case,
    text: str,
    *,
    actor: Person,
    thread_id: int | None = None,
    chosen: Iterable[int] = (),
) -> Comment:
    """Say something about a case, as a new thread or in one. Raises Refused.

    ``thread_id`` may name any comment of the thread; raises NoResultFound for another case's.
    """
    body = rules.checked(text)
    if thread_id is not None:
        named = comment_of(case.id, thread_id)
        thread_id = named.thread_id or named.id
    comment = Comment(case=case, author=actor, thread_id=thread_id, body=body, mentions=[])
    db.session.add(comment)
    _address(comment, chosen)
    db.session.flush()
    audit.record("commented", board=case.board, case_id=case.id, actor=actor)
    live.announce_case(case.id, "commented", {"comments"}, actor=actor, comment=comment.id)
    return comment


def edit(comment: Comment, text: str, *, actor: Person, chosen: Iterable[int] = ()) -> Comment:
    """Put one's own comment right within a quarter of an hour; it is marked as edited.

    Text that is the same changes nothing. Raises Forbidden, IllegalTransition, Refused.
    """
    rules.must_edit(
        author_id=comment.author_id,
        at=comment.at,
        withdrawn=comment.withdrawn_at is not None,
        viewer_id=actor.id,
        now=now(),
    )
    body = rules.checked(text)
    if body == comment.body:
        return comment
    case = comment.case
    comment.body, comment.edited_at = body, now()
    _address(comment, chosen)
    db.session.flush()
    audit.record("edited a comment", board=case.board, case_id=case.id, actor=actor)
    live.announce_case(case.id, "comment_edited", {"comments"}, actor=actor, comment=comment.id)
    return comment


def withdraw(comment: Comment, *, actor: Person) -> None:
    """Take back one's own comment: its place stays, its text is not shown any more.

    Raises Forbidden, IllegalTransition.
    """
    rules.must_withdraw(
        author_id=comment.author_id,
        withdrawn=comment.withdrawn_at is not None,
        viewer_id=actor.id,
    )
    comment.withdrawn_at = now()
    case = comment.case
    db.session.flush()
    audit.record("withdrew a comment", board=case.board, case_id=case.id, actor=actor)
    live.announce_case(case.id, "comment_withdrawn", {"comments"}, actor=actor, comment=comment.id)


def see(case: Case, *, actor: Person) -> int:
    """Note that the actor has seen what was said to them on a case; returns how many mentions."""
    mentions = unseen_on(case.id, actor.id)
    for mention in mentions:
        mention.seen_at = now()
    if mentions:
        db.session.flush()
        audit.record("saw comments", board=case.board, case_id=case.id, actor=actor)
    return len(mentions)


def _address(comment: Comment, chosen: Iterable[int]) -> None:
    """Let the mentions follow the text; whoever was addressed before and still is has seen it."""
    if "@" not in comment.body and not comment.mentions:
        return
    people = {person.id: person for person in can_be_addressed(comment.case.board)}
    wanted = rules.addressed(
        comment.body, {key: person.name for key, person in people.items()}, chosen
    )
    wanted.discard(comment.author.id)
    comment.mentions = [m for m in comment.mentions if m.person_id in wanted]
    there = {m.person_id for m in comment.mentions}
    for key in sorted(wanted - there):
        comment.mentions.append(Mention(person_id=key, person=people[key]))
