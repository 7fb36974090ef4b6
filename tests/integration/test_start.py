"""The server is there soon: it reads in what serving needs, and keeps what it has compiled."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from pathlib import Path

from tests import servers

LATER = ("docx", "fontTools", "textstat")
"""For a Word file, for fonts, for a letter's readability."""

PROGRAM = """
import sys
from boardroom.cli.common import prepare_sockets
prepare_sockets()
from boardroom import create_app
create_app("testing", data=sys.argv[1])
import boardroom.server
print(*(name for name in sys.argv[2:] if name in sys.modules))
"""


def test_libraries_that_serving_does_not_need_are_read_in_later(data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, data, *LATER], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def first_page(data: Path) -> str:
    """What a server that is started shows first."""
    with servers.serve(data) as server, urllib.request.urlopen(server.url + "/sign-in") as answer:  # noqa: S310
        return str(answer.read().decode())


def test_compiled_templates_are_kept_for_the_next_start(data: Path) -> None:
    folder = data / "compiled"
    assert "Sign in" in first_page(data)
    kept = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert len(kept) > 10
    assert folder.stat().st_mode & 0o77 == 0
    assert "Sign in" in first_page(data)
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == kept
