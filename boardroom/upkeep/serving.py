"""Who serves a data folder: one process alone, or several that know of each other."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class AlreadyServed(Exception):
    """Another process serves the folder; the message says so."""


@contextlib.contextmanager
def serving(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold the folder until the end of the block; the system lets go of it when a process dies.

    Several may hold it who are not ``alone``. Raises AlreadyServed. A folder on a file system
    without locks is not held.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServed(f"Another process serves {folder}.") from None
        except OSError:
            pass
        yield
    finally:
        os.close(handle)
