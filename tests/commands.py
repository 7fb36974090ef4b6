"""The `boardroom` command in tests.

`process` starts a real one, as scripts and administrators do, which takes a second or two before
it does anything. `command` runs the same in this process: for what is said and left on the disk,
of which there is much to prove.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

import boardroom
from boardroom.cli import main
from boardroom.db import db

Done = subprocess.CompletedProcess[str]


def process(*words: object, **environment: str) -> Done:
    """`python -m boardroom WORDS`; whatever happens, nobody is shown a traceback."""
    clean = {name: v for name, v in os.environ.items() if not name.startswith("BOARDROOM_")}
    done = subprocess.run(
        [sys.executable, "-m", "boardroom", *map(str, words)],
        env=clean | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def command(*words: object, **environment: str) -> Done:
    """The same in this process, for a command that comes to its end.

    `serve` and `demo` only as far as they refuse: this process keeps its sockets as they are.
    """
    clean = {name: None for name in os.environ if name.startswith("BOARDROOM_")}
    made: list[Flask] = []
    create = boardroom.create_app

    def remembered(*args: Any, **more: Any) -> Flask:
        made.append(create(*args, **more))
        return made[-1]

    def listen(*args: object) -> None:
        pytest.fail(f"{words} was not refused")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(boardroom, "create_app", remembered)
        for name in ("serve", "demo"):
            patched.setattr(f"boardroom.cli.{name}.prepare_sockets", lambda: None)
            patched.setattr(f"boardroom.cli.{name}.listen", listen)
        patched.setattr("gc.freeze", lambda: None)  # other tests' garbage is not to stay
        done = CliRunner().invoke(
            main, [str(word) for word in words], prog_name="boardroom", env=clean | environment
        )
    for app in made:
        with app.app_context():
            db.engine.dispose()
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception  # a person at a terminal would be shown a traceback
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def refused(done: Done, code: int, *words: str) -> None:
    """It ended with this exit code and these reasons, and printed nothing that looks like data."""
    assert done.returncode == code, done.stderr
    for word in words:
        assert word in done.stderr
    assert done.stdout == ""
