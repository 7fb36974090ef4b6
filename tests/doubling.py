"""A record twice as large: every case copied, and on each as many words again by as many people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, func, insert, select

from boardroom.db import Base, db, write_transaction

PEOPLE = ("person", "membership")
SAID = (
    "comment", "mention", "opinion", "opinion_shift", "attendance", "fact", "treatment",
    "investigation", "patient_question", "document", "information_request", "progress",
)  # fmt: skip
CASES = (
    "case", "agenda_item", "consensus", "decision_aids", "decision_brief", "confirmation",
    "sign_off", "letter", "approved_letter", "case_specialty", "case_return", "lesion",
    "tumour_reading", "test_judgement", "follow_up", *SAID,
)  # fmt: skip
"""Each stands after what it refers to."""
UNIQUE = {"case": ("code", "source"), "person": ("email", "invitation_hash")}


def double() -> None:
    """Copy meetings without their agendas, people, what people said on cases, then the cases."""
    with write_transaction():
        _copy(["meeting"])
        _copy([*PEOPLE, *SAID])
        _copy([name for name in CASES if name != "attendance"])


def _copy(tables: Iterable[str]) -> None:
    """Copies of all rows, that refer to each other as the originals do, and else to the same."""
    made: dict[str, dict[int, int]] = {}
    for name in tables:
        table = Base.metadata.tables[name]
        highest = db.session.scalar(select(func.max(table.c.id))) or 0
        rows = [dict(r) for r in db.session.execute(select(table).order_by(table.c.id)).mappings()]
        made[name] = {row["id"]: row["id"] + highest for row in rows}
        if rows:
            db.session.execute(insert(table), [_copied(row, table, made) for row in rows])


def _copied(row: dict[str, Any], table: Table, made: dict[str, dict[int, int]]) -> dict[str, Any]:
    row = dict(row)
    for key in table.foreign_keys:
        column, (target, _) = key.parent.name, key.target_fullname.split(".")
        row[column] = made.get(target, {}).get(row[column], row[column])
    row["id"] = made[table.name][row["id"]]
    for column in UNIQUE.get(table.name, ()):
        row[column] = f"{row[column]}-{row['id']}" if row[column] else None
    if table.name == "meeting":
        row["starts_at"] += dt.timedelta(hours=1)
        row["current_item_id"] = None
    return row
