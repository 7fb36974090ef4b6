"""Searching the audit trail of one board, and writing its entries so that they can be read."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, or_, select, true
from sqlalchemy.orm import joinedload

from boardroom import discarded
from boardroom.audit import AuditEntry
from boardroom.cases.models import Case
from boardroom.db import db
from boardroom.meetings.models import Meeting
from boardroom.people.models import Membership, Person

PAGE = 50

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00\Z")

NOBODY = "nobody"  # in place of a person's key: entries that no account made


@dataclass(frozen=True)
class Search:
    """What to look for; an empty value leaves it open. Times are instants, ``until`` excluded."""

    who: str = ""
    action: str = ""
    case: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    text: str = ""


@dataclass(frozen=True)
class Page:
    """Entries, newest first, and the keys to go on from in either direction (None: the end)."""

    entries: Sequence[AuditEntry]
    older: int | None
    newer: int | None


def _of_board(board: str) -> ColumnElement[bool]:
    """Entries of the board, and those of no board that its own people or no account made.

    Signing in belongs to no board; another board's people are none of this one's business.
    """
    members = select(Membership.person_id).where(Membership.board == board)
    no_subject = and_(AuditEntry.case_id.is_(None), AuditEntry.meeting_id.is_(None))
    return or_(
        AuditEntry.board == board,
        and_(
            AuditEntry.board.is_(None),
            no_subject,
            or_(AuditEntry.actor_id.is_(None), AuditEntry.actor_id.in_(members)),
        ),
    )


def _matching(board: str, search: Search) -> Select[AuditEntry]:
    query = select(AuditEntry).where(_of_board(board)).options(joinedload(AuditEntry.actor))
    if search.who == NOBODY:
        query = query.where(AuditEntry.actor_id.is_(None))
    elif search.who:
        query = query.where(AuditEntry.actor_id == int(search.who))
    if search.action:
        query = query.where(AuditEntry.action.icontains(search.action.strip(), autoescape=True))
    if search.case:
        code = search.case.strip()
        query = query.where(_of_case(board, code))
    if search.since is not None:
        query = query.where(AuditEntry.at >= search.since)
    if search.until is not None:
        query = query.where(AuditEntry.at < search.until)
    if search.text:
        # The column is JSON text in which letters beyond ASCII stand as escapes.
        written = json.dumps(search.text.strip())[1:-1]
        query = query.where(
            or_(
                cast(AuditEntry.changes, Text).icontains(written, autoescape=True),
                cast(AuditEntry.details, Text).icontains(written, autoescape=True),
            )
        )
    return query


def _of_case(board: str, code: str) -> ColumnElement[bool]:
    """Entries about the cases whose code holds this, and about discarded drafts that had it.

    Before keys were never given twice, a draft and the case after it could have the same one: the
    draft's entries end with the one that says that it was discarded.
    """
    found = select(Case.id).where(Case.board == board, Case.code.icontains(code, autoescape=True))
    gone = discarded.of_board(board)
    last = {one.case_id: one.until for one in gone}
    present = [
        and_(AuditEntry.case_id == key, AuditEntry.id > until) for key, until in last.items()
    ]
    drafts: list[ColumnElement[bool]] = []
    before: dict[int, int] = {}
    for one in gone:
        if code.casefold() in one.code.casefold():
            after = AuditEntry.id > before.get(one.case_id, 0)
            drafts.append(
                and_(AuditEntry.case_id == one.case_id, after, AuditEntry.id <= one.until)
            )
        before[one.case_id] = one.until
    alive = or_(AuditEntry.case_id.not_in(last), *present) if last else true()
    return or_(and_(AuditEntry.case_id.in_(found), alive), *drafts)


def page(
    board: str, search: Search, *, before: int | None = None, after: int | None = None
) -> Page:
    """One page of the trail: the newest, those before an entry, or those after it."""
    query = _matching(board, search)
    if after is not None:
        query = query.where(AuditEntry.id > after).order_by(AuditEntry.id)
    else:
        if before is not None:
            query = query.where(AuditEntry.id < before)
        query = query.order_by(AuditEntry.id.desc())
    found = list(db.session.scalars(query.limit(PAGE + 1)))
    more, found = len(found) > PAGE, found[:PAGE]
    if after is not None:
        found.reverse()
        newer, older = more, True
    else:
        newer, older = before is not None, more
    if not found:
        return Page(found, None, None)
    return Page(
        found,
        older=found[-1].id if older else None,
        newer=found[0].id if newer else None,
    )


@dataclass(frozen=True)
class FieldChange:
    """One field's values before and after, in words; ``hidden`` says why they are not kept."""

    name: str
    old: str = ""
    new: str = ""
    hidden: str = ""
    is_name: bool = False


