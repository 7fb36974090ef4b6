"""From the command to the first page."""

from __future__ import annotations

import time
import urllib.request
from pathlib import Path

from tests import servers


def measure(data: Path, times: int) -> list[float]:
    """Seconds until the sign-in page of `boardroom serve` is there, for so many starts."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        with servers.serve(data) as server:
            with urllib.request.urlopen(server.url + "/sign-in") as answer:  # noqa: S310
                answer.read()
            found.append(time.perf_counter() - begun)
    return found
