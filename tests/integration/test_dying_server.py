"""A server that is killed at random instants while twenty people hold a meeting.

After each restart the clients go on by themselves. In the end all that was acknowledged is in the
record exactly once, in order, every screen equals a fresh load, and the audit chain is whole.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from pathlib import Path

from tests import servers
from tests.databases import free_port
from tests.integration.rehearsals import hold, nothing_lost_or_doubled

PEOPLE, CASES, MINUTES, KILLS = 20, 3, 0.4, 3


class _Killer(threading.Thread):
    """Kills the server now and then, and starts it again on the same folder and port."""

    def __init__(self, folder: Path, port: int, running: servers.Server, seed: int) -> None:
        super().__init__(daemon=True)
        self.folder, self.port, self.running = folder, port, running
        self.chance = random.Random(seed)
        self.begin, self.done = threading.Event(), 0
        self.servers = contextlib.ExitStack()

    def run(self) -> None:
        self.begin.wait()
        for _ in range(KILLS):
            time.sleep(self.chance.uniform(2, 6))
            self.running.kill()
            self.running = self.servers.enter_context(servers.demo(self.folder, self.port))
            self.done += 1


def test_killed_at_random_instants_nothing_acknowledged_is_lost_or_doubled(
    demo_folder: Path,
) -> None:
    port, seed = free_port(), random.randrange(10**6)
    with servers.demo(demo_folder, port) as first:
        killer = _Killer(demo_folder, port, first, seed)
        with killer.servers:
            killer.start()
            report, book = hold(
                first.url,
                begun=killer.begin.set,
                people=PEOPLE,
                minutes=MINUTES,
                cases=CASES,
                seed=seed,
            )
            killer.join(60)
    assert killer.done == KILLS, seed
    assert len(book.actions) > 60
    nothing_lost_or_doubled(demo_folder, report, book, seed)
