"""Finds a Chromium for the browser tests, or obtains one.

``make test`` runs this file before pytest. Looked at in turn: the program that BOARDROOM_CHROMIUM
names, an installed Chromium or Chrome, one that Playwright fetched earlier. If there is none:
Playwright's own, then Debian's package where we may install it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

INSTALLED_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Seconds. A closed network answers nothing at all, so silence ends an attempt before its limit.
STARTS_WITHIN = 60
SILENCE = 60
FETCH_LIMIT = 900
APT_LIMIT = 900

NOT_FOUND = (
    "NO CHROMIUM: the browser tests are skipped. Install Chromium, "
    "or set BOARDROOM_CHROMIUM to its path."
)


def in_ci() -> bool:
    """Whether a missing browser is a failure (CI=true) rather than a skip."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def launch_args() -> list[str]:
    """Command line for a Chromium that stays quiet, offline, and also runs as root."""
    args = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
    ]
    if os.geteuid() == 0:
        args.append("--no-sandbox")  # Chromium's sandbox refuses root
    return args


def find() -> Path | None:
    """The first Chromium on this machine that starts, or None.

    Raises FileNotFoundError when BOARDROOM_CHROMIUM names a program that does not start.
    """
    if named := os.environ.get("BOARDROOM_CHROMIUM"):
        if _starts(Path(named)):
            return Path(named)
        raise FileNotFoundError(f"BOARDROOM_CHROMIUM names {named!r}, which does not start.")
    return next((path for path in _candidates() if _starts(path)), None)


def find_or_obtain() -> Path | None:
    """As find(); where there is none, fetch Playwright's own or install Debian's package."""
    return find() or _obtain_from_playwright() or _obtain_from_debian()


def _candidates() -> Iterator[Path]:
    for name in INSTALLED_NAMES:
        if path := shutil.which(name):
            yield Path(path)
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright"
    yield from sorted(Path(cache).glob("chromium-*/chrome-linux*/chrome"), reverse=True)


def _starts(path: Path) -> bool:
    """Whether the program runs at all: a fetched Chromium may lack a system library."""
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, timeout=STARTS_WITHIN, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _obtain_from_playwright() -> Path | None:
    print("No Chromium here: asking Playwright for its own", file=sys.stderr)
    command = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    environment = os.environ | {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"}
    return find() if _run(command, limit=FETCH_LIMIT, env=environment) else None


def _obtain_from_debian() -> Path | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("No Chromium here: installing the chromium package", file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
    # Old package lists may still do when new ones cannot be had
    _run(["apt-get", "update", "-q"], limit=APT_LIMIT, env=environment)
    return find() if _run(install, limit=APT_LIMIT, env=environment) else None


def _run(command: list[str], *, limit: float, env: dict[str, str]) -> bool:
    """Run a command; end it, children included, at the limit or after a long silence."""
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                start_new_session=True,
            )
        except OSError as problem:
            print(f"{command[0]}: {problem}", file=sys.stderr)
            return False
        began = heard = time.monotonic()
        said = 0
        while process.poll() is None:
            time.sleep(0.2)
            now = time.monotonic()
            if (size := os.fstat(output.fileno()).st_size) != said:
                said, heard = size, now
            if now - began > limit or now - heard > SILENCE:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                print(f"{' '.join(command)}: no answer, gave up", file=sys.stderr)
                return False
        if process.returncode:
            output.seek(0)
            lines = output.read().decode(errors="replace").strip().splitlines()
            print(*lines[-5:], sep="\n", file=sys.stderr)
        return process.returncode == 0


def main() -> int:
    """Say which Chromium the browser tests will use; fail only where CI needs one."""
    try:
        path = find_or_obtain()
    except FileNotFoundError as problem:
        print(problem, file=sys.stderr)
        return 1
    if path is None:
        print(f"\n*** {NOT_FOUND} ***\n", file=sys.stderr)
        return 1 if in_ci() else 0
    print(f"Browser tests use {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
