"""Finding cases by words: full-text search of the database in use.

The words stand in a case, in its patient or in a comment on it. The last letters may be missing:
"hepat" finds "hepatectomy". SQLite has an FTS5 index for each of the three tables, which triggers
keep; PostgreSQL has a GIN index on each one's text search vector. The migrations make both.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    union,
)
from sqlalchemy import table as named
from sqlalchemy.orm import aliased

from boardroom.cases.models import Case
from boardroom.db import db
from boardroom.people.models import Person, Role

MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+")
_COMMENT = named("comment", column("id"), column("case_id"), column("body"), column("withdrawn_at"))

# What PostgreSQL's indexes are on, letter for letter: another expression would not use them.
_MARKS = r"'[\u0300-\u036F]'"
_SIGNS = "'[-_/.,:;@+&#''\"()]+'"
_COLUMNS = {
    "case_words": (
        '"case".code', '"case".question', '"case".summary', '"case".first_reason',
        '"case".referrer_hospital', '"case".referrer_name',
    ),
    "patient_words": ("patient.name", "patient.record_number"),
    "comment_words": ("comment.body",),
}  # fmt: skip
_INDEXES = (("case_words", '"case"'), ("patient_words", "patient"), ("comment_words", "comment"))
RARE = 1000  # a word in at most so many rows is rare
AROUND = 60  # characters of a comment before and after the word


@dataclass(frozen=True)
class Said:
    """Where a comment on a case has the words: some of its text around the first of them."""

    before: str
    word: str
    after: str


def words_of(text: str) -> list[str]:
    """The words that are looked for; signs part them."""
    return _WORD.findall(text)[:MOST_WORDS]


def having(words: list[str], person: Person) -> ColumnElement[bool]:
    """Cases in which every word stands somewhere; comments count where the person may read them.

    The rarest word says which cases are looked at. Where all are common, the cases are gone
    through one by one: whoever asks for a page of them has it soon.
    """
    counts = _counts(words)
    first, *others = sorted(words, key=lambda word: counts[word])
    if counts[first] > RARE:
        return and_(*(_somewhere(word, person) for word in (first, *others)))
    known = Case.id.in_(_cases_with(first, person))
    return and_(known, *(_somewhere(word, person) for word in others))


def _counts(words: list[str]) -> dict[str, int]:
    """By word, how many rows have it; what is beyond rare is not counted to the end."""
    counts = [
        select(func.count())
        .select_from(rows_with(index, table, word).limit(RARE + 1).subquery())
        .scalar_subquery()
        for word in words
        for index, table in _INDEXES
    ]
    found = db.session.execute(select(*counts)).one()
    each = len(_INDEXES)
    return {word: sum(found[i * each : i * each + each]) for i, word in enumerate(words)}


def _comments_with(word: str) -> Select[Any]:
    """The cases of the comments that have a word."""
    return select(_COMMENT.c.case_id).where(
        _COMMENT.c.withdrawn_at.is_(None),
        _COMMENT.c.id.in_(rows_with("comment_words", "comment", word)),
    )


def _somewhere(word: str, person: Person) -> ColumnElement[bool]:
    return or_(
        Case.id.in_(rows_with("case_words", '"case"', word)),
        Case.patient_id.in_(rows_with("patient_words", "patient", word)),
        and_(Case.board.in_(_read_by(person)), Case.id.in_(_comments_with(word))),
    )


def _cases_with(word: str, person: Person) -> CompoundSelect[Any]:
    """As `_somewhere`, as the cases' keys: what a rare word is best asked by."""
    of_patient, said = aliased(Case), aliased(Case)
    return union(
        rows_with("case_words", '"case"', word),
        select(of_patient.id).where(
            of_patient.patient_id.in_(rows_with("patient_words", "patient", word))
        ),
        select(said.id).where(said.board.in_(_read_by(person)), said.id.in_(_comments_with(word))),
    )


def rows_with(index: str, table: str, word: str) -> Select[Any]:
    """Ids of a table's rows that have a word beginning so."""
    if db.engine.dialect.name == "sqlite":
        found = literal_column(index).op("MATCH")(literal(f'"{word}" *'))
        return select(literal_column("rowid")).select_from(named(index)).where(found)
    texts = " || chr(32) || ".join(_COLUMNS[index])
    plain = f"regexp_replace(normalize({texts}, NFD), {_MARKS}, '', 'g')"
    plain = f"regexp_replace({plain}, {_SIGNS}, ' ', 'g')"
    vector: ColumnElement[Any] = literal_column(f"to_tsvector('simple', {plain})")
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    asked = func.to_tsquery(literal_column("'simple'"), literal(f"{bare}:*"))
    return (
        select(literal_column(f"{table}.id")).select_from(text(table)).where(vector.op("@@")(asked))
    )


def said_in_comments(case_ids: list[int], words: list[str], person: Person) -> dict[int, Said]:
    """By case, the first comment with one of the words, where the person may read it."""
    if not case_ids or not words or not _read_by(person):
        return {}
    query = (
        select(_COMMENT.c.case_id, _COMMENT.c.body)
        .join(Case, Case.id == _COMMENT.c.case_id)
        .where(
            _COMMENT.c.case_id.in_(case_ids),
            _COMMENT.c.withdrawn_at.is_(None),
            Case.board.in_(_read_by(person)),
            or_(*(_COMMENT.c.id.in_(rows_with("comment_words", "comment", w)) for w in words)),
        )
        .order_by(_COMMENT.c.id.desc())
    )
    return {case_id: _excerpt(body, words) for case_id, body in db.session.execute(query)}


def _excerpt(body: str, words: list[str]) -> Said:
    line = " ".join(body.split())
    found = re.search(rf"\b(?:{'|'.join(map(re.escape, words))})\w*", line, re.IGNORECASE)
    if found is None:  # the database sees past accents
        return Said(line[: 2 * AROUND], "", "…" * (len(line) > 2 * AROUND))
    start, end = found.span()
    before = line[max(0, start - AROUND) : start]
    after = line[end : end + AROUND]
    return Said(
        "…" * (start > AROUND) + before, found.group(), after + "…" * (end + AROUND < len(line))
    )


def _read_by(person: Person) -> list[str]:
    """Boards whose comments the person may read."""
    return [m.board for m in person.memberships if m.role != Role.REFERRER]
