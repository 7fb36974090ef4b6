"""The house's order where import contracts cannot say it: by a file's kind, and in the lock files.

The contracts in pyproject.toml name `boardroom.*.operations`; a file split by concept
(`stage_operations.py`) is of the same kind and is held to the same order here.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "boardroom"
WEB = ("flask", "werkzeug", "wtforms")
DATABASE = ("sqlalchemy", "flask_sqlalchemy_lite", "alembic")

# kind of file → what it may not import: kinds of our files, and other packages
FORBIDDEN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rules": (("models", "operations", "queries", "forms", "routes"), WEB + DATABASE),
    "models": (("operations", "queries", "forms", "routes"), WEB),
    "queries": (("operations", "forms", "routes"), ("flask_wtf", "wtforms")),
    "operations": (("forms", "routes"), ("flask_wtf", "wtforms")),
    "forms": (("routes",), ("sqlalchemy",)),
    "routes": ((), ("sqlalchemy",)),
}


def kind(name: str) -> str:
    """`stage_operations` and `operations` are operations; `stage` is of no kind."""
    return name.rpartition("_")[2]


def feature_files() -> list[Path]:
    """Every file of a feature folder whose kind has an order to keep."""
    return sorted(path for path in PACKAGE.glob("*/*.py") if kind(path.stem) in FORBIDDEN)


def imports(path: Path) -> Iterator[str]:
    """Every module that the file names in an import, except those for type checkers only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if (PACKAGE.parent / node.module.replace(".", "/")).is_dir():
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_there_are_files_to_check() -> None:
    assert len(feature_files()) > 10


@pytest.mark.parametrize("path", feature_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_imports_only_what_its_kind_may(path: Path) -> None:
    kinds, packages = FORBIDDEN[kind(path.stem)]
    wrong = []
    for module in imports(path):
        ours = module.startswith("boardroom.")
        if ours and module.count(".") == 2 and kind(module.rpartition(".")[2]) in kinds:
            wrong.append(module)
        if not ours and module.split(".")[0] in packages:
            wrong.append(module)
    assert not wrong, f"{path.name} is not to import {', '.join(sorted(set(wrong)))}"


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.glob("*/*.py")), ids=lambda p: f"{p.parent.name}/{p.name}"
)
def test_no_feature_imports_routes_of_another(path: Path) -> None:
    for module in imports(path):
        if module.startswith("boardroom.") and kind(module) == "routes":
            assert module.split(".")[1] == path.parent.name


def test_clinical_is_pure() -> None:
    for path in (PACKAGE / "clinical").glob("**/*.py"):
        for module in imports(path):
            assert module.split(".")[0] not in WEB + DATABASE, f"{path.name} imports {module}"
            if module.startswith("boardroom."):
                assert module.startswith("boardroom.clinical"), f"{path.name} imports {module}"


def test_lock_files_record_no_addresses() -> None:
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index-url" not in text
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, entry in packages.items():
        assert "resolved" not in entry, name
        assert not name or "integrity" in entry, name


def test_every_declared_package_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for file, declared in {
        "requirements.txt": project["dependencies"],
        "requirements-dev.txt": project["optional-dependencies"]["dev"] + project["dependencies"],
    }.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        pinned = set(re.findall(r"^([a-z0-9-]+)==", text, flags=re.MULTILINE))
        names = {re.split(r"[\[<>=]", requirement)[0] for requirement in declared}
        assert names <= pinned, f"{file} lacks {', '.join(sorted(names - pinned))}: make lock"