@dataclass(frozen=True)
class RowChange:
    """What happened to one row: ``did`` is added, changed or removed."""

    table: str
    number: int | None
    did: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Told:
    """An entry with its words: the case's code, whether that of a draft since discarded, what was
    changed, what else was noted."""

    entry: AuditEntry
    case: str
    gone: bool
    changes: list[RowChange]
    details: list[tuple[str, str]]

    @property
    def summary(self) -> str:
        """The changes in a line, such as "case: status, version; fact added"."""
        parts: dict[str, int] = {}
        for change in self.changes:
            if change.did == "changed":
                names = [field.name for field in change.fields]
                more = f" and {len(names) - 4} more" if len(names) > 4 else ""
                part = f"{change.table}: {', '.join(names[:4])}{more}"
            else:
                part = f"{change.table} {change.did}"
            parts[part] = parts.get(part, 0) + 1
        return "; ".join(
            f"{count} × {part}" if count > 1 else part for part, count in parts.items()
        )


class Reader:
    """Puts words to entries: the people and cases that one page of them names, loaded at once."""

    def __init__(
        self, entries: Iterable[AuditEntry], say_time: Callable[[dt.datetime], str]
    ) -> None:
        entries = list(entries)
        self.say_time = say_time
        people: set[int] = set()
        cases = {e.case_id for e in entries if e.case_id is not None}
        for change in (change for entry in entries for change in entry.changes):
            for name, values in change["fields"].items():
                if _names_person(name):
                    people.update(v for v in values if isinstance(v, int))
                elif name == "case_id":
                    cases.update(v for v in values if isinstance(v, int))
        self.people = _by_key(select(Person.id, Person.name).where(Person.id.in_(people)))
        self.codes = _by_key(select(Case.id, Case.code).where(Case.id.in_(cases)))
        self.discarded = discarded.of_cases(cases)
        met = {e.meeting_id for e in entries if e.meeting_id is not None}
        self.meetings = {
            key: f"{title}, {say_time(at)}"
            for key, title, at in db.session.execute(
                select(Meeting.id, Meeting.title, Meeting.starts_at).where(Meeting.id.in_(met))
            )
        }

    def tell(self, entry: AuditEntry) -> Told:
        """An entry in words."""
        code, gone = self._code(entry.case_id, entry)
        return Told(
            entry,
            case=code,
            gone=gone,
            changes=self._changes(entry),
            details=[
                *self._meeting(entry),
                *(
                    (_words(name), self._value(name, v, entry))
                    for name, v in entry.details.items()
                    if not (gone and name == "code")
                ),
            ],
        )

    def _code(self, case_id: int | None, entry: AuditEntry) -> tuple[str, bool]:
        """The code that this key stood for when the entry was written, and whether it was that of a
        draft which was discarded since."""
        if case_id is None:
            return "", False
        for one in self.discarded:
            if one.case_id == case_id and entry.id <= one.until:
                return one.code, True
        return self.codes.get(case_id, ""), False

    def _meeting(self, entry: AuditEntry) -> list[tuple[str, str]]:
        found = self.meetings.get(entry.meeting_id) if entry.meeting_id is not None else None
        return [("meeting", found)] if found else []

    def _changes(self, entry: AuditEntry) -> list[RowChange]:
        return [
            RowChange(
                table=_words(change["table"]),
                number=change.get("id"),
                did=change["did"],
                fields=tuple(
                    self._field(change["table"], name, values, entry)
                    for name, values in change["fields"].items()
                ),
            )
            for change in entry.changes
        ]

    def _field(self, table: str, name: str, values: list[Any], entry: AuditEntry) -> FieldChange:
        if len(values) == 1:
            kind = str(values[0]).strip("()")
            hidden = {"sealed": "sealed, not recorded here", "secret": "secret, not recorded"}
            return FieldChange(_words(name), hidden=hidden.get(kind, kind))
        old, new = (self._value(name, value, entry) for value in values)
        return FieldChange(_words(name), old, new, is_name=(table, name) == ("patient", "name"))

    def _value(self, name: str, value: Any, entry: AuditEntry) -> str:
        if value is None or value in ("", [], {}):
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int) and _names_person(name):
            return self.people.get(value, f"person {value}")
        if isinstance(value, int) and name == "case_id":
            code, gone = self._code(value, entry)
            return f"discarded draft {code}" if gone else code or f"case {value}"
        if isinstance(value, dict):
            return "; ".join(
                f"{_words(str(k))}: {self._value('', v, entry)}" for k, v in value.items()
            )
        if isinstance(value, list):
            return ", ".join(self._value("", part, entry) for part in value)
        if isinstance(value, str) and _INSTANT.match(value):
            return self.say_time(dt.datetime.fromisoformat(value))
        return str(value)


def _by_key(query: Select[int, str]) -> dict[int, str]:
    return dict(db.session.execute(query).all())


def _names_person(field: str) -> bool:
    return field == "person_id" or field.endswith(
        ("_by_id", "actor_id", "author_id", "chair_id", "presenter_id", "holder_id")
    )


def _words(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ")
