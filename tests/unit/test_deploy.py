"""The command that stands beside the server: what is typed arrives as it was typed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
TYPED = ["move", "--to", "postgresql://b:p$a$$s'w \"d@127.0.0.1/b", "", "two words", "*", "${HOME}"]


def test_every_word_arrives_as_typed_and_no_variable_is_put_in(tmp_path: Path) -> None:
    stand_in = tmp_path / "systemd-run"
    stand_in.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    stand_in.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    command = ["sh", str(ROOT / "config" / "deploy" / "boardroom-command"), *TYPED]
    said = subprocess.run(
        command, env={**os.environ, "PATH": path}, capture_output=True, check=True, text=True
    )
    words = said.stdout.split("\0")[:-1]
    start = words.index("/opt/boardroom/venv/bin/boardroom") + 1
    assert "--uid=boardroom" in words[:start]
    # systemd reads $$ as one $
    assert [word.replace("$$", "$") for word in words[start:]] == TYPED
    assert all("$" not in word.replace("$$", "") for word in words[start:])
