"""Small things that all measurements share."""

from __future__ import annotations

import gc
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that so large a part of all does not exceed; 0 without values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The middle value; 0 without values."""
    return statistics.median(values) if values else 0.0


def memory_of(pid: int) -> float:
    """Resident memory of a process, in kB. Raises FileNotFoundError where it is gone."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return float(line.split()[1])
    return 0.0


def collect_as_the_server() -> None:
    """Look for garbage as seldom as the server does once it is ready."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def machine() -> str:
    """The machine in a few words."""
    cores = Path("/proc/cpuinfo").read_text().count("\nprocessor") + 1
    names = [
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return f"{cores} cores ({names[0] if names else 'unknown'}), Python {platform.python_version()}"
