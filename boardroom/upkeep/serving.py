"""A data folder and who uses it: who serves it, whether it can be written, who else may look."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
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


def can_write(folder: Path) -> bool:
    """Whether a file can be made in a folder, and filled."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"1")
            file.flush()
    except OSError:
        return False
    return True


def why_not_written(folder: Path, file: Path | None) -> str | None:
    """Why this user cannot write a data folder, or the database in it; None where they can."""
    if not can_write(folder):
        return f"{folder} cannot be written: it is read-only, full, or another user's."
    if file is not None and file.exists() and not os.access(file, os.R_OK | os.W_OK):
        return f"{file} cannot be written: it is read-only, or another user's."
    return None


def open_to_others(folder: Path) -> str | None:
    """A warning where everybody on the machine may look into a data folder; None where not."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not mode & 0o007:
        return None
    return (
        f"{folder} is open to everybody on this machine (mode {mode:04o}). It holds "
        f"patients' data: chmod 700 {folder}"
    )
