"""A post that is sent again is not done twice.

A form or a script puts a key of its own into ``_key`` or the header ``Idempotency-Key``. The first
answer to that key is kept in the same transaction as what it did, and given again to every repeat.
A repeat says the same: whoever got no answer, or came back to the form, and wrote something else
into it, has sent something else, and must not be told that it was done.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Any

from flask import make_response, request
from flask_login import current_user
from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from boardroom.db import Base, db, now
from boardroom.errors import Refused

JSON = "application/json"
KEPT_FOR = dt.timedelta(days=3)
NOT_SAID = {"_key", "csrf_token"}  # the token can be another one when a form is sent again
REPEATED = "X-Boardroom-Repeated"
MOST_KEPT = 64_000  # characters of an answer; pages are longer, and a repeat is sent on to one


class Receipt(Base):
    """What was answered to one key of one person."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("person_id", "key"),)
    __audit__ = False

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(300))
    status: Mapped[int]
    location: Mapped[str] = mapped_column(default="")
    seq: Mapped[str] = mapped_column(String(20), default="")
    # Of a script's post, the JSON that it goes on with
    answer: Mapped[str] = mapped_column(default="", server_default="")
    at: Mapped[dt.datetime] = mapped_column(default=now, index=True)


def request_key() -> str | None:
    """What tells this request from every other, repeats of it excepted: a digest of its key, its
    address and what it says. None where it carries no key; raises Refused for one that is too long.
    """
    key = request.headers.get("Idempotency-Key") or request.form.get("_key") or None
    if key is None:
        return None
    if not 8 <= len(key) <= 64:
        raise Refused("The form's key is not of the expected length. Reload the page.")
    said = [item for item in request.form.items(multi=True) if item[0] not in NOT_SAID]
    for name, file in request.files.items(multi=True):
        digest = hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
        file.stream.seek(0)
        said.append((name, f"{file.filename} {digest}"))
    return hashlib.sha256(json.dumps([key, request.path, sorted(said)]).encode()).hexdigest()


def once(view: Callable[[], Any]) -> Callable[[], Any]:
    """Wrap a view so that a repeat of its request gets the first answer."""

    def run() -> Any:
        key = request_key() if current_user.is_authenticated else None
        if key is None:
            return view()
        found = _find(key)
        if found is not None:
            return _again(found)
        response = make_response(view())
        if response.status_code < 400 and current_user.is_authenticated:  # else it signed them out
            db.session.add(
                Receipt(
                    person_id=current_user.id,
                    key=key,
                    path=request.path[:300],
                    status=response.status_code,
                    location=response.headers.get("Location", ""),
                    seq=response.headers.get("X-Boardroom-Seq", ""),
                    answer=_to_keep(response),
                )
            )
            try:
                db.session.flush()
            except IntegrityError:
                # Another process finished the same post in this instant: its answer counts.
                db.session.rollback()
                found = _find(key)
                if found is None:
                    raise
                return _again(found)
        return response

    return run


def first_answer() -> Response | None:
    """The first answer to this very request of this person, where it is a repeat; else None.

    For who refuses requests before their view is reached: a repeat is not done again.
    """
    if request.method != "POST" or not current_user.is_authenticated:
        return None
    try:
        key = request_key()
    except Refused:
        return None
    found = _find(key) if key is not None else None
    return _again(found) if found is not None else None


def forget_old() -> int:
    """Remove receipts that no client will ask for again; returns how many."""
    done = db.session.execute(delete(Receipt).where(Receipt.at < now() - KEPT_FOR))
    return int(getattr(done, "rowcount", 0))


def _find(key: str) -> Receipt | None:
    return db.session.scalar(
        select(Receipt).where(Receipt.person_id == current_user.id, Receipt.key == key)
    )


def _to_keep(response: Response) -> str:
    if response.mimetype != JSON:
        return ""
    text = response.get_data(as_text=True)
    return text if len(text) <= MOST_KEPT else ""


def _again(receipt: Receipt) -> Response:
    response = make_response(receipt.answer, receipt.status)
    if receipt.answer:
        response.mimetype = JSON
    response.headers[REPEATED] = "true"
    if receipt.location:
        response.headers["Location"] = receipt.location
    if receipt.seq:
        response.headers["X-Boardroom-Seq"] = receipt.seq
    return response
