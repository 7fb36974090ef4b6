"""Full-text search of cases, patients and comments; what long lists are sorted by"""

from __future__ import annotations

from alembic import op

revision = "0006_search"
down_revision = "0005_several_processes"
branch_labels = None
depends_on = None

TEXTS = {
    "case": ("code", "question", "summary", "first_reason", "referrer_hospital", "referrer_name"),
    "patient": ("name", "record_number"),
    "comment": ("body",),
}
MARKS = r"'[\u0300-\u036F]'"
SIGNS = "'[-_/.,:;@+&#''\"()]+'"


def upgrade() -> None:
    # Every list of a board's cases is newest first; rounds are found from their earlier case.
    op.create_index("ix_case_board", "case", ["board", "id"])
    op.create_index("ix_case_earlier_case_id", "case", ["earlier_case_id"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in TEXTS.items():
        for statement in (_sqlite if sqlite else _postgresql)(table, columns):
            op.execute(statement)


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TEXTS:
        if sqlite:
            for event in ("insert", "delete", "update"):
                op.execute(f"DROP TRIGGER {table}_words_{event}")
            op.execute(f"DROP TABLE {table}_words")
        else:
            op.execute(f"DROP INDEX {table}_words")
    op.drop_index("ix_case_earlier_case_id", "case")
    op.drop_index("ix_case_board", "case")


def _sqlite(table: str, columns: tuple[str, ...]) -> list[str]:
    """An index beside the table, without a copy of its texts, and the triggers that keep it."""
    names = ", ".join(columns)

    def values(row: str) -> str:
        return ", ".join(f"{row}.{name}" for name in columns)

    words = f"{table}_words"
    into = f"INSERT INTO {words} ("
    add = f"{into}rowid, {names}) VALUES (new.id, {values('new')});"
    remove = f"{into}{words}, rowid, {names}) VALUES ('delete', old.id, {values('old')});"
    how = "tokenize='unicode61 remove_diacritics 2', prefix='2 3'"
    beside = f"content='{table}', content_rowid='id'"
    after = f'ON "{table}" BEGIN'
    return [
        f"CREATE VIRTUAL TABLE {words} USING fts5({names}, {beside}, {how})",
        f"{into}{words}) VALUES ('rebuild')",
        f"CREATE TRIGGER {words}_insert AFTER INSERT {after} {add} END",
        f"CREATE TRIGGER {words}_delete AFTER DELETE {after} {remove} END",
        f"CREATE TRIGGER {words}_update AFTER UPDATE OF {names} {after} {remove} {add} END",
    ]


def _postgresql(table: str, columns: tuple[str, ...]) -> list[str]:
    text = " || chr(32) || ".join(columns)
    plain = f"regexp_replace(normalize({text}, NFD), {MARKS}, '', 'g')"
    vector = f"to_tsvector('simple', regexp_replace({plain}, {SIGNS}, ' ', 'g'))"
    return [f'CREATE INDEX {table}_words ON "{table}" USING gin ({vector})']
