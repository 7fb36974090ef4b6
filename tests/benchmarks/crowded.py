"""A database with very many cases: the demonstration's, copied over and over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from sqlalchemy import Table, func, insert, select

from boardroom.cases.models import Case, Fact, Lesion, Patient
from boardroom.comments.models import Comment
from boardroom.db import db

AT_ONCE = 5_000  # rows in one statement
SHARE = {"decided": 0.9, "followed_up": 0.06}  # most cases of a board's years are closed


def fill(cases: int, progress: Callable[[int], None] = lambda done: None) -> None:
    """Copy cases with their patients, facts, lesions and comments until there are so many."""
    patients: Table = Patient.__table__  # type: ignore[assignment]
    table: Table = Case.__table__  # type: ignore[assignment]
    session = db.session
    stored = [dict(r) for r in session.execute(select(table).order_by(table.c.id)).mappings()]
    closed = [r for r in stored if r["status"] in SHARE] or stored
    persons = {r["id"]: dict(r) for r in session.execute(select(patients)).mappings()}
    missing = cases - len(stored)
    next_case = (session.scalar(select(func.max(table.c.id))) or 0) + 1
    next_patient = (session.scalar(select(func.max(patients.c.id))) or 0) + 1
    made: list[tuple[int, int]] = []  # the copy's id, whose copy it is
    rows: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for number in range(max(0, missing)):
        original = closed[number % len(closed)]
        person = persons[original["patient_id"]] | {
            "id": next_patient + number,
            "name": f"Copied Patient {number}",
            "record_number": f"COPY-{number}",
        }
        rows[0].append(person)
        rows[1].append(
            original
            | {
                "id": next_case + number,
                "patient_id": person["id"],
                "code": f"CP-{number:06d}",
                "source": None,
                "earlier_case_id": None,
            }
        )
        made.append((next_case + number, original["id"]))
        if len(rows[0]) == AT_ONCE:
            _write(rows, patients, table)
            progress(number)
    _write(rows, patients, table)
    for model in (Fact, Lesion, Comment):
        _copy_children(model.__table__, made)  # type: ignore[arg-type]
    session.commit()


def _write(rows: tuple[list[dict[str, Any]], list[dict[str, Any]]], *tables: Table) -> None:
    for table, some in zip(tables, rows, strict=True):
        if some:
            db.session.execute(insert(table), some)
            some.clear()


def _copy_children(table: Table, made: list[tuple[int, int]]) -> None:
    children: dict[int, list[dict[str, Any]]] = {}
    for row in db.session.execute(select(table)).mappings():
        children.setdefault(row["case_id"], []).append(dict(row))
    ids = count((db.session.scalar(select(func.max(table.c.id))) or 0) + 1)
    batch: list[dict[str, Any]] = []
    for row in _copies(children, made):
        batch.append(row | {"id": next(ids)} | ({"thread_id": None} if "thread_id" in row else {}))
        if len(batch) == AT_ONCE:
            db.session.execute(insert(table), batch)
            batch.clear()
    if batch:
        db.session.execute(insert(table), batch)


def _copies(
    children: dict[int, list[dict[str, Any]]], made: list[tuple[int, int]]
) -> Iterator[dict[str, Any]]:
    for copy, original in made:
        for row in children.get(original, ()):
            yield row | {"case_id": copy}
