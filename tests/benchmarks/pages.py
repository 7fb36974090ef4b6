"""What a page costs the server with few and with very many cases: time and queries."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import event

from boardroom import create_app
from boardroom.db import db
from tests.benchmarks.crowded import fill
from tests.benchmarks.figures import collect_as_the_server, quantile
from tests.benchmarks.weight import weigh
from tests.clients import signed_in

PAGES = (
    # What it is called in the table, who opens it, where
    ("home, specialist", "surgeon", "/"),
    ("home, coordinator", "coordinator", "/"),
    ("case", "surgeon", "/cases/24"),
    ("stage", "chair", "/meetings/3/stage"),
    ("meetings", "chair", "/meetings"),
    ("cases", "coordinator", "/cases"),
    ("search, one patient", "coordinator", "/cases?q=Copied+Patient+4711"),
    ("search, a word of many", "coordinator", "/cases?q=remnant"),
    ("search, two words seldom together", "coordinator", "/cases?q=hepatitis+metastases"),
    ("second opinions", "chair", "/boards/liver/figures"),
)


def measure(demo: Path, cases: int, times: int) -> list[dict[str, Any]]:
    """Every page so many times; a demonstration's folder is copied and filled up first."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(demo, data)
        app = create_app("demo", data=data)
        queries = 0

        def asked(connection: object, cursor: object, statement: str, *_: object) -> None:
            nonlocal queries
            queries += not statement.startswith("BEGIN")

        with app.app_context():
            fill(cases)
            event.listen(db.engine, "before_cursor_execute", asked)
        collect_as_the_server()
        clients = {key: signed_in(app, key) for _, key, _ in PAGES}
        for name, key, path in PAGES:
            took = []
            for _ in range(times + 2):
                queries, begun = 0, time.perf_counter()
                answer = clients[key].get(path)
                took.append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, (path, answer.status_code)
            took, needed = took[2:], queries  # the first ones warm up
            first, later = weigh(clients[key], path)
            found.append(
                {
                    "page": name,
                    "cases": cases,
                    "p50": quantile(took, 0.5),
                    "p99": quantile(took, 0.99),
                    "queries": needed,
                    "bytes": len(answer.data),
                    "first_visit": first,
                    "later": later,
                }
            )
        with app.app_context():
            db.session.close()
            db.engine.dispose()
    return found
