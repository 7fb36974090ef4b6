"""The decision aids against the worked examples that came with their specification."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from boardroom.clinical import AIDS

SHARED = Path(os.environ.get("BOARDROOM_SHARED") or Path(__file__).parents[3] / "shared")
VECTORS = SHARED / "clinical" / "vectors.json"
ROUNDED = {"raw", "score", "z"}

_skip = pytest.mark.skip(reason=f"no worked examples at {VECTORS}")


def vectors() -> list[Any]:
    if not VECTORS.exists():
        return [pytest.param({}, marks=_skip, id="absent")]
    return [pytest.param(one, id=one["id"]) for one in json.loads(VECTORS.read_text("utf-8"))]


@pytest.mark.parametrize("vector", vectors())
def test_a_worked_example(vector: dict[str, Any]) -> None:
    result = AIDS[vector["score"]](**vector["inputs"])
    assert result.complete
    found = result.as_dict()
    for key, expected in vector["expected"].items():
        if key.endswith("_percent"):
            assert found[key] == pytest.approx(expected, abs=5e-3), key
        elif key in ROUNDED:
            assert found[key] == pytest.approx(expected, abs=1e-3), key
        else:
            assert found[key] == expected, key


@pytest.mark.skipif(not VECTORS.exists(), reason=f"no worked examples at {VECTORS}")
def test_every_score_with_examples_is_an_aid_of_that_name() -> None:
    named = {one["score"] for one in json.loads(VECTORS.read_text("utf-8"))}
    assert named <= set(AIDS)
    assert named
