"""The benchmark runs. What it measures is for people to read: a busy machine proves nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.sqlite
def test_every_measurement_runs_and_has_its_figures(made_demo: Path, tmp_path: Path) -> None:
    kept = tmp_path / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--small", "--demo", made_demo, "--json", kept],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(kept.read_text())
    (live,) = found["live"]
    for name in ("boardroom", "durable", "broadcast"):
        assert live[name]["lost"] == 0, name
        assert live[name]["p50"] > 0, name
        assert live[name]["a_second"] > 0, name
    assert (found["rooms"]["changes"], found["rooms"]["lost"]) == (4, 0)
    assert {row["page"] for row in found["pages"]} >= {"case", "cases", "stage"}
    assert {row["format"] for row in found["minutes"]} == {"pdf", "docx", "csv", "json"}
    assert len(found["start"]["seconds"]) == 1
    assert "| ms to the last screen" in done.stdout


def test_an_unknown_measurement_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "luck"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "luck" in done.stderr
