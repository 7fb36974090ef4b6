"""What is missing has the same place in every list, whichever database keeps the record.

Of its own accord SQLite puts it first and PostgreSQL last.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Mapper

from boardroom.db import Base

PACKAGE = Path(__file__).parents[2] / "boardroom"
for path in PACKAGE.glob("*/models.py"):
    importlib.import_module(f"boardroom.{path.parent.name}.models")
MAPPERS: dict[str, Mapper[object]] = {
    mapper.class_.__name__: mapper for mapper in Base.registry.mappers
}
SAID = ("nulls_first", "nulls_last")
COMPARED = ("is_", "is_not", "in_")


def may_be_missing(node: ast.AST) -> bool:
    """Whether this is `Model.column` of a column that may be empty."""
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        return False
    mapper = MAPPERS.get(node.value.id)
    if mapper is None or node.attr not in mapper.columns:
        return False
    return bool(mapper.columns[node.attr].nullable)


def unsaid(node: ast.AST) -> Iterator[str]:
    """The columns that may be missing below a sort key which does not say where they then go."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) if name in (*SAID, *COMPARED):
            return
    if may_be_missing(node):
        yield ast.unparse(node)
    for inner in ast.iter_child_nodes(node):
        yield from unsaid(inner)


def sort_keys(path: Path) -> Iterator[ast.AST]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr == "order_by":
            yield from node.args
        for given in node.keywords:
            if given.arg == "order_by" and isinstance(given.value, ast.Constant):
                yield ast.parse(given.value.value, mode="eval")


def test_the_check_knows_what_may_be_missing() -> None:
    assert MAPPERS["Fact"].columns["taken_on"].nullable
    assert list(unsaid(ast.parse("Fact.key, Fact.taken_on.desc()"))) == ["Fact.taken_on"]
    assert not list(unsaid(ast.parse("Fact.taken_on.desc().nulls_last(), Fact.id")))


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(PACKAGE.glob("**/*.py")) if "order_by" in path.read_text("utf-8")],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_every_order_says_where_the_missing_goes(path: Path) -> None:
    wrong = [column for key in sort_keys(path) for column in unsaid(key)]
    assert not wrong, f"{path.name}: nulls_first() or nulls_last() for {', '.join(wrong)}"
