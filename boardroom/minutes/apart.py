"""Draws a file in a process of its own: very long minutes, and what nobody waits for.

The typesetter keeps the memory that it once took, for 500 cases some 1.7 GB, and takes every core.
A process gives the memory back when it ends, and leaves the cores to the meeting that is live.
"""

from __future__ import annotations

import os
import subprocess
import sys

from boardroom.aside import run_aside
from boardroom.minutes.document import MinutesDocument
from boardroom.minutes.formats import render

COMMAND = (sys.executable, "-P", "-m", __name__)
NICE = 10
"""How far behind the server's own work it stands, in the system's terms (0 to 19)."""


def render_apart(document: MinutesDocument, format_: str, *, names: bool) -> bytes:
    """As `formats.render`. Raises RuntimeError where the process ends without a file; what it
    printed is left out, since it can hold what stands in the document."""
    done = subprocess.run(  # noqa: S603 - a list of our own
        [*COMMAND, format_, "names" if names else "no-names"],
        input=run_aside(document.model_dump_json).encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the process that draws a {format_} ended with {done.returncode}")
    return done.stdout


def main() -> None:
    """From the JSON of a document to a file's bytes."""
    format_, names = sys.argv[1:]
    os.nice(NICE)
    document = MinutesDocument.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(render(document, format_, names=names == "names"))


if __name__ == "__main__":
    main()
