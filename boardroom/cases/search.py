"""Finding cases by words: full-text search of the database in use.

The words stand in a case, in its patient or in a comment on it. The last letters may be missing:
"hepat" finds "hepatectomy". SQLite has an FTS5 index for each of the three tables, which triggers
keep; PostgreSQL has a GIN index on each one's text search vector. The migrations make both.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import product
from math import prod
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
MANY = 10_000  # and in more than so many comments they are too many to be gone through
MOST_WAYS = 9  # two words, each in the case, its patient and a comment on it
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

    The rarest word says which cases are looked at. Where all are common but seldom stand together,
    the indexes are asked for what is in both. Else the cases are gone through one by one: whoever
    asks for a page of them has it soon.
    """
    places = _places(words)
    counts = {word: sum(places[word].values()) for word in words}
    first, *others = sorted(words, key=lambda word: counts[word])
    if counts[first] > RARE:
        if others and (ways := _ways(places)) and _seldom_together(places):
            return Case.id.in_(union(*(_standing(way, person) for way in ways)))
        return and_(*(_somewhere(word, person) for word in (first, *others)))
    known = Case.id.in_(_cases_with(first, person))
    return and_(known, *(_somewhere(word, person) for word in others))


def _places(words: list[str]) -> dict[str, dict[str, int]]:
    """By word and index, how many rows have it; what is beyond many is not counted to the end."""
    counts = [
        select(func.count())
        .select_from(rows_with(index, table, word).limit(MANY + 1).subquery())
        .scalar_subquery()
        for word in words
        for index, table in _INDEXES
    ]
    found = db.session.execute(select(*counts)).one()
    each = len(_INDEXES)
    names = [index for index, _ in _INDEXES]
    return {
        word: dict(zip(names, found[i * each : i * each + each], strict=True))
        for i, word in enumerate(words)
    }


def _ways(places: dict[str, dict[str, int]]) -> list[dict[str, str]]:
    """Every way in which the words can stand somewhere, {word: index}; none where to go through
    them, or through the comments with a word, would take longer than to go through the cases."""
    if any(found["comment_words"] > MANY for found in places.values()):
        return []
    where = [[index for index, count in found.items() if count] for found in places.values()]
    if prod(map(len, where)) > MOST_WAYS:
        return []
    return [dict(zip(places, way, strict=True)) for way in product(*where)]


def _seldom_together(places: dict[str, dict[str, int]]) -> bool:
    """Whether few cases have all the words in the referral itself, where most words stand.

    What very many patients are called, as a registry's are, parts no cases and is left out.
    """
    words = [word for word, found in places.items() if found["patient_words"] <= RARE]
    if len(words) < 2:
        return False
    both = rows_with("case_words", '"case"', *words).limit(RARE + 1).subquery()
    return (db.session.scalar(select(func.count()).select_from(both)) or 0) <= RARE


def _standing(way: dict[str, str], person: Person) -> Select[Any]:
    """The cases in which each word stands where `way` has it, as their keys."""
    case = aliased(Case)
    of_case, of_patient, said = (
        [word for word, where in way.items() if where == index] for index, _ in _INDEXES
    )
    # Only lists of keys, one in the other: a join would ask an index anew for each row.
    keys = rows_with("case_words", '"case"', *of_case) if of_case else None
    for word in said:  # perhaps each in another comment
        with_it = _comments_with(word)
        keys = with_it if keys is None else with_it.where(_COMMENT.c.case_id.in_(keys))
    wanted = [] if keys is None else [case.id.in_(keys)]
    if said:
        wanted.append(case.board.in_(_read_by(person)))
    if of_patient:
        called = rows_with("patient_words", "patient", *of_patient)
        wanted.append(case.patient_id.in_(called))
    return select(case.id).where(*wanted)


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


def rows_with(index: str, table: str, *words: str) -> Select[Any]:
    """Ids of a table's rows that have, for each of the words, one beginning so."""
    if db.engine.dialect.name == "sqlite":
        asked_for = " AND ".join(f'"{word}" *' for word in words)
        found = literal_column(index).op("MATCH")(literal(asked_for))
        return select(literal_column("rowid")).select_from(named(index)).where(found)
    texts = " || chr(32) || ".join(_COLUMNS[index])
    plain = f"regexp_replace(normalize({texts}, NFD), {_MARKS}, '', 'g')"
    plain = f"regexp_replace({plain}, {_SIGNS}, ' ', 'g')"
    vector: ColumnElement[Any] = literal_column(f"to_tsvector('simple', {plain})")
    bare = " & ".join(f"{_bare(word)}:*" for word in words)
    asked = func.to_tsquery(literal_column("'simple'"), literal(bare))
    return (
        select(literal_column(f"{table}.id")).select_from(text(table)).where(vector.op("@@")(asked))
    )


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


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
