"""Files of signed minutes that take a while to draw: made once, and kept for who asks next.

What was signed never changes, so its PDF and Word file are drawn when it is signed, and not again
at each download. A file is known by everything that stands in it, so that a later confirmation or
amendment, a copy without names or a newer program each make another one. It carries a keyed hash:
one that was changed, or half written, is not given out but drawn anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import threading
import time
from contextlib import nullcontext, suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from flask import Flask
from itsdangerous import BadSignature, Signer

from boardroom.aside import run_aside
from boardroom.minutes.apart import render_apart
from boardroom.minutes.document import MinutesDocument
from boardroom.minutes.formats import render

log = logging.getLogger(__name__)

FORMATS_KEPT = ("pdf", "docx")
SECONDS_A_DAY = 86400

MANY = 60
"""Cases from which on a file is drawn in a process of its own."""

_turns = threading.BoundedSemaphore(1)
"""One such process at a time, for each takes every core and of very long minutes much memory."""


def folder_of(app: Flask) -> Path:
    """Where the files are kept."""
    return Path(app.config["DATA_DIR"]) / "kept"


def file_of(
    app: Flask, document: MinutesDocument, format_: str, *, names: bool, ahead: bool = False
) -> bytes:
    """The bytes of a document's file, drawn now or kept from before; `ahead`: nobody waits for it.

    Not in a write transaction. Raises what drawing raises.
    """
    if format_ not in FORMATS_KEPT:
        return run_aside(render, document, format_, names=names)
    apart = ahead or len(document.cases) > MANY
    with _turns if apart else nullcontext():
        if document.signature is None:
            return _drawn(document, format_, names, apart)
        signer = Signer(
            app.config["SECRET_KEY"], salt="files of signed minutes", digest_method=hashlib.sha256
        )
        path = folder_of(app) / run_aside(_name, document, format_, names)
        found = run_aside(_kept, path, signer)
        if found is None:
            found = _drawn(document, format_, names, apart)
            run_aside(_keep, path, signer.sign(found))
        return found


def _drawn(document: MinutesDocument, format_: str, names: bool, apart: bool) -> bytes:
    if apart:
        return render_apart(document, format_, names=names)
    return run_aside(render, document, format_, names=names)


def sweep(app: Flask) -> int:
    """Delete what nobody asked for in `EXPORT_DAYS`: the files hold patients' names, and are made
    again at any time. Returns how many went."""
    oldest = time.time() - SECONDS_A_DAY * int(app.config["EXPORT_DAYS"])
    gone = 0
    for path in folder_of(app).glob("*.*"):
        with suppress(FileNotFoundError):  # another process sweeps as well
            if path.stat().st_mtime < oldest:
                path.unlink()
                gone += 1
    return gone


def _name(document: MinutesDocument, format_: str, names: bool) -> str:
    content = document.model_dump_json(exclude={"generated_at"})
    known = hashlib.sha256(f"{_program()} {names} {content}".encode()).hexdigest()
    return f"{known}.{format_}"


@lru_cache(maxsize=1)
def _program() -> str:
    """What this program draws with, as one hash."""
    package = Path(__file__).parents[1]
    found = hashlib.sha256(f"{version('typst')} {version('python-docx')}".encode())
    for source in sorted([*package.rglob("*.py"), *package.rglob("*.typ")]):
        found.update(source.read_bytes())
    return found.hexdigest()


def _kept(path: Path, signer: Signer) -> bytes | None:
    try:
        found: bytes = signer.unsign(path.read_bytes())
        os.utime(path)
    except FileNotFoundError:
        return None
    except (OSError, BadSignature) as problem:
        log.warning("a kept file of minutes is drawn anew: %s", type(problem).__name__)
        return None
    return found


def _keep(path: Path, content: bytes) -> None:
    """Best effort, and all or nothing: a full disk costs the next one who asks some time."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, partial = tempfile.mkstemp(
            dir=path.parent, suffix=".part"
        )  # readable by nobody else
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
            Path(partial).replace(path)
        except OSError:
            Path(partial).unlink(missing_ok=True)
            raise
    except OSError as problem:
        log.warning("a file of minutes could not be kept: %s", problem.strerror)
