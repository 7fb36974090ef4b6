"""Numbers for Prometheus: how much, how fast, how many. Never who, and of no patient or case."""

from __future__ import annotations

import hmac
import time
from collections import Counter as Tally
from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app, has_app_context
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import event
from sqlalchemy.orm import Session

from boardroom import live
from boardroom.db import db
from boardroom.live.presence import presence

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BYTES = (1_000, 4_000, 16_000, 64_000, 256_000, 1_000_000)


class _Connections(Collector):
    """Counted when they are asked for, of this process: memory already holds them."""

    def collect(self) -> Iterable[Metric]:
        """The present moment's numbers."""
        sockets = list(presence.sockets.values())
        meetings = Tally(
            meeting for _, meeting in {(person, meeting) for person, meeting, _ in sockets}
        )
        for name, words, value in (
            ("sockets", "Open screens of meetings, walls included", len(sockets)),
            ("people", "People with a screen of a meeting open", len({p for p, _, _ in sockets})),
            ("meetings", "Meetings that somebody watches", len(meetings)),
            (
                "people_in_largest",
                "People in the fullest meeting",
                max(meetings.values(), default=0),
            ),
        ):
            yield GaugeMetricFamily(f"boardroom_connected_{name}", words, value=value)
        yield GaugeMetricFamily(
            "boardroom_queue_reached",
            "Whether the other processes are reached; 1 where there are none",
            value=0 if live.queue_is_away() else 1,
        )


class Metrics:
    """All that one application counts."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each, which nobody reads
        self.registry = made = CollectorRegistry()
        ProcessCollector(registry=made)
        PlatformCollector(registry=made)
        made.register(_Connections())
        self.requests = Counter(
            "boardroom_requests", "Requests answered", ["endpoint", "status"], registry=made
        )
        self.request_seconds = Histogram(
            "boardroom_request_seconds",
            "From a request's first guard to its answer",
            ["endpoint"],
            buckets=SECONDS,
            registry=made,
        )
        self.pushes = Counter(
            "boardroom_pushes", "Changes of a meeting sent to its screens", registry=made
        )
        self.push_bytes = Histogram(
            "boardroom_push_bytes",
            "Size of a push to one screen, for each audience",
            buckets=BYTES,
            registry=made,
        )
        self.push_made_seconds = Histogram(
            "boardroom_push_made_seconds",
            "From the commit until a push is rendered and handed to every connection",
            buckets=SECONDS,
            registry=made,
        )
        self.push_seconds = Histogram(
            "boardroom_push_seconds",
            "Push latency: from the commit until every connection had its turn to write",
            buckets=SECONDS,
            registry=made,
        )
        self.statements = Counter(
            "boardroom_database_statements", "Statements sent to the database", registry=made
        )
        self.database_seconds = Counter(
            "boardroom_database_seconds",
            "Time in the database's statements, waiting for a lock included",
            registry=made,
        )
        self.commit_seconds = Histogram(
            "boardroom_commit_seconds",
            "A transaction's end: audit row, flush and durable commit",
            buckets=SECONDS,
            registry=made,
        )

    def count_request(self, endpoint: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self.requests.labels(endpoint, f"{status // 100}xx").inc()
        self.request_seconds.labels(endpoint).observe(seconds)

    def count_push(self, sizes: Iterable[int], committed: float) -> None:
        """A push was handed over; ``committed`` is the performance counter at its commit."""
        self.pushes.inc()
        for size in sizes:
            self.push_bytes.observe(size)
        self.push_made_seconds.observe(time.perf_counter() - committed)
        live.start_background(self._written, committed)

    def _written(self, committed: float) -> None:
        # The connections' writers were woken before this; after one more round all of them ran.
        live.give_way()
        self.push_seconds.observe(time.perf_counter() - committed)

    def text(self) -> bytes:
        """All numbers in Prometheus' text format."""
        return generate_latest(self.registry)


TEXT = CONTENT_TYPE_LATEST


def metrics_of(app: Flask) -> Metrics | None:
    """The application's numbers, or None where they are not asked for."""
    found: Metrics | None = app.extensions.get("metrics")
    return found


def is_token(app: Flask, given: str) -> bool:
    """Whether this is the token of the settings, in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), str(app.config["METRICS_TOKEN"]).encode())


def init_metrics(app: Flask) -> None:
    """Count from now on, if the settings hold a token; without one nothing is counted or served."""
    if not app.config["METRICS_TOKEN"]:
        return
    metrics = app.extensions["metrics"] = Metrics()

    def on_push(sender: Flask, sizes: Iterable[int], committed: float) -> None:
        metrics.count_push(sizes, committed)

    live.pushed.connect(on_push, app, weak=False)
    with app.app_context():
        _follow_statements(metrics, db.engine)
    for name, listener in (("before_commit", _before_commit), ("after_commit", _after_commit)):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener, insert=True)  # before the audit row is written


def _follow_statements(metrics: Metrics, engine: Any) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def before(connection: Any, *statement: Any) -> None:
        connection.info["began"] = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def after(connection: Any, *statement: Any) -> None:
        metrics.statements.inc()
        metrics.database_seconds.inc(time.perf_counter() - connection.info["began"])


def _before_commit(session: Session) -> None:
    if not session.in_nested_transaction():  # a savepoint's release is no commit
        session.info["commit_began"] = time.perf_counter()


def _after_commit(session: Session) -> None:
    metrics = metrics_of(current_app) if has_app_context() else None
    if metrics is None or session.in_nested_transaction():
        return
    began = session.info.pop("commit_began", None)
    if began is not None:
        metrics.commit_seconds.observe(time.perf_counter() - began)
