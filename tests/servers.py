"""Real servers for tests: started on a free port, stopped by their own process id."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_SECONDS = 60


@dataclass
class Server:
    """A running `boardroom` process."""

    process: subprocess.Popen[str]
    url: str
    said: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    sessions: dict[str, Any] = field(default_factory=dict)
    """What the browsers of people who signed in hold: cookies and storage, by person."""

    def kill(self) -> None:
        """SIGKILL, as when the machine dies."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode


def _start(*arguments: str) -> Server:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "boardroom", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    server = Server(process, "")
    errors = process.stderr
    assert errors is not None
    assert process.stdout is not None
    reader = threading.Thread(target=lambda: server.log.extend(errors), daemon=True)
    reader.start()
    timer = threading.Timer(START_SECONDS, process.kill)
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
    if not line:
        process.wait(5)
        reader.join(2)
        raise RuntimeError("the server did not start:\n" + "".join(server.log))
    if line.startswith("{"):
        server.said = json.loads(line)
        server.url = server.said["url"]
    else:
        found = re.search(r"http://\S+", line)
        assert found, line
        server.url = found.group()
    return server


@contextmanager
def demo(data: Path, port: int = 0) -> Iterator[Server]:
    """`boardroom demo` in a folder."""
    server = _start("demo", "--port", str(port), "--data", str(data), "--json")
    try:
        yield server
    finally:
        server.stop()
        _close(server)


@contextmanager
def serve(data: Path, port: int = 0) -> Iterator[Server]:
    """`boardroom serve` on a prepared folder."""
    server = _start("serve", "--port", str(port), "--data", str(data))
    try:
        yield server
    finally:
        server.stop()
        _close(server)


def _close(server: Server) -> None:
    for stream in (server.process.stdout, server.process.stderr):
        if stream is not None:
            stream.close()
