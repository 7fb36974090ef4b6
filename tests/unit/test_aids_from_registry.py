"""The decision aids on a registry's table, each row as the facts that its mapping makes of it."""

from __future__ import annotations

import csv
import os
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from boardroom.clinical.facts import FactError, check
from boardroom.clinical.from_facts import CaseRecord, RecordedFact
from tests.unit.aid_samples import TODAY

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("BOARDROOM_SHARED") or ROOT.parent / "shared")
REGISTRY = SHARED / "cases" / "uci_hcc_survival.csv"


def registry() -> Iterator[CaseRecord]:
    """Each row of the table as the facts that its mapping makes of it."""
    mapping = tomllib.loads((ROOT / "config" / "mappings" / "uci_hcc.toml").read_text("utf-8"))
    with REGISTRY.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            facts = []
            for column in mapping["columns"]:
                kind, _, key = column["to"].partition(".")
                raw = row[column["column"]]
                if kind != "fact" or not raw or "units" in column:
                    continue
                value = column.get("values", {}).get(raw, raw)
                try:
                    check(key, value, column.get("unit", ""))
                except FactError:
                    continue
                facts.append(RecordedFact(key, value, column.get("unit", "")))
            yield CaseRecord(facts, TODAY)


@pytest.mark.skipif(not REGISTRY.exists(), reason=f"no registry at {REGISTRY}")
def test_a_registry_of_165_patients() -> None:
    classes: Counter[str] = Counter()
    grades: Counter[str] = Counter()
    rows = 0
    for record in registry():
        rows += 1
        for name, key, counted in (
            ("child_pugh", "class", classes),
            ("albi", "malbi_grade", grades),
        ):
            result = record.fill(name).result
            assert result is not None
            if result.complete:
                counted[result.values[key]] += 1
    assert rows == 165
    assert classes == {"A": 74, "B": 55, "C": 26}
    assert grades == {"1": 37, "2a": 24, "2b": 60, "3": 37}
