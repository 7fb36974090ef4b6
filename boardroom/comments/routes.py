"""The threads of a case."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.cases.models import Case
from boardroom.cases.names import NAME_IN_TEXT, holds_name
from boardroom.comments import operations, queries, rules
from boardroom.comments.forms import CommentForm
from boardroom.comments.models import Comment
from boardroom.db import now
from boardroom.errors import wants_part
from boardroom.permissions import can
from boardroom.web import see_other

bp = Blueprint("comments", __name__)


@bp.get("/cases/<int:case_id>/comments")
def thread(case_id: int) -> str:
    """What was said about a case; only the part where a script asks."""
    if not wants_part():
        audit.record_reading("read the comments", board=g.subject.board, case_id=case_id)
    return _page()


@bp.post("/cases/<int:case_id>/comments")
def add(case_id: int) -> Any:
    """Say something."""
    form = CommentForm()
    if not form.validate_on_submit():
        return _page(form, reply_to=form.thread.data), 422
    operations.add(
        g.subject.case,
        form.body.data or "",
        actor=current_user,
        thread_id=form.thread.data,
        chosen=_chosen(),
    )
    return _back(case_id)


@bp.post("/cases/<int:case_id>/comments/<int:comment_id>/edit")
def edit(case_id: int, comment_id: int) -> Any:
    """Put one's own comment right."""
    comment = queries.comment_of(case_id, comment_id)
    form = CommentForm()
    if not form.validate_on_submit():
        return _page(form, editing=comment_id), 422
    operations.edit(comment, form.body.data or "", actor=current_user, chosen=_chosen())
    return _back(case_id)


@bp.post("/cases/<int:case_id>/comments/<int:comment_id>/withdraw")
def withdraw(case_id: int, comment_id: int) -> Response:
    """Take one's own comment back."""
    operations.withdraw(queries.comment_of(case_id, comment_id), actor=current_user)
    return _back(case_id, at=comment_id)


@bp.post("/cases/<int:case_id>/comments/seen")
def seen(case_id: int) -> Any:
    """Note that what was said to the person has been seen. A script says so when it is shown."""
    operations.see(g.subject.case, actor=current_user)
    return ("", 204) if wants_part() else see_other("home.home")


@bp.app_template_global("comments_of")
def comments_of(case: Case) -> dict[str, Any]:
    """What `comments/_thread.html` shows of a case to the person signed in."""
    threads = queries.thread_of(case.id)
    said = [c for t in threads for c in (t.first, *t.replies)]
    return {
        "threads": threads,
        "count": sum(c.withdrawn_at is None for c in said),
        "unseen": sum(
            m.person_id == current_user.id and m.seen_at is None for c in said for m in c.mentions
        ),
        "writes": can("comments.add", case_id=case.id),
        "people": queries.can_be_addressed(case.board)
        if can("comments.add", case_id=case.id)
        else [],
    }


@bp.app_template_global("name_caution")
def name_caution(text: str | None, case: Case) -> str:
    """What its writer is told about a comment in which the patient's name stands, else nothing."""
    return NAME_IN_TEXT if text and holds_name(text, case.patient.name) else ""


@bp.app_template_filter("pieces")
def pieces(comment: Comment) -> list[tuple[str, bool]]:
    """A comment's text, cut where it addresses somebody."""
    return rules.pieces(comment.body, [m.person.name for m in comment.mentions])


@bp.app_template_test("editable_by")
def editable_by(comment: Comment, person_id: int) -> bool:
    """Whether the person may still put the comment right."""
    return rules.may_edit(
        author_id=comment.author_id,
        at=comment.at,
        withdrawn=comment.withdrawn_at is not None,
        viewer_id=person_id,
        now=now(),
    )


def _page(
    form: CommentForm | None = None, *, reply_to: int | None = None, editing: int | None = None
) -> str:
    if form is None:
        reply_to, editing = request.args.get("reply", type=int), request.args.get("edit", type=int)
    return render_template(
        "comments/_thread.html" if wants_part() else "comments/thread.html",
        case=g.subject.case,
        form=form,
        reply_to=reply_to,
        editing=editing,
    )


def _back(case_id: int, *, at: int | None = None) -> Response:
    """To the thread, or `at` a comment in it; a script follows and is given the part."""
    anchor = f"comment-{at}" if at is not None else None
    return see_other("comments.thread", case_id=case_id, _anchor=anchor)


def _chosen() -> list[int]:
    return request.form.getlist("mention", type=int)[:100]
