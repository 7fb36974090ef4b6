"""Signed minutes of few and of very many cases, in each format, a process for each: time to draw
them, memory, and the time of whoever asks after that."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask

from boardroom import create_app
from boardroom.db import db
from boardroom.meetings.models import Meeting
from boardroom.minutes import kept
from boardroom.minutes.document import MinutesDocument, content_hash
from boardroom.minutes.fonts import load_fonts
from boardroom.minutes.queries import document_of
from tests.benchmarks.figures import collect_as_the_server

FORMATS = ("pdf", "docx", "csv", "json")


def document(demo: Path, cases: int) -> MinutesDocument:
    """The signed minutes of the demonstration with its cases over and over, each a little other."""
    app = create_app("demo", data=demo)
    with app.app_context(), app.test_request_context("/"):
        signed = db.session.query(Meeting).filter_by(status="signed").order_by(Meeting.id.desc())
        meeting = signed.first()
        assert meeting is not None, "the demonstration has a signed meeting"
        one = document_of(meeting, app.extensions["boards"][meeting.board])
        db.session.close()
        db.engine.dispose()
    decided = [case for case in one.cases if case.consensus is not None]
    copies = []
    for number in range(cases):
        # No text twice: what is set once is remembered by the typesetter, which flatters.
        text = decided[number % len(decided)].model_dump_json()
        marked = text.replace(". ", f" ({number}). ").replace('."', f' ({number})."')
        case = type(decided[0]).model_validate_json(marked)
        copies.append(case.model_copy(update={"position": number + 1, "code": f"CP-{number:04d}"}))
    made = one.model_copy(update={"cases": tuple(copies), "amendments": ()})
    assert one.signature is not None
    signature = one.signature.model_copy(update={"content_hash": content_hash(made)})
    return made.model_copy(update={"signature": signature})


def main() -> None:
    """Render what stands at a path into one format, and print what it took as JSON."""
    path, format_ = sys.argv[1:]
    one = MinutesDocument.model_validate_json(Path(path).read_bytes())
    load_fonts()
    collect_as_the_server()
    app = Flask("papers")
    with TemporaryDirectory() as folder:
        app.config.update(DATA_DIR=folder, SECRET_KEY="the benchmark's own")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.perf_counter()
        made = kept.file_of(app, one, format_, names=True)
        took = time.perf_counter() - begun
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        apart = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # gives it back when it ends
        begun = time.perf_counter()
        assert kept.file_of(app, one, format_, names=True) == made
        again = time.perf_counter() - begun
    found = {"seconds": took, "again": again, "bytes": len(made), "memory": max(more, apart)}
    print(json.dumps(found))


def measure(demo: Path, cases: int, times: int, folder: Path) -> list[dict[str, Any]]:
    """Each format so many times; the fastest run counts, since others disturb."""
    stored = folder / f"minutes-{cases}.json"
    stored.write_text(document(demo, cases).model_dump_json())
    found = []
    for format_ in FORMATS:
        runs = []
        for _ in range(times):
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.papers", str(stored), format_],
                check=True,
                capture_output=True,
                text=True,
            )
            runs.append(json.loads(done.stdout))
        best = min(runs, key=lambda run: run["seconds"])
        found.append({"cases": cases, "format": format_} | best)
    return found


if __name__ == "__main__":
    main()
