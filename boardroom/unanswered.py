"""A line to PostgreSQL that does not wait for ever for a server that hangs.

Such a server takes every byte and answers nothing, so neither its own limits nor the network's end
the wait. What is given up on is not known to be done or not: the line is closed, and the post is
sent again with its key.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

T = TypeVar("T")

SILENCE = 8.0  # seconds; longer than the server lets anybody wait for a lock


class Line(psycopg.Connection[Any]):
    """psycopg's own, which gives up on a server that is silent while somebody waits."""

    somebody_waits: Callable[[], bool] = staticmethod(lambda: False)

    def wait(self, gen: PQGen[T], *more: Any, **named: Any) -> T:
        """As psycopg's. Raises OperationalError."""
        if self.somebody_waits():
            gen = self._while_it_speaks(gen)
        return super().wait(gen, *more, **named)

    def _while_it_speaks(self, gen: PQGen[T]) -> PQGen[T]:
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted  # now and then with nothing, to look at the clock
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > SILENCE:
                    self.close()
                    raise psycopg.OperationalError("the server does not answer")
                wanted = gen.send(ready)
        except StopIteration as done:
            value: T = done.value
            return value
